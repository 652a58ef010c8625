"""The mock's responses as those of botocore and aiobotocore, which read them through urllib3, aiohttp or httpx."""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

from urllib3.exceptions import IncompleteRead, ProtocolError, ReadTimeoutError

from ..service.errors import NoResponseError
from ..service.wire.codec import Response
from ..service.wire.event_streams import Delivery

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it


def of_library(library: str, http_session: Any, request: Any, response: Response, delivery: Delivery | None) -> Any:
    """A response as that of botocore, a copy of it, or aiobotocore.

    Args:
        library: The name of the library.
        http_session: What its client sends with; for aiobotocore, its HTTP library decides.
        request: The request.
        response: The response.
        delivery: What is read of it after the call has returned; None if all of it is read before.
    """
    url, status, headers = request.url, response.status, response.headers
    name = f"{library}.awsrequest"
    awsrequest: Any = sys.modules.get(name) or importlib.import_module(name)
    if library != "aiobotocore":
        body = _Body(delivery) if delivery else _ReadAtOnce(response.body)
        return awsrequest.AWSResponse(url, status, headers, body)
    delivery = delivery or Delivery(response.parts, is_stream=False, breaks=False)
    module = sys.modules.get("aiobotocore.httpxsession")
    if module and isinstance(http_session, module.HttpxSession):
        raw = _httpx_response(module.httpx, delivery, request, response)
        return awsrequest.HttpxAWSResponse(url, status, headers, raw)
    return awsrequest.AioAWSResponse(url, status, headers, _AwaitedBody(delivery, url, headers))


class _ReadAtOnce(io.BytesIO):
    """What botocore reads before it returns; most responses are, so this takes less time than the general form."""

    def read(self, amt: int | None = None, **_: Any) -> bytes:
        """Read this many bytes, or the whole rest; ``amt`` is urllib3's name of it."""
        return super().read(amt)

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        """All of it, as one part."""
        yield super().read()


class _Body(io.RawIOBase):
    """What botocore reads, as from urllib3."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery

    def readable(self) -> bool:
        return True

    def read(self, amt: int | None = None, **_: Any) -> bytes:
        """Read this many bytes, or the whole rest; ``amt`` is urllib3's name of it."""
        return super().read(-1 if amt is None else amt) or b""

    def readinto(self, buffer: Any) -> int:
        """Read as many bytes as the buffer has room for."""
        self._checkClosed()
        taken = _take(self._delivery, len(buffer), self._broken)
        buffer[: len(taken)] = taken
        return len(taken)

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        """The parts as they arrive."""
        self._checkClosed()
        unknown: Any = None  # urllib3 itself passes no pool where it knows none
        return _parts(self._delivery, lambda: ReadTimeoutError(unknown, unknown, "Read timed out."), self._broken)

    def tell(self) -> int:
        """How many bytes have been read."""
        return self._delivery.position

    def _broken(self) -> Exception:
        error = IncompleteRead(self._delivery.position, 1)
        return ProtocolError(f"Connection broken: {error!r}", error)


class _AwaitedBody:
    """What aiobotocore reads, as from aiohttp."""

    def __init__(self, delivery: Delivery, url: str, headers: Mapping[str, str]) -> None:
        self._delivery = delivery
        self._closed = False
        self.url = url
        self.headers = headers
        # Where aiobotocore before 2.21 takes the headers from.
        self.raw_headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    @property
    def content(self) -> _AwaitedBody:
        """The stream, which is a separate object in aiohttp."""
        return self

    async def read(self, size: int = -1) -> bytes:
        """Read this many bytes, or the whole rest.

        Raises:
            aiohttp.ClientPayloadError: Where the connection breaks.
        """
        self._check_open()
        return _take(self._delivery, size, _payload_error)

    async def iter_chunks(self) -> AsyncIterator[tuple[bytes, bool]]:
        """The parts as they arrive, each of them whole."""
        from aiohttp import ServerTimeoutError

        self._check_open()
        text = "Timeout on reading data from socket"
        for part in _parts(self._delivery, lambda: ServerTimeoutError(text), _payload_error):
            yield part, True

    def at_eof(self) -> bool:
        """Whether everything has been read."""
        return self._delivery.at_end

    def close(self) -> None:
        """Close the connection."""
        self._closed = True

    async def __aenter__(self) -> _AwaitedBody:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def _check_open(self) -> None:
        if self._closed:
            from aiohttp import ClientConnectionError

            raise ClientConnectionError("Connection closed")


def _take(delivery: Delivery, size: int, broken: Callable[[], Exception]) -> bytes:
    """The next bytes, or the whole rest for a negative size."""
    taken = delivery.take(size)
    if delivery.breaks and (size < 0 or (size > 0 and not taken)):
        raise broken()
    return taken


def _parts(delivery: Delivery, timed_out: Callable[[], Exception], broken: Callable[[], Exception]) -> Iterator[bytes]:
    """The parts as they arrive, and the library's own exceptions for a connection that is too slow or breaks."""
    try:
        while part := delivery.take_part():
            yield part
    except NoResponseError:
        raise timed_out() from None
    if delivery.breaks:
        raise broken()


def _payload_error() -> Exception:
    from aiohttp import ClientPayloadError

    return ClientPayloadError("Response payload is not completed")


def _httpx_response(httpx: Any, delivery: Delivery, request: Any, response: Response) -> Any:
    """A response of httpx's own, since the way it is read depends on the version.

    httpx, or a successor with another name, receives each part whole, however little of it the code reads, so the
    whole part counts as read.
    """

    class Stream(httpx.AsyncByteStream):  # type: ignore[misc]
        async def __aiter__(self) -> AsyncIterator[bytes]:
            text = "peer closed connection without sending complete message body"
            for part in _parts(delivery, lambda: httpx.ReadTimeout(""), lambda: httpx.RemoteProtocolError(text)):
                yield part

    asked = httpx.Request(request.method, request.url)
    return httpx.Response(response.status, headers=response.headers, stream=Stream(), request=asked)
