"""Finding resources by identifier, and the message about one that does not exist."""

from __future__ import annotations

import itertools
from typing import Any

from ..errors import ServiceError, not_found
from ..store.resources import LongRunningKind, ResourceKind
from ..store.table import R, Table
from .request import Request

_MOST_NAMES = 10


def find(request: Request, kind: ResourceKind[R], identifier: str) -> R | None:
    """The scope's record with this ARN or name."""
    table = request.store.table(kind)
    if identifier.startswith("arn:"):
        return table.owned(request.scope, identifier)
    return table.named(request.scope, identifier)


def check_active(kind: ResourceKind[Any], arn: str, status: str) -> None:
    """Refuse a resource that cannot be used, yet or ever (the mock's own text; AWS's is not known).

    Raises:
        ServiceError: ResourceNotFoundException unless its status is Active.
    """
    if status != "Active":
        raise not_found(f"The {kind.words} {arn} is not active: its status is {status}.")


def check_unused(request: Request, arn: str) -> None:
    """Refuse to delete what something else uses.

    Raises:
        ServiceError: ConflictException, with the names of all that use it (the mock's own text).
    """
    for user_kind, table in request.store.tables.items():
        if isinstance(user_kind, LongRunningKind) and user_kind.uses:
            users = [record.name for record in table.all() if arn in user_kind.uses(record)]
            if users:
                text = f"{arn} is in use. Delete each {user_kind.words} of it first: {', '.join(users)}."
                raise ServiceError("ConflictException", text)


def missing(request: Request, kind: ResourceKind[R], identifier: str) -> str:
    """Say what does not exist, what does, and where else it exists (the mock's own text; AWS's is not known)."""
    scope, table = request.scope, request.store.table(kind)
    return (
        f"Could not find {kind.words} {identifier} of account {scope.account_id} in {scope.region}. "
        f"Existing there: {_names(request, table)}.{_elsewhere(request, table, identifier)}"
    )


def _names(request: Request, table: Table[R]) -> str:
    """The newest names: enough to see a typing error, but no more than fit in a message."""
    newest = itertools.islice(table.walk(request.scope, None, descending=True), _MOST_NAMES)
    names = [entry.record.name for entry in newest]
    more = table.count(request.scope) - len(names)
    return (", ".join(names) or "none") + (f" and {more} older" if more else "")


def _elsewhere(request: Request, table: Table[R], identifier: str) -> str:
    others = [scope for scope in table.scopes_with(identifier) if scope != request.scope]
    where = ", ".join(f"{scope.region} (account {scope.account_id})" for scope in others)
    return f" It exists in {where}." if where else ""
