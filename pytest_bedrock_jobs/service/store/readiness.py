"""Whether an imported model is loaded: it is evicted after an hour without a call, and restored by the next one."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from ..errors import ServiceError
from ..wire.api_names import MODEL_NOT_READY
from .progress import restore_from

_EVICTED_AFTER = datetime.timedelta(hours=1)


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
        if self._always_ready and arn not in self._states:
            return
        state = self._states.setdefault(arn, _State())
        evicted = state.last_served and not self._always_ready and now - state.last_served >= _EVICTED_AFTER
        if evicted or not (state.last_served or state.restore_began):
            state.last_served, state.restore_began, state.requests = None, now, 0
        if state.restore_began and not self._is_restored(state, now - state.restore_began):
            raise ServiceError("ModelNotReadyException", MODEL_NOT_READY)
        state.last_served, state.restore_began = now, None

    def evict(self, arn: str) -> None:
        """Make a model cold, as an hour without a call does."""
        self._states[arn] = _State()

    def restore(self, arn: str, now: datetime.datetime) -> None:
        """Make a model ready."""
        self._states[arn] = _State(last_served=now)

    def _is_restored(self, state: _State, since: datetime.timedelta) -> bool:
        state.requests += 1
        requests, duration = self._restore
        return state.requests > requests if requests is not None else duration is not None and since >= duration
