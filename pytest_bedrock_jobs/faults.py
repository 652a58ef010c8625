"""What can go wrong with a request, for ``bedrock_jobs.arm``: each name here is, or makes, one fault."""

from __future__ import annotations

import http.client
import math
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from . import codes
from .errors import NoAnswerError, ServiceError, UsageError, no_such

if TYPE_CHECKING:
    from .calls import ApiCall
    from .clock import Clock
    from .wire import Response

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it


_REDIRECTION, _SERVER_ERROR, _NO_STATUS = 300, 500, 600


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request that meets a fault.

    Attributes:
        call: The API call it belongs to.
        clock: The mock's clock.
        perform: Carries the request out and gives the answer.
        refuse: Gives the answer of an error; nothing is carried out.
    """

    call: ApiCall
    clock: Clock
    perform: Callable[[], Response]
    refuse: Callable[[ServiceError], Response]


class Fault(Protocol):
    """One thing that can go wrong."""

    @property
    @abstractmethod
    def label(self) -> str:
        """What reports call it."""

    @abstractmethod
    def strike(self, attempt: Attempt, /) -> Response:
        """Answer the request, or raise NoAnswerError."""

    @abstractmethod
    def heard(self, answer: str) -> str:
        """What the caller hears instead of an answer, in a word for reports."""


@dataclass(frozen=True, slots=True)
class _Fault:
    label: str
    strike: Callable[[Attempt], Response]
    carries_out: bool = False

    def heard(self, answer: str) -> str:
        return f"{answer} ({self.label})" if self.carries_out else self.label

    def __repr__(self) -> str:
        return f"<fault: {self.label}>"


def service_error(code: str, message: str | None = None, *, status: int | None = None, **members: str) -> Fault:
    """The service answers with an error; nothing is carried out.

    Args:
        code: Any error of Bedrock's service model, also where an operation does not list it, or one that AWS's
            framework gives to any request, such as ``ExpiredTokenException``.
        message: The text; by default AWS's own, as far as it is known.
        status: The HTTP status, 400 to 599; by default the service model's.
        members: Further members of the error, such as ``resourceName``.

    Raises:
        UsageError: For a code that does not exist; it lists those that do, the nearest first. For a status that is
            none of an error.
    """
    if code not in codes.KNOWN:
        raise _refused(f"{no_such('error code', code, codes.KNOWN)}.")
    if status is not None:
        _check_status(status, 400)

    def strike(attempt: Attempt) -> Response:
        usual = codes.default_error(code, attempt.call.operation, attempt.call.place)
        error = ServiceError(code, message or usual.message, usual.members | members)
        response = attempt.refuse(error)
        return response if status is None else response._replace(status=status)

    return _Fault(code, strike)


def _no_answer(kind: str, *, carried_out: bool) -> Fault:
    def strike(attempt: Attempt) -> Response:
        if carried_out:
            attempt.perform()
        raise NoAnswerError(kind)

    return _Fault("lost answer" if carried_out else kind, strike, carried_out)


def connect_timeout() -> Fault:
    """No connection in time: botocore's ConnectTimeoutError. Nothing is carried out."""
    return _no_answer(NoAnswerError.CONNECT_TIMEOUT, carried_out=False)


def read_timeout() -> Fault:
    """No answer in time: botocore's ReadTimeoutError. Nothing is carried out; see ``lost_answer``."""
    return _no_answer(NoAnswerError.READ_TIMEOUT, carried_out=False)


def connection_reset() -> Fault:
    """The connection breaks: botocore's ConnectionClosedError. Nothing is carried out."""
    return _no_answer(NoAnswerError.CONNECTION_RESET, carried_out=False)


def endpoint_unreachable() -> Fault:
    """The endpoint cannot be reached: botocore's EndpointConnectionError. Nothing is carried out."""
    return _no_answer(NoAnswerError.ENDPOINT_UNREACHABLE, carried_out=False)


def lost_answer() -> Fault:
    """The request is carried out, and the caller never hears of it: botocore's ReadTimeoutError."""
    return _no_answer(NoAnswerError.READ_TIMEOUT, carried_out=True)


def latency(seconds: float) -> Fault:
    """The answer takes this long on the mock's clock.

    Where that is longer than the client's ``read_timeout``, the request is carried out and the caller meets
    botocore's ReadTimeoutError after that time.

    Raises:
        UsageError: For a time that is negative or no number.
    """
    if not (isinstance(seconds, int | float) and 0 <= seconds < math.inf):
        raise _refused(f"latency takes seconds, 0 or more, not {seconds!r}.")

    def strike(attempt: Attempt) -> Response:
        patience = attempt.call.read_timeout
        attempt.clock.advance(min(seconds, patience))
        response = attempt.perform()
        if seconds > patience:
            raise NoAnswerError(NoAnswerError.READ_TIMEOUT)
        return response

    return _Fault(f"latency of {seconds} s", strike, carries_out=True)


def cut_json() -> Fault:
    """The request is carried out, but its answer arrives cut in half: botocore finds no members in it."""

    def strike(attempt: Attempt) -> Response:
        response = attempt.perform()
        if attempt.call.output is not None:
            attempt.call.output = {}
        return response._replace(body=response.body[: len(response.body) // 2])

    return _Fault("cut JSON", strike, carries_out=True)


def proxy_page(status: int = 502) -> Fault:
    """A proxy on the way answers with a page of HTML. Nothing is carried out.

    Args:
        status: The HTTP status, 200 to 599.

    Raises:
        UsageError: For another one.
    """
    page = f"<html><body><h1>{status}</h1><p>The upstream server did not answer.</p></body></html>"
    return _broken(f"HTML page with status {status}", status, {"content-type": "text/html"}, page)


def empty_answer(status: int = 503) -> Fault:
    """A status without a body. Nothing is carried out.

    Args:
        status: The HTTP status, 200 to 599.

    Raises:
        UsageError: For another one.
    """
    return _broken(f"status {status} without a body", status, {}, "")


def _broken(label: str, status: int, headers: dict[str, str], page: str) -> Fault:
    _check_status(status, 200)
    body = page.encode()
    # What botocore makes of it: the status is the code; without an error status there is an answer without members.
    error = ServiceError(str(status), http.client.responses.get(status, "") if status >= _SERVER_ERROR else page)

    def strike(attempt: Attempt) -> Response:
        response = attempt.refuse(error)
        if status < _REDIRECTION:
            attempt.call.output, attempt.call.error_code, attempt.call.error_message = {}, None, None
        return response._replace(status=status, headers=headers | {"content-length": str(len(body))}, body=body)

    return _Fault(label, strike)


def _check_status(status: int, lowest: int) -> None:
    if not (isinstance(status, int) and lowest <= status < _NO_STATUS):
        raise _refused(f"status is an HTTP status from {lowest} to {_NO_STATUS - 1}, not {status!r}.")


def _refused(text: str) -> UsageError:
    return UsageError(f'{text} See "Faults" in the README.')


PASS: Fault = _Fault("pass", lambda attempt: attempt.perform(), carries_out=True)
"""No fault: the request passes, for sequences such as (fail, fail, pass); it is recorded like one that met nothing."""
