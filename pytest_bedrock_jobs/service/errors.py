"""Two families of errors that never mix: the service's responses, and messages to the author of a test."""

from __future__ import annotations

import reprlib
import sys
from collections.abc import Iterable
from types import FrameType

from .arns import Scope

UNKNOWN_ATTRIBUTE = "An attribute that does not exist"


class ServiceError(Exception):
    """An error response of the service; its caller sees botocore's own exception.

    Args:
        code: The error code, such as ``ValidationException``.
        message: The text the service sends.
        fields: Further fields of the error's shape, such as ``resourceName`` of TooManyTagsException.
    """

    def __init__(self, code: str, message: str, fields: dict[str, str] | None = None) -> None:
        super().__init__(code, message, fields)
        self.code = code
        self.message = message
        self.fields: dict[str, str] = fields or {}


class NoResponseError(Exception):
    """The network fails: the caller sees botocore's own exception of this kind.

    Args:
        kind: One of the constants.
    """

    CONNECT_TIMEOUT = "connect timeout"
    READ_TIMEOUT = "read timeout"
    RESPONSE_LOST = "response lost"
    CONNECTION_RESET = "connection reset"
    ENDPOINT_UNREACHABLE = "endpoint unreachable"

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class NotStubbedError(Exception):
    """No stub fits a request for an operation that the mock does not have: it is for another mock, or unsupported."""


class BedrockJobsError(Exception):
    """Base of every error that is meant for the author of a test, not for the code under test."""


class UsageError(BedrockJobsError):
    """A test asked the mock for something impossible. The text says what to do instead."""


class UnknownOptionError(UsageError, TypeError):
    """An option that the mock does not have. The text lists those that exist."""


class UnknownAttributeError(UsageError, AttributeError):
    """An attribute that a mock or a record does not have, or that cannot be set. The text names the nearest one."""


class UnsupportedOperationError(BedrockJobsError):
    """The code under test called a Bedrock operation that the mock does not have.

    It is raised at once, and again when the mock ends if the code under test swallowed it;
    ``bedrock_jobs.reset()`` forgets it.
    """


class UnusedError(BedrockJobsError):
    """A fault was injected, but no request got it: the code under test was not tested against it.

    It is also raised for an outcome that was planned with NEXT_JOB but that no job took, and for a stub or a response
    of a model that no request got. ``allow_unused=True`` turns this off: as an option for one mock, as an argument
    where one of them is written.
    """


class IdempotencyTokenWarning(UserWarning):
    """A ``clientRequestToken`` was sent again with other parameters: Bedrock ignores the second request."""


def see(heading: str) -> str:
    """The end of a message: the command that prints what the documentation says below this heading."""
    return f'See: python -m pytest_bedrock_jobs help "{heading}"'


_repr = reprlib.Repr()
_repr.maxstring = _repr.maxother = 100


def shown(value: object) -> str:
    """A value for a message: its repr, or the beginning and the end of a long one."""
    return _repr.repr(value)


_MOST_CHOICES = 12


def nearest_first(name: str, choices: Iterable[str]) -> list[str]:
    """All choices, the ones most like ``name`` first."""
    import difflib  # only mistakes need it

    wanted = name.lower()
    return sorted(choices, key=lambda choice: (-difflib.SequenceMatcher(None, wanted, choice.lower()).ratio(), choice))


def no_such(kind: str, name: object, choices: Iterable[str]) -> str:
    """One sentence: what does not exist, and what does, the nearest first; if that is a lot, only the nearest."""
    nearest = nearest_first(str(name), choices)
    more = f" and {len(nearest) - _MOST_CHOICES} more" if len(nearest) > _MOST_CHOICES else ""
    return f"there is no {kind} {name!r}; there are: {', '.join(nearest[:_MOST_CHOICES])}{more}"


def unknown_attribute(owner: object, what: str, name: str) -> AttributeError:
    """The error for reading an attribute that a mock or a record does not have."""
    if name.startswith("_"):  # Python, pytest and debuggers try whether these exist: no message for a user
        return AttributeError(f"{type(owner).__name__!r} object has no attribute {name!r}")
    public = [known for known in dir(owner) if not known.startswith("_")]
    return UnknownAttributeError(f"{no_such(f'{what} attribute', name, public)}. {see(UNKNOWN_ATTRIBUTE)}")


def unknown_name(module: str, name: str, choices: Iterable[str]) -> AttributeError:
    """The error for a name that a public module of this package does not have."""
    if name.startswith("_"):
        return AttributeError(f"module {module!r} has no attribute {name!r}")
    existing = no_such("name", name, choices).partition("; ")[2]
    text = f"module {module!r} has no attribute {name!r}; {existing}"
    return UnknownAttributeError(f"{text}. {see(UNKNOWN_ATTRIBUTE)}")


def validation(message: str) -> ServiceError:
    """A ValidationException with this text."""
    return ServiceError("ValidationException", message)


def not_found(message: str) -> ServiceError:
    """A ResourceNotFoundException with this text."""
    return ServiceError("ResourceNotFoundException", message)


def access_denied(action: str, scope: Scope, resource_arn: str) -> ServiceError:
    """The error for a caller without the permission (AWS's text on sibling operations)."""
    action = f"bedrock:{action}"
    return ServiceError(
        "AccessDeniedException",
        f"User: arn:{scope.partition}:sts::{scope.account_id}:assumed-role/mock/bedrock-jobs is not authorized to "
        f"perform: {action} on resource: {resource_arn} because no identity-based policy allows the {action} action",
    )


_MACHINERY = frozenset(
    {"aioboto3", "aiobotocore", "awscli", "boto3", "botocore", "opentelemetry", "pytest_bedrock_jobs", "wrapt"}
)


def sender_level() -> int:
    """The ``stacklevel`` with which the caller of this function can warn at the line that sent the request."""
    return _sender()[1] - 1


def sender_line() -> str:
    """The ``file:line`` of the code under test that sent the request: above the frames of botocore and of the mock."""
    frame, _ = _sender()
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def _sender() -> tuple[FrameType, int]:
    frame, depth = sys._getframe(1), 1
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] in _MACHINERY:
        frame, depth = frame.f_back, depth + 1
    return frame, depth
