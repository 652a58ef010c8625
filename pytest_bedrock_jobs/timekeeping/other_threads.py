"""Whether any thread could still do something before the clock jumps to the next sleeper's time.

A thread does not hold up the clock if it sleeps virtually, if it is provably blocked (in ``join`` of a thread that is
alive, in a condition that has not been notified, as an idle worker of a thread pool), or if it has not moved for some
ticks of the sleeper that watches. All others run. Ticks are counted, because milliseconds would mislead: among busy
threads a tick takes longer, and so does the turn of a thread that waits for the interpreter's lock.

Threads that take part in virtual time, because they started the mock or called it, hold the clock up until they have
used ``PATIENCE`` ticks of processor time since its last jump. Others may be about to take part, since they have just
been started or have just moved after a rest: they hold it up until they have used ``NEWCOMERS_PATIENCE`` ticks, and
then no more until they have rested again. What boto3 and botocore do in a thread before it calls the mock, such as
making a client, does not count, up to ``CLIENT_PATIENCE`` ticks.
"""

from __future__ import annotations

import concurrent.futures.thread
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

TICK = 0.001
"""How long the watching sleeper waits before it looks again, in seconds."""
STILL = 20
"""How many ticks a thread may take without moving before it counts as waiting, for a lock or anything else."""
STILL_IN_IO = 300
"""The same for a thread, or an event loop, that waits for the network or for a child process."""
PATIENCE = 100
NEWCOMERS_PATIENCE = 50
CLIENT_PATIENCE = 5000

_CLIENT_LIBRARIES = {"aiobotocore", "boto3", "botocore"}
_IO = {"socket", "ssl", "subprocess", "selectors"}
_AT_MOST = 10
"""By what factor a thread that uses hardly any processor time may move for more ticks."""


class _Evidence(NamedTuple):
    """What stays the same as long as a thread does not move."""

    native_id: int | None
    frame: int
    instruction: int
    used: int | None


class _Start(NamedTuple):
    """Where a thread's use of processor time is counted from.

    Attributes:
        used: The processor time that it had used by then.
        moving: In how many ticks it had moved.
    """

    used: int | None
    moving: int


class _Seen:
    """Observations of a thread that is neither asleep nor provably blocked."""

    __slots__ = ("began", "called", "client_left", "dismissed", "evidence", "idle", "moving", "still")

    def __init__(self, evidence: _Evidence, *, idle: bool = False) -> None:
        self.evidence = evidence
        self.idle = idle  # it has not moved since virtual time began
        self.still = STILL_IN_IO if idle else 0  # for how many ticks it has not moved
        self.rest()

    def rest(self) -> None:
        """Let it hold up the clock again from its next move on."""
        self.began: _Start | None = None
        self.client_left: _Start | None = None  # the last time when it was seen working for a client
        self.called = False  # it has called the mock since
        self.dismissed = False  # it is busy with something else, until it rests
        self.moving = 0  # in how many ticks it has moved since

    def move(self, evidence: _Evidence, tick: bool) -> None:
        """Note that it is at another place, or has used processor time."""
        self.began = self.began or self.now()
        self.evidence, self.still, self.idle = evidence, 0, False
        self.moving += tick

    def now(self) -> _Start:
        """What it has used so far."""
        return _Start(self.evidence.used, self.moving)

    def has_run(self, ticks: int, since: _Start | None) -> bool:
        """Whether it has used this much processor time, which takes longer on a busy machine."""
        if since is None:
            return False
        moving = self.moving - since.moving
        if since.used is None or self.evidence.used is None:
            return moving >= ticks
        return self.evidence.used - since.used >= ticks * TICK * 10**9 or moving >= _AT_MOST * ticks

    def is_busy(self, frame: FrameType, takes_part: bool) -> bool:
        """Whether it has held the clock up for long enough."""
        patience = PATIENCE if takes_part else NEWCOMERS_PATIENCE
        if not self.dismissed and not self.has_run(patience, self.client_left or self.began):
            return False
        if not self.called and not self.has_run(CLIENT_PATIENCE, self.began) and _works_for_a_client(frame):
            self.client_left = self.now()
            return False
        return True


class OtherThreads:
    """Watches all threads of the process.

    Args:
        frames: Returns the frame that each thread executes.
        processor_time: Returns how many nanoseconds a thread has run, by its system's id; None where that is unknown.
        is_ready: Returns whether a thread could run, and only waits for a processor.
    """

    def __init__(
        self,
        frames: Callable[[], Mapping[int, FrameType]] = sys._current_frames,
        processor_time: Callable[[int | None], int | None] | None = None,
        is_ready: Callable[[int | None], bool] | None = None,
    ) -> None:
        self._frames = frames
        self._processor_time = processor_time or _processor_time
        self._is_ready = is_ready or _is_ready
        self._native_ids: dict[int, int | None] = {}
        self._seen: dict[int, _Seen] = {}
        self._taking_part: set[int] = set()

    def start(self) -> None:
        """Begin virtual time: threads that exist already hold it up only once they move."""
        self._taking_part = set()
        frames = self._all_frames()
        self._seen = {ident: _Seen(self._evidence(ident, frame), idle=True) for ident, frame in frames.items()}

    def take_part(self) -> None:
        """Let the calling thread take part from now on."""
        ident = threading.get_ident()
        self._taking_part.add(ident)
        self._seen.pop(ident, None)  # what it did before no longer counts

    def called(self) -> None:
        """Note that the calling thread calls the mock, so what it computes is no longer to make a client first."""
        if seen := self._seen.get(threading.get_ident()):
            seen.called = True

    def look(self, asleep: Iterable[int], tick: bool, *, ask: bool = True) -> tuple[set[int], dict[int, object]]:
        """The threads that run, or may; and for each other one, evidence that changes if it runs.

        Args:
            asleep: Those that sleep virtually.
            tick: Whether a tick has passed since the last time.
            ask: Whether to ask the system if no thread seems to run. That lets other threads run meanwhile.
        """
        frames = self._all_frames()
        self._taking_part.intersection_update(frames)
        for ended in self._seen.keys() - frames.keys():
            self._seen.pop(ended, None)
        awake = frames.keys() - set(asleep)
        reasons = {ident: self._reason(ident, frames[ident], frames, tick) for ident in awake}
        running = {ident for ident, reason in reasons.items() if reason is None}
        return running or (self._ready(reasons) if ask else running), reasons

    def jumped(self) -> None:
        """Note that the clock has jumped: threads that take part may hold it up again."""
        for ident, seen in list(self._seen.items()):
            if ident in self._taking_part:
                seen.rest()

    def _all_frames(self) -> Mapping[int, FrameType]:
        self._native_ids = {int(thread.ident or 0): thread.native_id for thread in threading.enumerate()}
        return self._frames()

    def _evidence(self, ident: int, frame: FrameType) -> _Evidence:
        native_id = self._native_ids.get(ident)
        return _Evidence(native_id, id(frame), frame.f_lasti, self._processor_time(native_id))

    def _reason(self, ident: int, frame: FrameType, frames: Mapping[int, FrameType], tick: bool) -> object:
        """Why a thread does not run, or None if it may."""
        if _starts_a_thread(frame):
            return None  # however long: the new thread has no frame until the system gives it a processor
        if proof := _proof_of_blocking(frame, frames):
            self._seen.pop(ident, None)
            return proof
        evidence, seen = self._evidence(ident, frame), self._seen.get(ident)
        if seen is None or seen.evidence.native_id != evidence.native_id:  # another thread has the ident of an old one
            seen = self._seen[ident] = _Seen(evidence)
        elif seen.evidence != evidence:
            seen.move(evidence, tick)
        else:
            seen.still += tick
        takes_part = ident in self._taking_part
        if seen.still >= _enough(frame, takes_part):
            seen.rest()
            return seen.evidence
        if seen.is_busy(frame, takes_part):
            seen.dismissed = not takes_part
            return "busy"
        return None

    def _ready(self, reasons: Mapping[int, object]) -> set[int]:
        """The threads without a move that wait for nothing but a processor."""
        found = set()
        for ident, reason in reasons.items():
            seen = self._seen.get(ident)
            if seen and seen.evidence is reason and not seen.idle and self._is_ready(seen.evidence.native_id):
                seen.still = 0
                found.add(ident)
        return found


def _processor_time(native_id: int | None) -> int | None:
    """For how many nanoseconds a thread has run; reading this is much faster than reading a file of the system.

    A thread that waits for the interpreter's lock wakes every few milliseconds, so this changes then, too.
    """
    if native_id is None or sys.platform != "linux":
        return None
    try:
        return time.clock_gettime_ns(~native_id << 3 | 6)  # Linux's clock of that thread: see clock_getcpuclockid(3)
    except OSError:
        return None  # it has ended


def _is_ready(native_id: int | None) -> bool:
    """Whether a thread waits for a processor, or for memory to be read from a disk; only Linux reports that.

    Elsewhere a thread that is slow to get one may be taken for one that waits.
    """
    try:
        status = Path(f"/proc/self/task/{native_id}/status").read_bytes()
    except OSError:
        return False
    return b"\nState:\tR" in status or b"\nState:\tD" in status


def _enough(frame: FrameType, takes_part: bool) -> int:
    """For how many ticks a thread must not move to count as waiting."""
    module = frame.f_globals.get("__name__", "")
    # A server in a separate thread spends its life in `selectors`, and no sleeper waits for it there.
    return STILL_IN_IO if module in _IO and (takes_part or module != "selectors") else STILL


def _proof_of_blocking(frame: FrameType, frames: Mapping[int, FrameType]) -> object:
    """A proof that a thread is blocked, a different one each time it blocks; None if nothing proves it."""
    code, proof = _PROOFS.get(id(frame.f_code), (None, None))
    return proof(frame, frames) if proof and code is frame.f_code else None


def _waits_for_a_condition(frame: FrameType, frames: Mapping[int, FrameType]) -> object:
    """The lock of a waiting thread: ``notify`` takes it off the list, long before the thread runs again."""
    waiter = frame.f_locals.get("waiter")
    return waiter if waiter in frame.f_locals["self"]._waiters else None


def _works_for_a_client(frame: FrameType | None) -> bool:
    """Whether botocore's or boto3's code runs: it makes a session, a client or a request, and a call will follow."""
    while frame is not None:
        if frame.f_globals.get("__name__", "").partition(".")[0] in _CLIENT_LIBRARIES:
            return True
        frame = frame.f_back
    return False


def _starts_a_thread(frame: FrameType) -> bool:
    """Whether it is ``Thread.start``, waiting for the event that the new thread sets once it runs."""
    if frame.f_code is not threading.Condition.wait.__code__:
        return False
    caller: FrameType | None = frame.f_back and frame.f_back.f_back
    return caller is not None and caller.f_code is threading.Thread.start.__code__


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
