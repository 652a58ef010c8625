"""Records of one kind: found by ARN or name, and listed in order of creation."""

from __future__ import annotations

import bisect
import datetime
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from ..arns import Scope

if TYPE_CHECKING:
    from ..records import Resource

R = TypeVar("R", bound="Resource")

Position: TypeAlias = "tuple[datetime.datetime, int]"
"""Where a row is listed: by time of creation, then by order of creation. No two rows have the same."""


class Row(Generic[R]):
    """A resource as it is now, and where it is listed.

    Attributes:
        record: Its latest record.
        position: Its place in each list.
        scopes: The scopes whose lists show it; it belongs to the first.
    """

    __slots__ = ("position", "record", "scopes")

    def __init__(self, record: R, position: Position, scope: Scope) -> None:
        self.record: R = record
        self.position: Position = position
        self.scopes: tuple[Scope, ...] = (scope,)


_position_of: Callable[[Row[Any]], Position] = attrgetter("position")


class Table(Generic[R]):
    """All resources of one kind, in every account and Region."""

    def __init__(self) -> None:
        self._by_arn: dict[str, Row[R]] = {}
        self._by_name: defaultdict[str, list[Row[R]]] = defaultdict(list)  # in the order they were added
        self._lists: defaultdict[Scope, list[Row[R]]] = defaultdict(list)  # each is sorted by position
        self._serials = itertools.count()

    def add(self, scope: Scope, record: R) -> None:
        """Keep a new record of this scope."""
        row = Row(record, (record.creation_time, next(self._serials)), scope)
        self._by_arn[record.arn] = row
        self._by_name[record.name].append(row)
        bisect.insort(self._lists[scope], row, key=_position_of)

    def update(self, record: R) -> None:
        """Replace the record of the same ARN, which may have another name now."""
        row = self._by_arn[record.arn]
        if row.record.name != record.name:
            self._by_name[row.record.name].remove(row)
            self._by_name[record.name].append(row)
        row.record = record

    def share(self, arn: str, scopes: Iterable[Scope]) -> None:
        """Let the lists of further scopes show a record too."""
        row = self._by_arn[arn]
        for scope in scopes:
            if scope not in row.scopes:
                bisect.insort(self._lists[scope], row, key=_position_of)
                row.scopes += (scope,)

    def remove(self, arn: str) -> None:
        """Forget a record; its name is free again."""
        row = self._by_arn.pop(arn)
        self._by_name[row.record.name].remove(row)
        for scope in row.scopes:
            rows = self._lists[scope]
            del rows[bisect.bisect_left(rows, row.position, key=_position_of)]

    def get(self, arn: str) -> R | None:
        """The record with this ARN, in whatever scope."""
        row = self._by_arn.get(arn)
        return row.record if row else None

    def record(self, arn: str) -> R:
        """The record with this ARN, which must exist."""
        return self._by_arn[arn].record

    def visible(self, scope: Scope, arn: str) -> R | None:
        """The record with this ARN, if this scope can see it."""
        row = self._by_arn.get(arn)
        return row.record if row and scope in row.scopes else None

    def find(self, scope: Scope, identifier: str) -> R | None:
        """The record of this scope with this ARN, or the newest with this name."""
        row = self._by_arn.get(identifier)
        rows = [row] if row else self._by_name.get(identifier, ())
        return next((row.record for row in reversed(rows) if row.scopes[0] == scope), None)

    def count(self, scope: Scope) -> int:
        """How many records belong to this scope."""
        return sum(row.scopes[0] == scope for row in self._lists[scope])

    def walk(self, scope: Scope, start: Position | None, *, descending: bool) -> Iterator[Row[R]]:
        """The rows of this scope's lists behind a position, or all, in order of creation or in reverse."""
        rows = self._lists[scope]
        # Copies: whoever walks may remove rows.
        if descending:
            return reversed(rows[: bisect.bisect_left(rows, start, key=_position_of)] if start else rows.copy())
        return iter(rows[bisect.bisect_right(rows, start, key=_position_of) if start else 0 :])

    def all(self) -> tuple[R, ...]:
        """Every record of every scope, in the order they were created."""
        # Copied to a list in one step, so that requests in other threads may go on.
        return tuple(row.record for row in list(self._by_arn.values()))
