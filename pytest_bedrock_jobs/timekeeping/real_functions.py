"""The real functions of the ``time`` module, before anything can replace them.

The package imports this module when it is imported itself. A test may have patched ``time.sleep`` by the time the
first mock with virtual time begins, and its patch must not be taken for the real function.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

REAL: dict[str, Callable[..., Any]] = {
    name: getattr(time, name) for name in ("sleep", "time", "time_ns", "monotonic", "monotonic_ns")
}
