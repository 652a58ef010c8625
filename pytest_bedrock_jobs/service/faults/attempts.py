"""One attempt of a call: what a fault sees of it, and what it came to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from ..arns import Scope
from ..errors import NoResponseError, ServiceError
from ..wire.codec import OperationCodec, Response


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
