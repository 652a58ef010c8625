"""Repeated tokens: a request whose token was used before gets the first response again, and changes nothing."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..arns import Scope
from ..errors import IdempotencyTokenWarning, see, sender_level

PARAMETER = "clientRequestToken"
"""The parameter with the token."""


@dataclass(frozen=True, slots=True)
class FirstResponse:
    """The output of the first successful request with a token, whether or not the caller received it.

    Attributes:
        parameters: Returns the request's parameters; a function, because the decoded ones take more memory.
        output: The output.
    """

    parameters: Callable[[], Mapping[str, Any]]
    output: Mapping[str, Any]

    def warn_if_changed(self, operation: str, parameters: Mapping[str, Any]) -> None:
        """Warn the author of the test when a request with the same token has other parameters.

        AWS documents only that the request is ignored without an error; the warning is the mock's own.
        """
        before = self.parameters()
        if before == parameters:
            return
        changed = sorted(name for name in before.keys() | parameters.keys() if before.get(name) != parameters.get(name))
        warnings.warn(
            f"{operation} ignored this request: its clientRequestToken {parameters[PARAMETER]!r} was used before "
            f"with different parameters ({', '.join(changed)}), and the response is that of the first request, "
            f"{dict(self.output)}. Use a new token for a new request. {see('A token with other parameters')}",
            IdempotencyTokenWarning,
            stacklevel=sender_level(),
        )


class Tokens:
    """The tokens of successful requests, by account, Region and operation; those of failed requests stay free."""

    def __init__(self) -> None:
        self._first: defaultdict[tuple[Scope, str], dict[str, FirstResponse]] = defaultdict(dict)

    def first(self, scope: Scope, operation: str, token: str | None) -> FirstResponse | None:
        """The first response to a request of this operation with this token; None for a new token, or none."""
        return self._first[scope, operation].get(token) if token else None

    def remember(self, scope: Scope, operation: str, token: str, response: FirstResponse) -> None:
        """Keep the response to a request with a new token."""
        self._first[scope, operation][token] = response
