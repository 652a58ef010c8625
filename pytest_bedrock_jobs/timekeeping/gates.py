"""``time.sleep`` and the clocks of the ``time`` module, replaced once for all mocks with virtual time.

The replacement of a function never changes, and calls the real one unless virtual time applies. So code that keeps a
replacement, such as a monkeypatch that is undone later, keeps a function that behaves like the real one.
"""

from __future__ import annotations

import datetime
import functools
import operator
import sys
import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any, Protocol, TypeAlias

from ..service.clock import time_travel
from .real_functions import REAL


class VirtualClock(Protocol):
    """What the gates need from the virtual time that applies to the calling thread."""

    @abstractmethod
    def sleep(self, seconds: float) -> None:
        """Sleep virtually."""

    @abstractmethod
    def ahead(self) -> datetime.timedelta:
        """How far the time of day is ahead of ``time.time``."""

    @abstractmethod
    def passed(self) -> datetime.timedelta:
        """How much time has passed virtually, by which a monotonic clock is ahead."""


_lock = threading.RLock()
_find: Callable[[], VirtualClock | None] = lambda: None  # noqa: E731  # the virtual time of the calling thread


def install(find: Callable[[], VirtualClock | None]) -> None:
    """Replace the real functions with gates, wherever they are found.

    Args:
        find: Returns the virtual time that applies to the calling thread.
    """
    global _find
    with _lock:
        _find = find
        _replace(GATES)


def remove() -> None:
    """Restore the real functions, wherever gates are found."""
    with _lock:
        _replace({gate: real for real, gate in GATES.items()})


def _replace(replacements: Mapping[Callable[..., Any], Callable[..., Any]]) -> None:
    # Modules with `from time import sleep`, or `as` something else, have their own name for it.
    by_id = {id(old): new for old, new in replacements.items()}
    for module_name, module in list(sys.modules.items()):
        if is_machinery(module_name):
            continue
        for name, value in list(_names_of(module).items()):
            if id(value) in by_id:
                _names_of(module)[name] = by_id[id(value)]


def _names_of(module: object) -> dict[str, Any]:
    """The names of a module, without the attribute access that would import one that is loaded lazily."""
    try:
        names = object.__getattribute__(module, "__dict__")
    except AttributeError:
        return {}
    return names if isinstance(names, dict) else {}


# What runs tests and measures their time is not code under test.
_TEST_RUNNERS = {"_pytest", "execnet", "hypothesis", "pluggy", "pytest", "pytest_rerunfailures", "xdist"}
_MACHINERY = (sys.stdlib_module_names - {"time"}) | _TEST_RUNNERS


@functools.cache
def is_machinery(module_name: str) -> bool:
    """Whether a module keeps real time: the standard library, what runs the tests, and this package."""
    return module_name.partition(".")[0] in _MACHINERY or module_name.startswith(__name__.partition(".")[0] + ".")


def _asks_for_itself(frame: FrameType, name: str) -> bool:
    """Whether machinery calls for itself: its code names the function, instead of calling one that was passed to it."""
    return is_machinery(frame.f_globals.get("__name__", "")) and name in frame.f_code.co_names


def _virtual(name: str) -> VirtualClock | None:
    """The virtual time that applies to the caller of a gate."""
    virtual = _find()
    return None if virtual is None or _asks_for_itself(sys._getframe(2), name) else virtual


_Reader: TypeAlias = "Callable[..., Any]"


def _time(virtual: VirtualClock) -> float:
    return float(REAL["time"]() + virtual.ahead().total_seconds())


def _local_time(virtual: VirtualClock, seconds: float | None = None) -> time.struct_time:
    local: time.struct_time = REAL["localtime"](_time(virtual) if seconds is None else seconds)
    return local


_READERS: dict[str, _Reader] = {
    "time": _time,
    "time_ns": lambda virtual: REAL["time_ns"]() + _nanoseconds(virtual.ahead()),
    "monotonic": lambda virtual: REAL["monotonic"]() + virtual.passed().total_seconds(),
    "monotonic_ns": lambda virtual: REAL["monotonic_ns"]() + _nanoseconds(virtual.passed()),
    "localtime": _local_time,
    "gmtime": lambda virtual, seconds=None: REAL["gmtime"](_time(virtual) if seconds is None else seconds),
    "ctime": lambda virtual, seconds=None: REAL["ctime"](_time(virtual) if seconds is None else seconds),
    "asctime": lambda virtual, *moment: REAL["asctime"](*(moment or (_local_time(virtual),))),
    "strftime": lambda virtual, form, *moment: REAL["strftime"](form, *(moment or (_local_time(virtual),))),
}


_TOO_LONG = 2**63 / 10**9  # for the real function


def _nanoseconds(delta: datetime.timedelta) -> int:
    return delta // datetime.timedelta(microseconds=1) * 1000


@functools.wraps(REAL["sleep"])
def _sleep(seconds: float, /) -> None:
    virtual = _virtual("sleep")
    # For what is not a number, or a negative one, the real function raises its error.
    if virtual is None or not 0 < seconds < _TOO_LONG:
        REAL["sleep"](seconds)
    else:
        virtual.sleep(seconds if isinstance(seconds, float) else operator.index(seconds))


def _gate(name: str, read: _Reader) -> Callable[..., Any]:
    real = REAL[name]

    @functools.wraps(real)
    def gate(*args: Any) -> Any:
        virtual = _virtual(name)
        if virtual is None:
            return real(*args)
        frozen = time_travel.frozen(name)
        return frozen(*args) if frozen else read(virtual, *args)

    return gate


GATES: dict[Callable[..., Any], Callable[..., Any]] = {
    REAL["sleep"]: _sleep,
    **{REAL[name]: _gate(name, read) for name, read in _READERS.items()},
}
"""Each real function and its replacement."""
