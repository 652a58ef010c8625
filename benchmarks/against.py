"""The cost of calls and mocks compared with an older commit: ``python -m benchmarks.against COMMIT``.

Each of the two packages runs in a separate process, and the two take turns.
"""

from __future__ import annotations

import argparse
import functools
import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from . import calls, mocks, scenes
from .clients import new_client
from .measuring import CLOCK, FULL, Bound, Effort, Measured, Row, paired, repeated
from .table import HEAD, line, row_line

_SCENES = {
    scene.__name__: scene
    for scene in (scenes.create_import, scenes.create_copy, scenes.get_import, scenes.list_tags, scenes.tag)
}
_START = "start and stop"


def main() -> None:
    """Print the rows of the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.against", description=__doc__)
    parser.add_argument("commit", help="the commit to compare with")
    commit = parser.parse_args().commit
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(["git", "archive", commit], capture_output=True, check=True).stdout
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(folder)
        print(line(*HEAD))
        for side in (_START, *_SCENES):
            bound = Bound(more=3e-6) if side == _START else Bound(1.02)
            row = Row(side, commit, bound, functools.partial(_measure, side, Path.cwd(), Path(folder)))
            print(row_line(row, row.measure(FULL)), flush=True)


def _measure(side: str, ours: Path, older: Path, effort: Effort) -> Measured:
    with _Worker(side, ours) as this, _Worker(side, older) as other:
        return paired(this.seconds, other.seconds, effort.rounds, effort.calls)


_PROGRAM = """
import sys
sys.path.insert(0, {package!r})
import pytest_bedrock_jobs
sys.path.insert(0, {tree!r})
from benchmarks import against
against.work({side!r})
"""


class _Worker:
    """A process that measures a side with the package of one folder."""

    def __init__(self, side: str, package: Path) -> None:
        program = _PROGRAM.format(package=str(package), tree=str(Path.cwd()), side=side)
        self._process = subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> _Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def seconds(self, number: int) -> float:
        """See ``measuring.Side``."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{number}\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())


def work(side: str) -> None:
    """Measure a side as often as a line on standard input asks for it, in the processor's time."""
    CLOCK.cpu = True
    measure = repeated(mocks.ours) if side == _START else calls.mocked(_SCENES[side], new_client())
    for number in sys.stdin:
        print(measure(int(number)), flush=True)


if __name__ == "__main__":
    main()
