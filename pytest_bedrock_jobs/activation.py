"""The life of one mock: what is set up around it, and what is checked when it ends."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from .interceptor import active, environment, gate, hooks
from .interceptor.clients import default_session, ready_made
from .mock import BedrockJobs, service_of
from .service import seeded_ids
from .service.errors import UnsupportedOperationError, UsageError
from .service.unused import unused_error
from .timekeeping import kept

if TYPE_CHECKING:
    from .service.dispatcher import Service
    from .service.options import Options


class RunningTest:
    """The mocks that the report of pytest's running test covers, including those that have already ended.

    Attributes:
        failed: Whether the test itself has failed.
        dropped: How many of its mocks the report leaves out, because only the latest are kept.
    """

    def __init__(self) -> None:
        self.failed: bool = False
        self.dropped: int = 0
        self._services: deque[Service] = deque(maxlen=3)
        self._calls_before: dict[Service, int] = {}

    def begin(self) -> None:
        """Begin another test: of the active mocks, only those of wider fixtures can belong to it."""
        alive = [service for service in self._services if active.has(service)]
        self._services.clear()
        self._services.extend(alive)
        self._calls_before = {service: len(service.state.ended) for service in alive}
        self.failed, self.dropped = False, 0
        environment.begin_test()
        seeded_ids.begin_test()

    def add(self, service: Service) -> None:
        """Add a mock that begins."""
        self.dropped += len(self._services) == self._services.maxlen
        self._services.append(service)

    def services(self) -> list[Service]:
        """The mocks that the test has used, oldest first: those begun in it, and older ones that were called."""
        return [service for service in self._services if self._calls_before.get(service) != len(service.state.ended)]


running_test: RunningTest = RunningTest()


class Activation:
    """One mock, and everything in the process that is activated for it.

    Mocks may begin and end in any order and in any thread: the latest active one responds, and its options apply. When
    the last one ends, the process is as it was before.

    Args:
        options: See ``BedrockJobs``.
    """

    def __init__(self, options: Options) -> None:
        self.jobs: BedrockJobs = BedrockJobs(**options)
        self._undo: list[Callable[[], object]] = []

    def begin(self) -> BedrockJobs:
        """Activate the mock."""
        jobs, service = self.jobs, service_of(self.jobs)
        gate.check_services(service.settings.passthrough)
        with _lock:
            try:
                self._set_up(service, jobs.region)
            except BaseException:
                self._undo_all()
                raise
            running_test.add(service)
            service.begun = True
        return jobs

    def _set_up(self, service: Service, region: str) -> None:
        undo = self._undo.append
        hooks.install()
        # The undoing of each step is registered before it, so a step that fails half-way is undone too.
        undo(lambda: environment.restore(service))
        environment.hide(service, region)
        undo(lambda: _remove(service))
        active.add(service)
        undo(default_session.pop)
        default_session.push()
        if time := kept(service.clock, service.check_sleep, virtual=service.settings.virtual_time):
            time.__enter__()
            undo(lambda: time.__exit__(None, None, None))

    def _undo_all(self) -> None:
        """Undo what has been set up, the last step first; if undoing a step fails, the others are undone even so."""
        try:
            while self._undo:
                self._undo.pop()()
        finally:
            if self._undo:
                self._undo_all()

    def end(self, failed: bool = False) -> None:
        """Deactivate the mock, and raise the errors that the code under test has hidden from the test.

        Args:
            failed: Whether the test has already failed, where pytest does not know it: nothing is raised then.

        Raises:
            UnsupportedOperationError: If the code under test called an operation that the mock does not have, and
                caught the error.
            UsageError: If the code under test caught a usage error, such as that of a function of the test that did
                not return a text for a model to say.
            UnfiredFaultError: If no request got an injected fault, or no job took a planned outcome.
        """
        with _lock:
            self._undo_all()
        if not (failed or running_test.failed):
            _check(service_of(self.jobs))


_lock = threading.RLock()


@contextlib.contextmanager
def activated(options: Options, failed: Callable[[], bool] = lambda: False) -> Iterator[BedrockJobs]:
    """Let a new mock respond to all Bedrock clients of the process, until the block ends.

    Args:
        options: See ``BedrockJobs``.
        failed: Called at the end, for ``Activation.end``. An exception that leaves the block is a failure too.

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
    ready_made.end(service)
    hooks.install_children()  # what was imported meanwhile


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
