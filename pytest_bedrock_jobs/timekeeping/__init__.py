"""Virtual time for threads and event loops; it knows neither botocore nor pytest."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..service.clock import Clock


def kept(clock: Clock, check: Callable[[int], None], *, virtual: bool) -> AbstractContextManager[None]:
    """A block within which a mock's time is kept.

    Args:
        clock: The mock's clock.
        check: See ``VirtualTime``.
        virtual: Whether sleeping moves it.
    """
    if virtual or f"{__name__}.virtual_time" in sys.modules:
        from .virtual_time import no_virtual_time, virtual_time  # imports asyncio

        return virtual_time(clock, check) if virtual else no_virtual_time()
    return nullcontext()  # there has been no virtual time yet
