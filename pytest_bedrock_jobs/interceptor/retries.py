"""Retries: botocore decides about them, and what it would wait for passes on the mock's clock only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .intercepted_call import InterceptedCall, current
from .patching import wrap

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it


def without_delay(now: InterceptedCall, responses: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Decide about a retry, and let its delay pass on the mock's clock.

    As in botocore, the first handler that returns something decides.
    """
    for handler, delay in responses:
        if delay is not None:
            now.service.sleep(now.call, delay)
            return [(handler, 0)]
    return responses


def rate_limiters(emitter: Any) -> list[Any]:
    """List botocore's own handlers for every service: adaptive retries wait there, and ours would come before."""
    while "_lookup_cache" not in vars(emitter):  # botocore's alias of events, and another copy of this package
        emitter = emitter._emitter
    handlers = emitter._handlers.prefix_search("before-send")
    return [handler for handler in handlers if ".retries." in handler.__module__]


def wrap_token_bucket(module: Any) -> None:
    """Make the rate limiter of the adaptive retry mode wait on the mock's clock only."""
    wrap(module, "TokenBucket", "acquire", _acquire)


def _acquire(wrapped: Callable[..., Any], bucket: Any, args: Any, kwargs: Any) -> Any:
    now = current()
    if now is None:
        return wrapped(*args, **kwargs)
    try:
        return wrapped(block=False)
    except now.caller.library.exceptions.CapacityNotAvailableError:
        now.service.sleep(now.call, bucket._sleep_amount(1))
        return True


def wrap_async_token_bucket(module: Any) -> None:
    """The same for aiobotocore."""
    wrap(module, "AsyncTokenBucket", "acquire", _acquire_async)


async def _acquire_async(wrapped: Callable[..., Any], bucket: Any, args: Any, kwargs: Any) -> Any:
    now = current()
    if now is None:
        return await wrapped(*args, **kwargs)
    try:
        return await wrapped(block=False)
    except now.caller.library.exceptions.CapacityNotAvailableError:
        now.service.sleep(now.call, bucket._sleep_amount(1))
        return True
