"""Whether any thread could still do something before the clock jumps to the next sleeper's time.

A thread does not hold up the clock if it sleeps virtually, if it is provably blocked (in ``join`` of a thread that is
alive, in a condition that has not been notified, as an idle worker of a thread pool), or if it has not moved for some
ticks of the sleeper that watches. All others run. Ticks are counted, because milliseconds would mislead:
beside busy threads a tick takes longer, and so does the turn of a thread that waits for the interpreter's lock.

Threads that take part in virtual time, because they started the mock or called it, hold the clock up for at most
``PATIENCE`` ticks of their own processor time a jump. Others may be about to take part, since they have just been
started or have just moved after a pause: they hold it up for ``NEWCOMERS_PATIENCE`` ticks, and then no more until they
have paused again.
"""

from __future__ import annotations

import concurrent.futures.thread
import contextlib
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
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


_NEVER_ASKED = "never asked"


class _Seen:
    """What was seen of a thread that is neither asleep nor provably blocked."""

    __slots__ = ("dismissed", "evidence", "moving", "scheduling", "still", "used")

    def __init__(self, evidence: object, still: int) -> None:
        self.evidence = evidence
        self.scheduling: object = _NEVER_ASKED
        self.dismissed = False  # it is busy with something else, until it stands still
        self.still = still  # for how many ticks it has not moved
        self.used: int | None = None  # what processor time it had used when it began to move
        self.moving = 0  # in how many ticks it has, since it last stood still or, if it takes part, since the last jump


class OtherThreads:
    """Watches all threads of the process.

    Args:
        frames: Returns the frame that each thread executes.
        scheduling: Returns what the system knows of a thread's moves; None if it runs, or waits for a processor.
    """

    def __init__(
        self,
        frames: Callable[[], Mapping[int, FrameType]] = sys._current_frames,
        scheduling: Callable[[int], object] | None = None,
    ) -> None:
        self._frames = frames
        self._scheduling = scheduling or _scheduling
        self._seen: dict[int, _Seen] = {}
        self._taking_part: set[int] = set()

    def start(self) -> None:
        """Virtual time begins: threads that exist already hold it up only once they move."""
        self._taking_part = set()
        self._seen = {ident: _Seen(_evidence(frame), STILL_IN_IO) for ident, frame in self._frames().items()}

    def take_part(self) -> None:
        """The calling thread takes part from now on."""
        ident = threading.get_ident()
        self._taking_part.add(ident)
        self._seen.pop(ident, None)  # what it did before does not count any more

    def look(self, asleep: Iterable[int], tick: bool) -> tuple[set[int], dict[int, object]]:
        """The threads that run, or may; and of each other one what holds only as long as it does not run.

        Args:
            asleep: Those that sleep virtually.
            tick: Whether a tick has passed since the last time.
        """
        frames = self._frames()
        self._taking_part.intersection_update(frames)
        for ended in self._seen.keys() - frames.keys():
            self._seen.pop(ended, None)
        awake = frames.keys() - set(asleep)
        reasons = {ident: self._reason(ident, frames[ident], frames, tick) for ident in awake}
        return {ident for ident, reason in reasons.items() if reason is None}, reasons

    def jumped(self) -> None:
        """The clock has jumped: threads that take part may hold it up again."""
        for ident, seen in list(self._seen.items()):
            if ident in self._taking_part:
                seen.moving = 0

    def _reason(self, ident: int, frame: FrameType, frames: Mapping[int, FrameType], tick: bool) -> object:
        """Why a thread does not run, or None if it may."""
        if proof := _proof_of_blocking(frame, frames):
            self._seen.pop(ident, None)
            return proof
        if _starts_a_thread(frame):
            return None  # however long: the new thread has no frame until the system gives it a processor
        evidence, seen = _evidence(frame), self._seen.get(ident)
        if seen is None:
            seen = self._seen[ident] = _Seen(evidence, 0)
        elif seen.evidence != evidence:
            seen.evidence, seen.still = evidence, 0
            self._moves(ident, seen, tick)
        else:
            self._stands(ident, seen, tick)
        takes_part = ident in self._taking_part
        if seen.still >= _enough(frame, takes_part):
            seen.moving, seen.dismissed = 0, False
            return seen, seen.evidence, seen.scheduling
        patience = PATIENCE if takes_part else NEWCOMERS_PATIENCE
        if seen.dismissed or (seen.moving >= patience and self._has_used(ident, seen, patience)):
            seen.dismissed = not takes_part
            return "busy"
        return None

    def _moves(self, ident: int, seen: _Seen, tick: bool) -> None:
        if not seen.moving:
            seen.used = _processor_time(ident)
        seen.moving += tick

    def _has_used(self, ident: int, seen: _Seen, ticks: int) -> bool:
        """Whether a thread has run for as long as so many ticks should take: many of them share the processors."""
        used = _processor_time(ident)
        return used is None or seen.used is None or used - seen.used >= ticks * TICK * 10**9

    def _stands(self, ident: int, seen: _Seen, tick: bool) -> None:
        """It is where it was: because it waits, or because it was not given the interpreter or a processor?"""
        if seen.dismissed or (seen.still >= STILL_IN_IO and ident not in self._taking_part):
            seen.still += tick  # to ask the system lets the busy threads run first, and it would not say more
            return
        scheduling = self._scheduling(ident)
        if scheduling is None or seen.scheduling not in (_NEVER_ASKED, scheduling):
            seen.still = 0
            self._moves(ident, seen, tick)
        else:
            seen.still += tick
        seen.scheduling = scheduling


def _evidence(frame: FrameType) -> object:
    return id(frame), frame.f_lasti


def _status(ident: int, file: str) -> bytes | None:
    """What Linux reports of a thread."""
    for thread in threading.enumerate():
        if thread.ident == ident:
            with contextlib.suppress(OSError):
                return Path(f"/proc/self/task/{thread.native_id}/{file}").read_bytes()
    return None


def _processor_time(ident: int) -> int | None:
    """For how many nanoseconds a thread has run; None where the system does not say."""
    status = _status(ident, "schedstat")
    return int(status.split()[0]) if status else None


def _scheduling(ident: int) -> object:
    """How often a thread has given up its processor: that changes even while it waits for the interpreter.

    Only Linux reports that. Elsewhere a thread that is slow to get a processor may be taken for one that waits.
    """
    status = _status(ident, "status")
    if status is None:
        return "unknown"
    return None if b"\nState:\tR" in status else status[status.rfind(b"\nvoluntary") :]


def _enough(frame: FrameType, takes_part: bool) -> int:
    """For how many ticks a thread has to stand still."""
    module = frame.f_globals.get("__name__", "")
    # A server in a thread of its own spends its life in `selectors`, and no sleeper waits for it there.
    return STILL_IN_IO if module in _IO and (takes_part or module != "selectors") else STILL


def _proof_of_blocking(frame: FrameType, frames: Mapping[int, FrameType]) -> object:
    """What proves that a thread is blocked, another thing each time that it is; None if nothing does."""
    code, proof = _PROOFS.get(id(frame.f_code), (None, None))
    return proof(frame, frames) if proof and code is frame.f_code else None


def _waits_for_a_condition(frame: FrameType, frames: Mapping[int, FrameType]) -> object:
    """``notify`` takes the waiter off the list, long before its thread runs again."""
    if _starts_a_thread(frame):
        return None
    waiter = frame.f_locals.get("waiter")
    return waiter if waiter in frame.f_locals["self"]._waiters else None


def _starts_a_thread(frame: FrameType) -> bool:
    """Whether ``Thread.start`` waits for the event that the new thread sets once it runs."""
    caller: FrameType | None = frame.f_back and frame.f_back.f_back
    return (
        caller is not None
        and caller.f_code is threading.Thread.start.__code__
        and frame.f_code is threading.Condition.wait.__code__
    )


def _joins_a_thread(frame: FrameType, frames: Mapping[int, FrameType]) -> object:
    return frame if frame.f_locals["self"].ident in frames else None


def _waits_for_work(frame: FrameType, frames: Mapping[int, FrameType]) -> object:
    """Whether a worker of a thread pool is idle, with nothing in the pool's queue."""
    names = frame.f_locals
    return frame if names.get("work_item") is None and names["work_queue"].empty() else None


def _waits_idle(frame: FrameType, frames: Mapping[int, FrameType]) -> object:
    """The same since Python 3.13, where the queue hands an item to a waiting worker and stays empty.

    The pool counts its idle workers, and ``submit`` subtracts the one that will run: if the count is that of the
    workers that wait, none of them has been given an item.
    """
    names = frame.f_locals
    pool = names["executor_reference"]()
    if names.get("work_item") is not None or pool is None or pool._shutdown:
        return None
    waiting = sum(_is_at(frames.get(thread.ident), frame) for thread in list(pool._threads))
    return frame if pool._idle_semaphore._value == waiting else None


def _is_at(frame: FrameType | None, other: FrameType) -> bool:
    return frame is not None and frame.f_code is other.f_code


def _proofs() -> dict[int, tuple[Any, Callable[[FrameType, Mapping[int, FrameType]], object]]]:
    join = getattr(threading.Thread, "_wait_for_tstate_lock", threading.Thread.join)  # where 3.12 and older wait
    proofs = [
        (threading.Condition.wait, _waits_for_a_condition),
        (join, _joins_a_thread),
        (concurrent.futures.thread._worker, _waits_for_work if sys.version_info < (3, 13) else _waits_idle),
    ]
    return {id(function.__code__): (function.__code__, proof) for function, proof in proofs}


_PROOFS = _proofs()
