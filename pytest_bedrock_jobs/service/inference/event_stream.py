"""The encoding ``application/vnd.amazon.eventstream``: frames of headers and payload with two checksums."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

CONTENT_TYPE = "application/vnd.amazon.eventstream"

_STRING = 7  # the type of every header's value here


def frame(event: Mapping[str, Any]) -> bytes:
    """One event of a stream, such as ``{"chunk": {"bytes": b"..."}}``."""
    [(name, content)] = event.items()
    return _frame({":event-type": name, ":content-type": "application/json", ":message-type": "event"}, content)


def exception_frame(code: str, content: Mapping[str, Any]) -> bytes:
    """An exception that ends a stream: botocore raises it as EventStreamError.

    Args:
        code: Such as ``ModelStreamErrorException``.
        content: Its message and further fields.
    """
    name = code[0].lower() + code[1:]
    return _frame({":exception-type": name, ":content-type": "application/json", ":message-type": "exception"}, content)


def frames(stream: bytes) -> Iterator[bytes]:
    """The frames of an encoded stream, one by one; an incomplete frame comes last."""
    start = 0
    while start < len(stream):
        end = start + max(int.from_bytes(stream[start : start + 4], "big"), 1)
        yield stream[start:end]
        start = end


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


def _frame(headers: Mapping[str, str], content: Mapping[str, Any]) -> bytes:
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
