"""Idempotency: a request with a token that was used before gets the first response again, and changes nothing."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from .calls import ApiCall
from .errors import IdempotencyTokenWarning, see, sender_level
from .store.state import FirstCall, Store

PARAMETER = "clientRequestToken"
"""The parameter with the token."""


def first_call(store: Store, call: ApiCall, token: str) -> FirstCall | None:
    """The first call of this operation with this token, in this account and Region."""
    return store.tokens[call.scope, call.operation].get(token)


def remember(store: Store, call: ApiCall, token: str, output: Mapping[str, Any]) -> None:
    """Keep the output of a successful request under its token. Tokens of failed requests stay free."""
    store.tokens[call.scope, call.operation][token] = FirstCall(call, output)


def warn_if_changed(first: FirstCall, parameters: Mapping[str, Any]) -> None:
    """Warn the author of the test when a request with a token used before has other parameters.

    AWS documents only that the request is ignored without an error; the warning is the mock's own.
    """
    before = first.call.parameters()
    if before == parameters:
        return
    changed = sorted(name for name in before.keys() | parameters.keys() if before.get(name) != parameters.get(name))
    warnings.warn(
        f"{first.call.operation} ignored this request: its clientRequestToken {parameters[PARAMETER]!r} was "
        f"used before with different parameters ({', '.join(changed)}), and the response is that of the first request, "
        f"{dict(first.output)}. Use a new token for a new request. {see('A token with other parameters')}",
        IdempotencyTokenWarning,
        stacklevel=sender_level(),
    )
