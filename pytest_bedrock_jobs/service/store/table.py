"""Records of one kind, found by ARN or name without a search, and listed in order of creation."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from typing import Generic, TypeVar

from ..arns import Scope
from .kinds import R
from .sorted_rows import Position, SortedRows

T = TypeVar("T")


class Names(dict[str, "list[T]"]):
    """The items with each name, in the order they were added."""

    def add(self, name: str, item: T) -> None:
        """Add an item with this name."""
        if name in self:
            self[name].append(item)
        else:
            self[name] = [item]  # a list that is made with its item takes less memory than one that grows

    def remove(self, name: str, item: T) -> None:
        """Remove one of the items with this name."""
        items = self[name]
        items.remove(item)
        if not items:
            del self[name]

    def newest(self, name: str) -> T | None:
        """The item with this name that was added last."""
        items = self.get(name)
        return items[-1] if items else None


class StoredRecord(Generic[R]):
    """The current record of a resource, and where it is listed."""

    __slots__ = ("also_in", "position", "record", "scope")

    def __init__(self, record: R, position: Position, scope: Scope, also_in: tuple[Scope, ...]) -> None:
        self.record: R = record
        self.position: Position = position
        self.scope: Scope = scope
        self.also_in: tuple[Scope, ...] = also_in


class _ScopeIndex(Generic[R]):
    """The contents of one scope: its own records by name, and the rows of its lists."""

    def __init__(self) -> None:
        self.names: Names[StoredRecord[R]] = Names()
        self.rows: SortedRows[StoredRecord[R]] = SortedRows()
        self.owned: int = 0


class Table(Generic[R]):
    """See the module."""

    def __init__(self) -> None:
        self._stored: dict[str, StoredRecord[R]] = {}
        self._indexes: defaultdict[Scope, _ScopeIndex[R]] = defaultdict(_ScopeIndex)
        self._serials = itertools.count()

    def add(self, scope: Scope, record: R, also_in: tuple[Scope, ...] = ()) -> None:
        """Keep a new record of this scope; lists of the other scopes show it too."""
        entry = StoredRecord(record, (record.creation_time, next(self._serials)), scope, also_in)
        self._stored[record.arn] = entry
        index = self._indexes[scope]
        index.owned += 1
        index.rows.add(entry)
        index.names.add(record.name, entry)
        for other in also_in:
            self._indexes[other].rows.add(entry)

    def update(self, record: R) -> None:
        """Replace the record of the same ARN; it may have another name."""
        entry = self._stored[record.arn]
        if entry.record.name != record.name:
            names = self._indexes[entry.scope].names
            names.remove(entry.record.name, entry)
            names.add(record.name, entry)
        entry.record = record

    def share(self, arn: str, scopes: tuple[Scope, ...]) -> None:
        """Let the lists of these further scopes show a record too."""
        entry = self._stored[arn]
        for scope in scopes:
            if scope not in (entry.scope, *entry.also_in):
                self._indexes[scope].rows.add(entry)
                entry.also_in += (scope,)

    def remove(self, arn: str) -> None:
        """Forget a record; its name is free again."""
        entry = self._stored.pop(arn)
        index = self._indexes[entry.scope]
        index.owned -= 1
        index.rows.remove(entry)
        index.names.remove(entry.record.name, entry)
        for other in entry.also_in:
            self._indexes[other].rows.remove(entry)

    def get(self, arn: str) -> R | None:
        """The record with this ARN, in whatever scope."""
        entry = self._stored.get(arn)
        return entry.record if entry else None

    def record(self, arn: str) -> R:
        """The record with this ARN, which must exist."""
        return self._stored[arn].record

    def visible(self, scope: Scope, arn: str) -> R | None:
        """The record with this ARN, if this scope can see it."""
        entry = self._stored.get(arn)
        return entry.record if entry and (scope == entry.scope or scope in entry.also_in) else None

    def owned(self, scope: Scope, arn: str) -> R | None:
        """The record with this ARN, if it belongs to this scope."""
        entry = self._stored.get(arn)
        return entry.record if entry and entry.scope == scope else None

    def named(self, scope: Scope, name: str) -> R | None:
        """The newest record with this name, in this scope."""
        entries = self._indexes[scope].names.get(name)
        return entries[-1].record if entries else None

    def all_named(self, name: str) -> list[R]:
        """Every record with this name, in whatever scope."""
        return [entry.record for index in self._indexes.values() for entry in index.names.get(name, ())]

    def scopes_with(self, identifier: str) -> list[Scope]:
        """Every scope that has a record with this name or ARN."""
        if entry := self._stored.get(identifier):
            return [entry.scope]
        return [scope for scope, index in self._indexes.items() if identifier in index.names]

    def count(self, scope: Scope) -> int:
        """How many records this scope's lists show."""
        return len(self._indexes[scope].rows)

    def owned_count(self, scope: Scope) -> int:
        """How many of them are its own."""
        return self._indexes[scope].owned

    def walk(self, scope: Scope, after: Position | None, *, descending: bool) -> Iterator[StoredRecord[R]]:
        """The rows of this scope's lists after a position, in order of creation or in reverse."""
        rows = self._indexes[scope].rows
        return rows.backward(after) if descending else rows.forward(after)

    def newest(self, number: int) -> list[R]:
        """The latest records of all scopes, the newest first."""
        return [entry.record for entry in itertools.islice(reversed(self._stored.values()), number)]

    def all(self) -> tuple[R, ...]:
        """Every record of every scope, in the order they were created."""
        # Copied to a list in one step, so that requests in other threads may go on.
        return tuple(entry.record for entry in list(self._stored.values()))
