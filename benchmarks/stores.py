"""Mocks with many jobs in them, and the choice of the one that responds."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator

from pytest_bedrock_jobs import BedrockJobs
from pytest_bedrock_jobs.interceptor import active_mocks, hooks
from pytest_bedrock_jobs.mock import service_of

SMALL = 100


@contextlib.contextmanager
def responding(jobs: BedrockJobs) -> Iterator[None]:
    """Let this mock respond; unlike one that is activated in the usual ways, it exists before and after."""
    hooks.install()
    active_mocks.append(service_of(jobs))
    try:
        yield
    finally:
        active_mocks.remove(service_of(jobs))


def ended(number: int) -> BedrockJobs:
    """A mock with this many completed imports, as many completed copies, and the models that they created."""
    jobs = BedrockJobs()
    for _ in range(number):
        jobs.add_import_job(status="Completed")
    _start_copies(jobs, number)
    end(jobs)
    assert jobs.copy_jobs[-1].status == "Completed"
    return jobs


def end(jobs: BedrockJobs) -> None:
    """End what is running."""
    jobs.progress = datetime.timedelta()
    jobs.progress = "polls"  # what is due by then ends before this applies


def running(number: int) -> BedrockJobs:
    """A mock with this many imports and as many copies, which only the test can end."""
    jobs = BedrockJobs(progress="manual")
    for _ in range(number):
        jobs.add_import_job()
    _start_copies(jobs, number)
    return jobs


def _start_copies(jobs: BedrockJobs, number: int) -> None:
    source = jobs.add_custom_model()
    for index in range(number):
        jobs.add_copy_job(f"copy-{index}", source=source)
