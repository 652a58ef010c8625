"""Which mocks are active, the latest last: that one responds."""

from __future__ import annotations

import threading

from ..service.dispatcher import Service

_mocks: tuple[Service, ...] = ()
_lock = threading.Lock()


def add(service: Service) -> None:
    """Make this mock the one that responds, until it is removed or another is added."""
    global _mocks
    with _lock:
        _mocks = (*_mocks, service)


def remove(service: Service) -> None:
    """Remove this mock, in whatever order mocks were added."""
    global _mocks
    with _lock:
        _mocks = tuple(other for other in _mocks if other is not service)


def latest() -> Service | None:
    """The mock that responds, if there is one."""
    mocks = _mocks
    return mocks[-1] if mocks else None


def has(service: Service) -> bool:
    """Whether this mock has been added and not removed since."""
    return any(other is service for other in _mocks)
