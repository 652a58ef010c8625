"""Two families of errors that never mix: the service's responses, and messages to the author of a test."""

from __future__ import annotations

import functools
import inspect
import re
import reprlib
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import FrameType, ModuleType
from typing import Any, TypeVar, cast

from .arns import Scope

F = TypeVar("F", bound="Callable[..., Any]")
T = TypeVar("T")

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

UNKNOWN_ATTRIBUTE = "An attribute that does not exist"
REFUSED_OPTION = "An option or a target that is refused"

_PUBLIC = "pytest_bedrock_jobs"  # where users import errors, and what a traceback names


class ServiceError(Exception):
    """An error response of the service; its caller sees botocore's own exception.

    Attributes:
        code: The error code, such as ``ValidationException``.
        message: The text the service sends.
        fields: Further fields of the error's shape, such as ``resourceName`` of TooManyTagsException.
        status: The HTTP status; None for that of the code.
    """

    def __init__(self, code: str, message: str, fields: Mapping[str, Any] = {}, status: int | None = None) -> None:
        self.code: str = code
        self.message: str = message
        self.fields: Mapping[str, Any] = fields
        self.status: int | None = status


class NoResponseError(Exception):
    """The network fails: the caller sees botocore's own exception of this kind.

    Attributes:
        kind: One of the constants.
    """

    CONNECT_TIMEOUT = "connect timeout"
    READ_TIMEOUT = "read timeout"
    RESPONSE_LOST = "response lost"
    CONNECTION_RESET = "connection reset"
    ENDPOINT_UNREACHABLE = "endpoint unreachable"

    def __init__(self, kind: str) -> None:
        self.kind: str = kind


class NotStubbedError(Exception):
    """No stub fits a request for an operation that the mock does not have: it is for another mock, or unsupported."""


class BedrockJobsError(Exception):
    """Base of every error that is meant for the author of a test, not for the code under test."""

    __module__ = _PUBLIC


class UsageError(BedrockJobsError):
    """A test asked the mock for something impossible. The text says what to do instead."""

    __module__ = _PUBLIC


class UnknownOptionError(UsageError, TypeError):
    """An option that the mock does not have. The text lists those that exist."""

    __module__ = _PUBLIC


class UnknownAttributeError(UsageError, AttributeError):
    """An attribute that a mock or a record does not have, or that cannot be set. The text names the nearest one."""

    __module__ = _PUBLIC


class UnsupportedOperationError(BedrockJobsError):
    """The code under test called an operation, of Bedrock or another service, that nothing in the process mocks.

    It is raised at once, and again when the mock ends if the code under test swallowed it;
    ``bedrock_jobs.reset()`` forgets it.
    """

    __module__ = _PUBLIC


class UnusedError(BedrockJobsError):
    """A fault was injected, but no request got it: the code under test was not tested against it.

    It is also raised for an outcome that was planned with NEXT_JOB but that no job took, and for a stub or a response
    of a model that no request got. ``allow_unused=True`` turns this off: as an option for one mock, as an argument
    where one of them is written.
    """

    __module__ = _PUBLIC


class IdempotencyTokenWarning(UserWarning):
    """A ``clientRequestToken`` was sent again with other parameters: Bedrock ignores the second request."""

    __module__ = _PUBLIC


def see(heading: str) -> str:
    """The end of a message: the command that prints what the documentation says below this heading."""
    return f'See: python -m pytest_bedrock_jobs help "{heading}"'


def safe_text(text_of: Callable[[T], str], value: T) -> str:
    """A text for what is not ours, or the reason why there is none: making it may fail."""
    try:
        return text_of(value)
    except Exception as error:
        return f"(cannot be shown: {type(error).__name__})"


_repr = reprlib.Repr()
_repr.maxstring = _repr.maxother = 100


def shown(value: object) -> str:
    """A value for a message: its repr, or the beginning and the end of a long one."""
    return _repr.repr(value)


_MOST_CHOICES = 12


def nearest_first(name: str, choices: Iterable[str]) -> list[str]:
    """All choices, the ones most like ``name`` first."""
    from difflib import SequenceMatcher  # only mistakes need it

    return sorted(choices, key=lambda choice: (-SequenceMatcher(None, name.lower(), choice.lower()).ratio(), choice))


def no_such(kind: str, name: object, choices: Iterable[str]) -> str:
    """One sentence: what does not exist, and what does, the nearest first; if that is a lot, only the nearest."""
    nearest = nearest_first(str(name), choices)
    if not nearest:
        return f"there is no {kind} {name!r}, and no other either"
    more = f" and {len(nearest) - _MOST_CHOICES} more" if len(nearest) > _MOST_CHOICES else ""
    return f"there is no {kind} {name!r}; there are: {', '.join(nearest[:_MOST_CHOICES])}{more}"


def unknown_attribute(owner: Any, name: str, public: Sequence[str] = ()) -> AttributeError:
    """The error for reading an attribute that an object or a module of ours does not have."""
    kind: str = owner.__name__ if isinstance(owner, ModuleType) else type(owner).__name__
    if name.startswith("_"):  # Python, pytest and debuggers try whether these exist: no message for a user
        return AttributeError(f"{kind!r} object has no attribute {name!r}")
    public = public or [known for known in dir(owner) if not known.startswith("_")]
    _, noun, rest = name.lower().rpartition(re.findall("[A-Z]?[a-z]+", kind)[-1].lower())
    wanted, text = rest.strip("_"), no_such(f"{kind} attribute", name, public)
    if noun and wanted in public:  # job_arn of a job, as the API says
        text = f"there is no {kind} attribute {name!r}; it is called {wanted}"
    return UnknownAttributeError(f"{text}. {see(UNKNOWN_ATTRIBUTE)}")


def unknown_name(module: str, name: str, choices: Sequence[str]) -> Exception:
    """The error for a name that a public module of this package does not have."""
    if re.fullmatch("((class|module|package|session)_)?bedrock_jobs|bedrock_jobs_server", name):
        # No AttributeError: Python would replace it by an ImportError without the text.
        return UsageError(
            f"{name} is a fixture, which is not imported: a test has it as a parameter, def test_it({name}). "
            f"{see(UNKNOWN_ATTRIBUTE)}"
        )
    return unknown_attribute(sys.modules[module], name, choices)


def explain_arguments(cls: type) -> None:
    """Let the public methods of a class say which arguments they take, where Python says only what was wrong."""
    for name, method in inspect.getmembers(cls, inspect.isfunction):
        if not name.startswith("_"):
            setattr(cls, name, explained_as(name)(method))


def explained_as(name: str) -> Callable[[F], F]:
    """Do the same for one method; messages call it by this name."""

    def decorate(method: F) -> F:
        @functools.wraps(method)
        def explaining(*args: Any, **kwargs: Any) -> Any:
            signature = _signature(method)
            try:
                signature.bind(*args, **kwargs)
            except TypeError as error:
                arguments = {each: one for each, one in signature.parameters.items() if each != "self"}
                plain = inspect.Signature([each.replace(annotation=each.empty) for each in arguments.values()])
                text = f"{error}; it is called as {name}{plain}"
                if unknown := [each for each in kwargs if each not in arguments]:
                    text = no_such("argument", unknown[0], arguments)
                raise UnknownOptionError(f"{name}: {text}. {see(REFUSED_OPTION)}") from None
            return method(*args, **kwargs)

        return cast("F", explaining)

    return decorate


_signature = functools.cache(inspect.signature)  # of the methods that a test calls, which are few


def validation(message: str) -> ServiceError:
    """A ValidationException with this text."""
    return ServiceError("ValidationException", message)


def not_found(message: str) -> ServiceError:
    """A ResourceNotFoundException with this text."""
    return ServiceError("ResourceNotFoundException", message)


def refused_response(text: str) -> UsageError:
    """The error for what cannot be a model's response, or one that a request cannot get."""
    return UsageError(f"respond: {text}. {see('A response that cannot be prepared')}")


def access_denied(action: str, scope: Scope, resource_arn: str) -> ServiceError:
    """The error for a caller without the permission (AWS's text on sibling operations)."""
    action = f"bedrock:{action}"
    return ServiceError(
        "AccessDeniedException",
        f"User: arn:{scope.partition}:sts::{scope.account_id}:assumed-role/mock/bedrock-jobs is not authorized to "
        f"perform: {action} on resource: {resource_arn} because no identity-based policy allows the {action} action",
    )


_MACHINERY = sys.stdlib_module_names | {
    "aioboto3",
    "aiobotocore",
    "awscli",
    "boto3",
    "botocore",
    "opentelemetry",
    "pytest_bedrock_jobs",
    "s3transfer",
    "wrapt",
}


def sender_level() -> int:
    """The ``stacklevel`` with which the caller of this function can warn at the line that sent the request."""
    return _sender()[1] - 1


def sender_line() -> str:
    """The ``file:line`` of the code under test that sent the request: above the frames of botocore and of the mock."""
    frame, _ = _sender()
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def is_machinery(module: Mapping[str, Any]) -> bool:
    """Whether a module is part of botocore, of the mock, or of what stands between."""
    return module.get("__name__", "").partition(".")[0] in _MACHINERY


def _sender() -> tuple[FrameType, int]:
    frame, depth = sys._getframe(1), 1
    while frame.f_back and is_machinery(frame.f_globals):
        frame, depth = frame.f_back, depth + 1
    return frame, depth


# Access key ids, secret keys, session tokens, Bedrock API keys, bearer tokens, tokens of Hugging Face and GitHub. No
# pattern here may scan the rest of a long text again from each of its positions: people do send 60 KB in one parameter.
# As text: `re` compiles it for the first report.
_CREDENTIALS = (
    r"(?:AKIA|ASIA)[A-Z0-9]{12,}"
    r"|(?<![A-Za-z0-9/+])(?=[a-z0-9/+]*[A-Z])(?=[A-Z0-9/+]*[a-z])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])"
    r"|(?:IQoJ|FQoG|FwoG)[A-Za-z0-9+/=]{32,}"
    r"|(?:ABSK|bedrock-api-key-)[A-Za-z0-9+/=]{8,}"
    r"|hf_[A-Za-z0-9]{30,}|gh[opsur]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,}"
    r"|(?i:bearer)[\s:=]+[\w.~+/=-]{8,}"
)
# A JSON Web Token, wherever it begins in a word: each word is read once, up to its first "eyJ".
_JWT = r"(?<![\w-])((?:(?!eyJ)[\w-])*)eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?"


_READ, _LONGEST_SECRET = 50_000, 20_000
"""How many characters of a text are read where a line shows fewer; how many a secret may have, in practice."""


def short(text: str, width: int) -> str:
    """One line of a text without secrets. They are removed before the text is cut, or half of one could remain."""
    line = without_secrets(text[:_READ])
    if len(text) > _READ and len(line) < width + _LONGEST_SECRET:  # half of one at its end could be shown
        line = without_secrets(text)
    return cut(line, width)


def without_secrets(text: str) -> str:
    """One line of a text, however long."""
    return " ".join(re.sub(_CREDENTIALS, "[secret]", re.sub(_JWT, r"\1[secret]", text)).split())


def cut(text: str, width: int) -> str:
    """A text, or as much of it as fits."""
    return text if len(text) <= width else f"{text[: width - 3]}..."
