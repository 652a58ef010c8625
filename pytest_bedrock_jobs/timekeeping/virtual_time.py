"""Virtual time: the code under test does not sleep, the mock's clock moves instead, and so does the time it reads."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import functools
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from typing import Any

from ..service.clock import Clock

_really_sleep = time.sleep
_really_sleep_async = asyncio.sleep


class VirtualTime:
    """The sleeps of ``time`` and ``asyncio``, and the clocks a deadline is kept by, for the code under test.

    Each thread and each task has its own line of time: two that sleep a minute side by side move the clock by one
    minute, as in life, and of an event loop's sleeping tasks the one that is due first wakes first. Threads that
    neither started the mock nor called it sleep as ever.

    Args:
        clock: The clock that sleeping moves.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        # How far ahead of real time each one was when it last woke or called the mock.
        self._ahead: weakref.WeakKeyDictionary[Any, datetime.timedelta] = weakref.WeakKeyDictionary()
        # When the sleeping tasks of each event loop are due.
        self._sleeping: weakref.WeakKeyDictionary[Any, list[datetime.timedelta]] = weakref.WeakKeyDictionary()
        self.observe()
        clock.advanced = self.observe

    def end(self) -> None:
        """Whoever has kept one of the sleeps, as a monkeypatch that is undone later, really sleeps by it."""
        self._clock.advanced = None
        self._ahead.clear()

    def observe(self) -> None:
        """Note that the thread and the task which call this have seen the present."""
        for who in {threading.current_thread(), _who()}:
            self._ahead[who] = self._clock.added

    def sleep(self, seconds: float, /) -> None:
        """Stand in for ``time.sleep``."""
        if self._is_ours() and seconds >= 0:
            self._sleep_until(self._start() + datetime.timedelta(seconds=seconds))
            seconds = 0  # other threads run meanwhile
        _really_sleep(seconds)

    async def sleep_async(self, delay: float, result: Any = None) -> Any:
        """Stand in for ``asyncio.sleep``."""
        if not self._is_ours() or delay <= 0:
            return await _really_sleep_async(delay, result)
        due = self._start() + datetime.timedelta(seconds=delay)
        sleeping = self._sleeping.setdefault(asyncio.get_running_loop(), [])
        sleeping.append(due)
        try:
            await _really_sleep_async(0)  # tasks that would start sleeping now shall do so before time passes
            while due > min(sleeping):
                await _really_sleep_async(0)
        finally:
            sleeping.remove(due)
        self._sleep_until(due)
        return result

    def ahead_of(self, real_clock: Callable[[], float]) -> Callable[[], float]:
        """Stand in for ``time.time`` or ``time.monotonic``: a deadline comes when it would have come."""

        def read() -> float:
            # An event loop keeps real time for what really happens in it.
            if self._is_ours() and not _module_of_caller().startswith("asyncio"):
                return real_clock() + self._clock.added.total_seconds()
            return real_clock()

        return read

    def _is_ours(self) -> bool:
        return threading.current_thread() in self._ahead

    def _start(self) -> datetime.timedelta:
        return self._ahead.get(_who(), self._clock.added)

    def _sleep_until(self, ahead: datetime.timedelta) -> None:
        self._clock.advance_to(ahead)
        self._ahead[_who()] = ahead


@contextlib.contextmanager
def virtual_time(clock: Clock) -> Iterator[VirtualTime]:
    """Put virtual sleeps wherever the real ones are found, and take away all of them at the end."""
    virtual = VirtualTime(clock)
    real = (time.sleep, asyncio.sleep, time.time, time.monotonic)
    ours = (virtual.sleep, virtual.sleep_async, virtual.ahead_of(time.time), virtual.ahead_of(time.monotonic))
    _replace(real, ours)
    try:
        yield virtual
    finally:
        _replace(ours, real)
        virtual.end()


def _replace(olds: tuple[Any, ...], news: tuple[Any, ...]) -> None:
    # Modules that say `from time import sleep`, or `as` something else, have a name of their own for it.
    replacements = {id(old): new for old, new in zip(olds, news, strict=True)}
    for module_name, module in list(sys.modules.items()):
        if not _is_machinery(module_name):
            names = getattr(module, "__dict__", {})
            for name in [name for name, value in names.items() if id(value) in replacements]:
                names[name] = replacements[id(names[name])]


@functools.cache
def _is_machinery(module_name: str) -> bool:
    """Whether a module keeps its own time: pytest, this one, and the standard library beside what is replaced."""
    top = module_name.partition(".")[0]
    return module_name == __name__ or top == "_pytest" or (top in sys.stdlib_module_names - {"asyncio", "time"})


def _module_of_caller() -> str:
    return str(sys._getframe(2).f_globals.get("__name__", ""))


def _who() -> Any:
    try:
        task = asyncio.current_task()
    except RuntimeError:  # no event loop runs in this thread
        task = None
    return task or threading.current_thread()
