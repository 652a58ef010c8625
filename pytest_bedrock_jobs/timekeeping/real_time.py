"""Real time: the functions that tell it, before anything can replace them, and the thread that sees it.

The package imports this module when it is imported itself. A test may have patched ``time.sleep`` by the time the
first mock with virtual time begins, and its patch must not be taken for the real function.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

REAL: dict[str, Callable[..., Any]] = {
    name: getattr(time, name) for name in ("sleep", "time", "time_ns", "monotonic", "monotonic_ns")
}

runner: int | None = None
"""The thread in which a test runner's own code runs at the moment; there time is real, and the mock's clock stands."""
listeners: list[Callable[[], None]] = []
"""Called when somebody else gets control."""


@contextlib.contextmanager
def control(thread: int | None) -> Iterator[None]:
    """Let the test runner have control in this thread, or the code under test (None), until the block ends."""
    before = runner
    _give_control(thread)
    try:
        yield
    finally:
        _give_control(before)


def _give_control(thread: int | None) -> None:
    global runner
    changed, runner = runner != thread, thread
    if changed:
        for listener in listeners:
            listener()
