"""The same for aiobotocore; imported when aiobotocore is."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import botocore
import wrapt

from .interceptor import MockedNetwork, answer, answering, attach, current, exchange, refusals_of_moto, without_delay


def wrap_client(module: Any) -> None:
    """Let the calls of its clients go to the mock, whenever there is one."""

    async def make_request(wrapped: Callable[..., Any], client: Any, args: Any, kwargs: Any) -> Any:
        service = answering(client)
        if service is None:
            return await wrapped(*args, **kwargs)
        attach(client, _AsyncMockedNetwork)
        with exchange(service, client, args[0], botocore):
            return await wrapped(*args, **kwargs)

    wrapt.wrap_function_wrapper(module, "AioBaseClient._make_request", make_request)


def wrap_token_bucket(module: Any) -> None:
    """Let the rate limiter of the adaptive retry mode wait on the mock's clock only."""

    async def acquire(wrapped: Callable[..., Any], bucket: Any, args: Any, kwargs: Any) -> Any:
        now = current.get()
        if now is None:
            return await wrapped(*args, **kwargs)
        try:
            return await wrapped(block=False)
        except botocore.exceptions.CapacityNotAvailableError:
            now.service.sleep(now.call, bucket._sleep_amount(1))
            return True

    wrapt.wrap_function_wrapper(module, "AsyncTokenBucket.acquire", acquire)


class _AsyncMockedNetwork(MockedNetwork):
    """See ``MockedNetwork``; here handlers may be coroutines, and emitting is one."""

    async def emit(self, event_name: str, **kwargs: Any) -> Any:
        now = current.get()
        if now is None:
            return await self._emitter.emit(event_name, **kwargs)
        if event_name.startswith("needs-retry."):
            return without_delay(now, await self._emitter.emit(event_name, **kwargs))
        if not event_name.startswith("before-send."):
            return await self._emitter.emit(event_name, **kwargs)
        kwargs["event_name"] = event_name
        for handler in self.handlers(now, event_name):
            with refusals_of_moto(now, handler):
                response = handler(**kwargs)
                if inspect.isawaitable(response):
                    response = await response
            if response is not None:
                return [(handler, response)]
        from aiobotocore.awsrequest import AioAWSResponse

        return [(self, answer(now, kwargs["request"], AioAWSResponse, _Body))]


class _Body:
    """A response's body as aiobotocore reads one from the network."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def read(self) -> bytes:
        return self._content
