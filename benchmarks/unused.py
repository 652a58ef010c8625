"""What the plugin adds to pytest where no test uses it, and what importing all of it takes where one does.

In seconds of the processor: in elapsed time, differences of milliseconds are lost in noise.
"""

from __future__ import annotations

import statistics

from .measuring import CLOCK, Bound, Effort, Measured, Row, paired
from .processes import run_pytest, run_python

_SOURCE = "def test_nothing():\n    pass\n"


def _installed(_: int) -> float:
    return run_pytest(_SOURCE, "--collect-only", clock=CLOCK.cpu_of_children)


def _blocked(_: int) -> float:
    return run_pytest(_SOURCE, "--collect-only", "-p", "no:bedrock_jobs", clock=CLOCK.cpu_of_children)


def _measure(effort: Effort) -> Measured:
    return paired(_installed, _blocked, effort.runs * 5, 1)


# A collection of everything that boto3 and pytest have made takes as long as the import, and may fall into it or not.
_IMPORT = """
import gc
import time
import boto3, pytest
boto3.session.Session(region_name="us-east-1")
gc.disable()

start = time.process_time()
from pytest_bedrock_jobs import BedrockJobs, mock_bedrock_jobs
print(time.process_time() - start)
"""


def _measure_import(effort: Effort) -> Measured:
    run_python(_IMPORT)  # which does not count: it may write bytecode
    return Measured(statistics.median(float(run_python(_IMPORT)) for _ in range(effort.runs * 5)))


ROWS = (
    Row("importing the package, no garbage collection", "after boto3 and pytest", Bound(ours=22e-3), _measure_import),
    Row("pytest --collect-only, installed and unused", "-p no:bedrock_jobs", Bound(more=3e-3), _measure),
)
