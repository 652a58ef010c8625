"""What an operation knows besides its parameters."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import NamedTuple

from .. import lifecycle
from ..arns import Place
from ..progress import Progress
from ..store import Outcome, Store


class Request(NamedTuple):
    """One request: from whom and where, when, to which state.

    Attributes:
        operation: The API operation's name.
        place: Account, Region and partition of the client.
        time: The mock's time.
        store: All state; its lock is held, and what is due by time has ended.
        progress: When jobs end.
        quotas: Whether AWS's default quotas apply.
    """

    operation: str
    place: Place
    time: datetime.datetime
    store: Store
    progress: Progress
    quotas: bool

    def look(self, arn: str) -> None:
        """This request sees a job, or a model being created: it may end by that."""
        lifecycle.look(self.store, self.progress, arn, self.time)

    def look_for(self, job_arns: Iterable[str]) -> None:
        """This request wants the models that these jobs will make."""
        lifecycle.look_for(self.store, self.progress, job_arns, self.time)

    def planned_outcome(self) -> Outcome | None:
        """What the test planned for the next job that starts; a plan serves once."""
        planned = self.store.planned_outcomes
        return planned.popleft() if planned else None
