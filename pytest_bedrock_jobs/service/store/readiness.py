"""Whether an imported model is loaded: it is evicted after an hour without a call, and restored by the next one.

On AWS a restore takes up to five minutes. A client's retries never last that long: ten standard attempts wait 5 to 22
seconds in all. So the mock counts requests unless a test chooses otherwise.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import NamedTuple

from ..errors import ServiceError, UsageError, see
from ..wire.api_names import MODEL_NOT_READY

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

_REQUESTS = 6
"""More than a default client sends for one call (5, and 3 since botocore 1.44), fewer than the 10 AWS recommends."""

_EVICTED_AFTER = datetime.timedelta(hours=1)


class Restore(NamedTuple):
    """When the restore of a cold model is done.

    Attributes:
        requests: After how many requests, or None if requests do not matter.
        duration: After how long, or None if time does not matter.
    """

    requests: int | None
    duration: datetime.timedelta | None


def restore_from(option: object) -> Restore:
    """What the option ``cold_models`` means; False means the same as True here, for a model that a test evicts.

    Raises:
        UsageError: For anything else.
    """
    if isinstance(option, bool):
        return Restore(_REQUESTS, None)
    if option == "manual":
        return Restore(None, None)
    if isinstance(option, int) and option > 0:
        return Restore(option, None)
    if isinstance(option, datetime.timedelta) and option >= datetime.timedelta():
        return Restore(None, option)
    raise UsageError(
        "cold_models is False, True (six requests fail), a number of requests of 1 or more, a timedelta (how long a "
        f"restore takes) or 'manual', not {option!r}. {see('An option or a target that is refused')}"
    )


@dataclass(slots=True)
class _State:
    """The state of one model since its first call.

    Attributes:
        last_served: When it last responded; None if it is cold.
        restore_began: When its restore began; None if it is not being restored.
        requests: How many requests its restore has refused.
    """

    last_served: datetime.datetime | None = None
    restore_began: datetime.datetime | None = None
    requests: int = 0


class Readiness:
    """Which models are ready; its callers hold the store's lock.

    Args:
        option: See ``restore_from``; False if models are cold only after a test evicts them.
    """

    def __init__(self, option: object) -> None:
        self._restore = restore_from(option)
        self._always_ready = option is False
        self._states: dict[str, _State] = {}

    def serve(self, arn: str, now: datetime.datetime) -> None:
        """Let the model respond to one request.

        Raises:
            ServiceError: ModelNotReadyException while it is not restored (AWS documentation).
        """
        state = self._states.get(arn)
        if state is None:
            if self._always_ready:
                return
            state = self._states[arn] = _State()
        if self._is_cold(state, now):
            state.last_served, state.restore_began, state.requests = None, now, 0
        if state.restore_began and not self._is_restored(state, now):
            raise ServiceError("ModelNotReadyException", MODEL_NOT_READY)
        state.last_served, state.restore_began = now, None

    def evict(self, arn: str) -> None:
        """Make a model cold, as an hour without a call does."""
        self._states[arn] = _State()

    def restore(self, arn: str, now: datetime.datetime) -> None:
        """Make a model ready."""
        self._states[arn] = _State(last_served=now)

    def _is_cold(self, state: _State, now: datetime.datetime) -> bool:
        if state.restore_began:
            return False
        return state.last_served is None or (not self._always_ready and now - state.last_served >= _EVICTED_AFTER)

    def _is_restored(self, state: _State, now: datetime.datetime) -> bool:
        if self._restore.requests is not None:
            state.requests += 1
            return state.requests > self._restore.requests
        began = state.restore_began
        return self._restore.duration is not None and began is not None and now - began >= self._restore.duration
