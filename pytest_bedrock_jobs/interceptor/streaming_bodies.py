"""Bodies that are read after their call has returned, as urllib3, aiohttp and httpx pass them to their callers."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

from ..service.errors import NoResponseError
from ..service.wire.event_streams import Delivery

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it


class StreamingBody(io.RawIOBase):
    """For botocore."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, amt: int | None = None, **_: Any) -> bytes:
        """Read this many bytes, or the whole rest.

        Raises:
            urllib3.exceptions.ProtocolError: Where the connection breaks.
        """
        self._check_open()
        taken = self._delivery.take(amt)
        reads_on = amt is None or amt < 0 or (amt > 0 and not taken)
        if self._delivery.breaks and reads_on:
            raise self._broken()
        return taken

    def readinto(self, buffer: Any) -> int:
        """Read as many bytes as the buffer has room for."""
        taken = self.read(len(buffer))
        buffer[: len(taken)] = taken
        return len(taken)

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        """The parts as they arrive."""
        self._check_open()
        return _parts(self._delivery, self._timed_out, self._broken)

    def tell(self) -> int:
        """How many bytes have been read."""
        return self._delivery.position

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError("I/O operation on closed file.")

    @staticmethod
    def _timed_out() -> Exception:
        from urllib3.exceptions import ReadTimeoutError

        unknown: Any = None  # urllib3 itself passes no pool where it knows none
        return ReadTimeoutError(unknown, unknown, "Read timed out.")

    def _broken(self) -> Exception:
        from urllib3.exceptions import IncompleteRead, ProtocolError

        error = IncompleteRead(self._delivery.position, 1)
        return ProtocolError(f"Connection broken: {error!r}", error)


class AioBody:
    """What all bodies for aiobotocore with aiohttp have.

    Attributes:
        headers: The response's.
    """

    def __init__(self) -> None:
        self.headers: Mapping[str, str] = {}

    @property
    def raw_headers(self) -> list[tuple[bytes, bytes]]:
        """Where aiobotocore before 2.21 takes the headers from."""
        return [(name.encode(), value.encode()) for name, value in self.headers.items()]


class AioStreamingBody(AioBody):
    """For aiobotocore with aiohttp.

    Attributes:
        url: The request's.
    """

    def __init__(self, delivery: Delivery, url: str) -> None:
        super().__init__()
        self._delivery = delivery
        self._closed = False
        self.url: str = url

    @property
    def content(self) -> AioStreamingBody:
        """The stream, which is a separate object in aiohttp."""
        return self

    async def read(self, size: int = -1) -> bytes:
        """Read this many bytes, or the whole rest.

        Raises:
            aiohttp.ClientPayloadError: Where the connection breaks.
        """
        self._check_open()
        taken = self._delivery.take(size)
        if self._delivery.breaks and (size < 0 or (size > 0 and not taken)):
            raise _payload_error()
        return taken

    async def iter_chunks(self) -> AsyncIterator[tuple[bytes, bool]]:
        """The parts as they arrive, each of them whole."""
        self._check_open()
        for part in _parts(self._delivery, _aiohttp_timeout, _payload_error):
            yield part, True

    def at_eof(self) -> bool:
        """Whether everything has been read."""
        return self._delivery.at_end

    def close(self) -> None:
        """Close the connection."""
        self._closed = True

    async def __aenter__(self) -> AioStreamingBody:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def _check_open(self) -> None:
        if self._closed:
            from aiohttp import ClientConnectionError

            raise ClientConnectionError("Connection closed")


def _parts(delivery: Delivery, timed_out: Callable[[], Exception], broken: Callable[[], Exception]) -> Iterator[bytes]:
    """The parts as they arrive, and the library's own exceptions for a connection that is too slow or breaks."""
    try:
        while part := delivery.take_part():
            yield part
    except NoResponseError:
        raise timed_out() from None
    if delivery.breaks:
        raise broken()


def _aiohttp_timeout() -> Exception:
    from aiohttp import ServerTimeoutError

    return ServerTimeoutError("Timeout on reading data from socket")


def _payload_error() -> Exception:
    from aiohttp import ClientPayloadError

    return ClientPayloadError("Response payload is not completed")


def httpx_response(httpx: Any, delivery: Delivery, request: Any, status: int, headers: Mapping[str, str]) -> Any:
    """A response for aiobotocore with httpx: one of httpx's own, since the way it is read depends on the version.

    httpx receives each part whole, however little of it the code reads, so the whole part counts as read.

    Args:
        httpx: The library that aiobotocore uses, which may be a successor with another name.
        delivery: What is read.
        request: botocore's request.
        status: The HTTP status.
        headers: The headers of the response.
    """

    def timed_out() -> Exception:
        error: Exception = httpx.ReadTimeout("")
        return error

    def broken() -> Exception:
        error: Exception = httpx.RemoteProtocolError("peer closed connection without sending complete message body")
        return error

    class Stream(httpx.AsyncByteStream):  # type: ignore[misc]
        async def __aiter__(self) -> AsyncIterator[bytes]:
            for part in _parts(delivery, timed_out, broken):
                yield part

    asked = httpx.Request(request.method, request.url)
    return httpx.Response(status, headers=headers, stream=Stream(), request=asked)
