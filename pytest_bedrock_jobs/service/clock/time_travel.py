"""freezegun and time-machine: which of them decides what ``datetime.now`` returns, and how far we have moved it.

Neither is a dependency: only a library that has been imported already can decide anything.
"""

from __future__ import annotations

import datetime
import sys
import weakref
from collections.abc import Callable, MutableMapping
from typing import Any

_NOTHING = datetime.timedelta()
# Where each library keeps its active freezes, the innermost last. time-machine cannot start within freezegun.
_STACKS = (
    ("freezegun.api", "freeze_factories"),
    ("time_machine", "traveller_stack"),
    ("time_machine", "coordinates_stack"),  # before its version 3
)
_moved: MutableMapping[Any, datetime.timedelta] = weakref.WeakKeyDictionary()


def traveller() -> Any:
    """What controls the time: freezegun's factory, time-machine's traveller, or None for the real time."""
    for module, name in _STACKS:
        if module in sys.modules and (stack := getattr(sys.modules[module], name, None)):
            return stack[-1]
    return None


def forget(someone: Any) -> bool:
    """Remove time-machine's traveller from below others, and return whether it was there."""
    for module, name in _STACKS:
        stack = getattr(sys.modules.get(module), name, [])
        if someone in stack[:-1]:
            stack.remove(someone)
            return True
    return False


def stands_still(someone: Any) -> bool:
    """Whether time passes only when a test says so, as with ``freeze_time`` and with ``travel(tick=False)``."""
    if someone is None:
        return False
    if hasattr(someone, "_tick"):  # time-machine's
        return not someone._tick
    return type(someone).__name__ != "TickingDateTimeFactory"


def moved(someone: Any) -> datetime.timedelta:
    """How far ``move`` has moved it."""
    return _moved.get(someone, _NOTHING)


def move(someone: Any, step: datetime.timedelta) -> None:
    """Let time pass for it."""
    move_on = someone.tick if hasattr(someone, "tick") else someone.shift
    move_on(step)
    _moved[someone] = moved(someone) + step


def frozen(name: str) -> Callable[..., Any] | None:
    """The function with which freezegun replaces one of the ``time`` module, while it freezes the time."""
    freezegun = sys.modules.get("freezegun.api")
    if not getattr(freezegun, "freeze_factories", None):
        return None
    return getattr(freezegun, f"fake_{name}", None)
