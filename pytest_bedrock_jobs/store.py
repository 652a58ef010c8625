"""All state of one mock: what exists, in every account and Region."""

from __future__ import annotations

import bisect
import datetime
import itertools
import operator
import os
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from .arns import Place
from .records import CopyJob, CustomModel, ImportedModel, ImportJob


class Record(Protocol):
    """What a table finds and orders a record by."""

    @property
    def arn(self) -> str:
        """The resource's ARN."""

    @property
    def name(self) -> str:
        """The name it is found by."""

    @property
    def creation_time(self) -> datetime.datetime:
        """When it was created."""


R = TypeVar("R", bound=Record)


class Position(NamedTuple):
    """Where a record stands in a list: by time of creation, then by order of creation."""

    time: datetime.datetime
    serial: int


class _Entry(NamedTuple):
    record: Any  # an R; a generic NamedTuple needs Python 3.11
    position: Position
    places: tuple[Place, ...]


_Row = tuple[Position, str]
_position_of: Callable[[_Row], Position] = operator.itemgetter(0)


class Table(Generic[R]):
    """Records of one kind: found by ARN or name without a search, walked in order of creation."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._names: defaultdict[Place, dict[str, list[str]]] = defaultdict(dict)
        self._lists: defaultdict[Place, list[_Row]] = defaultdict(list)
        self._serials = itertools.count()

    def add(self, place: Place, record: R, also_in: Iterable[Place] = ()) -> None:
        """Keep a new record of this place; lists of the other places show it too."""
        entry = _Entry(record, Position(record.creation_time, next(self._serials)), (place, *also_in))
        self._entries[record.arn] = entry
        self._names[place].setdefault(record.name, []).append(record.arn)
        for each in entry.places:
            rows = self._lists[each]
            # Nearly always the end; a clock set back, or an import that ends late, goes further in.
            at_end = not rows or rows[-1][0] < entry.position
            index = len(rows) if at_end else bisect.bisect(rows, entry.position, key=_position_of)
            rows.insert(index, (entry.position, record.arn))

    def update(self, record: R) -> None:
        """Replace the record of the same ARN."""
        self._entries[record.arn] = self._entries[record.arn]._replace(record=record)

    def remove(self, arn: str) -> None:
        """Forget a record; its name is free again."""
        record, position, places = self._entries.pop(arn)
        self._names[places[0]][record.name].remove(arn)
        for place in places:
            rows = self._lists[place]
            del rows[bisect.bisect_left(rows, position, key=_position_of)]

    def get(self, arn: str) -> R | None:
        """The record with this ARN, wherever it is."""
        entry = self._entries.get(arn)
        return entry.record if entry else None

    def record(self, arn: str) -> R:
        """The record with this ARN, which must be there."""
        return self._entries[arn].record  # type: ignore[no-any-return]

    def visible(self, place: Place, arn: str) -> R | None:
        """The record with this ARN, if this place sees it."""
        entry = self._entries.get(arn)
        return entry.record if entry and place in entry.places else None

    def owned(self, place: Place, arn: str) -> R | None:
        """The record with this ARN, if it is of this place."""
        entry = self._entries.get(arn)
        return entry.record if entry and entry.places[0] == place else None

    def named(self, place: Place, name: str) -> R | None:
        """The newest record with this name, in this place."""
        arns = self._names[place].get(name)
        return self._entries[arns[-1]].record if arns else None

    def places_with(self, identifier: str) -> list[Place]:
        """Every place that has a record of this name or ARN."""
        if entry := self._entries.get(identifier):
            return [entry.places[0]]
        return [place for place, names in self._names.items() if names.get(identifier)]

    def count(self, place: Place) -> int:
        """How many records this place's lists show."""
        return len(self._lists[place])

    def owned_count(self, place: Place) -> int:
        """How many of them are its own."""
        return sum(map(len, self._names[place].values()))

    def walk(self, place: Place, after: Position | None, *, descending: bool) -> Iterator[tuple[Position, R]]:
        """This place's records beyond a position, in order of creation or backwards."""
        rows = self._lists[place]
        if descending:
            end = bisect.bisect_left(rows, after, key=_position_of) if after else len(rows)
            indexes: Iterable[int] = range(end - 1, -1, -1)
        else:
            start = bisect.bisect(rows, after, key=_position_of) if after else 0
            indexes = range(start, len(rows))
        for index in indexes:
            position, arn = rows[index]
            yield position, self._entries[arn].record

    def all(self) -> tuple[R, ...]:
        """Every record of every place, in the order they were made."""
        # A list of them is taken in one step, so that requests in other threads may go on.
        return tuple(entry.record for entry in list(self._entries.values()))


class TokenUse(NamedTuple):
    """The first request that came with an idempotency token."""

    parameters: Mapping[str, Any]
    output: Mapping[str, Any]


class Outcome(NamedTuple):
    """How a job ends; a failure has a message, a success may say what the model is like."""

    failure_message: str | None = None
    architecture: str = "llama"
    instruct_supported: bool = True
    custom_model_units: int = 1


class Running:
    """A job, or a model being created, that has not ended."""

    __slots__ = ("arn", "end", "looks", "model_looks", "outcome", "place", "since")

    def __init__(self, place: Place, arn: str, since: datetime.datetime, end: End, outcome: Outcome | None) -> None:
        self.place = place
        self.arn = arn
        self.since = since
        self.end = end
        self.outcome = outcome
        self.looks = 0  # by Gets and Lists that saw it
        self.model_looks = 0  # by Gets of the model it will make


End = Callable[["Store", Running, datetime.datetime, Outcome], None]
"""Turns what ran into its end: changes the record, makes the model."""


class Store:
    """Everything there is; ``lock`` makes one request one step, from the first look to the last change."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.page_key = os.urandom(16)
        self.import_jobs: Table[ImportJob] = Table()
        self.imported_models: Table[ImportedModel] = Table()
        self.copy_jobs: Table[CopyJob] = Table()
        self.custom_models: Table[CustomModel] = Table()
        self.tokens: dict[tuple[Place, str, str], TokenUse] = {}
        # What has not ended, and the same in order of time: an ended one stays in the queue until it is its turn.
        self.running: dict[str, Running] = {}
        self.running_by_time: deque[Running] = deque()
        self.planned_outcomes: deque[Outcome] = deque()
        # What running jobs will make, to the job's ARN: imported models by name, copies by ARN, and by name, which
        # several can have.
        self.coming_imports: defaultdict[Place, dict[str, str]] = defaultdict(dict)
        self.coming_copies: defaultdict[Place, dict[str, str]] = defaultdict(dict)
        self.coming_copies_named: defaultdict[tuple[Place, str], dict[str, None]] = defaultdict(dict)
