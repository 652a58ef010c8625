"""Idempotency: a request whose token came before is answered with the first answer and does nothing."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from . import sender
from .calls import ApiCall
from .errors import IdempotencyTokenWarning
from .store import TokenKey, TokenUse


def key(call: ApiCall, parameters: Mapping[str, Any]) -> TokenKey | None:
    """What a token counts in: an account and Region, and an operation. None for a request without one."""
    token = parameters.get("clientRequestToken")
    return (call.place, call.operation, token) if token else None


def warn_if_changed(first: TokenUse, parameters: Mapping[str, Any]) -> None:
    """Tell the test's author when a repeated token hides other parameters.

    AWS documents only that the request is ignored without an error; the warning is the mock's own.
    """
    before = first.call.parameters()
    if before == parameters:
        return
    changed = sorted(name for name in before.keys() | parameters.keys() if before.get(name) != parameters.get(name))
    warnings.warn(
        f"{first.call.operation} ignored this request: its clientRequestToken {parameters['clientRequestToken']!r} "
        f"came before with another {', '.join(changed)}, and the answer is the first one's, {dict(first.output)}. "
        'Use a new token for a new request. See "A token with other parameters" in the README.',
        IdempotencyTokenWarning,
        stacklevel=sender.stack_level(),
    )
