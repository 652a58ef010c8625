"""One API call, its attempts, and what a fault makes of an attempt."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, cast

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


class Attempt(NamedTuple):
    """One attempt of a call, as a fault sees it.

    Attributes:
        codec: The operation's requests and responses.
        scope: Account, Region and partition of the client.
        read_timeout: How many seconds the client waits for a response.
        carried_out: The outcome of carrying the request out; ``NOT_CARRIED_OUT`` if the fault prevents that.
    """

    codec: OperationCodec
    scope: Scope
    read_timeout: float
    carried_out: AttemptOutcome


@dataclass(frozen=True, slots=True, repr=False)
class Fault:
    """One thing that can go wrong.

    Attributes:
        label: Its name in reports.
        outcome: A function from an attempt to the attempt's outcome.
        carries_out: Whether the service carries the request out first.
        seconds: How long the response takes on the mock's clock; a client waits no longer than its read timeout.
        operations: Those whose responses it changes; empty for all.
    """

    label: str
    outcome: Callable[[Attempt], AttemptOutcome]
    carries_out: bool = False
    seconds: float = 0.0
    operations: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<fault: {self.label}>"

    @property
    def __name__(self) -> str:
        """The name from which pytest makes the id of a parametrized test."""
        return self.label

    def apply(self, attempt: Attempt) -> AttemptOutcome:
        """The outcome of this attempt, as its caller sees it."""
        label = f"{attempt.carried_out.label} ({self.label})" if self.carries_out else self.label
        return replace(self.outcome(attempt), label=label, fault=self.label)


PASS: Fault = Fault("pass", lambda attempt: attempt.carried_out, carries_out=True)
"""No fault: the request passes, for sequences such as (fail, fail, pass). Its record does not mention it."""


class ApiCall:
    """One API call, with all requests that are sent for it.

    Args:
        operation: Its name.
        scope: Account, Region and partition of the caller.
        read_timeout: How many seconds the caller waits for a response; None for any time.
        wait: Makes a caller in another process wait for so many seconds; None where only the mock's clock moves.

    Attributes:
        foreign: Whether it invokes a model that is not the mock's, for which only stubs and faults respond.
    """

    __slots__ = (
        "_body",
        "_codec",
        "_headers",
        "_url",
        "delivery",
        "error_code",
        "error_message",
        "faults",
        "foreign",
        "operation",
        "output",
        "read_timeout",
        "replayed",
        "responses",
        "scope",
        "slept",
        "time",
        "wait",
    )

    def __init__(
        self,
        operation: str,
        scope: Scope,
        read_timeout: float | None = None,
        wait: Callable[[float], None] | None = None,
    ) -> None:
        self.operation: str = operation
        self.scope: Scope = scope
        self.time: datetime.datetime  # set by its first request; at the end of a call that sent none
        self.read_timeout: float = math.inf if read_timeout is None else read_timeout
        self.wait: Callable[[float], None] | None = wait
        self.foreign: bool = False
        self._codec: OperationCodec | None = None
        self.output: Mapping[str, Any] | None = None
        self.error_code: str | None = None
        self.error_message: str | None = None
        self.delivery: Delivery | None = None  # a body or stream that is read after the call has returned
        self.responses: tuple[str, ...] = ()
        self.faults: tuple[str, ...] = ()
        self.replayed: bool = False
        self.slept: float = 0.0

    def request(
        self, codec: OperationCodec, url: str, body: bytes | str | None, headers: Mapping[str, str | bytes] | None
    ) -> None:
        """Keep a request as it was sent, which takes a third of the memory of the decoded parameters."""
        self._codec, self._body, self._headers = codec, body, headers if codec.reads_headers else None
        self._url = url if codec.reads_url else ""

    def parameters(self) -> dict[str, Any]:
        """The parameters of the latest request, by the API's names; empty before the first one.

        Raises:
            ServiceError: See ``OperationCodec.decode``.
        """
        return self._codec.decode(self._url, self._body, self._headers) if self._codec else {}

    def attempted(self, outcome: AttemptOutcome, codec: OperationCodec) -> None:
        """Record the outcome of a request; of several, the last one counts."""
        error = outcome.error
        self.responses += (outcome.label,)
        self.output, self.replayed = outcome.output, outcome.replayed
        self.error_code, self.error_message = (error.code, error.message) if error else (None, None)
        if outcome.response:
            self.delivery = codec.delivery(outcome.response)
        if outcome.fault:
            self.faults += (outcome.fault,)

    def raised(self, error: BaseException) -> None:
        """Record the exception that its caller gets, whatever the response was."""
        self.output, self.error_code, self.error_message = None, type(error).__name__, text_of(error)

    def record(self) -> Call:
        """This call as a test sees it."""
        try:
            parameters = self.parameters()
        except ServiceError:
            parameters = {}
        return Call(
            operation=cast("Operation", self.operation),
            region=self.scope.region,
            account_id=self.scope.account_id,
            time=self.time,
            parameters=frozen(parameters),
            output=frozen(self.output),
            error_code=self.error_code,
            error_message=self.error_message,
            responses=self.responses,
            faults=self.faults,
            replayed=self.replayed,
            slept_seconds=self.slept,
            _delivery=self.delivery,
        )
