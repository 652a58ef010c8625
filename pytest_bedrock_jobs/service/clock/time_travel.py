"""freezegun and time-machine: which of them decides what ``datetime.now`` returns, and how far we have moved it.

Neither is needed. One that a test uses decides, and is moved along with the mock's clock; otherwise virtual time lets
time-machine, where it is installed, show the clock's time.
"""

from __future__ import annotations

import datetime
import importlib
import sys
import weakref
from collections.abc import Callable, MutableMapping
from typing import Any

from ..errors import UsageError, see

_NOTHING = datetime.timedelta()
# Where each library keeps its active freezes, the innermost last. time-machine cannot start within freezegun.
_STACKS = (
    ("freezegun.api", "freeze_factories"),
    ("time_machine", "traveller_stack"),
    ("time_machine", "coordinates_stack"),  # before its version 3
)
_moved: MutableMapping[Any, datetime.timedelta] = weakref.WeakKeyDictionary()
_ours: tuple[Any, Any] | None = None  # time-machine's travel and traveller, while virtual time uses it


def traveller() -> Any:
    """What a test lets control the time: freezegun's factory, time-machine's traveller, or None for the real time."""
    for module, name in _STACKS:
        stack = getattr(sys.modules.get(module), name, None)
        if stack and not (_ours and stack[-1] is _ours[1]):
            return stack[-1]
    return None


def show(now: datetime.datetime, on_read: Callable[[], None]) -> None:
    """Let ``datetime.now`` and ``time.time`` stand at this time, with time-machine, unless something else does.

    Args:
        now: The time.
        on_read: Called whenever somebody reads it.
    """
    global _ours
    if traveller() is None and (library := time_machine()):
        travel = library.travel(now, tick=False)
        _ours = travel, travel.start()
        time_ns = _ours[1].time_ns

        def read() -> int:
            on_read()
            return time_ns()  # type: ignore[no-any-return]

        _ours[1].time_ns = read


def hide() -> None:
    """End that."""
    global _ours
    if _ours:
        (travel, ours), _ours = _ours, None
        stack = getattr(sys.modules.get("time_machine"), "traveller_stack", [])
        if ours in stack[:-1]:  # a traveller that a test has started since, and not stopped, stays
            stack.remove(ours)
        else:
            travel.stop()


def time_machine() -> Any:
    """The library, or None where it is not installed.

    Raises:
        UsageError: For a version that also takes over the functions which virtual time replaces.
    """
    try:
        library = importlib.import_module("time_machine")  # which waits where another thread is importing it
    except ImportError:
        return None
    if not hasattr(library, "traveller_stack"):
        raise UsageError(
            "virtual_time needs time-machine 3 or newer, and an older one is installed: "
            f"pip install 'pytest-bedrock-jobs[time]'. {see('Datetime in virtual time')}"
        )
    return library


def stands_still() -> bool:
    """Whether time passes only when a test says so, as with ``freeze_time`` and with ``travel(tick=False)``."""
    someone = traveller()
    ticks = getattr(someone, "_tick", type(someone).__name__ == "TickingDateTimeFactory")  # freezegun's has none
    return someone is not None and not ticks


def moved(someone: Any) -> datetime.timedelta:
    """How far ``move`` has moved it."""
    return _moved.get(someone, _NOTHING)


def move(step: datetime.timedelta) -> None:
    """Let time pass for whatever controls it."""
    if _ours:
        _ours[1].shift(step)
    someone = traveller()
    if someone is not None:
        (someone.tick if hasattr(someone, "tick") else someone.shift)(step)
        _moved[someone] = moved(someone) + step


def frozen(name: str) -> Callable[..., Any] | None:
    """The function with which freezegun replaces one of the ``time`` module, while it freezes the time."""
    freezegun = sys.modules.get("freezegun.api")
    if not getattr(freezegun, "freeze_factories", None):
        return None
    return getattr(freezegun, f"fake_{name}", None)
