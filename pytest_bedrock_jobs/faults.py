"""What can go wrong with a request, for ``bedrock_jobs.inject``: each name here is, or makes, one fault."""

from __future__ import annotations

import http.client
import math
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, NoReturn

from .service.errors import NoResponseError, ServiceError, no_such, unknown_name
from .service.faults import ApiCall, AttemptOutcome, no_response, refusal
from .service.faults.injected import PASS, Fault, refused_fault
from .service.operations import arn_type_of, permission_of
from .service.wire import api_names, event_streams
from .service.wire.api_names import ErrorCode
from .service.wire.codec import Response
from .service.wire.event_streams import Part

__all__ = [
    "PASS",
    "Fault",
    "broken_stream",
    "connect_timeout",
    "connection_reset",
    "empty_response",
    "endpoint_unreachable",
    "latency",
    "lost_response",
    "proxy_page",
    "read_timeout",
    "service_error",
    "stream_error",
    "truncated_json",
]

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it


_STREAMS = ("ConverseStream", "InvokeModelWithResponseStream")
_REDIRECTION, _SERVER_ERROR, _NO_STATUS = 300, 500, 600


def service_error(
    code: ErrorCode, message: str | None = None, *, status: int | None = None, **fields: str | int
) -> Fault:
    """The service responds with an error; nothing is carried out.

    Args:
        code: Any error of Bedrock's service model, even if the operation does not list it, or one that AWS's
            framework returns for any request, such as ``ExpiredTokenException``.
        message: The text; by default AWS's own, as far as it is known.
        status: The HTTP status, 400 to 599; by default the service model's.
        fields: Further fields of the error, such as ``resourceName``.

    Raises:
        UsageError: For a code that does not exist; the message lists those that do, the nearest first. For a status
            that is not an error's, a field that the error does not have, and a message or a field of another type.
    """
    _check_error(code, api_names.ERRORS, fields if message is None else {"message": message, **fields})
    if status is not None:
        _check_status(status, 400)

    def outcome(call: ApiCall, _: AttemptOutcome) -> AttemptOutcome:
        usual = api_names.default_error(code, permission_of(call.operation), call.scope, arn_type_of(call.operation))
        return refusal(call.codec, ServiceError(code, message or usual.message, {**usual.fields, **fields}, status))

    return Fault(code, outcome, operations=api_names.RUNTIME_OPERATIONS if code in api_names.RUNTIME else ())


def _check_error(code: str, codes: Iterable[str], fields: Mapping[str, object]) -> None:
    if code not in tuple(codes):
        raise refused_fault(f"{no_such('error code', code, codes)}.")
    known = {"message": str, **api_names.FIELDS.get(code, {})}
    for name, value in fields.items():
        if name not in known:
            raise refused_fault(f"{no_such(f'field of {code}', name, ('status', *known))}.")
        if not isinstance(value, known[name]) or isinstance(value, bool):
            raise refused_fault(f"{name} is {'a text' if known[name] is str else 'a number'}, not {value!r}.")


def _connection_error(kind: str) -> Fault:
    return Fault(kind, lambda *_: no_response(kind))


def connect_timeout() -> Fault:
    """No connection in time: botocore's ConnectTimeoutError. Nothing is carried out."""
    return _connection_error(NoResponseError.CONNECT_TIMEOUT)


def read_timeout() -> Fault:
    """No response in time: botocore's ReadTimeoutError. Nothing is carried out; see ``lost_response``."""
    return _connection_error(NoResponseError.READ_TIMEOUT)


def connection_reset() -> Fault:
    """The connection breaks: botocore's ConnectionClosedError. Nothing is carried out."""
    return _connection_error(NoResponseError.CONNECTION_RESET)


def endpoint_unreachable() -> Fault:
    """The endpoint cannot be reached: botocore's EndpointConnectionError. Nothing is carried out."""
    return _connection_error(NoResponseError.ENDPOINT_UNREACHABLE)


def lost_response() -> Fault:
    """The request is carried out, but its response never arrives: botocore's ReadTimeoutError."""
    return Fault("lost response", lambda *_: no_response(NoResponseError.RESPONSE_LOST), carries_out=True)


def latency(seconds: float) -> Fault:
    """The response takes this long on the mock's clock.

    Where that is longer than the client's ``read_timeout``, the request is carried out and the caller gets
    botocore's ReadTimeoutError after that time.

    Raises:
        UsageError: For a time that is negative or not a number.
    """
    if not (isinstance(seconds, int | float) and 0 <= seconds < math.inf):
        raise refused_fault(f"latency takes seconds, 0 or more, not {seconds!r}.")

    def outcome(call: ApiCall, carried_out: AttemptOutcome) -> AttemptOutcome:
        return carried_out if seconds <= call.read_timeout else no_response(NoResponseError.READ_TIMEOUT)

    return Fault(f"latency of {seconds} s", outcome, carries_out=True, seconds=seconds)


def truncated_json() -> Fault:
    """The request is carried out, but its response arrives cut in half: botocore finds no fields in it."""

    def outcome(_: ApiCall, whole: AttemptOutcome) -> AttemptOutcome:
        return whole._replace(response=_half(whole.received()), output=None if whole.output is None else {})

    return Fault("truncated JSON", outcome, carries_out=True)


def stream_error(
    code: str = "ModelStreamErrorException", message: str | None = None, *, after_events: int = 1
) -> Fault:
    """A stream of ConverseStream or InvokeModelWithResponseStream ends with an exception: EventStreamError.

    The request is carried out. Other responses, such as those of other operations, are left as they are.

    Args:
        code: One of the exceptions that these streams have in the service model.
        message: Its text.
        after_events: How many events come first.

    Raises:
        UsageError: For a code that no stream has, or a number below 0; in the code under test, for
            ModelTimeoutException in a stream of ConverseStream, which does not have it.
    """
    _check_error(code, api_names.STREAM_ERRORS, {} if message is None else {"message": message})
    _check_events(after_events)

    def outcome(call: ApiCall, carried_out: AttemptOutcome) -> AttemptOutcome:
        response = carried_out.received()
        if response.status != HTTPStatus.OK:
            return carried_out
        if code == "ModelTimeoutException" and call.operation == "ConverseStream":
            raise refused_fault(f"streams of ConverseStream have no {code}; those of InvokeModelWithResponseStream do.")
        error = {code[0].lower() + code[1:]: {"message": message or api_names.ERRORS[code][1]}}
        parts = (*response.parts[:after_events], event_streams.frame(error, "exception"))
        return carried_out._replace(response=response._replace(parts=parts))

    return Fault(f"{code} in the stream", outcome, carries_out=True, operations=_STREAMS)


def broken_stream(*, after_events: int = 1) -> Fault:
    """The connection breaks while a stream is read, or the body of InvokeModel after half of its bytes.

    The request is carried out. For a stream, botocore passes on urllib3's ProtocolError; for a body, it raises
    ResponseStreamingError. aiobotocore passes on aiohttp's ClientPayloadError. Other responses are left as they are.

    Args:
        after_events: How many events of a stream come first.

    Raises:
        UsageError: For a number below 0.
    """
    _check_events(after_events)

    def outcome(call: ApiCall, carried_out: AttemptOutcome) -> AttemptOutcome:
        response = carried_out.received()
        if response.status != HTTPStatus.OK:
            return carried_out
        parts = _half(response).parts if call.operation == "InvokeModel" else response.parts[:after_events]
        return carried_out._replace(response=response._replace(parts=parts, breaks=True))

    return Fault("broken stream", outcome, carries_out=True, operations=("InvokeModel", *_STREAMS))


def _check_events(number: int) -> None:
    if type(number) is not int or number < 0:
        raise refused_fault(f"after_events is the number of events that come first, 0 or more, not {number!r}.")


def _half(response: Response) -> Response:
    """A response with half of its body; with half of a stream's frames, and half of the next one."""
    middle = len(response.parts) // 2
    cut = [Part(part.data[: len(part.data) // 2]) for part in response.parts[middle : middle + 1]]
    return response._replace(parts=(*response.parts[:middle], *cut))


def proxy_page(status: int = 502) -> Fault:
    """A proxy on the way responds with an HTML page. Nothing is carried out.

    Args:
        status: The HTTP status, 200 to 599.

    Raises:
        UsageError: For any other status.
    """
    page = f"<html><body><h1>{status}</h1><p>The upstream server did not respond.</p></body></html>"
    return _broken(f"HTML page with status {status}", status, {"content-type": "text/html"}, page)


def empty_response(status: int = 503) -> Fault:
    """The response is a status without a body. Nothing is carried out.

    Args:
        status: The HTTP status, 200 to 599.

    Raises:
        UsageError: For any other status.
    """
    return _broken(f"status {status} without a body", status, {}, "")


def _broken(label: str, status: int, headers: dict[str, str], page: str) -> Fault:
    _check_status(status, 200)
    body = page.encode()
    response = Response(status, headers | {"content-length": str(len(body))}, (Part(body),))
    # What botocore makes of it: the status is the error code; below the error statuses, an output without fields.
    reason = http.client.responses.get(status, "") if status >= _SERVER_ERROR else page
    error = None if status < _REDIRECTION else ServiceError(str(status), reason)
    outcome = AttemptOutcome(label, response, output=None if error else {}, error=error)
    return Fault(label, lambda *_: outcome)


def _check_status(status: int, lowest: int) -> None:
    if not (isinstance(status, int) and lowest <= status < _NO_STATUS):
        raise refused_fault(f"status is an HTTP status from {lowest} to {_NO_STATUS - 1}, not {status!r}.")


def __dir__() -> list[str]:
    return __all__


if not TYPE_CHECKING:  # with this, a type checker would accept any name

    def __getattr__(name: str) -> NoReturn:
        raise unknown_name(__name__, name, __all__)
