"""The outcome of one attempt of a call: a value, made once and recorded once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import NoResponseError, ServiceError
from .protocol import OperationCodec, Response
from .values import Value


class AttemptOutcome(Value):
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

    __slots__ = ("connection_error", "error", "fault", "label", "output", "replayed", "response")

    def __init__(
        self,
        label: str,
        response: Response | None = None,
        connection_error: str = "",
        output: Mapping[str, Any] | None = None,
        error: ServiceError | None = None,
        replayed: bool = False,
        fault: str | None = None,
    ) -> None:
        self.label: str = label
        self.response: Response | None = response
        self.connection_error: str = connection_error
        self.output: Mapping[str, Any] | None = output
        self.error: ServiceError | None = error
        self.replayed: bool = replayed
        self.fault: str | None = fault

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
    response = codec.encode(output)
    if headers:
        response.headers.update(headers)
    if pauses:
        response = response.changed(pauses=pauses)
    return AttemptOutcome(str(response.status), response, output=output, replayed=replayed)


def refusal(codec: OperationCodec, error: ServiceError) -> AttemptOutcome:
    """The service responds with an error."""
    return AttemptOutcome(error.code, codec.encode_error(error), error=error)


def no_response(kind: str) -> AttemptOutcome:
    """The connection fails."""
    return AttemptOutcome(kind, connection_error=kind)
