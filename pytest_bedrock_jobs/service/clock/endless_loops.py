"""Loops that never end in virtual time: finding them, and ending them."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from ..errors import UsageError, see
from ..store.progress import MANUAL
from ..store.resources import Store
from ..wire.api_names import CustomizationStatus, CustomModelStatus, DeploymentStatus, JobStatus, ProvisionedStatus
from . import Clock

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

_FIELDS = {
    "customModelDeploymentArn": "status",
    "jobArn": "status",
    "modelArn": "modelStatus",
    "provisionedModelArn": "status",
}
"""The fields with the ARN and the status of what a response shows."""
_STATUSES = {
    "custom-model": CustomModelStatus,
    "custom-model-deployment": DeploymentStatus,
    "model-customization-job": CustomizationStatus,
    "provisioned-model": ProvisionedStatus,
}
"""By the type of an ARN, where they are not those of other jobs."""
_MOVES = "In virtual time it moves only by what is slept or waited, and by clock.advance"
_PATIENCE = 100
"""How often the code under test may catch the error before it gets one that ``except Exception`` does not catch."""

_AT_ONCE = 10
"""How many times ``max_polls_after_end`` something may be polled while the clock stands still."""
_REALLY = 10, 60.0
"""How often, and for how many seconds of real time, at least, it is polled by a loop that sleeps really."""


class EndlessLoopExit(BaseException):
    """Ends a loop that has caught the usage error again and again."""


class EndlessLoops:
    """Counts the polls and the virtual sleeps of loops that wait for something that never comes.

    Args:
        max_polls: How often a job may be polled after it has ended; None for no bound.
        max_virtual_time: How far sleeping may move the clock, besides what a job takes; None for no bound.

    Attributes:
        error: The usage error of a loop that was found.
    """

    def __init__(self, max_polls: int | None, max_virtual_time: datetime.timedelta | None) -> None:
        self.error: UsageError | None = None
        self._max_polls = max_polls
        self._max_virtual_time = datetime.timedelta.max if max_virtual_time is None else max_virtual_time
        self._polls: dict[str, tuple[datetime.timedelta, int]] = {}
        self._at_once: dict[str, tuple[tuple[datetime.timedelta, str], int, float]] = {}
        self._raised = 0

    def end(self) -> None:
        """End a loop that was found: raise its error again, each time that it polls or sleeps.

        Raises:
            UsageError: The loop's error.
            EndlessLoopExit: If the loop has caught that too often.
        """
        if self.error:
            self._raised += 1
            if self._raised > _PATIENCE:
                raise EndlessLoopExit(str(self.error))
            raise self.error

    def polled(self, store: Store, clock: Clock, output: Mapping[str, Any]) -> None:
        """Count a Get or List of a loop.

        What has ended is not counted while a job is still running: a loop that waits for that job sees others too.
        """
        if self._max_polls is None:
            return
        if store.running:
            self._polls.clear()
        now = time.monotonic()
        for arn, status in _shown(output):
            self._stands_still(clock, arn, status, now)
            if store.running:
                continue
            slept, polls = self._polls.get(arn, (clock.slept, 0))
            polls += clock.slept > slept
            self._polls[arn] = clock.slept, polls
            if polls > self._max_polls:
                *others, last = get_args(_STATUSES.get(arn.split(":", 5)[5].partition("/")[0], JobStatus))
                self._found(
                    f"{arn} is {status}, and was polled {polls} times since, with virtual sleeps between. Its statuses "
                    f"are {', '.join(others)} and {last}: what does the loop wait for? To let it go on, set "
                    "max_polls_after_end."
                )

    def _stands_still(self, clock: Clock, arn: str, status: str, now: float) -> None:
        """Count polls at the same time that show the same; ``now`` is the real time, in seconds."""
        shown = clock.added, status
        before, polls, since = self._at_once.get(arn, (shown, 0, now))
        polls, since = (polls + 1, since) if before == shown else (1, now)
        self._at_once[arn] = shown, polls, since
        few, seconds = _REALLY
        if polls > _AT_ONCE * (self._max_polls or 0) or (polls > few and now - since > seconds):
            self._found(
                f"{arn} is {status}, and was polled {polls} times while the clock stood still. {_MOVES}: let the loop "
                "sleep, by time.sleep as a module has it (what a default or an attribute holds sleeps really), or "
                "switch virtual_time off. To let it go on, set max_polls_after_end=None."
            )

    def check(self, store: Store, clock: Clock, reads: int) -> None:
        """Check whether the time was read too often, or virtual sleeps have moved the clock too far; end such a loop.

        Args:
            store: What may be running.
            clock: The clock.
            reads: How often the time was read while it stood still, where that is too often; otherwise 0.
        """
        with store.lock:
            if reads:
                self._found(
                    f"the time was read {reads} times while the clock stood still. {_MOVES}: let the loop that waits "
                    "for a time sleep, or switch virtual_time off."
                )
            elif clock.slept - (store.progress.duration or datetime.timedelta()) > self._max_virtual_time:
                running = ", ".join(store.running) or "no job"
                manual = ", which only complete() and fail() end" if store.progress == MANUAL and store.running else ""
                self._found(
                    f"virtual sleeps have moved the clock by {clock.slept}. Still running: {running}{manual}. To let "
                    "it go on, set max_virtual_time."
                )
        self.end()

    def _found(self, text: str) -> None:
        self.error = UsageError(f"a loop never ends: {text} {see('A loop that never ends')}")


def _shown(output: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The ARN and the status of everything that a response shows with a status."""
    rows = [row for value in output.values() if isinstance(value, list) for row in value if isinstance(row, dict)]
    for row in [output, *rows]:
        for arn, status in _FIELDS.items():
            if arn in row and status in row:
                yield row[arn], row[status]
