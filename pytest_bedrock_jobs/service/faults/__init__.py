"""A call with its attempts, and what can come of each: a response, an error, or none."""

from __future__ import annotations

import datetime
import fnmatch
import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ..arns import Scope
from ..errors import NoResponseError, ServiceError, safe_text
from ..wire.codec import OperationCodec, Response
from ..wire.frozen import frozen

if TYPE_CHECKING:
    from ..records import Call
    from ..wire.api_names import Operation
    from ..wire.event_streams import Delivery

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it


class AttemptOutcome(NamedTuple):
    """The outcome of one request, from the service or from a fault that replaces it.

    Attributes:
        label: The outcome in a word, as in ``Call.responses``: a status, an error code, or the fault.
        response: The response; None where the connection fails.
        connection_error: How the connection fails: one of the constants of NoResponseError.
        output: The output that botocore finds in the response.
        error: The error that botocore finds in the response.
        replayed: Whether the response is that of an earlier call, because of an idempotency token.
        fault: The label of the injected fault.
    """

    label: str
    response: Response | None = None
    connection_error: str = ""
    output: Mapping[str, Any] | None = None
    error: ServiceError | None = None
    replayed: bool = False
    fault: str | None = None

    def received(self) -> Response:
        """The response that botocore receives.

        Raises:
            NoResponseError: Where the connection fails instead.
        """
        if self.response is None:
            raise NoResponseError(self.connection_error)
        return self.response


def refusal(codec: OperationCodec, error: ServiceError) -> AttemptOutcome:
    """The service responds with an error."""
    return AttemptOutcome(error.code, codec.encode_error(error), error=error)


def no_response(kind: str) -> AttemptOutcome:
    """The connection fails."""
    return AttemptOutcome(kind, connection_error=kind)


NOT_CARRIED_OUT: AttemptOutcome = AttemptOutcome("")
"""The outcome of a request that a fault keeps from the service."""


@dataclass(slots=True, eq=False, repr=False)
class ApiCall:
    """One API call, with all requests that are sent for it.

    Attributes:
        operation: Its name.
        scope: Account, Region and partition of the caller.
        read_timeout: How many seconds the caller waits for a response.
        wait: Makes a caller in another process wait for so many seconds; None where only the mock's clock moves.
        foreign: Whether it invokes a model that is not the mock's, for which only stubs and faults respond.
        codec: The operation's requests and responses.
        time: When the first request came; at the end of a call that sent none.
        parameters: Those of the latest request, by the API's names, as far as they could be read.
        attempts: The outcome of each request, without its response.
        failure: The exception that the caller gets, whatever the response was; None if it gets none.
        slept: The seconds between the requests.
        delivery: A body or stream that is read after the call has returned.
    """

    operation: str
    scope: Scope
    read_timeout: float = math.inf
    wait: Callable[[float], None] | None = None
    foreign: bool = False
    codec: OperationCodec = field(init=False)
    time: datetime.datetime | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    attempts: list[AttemptOutcome] = field(default_factory=list)
    failure: ServiceError | None = None
    slept: float = 0.0
    delivery: Delivery | None = None
    _record: Call | None = None

    def end(self, error: BaseException | None) -> None:
        """Note that its caller has a response, or this exception."""
        self._record = None
        self.failure = None if error is None else ServiceError(type(error).__name__, safe_text(str, error))

    @property
    def record(self) -> Call:
        """The call as a test sees it, once it has ended; made when somebody looks, as most are never looked at."""
        from ..records import Call

        last = self.attempts[-1] if self.attempts else NOT_CARRIED_OUT
        error = self.failure or last.error
        self._record = self._record or Call(
            operation=cast("Operation", self.operation),
            region=self.scope.region,
            account_id=self.scope.account_id,
            time=cast("datetime.datetime", self.time),
            parameters=frozen(self.parameters),
            output=None if self.failure else frozen(last.output),
            error_code=error.code if error else None,
            error_message=error.message if error else None,
            responses=tuple(attempt.label for attempt in self.attempts),
            faults=tuple(attempt.fault for attempt in self.attempts if attempt.fault),
            replayed=last.replayed,
            slept_seconds=self.slept,
            _delivery=self.delivery,
        )
        return self._record


def any_action(action: str, permissions: Collection[str]) -> bool:
    """Whether an action is one of these permissions; ``*`` and ``?`` are wildcards, as in a policy."""
    return any(fnmatch.fnmatchcase(f"bedrock:{permission}".lower(), action.lower()) for permission in permissions)
