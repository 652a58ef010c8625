"""Gates where threads wait, start, end and get work: they register what a thread that takes part does there.

A lock's ``acquire`` is C and has no gate: who waits for a lock, or in another library, is unknown to virtual time.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import functools
import sys
import threading
from collections.abc import Callable
from typing import Any

from .gates import is_real_caller, note_wait_in_vain
from .participants import NEVER, TICK, Waiting, is_starting, participants

_real_wait = threading.Condition.wait
_real_start = threading.Thread.start
_real_join = threading.Thread.join
_real_submit = concurrent.futures.ThreadPoolExecutor.submit
_here = threading.local()


class _InCondition(Waiting):
    def __init__(self, condition: Any, due: Any) -> None:
        super().__init__(due)
        self._condition = condition

    def release(self) -> None:
        super().release()
        if not self.notified:  # its time has come, but it is still on the list: the notification is for the next one
            waiters = self._condition._waiters
            for ended in [waiter for waiter in waiters if getattr(waiter, "over", False)]:
                waiters.remove(ended)
            self._condition.notify()


def _wait(self: Any, timeout: float | None = None) -> bool:
    """Stand in for ``Condition.wait``, and so for events, queues, semaphores, barriers and futures."""
    virtual = participants.applicable()
    if virtual is None or not self._is_owned() or not (timeout is None or 0 < timeout <= threading.TIMEOUT_MAX):
        note_wait_in_vain()
        return _real_wait(self, timeout)
    waiting = _InCondition(self, virtual.due(None if timeout == threading.TIMEOUT_MAX else timeout))
    self._waiters.append(waiting)
    saved = self._release_save()
    try:
        virtual.wait(waiting)
    finally:
        self._acquire_restore(saved)
        with contextlib.suppress(ValueError):  # who notifies it removes it
            self._waiters.remove(waiting)
        if not waiting.notified:
            note_wait_in_vain()
    return waiting.notified


class _Joining(Waiting):
    def __init__(self, thread: threading.Thread, due: Any) -> None:
        super().__init__(due)
        self._thread = thread

    def is_blocked(self) -> bool:
        """Only by a thread that takes part: any other may end without the clock."""
        return super().is_blocked() and participants.takes_part(self._thread)

    def nap(self, seconds: float | None) -> None:
        _real_join(self._thread, TICK if self.due < NEVER else seconds)
        if not self._thread.is_alive():
            self.release()


def _join(self: threading.Thread, timeout: float | None = None) -> None:
    """Stand in for ``Thread.join``."""
    virtual = None if is_real_caller(sys._getframe(1)) else participants.applicable()
    if virtual and self.is_alive() and self is not threading.current_thread() and (timeout is None or timeout > 0):
        virtual.wait(_Joining(self, virtual.due(timeout)))
    else:
        _real_join(self, timeout)


def _start(self: threading.Thread) -> None:
    """Stand in for ``Thread.start``: whom a thread that takes part starts takes part, too."""
    caller = sys._getframe(1)
    # A process of multiprocessing.dummy, as in its ThreadPool, is a thread that the code under test starts.
    is_real = is_real_caller(caller) and type(self).__module__ != "multiprocessing.dummy"
    # An executor's thread takes part while it works.
    if participants.applicable() is None or is_real or caller.f_globals.get("__name__") == _real_submit.__module__:
        _real_start(self)
        return
    participants.join(self)
    try:
        _real_start(self)
    finally:
        if is_starting(self):  # it could not
            participants.leave(self)


def _submit(self: Any, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """Stand in for ``ThreadPoolExecutor.submit``: its threads take part while they work for one that does."""
    if participants.applicable() is None or isinstance(self, _ELSEWHERE):
        return _real_submit(self, fn, *args, **kwargs)
    work = object()

    def carry_out(*args: Any, **kwargs: Any) -> Any:
        vars(_here).pop("finished", None)  # of a piece of work that outlived its mock
        participants.join()
        participants.leave(work)
        try:
            return fn(*args, **kwargs)
        finally:
            _here.finished = self

    participants.join(work).executor = self  # it takes part, and holds up the clock, until it begins
    try:
        future = _real_submit(self, carry_out, *args, **kwargs)
    except BaseException:
        participants.leave(work)
        raise
    future.add_done_callback(lambda _: participants.leave(work))  # it may have been cancelled
    return future


def _setting(real: Callable[..., None]) -> Callable[..., None]:
    def set_it(self: Any, value: Any) -> None:
        """Stand in for ``Future.set_result`` and ``set_exception``: the first one after a piece of work ends it."""
        executor = vars(_here).pop("finished", None)
        real(self, value)
        if executor is not None:
            participants.finish(executor)

    return set_it


def _calling(real: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(real)
    def call(*args: Any, **kwargs: Any) -> Any:
        """Stand in for what makes a session, a client or a call: the clock waits for it."""
        if participants.applicable() is None:
            return real(*args, **kwargs)
        member = participants.join()
        member.calls += 1
        try:
            return real(*args, **kwargs)
        finally:
            member.calls -= 1
            participants.join()

    return call


_ELSEWHERE = getattr(concurrent.futures, "InterpreterPoolExecutor", ())  # since Python 3.14
# On a Python whose conditions are made differently, waits are real, and hold up the clock only for a while.
_CONDITION = {"_acquire_restore", "_is_owned", "_release_save", "_waiters"}

_CALLING = (
    ("boto3.session", "Session", "__init__"),
    ("botocore.session", "Session", "create_client"),
    ("botocore.client", "BaseClient", "_make_request"),
)


def thread_gates() -> list[tuple[Any, str, Callable[..., Any]]]:
    """Methods and what replaces them."""
    calling = [(getattr(sys.modules[module], owner), name) for module, owner, name in _CALLING if module in sys.modules]
    return [*_GATES, *((owner, name, _calling(getattr(owner, name))) for owner, name in calling)]


_GATES: list[tuple[Any, str, Callable[..., Any]]] = [
    *([(threading.Condition, "wait", _wait)] if set(dir(threading.Condition())) >= _CONDITION else []),
    (threading.Thread, "join", _join),
    (threading.Thread, "start", _start),
    (concurrent.futures.ThreadPoolExecutor, "submit", _submit),
    (concurrent.futures.Future, "set_result", _setting(concurrent.futures.Future.set_result)),
    (concurrent.futures.Future, "set_exception", _setting(concurrent.futures.Future.set_exception)),
]
