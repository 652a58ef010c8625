"""Gates of asyncio's event loops: a loop that has nothing to do sleeps virtually until its next timer.

Its time is the monotonic time, which is virtual in a thread that takes part. A loop that waits for files or sockets
besides its own wake-up pipe waits for something that nobody registers, so it holds up the clock for a while.
"""

from __future__ import annotations

import asyncio
import functools
import math
import selectors
import sys
from collections.abc import Callable
from typing import Any

from ..service.errors import UsageError, see
from .gates import SECOND, count_read, package_of, read_monotonic, remind_of_datetime
from .participants import Waiting, participants

_real_call_at = asyncio.BaseEventLoop.call_at
_real_time = asyncio.BaseEventLoop.time
_real_wake = asyncio.BaseEventLoop.call_soon_threadsafe
_RESOLUTION = 1e-6
"""Timers that are due within so many seconds run: virtual time comes to each of them exactly, and floats do not."""
_waiting: dict[Any, _WaitingLoop] = {}


class _WaitingLoop(Waiting):
    def __init__(self, due: Any, loop: Any, selector: Any, select: Callable[[float | None], Any]) -> None:
        super().__init__(due)
        self._loop, self._select = loop, select
        # On Windows the overlapped operations; the wake-up pipe is the one that is always there.
        registered = selector.get_map() if hasattr(selector, "get_map") else selector._cache
        self._waits_for_others = len(registered) > 1

    def is_blocked(self) -> bool:
        return super().is_blocked() and not self._waits_for_others

    def rouse(self) -> None:
        _real_wake(self._loop, lambda: None)

    def nap(self, seconds: float | None) -> None:
        if self._select(seconds):
            self.release()


def _selecting(selector_class: Any) -> Callable[..., Any]:
    def select(self: Any, timeout: float | None = None) -> Any:
        """Stand in for the ``select`` of a loop's selector: instead of waiting for a timer, sleep virtually."""
        real = functools.partial(REAL_SELECT[selector_class], self)
        virtual = participants.applicable()
        loop: Any = asyncio._get_running_loop()
        waits = timeout is None or timeout > 0
        if virtual is None or not waits or self is not getattr(loop, "_selector", None):
            return real(timeout)
        loop._clock_resolution = max(loop._clock_resolution, _RESOLUTION)
        # Known before the look for events: whoever wakes the loop from now on ends this wait, also before it begins.
        waiting = _waiting[loop] = _WaitingLoop(virtual.due(timeout), loop, self, real)
        try:
            if not real(0):
                participants.wait(waiting)
        finally:
            del _waiting[loop]
        return real(0)

    return select


def _time(self: Any) -> float:
    """Stand in for the ``time`` of event loops, which freezegun would freeze too."""
    if not participants.took_part():
        return _real_time(self)
    virtual = participants.applicable()
    if package_of(sys._getframe(1)) != "asyncio":
        count_read(virtual)
    return read_monotonic(virtual) / SECOND


def _call_at(self: Any, when: float, callback: Any, *args: Any, **kwargs: Any) -> Any:
    """Stand in for ``call_at``, by which all timers begin: a loop that never ends gets its error here."""
    if virtual := participants.applicable():
        if when == math.inf:  # it never comes: not even the loop, which never waits for more than a day, waits for it
            return asyncio.TimerHandle(when, callback, args, self, **kwargs)
        virtual.due(when - read_monotonic(virtual) / SECOND)
        remind_of_datetime(virtual, sys._getframe(1))
        virtual.check(0)
    return _real_call_at(self, when, callback, *args, **kwargs)


def _wake(self: Any, callback: Any, *args: Any, **kwargs: Any) -> Any:
    """Stand in for ``call_soon_threadsafe``: the loop runs from now on, even before its thread does."""
    handle = _real_wake(self, callback, *args, **kwargs)
    if waiting := _waiting.get(self):
        waiting.release()
    return handle


_SELECTORS = [
    *(one for one in vars(selectors).values() if isinstance(one, type) and issubclass(one, selectors.BaseSelector)),
    *([asyncio.IocpProactor] if sys.platform == "win32" else []),  # type: ignore[attr-defined,unused-ignore]
]
REAL_SELECT: dict[Any, Callable[..., Any]] = {one: one.select for one in _SELECTORS if "select" in vars(one)}
LOOP_GATES: list[tuple[Any, str, Callable[..., Any]]] = [
    *((one, "select", _selecting(one)) for one in REAL_SELECT),
    (asyncio.BaseEventLoop, "time", _time),
    (asyncio.BaseEventLoop, "call_at", _call_at),
    (asyncio.BaseEventLoop, "call_soon_threadsafe", _wake),
]
"""Methods and what replaces them."""


def refuse_other_loops() -> None:
    """Refuse to work in an event loop, of whatever kind, whose time only it can move.

    Raises:
        UsageError: In a loop of uvloop, trio or gevent.
    """
    trio, gevent = sys.modules.get("trio"), sys.modules.get("gevent")
    loop = asyncio._get_running_loop()
    if trio is not None and trio.lowlevel.in_trio_run():
        other = "not in trio's: run it with trio.testing.MockClock, and move the mock with clock.advance"
    elif loop is not None and not isinstance(loop, asyncio.BaseEventLoop):
        other = f"and this one is a {type(loop).__module__}.{type(loop).__qualname__}"
    elif gevent is not None and _is_greenlet(gevent):
        other = "not with gevent, whose greenlets would not get their turns: leave it off, and use clock.advance"
    else:
        return
    raise UsageError(
        f"virtual_time works in threads and in asyncio's own event loops, {other}. "
        f"{see('An event loop without virtual time')}"
    )


def _is_greenlet(gevent: Any) -> bool:
    patched = sys.modules.get("gevent.monkey")
    return isinstance(gevent.getcurrent(), gevent.Greenlet) or (
        patched is not None and any(map(patched.is_module_patched, ("time", "threading")))
    )
