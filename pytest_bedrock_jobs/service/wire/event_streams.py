"""Event streams (``application/vnd.amazon.eventstream``), and how much of a response has been read.

A stream is a sequence of frames: headers and payload with two checksums.
"""

from __future__ import annotations

import base64
import bisect
import datetime
import itertools
import json
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ..errors import NoResponseError
from .frozen import frozen

CONTENT_TYPE = "application/vnd.amazon.eventstream"

_STRING = 7  # the type of every header's value here


class Part(NamedTuple):
    """Bytes that arrive for themselves: a frame of a stream, or a whole body.

    Attributes:
        data: The bytes.
        event: What the frame says, by its name; None for a body, and for a frame that is cut.
    """

    data: bytes
    event: Mapping[str, Any] | None = None


def frame(event: Mapping[str, Any], message_type: str = "event") -> Part:
    """The frame of an event such as ``{"chunk": {"bytes": b"..."}}``, or of an exception that ends a stream."""
    [(name, content)] = event.items()
    headers = {":message-type": message_type, f":{message_type}-type": name, ":content-type": "application/json"}
    head, payload = b"".join(map(_header, headers.items())), json.dumps(content, default=json_value).encode()
    prelude = struct.pack("!II", 16 + len(head) + len(payload), len(head))
    message = prelude + struct.pack("!I", zlib.crc32(prelude)) + head + payload
    return Part(message + struct.pack("!I", zlib.crc32(message)), event)


def _header(header: tuple[str, str]) -> bytes:
    key, text = map(str.encode, header)
    return struct.pack(f"!B{len(key)}sBH{len(text)}s", len(key), key, _STRING, len(text), text)


def json_value(value: datetime.datetime | bytes) -> str:
    """What JSON has no type for, in the form of all of Bedrock's models: Base64, and ISO 8601."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Delivery:
    """A body or a stream that is read after its call has returned, and how far it has been read.

    Args:
        parts: What arrives.
        is_stream: Whether it is an event stream.
        breaks: Whether the connection breaks after it.
        pauses: The seconds before each part.

    Attributes:
        breaks: Whether the connection breaks after it.
        position: How many bytes the code under test has read.
        wait: Lets seconds pass before a part arrives; False if the caller does not wait that long.
    """

    def __init__(self, parts: Sequence[Part], *, is_stream: bool, breaks: bool, pauses: Sequence[float] = ()) -> None:
        self._parts = parts
        self._content = b"".join(part.data for part in parts)
        self._ends = list(itertools.accumulate(len(part.data) for part in parts))
        self._is_stream = is_stream
        self.breaks: bool = breaks
        self.position: int = 0
        self.wait: Callable[[float], bool] = lambda seconds: True
        self._pauses = dict(enumerate(pauses))

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"wait": None}  # copied with a record: nothing more is read of it

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
        return tuple(frozen(part.event) for part in self._parts[: self._parts_read()] if part.event)

    def _parts_read(self) -> int:
        return bisect.bisect_right(self._ends, self.position)
