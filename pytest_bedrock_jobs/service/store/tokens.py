"""Idempotency tokens: a repeated request with a token gets the first response, and starts nothing."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..errors import IdempotencyTokenWarning, see, sender_level

TOKEN_PARAMETER = "clientRequestToken"  # noqa: S105
"""The parameter with the token."""


class FirstResponse(NamedTuple):
    """The output of the first successful request with a token, whether or not the caller received it.

    Attributes:
        parameters: The request's parameters.
        output: The output.
    """

    parameters: Mapping[str, Any]
    output: dict[str, Any]

    def warn_if_changed(self, operation: str, parameters: Mapping[str, Any]) -> None:
        """Warn the author of the test when a request with the same token has other parameters.

        AWS documents only that the request is ignored without an error; the warning is the mock's own.
        """
        before = self.parameters
        if before == parameters:
            return
        changed = sorted(name for name in before.keys() | parameters.keys() if before.get(name) != parameters.get(name))
        warnings.warn(
            f"{operation} ignored this request: its clientRequestToken {parameters[TOKEN_PARAMETER]!r} was used before "
            f"with different parameters ({', '.join(changed)}), and the response is that of the first request, "
            f"{self.output}. Use a new token for a new request. {see('A token with other parameters')}",
            IdempotencyTokenWarning,
            stacklevel=sender_level(),
        )
