"""What an operation knows besides its parameters."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from .. import arns
from ..arns import Scope
from ..store import lifecycle
from ..store.outcomes import Outcome
from ..store.progress import Progress
from ..store.resources import LongRunningKind, Running, Store
from ..store.table import R
from ..values import Value


class Request(Value):
    """One request: who sends it, where, when, and the state that it applies to.

    Attributes:
        operation: The API operation's name.
        scope: Account, Region and partition of the client.
        time: The mock's time.
        store: All state; its lock is held, and what is due by time has ended.
        progress: When jobs end.
        quotas: Whether AWS's default quotas apply.
        files_outcome: How an import will end according to its files; None where they are not checked.
    """

    __slots__ = ("files_outcome", "operation", "progress", "quotas", "scope", "store", "time")

    def __init__(
        self,
        operation: str,
        scope: Scope,
        time: datetime.datetime,
        store: Store,
        progress: Progress,
        quotas: bool,
        files_outcome: Outcome | None = None,
    ) -> None:
        self.operation: str = operation
        self.scope: Scope = scope
        self.time: datetime.datetime = time
        self.store: Store = store
        self.progress: Progress = progress
        self.quotas: bool = quotas
        self.files_outcome: Outcome | None = files_outcome

    def new_arn(self, arn_type: str) -> str:
        """The ARN of a new resource of this type."""
        return arns.make(self.scope, arn_type, self.store.new_id())

    def poll(self, arn: str) -> None:
        """Record that this request sees a job, or a model being created, which may end as a result."""
        lifecycle.poll(self.store, self.progress, arn, self.time)

    def poll_for_models(self, jobs: Iterable[Running]) -> None:
        """Record that this request asks for the models that these jobs will create."""
        lifecycle.poll_for_models(self.store, self.progress, jobs, self.time)

    def start(self, kind: LongRunningKind[R], record: R) -> None:
        """Keep a new job, or what is being created; it ends as the test planned for it, and a plan is used once."""
        planned = self.store.planned_outcomes.take(self.operation, self.scope.region, record, kind.takes_model)
        lifecycle.start(self.store, self.progress, self.scope, kind, record, planned, self.files_outcome)
