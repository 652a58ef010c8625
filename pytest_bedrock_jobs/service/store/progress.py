"""How long something takes that a test waits for: so many requests, some time, or as long as the test says."""

from __future__ import annotations

import datetime
import re
from typing import NamedTuple

from ..errors import REFUSED_OPTION, ServiceError, UsageError, see, shown
from ..wire.api_names import RUNTIME

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

_DURATION = datetime.timedelta(minutes=15)
LONGEST_DURATION: datetime.timedelta = datetime.timedelta(days=365_000)
"""A job of this length that starts at the clock's latest time still ends at a time that a datetime can hold."""

_RESTORE_REQUESTS = 6
"""More than a default client sends for one call (5, and 3 since botocore 1.44), fewer than the 10 AWS recommends."""


class Progress(NamedTuple):
    """How jobs end, or cold models are restored.

    Attributes:
        requests: How many requests find it in progress before it is done, or None if requests do not matter.
        duration: How long it takes on the mock's clock, or None if time does not matter.
    """

    requests: int | None = None
    duration: datetime.timedelta | None = None


MANUAL = Progress()
"""Only the test does it."""


def progress_from(option: object) -> Progress:
    """What the option ``progress`` means (the mock's own; on AWS an import takes 10 to 45 minutes).

    Args:
        option: ``"polls"`` (one poll finds a job in progress), ``"3 polls"`` (three do), ``"time"`` (15 minutes), a
            timedelta (that long), or ``"manual"``.

    Raises:
        UsageError: For anything else.
    """
    duration = _DURATION if option == "time" else option
    if isinstance(duration, datetime.timedelta) and datetime.timedelta() <= duration <= LONGEST_DURATION:
        return Progress(duration=duration)
    if option in ("manual", "polls"):
        return Progress(1 if option == "polls" else None)
    if isinstance(option, str) and (number := re.fullmatch("([1-9][0-9]{0,8}) polls?", option)):
        return Progress(int(number[1]))
    raise UsageError(
        "progress is 'polls', a number of polls such as '3 polls', 'time', 'manual' or a timedelta of 0 to "
        f"{LONGEST_DURATION.days // 365} years: how long a job takes; not {shown(option)}. {see(REFUSED_OPTION)}"
    )


def restore_from(option: object) -> Progress:
    """What the option ``cold_models`` means; False means the same as True here, for a model that a test evicts.

    On AWS a restore takes up to five minutes. A client's retries never last that long: ten standard attempts wait 5 to
    22 seconds in all. So the mock counts requests unless a test chooses otherwise.

    Raises:
        UsageError: For what it cannot be.
    """
    if isinstance(option, bool):
        return Progress(_RESTORE_REQUESTS)
    if option == "manual":
        return MANUAL
    if isinstance(option, int) and option > 0:
        return Progress(option)
    if isinstance(option, datetime.timedelta) and option >= datetime.timedelta():
        return Progress(duration=option)
    raise UsageError(
        "cold_models is False, True (six requests fail), a number of requests of 1 or more, a timedelta (how long a "
        f"restore takes) or 'manual', not {shown(option)}. {see(REFUSED_OPTION)}"
    )


_EVICTED_AFTER = datetime.timedelta(hours=1)
"""Without a call; the next one restores it."""


class Readiness:
    """Which models are ready; its callers hold the store's lock.

    Args:
        option: See ``restore_from``; False if models are cold only after a test evicts them.
    """

    def __init__(self, option: object) -> None:
        self._restore = restore_from(option)
        self._always_ready = option is False
        self._served: dict[str, datetime.datetime | None] = {}  # when each last responded; None where a test evicted it
        self._restores: dict[str, tuple[datetime.datetime, int]] = {}  # since when, and how many requests were refused

    def serve(self, arn: str, now: datetime.datetime) -> None:
        """Let the model respond to one request.

        Raises:
            ServiceError: ModelNotReadyException while it is not restored (AWS documentation).
        """
        served = self._served.get(arn, now if self._always_ready else None)
        if served is None or (now - served >= _EVICTED_AFTER and not self._always_ready):
            began, refused = self._restores.get(arn, (now, 0))
            requests, duration = self._restore
            by_requests = requests is not None and refused >= requests
            if not (by_requests or (duration is not None and now - began >= duration)):
                self._restores[arn] = began, refused + 1
                raise ServiceError("ModelNotReadyException", RUNTIME["ModelNotReadyException"][1])
        self.restore(arn, now)

    def evict(self, arn: str) -> None:
        """Make a model cold, as an hour without a call does."""
        self._served[arn] = None
        self._restores.pop(arn, None)

    def restore(self, arn: str, now: datetime.datetime) -> None:
        """Make a model ready."""
        self._served[arn] = now
        self._restores.pop(arn, None)
