"""Between botocore or aiobotocore and the mock; nothing else imports either. Here: which mocks are active."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..service.dispatcher import Service

active_mocks: list[Service] = []
"""The mocks that are active, in the order in which they were activated."""


def latest_mock() -> Service | None:
    """The mock that responds, if there is one: the latest of them."""
    return active_mocks[-1] if active_mocks else None
