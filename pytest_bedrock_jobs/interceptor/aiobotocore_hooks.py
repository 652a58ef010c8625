"""What ``botocore_hooks`` does, for aiobotocore; imported when aiobotocore is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from aiobotocore.awsrequest import AioAWSResponse

from ..service.wire.codec import Response
from .botocore_hooks import FirstResponseEmitter, intercepted, respond, unsupported
from .intercepted_call import Caller, InterceptedCall, current
from .patching import wrap
from .retries import without_delay
from .streaming_bodies import AioStreamingBody, httpx_response


def wrap_client(module: Any) -> None:
    """Pass the calls of aiobotocore's clients to the mock, whenever one is active."""
    wrap(module, "AioBaseClient", "_make_request", _make_request)


async def _make_request(wrapped: Callable[..., Any], client: Any, args: Any, kwargs: Any) -> Any:
    call = intercepted(client, args, _before_send, _AsyncFirstResponseEmitter)
    if call is None:
        return await wrapped(*args, **kwargs)
    with call:
        return await wrapped(*args, **kwargs)


class _AsyncFirstResponseEmitter(FirstResponseEmitter):
    """See ``FirstResponseEmitter``; here handlers may be coroutines, and emitting is one."""

    def emit(self, event_name: str, /, **kwargs: Any) -> Any:
        if event_name.startswith(("before-send.", "needs-retry.")) and (now := current()):
            if event_name.startswith("before-send."):
                return self._first_response(now, event_name, kwargs)
            return self._without_delay(now, event_name, kwargs)
        return self._emit(event_name, **kwargs)

    async def _first_response(
        self, now: InterceptedCall, event_name: str, kwargs: dict[str, Any]
    ) -> list[tuple[Any, Any]]:
        if now.codec:  # otherwise nothing of ours responds, and the emitter asks them itself
            for limiter in self._rate_limiters:
                await limiter(event_name=event_name, **kwargs)
        try:
            first = await self._emitter.emit_until_response(event_name, **kwargs)
        except NotImplementedError as error:  # moto raises this for an operation that it does not have either
            raise unsupported(now) from error
        if first[1] is None:  # the request would go to the network
            raise unsupported(now)
        return [first]

    async def _without_delay(
        self, now: InterceptedCall, event_name: str, kwargs: dict[str, Any]
    ) -> list[tuple[Any, Any]]:
        return without_delay(now, await self._emit(event_name, **kwargs))


def _before_send(request: Any, **_: Any) -> Any:
    now = current()
    if now is None or now.codec is None:
        return None
    return respond(now, now.codec, request, _library_response)


def _library_response(now: InterceptedCall, request: Any, sent_back: Response) -> Any:
    url, status, headers, delivery = request.url, sent_back.status, sent_back.headers, now.call.delivery
    if delivery and (httpx_session := _httpx_session_of(now.caller)):
        from aiobotocore.awsrequest import HttpxAWSResponse

        raw = httpx_response(httpx_session.httpx, delivery, request, status, headers)
        return HttpxAWSResponse(url, status, headers, raw)
    body = AioStreamingBody(delivery, url) if delivery else _Body(sent_back.body)
    response = AioAWSResponse(url, status, headers, body)
    body.headers = response.headers
    return response


def _httpx_session_of(caller: Caller) -> Any:
    """Aiobotocore's module for httpx, if the client uses it."""
    module = sys.modules.get("aiobotocore.httpxsession")
    return module if module and isinstance(caller.http_session, module.HttpxSession) else None


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
