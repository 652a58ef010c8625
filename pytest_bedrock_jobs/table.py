"""Records of one kind, found by ARN or name without a search, walked in order of creation."""

from __future__ import annotations

import datetime
import itertools
from abc import abstractmethod
from collections import defaultdict
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from .arns import Place
from .names import Named, Names
from .rows import Position, Rows


class Record(Protocol):
    """What a table finds and orders a record by."""

    @property
    @abstractmethod
    def arn(self) -> str:
        """The resource's ARN."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The name it is found by."""

    @property
    @abstractmethod
    def creation_time(self) -> datetime.datetime:
        """When it was created."""


R = TypeVar("R", bound=Record)


class Entry(Named, Generic[R]):
    """A record, whatever becomes of it, and where it is found."""

    __slots__ = ("also_in", "place", "position", "record")

    def __init__(self, record: R, position: Position, place: Place, also_in: tuple[Place, ...]) -> None:
        self.record: R = record
        self.position: Position = position
        self.place: Place = place
        self.also_in: tuple[Place, ...] = also_in


class _Shelf(Generic[R]):
    """What one place has: its own records by name, and the rows of its lists."""

    def __init__(self) -> None:
        self.names: Names[Entry[R]] = Names()
        self.rows: Rows[Entry[R]] = Rows()
        self.owned: int = 0


class Table(Generic[R]):
    """See the module."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry[R]] = {}
        self._shelves: defaultdict[Place, _Shelf[R]] = defaultdict(_Shelf)
        self._serials = itertools.count()

    def add(self, place: Place, record: R, also_in: tuple[Place, ...] = ()) -> None:
        """Keep a new record of this place; lists of the other places show it too."""
        entry = Entry(record, (record.creation_time, next(self._serials)), place, also_in)
        self._entries[record.arn] = entry
        shelf = self._shelves[place]
        shelf.owned += 1
        shelf.rows.add(entry)
        shelf.names.add(record.name, entry)
        for other in also_in:
            self._shelves[other].rows.add(entry)

    def update(self, record: R) -> None:
        """Replace the record of the same ARN."""
        self._entries[record.arn].record = record

    def remove(self, arn: str) -> None:
        """Forget a record; its name is free again."""
        entry = self._entries.pop(arn)
        shelf = self._shelves[entry.place]
        shelf.owned -= 1
        shelf.rows.remove(entry)
        shelf.names.remove(entry.record.name, entry)
        for other in entry.also_in:
            self._shelves[other].rows.remove(entry)

    def get(self, arn: str) -> R | None:
        """The record with this ARN, wherever it is."""
        entry = self._entries.get(arn)
        return entry.record if entry else None

    def record(self, arn: str) -> R:
        """The record with this ARN, which must be there."""
        return self._entries[arn].record

    def visible(self, place: Place, arn: str) -> R | None:
        """The record with this ARN, if this place sees it."""
        entry = self._entries.get(arn)
        return entry.record if entry and (place == entry.place or place in entry.also_in) else None

    def owned(self, place: Place, arn: str) -> R | None:
        """The record with this ARN, if it is of this place."""
        entry = self._entries.get(arn)
        return entry.record if entry and entry.place == place else None

    def named(self, place: Place, name: str) -> R | None:
        """The newest record with this name, in this place."""
        entry = self._shelves[place].names.get(name)
        return entry.record if entry else None

    def places_with(self, identifier: str) -> list[Place]:
        """Every place that has a record of this name or ARN."""
        if entry := self._entries.get(identifier):
            return [entry.place]
        return [place for place, shelf in self._shelves.items() if identifier in shelf.names]

    def count(self, place: Place) -> int:
        """How many records this place's lists show."""
        return len(self._shelves[place].rows)

    def owned_count(self, place: Place) -> int:
        """How many of them are its own."""
        return self._shelves[place].owned

    def walk(self, place: Place, after: Position | None, *, descending: bool) -> Iterator[Entry[R]]:
        """What this place's lists show beyond a position, in order of creation or backwards."""
        rows = self._shelves[place].rows
        return rows.backward(after) if descending else rows.forward(after)

    def newest(self, number: int) -> list[R]:
        """The last ones made of all places, the newest first."""
        return [entry.record for entry in itertools.islice(reversed(self._entries.values()), number)]

    def all(self) -> tuple[R, ...]:
        """Every record of every place, in the order they were made."""
        # A list of them is taken in one step, so that requests in other threads may go on.
        return tuple(entry.record for entry in list(self._entries.values()))
