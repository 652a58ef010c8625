"""A body or an event stream that is read after its call has returned, and how far it has been read."""

from __future__ import annotations

import collections
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..errors import NoResponseError
from . import event_stream


class Delivery:
    """The part of one response after its headers.

    Attributes:
        parts: The bytes, as they arrive: one part for each frame of an event stream.
        breaks: Whether the connection breaks after them.
        position: How many bytes the code under test has read.
        wait: Lets seconds pass before a part arrives; False if the caller does not wait that long.
    """

    __slots__ = ("_content", "_is_stream", "_pauses", "breaks", "parts", "position", "wait")

    def __init__(self, content: bytes, *, is_stream: bool, breaks: bool, pauses: Sequence[float] = ()) -> None:
        self._content = content
        self._is_stream = is_stream
        self.breaks: bool = breaks
        self.parts: tuple[bytes, ...] = tuple(event_stream.frames(content)) if is_stream else (content,)
        self.position: int = 0
        self.wait: Callable[[float], bool] = lambda seconds: True
        begins = itertools.accumulate(map(len, self.parts), initial=0)
        # Where the parts begin that take their time, and how much of it.
        self._pauses = collections.deque((begin, pause) for begin, pause in zip(begins, pauses, strict=False) if pause)

    @property
    def at_end(self) -> bool:
        """Whether all of it has been read."""
        return self.position >= len(self._content)

    def take(self, size: int | None = None) -> bytes:
        """Read the next bytes: the whole rest without a size, and nothing at the end."""
        end = len(self._content) if size is None or size < 0 else self.position + size
        while self._pauses and self._pauses[0][0] < end:
            self.wait(self._pauses.popleft()[1])
        taken = self._content[self.position : end]
        self.position += len(taken)
        return taken

    def take_part(self) -> bytes:
        """Read the rest of the current part; nothing at the end.

        Raises:
            NoResponseError: If it takes longer to arrive than the caller waits.
        """
        if self._pauses and self._pauses[0][0] == self.position and not self.wait(self._pauses.popleft()[1]):
            raise NoResponseError(NoResponseError.READ_TIMEOUT)
        end = 0
        for part in self.parts:
            end += len(part)
            if end > self.position:
                return self.take(end - self.position)
        return b""

    def read_so_far(self) -> bytes | tuple[Mapping[str, Any], ...]:
        """The bytes of a body, or the whole events of a stream."""
        if not self._is_stream:
            return self._content[: self.position]
        events, end = [], 0
        for part in self.parts:
            end += len(part)
            if end > self.position:
                break
            events.append(event_stream.decode(part))
        return tuple(events)
