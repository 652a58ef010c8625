"""Idempotency: a request whose token came before is answered with the first answer and does nothing."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from . import sender
from .calls import ApiCall
from .errors import IdempotencyTokenWarning
from .store import Store


def first_call(store: Store, call: ApiCall, parameters: Mapping[str, Any]) -> ApiCall | None:
    """The call that came first with this token, in this account and Region, to this operation; None without one."""
    token = parameters.get("clientRequestToken")
    return store.tokens[call.place, call.operation].get(token) if token else None


def remember(store: Store, call: ApiCall, parameters: Mapping[str, Any], output: Mapping[str, Any]) -> None:
    """Keep a successful request's answer under its token, if it has one. Tokens of failed requests stay free."""
    if token := parameters.get("clientRequestToken"):
        call.kept_output = output
        store.tokens[call.place, call.operation][token] = call


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
        f"came before with another {', '.join(changed)}, and the answer is the first one's, {dict(first.kept_output)}. "
        'Use a new token for a new request. See "A token with other parameters" in the README.',
        IdempotencyTokenWarning,
        stacklevel=sender.stack_level(),
    )
