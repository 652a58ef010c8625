"""``datetime.now`` in virtual time: only time-machine, where it is installed, can move it."""

from __future__ import annotations

import contextlib
import datetime
import importlib
from collections.abc import Iterator
from typing import Any

from ..service.clock import time_travel


@contextlib.contextmanager
def travelling() -> Iterator[Any]:
    """Let time-machine take over ``datetime.now``, unless something else controls the time already.

    Yields:
        Its traveller, or None.
    """
    try:
        time_machine: Any = importlib.import_module("time_machine")
    except ImportError:
        yield None
        return
    if time_travel.traveller() is not None:
        yield None
        return
    travel = time_machine.travel(datetime.timedelta())
    traveller = travel.start()
    traveller.time_ns()  # from now on its time passes
    try:
        yield traveller
    finally:
        if not time_travel.forget(traveller):  # a traveller that a test has started since, and not stopped, stays
            travel.stop()
