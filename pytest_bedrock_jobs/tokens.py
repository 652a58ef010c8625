"""Idempotency: a request whose token came before is answered with the first answer and does nothing."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from . import sender
from .arns import Place
from .errors import IdempotencyTokenWarning
from .store import Store, TokenUse


def first_use(store: Store, place: Place, operation: str, parameters: Mapping[str, Any]) -> TokenUse | None:
    """The earlier request with this token, in this account and Region, by this operation; None without one."""
    token = parameters.get("clientRequestToken")
    return store.tokens.get((place, operation, token)) if token else None


def remember(
    store: Store, place: Place, operation: str, parameters: Mapping[str, Any], output: Mapping[str, Any]
) -> None:
    """Keep a successful request's answer under its token, if it has one. Tokens of failed requests stay free."""
    if token := parameters.get("clientRequestToken"):
        store.tokens[place, operation, token] = TokenUse(parameters, output)


def warn_if_changed(operation: str, first: TokenUse, parameters: Mapping[str, Any]) -> None:
    """Tell the test's author when a repeated token hides other parameters.

    AWS documents only that the request is ignored without an error; the warning is the mock's own.
    """
    if first.parameters == parameters:
        return
    changed = sorted(
        name
        for name in first.parameters.keys() | parameters.keys()
        if first.parameters.get(name) != parameters.get(name)
    )
    warnings.warn(
        f"{operation} ignored this request: its clientRequestToken {parameters['clientRequestToken']!r} came before "
        f"with another {', '.join(changed)}, and the answer is the first one's, {dict(first.output)}. "
        'Use a new token for a new request. See "A token with other parameters" in the README.',
        IdempotencyTokenWarning,
        stacklevel=sender.stack_level(),
    )
