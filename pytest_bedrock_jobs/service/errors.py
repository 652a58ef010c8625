"""Two families that never mix: what the service answers, and what the author of a test is told."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from .arns import Scope

TROUBLESHOOTING = "docs/troubleshooting.md"
"""Where each error that the author of a test can cause has its heading."""


class ServiceError(Exception):
    """An error the service answers with; it reaches the caller as botocore's own exception.

    Args:
        code: The error code, such as ``ValidationException``.
        message: The text the service sends.
        members: Further members of the error's shape, such as ``resourceName`` of TooManyTagsException.
    """

    def __init__(self, code: str, message: str, members: dict[str, str] | None = None) -> None:
        super().__init__(code, message, members)
        self.code = code
        self.message = message
        self.members: dict[str, str] = members or {}


class NoResponseError(Exception):
    """The network fails: botocore's own exception of this kind reaches the caller.

    Args:
        kind: One of the constants.
    """

    CONNECT_TIMEOUT = "connect timeout"
    READ_TIMEOUT = "read timeout"
    CONNECTION_RESET = "connection reset"
    ENDPOINT_UNREACHABLE = "endpoint unreachable"

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class BedrockJobsError(Exception):
    """Base of every error that speaks to the author of a test, not to the code under test."""


class UsageError(BedrockJobsError):
    """The mock was asked for something impossible. The text says what to ask for instead."""


class UnknownOptionError(UsageError, TypeError):
    """An option that no door of the mock has. The text lists the ones there are."""


class UnsupportedOperationError(BedrockJobsError):
    """The code under test called a Bedrock operation that the mock does not have.

    It is raised at once, and again when the mock ends if the code under test swallowed it;
    ``bedrock_jobs.reset()`` forgets it.
    """


class UnfiredFaultError(BedrockJobsError):
    """A fault was injected and no request met it: the code under test was not tested against it.

    ``allow_unfired_faults=True`` turns this off, for one mock.
    """


class IdempotencyTokenWarning(UserWarning):
    """A ``clientRequestToken`` came again with other parameters: Bedrock ignores the second request."""


def see(heading: str) -> str:
    """The last sentence of a message: which heading of the documentation explains it."""
    return f'See "{heading}" in {TROUBLESHOOTING}.'


def nearest_first(name: str, choices: Iterable[str]) -> list[str]:
    """All choices, the ones most like ``name`` first."""
    wanted = name.lower()
    return sorted(choices, key=lambda choice: (-difflib.SequenceMatcher(None, wanted, choice.lower()).ratio(), choice))


def no_such(kind: str, name: object, choices: Iterable[str]) -> str:
    """One sentence: what was asked for, and what there is, nearest first."""
    return f"there is no {kind} {name!r}; there are: {', '.join(nearest_first(str(name), choices))}"


def validation(message: str) -> ServiceError:
    """A ValidationException with this text."""
    return ServiceError("ValidationException", message)


def not_found(message: str) -> ServiceError:
    """A ResourceNotFoundException with this text."""
    return ServiceError("ResourceNotFoundException", message)


def access_denied(action: str, scope: Scope, resource_arn: str) -> ServiceError:
    """What a caller without the permission meets (AWS's text on sibling operations)."""
    action = f"bedrock:{action}"
    return ServiceError(
        "AccessDeniedException",
        f"User: arn:{scope.partition}:sts::{scope.account_id}:assumed-role/mock/bedrock-jobs is not authorized to "
        f"perform: {action} on resource: {resource_arn} because no identity-based policy allows the {action} action",
    )
