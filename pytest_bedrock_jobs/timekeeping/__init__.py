"""Virtual time for threads and event loops; it knows neither botocore nor pytest."""

from __future__ import annotations

import contextlib
import sys
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..service.clock import Clock


def kept(clock: Clock, *, virtual: bool) -> AbstractContextManager[None]:
    """A block within which a mock's time is kept; it does nothing before the first mock with virtual time.

    Args:
        clock: The mock's clock.
        virtual: Whether sleeping moves it.
    """
    name = f"{__name__}.virtual_time"
    if virtual or name in sys.modules:
        from .virtual_time import real_time, virtual_time  # imports asyncio

        return virtual_time(clock) if virtual else real_time()
    return contextlib.nullcontext()
