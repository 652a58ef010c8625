"""Between botocore or aiobotocore and the mock; nothing else imports either. Here: which mocks are active.

The latest of them responds.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..service.dispatcher import Service

_mocks: list[Service] = []


def activate(service: Service) -> None:
    """Make this mock the one that responds, until it is deactivated or another is activated."""
    _mocks.append(service)


def deactivate(service: Service) -> None:
    """Deactivate this mock, in whatever order mocks were activated."""
    with contextlib.suppress(ValueError):  # it was not activated
        _mocks.remove(service)


def active_mocks() -> list[Service]:
    """The mocks that are active, in the order in which they were activated."""
    return list(_mocks)


def latest_mock() -> Service | None:
    """The mock that responds, if there is one."""
    return _mocks[-1] if _mocks else None
