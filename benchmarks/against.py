"""What calls and mocks cost beside an older commit: ``python -m benchmarks.against COMMIT``.

Each of the two packages runs in a process of its own, and the two take turns.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from . import calls, mocks, scenes
from .clients import new_client
from .measuring import CLOCK, paired, repeated

_ROUNDS, _CALLS = 150, 20
_SCENES = {
    scene.__name__: scene
    for scene in (scenes.create_import, scenes.create_copy, scenes.get_import, scenes.list_tags, scenes.tag)
}
_START = "start and stop"


def main() -> None:
    """Print a row for each side: both medians, the median of their ratios, and that of their differences."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.against", description=__doc__)
    parser.add_argument("commit", help="the commit to compare with")
    commit = parser.parse_args().commit
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(["git", "archive", commit], capture_output=True, check=True).stdout
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(folder)
        print(f"{'what':16}{'this tree':>12}{commit[:10]:>12}{'ratio':>8}{'more':>12}")
        for side in (_START, *_SCENES):
            _compare(side, Path.cwd(), Path(folder))


def _compare(side: str, ours: Path, older: Path) -> None:
    with _Worker(side, ours) as this, _Worker(side, older) as other:
        measured = paired(this.seconds, other.seconds, _ROUNDS, _CALLS)
    assert measured.peer is not None
    assert measured.ratios is not None
    assert measured.more is not None
    print(
        f"{side:16}{measured.ours * 1e6:9.1f} us{measured.peer * 1e6:9.1f} us"
        f"{measured.ratios[1]:8.3f}{measured.more * 1e6:9.1f} us",
        flush=True,
    )


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
    for line in sys.stdin:
        print(measure(int(line)), flush=True)


if __name__ == "__main__":
    main()
