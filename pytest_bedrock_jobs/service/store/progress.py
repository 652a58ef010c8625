"""When a job in progress ends: the user's choice."""

from __future__ import annotations

import datetime
from typing import Literal, NamedTuple, TypeAlias

from ..errors import UsageError, see

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

ProgressOption: TypeAlias = "Literal['polls', 'time', 'manual'] | datetime.timedelta"

_POLLS_IN_PROGRESS = 1
_DURATION = datetime.timedelta(minutes=15)


class Progress(NamedTuple):
    """How jobs make progress (the mock's own; on AWS an import takes 10 to 45 minutes).

    Attributes:
        polls: How many polls find a job in progress before it ends, or None if looking does not matter.
        duration: How long a job takes on the mock's clock, or None if time does not matter.
    """

    polls: int | None
    duration: datetime.timedelta | None

    @property
    def manual(self) -> bool:
        """Whether only the test ends jobs."""
        return self.polls is None and self.duration is None


def progress_from(option: ProgressOption) -> Progress:
    """What an option means.

    Args:
        option: ``"polls"``, ``"time"`` (15 minutes), a timedelta (that long), or ``"manual"``.

    Raises:
        UsageError: For anything else.
    """
    if option == "polls":
        return Progress(_POLLS_IN_PROGRESS, None)
    if option == "manual":
        return Progress(None, None)
    duration = _DURATION if option == "time" else option
    if not isinstance(duration, datetime.timedelta) or duration < datetime.timedelta():
        raise UsageError(
            f"progress is 'polls', 'time', 'manual' or a timedelta of 0 or more: how long a job takes; not {option!r}. "
            f"{see('An option or a target that is refused')}"
        )
    return Progress(None, duration)
