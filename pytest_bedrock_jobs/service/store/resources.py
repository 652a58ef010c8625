"""What exists in one mock: a table for each kind of resource, each kind declared beside its operations."""

from __future__ import annotations

import datetime
import functools
import os
import threading
import warnings
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeAlias

from ..arns import Scope
from ..errors import IdempotencyTokenWarning, see, sender_level
from .outcomes import Outcome, PlannedOutcomes
from .table import R, Table

if TYPE_CHECKING:
    from .prepared_responses import PreparedResponse, Stub
    from .readiness import Readiness


class Ended(NamedTuple):
    """The result of something that has ended.

    Attributes:
        record: The resource from now on; None if it is gone.
        made: The record of the model that it created; None if it created none.
    """

    record: Any
    made: Any = None


NewArn: TypeAlias = Callable[[str], str]
"""From a type of resource to the ARN of a new one, in the scope of what creates it."""

End: TypeAlias = "Callable[[R, Outcome, datetime.datetime, NewArn], Ended]"
"""From a record that is in progress, its outcome, the time, and a way to make ARNs, to the result of its end."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResourceKind(Generic[R]):
    """A kind of resource, such as imported models.

    Attributes:
        words: What messages call one of them.
        arn_type: The last part of their ARNs up to the first slash.
        taggable: Whether TagResource accepts them.
    """

    words: str
    arn_type: str
    taggable: bool = True

    # By the type, not by identity: a module that is imported late can be imported twice, where a test puts
    # `sys.modules` back meanwhile.
    def __eq__(self, other: object) -> bool:
        return isinstance(other, ResourceKind) and self.arn_type == other.arn_type

    def __hash__(self) -> int:
        return hash(self.arn_type)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LongRunningKind(ResourceKind[R]):
    """A kind of resource that is in progress at first, such as import jobs.

    Attributes:
        end: How a new one ends. Operations that stop, update or delete one say themselves how that ends.
        makes: The kind of model that it creates in its own scope; None if it creates none.
        promised: From its record to the ARN and names by which requests may already ask for that model; empty for one
            that will create none.
        takes_model: Whether an outcome may describe that model: its architecture and so on.
        uses: From its record to the ARNs of what it uses, which cannot be deleted meanwhile; None if it uses nothing.
    """

    end: End[R]
    makes: ResourceKind[Any] | None = None
    promised: Callable[[R], Collection[str]] = lambda record: ()
    takes_model: bool = False
    uses: Callable[[R], Collection[str]] | None = None


@dataclass(slots=True, eq=False)
class Running:
    """A job, or anything else that will change by itself.

    Attributes:
        kind: Its kind.
        scope: The scope to which it belongs.
        arn: Its ARN.
        since: When that began.
        end: How it ends.
        outcome: The outcome that the test planned; None if it planned none.
        otherwise: The outcome if the test says nothing; None for a success.
        polls: How many Gets and Lists have seen it.
        model_polls: How many Gets and Lists have asked for the model that it will create.
    """

    kind: LongRunningKind[Any]
    scope: Scope
    arn: str
    since: datetime.datetime
    end: End[Any]
    outcome: Outcome | None = None
    otherwise: Outcome | None = None
    polls: int = 0
    model_polls: int = 0


TOKEN_PARAMETER = "clientRequestToken"  # noqa: S105
"""The parameter with the token."""


@dataclass(frozen=True, slots=True)
class FirstResponse:
    """The output of the first successful request with a token, whether or not the caller received it.

    Attributes:
        parameters: The request's parameters.
        output: The output.
    """

    parameters: Mapping[str, Any]
    output: Mapping[str, Any]

    def warn_if_changed(self, operation: str, parameters: Mapping[str, Any]) -> None:
        """Warn the author of the test when a request with the same token has other parameters.

        AWS documents only that the request is ignored without an error; the warning is the mock's own.
        """
        before = self.parameters
        if before == parameters:
            return
        changed = sorted(name for name in before.keys() | parameters.keys() if before.get(name) != parameters.get(name))
        warnings.warn(
            f"{operation} ignored this request: its clientRequestToken {parameters[TOKEN_PARAMETER]!r} was used before "
            f"with different parameters ({', '.join(changed)}), and the response is that of the first request, "
            f"{dict(self.output)}. Use a new token for a new request. {see('A token with other parameters')}",
            IdempotencyTokenWarning,
            stacklevel=sender_level(),
        )


class Tokens:
    """The tokens of successful requests, by account, Region and operation; those of failed requests stay free."""

    def __init__(self) -> None:
        self._first: defaultdict[tuple[Scope, str], dict[str, FirstResponse]] = defaultdict(dict)

    def first(self, scope: Scope, operation: str, token: str | None) -> FirstResponse | None:
        """The first response to a request of this operation with this token; None for a new token, or none."""
        return self._first[scope, operation].get(token) if token else None

    def remember(self, scope: Scope, operation: str, token: str, response: FirstResponse) -> None:
        """Keep the response to a request with a new token."""
        self._first[scope, operation][token] = response


class Store:
    """Everything that exists; ``lock`` makes one request one step, from the first read to the last change.

    Args:
        arn_types: The type in the ARNs of each kind of resource, in the order of reports.
        cold_models: When imported models are cold.
        new_id: Returns another id at each call; called within the lock.

    Attributes:
        running: What has not ended, by ARN.
        model_files: The files that a test added, by bucket and key.
        prepared_responses: What models say, by their ARN or name; ``*`` for all for which nothing else was prepared.
        stubs: The responses for operations that the mock does not have, oldest first.
        quotas_met: By their names, the quotas that would have been exceeded if they applied: how much they allow.
        invented: The ARNs of what a test did not ask for, such as the job of a model that it added.
    """

    def __init__(self, arn_types: Iterable[str], cold_models: object, new_id: Callable[[], str]) -> None:
        self.lock: AbstractContextManager[bool] = threading.RLock()
        self.new_id: Callable[[], str] = new_id
        self._arn_types = tuple(arn_types)
        self._tables: dict[ResourceKind[Any], Table[Any]] = {}
        self.running: dict[str, Running] = {}
        self.planned_outcomes: PlannedOutcomes = PlannedOutcomes()
        self.tokens: Tokens = Tokens()
        self._cold_models = cold_models
        self.model_files: dict[str, Mapping[str, Callable[[], bytes]]] = {}
        self.prepared_responses: dict[str, PreparedResponse] = {}
        self.stubs: list[Stub] = []
        self.quotas_met: dict[str, int] = {}
        self.invented: set[str] = set()

    @functools.cached_property
    def page_key(self) -> bytes:
        """The key of this store's page tokens: another store refuses them."""
        return os.urandom(16)

    @functools.cached_property
    def readiness(self) -> Readiness:
        """Which imported models are ready to be invoked."""
        from .readiness import Readiness

        return Readiness(self._cold_models)

    @property
    def tables(self) -> Mapping[ResourceKind[Any], Table[Any]]:
        """The resources of each kind that was ever asked for, in the order of reports."""
        return dict(sorted(self._tables.items(), key=lambda item: self._arn_types.index(item[0].arn_type)))

    def table(self, kind: ResourceKind[R]) -> Table[R]:
        """The resources of this kind."""
        table = self._tables.get(kind)
        return self._tables.setdefault(kind, Table()) if table is None else table

    def pending(self, kind: ResourceKind[Any], scope: Scope, identifier: str | None = None) -> list[Running]:
        """What runs in this scope and will create a model of this kind, oldest first.

        Args:
            kind: The kind of model.
            scope: The scope.
            identifier: An ARN or a name that the model must have; None for any model.
        """
        found = []
        for running in self.running.values():
            if running.kind.makes == kind and running.scope == scope:
                promised = running.kind.promised(self.table(running.kind).record(running.arn))
                if promised and identifier in (None, *promised):
                    found.append(running)
        return found
