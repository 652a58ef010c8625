"""Virtual time: instead of the code under test sleeping, the mock's clock jumps, and so does the time that code reads.

The replaced functions belong to the process and are replaced once, as long as any mock has virtual time. Mocks are a
stack: the topmost one's clock applies to all threads that take part; if that mock has no virtual time, none applies.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from ..service.clock import Clock, time_travel
from . import real_time
from .event_loops import LOOP_GATES, refuse_other_loops
from .gates import count_read, install, monotonic, remove, replaced
from .participants import VirtualTime, participants
from .threads import thread_gates

_stack: list[object] = []


@contextlib.contextmanager
def virtual_time(clock: Clock, check: Callable[[int], None]) -> Iterator[None]:
    """Let virtual time apply, until the block ends, to the threads and event loops that take part.

    Args:
        clock: The clock that sleeping moves.
        check: See ``VirtualTime``.

    Raises:
        UsageError: In an event loop whose time cannot be virtual.
    """
    clock.stop()
    virtual = VirtualTime(clock, check)
    clock.on_call, clock.on_move, clock.on_pause = _called, virtual.moved, virtual.pause
    with real_time.control(None), on_top(virtual):
        _called()
        yield
    # Only now: while this clock is the one that sleepers move, they wait for it to say that it has moved.
    clock.on_call = clock.on_move = clock.on_pause = None


@contextlib.contextmanager
def on_top(entry: object) -> Iterator[None]:
    """Let a mock be on top until the block ends: no virtual time applies if it has none."""
    try:
        with participants.lock:
            _stack.append(entry)
            apply()
        yield
    finally:
        with participants.lock:
            _stack.remove(entry)
            apply()


def apply() -> None:
    """Bring the process in line with the topmost mock, and with who has control of the thread that runs the tests."""
    with participants.lock:
        time_travel.hide()
        top = _stack[-1] if _stack else None
        participants.top = top if isinstance(top, VirtualTime) else None
        wanted = any(isinstance(entry, VirtualTime) for entry in _stack)
        if wanted and not replaced:
            participants.clear()  # of threads that were about to take part when the last mock ended
            install([*thread_gates(), *LOOP_GATES])
        monotonic.stop(participants.top is not None)
        if participants.top and real_time.runner is None:
            time_travel.show(participants.top.clock.read(), lambda: count_read(participants.applicable()))
        if replaced and not wanted:
            participants.clear()
            remove()


def _called() -> None:
    refuse_other_loops()
    participants.join()


real_time.listeners.append(apply)
