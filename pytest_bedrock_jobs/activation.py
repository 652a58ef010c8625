"""The life of one mock: what is set up around it, and what is checked when it ends."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .end_checks import as_one, errors_of, prepared
from .interceptor import active_mocks, environment, gate, hooks
from .interceptor.clients import default_session, ready_made
from .mock import BedrockJobs, service_of
from .service import arns
from .service.errors import UsageError, see

if TYPE_CHECKING:
    from .service.dispatcher import Service
    from .service.options import Options


class RunningTest:
    """The mocks that the report of pytest's running test covers, including those that have already ended.

    Attributes:
        failed: Whether the test itself has failed.
        dropped: How many of its mocks the report leaves out, because only the latest are kept.
        lasting: The mocks for more than one test, those of wider fixtures.
        active_before: The mocks that were active before its fixtures began.
    """

    def __init__(self, services: Iterable[Service] = (), lasting: Iterable[Service] = ()) -> None:
        self.failed: bool = False
        self.dropped: int = 0
        self.active_before: list[Service] = active_mocks.copy()
        self.lasting: list[Service] = [service for service in lasting if service in self.active_before]
        alive = [service for service in services if service in self.active_before]
        self._services = deque(alive, maxlen=3)
        self._calls_before = {service: len(service.state.ended_calls) for service in alive}
        self.begin_call()

    def next(self) -> RunningTest:
        """Begin another test: of the active mocks, only those of wider fixtures can belong to it."""
        environment.begin_test()
        arns.begin_seeded_test()
        return RunningTest(self._services, self.lasting)

    def begin_call(self) -> None:
        """Begin the test itself: what is prepared by now may be for other tests of the same mock too."""
        self._prepared_before: list[object] = [thing for service in self.lasting for thing in prepared(service.state)]

    def error_of_lasting(self) -> BaseException | None:
        """What happened in this test to mocks of wider scopes; None if it has failed anyway.

        What is reported here is not reported again when the mock ends, for a test that had no part in it.
        """
        error = as_one([error for service in self.lasting for error in errors_of(service, self._prepared_before)])
        return None if self.failed else error

    def error_of_left(self) -> UsageError | None:
        """What the test has begun and not ended, and no wider fixture either: it would respond to the next tests."""
        if {*active_mocks} <= {*self.active_before, *self.lasting}:
            return None
        return UsageError(
            "a mock that this test began is still active, and would respond to the tests after it: end it, by a `with` "
            f"block, or by a stop() that is registered where it starts. {see('Starting and stopping a mock')}"
        )

    def add(self, service: Service) -> None:
        """Add a mock that begins."""
        self.dropped += len(self._services) == self._services.maxlen
        self._services.append(service)

    def services(self) -> list[Service]:
        """The mocks that the test has used, oldest first: those begun in it, and older ones that were called."""
        return [each for each in self._services if self._calls_before.get(each) != len(each.state.ended_calls)]


running_test: RunningTest = RunningTest()


class Activation:
    """One mock, active from now on, and everything in the process that is activated for it.

    Mocks may begin and end in any order and in any thread: the latest active one responds, and its options apply. When
    the last one ends, the process is as it was before.

    Args:
        options: See ``BedrockJobs``.

    Attributes:
        jobs: The mock.
    """

    def __init__(self, options: Options) -> None:
        self.jobs: BedrockJobs = BedrockJobs(**options)
        service = service_of(self.jobs)
        gate.check_services(service.settings["passthrough"])
        # If undoing a step fails, the others are undone even so.
        with _lock, contextlib.ExitStack() as undo:
            hooks.install()
            # The undoing of each step is registered before it, so a step that fails half-way is undone too.
            undo.callback(environment.restore, service)
            environment.hide(service, self.jobs.region)
            undo.callback(hooks.install_children)  # what was imported meanwhile
            undo.callback(ready_made.end, service)
            undo.callback(default_session.end_mock)
            default_session.begin_mock()
            active_mocks.append(service)  # cannot fail half-way
            undo.callback(active_mocks.remove, service)
            virtual = service.settings["virtual_time"]
            if virtual or _VIRTUAL_TIME in sys.modules:  # it imports asyncio
                from .timekeeping.virtual_time import on_top, virtual_time

                keep = virtual_time(service.clock, service.check_loop) if virtual else on_top(service)
                undo.enter_context(keep)
            self._undo = undo.pop_all()
        running_test.add(service)
        service.begun = True

    def __enter__(self) -> BedrockJobs:
        return self.jobs

    def __exit__(self, kind: object, *_: object) -> None:
        """Deactivate the mock; an exception that leaves the block is a failure of the test."""
        self.end(failed=kind is not None)

    def end(self, failed: bool = False) -> None:
        """Deactivate the mock, and raise the errors that the code under test has hidden from the test.

        Args:
            failed: Whether the test has already failed, where pytest does not know it: nothing is raised then.

        Raises:
            UnsupportedOperationError: If the code under test called an operation that the mock does not have, and
                caught the error.
            UsageError: If the code under test caught a usage error, such as that of a function of the test that did
                not return a text for a model to say.
            UnusedError: If no request got an injected fault, or no job took a planned outcome.
        """
        with _lock:
            self._undo.close()
        if not (failed or running_test.failed) and (error := as_one(errors_of(service_of(self.jobs)))):
            raise error


_lock = threading.RLock()
_VIRTUAL_TIME = f"{__package__}.timekeeping.virtual_time"
