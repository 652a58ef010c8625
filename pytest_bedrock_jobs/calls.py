"""API calls while they run; the finished ones are records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .arns import Place
from .errors import ServiceError
from .records import Call, FrozenDict


class PendingCall:
    """One API call, from the moment botocore sends its first request to the answer its caller gets."""

    __slots__ = ("attempts", "error", "failing_with", "operation", "output", "parameters", "place", "replayed", "slept")

    def __init__(self, operation: str, place: Place) -> None:
        self.operation = operation
        self.place = place
        self.parameters: Mapping[str, Any] = {}
        self.output: Mapping[str, Any] | None = None
        self.error: BaseException | None = None
        self.failing_with: ServiceError | None = None
        self.attempts = 0
        self.replayed = False
        self.slept = 0.0

    def record(self) -> Call:
        """What a test sees of this call."""
        code, message = _told(self.error)
        return Call(
            operation=self.operation,
            region=self.place.region,
            account_id=self.place.account_id,
            parameters=FrozenDict(self.parameters),
            output=None if self.output is None else FrozenDict(self.output),
            error_code=code,
            error_message=message,
            attempts=self.attempts,
            replayed=self.replayed,
            slept_seconds=self.slept,
        )


def _told(error: BaseException | None) -> tuple[str | None, str | None]:
    if error is None:
        return None, None
    if isinstance(error, ServiceError):
        return error.code, error.message
    return type(error).__name__, str(error)
