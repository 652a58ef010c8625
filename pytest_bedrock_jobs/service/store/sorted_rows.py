"""A sorted sequence in blocks: adding or removing a row moves the rows of one block, not all the rows after it."""

from __future__ import annotations

import bisect
import datetime
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Generic, Protocol, TypeAlias, TypeVar

Position: TypeAlias = "tuple[datetime.datetime, int]"
"""Where a row is: by time of creation, then by order of creation. No two are the same."""

_LARGEST_BLOCK = 1000


class Row(Protocol):
    """What has a position."""

    position: Position


T = TypeVar("T", bound=Row)

_position_of: Callable[[Row], Position] = attrgetter("position")


def _last_position_of(block: list[T]) -> Position:
    return block[-1].position


class SortedRows(Generic[T]):
    """Rows in the order of their positions."""

    def __init__(self) -> None:
        self._blocks: list[list[T]] = []  # none of them empty
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def add(self, row: T) -> None:
        """Insert a row where it belongs: nearly always at the end."""
        self._length += 1
        blocks = self._blocks
        if not blocks:
            blocks.append([row])
        elif row.position > blocks[-1][-1].position:
            if len(blocks[-1]) == _LARGEST_BLOCK:
                blocks.append([])
            blocks[-1].append(row)
        else:  # a clock was set back, or an older job ends after a newer one
            self._insert(row)

    def _insert(self, row: T) -> None:
        number = self._block_with(row.position)
        block = self._blocks[number]
        bisect.insort(block, row, key=_position_of)
        if len(block) > _LARGEST_BLOCK:
            self._blocks.insert(number + 1, block[_LARGEST_BLOCK // 2 :])
            del block[_LARGEST_BLOCK // 2 :]

    def remove(self, row: T) -> None:
        """Remove a row."""
        self._length -= 1
        number = self._block_with(row.position)
        block = self._blocks[number]
        del block[bisect.bisect_left(block, row.position, key=_position_of)]
        if not block:
            del self._blocks[number]

    def _block_with(self, position: Position) -> int:
        """The number of the first block that reaches this position."""
        return bisect.bisect_left(self._blocks, position, key=_last_position_of)

    def forward(self, after: Position | None) -> Iterator[T]:
        """The rows after a position, or all of them, from the first to the last."""
        first = self._block_with(after) if after else 0
        for block in self._blocks[first:]:
            if after:
                block = block[bisect.bisect_right(block, after, key=_position_of) :]
                after = None  # all further blocks come after it
            yield from block

    def backward(self, before: Position | None) -> Iterator[T]:
        """The rows before a position, or all of them, from the last to the first."""
        last = self._block_with(before) if before else len(self._blocks)
        for block in reversed(self._blocks[: last + 1]):
            if before:
                block = block[: bisect.bisect_left(block, before, key=_position_of)]
                before = None  # all further blocks come before it
            yield from reversed(block)
