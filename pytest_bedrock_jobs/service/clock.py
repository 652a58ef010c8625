"""The mock's time. Nothing else in the package asks what time it is."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable

from .errors import UsageError

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

_UTC = datetime.timezone.utc
_NOTHING = datetime.timedelta()


class Clock:
    """Real time plus what a test adds; it is read at each question, so freezegun and time-machine move it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.added: datetime.timedelta = _NOTHING
        """How much the mock is ahead of real time."""
        self.advanced: Callable[[], None] | None = None
        """Told of each ``advance``, in the thread that called it."""

    def now(self) -> datetime.datetime:
        """The mock's time in UTC, in whole milliseconds: as fine as the service tells times."""
        # Looked up on the module at each call: freezegun replaces the class there.
        now = datetime.datetime.now(_UTC) + self.added
        return now - datetime.timedelta(microseconds=now.microsecond % 1000)

    def advance(self, by: datetime.timedelta | float) -> None:
        """Let time pass for the mock.

        Args:
            by: How long, as a timedelta or in seconds.

        Raises:
            UsageError: For a negative time: nothing becomes younger.
        """
        step = by if isinstance(by, datetime.timedelta) else datetime.timedelta(seconds=by)
        if step < _NOTHING:
            raise UsageError(f"clock.advance: time only passes, it cannot go back by {by}")
        with self._lock:
            self.added += step
        if self.advanced:
            self.advanced()

    def advance_to(self, added: datetime.timedelta) -> None:
        """Let time pass until the mock is this much ahead, unless it is already."""
        with self._lock:
            self.added = max(self.added, added)
