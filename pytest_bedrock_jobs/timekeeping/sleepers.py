"""The threads and event loops that sleep on a mock's clock, and the moment at which it jumps to the first one's time.

Only the sleeper that wakes first watches the other threads; when none of them runs any longer, the clock jumps. The
last running thread that goes to sleep checks as well, so that no sleeper has to wait for a tick.
"""

from __future__ import annotations

import datetime
import heapq
import itertools
import os
import sys
import threading
from abc import abstractmethod
from typing import Protocol

from ..service.clock import Clock
from .other_threads import TICK, OtherThreads

_tickets = itertools.count()


class Sleeper(Protocol):
    """A thread, or an event loop, that sleeps."""

    ident: int
    """Its thread's."""
    due: datetime.timedelta | None
    """When it wakes, as the time that the clock has added by then; None if only its own events wake it."""
    woken: bool

    @abstractmethod
    def notify(self) -> None:
        """Notify it that it has been woken, or has to watch now."""

    @abstractmethod
    def settled(self, tick: bool) -> bool:
        """Whether it waits for nothing but time."""


class SleepingThread:
    """A thread in ``time.sleep``.

    Args:
        due: When it wakes.
    """

    def __init__(self, due: datetime.timedelta) -> None:
        self.ident: int = threading.get_ident()
        self.due: datetime.timedelta | None = due
        self.woken: bool = False
        self._unnotified = threading.Lock()
        self._unnotified.acquire()

    def notify(self) -> None:
        """Notify it; the lock of all sleepers is held."""
        if self._unnotified.locked():
            self._unnotified.release()

    def settled(self, tick: bool) -> bool:
        """True: it waits for nothing but time."""
        return True

    def wait(self, seconds: float) -> bool:
        """Wait until it is notified, or these seconds have passed (-1: without limit), and return whether they have."""
        return not self._unnotified.acquire(timeout=seconds)


class AllSleepers:
    """State that all sleepers of the process share, whichever clock they sleep on."""

    def __init__(self) -> None:
        self.others: OtherThreads = OtherThreads()
        self.forget()

    def forget(self) -> None:
        """Start without sleepers: in a new process, and in a forked child, where only the forking thread exists."""
        self.lock: threading.Lock = threading.Lock()
        self.looking: threading.Lock = threading.Lock()
        self.asleep: dict[int, Sleeper] = {}
        # The threads that were running, and so kept the clock from jumping, at the last look.
        self.awaited: set[int] = set()


shared: AllSleepers = AllSleepers()
if hasattr(os, "register_at_fork"):  # where there is fork
    os.register_at_fork(after_in_child=shared.forget)


class Sleepers:
    """The sleepers on one clock, the earliest first.

    Args:
        clock: The clock that their sleeping moves.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queue: list[tuple[datetime.timedelta, int, Sleeper]] = []

    def sleep(self, due: datetime.timedelta) -> None:
        """Sleep in this thread until the clock has added this much."""
        if len(sys._current_frames()) == 1:
            self._clock.sleep_until(due)
            return
        sleeper = SleepingThread(due)
        try:
            look = self.add(sleeper) or self.is_first(sleeper)
            tick = False
            while not (sleeper.woken or (look and self.jump(tick) and sleeper.woken)):
                look = self.is_first(sleeper)
                tick = sleeper.wait(TICK if look else -1)
        finally:
            self.remove(sleeper)

    def add(self, sleeper: Sleeper) -> bool:
        """Add a sleeper, and return whether every thread that was running at the last check is asleep now."""
        with shared.lock:
            shared.asleep[sleeper.ident] = sleeper
            if sleeper.due is not None:
                heapq.heappush(self._queue, (sleeper.due, next(_tickets), sleeper))
            shared.awaited.discard(sleeper.ident)
            return not shared.awaited

    def remove(self, sleeper: Sleeper) -> None:
        """Remove a sleeper, unless its time has come and it has been woken."""
        with shared.lock:
            if not sleeper.woken and shared.asleep.pop(sleeper.ident, None) is sleeper:
                shared.awaited.add(sleeper.ident)
                self._queue[:] = [entry for entry in self._queue if entry[2] is not sleeper]
                heapq.heapify(self._queue)
                self._notify_first()

    def is_first(self, sleeper: Sleeper) -> bool:
        """Whether this one watches: it is the one that wakes first."""
        with shared.lock:
            return bool(self._queue) and self._queue[0][2] is sleeper

    def jump(self, tick: bool) -> bool:
        """Jump to the time at which the first sleeper wakes, unless a thread runs, or another one is checking already.

        Args:
            tick: Whether a tick has passed since the last check by the sleeper that watches.
        """
        if not shared.looking.acquire(blocking=False):
            return False
        try:
            # Twice: threads are checked one after the other, and a later one may have woken an earlier one.
            running, states = self._look(tick)
            if not running:
                running, later = self._look(tick=False, ask=False)
                running = running or {ident for ident in later if later[ident] != states.get(ident)}
            with shared.lock:
                shared.awaited = running
                due = self._queue[0][0] if self._queue and not running else None
            if due is None:
                return False
            shared.others.jumped()
            self._clock.sleep_until(due)
            return True
        finally:
            shared.looking.release()

    def wake(self) -> None:
        """Wake all sleepers whose time has come."""
        with shared.lock:
            while self._queue and self._queue[0][0] <= self._clock.added:
                self._wake(heapq.heappop(self._queue)[2])
            self._notify_first()

    def end(self) -> None:
        """Wake all sleepers, because the clock stops for good."""
        with shared.lock:
            while self._queue:
                self._wake(heapq.heappop(self._queue)[2])

    def _look(self, tick: bool, *, ask: bool = True) -> tuple[set[int], dict[int, object]]:
        """The threads that run, and for each other one, evidence that changes if it runs."""
        with shared.lock:
            asleep = dict(shared.asleep)
        running, states = shared.others.look(asleep, tick, ask=ask)
        running |= {ident for ident, sleeper in asleep.items() if not sleeper.settled(tick)}
        return running, {**states, **asleep}

    def _wake(self, sleeper: Sleeper) -> None:
        sleeper.woken = True
        shared.asleep.pop(sleeper.ident, None)
        shared.awaited.add(sleeper.ident)
        sleeper.notify()

    def _notify_first(self) -> None:
        if self._queue:
            self._queue[0][2].notify()
