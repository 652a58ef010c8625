"""How what is in progress ends: when the test says so, or when it is due. Only requests move it forward."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from .. import arns
from ..arns import Scope
from ..errors import UsageError, no_such, see, shown
from ..records import ImportJob
from .outcomes import NextJob, Outcome, PlannedOutcome, check_outcome
from .resources import End, LongRunningKind, Running, Store
from .table import R, Table

if TYPE_CHECKING:
    from .custom_records import CopyJob, CustomizationJob, CustomModel, CustomModelDeployment, ProvisionedThroughput


__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

_POLLS_IN_PROGRESS = 1
_DURATION = datetime.timedelta(minutes=15)
LONGEST_DURATION: datetime.timedelta = datetime.timedelta(days=365_000)
"""A job of this length that starts at the clock's latest time still ends at a time that a datetime can hold."""

ONLY_IMPORTS = (
    "architecture, instruct_supported, custom_model_units and invoke_format describe an imported model, which only "
    "import jobs make"
)
"""Why other jobs refuse an outcome that describes a model."""

_Custom: TypeAlias = "CustomizationJob | CustomModel | CustomModelDeployment | ProvisionedThroughput"
Job: TypeAlias = "str | ImportJob | CopyJob | _Custom | NextJob"
"""An ARN, a name, a record, or NEXT_JOB."""


class Progress(NamedTuple):
    """How jobs make progress (the mock's own; on AWS an import takes 10 to 45 minutes).

    Attributes:
        polls: How many polls find a job in progress before it ends, or None if polling does not matter.
        duration: How long a job takes on the mock's clock, or None if time does not matter.
    """

    polls: int | None
    duration: datetime.timedelta | None

    @property
    def manual(self) -> bool:
        """Whether only the test ends jobs."""
        return self.polls is None and self.duration is None


def progress_from(option: object) -> Progress:
    """What an option means.

    Args:
        option: ``"polls"`` (one poll finds a job in progress), ``"3 polls"`` (three do), ``"time"`` (15 minutes), a
            timedelta (that long), or ``"manual"``.

    Raises:
        UsageError: For anything else.
    """
    if option == "manual":
        return Progress(None, None)
    duration = _DURATION if option == "time" else option
    if isinstance(duration, datetime.timedelta) and datetime.timedelta() <= duration <= LONGEST_DURATION:
        return Progress(None, duration)
    if option == "polls":
        return Progress(_POLLS_IN_PROGRESS, None)
    if isinstance(option, str) and (number := re.fullmatch("([1-9][0-9]{0,8}) polls?", option)):
        return Progress(int(number[1]), None)
    raise UsageError(
        "progress is 'polls', a number of polls such as '3 polls', 'time', 'manual' or a timedelta of 0 to "
        f"{LONGEST_DURATION.days // 365} years: how long a job takes; not {option!r}. "
        f"{see('An option or a target that is refused')}"
    )


def start(
    store: Store,
    progress: Progress,
    scope: Scope,
    kind: LongRunningKind[R],
    record: R,
    outcome: Outcome | None = None,
    otherwise: Outcome | None = None,
) -> None:
    """Keep a new job, or a model that is being created.

    It ends as planned, or as the test then decides; otherwise as its files say.
    """
    store.table(kind).add(scope, record)
    running = Running(kind, scope, record.arn, record.creation_time, kind.end, outcome, otherwise)
    store.running[record.arn] = running
    if outcome and progress.manual:
        end(store, running, running.since)


def change(
    store: Store, scope: Scope, kind: LongRunningKind[R], record: R, since: datetime.datetime, end: End[R]
) -> None:
    """Let something that exists change for a while: a job that is stopped, a deployment that is updated or deleted.

    Args:
        store: The store.
        scope: The scope to which it belongs.
        kind: Its kind.
        record: What it is meanwhile.
        since: The time at which this begins, instead of whatever was in progress.
        end: What it is then.
    """
    store.table(kind).update(record)
    store.running[record.arn] = Running(kind, scope, record.arn, since, end)


def settle(store: Store, progress: Progress, now: datetime.datetime) -> None:
    """End everything that is due by time, in the order in which it is due."""
    duration = progress.duration
    if duration is not None:
        due = [running for running in store.running.values() if running.since + duration <= now]
        for running in sorted(due, key=attrgetter("since")):
            end(store, running, running.since + duration)


def poll(store: Store, progress: Progress, arn: str, now: datetime.datetime) -> None:
    """Count a Get or List that sees what may be in progress."""
    running = store.running.get(arn)
    if running and progress.polls is not None:
        running.polls += 1
        if running.polls > progress.polls:
            end(store, running, now)


def poll_for_models(store: Store, progress: Progress, jobs: Iterable[Running], now: datetime.datetime) -> None:
    """Count a Get or List of the models that these jobs will create, so that code which polls for models ends too."""
    if progress.polls is None:
        return
    for running in jobs:
        running.model_polls += 1
        if running.model_polls > progress.polls:
            end(store, running, now)


def end(store: Store, running: Running, time: datetime.datetime, outcome: Outcome | None = None) -> None:
    """End what is in progress, as planned or with another outcome."""
    table, scope = store.table(running.kind), running.scope
    del store.running[running.arn]
    ended = running.end(
        table.record(running.arn),
        _outcome_of(running, outcome),
        max(time, running.since),
        lambda arn_type: arns.make(scope, arn_type, store.new_id()),
    )
    if ended.record is None:
        table.remove(running.arn)
    else:
        table.update(ended.record)
    if running.kind.makes and ended.made:
        store.table(running.kind.makes).add(scope, ended.made)


def _outcome_of(running: Running, outcome: Outcome | None) -> Outcome:
    """How it ends; what the test does not say about the model comes from its files."""
    decided, otherwise = outcome or running.outcome, running.otherwise or Outcome()
    return decided._replace(**(otherwise.description | decided.description)) if decided else otherwise


def end_by_test(store: Store, job: Job, outcome: Outcome, now: datetime.datetime) -> PlannedOutcome | None:
    """End a job now, or plan how the next one ends.

    Raises:
        UsageError: If there is no such job, if it has ended, or if the message is too long for the service.
    """
    check_outcome(outcome)
    if isinstance(job, NextJob):
        return store.planned_outcomes.plan(job, outcome)
    identifier = job if isinstance(job, str) else getattr(job, "arn", None)
    if identifier is None:
        got = "a response; give its 'jobArn'" if isinstance(job, Mapping) else shown(job)
        raise UsageError(
            f"a job is an ARN, a name, a record or NEXT_JOB, not {got}. {see('A job that cannot be ended')}"
        )
    running = _running(store, identifier)
    if outcome.description and not running.kind.takes_model:
        raise UsageError(f"{identifier} is a {running.kind.words}: {ONLY_IMPORTS}. {see('A job that cannot be ended')}")
    end(store, running, now, outcome)
    return None


def _running(store: Store, identifier: str) -> Running:
    """The job, or the model being created, with this ARN or name: of several with one name, the one in progress."""
    found = _identified(store, identifier)
    running = [store.running[record.arn] for record in found if record.arn in store.running]
    if len(running) == 1:
        return running[0]
    if running:
        names = ", ".join(repr(record) for record in found if record.arn in store.running)
        text = f"{len(running)} in progress are called {identifier!r}; give the ARN of one: {names}."
    elif found:
        text = f"{found[0]!r} has ended and does not change any more. Start another job, or plan with NEXT_JOB."
    else:
        existing = {record.name for table in _tables(store) for record in table.all()}
        text = f"{no_such('job', identifier, existing)}. For a job that does not exist yet, use NEXT_JOB."
    raise UsageError(f"{text} {see('A job that cannot be ended')}")


def _identified(store: Store, identifier: str) -> list[Any]:
    """The records with this ARN or name: jobs before the custom models that they created."""
    tables = _tables(store)
    if identifier.startswith("arn:"):
        return [record for table in tables if (record := table.get(identifier))]
    return [record for table in tables for record in table.all_named(identifier)]


def _tables(store: Store) -> list[Table[Any]]:
    """The tables of the kinds that can be in progress."""
    return [table for kind, table in store.tables.items() if isinstance(kind, LongRunningKind)]
