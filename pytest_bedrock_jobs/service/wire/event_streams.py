"""Event streams (``application/vnd.amazon.eventstream``), and how much of a response has been read.

A stream is a sequence of frames: headers and payload with two checksums.
"""

from __future__ import annotations

import base64
import bisect
import itertools
import json
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..errors import NoResponseError

CONTENT_TYPE = "application/vnd.amazon.eventstream"

_STRING = 7  # the type of every header's value here


def frame(event: Mapping[str, Any]) -> bytes:
    """One event of a stream, such as ``{"chunk": {"bytes": b"..."}}``."""
    [(name, content)] = event.items()
    return _frame("event", name, content)


def exception_frame(code: str, content: Mapping[str, Any]) -> bytes:
    """An exception that ends a stream: botocore raises it as EventStreamError.

    Args:
        code: Such as ``ModelStreamErrorException``.
        content: Its message and further fields.
    """
    return _frame("exception", code[0].lower() + code[1:], content)


def frames(stream: bytes) -> Iterator[bytes]:
    """The frames of an encoded stream, one by one; an incomplete frame comes last."""
    start = 0
    while start < len(stream):
        end = start + max(_length_of(stream[start : start + 4]), 1)
        yield stream[start:end]
        start = end


def _length_of(frame: bytes) -> int:
    return int.from_bytes(frame[:4], "big")


def decode(whole_frame: bytes) -> dict[str, Any]:
    """The event or the exception in a frame, by its name."""
    head_length = int.from_bytes(whole_frame[4:8], "big")
    head, payload = whole_frame[12 : 12 + head_length], whole_frame[12 + head_length : -4]
    content = json.loads(payload)
    if isinstance(content.get("bytes"), str):
        content["bytes"] = base64.b64decode(content["bytes"])
    start = head[0] + 4  # the first header names the event: after its own name, a type and two bytes of length
    name = head[start : start + int.from_bytes(head[start - 2 : start], "big")].decode()
    return {name: content}


class Delivery:
    """A body or a stream that is read after its call has returned, and how far it has been read.

    Args:
        content: The bytes.
        is_stream: Whether they are an event stream, of which each frame arrives for itself.
        breaks: Whether the connection breaks after them.
        pauses: The seconds before each part.

    Attributes:
        breaks: Whether the connection breaks after them.
        position: How many bytes the code under test has read.
        wait: Lets seconds pass before a part arrives; False if the caller does not wait that long.
    """

    __slots__ = ("_content", "_ends", "_is_stream", "_pauses", "breaks", "position", "wait")

    def __init__(self, content: bytes, *, is_stream: bool, breaks: bool, pauses: Sequence[float] = ()) -> None:
        self._content = content
        self._is_stream = is_stream
        # Where each part that arrives for itself ends.
        self._ends = list(itertools.accumulate(map(len, frames(content)))) if is_stream else [len(content)]
        self.breaks: bool = breaks
        self.position: int = 0
        self.wait: Callable[[float], bool] = lambda seconds: True
        self._pauses = dict(enumerate(pauses))

    @property
    def at_end(self) -> bool:
        """Whether all of it has been read."""
        return self.position >= len(self._content)

    def take(self, size: int | None = None) -> bytes:
        """Read the next bytes: the whole rest without a size, and nothing at the end."""
        end = None if size is None or size < 0 else self.position + size
        taken = self._content[self.position : end]
        self.position += len(taken)
        return taken

    def take_part(self) -> bytes:
        """Read the rest of the current part; nothing at the end.

        Raises:
            NoResponseError: If it takes longer to arrive than the caller waits.
        """
        if self.at_end:
            return b""
        part = self._parts_read()
        if (pause := self._pauses.pop(part, 0.0)) and not self.wait(pause):
            raise NoResponseError(NoResponseError.READ_TIMEOUT)
        return self.take(self._ends[part] - self.position)

    def read_so_far(self) -> bytes | tuple[Mapping[str, Any], ...]:
        """The bytes of a body, or the whole events of a stream."""
        if not self._is_stream:
            return self._content[: self.position]
        read = itertools.islice(frames(self._content), self._parts_read())
        return tuple(decode(part) for part in read if len(part) == _length_of(part))  # a cut one comes last

    def _parts_read(self) -> int:
        return bisect.bisect_right(self._ends, self.position)


def _frame(message_type: str, name: str, content: Mapping[str, Any]) -> bytes:
    # The name comes first: ``decode`` reads it there.
    headers = {f":{message_type}-type": name, ":content-type": "application/json", ":message-type": message_type}
    head, payload = b"".join(_headers(headers)), json.dumps(content, default=_base64).encode()
    prelude = struct.pack("!II", 16 + len(head) + len(payload), len(head))
    message = prelude + struct.pack("!I", zlib.crc32(prelude)) + head + payload
    return message + struct.pack("!I", zlib.crc32(message))


def _headers(headers: Mapping[str, str]) -> Iterable[bytes]:
    for name, value in headers.items():
        key, text = name.encode(), value.encode()
        yield struct.pack(f"!B{len(key)}sBH{len(text)}s", len(key), key, _STRING, len(text), text)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
