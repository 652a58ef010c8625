"""Wait for Bedrock jobs: botocore has no waiters for them, so polling is the only way."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

POLL_SECONDS = 60

Job = dict[str, Any]


class JobFailedError(Exception):
    """A job has failed; the text is its failureMessage."""


class DeadlineError(Exception):
    """A job is still running at the deadline."""


def wait(reads: Sequence[Callable[[], Job]], *, minutes: int) -> list[Job]:
    """Wait until all jobs have ended.

    The deadline counts the minutes slept, so it holds in a test where sleeping takes no time.

    Args:
        reads: One function for each job, which gets it from Bedrock.
        minutes: How long to wait at most.

    Returns:
        The completed jobs, in the order of ``reads``.

    Raises:
        JobFailedError: As soon as one has failed.
        DeadlineError: If one is still running at the deadline.
    """
    jobs: list[Job] = []
    for slept in range(0, minutes * 60 + 1, POLL_SECONDS):
        if slept:
            time.sleep(POLL_SECONDS)
        jobs = [read() for read in reads]
        for job in jobs:
            if "failureMessage" in job:
                raise JobFailedError(f"{job['jobArn']}: {job['failureMessage']}")
        if all(job["status"] == "Completed" for job in jobs):
            return jobs
    running = [job["jobArn"] for job in jobs if job["status"] == "InProgress"]
    raise DeadlineError(f"still running after {minutes} minutes: {', '.join(running)}")
