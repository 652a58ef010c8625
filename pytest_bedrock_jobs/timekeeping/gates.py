"""``time.sleep`` and the clocks of the ``time`` module, replaced while any mock has virtual time.

The replacement of a function calls the real one unless virtual time applies to its caller. So code that keeps a
replacement, such as a monkeypatch that is undone later, keeps a function that behaves like the real one. Only
``time.monotonic`` stays replaced after the mock: for code that has seen it run ahead, it never goes back.
"""

from __future__ import annotations

import datetime
import functools
import operator
import sys
import threading
import warnings
from collections.abc import Callable, Mapping
from types import FrameType, ModuleType
from typing import Any

from ..service.clock import time_travel
from ..service.errors import see
from . import real_time
from .participants import MOMENT, VirtualTime, Waiting, participants
from .real_time import REAL

SECOND = 2**28
"""The monotonic time is counted in parts of a second that a float holds exactly: so sums of seconds are exact."""
_NUDGE = 5
"""How many more of them have passed after a wait in vain, for the standard library, which computes in floats."""
_TOO_LONG = 2**63 / 10**9  # seconds for the real function
_MOST_READS = 1_000_000
"""How often a thread may read the time while it stands still: a loop that waits for it has no other end."""


class Monotonic:
    """What ``time.monotonic`` returns for the code under test: it stands still or runs, and never goes back.

    Attributes:
        ahead: How far it was ahead of real time when it last stopped or began to run.
    """

    def __init__(self) -> None:
        self.ahead: int = 0
        self._since: datetime.timedelta = participants.passed
        self._stopped_at: int | None = None  # in real time

    def read(self) -> int:
        """The time."""
        real = _real_monotonic() if self._stopped_at is None else self._stopped_at
        return real + self.ahead + (participants.passed - self._since) // MOMENT * SECOND // 10**6

    def read_running(self) -> int:
        """The time for threads that do not take part, for which it does not stand still."""
        return self.read() if self._stopped_at is None else _real_monotonic() + self.ahead

    def stop(self, stopped: bool) -> None:
        """Let it stand still, or run with real time."""
        if stopped != (self._stopped_at is not None):
            now, real = self.read(), _real_monotonic()
            self.ahead, self._since = max(self.ahead, now - real), participants.passed
            self._stopped_at = real if stopped else None


def _real_monotonic() -> int:
    return -(-int(REAL["monotonic_ns"]()) * SECOND // 10**9)


monotonic: Monotonic = Monotonic()
_here = threading.local()


def note_wait_in_vain() -> None:
    """Let no time remain, for the standard library, of a wait in this thread that was over on the dot."""
    _here.in_vain = getattr(_here, "in_vain", 0) + 1


# Whatever else the standard library does in real time, waits that the code under test asks it for are virtual.
_WAITS = {"asyncio", "concurrent", "queue", "threading"}
_REAL = sys.stdlib_module_names - _WAITS - {"time"}
_PACKAGE = __name__.partition(".")[0]


@functools.cache
def _is_machinery(module_name: str) -> bool:
    return module_name.partition(".")[0] in _REAL or module_name.startswith(f"{_PACKAGE}.")


def package_of(frame: FrameType) -> str:
    """The top-level package whose code a frame executes."""
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


def is_real_caller(frame: FrameType, name: str = "") -> bool:
    """Whether the standard library, such as subprocess, or this package calls for itself.

    Args:
        frame: The caller's.
        name: Of the function, if its code has to name it, instead of calling one that was passed to it.
    """
    module_name = frame.f_globals.get("__name__", "")
    return _is_machinery(module_name) and (not name or name in frame.f_code.co_names)


@functools.wraps(REAL["sleep"])
def _sleep(seconds: float, /) -> None:
    frame, virtual = sys._getframe(1), participants.applicable()
    # For what is not a number, or a negative one, the real function raises its error.
    if virtual is None or is_real_caller(frame, "sleep") or not 0 < seconds < _TOO_LONG:
        REAL["sleep"](seconds)
        return
    remind_of_datetime(virtual, frame)
    virtual.wait(Waiting(virtual.due(seconds if isinstance(seconds, float) else operator.index(seconds))))


def _day(name: str, read: Callable[[datetime.datetime], float]) -> Callable[[], float]:
    """A gate for a function that returns the time of day."""

    @functools.wraps(REAL[name])
    def gate() -> float:
        virtual = participants.applicable()
        if virtual is None or is_real_caller(sys._getframe(1), name):
            return REAL[name]()  # type: ignore[no-any-return]
        count_read(virtual)
        return read(virtual.clock.read())

    return gate


def _monotonic(name: str, read: Callable[[int], float]) -> Callable[[], float]:
    """A gate for a function that returns the monotonic time."""

    @functools.wraps(REAL[name])
    def gate() -> float:
        frame, virtual = sys._getframe(1), participants.applicable()
        if package_of(frame) in _WAITS:
            if not participants.took_part():
                return REAL[name]()  # type: ignore[no-any-return]
            return read(read_monotonic(virtual) + getattr(_here, "in_vain", 0) * _NUDGE)
        if frozen := time_travel.frozen(name):
            return frozen()  # type: ignore[no-any-return]
        if is_real_caller(frame, name) or real_time.runner == threading.get_ident():
            return REAL[name]()  # type: ignore[no-any-return]
        count_read(virtual)
        return read(read_monotonic(virtual))

    return gate


def read_monotonic(virtual: VirtualTime | None) -> int:
    """The monotonic time of a thread that takes part, or that did so once."""
    return monotonic.read_running() if virtual is None else monotonic.read()


def count_read(virtual: VirtualTime | None) -> None:
    """Note that code under test reads the time; end a loop that does so for ever."""
    if virtual is not None:
        virtual.reads += 1
        if virtual.reads > _MOST_READS:
            virtual.check(virtual.reads)


_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_GATES: dict[str, Any] = {
    "sleep": _sleep,
    "time": _day("time", datetime.datetime.timestamp),
    "time_ns": _day("time_ns", lambda now: (now - _EPOCH) // MOMENT * 1000),
    "monotonic": _monotonic("monotonic", lambda now: now / SECOND),
    "monotonic_ns": _monotonic("monotonic_ns", lambda now: now * 10**9 // SECOND),
}
replaced: list[tuple[Any, str, Any, Any]] = []
"""Methods, with what they were and what replaces them."""


def install(methods: list[tuple[Any, str, Callable[..., Any]]]) -> None:
    """Replace the real functions with gates, wherever they are found, and these methods."""
    # time-machine moves the time of day below Python, for which these functions must be found where they are.
    moved = {"time", "time_ns"} if time_travel.time_machine() else set()
    _replace({id(gate.__wrapped__): gate for name, gate in _GATES.items() if name not in moved})
    for owner, name, gate in methods:
        replaced.append((owner, name, getattr(owner, name), gate))
        setattr(owner, name, gate)


def remove() -> None:
    """Restore the real functions, wherever gates are found, and the methods that are still ours."""
    kept = {"monotonic", "monotonic_ns"} if monotonic.ahead else set()
    _replace({id(gate): gate.__wrapped__ for name, gate in _GATES.items() if name not in kept})
    while replaced:
        owner, name, real, gate = replaced.pop()
        if getattr(owner, name) is gate:
            setattr(owner, name, real)


def _replace(replacements: Mapping[int, Callable[..., Any]]) -> None:
    """Replace the functions with these ids in all modules, which have their own names for what they have imported."""
    for module_name, module in list(sys.modules.items()):
        if issubclass(type(module), ModuleType) and not _is_machinery(module_name):
            # Without the attribute access that would import a module that is loaded lazily.
            names = object.__getattribute__(module, "__dict__")
            for name, value in list(names.items()):
                if new := replacements.get(id(value)):
                    names[name] = new


def remind_of_datetime(virtual: VirtualTime, frame: FrameType | None) -> None:
    """Warn when a loop sleeps again whose code reads ``datetime.now``, which does not move without time-machine."""
    if virtual.datetime_moves or virtual.reminded or time_travel.traveller() is not None:
        return
    while frame and (package_of(frame) in sys.stdlib_module_names or package_of(frame) == _PACKAGE):
        frame = frame.f_back
    if frame is None:
        return
    code = frame.f_code
    # The mock's clock moves, so nothing is said of `jobs.clock.now()`.
    if code in virtual.slept_in and "clock" not in code.co_names and {"now", "today", "utcnow"} & {*code.co_names}:
        virtual.reminded = True
        warnings.warn(
            f"{code.co_name} ({code.co_filename}:{frame.f_lineno}) sleeps in virtual time and reads datetime.now(), "
            "which has not moved: what it waits for by datetime never comes. Install time-machine, which moves it: "
            f"pip install 'pytest-bedrock-jobs[time]'. {see('Datetime in virtual time')}",
            stacklevel=3,
        )
    virtual.slept_in.add(code)
