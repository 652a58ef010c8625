"""Virtual time for threads and event loops; it knows neither botocore nor pytest."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..service.clock import Clock

_VIRTUAL_TIME = f"{__name__}.virtual_time"

runner: int | None = None
"""The thread in which a test runner's own code runs at the moment; there time is real, and the mock's clock stands."""


def give_control(thread: int | None) -> int | None:
    """Let the test runner have control in this thread, or the code under test (None); return who had it before."""
    global runner
    before, runner = runner, thread
    if before != thread and (virtual_time := sys.modules.get(_VIRTUAL_TIME)):
        virtual_time.apply()
    return before


@contextlib.contextmanager
def control(thread: int | None) -> Iterator[None]:
    """The same until the block ends."""
    before = give_control(thread)
    try:
        yield
    finally:
        give_control(before)


def kept(clock: Clock, check: Callable[[int], None], *, virtual: bool) -> AbstractContextManager[None] | None:
    """A block within which a mock's time is kept; None before the first mock with virtual time, which needs no block.

    Args:
        clock: The mock's clock.
        check: See ``VirtualTime``.
        virtual: Whether sleeping moves it.
    """
    if virtual or _VIRTUAL_TIME in sys.modules:
        from .virtual_time import real_time, virtual_time  # imports asyncio

        return virtual_time(clock, check) if virtual else real_time()
    return None
