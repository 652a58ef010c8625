"""API calls while they run; the finished ones are records."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .arns import Place
from .errors import ServiceError
from .records import Call, FrozenDict

if TYPE_CHECKING:
    from .faults import Fault


class PendingCall:
    """One API call, from the moment botocore sends its first request to the answer its caller gets."""

    __slots__ = (
        "answers",
        "bound_fault",
        "error",
        "faults",
        "operation",
        "output",
        "parameters",
        "place",
        "read_timeout",
        "replayed",
        "slept",
        "time",
    )

    def __init__(self, operation: str, place: Place, time: datetime.datetime, read_timeout: float | None) -> None:
        self.operation = operation
        self.place = place
        self.time = time
        self.read_timeout = math.inf if read_timeout is None else read_timeout
        self.parameters: Mapping[str, Any] = {}
        self.output: Mapping[str, Any] | None = None
        self.error: BaseException | None = None
        self.bound_fault: Fault | None = None
        self.answers: tuple[str, ...] = ()
        self.faults: tuple[str, ...] = ()
        self.replayed = False
        self.slept = 0.0

    def answered(self, answer: str, output: Mapping[str, Any] | None, error: BaseException | None) -> None:
        """One more request was answered; the last answer is the one that counts."""
        self.answers += (answer,)
        self.output, self.error = output, error

    def met(self, fault: Fault, answers_before: int) -> None:
        """The latest request met a fault: what its caller heard is another thing than what it was answered."""
        heard = fault.heard("".join(self.answers[answers_before:]))
        self.answers = (*self.answers[:answers_before], heard)
        self.faults += (fault.label,)

    def record(self) -> Call:
        """What a test sees of this call."""
        code, message = _told(self.error)
        return Call(
            operation=self.operation,
            region=self.place.region,
            account_id=self.place.account_id,
            time=self.time,
            parameters=FrozenDict(self.parameters),
            output=None if self.output is None else FrozenDict(self.output),
            error_code=code,
            error_message=message,
            answers=self.answers,
            faults=self.faults,
            replayed=self.replayed,
            slept_seconds=self.slept,
        )


def _told(error: BaseException | None) -> tuple[str | None, str | None]:
    if error is None:
        return None, None
    if isinstance(error, ServiceError):
        return error.code, error.message
    return type(error).__name__, str(error)
