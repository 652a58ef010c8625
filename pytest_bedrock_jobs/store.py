"""All state of one mock: what exists, in every account and Region."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from .arns import Place
from .records import CopyJob, CustomModel, ImportJob


class Record(Protocol):
    """What a table finds a record by."""

    @property
    def arn(self) -> str:
        """The resource's ARN."""

    @property
    def name(self) -> str:
        """The name it is found by."""


R = TypeVar("R", bound=Record)


class Table(Generic[R]):
    """Records of one kind, oldest first, found by ARN or by name without a search."""

    def __init__(self) -> None:
        self._records: dict[str, R] = {}
        self._names: defaultdict[Place, dict[str, str]] = defaultdict(dict)

    def add(self, place: Place, record: R) -> None:
        """Keep a new record, which belongs to this account and Region."""
        self._records[record.arn] = record
        self._names[place][record.name] = record.arn

    def get(self, arn: str) -> R | None:
        """The record with this ARN, in whatever account and Region."""
        return self._records.get(arn)

    def named(self, place: Place, name: str) -> R | None:
        """The record with this name, in this account and Region."""
        arn = self._names[place].get(name)
        return self._records[arn] if arn else None

    def count(self, place: Place) -> int:
        """How many records this account and Region have."""
        return len(self._names[place])

    def all(self) -> tuple[R, ...]:
        """Every record, oldest first."""
        return tuple(self._records.values())


class TokenUse(NamedTuple):
    """The first request that came with an idempotency token."""

    parameters: Mapping[str, Any]
    output: Mapping[str, Any]


class Store:
    """Everything there is; ``lock`` makes one request one step, from the first look to the last change."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.import_jobs: Table[ImportJob] = Table()
        self.copy_jobs: Table[CopyJob] = Table()
        self.custom_models: Table[CustomModel] = Table()
        self.tokens: dict[tuple[Place, str, str], TokenUse] = {}
        # Jobs in progress, by what they will make: an imported model's name, a custom model's ARN.
        self.running_imports: defaultdict[Place, dict[str, str]] = defaultdict(dict)
        self.running_copies: defaultdict[Place, dict[str, str]] = defaultdict(dict)
