"""Idempotency: a request whose token came before is answered with the first answer and does nothing."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from . import call_site
from .calls import ApiCall
from .errors import IdempotencyTokenWarning, see
from .store.state import Store


def first_call(store: Store, call: ApiCall, parameters: Mapping[str, Any]) -> ApiCall | None:
    """The call that came first with this token, in this account and Region, to this operation; None without one."""
    token = parameters.get("clientRequestToken")
    return store.tokens[call.scope, call.operation].get(token) if token else None


def remember(store: Store, call: ApiCall, parameters: Mapping[str, Any], output: Mapping[str, Any]) -> None:
    """Keep a successful request's answer under its token, if it has one. Tokens of failed requests stay free."""
    if token := parameters.get("clientRequestToken"):
        call.token_output = output
        store.tokens[call.scope, call.operation][token] = call


def warn_if_changed(first: ApiCall, parameters: Mapping[str, Any]) -> None:
    """Tell the test's author when a repeated token hides other parameters.

    AWS documents only that the request is ignored without an error; the warning is the mock's own.
    """
    before = first.parameters()
    if before == parameters:
        return
    changed = sorted(name for name in before.keys() | parameters.keys() if before.get(name) != parameters.get(name))
    warnings.warn(
        f"{first.operation} ignored this request: its clientRequestToken {parameters['clientRequestToken']!r} "
        f"came before with another {', '.join(changed)}, and the response is the first one's, "
        f"{dict(first.token_output)}. "
        f"Use a new token for a new request. {see('A token with other parameters')}",
        IdempotencyTokenWarning,
        stacklevel=call_site.stack_level(),
    )
