"""All state of one mock: what exists, in every account and Region."""

from __future__ import annotations

import datetime
import functools
import os
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, NamedTuple

from ..arns import Scope
from ..calls import ApiCall
from .kinds import Kind, LongRunningKind, Outcome, Promise, R
from .model_files import ModelFiles
from .planned_outcomes import PlannedOutcomes
from .prepared_responses import PreparedResponses
from .readiness import Readiness
from .table import Names, Table

if TYPE_CHECKING:
    from ..stubs import Stub

_COMPLETED = Outcome()


class Running:
    """A job, or a model being created, that has not ended."""

    __slots__ = ("arn", "kind", "model_polls", "otherwise", "outcome", "polls", "scope", "since")

    def __init__(
        self,
        kind: LongRunningKind[Any],
        scope: Scope,
        arn: str,
        since: datetime.datetime,
        outcome: Outcome | None,
        otherwise: Outcome | None = None,
    ) -> None:
        self.kind: LongRunningKind[Any] = kind
        self.scope: Scope = scope
        self.arn: str = arn
        self.since: datetime.datetime = since
        self.outcome: Outcome | None = outcome
        self.otherwise: Outcome = otherwise or _COMPLETED
        self.polls: int = 0  # by Gets and Lists that saw it
        self.model_polls: int = 0  # by Gets and Lists that wanted the model it will make


class Pending:
    """The running jobs that will create models of one kind in one scope, oldest first."""

    def __init__(self) -> None:
        self._by_key: dict[str, Running] = {}
        self._by_name: Names[Running] = Names()

    def __len__(self) -> int:
        return len(self._by_key)

    def add(self, promise: Promise, running: Running) -> None:
        """Add a job that has started."""
        self._by_key[promise.key] = running
        if promise.name is not None:
            self._by_name.add(promise.name, running)

    def remove(self, promise: Promise) -> None:
        """Remove a job that has ended."""
        running = self._by_key.pop(promise.key)
        if promise.name is not None:
            self._by_name.remove(promise.name, running)

    def find(self, identifier: str) -> Running | None:
        """The job that will create the model with this key or name; of several with one name, the newest."""
        return self._by_key.get(identifier) or self._by_name.newest(identifier)

    def all(self) -> Collection[Running]:
        """All of them, as a view: ending one removes it."""
        return self._by_key.values()


class FirstCall(NamedTuple):
    """The first successful call with an idempotency token, and its output, whether or not the caller received it."""

    call: ApiCall
    output: Mapping[str, Any]


class Store:
    """Everything that exists; ``lock`` makes one request one step, from the first read to the last change.

    Args:
        kinds: The kinds of resources.
        cold_models: When imported models are cold.
        new_id: Returns another id at each call; called within the lock.
    """

    def __init__(self, kinds: Iterable[Kind[Any]], cold_models: object, new_id: Callable[[], str]) -> None:
        self.lock: AbstractContextManager[bool] = threading.RLock()
        self.new_id: Callable[[], str] = new_id
        self.tables: Mapping[Kind[Any], Table[Any]] = {kind: Table() for kind in kinds}
        self.readiness: Readiness = Readiness(cold_models)
        self.model_files: ModelFiles = ModelFiles()
        self.prepared_responses: PreparedResponses = PreparedResponses()
        # By account and Region, operation, and token.
        self.tokens: defaultdict[tuple[Scope, str], dict[str, FirstCall]] = defaultdict(dict)
        # What has not ended, and the same in order of time: an ended one stays in the queue until it is its turn.
        self.running: dict[str, Running] = {}
        self.running_by_time: deque[Running] = deque()
        self.planned_outcomes: PlannedOutcomes = PlannedOutcomes()
        # By their names, the quotas that would have been exceeded if they apply: how much they allow.
        self.quotas_met: dict[str, int] = {}
        # The ARNs of what a test did not ask for, such as the job of a model that it added.
        self.invented: set[str] = set()
        # Oldest first: the newest that fits a request responds.
        self.stubs: list[Stub] = []
        # By the kind of model that running jobs will make, and where.
        self.pending: defaultdict[tuple[Kind[Any], Scope], Pending] = defaultdict(Pending)

    @functools.cached_property
    def page_key(self) -> bytes:
        """The key of this store's page tokens: another store refuses them."""
        return os.urandom(16)

    def table(self, kind: Kind[R]) -> Table[R]:
        """The resources of this kind."""
        return self.tables[kind]
