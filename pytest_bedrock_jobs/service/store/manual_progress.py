"""Ending jobs by the test's hand."""

from __future__ import annotations

import datetime
import enum
from typing import Any, TypeAlias

from ..errors import UsageError, nearest_first, see
from ..records import CopyJob, CustomModel, ImportJob
from . import lifecycle
from .state import Outcome, Store
from .table import Table

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

_LONGEST_MESSAGE = 2048


class NextJob(enum.Enum):
    """Stands for the next import or copy job that the code under test starts."""

    NEXT_JOB = "the next job"


NEXT_JOB = NextJob.NEXT_JOB

Job: TypeAlias = "str | ImportJob | CopyJob | CustomModel | NextJob"
"""An ARN, a name, a record, or NEXT_JOB."""


def end(store: Store, job: Job, outcome: Outcome, now: datetime.datetime) -> None:
    """End a job now, or plan how the next one ends.

    Raises:
        UsageError: If there is no such job, if it has ended, or if the message is too long for the service.
    """
    check_message(outcome)
    if isinstance(job, NextJob):
        store.planned_outcomes.append(outcome)
        return
    identifier = job if isinstance(job, str) else getattr(job, "arn", None)
    if identifier is None:
        raise UsageError(f"a job is an ARN, a name, a record or NEXT_JOB, not {job!r}")
    record = _find(store, identifier)
    running = store.running.get(record.arn)
    if running is None:
        raise UsageError(
            f"{record!r} has ended: it never moves again. Start another job, or plan with NEXT_JOB. "
            f"{see('A job that cannot be ended')}"
        )
    lifecycle.end(store, running, now, outcome)


def check_message(outcome: Outcome) -> None:
    """Hold a failure message to the service model.

    Raises:
        UsageError: If it is too long.
    """
    if len(outcome.failure_message or "") > _LONGEST_MESSAGE:
        raise UsageError(f"a failure message has at most {_LONGEST_MESSAGE} characters")


def _find(store: Store, identifier: str) -> ImportJob | CopyJob | CustomModel:
    found = _with(store, identifier)
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{len(found)} are called {identifier!r}; name one by its ARN: {', '.join(map(repr, found))}")
    jobs: tuple[ImportJob | CopyJob, ...] = (*store.import_jobs.all(), *store.copy_jobs.all())
    names = {job.name for job in jobs}
    raise UsageError(
        f"there is no job {identifier!r}; there are: {', '.join(nearest_first(identifier, names)[:10]) or 'none'}. "
        f"For a job that does not exist yet, use NEXT_JOB. {see('A job that cannot be ended')}"
    )


def _with(store: Store, identifier: str) -> list[ImportJob | CopyJob | CustomModel]:
    """What has this ARN or name: jobs, and by ARN custom models too, which may be in creation."""
    jobs: tuple[Table[Any], ...] = (store.import_jobs, store.copy_jobs)
    if identifier.startswith("arn:"):
        return [record for table in (*jobs, store.custom_models) if (record := table.get(identifier))]
    named = [table.named(scope, identifier) for table in jobs for scope in table.scopes_with(identifier)]
    return [record for record in named if record]
