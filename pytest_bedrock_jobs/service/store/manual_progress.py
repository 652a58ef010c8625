"""Jobs that the test ends itself."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeAlias, get_args

from ..errors import UsageError, nearest_first, see, shown
from ..literal_types import PromptFormat
from ..records import CopyJob, CustomModel, CustomModelDeployment, ImportJob
from . import lifecycle
from .kinds import LongRunningKind, Outcome
from .planned_outcomes import NextJob, PlannedOutcome
from .state import Running, Store
from .table import Table

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

_LONGEST_MESSAGE = 2048
_MOST_NAMES = 10


ONLY_IMPORTS = (
    "architecture, instruct_supported, custom_model_units and invoke_format describe an imported model, which only "
    "import jobs make"
)
"""Why other jobs refuse an outcome that describes a model."""

Job: TypeAlias = "str | ImportJob | CopyJob | CustomModel | CustomModelDeployment | NextJob"
"""An ARN, a name, a record, or NEXT_JOB."""


def end(store: Store, job: Job, outcome: Outcome, now: datetime.datetime) -> PlannedOutcome | None:
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
    lifecycle.end(store, running, now, outcome)
    return None


def check_outcome(outcome: Outcome) -> None:
    """Refuse an outcome that no job could have.

    Raises:
        UsageError: If it is such an outcome.
    """
    message, units = outcome.failure_message, outcome.custom_model_units
    if not (message is None or (isinstance(message, str) and len(message) <= _LONGEST_MESSAGE)):
        text = f"a failure message is a string of at most {_LONGEST_MESSAGE} characters, not {_described(message)}"
    elif not (outcome.architecture is None or (isinstance(outcome.architecture, str) and outcome.architecture)):
        text = f"architecture is a model type such as 'llama', not {shown(outcome.architecture)}"
    elif not isinstance(outcome.instruct_supported, bool | None):
        text = f"instruct_supported is True or False, not {shown(outcome.instruct_supported)}"
    elif not (units is None or (type(units) is int and units >= 0)):
        text = f"custom_model_units is a number of units, 0 or more, not {shown(units)}"
    elif outcome.invoke_format not in (None, *get_args(PromptFormat)):
        text = f"invoke_format is one of {', '.join(get_args(PromptFormat))}, not {shown(outcome.invoke_format)}"
    else:
        return
    raise UsageError(f"{text}. {see('A job that cannot be ended')}")


def _described(value: object) -> str:
    return f"one of {len(value)}" if isinstance(value, str) else shown(value)


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
        names = ", ".join(nearest_first(identifier, _names(store))[:_MOST_NAMES]) or "none"
        text = f"there is no job {identifier!r}; there are: {names}. For a job that does not exist yet, use NEXT_JOB."
    raise UsageError(f"{text} {see('A job that cannot be ended')}")


def _identified(store: Store, identifier: str) -> list[Any]:
    """The records with this ARN or name: jobs before the custom models that they created."""
    tables = _tables(store)
    if identifier.startswith("arn:"):
        return [record for table in tables if (record := table.get(identifier))]
    return [record for table in tables for record in table.all_named(identifier)]


def _names(store: Store) -> set[str]:
    return {record.name for table in _tables(store) for record in table.all()}


def _tables(store: Store) -> list[Table[Any]]:
    """The tables of the kinds that can be in progress."""
    return [table for kind, table in store.tables.items() if isinstance(kind, LongRunningKind)]
