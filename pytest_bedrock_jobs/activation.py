"""The life of one mock: what is set up around it, and what is checked when it ends."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from .interceptor import botocore_hooks, clients
from .interceptor.isolation import default_session, isolate
from .mock import BedrockJobs, service_of
from .service.errors import UnsupportedOperationError
from .service.unused import unused_error

if TYPE_CHECKING:
    import pytest

    from .service.dispatcher import Service
    from .service.options import Options


class RunningTest:
    """The mocks that the report of pytest's running test is about, those that have ended by then included.

    Attributes:
        failed: Whether the test itself has failed.
        dropped: How many of its mocks are not remembered: only the latest are.
    """

    def __init__(self) -> None:
        self.failed: bool = False
        self.dropped: int = 0
        self._services: deque[Service] = deque(maxlen=3)
        self._calls_before: dict[Service, int] = {}

    def begin(self) -> None:
        """Another test begins: of the mocks there are, only those of wider fixtures can belong to it."""
        active = [service for service in self._services if botocore_hooks.is_active(service)]
        self._services.clear()
        self._services.extend(active)
        self._calls_before = {service: len(service.ended) for service in active}
        self.failed, self.dropped = False, 0

    def add(self, service: Service) -> None:
        """A mock begins."""
        self.dropped += len(self._services) == self._services.maxlen
        self._services.append(service)

    def services(self) -> list[Service]:
        """The mocks that the test has used, oldest first: those begun in it, and older ones that were called."""
        return [service for service in self._services if self._calls_before.get(service) != len(service.ended)]


running_test: RunningTest = RunningTest()


@contextlib.contextmanager
def activated(
    options: Options, monkeypatch: pytest.MonkeyPatch, failed: Callable[[], bool] = lambda: False
) -> Iterator[BedrockJobs]:
    """A new mock answers all Bedrock clients of the process, until the block ends.

    Args:
        options: See ``BedrockJobs``.
        monkeypatch: Undoes the environment; whoever made it does so.
        failed: Whether, at the end, the test has failed by itself, where pytest does not know: that failure shall
            stand alone.

    Raises:
        UnsupportedOperationError: At the end, if the code under test met one and swallowed it.
        UnfiredFaultError: At the end, if no request met an injected fault, or no job took a planned outcome.
    """
    jobs = BedrockJobs(**options)
    service = service_of(jobs)
    running_test.add(service)
    isolate(monkeypatch, service.settings.region)
    with contextlib.ExitStack() as stack:
        stack.enter_context(default_session())
        if service.settings.virtual_time:
            from .timekeeping.virtual_time import virtual_time

            service.virtual_time = stack.enter_context(virtual_time(service.clock))
        botocore_hooks.activate(service)
        stack.callback(_deactivate, service)
        yield jobs
    if not (running_test.failed or failed()):
        _check(service)


def _deactivate(service: Service) -> None:
    botocore_hooks.deactivate(service)
    if service.retried:
        clients.forget()


def _check(service: Service) -> None:
    if service.unsupported:
        raise UnsupportedOperationError(service.unsupported[0])
    if not service.settings.allow_unfired_faults:
        error = unused_error(service.fault_plan, service.store.planned_outcomes, lambda: service.calls)
        if error:
            raise error
