"""The mock's time. Nothing else in the service reads a clock."""

from __future__ import annotations

import datetime
import threading
import weakref
from abc import abstractmethod
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from ..errors import UsageError, explained_as, see, unknown_attribute
from . import time_travel

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

_UTC = datetime.timezone.utc
_NOTHING = datetime.timedelta()
_LATEST = datetime.datetime(9000, 1, 1, tzinfo=_UTC)  # the longest job that starts then still ends at a datetime


class TimeObserver(Protocol):
    """What virtual time has to be notified of; without virtual time there is no observer."""

    @abstractmethod
    def called(self) -> None:
        """The calling thread calls the mock."""

    @abstractmethod
    def moved(self, step: datetime.timedelta) -> None:
        """The clock was moved by this much, in the thread that calls this."""


class Clock:
    """Real time plus what a test adds; real time is read afresh every time, so freezegun and time-machine move it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.added: datetime.timedelta = _NOTHING
        """How much time has passed for the mock besides real time."""
        self.slept: datetime.timedelta = _NOTHING
        """The part of it that has passed in virtual sleeps."""
        self.datetime_stays: bool = False
        """Whether virtual time has passed that ``datetime.now`` does not show."""
        self.observer: TimeObserver | None = None
        # How much had been added before the time was frozen, and how far we had moved the frozen time by then.
        self._before: MutableMapping[Any, tuple[datetime.timedelta, datetime.timedelta]] = weakref.WeakKeyDictionary()

    if not TYPE_CHECKING:  # with this, a type checker would accept any attribute

        def __getattr__(self, name: str) -> NoReturn:
            raise unknown_attribute(self, "clock", name, ("advance", "now"))

    def __repr__(self) -> str:
        return f"<Clock {self.now()}>"

    def now(self) -> datetime.datetime:
        """The mock's time in UTC, in whole milliseconds: the precision of the service's timestamps."""
        # Looked up on the module at each call: freezegun replaces the class there.
        now = datetime.datetime.now(_UTC) + self.ahead()
        return now - datetime.timedelta(microseconds=now.microsecond % 1000)

    def ahead(self) -> datetime.timedelta:
        """How far the mock is ahead of ``datetime.now``.

        A frozen time is exact: what was added before the freeze does not count during it.
        """
        someone = time_travel.traveller()
        if someone is None:
            return self.added
        added, moved = self._before.setdefault(someone, (self.added, time_travel.moved(someone)))
        return self.added - added - (time_travel.moved(someone) - moved)

    @explained_as("clock.advance")
    def advance(self, by: datetime.timedelta | float) -> None:
        """Let time pass for the mock.

        Args:
            by: How long, as a timedelta or in seconds.

        Raises:
            UsageError: For a negative time, for what is not a time, and for more than a datetime can hold.
        """
        try:
            step = self.step(by)
        except (TypeError, ValueError):
            raise UsageError(
                f"clock.advance takes a timedelta or a number of seconds, not {by!r}. {see('A time that is refused')}"
            ) from None
        if step < _NOTHING:
            raise UsageError(
                f"clock.advance: time only moves forward; it cannot go back by {by}. {see('A time that is refused')}"
            )
        with self._lock:
            self.added += step
        self._moved(step)

    def back_off(self, seconds: float) -> None:
        """Let the delay between two attempts pass, unless the time is frozen."""
        if not time_travel.stands_still(time_travel.traveller()):
            self.advance(seconds)

    def sleep_until(self, added: datetime.timedelta) -> None:
        """Let time pass in a virtual sleep until this much has been added, unless it already has."""
        with self._lock:
            step = max(added - self.added, _NOTHING)
            self.added += step
            self.slept += step
        self._moved(step)

    def _moved(self, step: datetime.timedelta) -> None:
        if self.observer:
            self.observer.moved(step)

    def step(self, by: datetime.timedelta | float) -> datetime.timedelta:
        """A step from now, if a datetime can hold its end.

        Raises:
            UsageError: If that is after the year 8999.
        """
        try:
            step = by if isinstance(by, datetime.timedelta) else datetime.timedelta(seconds=by)
        except OverflowError:
            step = datetime.timedelta.max
        if step > max(_LATEST - self.now(), _NOTHING):
            raise UsageError(
                f"{by} from now is after the year 8999, where the mock's clock ends. {see('A time that is refused')}"
            )
        return step
