"""One API call, its attempts, and what a fault makes of an attempt."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from ..arns import Scope
from ..errors import NoResponseError, ServiceError, text_of
from ..records import Call, frozen
from ..wire.codec import OperationCodec, Response

if TYPE_CHECKING:
    from ..wire.api_names import Operation
    from ..wire.event_streams import Delivery


@dataclass(frozen=True, slots=True)
class AttemptOutcome:
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


def success(
    codec: OperationCodec,
    output: Mapping[str, Any],
    headers: Mapping[str, str],
    pauses: tuple[float, ...],
    *,
    replayed: bool,
) -> AttemptOutcome:
    """The operation was carried out."""
    response = replace(codec.encode(output, headers), pauses=pauses)
    return AttemptOutcome(str(response.status), response, output=output, replayed=replayed)


def refusal(codec: OperationCodec, error: ServiceError) -> AttemptOutcome:
    """The service responds with an error."""
    return AttemptOutcome(error.code, codec.encode_error(error), error=error)


def no_response(kind: str) -> AttemptOutcome:
    """The connection fails."""
    return AttemptOutcome(kind, connection_error=kind)


NOT_CARRIED_OUT: AttemptOutcome = AttemptOutcome("")
"""The outcome of a request that a fault keeps from the service."""


@dataclass(frozen=True, slots=True, repr=False)
class Fault:
    """One thing that can go wrong.

    Attributes:
        label: Its name in reports.
        outcome: A function from the call, and the outcome of carrying its request out, to the outcome of this attempt.
        carries_out: Whether the service carries the request out first.
        seconds: How long the response takes on the mock's clock; a client waits no longer than its read timeout.
        operations: Those whose responses it changes; empty for all.
    """

    label: str
    outcome: Callable[[ApiCall, AttemptOutcome], AttemptOutcome]
    carries_out: bool = False
    seconds: float = 0.0
    operations: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<fault: {self.label}>"

    @property
    def __name__(self) -> str:
        """The name from which pytest makes the id of a parametrized test."""
        return self.label

    def apply(self, call: ApiCall, carried_out: AttemptOutcome) -> AttemptOutcome:
        """The outcome of an attempt, as its caller sees it."""
        label = f"{carried_out.label} ({self.label})" if self.carries_out else self.label
        return replace(self.outcome(call, carried_out), label=label, fault=self.label)


PASS: Fault = Fault("pass", lambda call, carried_out: carried_out, carries_out=True)
"""No fault: the request passes, for sequences such as (fail, fail, pass). Its record does not mention it."""


@dataclass(slots=True, eq=False)
class ApiCall:
    """One API call, with all requests that are sent for it.

    Attributes:
        operation: Its name.
        scope: Account, Region and partition of the caller.
        read_timeout: How many seconds the caller waits for a response.
        wait: Makes a caller in another process wait for so many seconds; None where only the mock's clock moves.
        foreign: Whether it invokes a model that is not the mock's, for which only stubs and faults respond.
        codec: The operation's requests and responses; set by the first request.
        time: When that came; at the end of a call that sent none.
        parameters: Those of the latest request, by the API's names, as far as they could be read.
        last: The outcome of the latest request; an exception that the caller gets, whatever the response was.
        responses: The label of the outcome of each request.
        faults: The label of each injected fault.
        slept: The seconds between the requests.
        delivery: A body or stream that is read after the call has returned.
        record: This call as a test sees it, once it has ended.
    """

    operation: str
    scope: Scope
    read_timeout: float = math.inf
    wait: Callable[[float], None] | None = None
    foreign: bool = False
    codec: OperationCodec = field(init=False)
    time: datetime.datetime = field(init=False)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    last: AttemptOutcome = NOT_CARRIED_OUT
    responses: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    slept: float = 0.0
    delivery: Delivery | None = None
    record: Call | None = None

    def attempted(self, outcome: AttemptOutcome) -> None:
        """Note the outcome of a request."""
        self.last = outcome
        self.responses += (outcome.label,)
        if outcome.response:
            self.delivery = self.codec.delivery(outcome.response)
        if outcome.fault:
            self.faults += (outcome.fault,)

    def end(self, error: BaseException | None) -> Call:
        """Its record, once its caller has a response, or this exception."""
        if error is not None:
            failure = ServiceError(type(error).__name__, text_of(error))
            self.last = replace(self.last, output=None, error=failure)
        failed = self.last.error
        self.record = Call(
            operation=cast("Operation", self.operation),
            region=self.scope.region,
            account_id=self.scope.account_id,
            time=self.time,
            parameters=self.parameters,
            output=frozen(self.last.output),
            error_code=failed.code if failed else None,
            error_message=failed.message if failed else None,
            responses=self.responses,
            faults=self.faults,
            replayed=self.last.replayed,
            slept_seconds=self.slept,
            _delivery=self.delivery,
        )
        return self.record
