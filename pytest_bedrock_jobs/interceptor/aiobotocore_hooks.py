"""The same for aiobotocore; imported when aiobotocore is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import botocore.exceptions
import wrapt
from aiobotocore.awsrequest import AioAWSResponse

from .botocore_hooks import FirstResponseEmitter, InterceptedCall, answer, answered, answering, attach, current


def wrap_client(module: Any) -> None:
    """Let the calls of its clients go to the mock, whenever there is one."""

    async def make_request(wrapped: Callable[..., Any], client: Any, args: Any, kwargs: Any) -> Any:
        service = answering(client)
        if service is None:
            return await wrapped(*args, **kwargs)
        attach(client, _before_send, _AsyncFirstResponseEmitter)
        with InterceptedCall(service, client, args[0], botocore):
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


class _AsyncFirstResponseEmitter(FirstResponseEmitter):
    """See ``FirstResponseEmitter``; here handlers may be coroutines, and emitting is one."""

    def emit(self, event_name: str, **kwargs: Any) -> Any:
        now = current.get()
        if now and event_name.startswith("before-send."):
            return self._first_response(now, event_name, kwargs)
        if now and event_name.startswith("needs-retry."):
            return self._without_delay(now, event_name, kwargs)
        return self._emitter.emit(event_name, **kwargs)

    async def _first_response(
        self, now: InterceptedCall, event_name: str, kwargs: dict[str, Any]
    ) -> list[tuple[Any, Any]]:
        for limiter in self.rate_limiters(now):
            await limiter(event_name=event_name, **kwargs)
        try:
            first = await self._emitter.emit_until_response(event_name, **kwargs)
        except NotImplementedError as error:  # moto's word for an operation that it does not have either
            raise now.service.refuse(now.call) from error
        return [answered(now, first)]

    async def _without_delay(
        self, now: InterceptedCall, event_name: str, kwargs: dict[str, Any]
    ) -> list[tuple[Any, Any]]:
        """Ask for a decision to retry, but at once: the delay passes on the mock's clock."""
        return [(handler, _passed(now, delay)) for handler, delay in await self._emitter.emit(event_name, **kwargs)]


def _passed(now: InterceptedCall, delay: Any) -> Any:
    if delay is None or delay is False:
        return delay
    now.service.sleep(now.call, delay)
    return 0


def _before_send(request: Any, **_: Any) -> Any:
    now = current.get()
    if now is None or now.codec is None:
        return None
    response = answer(now, now.codec, request, AioAWSResponse, _Body)
    response.raw.headers = response.headers
    return response


class _Body:
    """A response's body as aiobotocore reads one from the network."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.headers: Mapping[str, str] = {}

    @property
    def raw_headers(self) -> list[tuple[bytes, bytes]]:
        """Where aiobotocore before 2.21 takes the headers from."""
        return [(name.encode(), value.encode()) for name, value in self.headers.items()]

    async def read(self) -> bytes:
        return self._content
