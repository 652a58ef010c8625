"""The mock's time. Nothing else in the service reads a clock."""

from __future__ import annotations

import datetime
import threading
import weakref
from collections.abc import Callable, MutableMapping
from typing import TYPE_CHECKING, Any, NoReturn

from ..errors import UsageError, explained_as, see, unknown_attribute
from . import time_travel

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

_UTC = datetime.timezone.utc
_NOTHING = datetime.timedelta()
_SEE = see("A time that is refused")
_LATEST = datetime.datetime(9000, 1, 1, tzinfo=_UTC)  # the longest job that starts then still ends at a datetime


class Clock:
    """Real time plus what a test adds; real time is read afresh every time, so freezegun and time-machine move it.

    Once it is stopped, only what is added moves it, or freezegun or time-machine where a test uses one of them.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self.added: datetime.timedelta = _NOTHING
        """How much time has passed for the mock besides real time."""
        self.slept: datetime.timedelta = _NOTHING
        """The part of it that has passed in virtual sleeps and waits."""
        self.datetime_stays: bool = False
        """Whether virtual time has passed that ``datetime.now`` does not show."""
        self.on_call: Callable[[], None] | None = None
        """Virtual time's: called in the thread that calls the mock."""
        self.on_move: Callable[[datetime.timedelta], None] | None = None
        """Virtual time's: called after the clock was moved by this much, in the thread that moved it."""
        self.on_pause: Callable[[datetime.timedelta], bool] | None = None
        """Virtual time's: sleeps for so long in the calling thread; False where virtual time does not apply to it."""
        self._stopped: bool = False
        self._stopped_at: datetime.datetime | None = None
        # How much more had been added before the time was frozen than we had moved the frozen time by then.
        self._before: MutableMapping[Any, datetime.timedelta] = weakref.WeakKeyDictionary()

    if not TYPE_CHECKING:  # with this, a type checker would accept any attribute

        def __getattr__(self, name: str) -> NoReturn:
            raise unknown_attribute(self, name, ("advance", "now"))

    def __repr__(self) -> str:
        return f"<Clock {self.now()}>"

    def now(self) -> datetime.datetime:
        """The mock's time in UTC, in whole milliseconds: the precision of the service's timestamps."""
        now = self.read()
        return now - datetime.timedelta(microseconds=now.microsecond % 1000)

    def read(self) -> datetime.datetime:
        """The mock's time in UTC as precisely as it is known.

        A frozen time is exact: what was added before the freeze does not count during it.
        """
        someone = time_travel.traveller()
        if someone is None and self._stopped_at is not None:
            return self._stopped_at + self.added
        # Looked up on the module at each call: freezegun replaces the class there.
        now = datetime.datetime.now(_UTC)
        if someone is not None:
            ahead = self.added - time_travel.moved(someone)
            return now + (ahead - self._before.setdefault(someone, ahead))
        if self._stopped:
            # In whole milliseconds, like the service's timestamps: what is created now was not created before now.
            now = self._stopped_at = now + datetime.timedelta(microseconds=-now.microsecond % 1000)
        return now + self.added

    def stop(self) -> None:
        """Let no real time pass any more."""
        self._stopped = True

    @explained_as("clock.advance")
    def advance(self, by: datetime.timedelta | float) -> None:
        """Let time pass for the mock.

        Args:
            by: How long, as a timedelta or in seconds.

        Raises:
            UsageError: For a negative time, for what is not a time, and for more than a datetime can hold.

        Example:
            >>> bedrock_jobs.progress = "time"
            >>> job = bedrock_jobs.add_import_job("llama")
            >>> bedrock_jobs.clock.advance(datetime.timedelta(hours=1))
            >>> client.get_model_import_job(jobIdentifier="llama")["status"]
            'Completed'
        """
        try:
            step = self.step(by)
        except (TypeError, ValueError):
            raise UsageError(f"clock.advance takes a timedelta or a number of seconds, not {by!r}. {_SEE}") from None
        if step < _NOTHING:
            raise UsageError(f"clock.advance: time only moves forward; it cannot go back by {by}. {_SEE}")
        self._move(step)

    def pause(self, seconds: float) -> None:
        """Let time pass for a caller of the mock: in virtual time as in a sleep, during which others wake."""
        step = self.step(seconds)
        if not (step and self.on_pause and self.on_pause(step)):
            self._move(step)

    def sleep(self, step: datetime.timedelta) -> None:
        """Let time pass in a virtual sleep or wait."""
        self.slept += step
        self._move(step)

    def _move(self, step: datetime.timedelta) -> None:
        with self._lock:
            self.added += step
        if self.on_move:
            self.on_move(step)

    def step(self, by: datetime.timedelta | float) -> datetime.timedelta:
        """A step from now, if a datetime can hold its end.

        Raises:
            UsageError: If that is after the year 8999.
        """
        try:
            step = by if isinstance(by, datetime.timedelta) else datetime.timedelta(seconds=by)
        except OverflowError:
            step = datetime.timedelta.max
        if step > max(_LATEST - self.read(), _NOTHING):
            raise UsageError(f"{by} from now is after the year 8999, where the mock's clock ends. {_SEE}")
        return step
