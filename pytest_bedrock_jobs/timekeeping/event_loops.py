"""Event loops in virtual time: an asyncio loop is one more sleeper of the same clock.

A loop that takes part has its own time, which stops while its code runs and passes with virtual time; so a sleep adds
exactly its length. That time never goes back, not even when the mock ends: from then on it passes with real time. A
loop that would wait for its next timer sleeps virtually until then. Events wake it earlier, and if it waits for files
or sockets besides its own wake-up pipe, the clock jumps only after nothing has happened there for some time.
"""

from __future__ import annotations

import datetime
import math
import sys
import threading
import weakref
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, Protocol

from ..service.clock import Clock
from .other_threads import STILL_IN_IO, TICK
from .real_functions import REAL
from .sleepers import Sleepers

_MOMENT = datetime.timedelta(microseconds=1)
_PATIENCE = 5.0
"""How many seconds a loop may be busy before its time passes with real time, for which its code may be waiting."""


def _now() -> float:
    return float(REAL["monotonic"]())


class LoopTime(Protocol):
    """The virtual time that a loop takes part in."""

    clock: Clock
    sleepers: Sleepers
    check_sleep: Callable[[], None]

    @abstractmethod
    def passed(self) -> datetime.timedelta:
        """How much time has passed virtually in this process."""


class VirtualLoop:
    """An event loop that takes part.

    Args:
        loop: The loop of asyncio.
        find: Returns the virtual time that applies to the calling thread.
        passed: Returns how much time has passed virtually in this process.
    """

    def __init__(
        self, loop: Any, find: Callable[[], LoopTime | None], passed: Callable[[], datetime.timedelta]
    ) -> None:
        self._loop_or_none = weakref.ref(loop)
        self._find = find
        self._passed = passed
        self._selector: Any = None  # while it takes part
        self._offset: float = loop.time()
        self._rested: float = _now()
        self._virtual: bool = False
        loop.time = self.time
        self.take_part()

    @property
    def _loop(self) -> Any:
        return self._loop_or_none()

    def take_part(self) -> None:
        """Make the loop's time virtual from now on."""
        if self._selector is None:
            self._follow(True)
            self._selector = self._loop._selector
            self._selector.select, self._loop.call_at = self.select, self.call_at

    def leave(self) -> None:
        """Let the loop's time pass with real time from now on."""
        if self._selector is not None:
            self._follow(False)
            del self._selector.select, self._loop.call_at
            self._selector = None

    def time(self) -> float:
        """Stand in for the loop's ``time``."""
        real = _now() - self._rested
        if self._virtual:
            return self._offset + self._passed().total_seconds() + max(0.0, real - _PATIENCE)
        return self._offset + real

    def _follow(self, virtual: bool) -> None:
        """Make its time virtual or real from now on, and count anew how long it is busy."""
        now = self.time()
        self._rested, self._virtual = _now(), virtual
        self._offset = now - self._passed().total_seconds() if virtual else now

    def call_at(self, when: float, *args: Any, **kwargs: Any) -> Any:
        """Stand in for the loop's ``call_at``.

        Raises:
            UsageError: For a time that no datetime can hold, except ``math.inf``. For another sleep in a loop that
                never ends.
        """
        virtual = self._find()
        if virtual and math.isfinite(when):
            virtual.clock.step(when - self.time())
            if sys._getframe(1).f_code.co_name == "call_later":  # a sleep, and not a deadline
                virtual.check_sleep()
        return type(self._loop).call_at(self._loop, when, *args, **kwargs)

    def select(self, timeout: float | None = None) -> Any:
        """Stand in for the ``select`` of the loop's selector: instead of waiting for a timer, sleep virtually."""
        virtual = self._find()
        self._follow(virtual is not None)
        if virtual is None:
            return self._real_select(timeout)
        events = self._real_select(0)
        if events or (timeout is not None and timeout <= 0):
            return events
        return self._sleep(virtual.sleepers, SleepingLoop(self._loop, self._due(virtual.clock)))

    def _real_select(self, timeout: float | None) -> Any:
        return type(self._selector).select(self._selector, timeout)

    def _due(self, clock: Clock) -> datetime.timedelta | None:
        timers = self._loop._scheduled
        if not timers or math.isinf(timers[0]._when):
            return None
        return clock.added + max(_MOMENT, clock.step(max(0.0, timers[0]._when - self.time())))

    def _sleep(self, sleepers: Sleepers, sleeper: SleepingLoop) -> Any:
        try:
            look = sleepers.add(sleeper) or sleepers.is_first(sleeper)
            tick = False
            while not (sleeper.woken or (look and sleepers.jump(tick) and sleeper.woken)):
                look = sleepers.is_first(sleeper)
                if events := self._real_select(TICK if look else None):
                    return events
                tick = True
        finally:
            sleepers.remove(sleeper)
        return self._real_select(0)


class SleepingLoop:
    """An event loop that waits for its next timer, or for events.

    Args:
        loop: The loop.
        due: When its next timer is due, or None without one.
    """

    def __init__(self, loop: Any, due: datetime.timedelta | None) -> None:
        self.ident: int = threading.get_ident()
        self.due: datetime.timedelta | None = due
        self.woken: bool = False
        self._loop = loop
        self._quiet = 0
        selector = loop._selector
        # On Windows the overlapped operations; the wake-up pipe is the one that is always there.
        registered = selector.get_map() if hasattr(selector, "get_map") else selector._cache
        self._does_io = len(registered) > 1

    def notify(self) -> None:
        """Wake its thread."""
        if threading.get_ident() != self.ident:
            self._loop._write_to_self()

    def settled(self, tick: bool) -> bool:
        """Whether nothing is ready to run, and nothing has arrived from outside for long enough."""
        self._quiet += tick
        return not self._loop._ready and (not self._does_io or self._quiet >= STILL_IN_IO)
