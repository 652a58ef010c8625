"""Mocks with many jobs in them, and the choice of which one answers."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator

from pytest_bedrock_jobs import BedrockJobs
from pytest_bedrock_jobs.interceptor import active, installation
from pytest_bedrock_jobs.mock import service_of
from pytest_bedrock_jobs.service.operations.copy_jobs import create_model_copy_job

SMALL = 100


@contextlib.contextmanager
def answering(jobs: BedrockJobs) -> Iterator[None]:
    """Let this mock answer; unlike at the package's doors, it is there before and after."""
    installation.install()
    active.add(service_of(jobs))
    try:
        yield
    finally:
        active.remove(service_of(jobs))


def ended(number: int) -> BedrockJobs:
    """A mock with so many completed imports, so many completed copies, and the models that they made."""
    jobs = BedrockJobs(progress=datetime.timedelta())
    for _ in range(number):
        jobs.add_import_job(status="Completed")
    _start_copies(jobs, number)
    assert jobs.copy_jobs[-1].status == "Completed"
    jobs.progress = "polls"
    return jobs


def running(number: int) -> BedrockJobs:
    """A mock with so many imports and so many copies that only the test's hand ends."""
    jobs = BedrockJobs(progress="manual")
    for _ in range(number):
        jobs.add_import_job()
    _start_copies(jobs, number)
    return jobs


def _start_copies(jobs: BedrockJobs, number: int) -> None:
    # By the operation itself: no add_* method makes a copy job, and calls would take a minute.
    source = jobs.add_custom_model().arn
    with jobs._request("benchmark", None, None) as request:
        for index in range(number):
            create_model_copy_job(request, {"sourceModelArn": source, "targetModelName": f"copy-{index}"})
