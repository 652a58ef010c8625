"""What starting takes: the first test of a process, importing the package, and pytest where no test uses the plugin.

In instructions, which do not vary: in time, differences of milliseconds are lost in noise.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable

from . import suites
from .measuring import Bound, Effort, Measured, Row
from .processes import instructions_of_pytest, instructions_of_python

_NOTHING = "def test_nothing():\n    pass\n"
# Without garbage collection: whether one of everything that boto3 and pytest have made falls into the import is chance.
_BEFORE = """
import gc
gc.disable()
import boto3, pytest, wrapt
"""
_IMPORT = f"{_BEFORE}\nfrom pytest_bedrock_jobs import BedrockJobs, mock_bedrock_jobs"


def _first_test(ours: str) -> Measured:
    """Importing the package, the first mock, client and calls, compared with the same without the mock."""
    sources = (ours, f"import wrapt\n{suites.NULL_CLIENT}", suites.EMPTY)
    of_ours, of_null, of_none = (instructions_of_pytest(source.replace("range(200)", "range(1)")) for source in sources)
    return _compared(of_ours - of_none, of_null - of_none)


def _import() -> Measured:
    return Measured(instructions_of_python(_IMPORT) - instructions_of_python(_BEFORE))


def _unused() -> Measured:
    ours = instructions_of_pytest(_NOTHING, "--collect-only")
    return _compared(ours, instructions_of_pytest(_NOTHING, "--collect-only", "-p", "no:bedrock_jobs"))


def _compared(ours: float, peer: float) -> Measured:
    return Measured(ours, peer, (ours / peer,) * 3, ours - peer)


def _row(name: str, beside: str, bound: Bound, count: Callable[[], Measured]) -> Row:
    def measure(effort: Effort) -> Measured | str:
        return count() if shutil.which("valgrind") else "needs valgrind"

    return Row(name, beside, bound, measure, "instr.")


ROWS = (
    _row(
        "the first test of a process, over an empty one",
        "one unsigned null client",
        Bound(1.15),
        lambda: _first_test(suites.CLIENT_PER_TEST),
    ),
    _row(
        "the same, with bedrock_jobs.client()",
        "one unsigned null client",
        Bound(1.15),
        lambda: _first_test(suites.READY_CLIENT),
    ),
    _row("importing the package", "after boto3, pytest and wrapt", Bound(ours=60e6), _import),
    _row("pytest --collect-only, installed and unused", "-p no:bedrock_jobs", Bound(more=6e6), _unused),
)
