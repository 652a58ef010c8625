"""What ``hooks`` does, for aiobotocore; imported when aiobotocore is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from typing import Any

import aiobotocore.client
import aiobotocore.credentials
import aiobotocore.session
import aiobotocore.signers
from aiobotocore._helpers import resolve_awaitable
from aiobotocore.awsrequest import AioAWSResponse

from ..service.wire.codec import Response
from . import active, credentials
from .gate import Passage, passage
from .hooks import Wrapper, wrap
from .streaming_bodies import AioBody, AioStreamingBody, httpx_response


def install() -> None:
    """Wrap the methods of aiobotocore that do not come from botocore; see ``hooks.install``."""
    wrap((sys.modules[f"aiobotocore.{name}"], path, wrapper) for name, path, wrapper in _HOOKS)


async def _make_request(wrapped: Callable[..., Any], client: Any, args: Any, kwargs: Any) -> Any:
    call = passage(client, args, _Events, _library_response)
    if call is None:
        return await wrapped(*args, **kwargs)
    with call:
        return await call.rebound(wrapped)(*args, **kwargs)


class _Events:
    """The same as for botocore; here handlers may be coroutines, and emitting is one."""

    def __init__(self, emitter: Any, call: Passage) -> None:
        self._emitter = emitter
        self._call = call

    async def emit(self, event_name: str, /, **kwargs: Any) -> Any:
        if event_name.startswith("before-send."):
            return await _asked(self._call.before_send(self._emitter, event_name, kwargs))
        responses = await self._emitter.emit(event_name, **kwargs)
        return self._call.without_delay(responses) if event_name.startswith("needs-retry.") else responses


async def _asked(asking: Generator[Callable[[], Any], Any, Any]) -> Any:
    try:
        ask = next(asking)
        while True:
            try:
                result = await resolve_awaitable(ask())
            except Exception as error:
                ask = asking.throw(error)
            else:
                ask = asking.send(result)
    except StopIteration as end:
        return end.value


async def _get_credentials(wrapped: Callable[..., Any], session: Any, args: Any, kwargs: Any) -> Any:
    if active.latest() is None:
        return await wrapped(*args, **kwargs)
    return credentials.of_session(session, aiobotocore.credentials.AioCredentials)


async def _load_credentials(wrapped: Callable[..., Any], resolver: Any, args: Any, kwargs: Any) -> Any:
    if active.latest() is None:
        return await wrapped(*args, **kwargs)
    return await aiobotocore.session.AioSession().get_credentials()


async def _get_frozen_credentials(wrapped: Callable[..., Any], held: Any, args: Any, kwargs: Any) -> Any:
    return credentials.fake_instead_of(held, wrapped) or await wrapped(*args, **kwargs)


async def _refresh(wrapped: Callable[..., Any], held: Any, args: Any, kwargs: Any) -> Any:
    if active.latest() is None or not credentials.is_machines(held):
        await wrapped(*args, **kwargs)


async def _get_auth_instance(wrapped: Callable[..., Any], signer: Any, args: Any, kwargs: Any) -> Any:
    return credentials.fake_bearer(wrapped, kwargs) or await wrapped(*args, **kwargs)


_HOOKS: tuple[tuple[str, str, Wrapper], ...] = (
    ("client", "AioBaseClient._make_request", _make_request),
    ("session", "AioSession.get_credentials", _get_credentials),
    ("credentials", "AioCredentialResolver.load_credentials", _load_credentials),
    ("credentials", "AioCredentials.get_frozen_credentials", _get_frozen_credentials),
    ("credentials", "AioRefreshableCredentials.get_frozen_credentials", _get_frozen_credentials),
    ("credentials", "AioRefreshableCredentials._refresh", _refresh),
    ("signers", "AioRequestSigner.get_auth_instance", _get_auth_instance),
)


def _library_response(call: Passage, request: Any, sent_back: Response) -> Any:
    url, status, headers, delivery = request.url, sent_back.status, sent_back.headers, call.delivery
    if delivery and (httpx_session := _httpx_session_of(call)):
        from aiobotocore.awsrequest import HttpxAWSResponse

        raw = httpx_response(httpx_session.httpx, delivery, request, status, headers)
        return HttpxAWSResponse(url, status, headers, raw)
    body = AioStreamingBody(delivery, url) if delivery else _Body(sent_back.body)
    response = AioAWSResponse(url, status, headers, body)
    body.headers = response.headers
    return response


def _httpx_session_of(call: Passage) -> Any:
    """Aiobotocore's module for httpx, if the client uses it."""
    module = sys.modules.get("aiobotocore.httpxsession")
    return module if module and isinstance(call.http_session, module.HttpxSession) else None


class _Body(AioBody):
    """A response's body as aiobotocore reads one from the network."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._content = content

    async def read(self) -> bytes:
        return self._content
