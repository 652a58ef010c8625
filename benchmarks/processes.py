"""Python, and pytest on a file, run in a separate process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from .measuring import CLOCK

# Plugins that are in the development environment and would only add noise, on both sides.
_QUIET = ("-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-p", "no:xdist")
# An installed package has its bytecode: the first process may write ours.
_UNSET = ("AWS_PROFILE", "PYTEST_ADDOPTS", "PYTHONDONTWRITEBYTECODE")


def run_pytest(source: str, *options: str, clock: Callable[[], float] = CLOCK.of_children) -> float:
    """The seconds that pytest takes for a module of this source.

    Raises:
        RuntimeError: If a test fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "pytest.ini").write_text("[pytest]\n")
        Path(folder, "test_suite.py").write_text(source)
        start = clock()
        command = [sys.executable, "-m", "pytest", *_QUIET, *options, "test_suite.py"]
        done = subprocess.run(command, cwd=folder, env=_environment(), capture_output=True, text=True, check=False)
        seconds = clock() - start
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return seconds


def run_python(source: str) -> str:
    """What a program prints."""
    command = [sys.executable, "-c", source]
    return subprocess.run(command, env=_environment(), capture_output=True, text=True, check=True).stdout


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _UNSET}
