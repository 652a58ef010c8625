"""Virtual time: instead of the code under test sleeping, the mock's clock jumps, and so does the time that code reads.

The replaced functions belong to the process and are replaced once, as long as any mock has virtual time. Mocks are a
stack: the topmost one's clock applies to all threads that take part; if that mock has no virtual time, none applies.
A thread or an event loop takes part if a mock was started in it, or once it has called one.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import sys
import threading
import weakref
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

from ..service.clock import Clock, time_travel
from ..service.errors import UsageError, see
from . import gates
from .datetime_now import travelling
from .event_loops import VirtualLoop
from .sleepers import Sleepers, shared

_NOTHING = datetime.timedelta()
_real_run_forever = asyncio.BaseEventLoop.run_forever
_lock = threading.RLock()
_stack: tuple[VirtualTime | RealTime, ...] = ()
_process: contextlib.ExitStack = contextlib.ExitStack()
_passed: datetime.timedelta = _NOTHING
_traveller: Any = None
_loops: MutableMapping[Any, VirtualLoop] = weakref.WeakKeyDictionary()
_thread: threading.local = threading.local()
_generation: object = object()


class VirtualTime:
    """The virtual time of one mock.

    Args:
        clock: The clock that sleeping moves.
        check_sleep: See ``virtual_time``.
    """

    def __init__(self, clock: Clock, check_sleep: Callable[[], None]) -> None:
        self.clock: Clock = clock
        self.check_sleep: Callable[[], None] = check_sleep
        self.sleepers: Sleepers = Sleepers(clock)

    def sleep(self, seconds: float) -> None:
        """Sleep in this thread."""
        self.sleepers.sleep(self.clock.added + self.clock.step(seconds))
        self.check_sleep()

    def ahead(self) -> datetime.timedelta:
        """How far the time of day is ahead of ``time.time``."""
        return self.clock.ahead()

    def passed(self) -> datetime.timedelta:
        """How much time has passed virtually in this process."""
        return _passed

    def called(self) -> None:
        """Let the calling thread take part from now on, and the event loop that runs in it."""
        if getattr(_thread, "generation", None) is not _generation:
            _refuse_trio()
            _thread.generation = _generation
            shared.others.take_part()
        shared.others.called()
        if loop := asyncio._get_running_loop():
            _adopt(loop)

    def moved(self, step: datetime.timedelta) -> None:
        """Let all other clocks follow after the clock was moved, then wake the sleepers whose time has come."""
        global _passed
        if step:
            with _lock:
                _passed += step
                travellers = {id(one): one for one in (_traveller, time_travel.traveller()) if one}
                for someone in travellers.values():
                    time_travel.move(someone, step)
                self.clock.datetime_stays |= not travellers
        self.sleepers.wake()


@contextlib.contextmanager
def virtual_time(clock: Clock, check_sleep: Callable[[], None]) -> Iterator[None]:
    """Let virtual time apply, until the block ends, to the threads and event loops that take part.

    Args:
        clock: The clock that sleeping moves.
        check_sleep: Called after each sleep, in the thread that slept; its exception ends an endless loop.

    Raises:
        UsageError: In an event loop whose time cannot be virtual.
    """
    virtual = VirtualTime(clock, check_sleep)
    with contextlib.ExitStack() as undo:
        _push(virtual)
        undo.callback(_pop, virtual)
        clock.observer = virtual
        virtual.called()
        yield


@contextlib.contextmanager
def real_time() -> Iterator[None]:
    """Let no virtual time apply, until the block ends: a mock without it is on top."""
    entry = RealTime()
    _push(entry)
    try:
        yield
    finally:
        _pop(entry)


class RealTime:
    """The entry in the stack for a mock without virtual time."""


def _push(entry: VirtualTime | RealTime) -> None:
    global _stack
    with _lock:
        if isinstance(entry, VirtualTime) and not _any_virtual():
            _begin()
        _stack = (*_stack, entry)


def _pop(entry: VirtualTime | RealTime) -> None:
    global _stack
    with _lock:
        _stack = tuple(other for other in _stack if other is not entry)
        if isinstance(entry, VirtualTime):
            if not _any_virtual():
                _process.close()
            entry.clock.observer = None
            entry.sleepers.end()


def _any_virtual() -> bool:
    return any(isinstance(entry, VirtualTime) for entry in _stack)


def _begin() -> None:
    """Replace the functions of the process, and undo that if it fails half-way."""
    global _process, _traveller, _generation
    _generation = object()
    shared.others.start()
    with contextlib.ExitStack() as undo:
        _traveller = undo.enter_context(travelling())
        undo.callback(gates.remove)
        gates.install(_find)
        undo.callback(_leave_loops)
        asyncio.BaseEventLoop.run_forever = _run_forever  # type: ignore[method-assign,assignment]
        _process = undo.pop_all()


def _find() -> VirtualTime | None:
    """The virtual time that applies to the calling thread."""
    stack = _stack
    topmost = stack[-1] if stack else None
    if isinstance(topmost, VirtualTime) and getattr(_thread, "generation", None) is _generation:
        return topmost
    return None


def _run_forever(loop: asyncio.BaseEventLoop) -> None:
    """Stand in for the method of event loops: a loop takes part if the thread that runs it does."""
    if _find():
        _adopt(loop)
    _real_run_forever(loop)


def _adopt(loop: Any) -> None:
    if not (isinstance(loop, asyncio.BaseEventLoop) and hasattr(loop, "_selector")):
        raise UsageError(
            f"virtual_time works in asyncio's own event loops, and this one is a {type(loop).__module__}."
            f"{type(loop).__qualname__}. {see('An event loop without virtual time')}"
        )
    known = _loops.get(loop)
    if known is None:
        _loops[loop] = VirtualLoop(loop, _find, lambda: _passed)
    else:
        known.take_part()


def _leave_loops() -> None:
    if asyncio.BaseEventLoop.run_forever is _run_forever:
        asyncio.BaseEventLoop.run_forever = _real_run_forever  # type: ignore[method-assign]
    for _loop, virtual_loop in list(_loops.items()):  # holds its loop too, which could be collected meanwhile
        virtual_loop.leave()


def _refuse_trio() -> None:
    trio = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_run():
        raise UsageError(
            "virtual_time works in asyncio's own event loops, not in trio's: run it with trio.testing.MockClock, and "
            f"move the mock with clock.advance. {see('An event loop without virtual time')}"
        )
