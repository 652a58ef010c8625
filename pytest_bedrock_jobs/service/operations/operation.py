"""An API operation as the dispatcher sees it, the request that it is performed for, and what operations share."""

from __future__ import annotations

import copy
import datetime
import functools
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from .. import arns
from ..arns import Scope
from ..errors import NotStubbedError, ServiceError, not_found, validation
from ..store.outcomes import Outcome
from ..store.progress import MANUAL
from ..store.resources import ResourceKind, Store
from ..store.table import R, Row

_MOST_NAMES = 10
_AS_IT_IS = (str, int, datetime.datetime)


class Output(NamedTuple):
    """An output.

    Attributes:
        fields: By the API's names.
        headers: Headers of its response that the service model does not have.
        seconds: How long it takes on the mock's clock.
        pauses: The seconds before each event of a stream, which come on top.
    """

    fields: Mapping[str, Any]
    headers: Mapping[str, str] = {}
    seconds: float = 0.0
    pauses: tuple[float, ...] = ()


Deferred: TypeAlias = Callable[[], Output]
"""An output that is made after the store's lock has been released."""


class Request(NamedTuple):
    """One request: who sends it, where, when, and the state that it applies to.

    Attributes:
        operation: The API operation's name.
        scope: Account, Region and partition of the client.
        time: The mock's time.
        store: All state; its lock is held, and what is due by time has ended.
        files_outcome: How an import will end according to its files; None where they are not checked.
        output_names: The fields that the operation returns, or has in the rows of its list.
    """

    operation: str
    scope: Scope
    time: datetime.datetime
    store: Store
    files_outcome: Outcome | None = None
    output_names: frozenset[str] = frozenset()

    def new_arn(self, arn_type: str) -> str:
        """The ARN of a new resource of this type."""
        return arns.make(self.scope, arn_type, self.store.new_id())

    def start(self, kind: ResourceKind[R], record: R) -> str:
        """Keep a new job, or what is being created; it ends as the test planned for it, and a plan is used once.

        Returns:
            Its ARN.

        Raises:
            ServiceError: ServiceQuotaExceededException, if quotas apply.
        """
        _check_quotas(self, kind)
        plans, region = self.store.planned_outcomes, self.scope.region
        planned = next((plan for plan in plans if plan.fits(self.operation, region, record.name)), None)
        running = self.store.start(self.scope, kind, record)
        running.otherwise = self.files_outcome
        if planned:
            running.outcome = planned.taken_by(record.arn)
            if self.store.progress == MANUAL:
                self.store.end(running, self.time)
        return running.arn

    def poll_for_models(self, kind: ResourceKind[Any], identifier: str | None = None) -> None:
        """Count a poll for the models that jobs will create, or for the newest of them with this ARN or name.

        So code that polls for models, and not for their jobs, ends too.
        """
        pending = self.store.pending(kind, self.scope, identifier)
        for running in pending[-1:] if identifier else pending:
            self.store.poll(running.arn, self.time, for_model=True)

    def polled(self, kind: ResourceKind[R], identifier: str) -> R:
        """The scope's record with this ARN or name, once this request has seen it, as a result of which it may end.

        Raises:
            ServiceError: As for ``existing``, also where it was being deleted.
        """
        self.store.poll(self.existing(kind, identifier).arn, self.time)
        return self.existing(kind, identifier)

    def find(self, kind: ResourceKind[R], identifier: str) -> R | None:
        """The scope's record with this ARN or name."""
        return self.store.table(kind).find(self.scope, identifier)

    def existing(self, kind: ResourceKind[R], identifier: str) -> R:
        """The same.

        Raises:
            ServiceError: If there is none: ResourceNotFoundException, or as its kind says for a name.
        """
        record = self.find(kind, identifier)
        if record is None:
            error = not_found if identifier.startswith("arn:") else kind.unknown_name
            raise error(self.missing(kind, identifier))
        return record

    def returned(self, record: object, **others: Any) -> dict[str, Any]:
        """What the operation returns of a record: only what has a value, as code under test may check with ``in``.

        Args:
            record: Its texts, numbers and times are returned under their attributes' names, in the API's spelling.
            others: Further fields, by the API's names; those that the operation does not return are left out.
        """
        names = self.output_names
        attributes = _attributes(type(record), names)  # type: ignore[arg-type]  # mypy holds classes for unhashable
        found = {name: value for name, each in attributes if isinstance(value := getattr(record, each), _AS_IT_IS)}
        for name, value in others.items():
            if value is not None and name in names:
                found[name] = value
        return found

    def missing(self, kind: ResourceKind[R], identifier: str) -> str:
        """Say what does not exist, and what does (the mock's own text; AWS's is not known).

        What has this ARN elsewhere, or this name or id, of whatever kind, may be what is meant.
        """
        table = self.store.table(kind)
        rows = [row for row in table.walk(self.scope, None, descending=True) if row.scopes[0] == self.scope]
        existing = ", ".join(row.record.name for row in rows[:_MOST_NAMES]) or "none"  # enough to see a typing error
        more = f" and {len(rows) - _MOST_NAMES} older" if len(rows) > _MOST_NAMES else ""
        records = (record for each in self.store.tables.values() for record in each.all())
        meant = ", ".join(
            f"in {record.region} (account {record.account_id}) as {record.arn.split(':', 5)[5]}"
            for record in records
            if identifier in (record.arn, record.name, record.arn.rpartition("/")[2])
        )
        return (
            f"Could not find {kind.words} {identifier} of account {self.scope.account_id} in {self.scope.region}. "
            f"Existing there: {existing}{more}." + (f" It exists {meant}." if meant else "")
        )


def _check_quotas(request: Request, kind: ResourceKind[Any]) -> None:
    """Check something new against the quotas of its kind, or of what it makes; what is in progress counts too."""
    store, scope, table, made = request.store, request.scope, request.store.table(kind), kind.makes or kind

    def in_progress() -> int:
        changing = (table.get(arn) for arn, running in store.running.items() if running.scope == scope)
        return sum(record.status != "Active" for record in changing if record)

    def existing() -> int:
        return store.table(made).count(scope) + len(store.pending(made, scope))

    for quota, count in ((kind.quota_in_progress, in_progress), (made.quota, existing)):
        # Where none applies, the report needs each only once.
        if not quota or quota in store.quotas_ignored or (having := count()) < quota[1]:
            continue
        name, most = quota
        if store.quotas:
            # Of AWS's text, only the part "request a quota increase for Concurrent model import jobs" is known.
            raise ServiceError(
                "ServiceQuotaExceededException",
                f"Account {scope.account_id} has {having} and may have {most} in {scope.region}: "
                f"wait, delete, or request a quota increase for {name}.",
            )
        store.quotas_ignored.append(quota)


def active(kind: ResourceKind[R], record: R) -> R:
    """A resource that can be used; AWS's response to others is not known.

    Raises:
        ServiceError: ResourceNotFoundException if it cannot, yet or ever.
    """
    if (state := kind.state(record)) not in ("Active", "InService", "Updating"):
        raise not_found(f"The {kind.words} {record.arn} is not active: its status is {state}.")
    return record


@functools.cache  # each request asks for its operation's
def python_name(name: str) -> str:
    """The name of an operation or a field in Python, as boto3 has it."""
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", name).lower()


@functools.cache
def _attributes(cls: type, names: frozenset[str]) -> Sequence[tuple[str, str]]:
    """Which of these fields are attributes of a class of records, with the attribute of each."""
    return [(name, python_name(name)) for name in sorted(names) if hasattr(cls, python_name(name))]


Perform: TypeAlias = "Callable[[Request, Mapping[str, Any]], dict[str, Any] | Deferred]"
"""The function of an operation: from request and parameters to the output, or a ServiceError."""


def stubbed(request: Request, parameters: Mapping[str, Any]) -> Deferred:
    """The output of the newest stub that fits, for an operation that the mock does not have."""
    where = request.operation, request.scope.region
    stub = next((stub for stub in reversed(request.store.stubs) if stub.fits(*where, parameters)), None)
    if stub is None:
        raise NotStubbedError
    return lambda: Output(stub.output(copy.deepcopy(parameters)))


def listed(
    request: Request,
    parameters: Mapping[str, Any],
    kind: ResourceKind[R],
    field: str,
    returned: Callable[[Request, R], dict[str, Any]],
    seen: Callable[[R], bool] = lambda record: True,
) -> dict[str, Any]:
    """The output of a list: a page of the scope's resources of a kind, newest first by default (AWS's samples).

    Args:
        request: The request, whose scope's resources are listed.
        parameters: ``maxResults``, ``nextToken``, ``sortOrder``, ``creationTimeAfter``, ``creationTimeBefore``,
            ``nameContains`` (case-sensitive, the mock's own choice), ``statusEquals``, ``modelArnEquals``, or what some
            lists call these instead.
        kind: What is listed. Running jobs that will create one count this as a poll, unless the request is refused.
        field: The field of the output that has the page.
        returned: From a record to its row.
        seen: Whether a record passes filters on fields that never change; listing such a record polls it.

    Raises:
        ServiceError: ValidationException for a token that is invented, or from another list or other filters.
    """
    size = parameters.get("maxResults", 100)  # AWS does not document its default, this is the mock's own
    # Some lists have names of their own for the same.
    after = parameters.get("creationTimeAfter") or parameters.get("createdAfter")
    before = parameters.get("creationTimeBefore") or parameters.get("createdBefore")
    part = parameters.get("nameContains") or parameters.get("targetModelNameContains") or ""
    status = parameters.get("statusEquals") or parameters.get("modelStatus")
    model_arn, descending = parameters.get("modelArnEquals"), parameters.get("sortOrder") != "Ascending"
    store, table, token = request.store, request.store.table(kind), parameters.get("nextToken")
    query = [request.operation, request.scope, {**parameters, "maxResults": None, "nextToken": None}]
    token_query, start = (query, None) if token is None else store.pages.get(token, (None, None))
    if token_query != query:
        raise validation(
            "The provided nextToken is not valid: send the one from the page before, with the same filters and order."
        )

    def matches(record: Any) -> bool:
        return (not status or record.status == status) and (not model_arn or record.model_arn == model_arn)

    request.poll_for_models(kind)
    page: list[Row[R]] = []
    for row in table.walk(request.scope, start, descending=descending):
        record = row.record
        # "after" and "before" are taken literally: a row of exactly that time is neither.
        if (after and record.creation_time <= after) or (before and record.creation_time >= before):
            continue
        if part not in record.name or not seen(record):
            continue
        if len(page) < size or not matches(record):
            # Rows after a full page too: a loop that waits for a status must reach the rows that do not have it yet.
            store.poll(record.arn, request.time)
            if table.get(record.arn) is None:  # it was being deleted
                continue
        if not matches(row.record):
            continue
        if len(page) == size:
            token = uuid.uuid4().hex
            store.pages[token] = query, page[-1].position
            return {field: [returned(request, row.record) for row in page], "nextToken": token}
        page.append(row)
    return {field: [returned(request, row.record) for row in page]}
