"""An HTTP server on the loopback interface, in a separate thread: aiohttp's, which parses, keeps alive and closes.

It knows nothing about Bedrock. It passes each request to a function, in a pool of threads because the function may
wait, and sends the returned response as it is, or ends the connection without one.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import struct
import sys
import threading
import weakref
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from aiohttp import hdrs, web

from . import LOOPBACK

LARGEST_BODY = 25_000_000
"""The largest body that a Bedrock operation accepts: the blob of InvokeModel, in bytes."""

_GRACE = 2.0  # seconds for a response that is being written when the server closes
_LARGEST_HEADER = 65_536  # bytes: session tokens can be longer than aiohttp's default of 8 KB
_MOST_THREADS = 64  # requests that can wait at the same time
# Linger for no time: closing resets the connection instead of ending it in order.
_RESET = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class HttpRequest(NamedTuple):
    """One request.

    Attributes:
        method: ``GET`` and so on.
        target: Path and query as they were sent, still percent-encoded.
        headers: Header names are compared without case.
        body: All of it.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


class HttpResponse(NamedTuple):
    """One response.

    Attributes:
        status: The HTTP status.
        headers: If their ``content-length`` is more than the length of the body, the connection ends after the body.
        body: The bytes after them.
        breaks: Whether the connection ends before the body is complete.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    breaks: bool = False


class Disconnect(NamedTuple):
    """No response: the connection ends, by a TCP reset or in order."""

    reset: bool


Handle = Callable[[HttpRequest], "HttpResponse | Disconnect"]


class HttpServer:
    """Listens from its creation until ``close()``.

    Args:
        handle: Responds to a request; called from many threads at once.
        too_large: The response to a body of more than ``LARGEST_BODY`` bytes.
        tls: Makes it speak HTTPS.

    Attributes:
        port: A free port that the system chose.
    """

    def __init__(self, handle: Handle, too_large: HttpResponse, tls: ssl.SSLContext | None = None) -> None:
        self._handle = handle
        self._too_large = too_large
        self._tls = tls
        self._listener = socket.create_server((LOOPBACK, 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._threads = ThreadPoolExecutor(_MOST_THREADS, thread_name_prefix="bedrock-jobs-request")
        self._loop = asyncio.SelectorEventLoop()
        self._closing = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="bedrock-jobs-server", daemon=True)
        self._thread.start()
        _listeners.add(self._listener)

    def close(self) -> None:
        """Stop listening, and end all connections."""
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        application = web.Application(client_max_size=LARGEST_BODY)
        application.router.add_route(hdrs.METH_ANY, "/{path:.*}", self._respond)
        runner = web.AppRunner(
            application,
            access_log=None,
            shutdown_timeout=_GRACE,
            max_line_size=_LARGEST_HEADER,
            max_field_size=_LARGEST_HEADER,
        )
        await runner.setup()
        await web.SockSite(runner, self._listener, ssl_context=self._tls).start()
        await self._closing.wait()
        await runner.cleanup()

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return _whole(self._too_large)
        except (ConnectionError, web.RequestPayloadError):  # the client is gone, or its chunks are malformed
            return web.Response(status=400)
        received = HttpRequest(request.method, _origin_form(request.raw_path), request.headers, body)
        reply = await self._loop.run_in_executor(self._threads, self._handle, received)
        if isinstance(reply, Disconnect):
            _disconnect(request, reply)
            return web.Response()
        announced = int(reply.headers.get("content-length", 0)) or len(reply.body) + reply.breaks
        if announced > len(reply.body):
            return await _cut_short(request, reply, announced)
        return _whole(reply)


def _origin_form(target: str) -> str:
    """The path and query of a request's target, which some clients precede with scheme and host."""
    return target if target.startswith("/") else "/" + "/".join(target.split("/", 3)[3:])


def _whole(reply: HttpResponse) -> web.Response:
    return web.Response(status=reply.status, headers=reply.headers, body=reply.body)


async def _cut_short(request: web.Request, reply: HttpResponse, announced: int) -> web.StreamResponse:
    response = web.StreamResponse(status=reply.status, headers=reply.headers)
    response.content_length = announced
    response.force_close()
    await response.prepare(request)
    await response.write(reply.body)
    return response


def _disconnect(request: web.Request, reply: Disconnect) -> None:
    transport = request.transport
    if transport is None:  # the client has disconnected first
        return
    if reply.reset:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    transport.abort()


_listeners: weakref.WeakSet[socket.socket] = weakref.WeakSet()


def _close_listeners() -> None:
    for listener in _listeners:
        listener.close()


# A forked child has a copy of the socket, which would keep listening as long as the child lives. Windows does not fork.
getattr(os, "register_at_fork", lambda **_: None)(after_in_child=_close_listeners)
