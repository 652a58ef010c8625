"""Whether any thread could still do something before the clock jumps to the next sleeper's time.

A thread is out of the way if it sleeps virtually, if it is provably blocked (in ``join`` of a thread that is alive, in
a condition that nobody has notified, at an executor's empty queue), or if it has not moved for some ticks of the
sleeper that watches. All others run. Ticks count where milliseconds would mislead: beside busy threads a tick takes
longer, and so does the turn of a thread that waits for the interpreter's lock.

Threads that take part in virtual time, because they started the mock or called it, hold the clock up for at most
``PATIENCE`` ticks a jump. Others may be about to take part, since they have just been started or have just moved
after a pause: they hold it up for ``NEWCOMERS_PATIENCE`` ticks, and then no more until they have paused again.
"""

from __future__ import annotations

import concurrent.futures.thread
import sys
import threading
import time
from collections.abc import Callable, Collection, Mapping
from types import FrameType
from typing import Any

TICK = 0.001
"""How long the watching sleeper waits before it looks again, in seconds."""
STILL = 20
"""For how many ticks a thread does not move that waits for a lock, or for who knows what."""
STILL_IN_IO = 300
"""The same for a thread that waits for the network or for a child process, or an event loop that does."""
PATIENCE = 100
NEWCOMERS_PATIENCE = 25

_IO = {"socket", "ssl", "subprocess", "selectors"}


class _Seen:
    """What was seen of a thread that is neither asleep nor provably blocked."""

    __slots__ = ("evidence", "moving", "still")

    def __init__(self, evidence: object, still: int) -> None:
        self.evidence = evidence
        self.still = still  # for how many ticks it has not moved
        self.moving = 0  # in how many ticks it has, since it last stood still or, if it takes part, since the last jump


class OtherThreads:
    """Watches all threads of the process.

    Args:
        frames: Tells the frame that each thread executes.
    """

    def __init__(self, frames: Callable[[], Mapping[int, FrameType]] = sys._current_frames) -> None:
        self._frames = frames
        self._seen: dict[int, _Seen] = {}
        # The threads that take part, with what tells the processor time they have used.
        self._taking_part: dict[int, int | None] = {}

    def start(self) -> None:
        """Virtual time begins: threads that exist already hold it up only once they move."""
        self._taking_part.clear()
        frames = self._frames()
        self._seen = {ident: _Seen(self._evidence(ident, frame), STILL_IN_IO) for ident, frame in frames.items()}

    def take_part(self) -> None:
        """The calling thread takes part from now on."""
        ident = threading.get_ident()
        # A thread's clock is asked for by itself only: for one that has ended the system may crash.
        clock_of = getattr(time, "pthread_getcpuclockid", None)
        self._taking_part[ident] = clock_of(ident) if clock_of else None

    def running(self, asleep: Collection[int], tick: bool) -> set[int]:
        """The threads that run, or may.

        Args:
            asleep: Those that sleep virtually.
            tick: Whether a tick has passed since the last time.
        """
        frames = self._frames()
        for table in (self._seen, self._taking_part):
            for ended in table.keys() - frames.keys():
                table.pop(ended, None)
        awake = [(ident, frame) for ident, frame in frames.items() if ident not in asleep]
        return {ident for ident, frame in awake if self._runs(ident, frame, frames, tick)}

    def jumped(self) -> None:
        """The clock has jumped: threads that take part may hold it up again."""
        for ident in list(self._taking_part):
            if seen := self._seen.get(ident):
                seen.moving = 0

    def _runs(self, ident: int, frame: FrameType, frames: Mapping[int, FrameType], tick: bool) -> bool:
        if _provably_blocked(frame, frames):
            self._seen.pop(ident, None)
            return False
        evidence = self._evidence(ident, frame)
        seen = self._seen.get(ident)
        if seen is None:
            seen = self._seen[ident] = _Seen(evidence, 0)
        elif seen.evidence != evidence:
            seen.evidence, seen.still = evidence, 0
            seen.moving += tick
        else:
            seen.still += tick
        takes_part = ident in self._taking_part
        if seen.still >= _enough(frame, takes_part):
            seen.moving = 0
            return False
        return seen.moving < (PATIENCE if takes_part else NEWCOMERS_PATIENCE)

    def _evidence(self, ident: int, frame: FrameType) -> object:
        """What changes when a thread moves; its processor time does even while it waits for the interpreter's lock."""
        return id(frame), frame.f_lasti, self._processor_time(ident)

    def _processor_time(self, ident: int) -> int:
        clock = self._taking_part.get(ident)
        if clock is None:
            return 0
        try:
            return time.clock_gettime_ns(clock)
        except OSError:  # it has just ended
            return 0


def _enough(frame: FrameType, takes_part: bool) -> int:
    """For how many ticks a thread has to stand still."""
    module = frame.f_globals.get("__name__", "")
    # A server in a thread of its own spends its life in `selectors`, and nobody waits for it there.
    return STILL_IN_IO if module in _IO and (takes_part or module != "selectors") else STILL


def _provably_blocked(frame: FrameType, frames: Mapping[int, FrameType]) -> bool:
    code, proof = _PROOFS.get(id(frame.f_code), (None, None))
    return proof is not None and code is frame.f_code and proof(frame, frames)


def _waits_for_a_condition(frame: FrameType, frames: Mapping[int, FrameType]) -> bool:
    """``notify`` takes the waiter off the list, long before its thread runs again."""
    names = frame.f_locals
    return names.get("waiter") in names["self"]._waiters and not _starts_a_thread(frame)


def _starts_a_thread(frame: FrameType) -> bool:
    """``Thread.start`` waits for an event in which the new thread tells that it runs."""
    caller: FrameType | None = frame.f_back and frame.f_back.f_back
    return caller is not None and caller.f_code is threading.Thread.start.__code__


def _joins_a_thread(frame: FrameType, frames: Mapping[int, FrameType]) -> bool:
    return frame.f_locals["self"].ident in frames


def _waits_for_work(frame: FrameType, frames: Mapping[int, FrameType]) -> bool:
    names = frame.f_locals
    return names.get("work_item") is None and names["work_queue"].empty()


def _proofs() -> dict[int, tuple[Any, Callable[[FrameType, Mapping[int, FrameType]], bool]]]:
    join = getattr(threading.Thread, "_wait_for_tstate_lock", threading.Thread.join)  # where 3.12 and older wait
    proofs = (
        (threading.Condition.wait, _waits_for_a_condition),
        (join, _joins_a_thread),
        (concurrent.futures.thread._worker, _waits_for_work),
    )
    return {id(function.__code__): (function.__code__, proof) for function, proof in proofs}


_PROOFS = _proofs()
