"""The life of one mock: what is set up around it, and what is checked when it ends."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from .interceptor import active, clients, installation
from .interceptor.default_session import default_session
from .interceptor.isolation import environment, isolate
from .mock import BedrockJobs, service_of
from .service import seeded_ids
from .service.errors import UnsupportedOperationError, UsageError
from .service.unused import unused_error
from .timekeeping import kept

if TYPE_CHECKING:
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
        alive = [service for service in self._services if active.has(service)]
        self._services.clear()
        self._services.extend(alive)
        self._calls_before = {service: len(service.state.ended) for service in alive}
        self.failed, self.dropped = False, 0
        environment.forget()
        seeded_ids.begin_test()

    def add(self, service: Service) -> None:
        """A mock begins."""
        self.dropped += len(self._services) == self._services.maxlen
        self._services.append(service)

    def services(self) -> list[Service]:
        """The mocks that the test has used, oldest first: those begun in it, and older ones that were called."""
        return [service for service in self._services if self._calls_before.get(service) != len(service.state.ended)]


running_test: RunningTest = RunningTest()


class Activation:
    """One mock, and what is switched on for it in the process.

    Mocks may begin and end in any order and in any thread: the latest of those that are active responds, and its
    options apply. The last one that ends leaves the process as it was.

    Args:
        options: See ``BedrockJobs``.
    """

    def __init__(self, options: Options) -> None:
        self.jobs: BedrockJobs = BedrockJobs(**options)
        self._stack = contextlib.ExitStack()

    def begin(self) -> BedrockJobs:
        """Switch the mock on."""
        jobs, service = self.jobs, service_of(self.jobs)
        with _lock, contextlib.ExitStack() as stack:
            installation.install()
            isolate(service, jobs.region)
            stack.callback(environment.pop, service)
            active.add(service)
            stack.callback(_remove, service)
            default_session.push()
            stack.callback(default_session.pop)
            stack.enter_context(kept(service.clock, virtual=service.settings.virtual_time))
            running_test.add(service)
            service.begun = True
            self._stack = stack.pop_all()
        return jobs

    def end(self, failed: bool = False) -> None:
        """Switch the mock off, and report what the code under test has hidden from the test.

        Args:
            failed: Whether the test has failed by itself, where pytest does not know: that failure stands alone.

        Raises:
            UnsupportedOperationError: If the code under test called an operation that the mock does not have, and
                caught the error.
            UsageError: If a function of the test's returned no text for a model to say, or the like, and the code
                under test caught the error.
            UnfiredFaultError: If no request met an injected fault, or no job took a planned outcome.
        """
        with _lock:
            self._stack.close()
        if not (failed or running_test.failed):
            _check(service_of(self.jobs))


_lock = threading.RLock()


@contextlib.contextmanager
def activated(options: Options, failed: Callable[[], bool] = lambda: False) -> Iterator[BedrockJobs]:
    """A new mock responds to all Bedrock clients of the process, until the block ends.

    Args:
        options: See ``BedrockJobs``.
        failed: Asked at the end: see ``Activation.end``. An exception that leaves the block is a failure too.

    Raises:
        BedrockJobsError: See ``Activation.end``.
    """
    activation = Activation(options)
    jobs = activation.begin()
    raised = True
    try:
        yield jobs
        raised = False
    finally:
        activation.end(raised or failed())


def _remove(service: Service) -> None:
    active.remove(service)
    if service.retried:
        clients.forget()


def _check(service: Service) -> None:
    state = service.state
    if state.server_errors:
        raise state.server_errors[0]
    if state.loops.error:
        raise state.loops.error
    if state.unsupported:
        raise UnsupportedOperationError(state.unsupported[0])
    if state.usage_errors:
        raise UsageError(str(state.usage_errors[0]))
    if not service.settings.allow_unfired_faults:
        error = unused_error(state.fault_plan, state.store.planned_outcomes, state.calls)
        if error:
            raise error
