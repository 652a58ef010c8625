"""What interrupts the mock anywhere, as a signal handler or a finalizer does, may use it: nothing waits for ever."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Each line of the package that has not been interrupted before is; a lock that is held there is held by this thread.
PROGRAM = """
import datetime, pathlib, sys
import boto3
import pytest_bedrock_jobs
from pytest_bedrock_jobs import mock_bedrock_jobs

FOLDER = str(pathlib.Path(pytest_bedrock_jobs.__file__).parent)
INTERRUPTS = {
    "client": lambda jobs: jobs.client("eu-west-1"),
    "default session": lambda jobs: boto3._get_default_session(),
    "clock": lambda jobs: jobs.clock.advance(1),
    "another mock": lambda jobs: mock_bedrock_jobs(seed=1)(lambda: None)(),
}

def use(jobs):
    jobs.client().list_model_import_jobs()
    boto3.client("bedrock").list_model_import_jobs()
    jobs.clock.advance(datetime.timedelta(seconds=1))
    with mock_bedrock_jobs(seed=1):
        jobs.client("eu-west-2")

def traced(frame, event, argument):
    return interrupted if frame.f_code.co_filename.startswith(FOLDER) else None

def interrupted(frame, event, argument):
    line = frame.f_code, frame.f_lineno
    if line not in seen:
        seen.add(line)
        sys.settrace(None)
        interrupt(jobs)
        sys.settrace(traced)
    return interrupted

seen, interrupt = set(), INTERRUPTS[sys.argv[1]]
with mock_bedrock_jobs() as jobs:
    sys.settrace(traced)
    use(jobs)
    sys.settrace(None)
assert len(seen) > 300, len(seen)
"""


@pytest.mark.parametrize("interrupt", ["client", "default session", "clock", "another mock"])
def test_what_interrupts_the_mock_may_use_it(interrupt):
    subprocess.run([sys.executable, "-c", PROGRAM, interrupt], check=True, timeout=60)
