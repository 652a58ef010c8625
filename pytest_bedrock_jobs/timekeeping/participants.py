"""Who takes part in virtual time, what each one waits for, and when the clock jumps to the first one's time.

A thread takes part if a mock with virtual time was started in it, if it has called one, or if a thread that takes part
has started it or given it work by an executor. It holds up the clock unless it sleeps or waits, which the gates
register. A thread that does neither, because it computes or waits for something that no gate registers, no longer
holds up the clock once nobody has slept, waited or called for ``PATIENCE`` seconds of real time.
"""

from __future__ import annotations

import datetime
import operator
import os
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

from ..service.clock import Clock, time_travel
from . import real_time
from .real_time import REAL

PATIENCE = 0.2
"""For how many seconds of real time the clock waits for threads of which nothing is known."""
_CALL = 25
"""How many times as long it waits for one that starts or works for a call: a sleeper may hold a lock that it needs."""
TICK = 0.001
"""How often the thread whose wait is over first looks again, in seconds."""
MOMENT = datetime.timedelta(microseconds=1)
"""How far each wait moves the clock at least: what remains of a deadline must not be rounded to nothing."""
NEVER = datetime.timedelta.max
"""When a wait without a timeout is over."""


class Waiting:
    """A thread that sleeps or waits. Within a ``threading.Condition`` it stands for the waiter's lock.

    Args:
        due: When it has waited for long enough, as the time that has passed virtually by then.
    """

    def __init__(self, due: datetime.timedelta = NEVER) -> None:
        self.due: datetime.timedelta = due
        self.over: bool = False
        self.notified: bool = False
        self.looks_again: bool = False
        self._lock = threading.Lock()
        self._lock.acquire()

    def release(self) -> None:
        """End the wait: what it waits for has happened. ``Condition.notify`` calls this as a lock's method."""
        self.end(notified=True)

    def end(self, notified: bool) -> None:
        """End the wait, unless it has ended."""
        with participants.lock:
            if not self.over:
                self.over, self.notified = True, notified
                self.rouse()

    def is_blocked(self) -> bool:
        """Whether it needs somebody who takes part, or time, to go on."""
        return not self.over

    def rouse(self) -> None:
        """Let the thread look whether its wait is over, and whether the clock can jump."""
        if self._lock.locked():
            self._lock.release()

    def nap(self, seconds: float | None) -> None:
        """Really wait until somebody rouses it, or for so long."""
        self._lock.acquire(timeout=-1 if seconds is None else seconds)


@dataclass(eq=False)
class VirtualTime:
    """The virtual time of one mock.

    Attributes:
        clock: The mock's clock.
        check: Called after each sleep and wait, in its thread, and when the time was read this often while the clock
            stood still; its exception ends an endless loop.
        reads: How often the time was read since it last moved.
        datetime_moves: Whether ``datetime.now`` moves with the clock: where time-machine is installed.
        reminded: Whether the code under test was told that it does not.
        slept_in: The code that has slept.
    """

    clock: Clock
    check: Callable[[int], None]
    reads: int = 0
    datetime_moves: bool = field(default_factory=lambda: time_travel.time_machine() is not None)
    reminded: bool = False
    slept_in: set[CodeType] = field(default_factory=set)

    def due(self, seconds: float | None) -> datetime.timedelta:
        """When a wait of so many seconds is over."""
        return NEVER if seconds is None else participants.passed + max(MOMENT, self.clock.step(seconds))

    def wait(self, waiting: Waiting) -> None:
        """Wait in this thread."""
        participants.wait(waiting)
        if not waiting.notified:
            self.check(0)

    def pause(self, step: datetime.timedelta) -> bool:
        """Wait for so long in this thread, if this virtual time applies to it."""
        if participants.applicable() is not self:
            return False
        participants.wait(Waiting(participants.passed + step))
        return True

    def moved(self, step: datetime.timedelta) -> None:
        """Let all other clocks follow after the mock's clock was moved, then end the waits whose time has come."""
        with participants.lock:
            if step:
                self.reads = 0
                if not self.datetime_moves and time_travel.traveller() is None:
                    self.clock.datetime_stays = True
                time_travel.move(step)
            participants.moved(step)


@dataclass(slots=True)
class _Member:
    waiting: Waiting | None = None
    dismissed: bool = False  # nobody waits for it until it sleeps, waits or calls again
    calls: int = 0  # that it makes, one within the other
    executor: Any = None  # of a piece of work that has not begun

    def is_known_to_run(self, key: object, quiet: float) -> bool:
        """Whether it has been started or woken and has no processor yet, or works for a call."""
        works = (self.calls > 0 or is_starting(key)) and not self.dismissed and quiet < _CALL * PATIENCE
        return works or (self.waiting is not None and self.waiting.over)


def is_starting(key: object) -> bool:
    """Whether this is a thread that has not begun to run."""
    return isinstance(key, threading.Thread) and not key._started.is_set()  # type: ignore[attr-defined]


class Participants:
    """All threads of the process that take part, and the work that was given to executors and has not begun."""

    def __init__(self) -> None:
        self.top: VirtualTime | None = None
        """The virtual time of the latest mock, if it has one."""
        self.passed: datetime.timedelta = datetime.timedelta()
        """How much time has passed virtually in this process."""
        self._members: dict[object, _Member] = {}
        self.after_fork()
        self._took_part: weakref.WeakSet[threading.Thread] = weakref.WeakSet()
        self._active: float = 0.0

    def after_fork(self) -> None:
        """Only the thread that has forked is there."""
        self.lock: threading.RLock = threading.RLock()
        self._members = {key: member for key, member in self._members.items() if key is threading.current_thread()}

    def applicable(self) -> VirtualTime | None:
        """The virtual time that applies to the calling thread."""
        top = self.top
        takes_part = top and threading.current_thread() in self._members and real_time.runner != threading.get_ident()
        return top if takes_part else None

    def took_part(self) -> bool:
        """Whether the calling thread takes part, or did so once."""
        return threading.current_thread() in self._took_part

    def join(self, key: object = None) -> _Member:
        """Let the calling thread, or another one or a piece of work, take part; it holds up the clock from now on."""
        key = key or threading.current_thread()
        with self.lock:
            if key not in self._members:
                self._members[key] = _Member()
                if isinstance(key, threading.Thread):
                    self._took_part.add(key)
            member = self._members[key]
            member.dismissed = False
            self._active = _now()
            return member

    def leave(self, key: object) -> None:
        """Let a thread or a piece of work not take part any longer."""
        with self.lock:
            self._members.pop(key, None)
            if first := self._first():
                first.rouse()  # so that it looks at once whether the clock can jump now

    def finish(self, executor: Any) -> None:
        """The calling thread has ended its piece of work, and will begin the next one that waits."""
        with self.lock:
            self.leave(threading.current_thread())
            pending = (key for key, member in self._members.items() if member.executor is executor)
            if work := next(pending, None):
                self.join(work)

    def wait(self, waiting: Waiting) -> None:
        """Wait in the calling thread, and let the clock jump as soon as everybody waits."""
        if self.lock._is_owned():  # type: ignore[attr-defined]
            return  # in a finalizer: nobody else could go on meanwhile
        with self.lock:
            member = self._members.get(threading.current_thread())
            if member is None and waiting.due < NEVER:  # the mock has just ended, and no clock moves any more
                return
            member = member or _Member()  # somebody else ends it
            before, member.waiting, member.dismissed = member.waiting, waiting, False
            self._active = _now()
        try:
            while not waiting.over:
                with self.lock:
                    first = self._first()
                    self._jump_to(first)
                    waiting.looks_again = first is waiting
                if not waiting.over:
                    waiting.nap(TICK if waiting.looks_again else None)
        finally:
            with self.lock:
                member.waiting = before  # of a wait within which this one was, in a finalizer
                self._active = _now()
                if (first := self._first()) and not first.looks_again:
                    first.rouse()

    def moved(self, step: datetime.timedelta) -> None:
        """Let time pass, and end the waits whose time has come."""
        self.passed += step
        for waiting in self._timed():
            if waiting.due <= self.passed:
                waiting.end(notified=False)

    def clear(self) -> None:
        """Let nobody take part any longer: waits with a timeout end, because no clock moves any more."""
        with self.lock:
            for waiting in self._timed():
                waiting.end(notified=False)
            self._members.clear()

    def takes_part(self, thread: threading.Thread) -> bool:
        """Whether a thread takes part and has not ended."""
        return thread in self._members and thread.is_alive()

    def _timed(self) -> list[Waiting]:
        """The waits that time ends, the first one first."""
        waits = (member.waiting for member in self._members.values())
        timed = [waiting for waiting in waits if waiting and waiting.due < NEVER and not waiting.over]
        return sorted(timed, key=operator.attrgetter("due"))

    def _first(self) -> Waiting | None:
        """The wait that will be over first, whose thread looks whether the clock can jump."""
        return next(iter(self._timed()), None)

    def _jump_to(self, first: Waiting | None) -> None:
        """Jump to the time at which the first wait is over, unless somebody holds up the clock."""
        top = self.top
        if top is None or real_time.runner is not None:
            self._active = _now()  # whoever goes on after that has as much time as ever
        elif first is not None and not self._is_held_up():
            top.clock.sleep(max(first.due - self.passed, datetime.timedelta()))

    def _is_held_up(self) -> bool:
        members = self._members.items()
        awake = [(key, member) for key, member in members if not (member.waiting and member.waiting.is_blocked())]
        quiet = _now() - self._active
        if any(member.is_known_to_run(key, quiet) for key, member in awake):
            return True
        for key, member in awake:
            if isinstance(key, threading.Thread) and not (key.is_alive() or is_starting(key)):
                del self._members[key]
            elif not (member.dismissed or quiet >= PATIENCE):
                return True
            else:
                member.dismissed = True
        return False


participants: Participants = Participants()
if hasattr(os, "register_at_fork"):  # where there is fork
    os.register_at_fork(after_in_child=participants.after_fork)


def _now() -> float:
    return float(REAL["monotonic"]())
