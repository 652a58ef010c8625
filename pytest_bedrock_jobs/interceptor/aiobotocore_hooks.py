"""What ``botocore_hooks`` does, for aiobotocore; imported when aiobotocore is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

import botocore
from aiobotocore.awsrequest import AioAWSResponse

from ..service.protocol import Response
from .botocore_hooks import (
    FirstResponseEmitter,
    attach,
    is_intercepted,
    respond,
    responded,
    responding_service,
    unsupported,
)
from .intercepted_call import InterceptedCall, current
from .patching import wrap
from .retries import rate_limiters, without_delay
from .streaming_bodies import AioStreamingBody, httpx_response


def wrap_client(module: Any) -> None:
    """Pass the calls of aiobotocore's clients to the mock, whenever one is active."""
    wrap(module, "AioBaseClient._make_request", _make_request)


async def _make_request(wrapped: Callable[..., Any], client: Any, args: Any, kwargs: Any) -> Any:
    service = responding_service(client, args)
    if service is None or is_intercepted(args):
        return await wrapped(*args, **kwargs)
    attach(client, _before_send, _AsyncFirstResponseEmitter)
    with InterceptedCall(service, client, args[0], botocore):
        return await wrapped(*args, **kwargs)


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
        for limiter in rate_limiters(self._emitter, now):
            await limiter(event_name=event_name, **kwargs)
        try:
            first = await self._emitter.emit_until_response(event_name, **kwargs)
        except NotImplementedError as error:  # moto raises this for an operation that it does not have either
            raise unsupported(now) from error
        return [responded(now, first)]

    async def _without_delay(
        self, now: InterceptedCall, event_name: str, kwargs: dict[str, Any]
    ) -> list[tuple[Any, Any]]:
        return without_delay(now, await self._emitter.emit(event_name, **kwargs))


def _before_send(request: Any, **_: Any) -> Any:
    now = current.get()
    if now is None or now.codec is None:
        return None
    return respond(now, now.codec, request, _library_response)


def _library_response(now: InterceptedCall, request: Any, sent_back: Response) -> Any:
    url, status, headers, delivery = request.url, sent_back.status, sent_back.headers, now.call.delivery
    if delivery and (httpx_session := _httpx_session_of(now.client)):
        from aiobotocore.awsrequest import HttpxAWSResponse

        raw = httpx_response(httpx_session.httpx, delivery, request, status, headers)
        return HttpxAWSResponse(url, status, headers, raw)
    body = AioStreamingBody(delivery, url) if delivery else _Body(sent_back.body)
    response = AioAWSResponse(url, status, headers, body)
    body.headers = response.headers
    return response


def _httpx_session_of(client: Any) -> Any:
    """Aiobotocore's module for httpx, if the client uses it."""
    module = sys.modules.get("aiobotocore.httpxsession")
    return module if module and isinstance(client._endpoint.http_session, module.HttpxSession) else None


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
