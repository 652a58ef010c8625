"""When a job in progress ends: the user's choice."""

from __future__ import annotations

import datetime
from typing import Literal, NamedTuple, TypeAlias

from .errors import UsageError

ProgressOption: TypeAlias = "Literal['looks', 'time', 'hand'] | datetime.timedelta"

_LOOKS_IN_PROGRESS = 1
_DURATION = datetime.timedelta(minutes=15)


class Progress(NamedTuple):
    """How jobs make progress (the mock's own; on AWS an import takes 10 to 45 minutes).

    Attributes:
        looks: How many looks find a job in progress before it ends, or None if looking does not matter.
        duration: How long a job takes on the mock's clock, or None if time does not matter.
    """

    looks: int | None
    duration: datetime.timedelta | None

    @property
    def by_hand(self) -> bool:
        """Whether only the test ends jobs."""
        return self.looks is None and self.duration is None


def progress_from(option: ProgressOption) -> Progress:
    """What an option means.

    Args:
        option: ``"looks"``, ``"time"`` (15 minutes), a timedelta (that long), or ``"hand"``.

    Raises:
        UsageError: For anything else.
    """
    if option == "looks":
        return Progress(_LOOKS_IN_PROGRESS, None)
    if option == "hand":
        return Progress(None, None)
    duration = _DURATION if option == "time" else option
    if not isinstance(duration, datetime.timedelta) or duration < datetime.timedelta():
        raise UsageError(
            f"progress is 'looks', 'time', 'hand' or a timedelta of 0 or more: how long a job takes; not {option!r}. "
            'See "Progress" in the README.'
        )
    return Progress(None, duration)
