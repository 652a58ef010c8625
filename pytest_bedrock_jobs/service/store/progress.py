"""When a job in progress ends, which the user chooses."""

from __future__ import annotations

import datetime
import re
from typing import NamedTuple

from ..errors import UsageError, see

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

_POLLS_IN_PROGRESS = 1
_DURATION = datetime.timedelta(minutes=15)
LONGEST: datetime.timedelta = datetime.timedelta(days=365_000)
"""A job of this length that starts at the clock's latest time still ends at a time that a datetime can hold."""


class Progress(NamedTuple):
    """How jobs make progress (the mock's own; on AWS an import takes 10 to 45 minutes).

    Attributes:
        polls: How many polls find a job in progress before it ends, or None if polling does not matter.
        duration: How long a job takes on the mock's clock, or None if time does not matter.
    """

    polls: int | None
    duration: datetime.timedelta | None

    @property
    def manual(self) -> bool:
        """Whether only the test ends jobs."""
        return self.polls is None and self.duration is None


def progress_from(option: object) -> Progress:
    """What an option means.

    Args:
        option: ``"polls"`` (one poll finds a job in progress), ``"3 polls"`` (three do), ``"time"`` (15 minutes), a
            timedelta (that long), or ``"manual"``.

    Raises:
        UsageError: For anything else.
    """
    if option == "manual":
        return Progress(None, None)
    duration = _DURATION if option == "time" else option
    if isinstance(duration, datetime.timedelta) and datetime.timedelta() <= duration <= LONGEST:
        return Progress(None, duration)
    if option == "polls":
        return Progress(_POLLS_IN_PROGRESS, None)
    if isinstance(option, str) and (number := re.fullmatch("([1-9][0-9]{0,8}) polls?", option)):
        return Progress(int(number[1]), None)
    raise UsageError(
        "progress is 'polls', a number of polls such as '3 polls', 'time', 'manual' or a timedelta of 0 to "
        f"{LONGEST.days // 365} years: how long a job takes; not {option!r}. "
        f"{see('An option or a target that is refused')}"
    )
