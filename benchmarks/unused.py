"""What the plugin adds to pytest where no test uses it.

In seconds of the processor: in elapsed time, differences of milliseconds drown.
"""

from __future__ import annotations

from .measuring import CLOCK, Bound, Effort, Measured, Row, paired
from .processes import run_pytest

_SOURCE = "def test_nothing():\n    pass\n"


def _installed(_: int) -> float:
    return run_pytest(_SOURCE, "--collect-only", clock=CLOCK.cpu_of_children)


def _blocked(_: int) -> float:
    return run_pytest(_SOURCE, "--collect-only", "-p", "no:bedrock_jobs", clock=CLOCK.cpu_of_children)


def _measure(effort: Effort) -> Measured:
    return paired(_installed, _blocked, effort.runs * 5, 1)


ROWS = (Row("pytest --collect-only, installed and unused", "-p no:bedrock_jobs", Bound(more=3e-3), _measure),)
