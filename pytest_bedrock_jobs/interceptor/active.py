"""Which mocks are active, the latest last: that one responds."""

from __future__ import annotations

import contextlib

from ..service.dispatcher import Service

_mocks: list[Service] = []


def add(service: Service) -> None:
    """Make this mock the one that responds, until it is removed or another is added."""
    _mocks.append(service)


def remove(service: Service) -> None:
    """Remove this mock, in whatever order mocks were added."""
    with contextlib.suppress(ValueError):  # it was not added
        _mocks.remove(service)


def latest() -> Service | None:
    """The mock that responds, if there is one."""
    return _mocks[-1] if _mocks else None


def has(service: Service) -> bool:
    """Whether this mock has been added and not removed since."""
    return service in _mocks
