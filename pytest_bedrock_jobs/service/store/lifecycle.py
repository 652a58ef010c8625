"""From InProgress to the end: who is due, and what ending means. Nothing moves unless somebody polls."""

from __future__ import annotations

import datetime
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from operator import attrgetter

from .. import arns
from ..arns import Scope
from ..records import CopyJob, CustomModel, ImportedModel, ImportJob
from .progress import Progress
from .state import Outcome, Running, Store


def start_import(
    store: Store, progress: Progress, scope: Scope, job: ImportJob, outcome: Outcome | None = None
) -> None:
    """Keep a new import job in progress; its model's name is taken from now on."""
    store.import_jobs.add(scope, job)
    store.pending_imports[scope][job.imported_model_name] = job.arn
    _start(store, progress, Running(scope, job.arn, job.creation_time, _end_import, outcome))


def start_copy(store: Store, progress: Progress, scope: Scope, job: CopyJob, outcome: Outcome | None = None) -> None:
    """Keep a new copy job in progress."""
    store.copy_jobs.add(scope, job)
    store.pending_copies[scope][job.target_model_arn] = job.arn
    running = Running(scope, job.arn, job.creation_time, _end_copy, outcome)
    store.pending_copies_named[scope].add(job.target_model_name, running)
    _start(store, progress, running)


def start_model(store: Store, progress: Progress, scope: Scope, model: CustomModel) -> None:
    """Keep a new custom model that is being created."""
    store.custom_models.add(scope, model)
    _start(store, progress, Running(scope, model.arn, model.creation_time, _end_model, None))


def settle(store: Store, progress: Progress, now: datetime.datetime) -> None:
    """End everything whose time has come."""
    queue = store.running_by_time
    while queue:
        running = queue[0]
        if running.arn in store.running:
            if progress.duration is None or running.since + progress.duration > now:
                return
            end(store, running, running.since + progress.duration)
        queue.popleft()


def poll(store: Store, progress: Progress, arn: str, now: datetime.datetime) -> None:
    """A Get or List sees a job, or a model being created."""
    running = store.running.get(arn)
    if running and progress.polls is not None:
        running.polls += 1
        if running.polls > progress.polls:
            end(store, running, now)


def poll_for_models(store: Store, progress: Progress, job_arns: Iterable[str], now: datetime.datetime) -> None:
    """A Get or List wants the models these jobs will make, so that code which polls for models ends too."""
    if progress.polls is None:
        return
    for arn in list(job_arns):
        running = store.running[arn]
        running.model_polls += 1
        if running.model_polls > progress.polls:
            end(store, running, now)


def end(store: Store, running: Running, time: datetime.datetime, outcome: Outcome | None = None) -> None:
    """End a job, as planned or with another outcome; it never moves again."""
    del store.running[running.arn]
    running.end(store, running, max(time, running.since), outcome or running.outcome or Outcome())


def _start(store: Store, progress: Progress, running: Running) -> None:
    queue = store.running_by_time
    store.running[running.arn] = running
    queue.append(running)
    if len(queue) > 1 and queue[-2].since > running.since:  # a test has set its frozen clock back
        store.running_by_time = deque(sorted(queue, key=attrgetter("since")))
    if running.outcome and progress.manual:
        end(store, running, running.since)


def _forget(coming: dict[Scope, dict[str, str]], scope: Scope, name: str) -> None:
    """Take one out, and with the last one the whole table: walking an emptied one takes as long as it was."""
    table = coming[scope]
    del table[name]
    if not table:
        del coming[scope]


def _end_import(store: Store, running: Running, time: datetime.datetime, outcome: Outcome) -> None:
    job = store.import_jobs.record(running.arn)
    _forget(store.pending_imports, running.scope, job.imported_model_name)
    if outcome.failure_message is not None:
        store.import_jobs.update(replace(job, status="Failed", end_time=time, failure_message=outcome.failure_message))
        return
    model_arn = arns.make(running.scope, "imported-model", arns.new_id())
    store.import_jobs.update(replace(job, status="Completed", end_time=time, imported_model_arn=model_arn))
    store.imported_models.add(
        running.scope,
        ImportedModel(
            arn=model_arn,
            name=job.imported_model_name,
            region=job.region,
            account_id=job.account_id,
            job_name=job.name,
            job_arn=job.arn,
            s3_uri=job.s3_uri,
            architecture=outcome.architecture,
            instruct_supported=outcome.instruct_supported,
            custom_model_units=outcome.custom_model_units,
            kms_key_arn=job.imported_model_kms_key_arn,
            tags=job.imported_model_tags,
            creation_time=job.creation_time,
        ),
    )


def _end_copy(store: Store, running: Running, time: datetime.datetime, outcome: Outcome) -> None:
    job = store.copy_jobs.record(running.arn)
    _forget(store.pending_copies, running.scope, job.target_model_arn)
    store.pending_copies_named[running.scope].remove(job.target_model_name, running)
    if outcome.failure_message is not None:
        store.copy_jobs.update(replace(job, status="Failed", end_time=time, failure_message=outcome.failure_message))
        return
    store.copy_jobs.update(replace(job, status="Completed", end_time=time))
    store.custom_models.add(
        running.scope,
        CustomModel(
            arn=job.target_model_arn,
            name=job.target_model_name,
            status="Active",
            region=job.region,
            account_id=job.account_id,
            base_model=arns.base_model_of(job.source_model_arn),
            shared_with=frozenset(),
            kms_key_arn=job.target_model_kms_key_arn,
            tags=job.target_model_tags,
            creation_time=job.creation_time,
        ),
    )


def _end_model(store: Store, running: Running, time: datetime.datetime, outcome: Outcome) -> None:
    model = store.custom_models.record(running.arn)
    status = "Active" if outcome.failure_message is None else "Failed"
    store.custom_models.update(replace(model, status=status, failure_message=outcome.failure_message))
