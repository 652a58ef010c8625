"""HTTP/1.1 and HTTP/2 on one port of the loopback interface, in a separate thread; hypercorn speaks both.

It knows nothing about Bedrock. It passes each request to a function, in a thread of its own because the function may
wait, and sends the returned response as it is, or ends the connection without one.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import itertools
import logging
import os
import socket
import ssl
import struct
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.asyncio.tcp_server import TCPServer
from hypercorn.asyncio.worker_context import WorkerContext
from hypercorn.config import Config
from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable

from ..service.errors import NoResponseError
from ..timekeeping.real_time import REAL

LARGEST_BODY = 25_000_000
"""The largest body that a Bedrock operation accepts: the blob of InvokeModel, in bytes."""

_LOOPBACK = "127.0.0.1"  # nothing outside of the machine can reach it
_GRACE = 2.0  # seconds for a response that is being written when the server closes
# Linger for no time: closing resets the connection instead of ending it in order.
_NO_LINGERING = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
# RFC 9113: how HTTP/2 begins, how many bytes a frame has before its payload, and the type of a frame.
_PREFACE, _FRAME_HEADER, _GOAWAY = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 9, 7


class _Config(Config):
    errorlog = logging.getLogger(__name__)
    h11_max_incomplete_size = 65_536  # bytes of headers: session tokens can be longer than the default of 16 KB
    include_date_header = False  # the mock's own has its clock's time
    include_server_header = False
    keep_alive_max_requests = sys.maxsize
    keep_alive_timeout = float("inf")


class _Reader:
    """What a client sends, without the frames of HTTP/2 by which it announces that it will send no more requests.

    h2 takes these for the end, and would send nothing more of the responses that have begun. The real end closes a
    connection of HTTP/2. In HTTP/1.1 a client may still wait for its response: there it terminates the context, because
    hypercorn keeps what a client has ended like what is idle.
    """

    def __init__(self, reader: asyncio.StreamReader, transport: asyncio.WriteTransport, context: WorkerContext) -> None:
        self._read = reader.read
        self._at_eof = False
        self._transport = transport
        self._context = context
        self._frames: bytearray | None = None  # of HTTP/2, from the one on that has not come whole

    def at_eof(self) -> bool:
        return self._at_eof  # not before `read` has seen the end, which may come while hypercorn does something else

    async def read(self, size: int) -> bytes:
        data, whole = await self._read(size), bytearray()
        if not data:
            self._at_eof = True
            await self._context.terminated.set()
            if self._frames is not None:
                self._transport.abort()
        if data.startswith(_PREFACE):
            whole += _PREFACE
            self._frames, data = bytearray(), data[len(_PREFACE) :]
        if self._frames is None:
            return data
        self._frames += data
        while len(self._frames) >= (length := _FRAME_HEADER + int.from_bytes(self._frames[:3], "big")):
            if self._frames[3] != _GOAWAY:
                whole += self._frames[:length]
            del self._frames[:length]
        return bytes(whole)


class HttpRequest(NamedTuple):
    """One request.

    Attributes:
        method: ``GET`` and so on.
        target: Path and query as they were sent, still percent-encoded.
        headers: By their names in lower case.
        body: All of it; of one that is larger than ``LARGEST_BODY``, as much as shows that.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


class HttpResponse(NamedTuple):
    """One response.

    Attributes:
        status: The HTTP status.
        headers: The headers.
        parts: The body, part by part; the next part may keep whoever asks for it waiting.
        breaks_off_before: How many bytes a body that breaks off at its end would have; 0 for a whole one.
    """

    status: int
    headers: Mapping[str, str]
    parts: Iterable[bytes]
    breaks_off_before: int = 0


Handle: TypeAlias = Callable[[HttpRequest], HttpResponse | NoResponseError]
"""Responds to a request, or ends the connection without a response; called from many threads at once."""


@contextlib.contextmanager
def http_server(handle: Handle, tls: ssl.SSLContext | None) -> Iterator[str]:
    """A server that listens within the block, in which it has the returned URL, with a port that the system chose.

    Args:
        handle: Responds to a request.
        tls: Makes it speak HTTPS.
    """
    listener = socket.create_server((_LOOPBACK, 0), backlog=128)
    loop, closing = asyncio.SelectorEventLoop(), asyncio.Event()
    loop.time = REAL["monotonic"]  # type: ignore[method-assign]  # freezegun would stop that of asyncio

    def serve() -> None:
        with contextlib.closing(loop):  # not where the server is stopped, which may be a copy of it in a forked child
            loop.run_until_complete(_serve(handle, listener, tls, closing))

    thread = threading.Thread(target=serve, name="bedrock-jobs-server", daemon=True)
    thread.start()
    # A forked child has a copy of the socket, which would listen as long as the child lives. Windows does not fork.
    getattr(os, "register_at_fork", lambda **_: None)(after_in_child=listener.close)
    try:
        yield f"{'https' if tls else 'http'}://{_LOOPBACK}:{listener.getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(closing.set)
        thread.join()


async def _serve(handle: Handle, listener: socket.socket, tls: ssl.SSLContext | None, closing: asyncio.Event) -> None:
    config, loop = _Config(), asyncio.get_running_loop()

    async def terminate(context: WorkerContext) -> None:
        await closing.wait()
        await context.terminated.set()  # idle connections end now, and others after their response

    # Instead of hypercorn's own `serve`, whose applications cannot reach the connection: faults end it.
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # asyncio does it only for sockets that name their protocol: bodies would wait for a delayed acknowledgement.
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        application = ASGIWrapper(functools.partial(_respond, handle, writer.transport))
        context = WorkerContext(None)
        filtered: Any = _Reader(reader, writer.transport, context)
        # Its responses end with the connection: hypercorn would keep one whose client is gone, and write to it.
        serving = asyncio.ensure_future(TCPServer(application, loop, config, context, {}, filtered, writer))
        ends = [serving, asyncio.ensure_future(writer.wait_closed())]
        tasks: list[asyncio.Future[None]] = [*ends, asyncio.ensure_future(terminate(context))]
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        # What ends a connection, its client or the end of the server, is nobody's mistake here.
        await asyncio.gather(*tasks, return_exceptions=True)

    server = await asyncio.start_server(connected, sock=listener, ssl=tls)
    await closing.wait()
    with contextlib.suppress(NotImplementedError):  # on Windows a loop has no readers
        loop.remove_reader(listener)
    await asyncio.sleep(0)  # what is accepted already begins: asyncio would forget it open once the server is closed
    server.close()
    while tasks := asyncio.all_tasks() - {asyncio.current_task()}:  # what was just accepted makes more of them
        _, late = await asyncio.wait(tasks, timeout=_GRACE)
        for task in late:
            task.cancel()


async def _respond(
    handle: Handle, transport: asyncio.WriteTransport, scope: Any, receive: ASGIReceiveCallable, send: ASGISendCallable
) -> None:
    """The application, as ASGI has it: one request and its response."""
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] != "http.request":  # the client is gone, or wants a WebSocket
            return
        if len(body) <= LARGEST_BODY:  # the rest is read too: many clients read no response before they have sent all
            body += message["body"]
        more = message["more_body"]
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    request = HttpRequest(scope["method"], _target(scope), headers, bytes(body))
    replies: asyncio.Queue[Any] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def call() -> None:
        """Reply with the response, or what is there instead; then with its parts; with nothing at its end."""
        response = handle(request)
        parts = response.parts if isinstance(response, HttpResponse) else ()
        with contextlib.suppress(RuntimeError):  # the server has closed
            for item in itertools.chain([response], parts, [b""]):
                loop.call_soon_threadsafe(replies.put_nowait, item)

    # Not an executor, whose threads keep the process alive.
    threading.Thread(target=call, name="bedrock-jobs-call", daemon=True).start()
    response = await replies.get()
    if isinstance(response, NoResponseError):
        if response.kind in (NoResponseError.CONNECTION_RESET, NoResponseError.ENDPOINT_UNREACHABLE):
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGERING)
        transport.abort()
        await receive()  # until hypercorn knows: it would send a response of its own
        return
    # In HTTP/1.1 hypercorn ends the connection of a response without an end. In HTTP/2 it would wait for the end, and
    # clients find a body broken that is shorter than announced.
    whole = response.breaks_off_before if scope["http_version"] == "2" else 0
    sent = {**response.headers, "content-length": str(whole)} if whole else response.headers
    raw_headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in sent.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": raw_headers})
    while (part := await replies.get()) and not transport.is_closing():  # as it is once its client is gone
        await send({"type": "http.response.body", "body": part, "more_body": True})
    if whole or not response.breaks_off_before:
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _target(scope: Any) -> str:
    """The path and query of a request's target, which some clients precede with scheme and host."""
    target = b"?".join(filter(None, (scope["raw_path"], scope["query_string"]))).decode("latin-1")
    return target if target.startswith("/") else "/" + "/".join(target.split("/", 3)[3:])


@contextlib.contextmanager
def certificate() -> Iterator[tuple[ssl.SSLContext, Path]]:
    """The context with which a server speaks HTTPS, and the file with the authority that its clients have to trust.

    The file is deleted after the block.
    """
    import trustme  # and cryptography: needed only for HTTPS

    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["h2", "http/1.1"])
    authority.issue_cert(_LOOPBACK, "localhost").configure_cert(context)
    with authority.cert_pem.tempfile() as file:
        yield context, Path(file)
