"""AWS's default quotas (AWS documentation), per account and Region, if a test turns them on."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..errors import ServiceError
from ..store.resources import ResourceKind
from .operation import Request


class Quota(NamedTuple):
    """How many of something an account may have in a Region, and what AWS calls it."""

    name: str
    most: int


# Of AWS's text, only the part "request a quota increase for Concurrent model import jobs" is known.
CONCURRENT_IMPORT_JOBS = Quota("Concurrent model import jobs", 1)
IMPORTED_MODELS = Quota("Imported models per account", 3)
CUSTOM_MODELS = Quota("Custom models per account", 100)

SCHEDULED_CUSTOMIZATION_JOBS = Quota("Scheduled customization jobs", 10)
CUSTOM_MODEL_DEPLOYMENTS = Quota("Custom model deployments per account", 10)
DEPLOYMENTS_IN_CREATION = Quota("In-progress custom model deployments", 2)


def number_with(request: Request, kind: ResourceKind[Any], *statuses: str) -> int:
    """How many of a kind the scope has with one of these statuses."""
    rows = request.store.table(kind).walk(request.scope, None, descending=True)
    return sum(row.record.status in statuses for row in rows)


def check_models(request: Request, kind: ResourceKind[Any], quota: Quota) -> None:
    """Check a new model against the quota of its kind; those that running jobs will create count too.

    Raises:
        ServiceError: ServiceQuotaExceededException.
    """
    pending = request.store.pending(kind, request.scope)
    check(request, request.store.table(kind).count(request.scope) + len(pending), quota)


def check(request: Request, having: int, quota: Quota) -> None:
    """Check something new against the quota of those that the scope has.

    Raises:
        ServiceError: ServiceQuotaExceededException.
    """
    if having < quota.most:
        return
    request.store.quotas_met.setdefault(quota.name, quota.most)  # for the report: by default they do not apply
    if request.store.quotas:
        raise ServiceError(
            "ServiceQuotaExceededException",
            f"Account {request.scope.account_id} has {having} and may have {quota.most} in {request.scope.region}: "
            f"wait, delete, or request a quota increase for {quota.name}.",
        )
