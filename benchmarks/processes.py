"""Python, and pytest on a file, run in a separate process."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from .measuring import CLOCK

# Plugins that are in the development environment and would only add noise, on both sides.
_PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-p", "no:xdist")
# An installed package has its bytecode: the first process may write ours.
_UNSET = ("AWS_PROFILE", "PYTEST_ADDOPTS", "PYTHONDONTWRITEBYTECODE")
_COUNTING = ("valgrind", "--tool=callgrind", f"--callgrind-out-file={os.devnull}")


def run_pytest(source: str, *options: str) -> float:
    """The seconds that pytest takes for a module of this source.

    Raises:
        RuntimeError: If a test fails.
    """
    with _project(source) as folder:
        start = CLOCK.of_children()
        _run(folder, [*_PYTEST, *options, "test_suite.py"])
        return CLOCK.of_children() - start


def instructions_of_pytest(source: str, *options: str) -> float:
    """The instructions of the same, in its second run."""
    with _project(source) as folder:
        return _instructions(folder, [*_PYTEST, *options, "test_suite.py"])


def instructions_of_python(source: str) -> float:
    """The instructions of a program, in its second run."""
    with _project(source) as folder:
        return _instructions(folder, ["test_suite.py"])


@contextlib.contextmanager
def _project(source: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "pytest.ini").write_text("[pytest]\n")
        Path(folder, "test_suite.py").write_text(source)
        yield folder


def _instructions(folder: str, arguments: Sequence[str]) -> float:
    _run(folder, arguments)  # which does not count: it may write bytecode
    printed = _run(folder, arguments, _COUNTING)
    return float(re.findall(r"Collected : (\d+)", printed)[-1])


def _run(folder: str, arguments: Sequence[str], before: Sequence[str] = ()) -> str:
    """Run Python, and return what it prints."""
    environment = {name: value for name, value in os.environ.items() if name not in _UNSET} | {"PYTHONHASHSEED": "0"}
    done = subprocess.run(
        [*before, sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout + done.stderr
