"""Builders of aiobotocore's clients."""

from __future__ import annotations

import functools

import pytest
from aiobotocore.awsrequest import AioAWSResponse
from aiobotocore.config import AioConfig
from aiobotocore.httpsession import AIOHTTPSession
from aiobotocore.httpxsession import HttpxSession
from aiobotocore.session import get_session
from support import keys

# aiobotocore prefers httpx's successor, and says so.
LEGACY_HTTPX = "ignore:.*httpx.*:DeprecationWarning"
BACK_ENDS = [
    pytest.param(AIOHTTPSession, id="aiohttp"),
    pytest.param(HttpxSession, id="httpx", marks=pytest.mark.filterwarnings(LEGACY_HTTPX)),
]


@functools.cache
def session():
    """One session for all clients: loading the service model takes longest."""
    return get_session()


def aio_client(back_end=AIOHTTPSession, service="bedrock", config=None, **changes):
    """An aiobotocore client, to be entered with ``async with``, that is complete without any environment."""
    config = AioConfig(http_session_cls=back_end, **(config or {}))
    return session().create_client(service, config=config, **keys(**changes))


def retrying(attempts, mode="standard", back_end=AIOHTTPSession):
    """A client that sends a request at most this many times."""
    return aio_client(back_end, config={"retries": {"total_max_attempts": attempts, "mode": mode}})


async def error_of(awaitable, kind):
    """The exception that a call gets."""
    with pytest.raises(kind) as caught:
        await awaitable
    return caught.value


class AioNetwork:
    """Replaces the network: responds to every request of a client that nothing else responded to, and keeps it."""

    def __init__(self, client, *statuses):
        self.requests = []
        self._statuses = list(statuses)
        client.meta.events.register_last("before-send", self._respond)

    async def _respond(self, request, **_):
        self.requests.append(request)
        status = self._statuses.pop(0) if self._statuses else 200
        return AioAWSResponse(request.url, status, {"content-type": "application/json"}, _Body())


class _Body:
    async def read(self):
        return b"{}"
