"""From InProgress to the end: which jobs are due, and what changes when one ends. Only requests move jobs forward."""

from __future__ import annotations

import datetime
from collections import deque
from collections.abc import Iterable
from operator import attrgetter

from .. import arns
from ..arns import Scope
from .kinds import LongRunningKind, Outcome, Promise, R
from .progress import Progress
from .state import Running, Store


def start(
    store: Store,
    progress: Progress,
    scope: Scope,
    kind: LongRunningKind[R],
    record: R,
    outcome: Outcome | None = None,
    otherwise: Outcome | None = None,
) -> None:
    """Keep a new job, or a model that is being created; if a job creates a model, that one is pending from now on."""
    store.table(kind).add(scope, record)
    resume(store, progress, scope, kind, record, record.creation_time, outcome, otherwise)


def resume(
    store: Store,
    progress: Progress,
    scope: Scope,
    kind: LongRunningKind[R],
    record: R,
    since: datetime.datetime,
    outcome: Outcome | None = None,
    otherwise: Outcome | None = None,
) -> None:
    """Keep something that is in progress from this time on, whether it is new or existed before.

    It ends as planned, or as the test then decides; otherwise as its files say.
    """
    running = Running(kind, scope, record.arn, since, outcome, otherwise)
    if promise := kind.promise(record):
        store.pending[promise.kind, scope].add(promise, running)
    queue = store.running_by_time
    store.running[running.arn] = running
    queue.append(running)
    if len(queue) > 1 and queue[-2].since > running.since:  # a test has set its frozen clock back
        store.running_by_time = deque(sorted(queue, key=attrgetter("since")))
    if outcome and progress.manual:
        end(store, running, running.since)


def settle(store: Store, progress: Progress, now: datetime.datetime) -> None:
    """End everything that is due."""
    queue = store.running_by_time
    while queue:
        running = queue[0]
        if store.running.get(running.arn) is running:
            if progress.duration is None or running.since + progress.duration > now:
                return
            end(store, running, running.since + progress.duration)
        queue.popleft()


def poll(store: Store, progress: Progress, arn: str, now: datetime.datetime) -> None:
    """Count a Get or List that sees a job, or a model being created."""
    running = store.running.get(arn)
    if running and progress.polls is not None:
        running.polls += 1
        if running.polls > progress.polls:
            end(store, running, now)


def poll_for_models(store: Store, progress: Progress, jobs: Iterable[Running], now: datetime.datetime) -> None:
    """Count a Get or List of the models that these jobs will create, so that code which polls for models ends too."""
    if progress.polls is None:
        return
    for running in list(jobs):
        running.model_polls += 1
        if running.model_polls > progress.polls:
            end(store, running, now)


def end(store: Store, running: Running, time: datetime.datetime, outcome: Outcome | None = None) -> None:
    """End a job, as planned or with another outcome; it never changes again."""
    kind, scope = running.kind, running.scope
    table = store.table(kind)
    record = table.record(running.arn)
    promise = kind.promise(record)
    del store.running[running.arn]
    if promise:
        _remove_pending(store, scope, promise)
    ended = kind.end(
        record,
        _outcome_of(running, outcome),
        max(time, running.since),
        lambda arn_type: arns.make(scope, arn_type, store.new_id()),
    )
    if ended.record is None:
        table.remove(running.arn)
    else:
        table.update(ended.record)
    if promise and ended.made:
        store.table(promise.kind).add(scope, ended.made)


def _outcome_of(running: Running, outcome: Outcome | None) -> Outcome:
    """How it ends; what the test does not say about the model comes from its files."""
    decided = outcome or running.outcome
    return decided._replace(**(running.otherwise.description | decided.description)) if decided else running.otherwise


def _remove_pending(store: Store, scope: Scope, promise: Promise) -> None:
    """Remove a job, and after the last one the dictionary: iterating an emptied one takes as long as a full one."""
    pending = store.pending[promise.kind, scope]
    pending.remove(promise)
    if not pending:
        del store.pending[promise.kind, scope]
