"""What exists in one mock, and how what is in progress ends: by the test, or when it is due. Only requests move it."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, TypeAlias

from .. import arns
from ..arns import Scope
from ..errors import ServiceError, not_found
from ..inference.models import kind_of
from .outcomes import Outcome, PlannedOutcome
from .progress import Progress, Readiness, progress_from
from .table import Position, R, Table
from .tokens import FirstResponse

if TYPE_CHECKING:
    from ..records import Resource
    from .prepared_responses import PreparedResponse, Stub


NewArn: TypeAlias = Callable[[str], str]
"""From a type of resource to the ARN of a new one, in the scope of what creates it."""

End: TypeAlias = "Callable[[R, Outcome, datetime.datetime], R | None]"
"""From a record that is in progress, its outcome and the time, to the record from now on; None if it is gone."""

Make: TypeAlias = "Callable[[R, Outcome, NewArn], tuple[R, Resource]]"
"""From the record of a completed job, its outcome and a way to make ARNs, to its record and that of its model."""


def ended(record: Any, outcome: Outcome, status: str, **fields: Any) -> Any:
    """A record that was in progress, with these fields from now on, and this status unless it has failed."""
    message = outcome.failure_message
    return replace(record, status=status if message is None else "Failed", failure_message=message, **fields)


def common_fields(arn: str, name: str, time: datetime.datetime) -> dict[str, Any]:
    """What the record of every new resource has: ARN and name, and where and when it was created.

    A model that a job makes is as old as the job (as on AWS).
    """
    _, _, _, region, account_id, _ = arn.split(":", 5)
    return {"arn": arn, "name": name, "region": region, "account_id": account_id, "creation_time": time}


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ResourceKind(Generic[R]):
    """A kind of resource, such as import jobs.

    Attributes:
        words: What messages call one of them.
        arn_type: The last part of their ARNs up to the first slash.
        quota: How many of them an account may have in a Region, after what AWS calls that; None for any number.
        quota_in_progress: The same for those that are in progress at first.
        unknown_name: Makes the error for a name that none of them has; for an ARN it is ResourceNotFoundException.
        uses: From its record to the ARNs of what it has and may come to have, which cannot be deleted meanwhile, unless
            it has failed.
        end: How one that is in progress at first ends; operations that stop, update or delete one say themselves how
            that ends.
        makes: The kind of model that it creates in its own scope once it is completed; None if it creates none.
        make: How it creates that.
        promised: From its record to the ARN and names by which requests may already ask for that model; empty for one
            that will create none.
        state: From its record to its status, or to what says more about it.
    """

    words: str
    arn_type: str
    quota: tuple[str, int] | None = None
    quota_in_progress: tuple[str, int] | None = None
    unknown_name: Callable[[str], ServiceError] = not_found
    uses: Callable[[R], Collection[str | None]] = lambda record: ()
    end: End[R] = lambda job, outcome, time: ended(job, outcome, "Completed", end_time=time)
    makes: ResourceKind[Any] | None = None
    make: Make[R] | None = None
    promised: Callable[[R], Collection[str]] = lambda record: ()
    state: Callable[[Any], str] = attrgetter("status")


class Running:
    """A job, or anything else that will change by itself.

    Args:
        kind: Its kind.
        scope: The scope to which it belongs.
        record: What it is meanwhile.
        since: When that began.
        end: How it ends.

    Attributes:
        arn: Its ARN.
        promised: The ARN and names by which requests may already ask for the model that it will create.
        outcome: The outcome that the test planned; None if it planned none.
        otherwise: The outcome if the test says nothing; None for a success.
        polls: How many Gets and Lists have seen it (False), and asked for the model that it will create (True).
    """

    def __init__(self, kind: ResourceKind[R], scope: Scope, record: R, since: datetime.datetime, end: End[R]) -> None:
        self.kind: ResourceKind[Any] = kind
        self.scope: Scope = scope
        self.arn: str = record.arn
        self.promised: Collection[str] = kind.promised(record)
        self.since: datetime.datetime = since
        self.end: End[Any] = end
        self.outcome: Outcome | None = None
        self.otherwise: Outcome | None = None
        self.polls: dict[bool, int] = {False: 0, True: 0}


class Store:
    """Everything that exists, and how it changes; ``lock`` makes one request one step, from first to last.

    Args:
        arn_types: The type in the ARNs of each kind of resource, in the order of reports.
        settings: The options of the mock.
        new_id: Returns another id at each call; called within the lock.

    Attributes:
        progress: When jobs end.
        quotas: Whether AWS's default quotas apply.
        readiness: Which imported models are ready to be invoked.
        running: What has not ended, by ARN.
        planned_outcomes: The outcomes that no job has taken, in the order they were planned.
        first_responses: The responses to successful requests with a token, by scope, operation and token.
        pages: By their tokens, the lists that go on: which list it is, and the position behind which it goes on.
        model_files: The files that a test added, by bucket and key.
        prepared_responses: What models say, by their ARN or name; ``*`` for all for which nothing else was prepared.
        stubs: The responses for operations that the mock does not have, oldest first.
        quotas_ignored: The quotas that were exceeded while none applies.
        invented: The ARNs of what a test did not ask for, such as the job of a model that it added.
    """

    def __init__(self, arn_types: Iterable[str], settings: Mapping[str, Any], new_id: Callable[[], str]) -> None:
        self.lock: AbstractContextManager[bool] = threading.RLock()
        self.new_id: Callable[[], str] = new_id
        self.progress: Progress = progress_from(settings["progress"])
        self.quotas: bool = settings["quotas"]
        self.readiness: Readiness = Readiness(settings["cold_models"])
        # By the type, not by the kind: a module that is imported late can be imported twice, where a test puts
        # `sys.modules` back meanwhile.
        self._tables: dict[str, tuple[ResourceKind[Any], Table[Any]] | None] = dict.fromkeys(arn_types)
        self.running: dict[str, Running] = {}
        self.planned_outcomes: list[PlannedOutcome] = []
        self.first_responses: dict[tuple[Scope, str, str], FirstResponse] = {}
        self.pages: dict[str, tuple[object, Position]] = {}
        self.model_files: dict[str, Mapping[str, Callable[[], bytes]]] = {}
        self.prepared_responses: dict[str, PreparedResponse] = {}
        self.stubs: list[Stub] = []
        self.quotas_ignored: list[tuple[str, int]] = []
        self.invented: set[str] = set()

    @property
    def tables(self) -> Mapping[ResourceKind[Any], Table[Any]]:
        """The resources of each kind that was ever asked for, in the order of reports."""
        return dict(filter(None, self._tables.values()))

    @property
    def invokable(self) -> list[Any]:
        """The imported models, deployments and provisioned throughput, in the order of reports."""
        return [record for table in self.tables.values() for record in table.all() if kind_of(record.arn)]

    def table(self, kind: ResourceKind[R]) -> Table[R]:
        """The resources of this kind."""
        found = self._tables[kind.arn_type] or (kind, Table())
        self._tables[kind.arn_type] = found
        return found[1]

    def forget(self, arn: str) -> None:
        """Remove a resource, whatever it is."""
        for table in self.tables.values():
            if table.get(arn):
                table.remove(arn)

    def start(self, scope: Scope, kind: ResourceKind[R], record: R) -> Running:
        """Keep a new job, or a model that is being created."""
        self.table(kind).add(scope, record)
        running = self.running[record.arn] = Running(kind, scope, record, record.creation_time, kind.end)
        return running

    def change(self, scope: Scope, kind: ResourceKind[R], record: R, since: datetime.datetime, end: End[R]) -> None:
        """Let something that exists change for a while: a job that is stopped, a deployment that is updated or deleted.

        Args:
            scope: The scope to which it belongs.
            kind: Its kind.
            record: What it is meanwhile.
            since: The time at which this begins, instead of whatever was in progress.
            end: What it is then.
        """
        self.table(kind).update(record)
        self.running[record.arn] = Running(kind, scope, record, since, end)

    def settle(self, now: datetime.datetime) -> None:
        """End everything that is due by time, in the order in which it is due."""
        duration = self.progress.duration
        if duration is not None:
            due = [running for running in self.running.values() if running.since + duration <= now]
            for running in sorted(due, key=attrgetter("since")):
                self.end(running, running.since + duration)

    def poll(self, arn: str, now: datetime.datetime, *, for_model: bool = False) -> None:
        """Count a Get or List that sees what may be in progress, or asks for the model that it will create."""
        running = self.running.get(arn)
        if running and self.progress.requests is not None:
            running.polls[for_model] += 1
            if running.polls[for_model] > self.progress.requests:
                self.end(running, now)

    def end(self, running: Running, time: datetime.datetime, outcome: Outcome | None = None) -> None:
        """End what is in progress, as planned or with another outcome."""
        kind, table, scope = running.kind, self.table(running.kind), running.scope
        del self.running[running.arn]
        decided, otherwise = outcome or running.outcome, running.otherwise or Outcome()
        # What the test does not say about a model comes from its files.
        outcome = decided._replace(**(otherwise.description | decided.description)) if decided else otherwise
        record = running.end(table.record(running.arn), outcome, max(time, running.since))
        if record is None:
            table.remove(running.arn)
            return
        if kind.makes and kind.make and running.end is kind.end and record.status == "Completed":
            record, model = kind.make(record, outcome, lambda arn_type: arns.make(scope, arn_type, self.new_id()))
            self.table(kind.makes).add(scope, model)
        table.update(record)

    def pending(self, kind: ResourceKind[Any], scope: Scope, identifier: str | None = None) -> list[Running]:
        """What runs in this scope and will create a model of this kind, oldest first.

        Args:
            kind: The kind of model.
            scope: The scope.
            identifier: An ARN or a name that the model must have; None for any model.
        """
        return [
            running
            for running in self.running.values()
            if (identifier in running.promised if identifier else running.promised)
            and running.scope == scope
            and running.kind.makes
            and running.kind.makes.arn_type == kind.arn_type
        ]
