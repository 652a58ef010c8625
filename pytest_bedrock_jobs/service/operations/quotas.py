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


def check_import(request: Request, model: ResourceKind[Any]) -> None:
    """Check a new import against the quotas of running imports and of imported models.

    Raises:
        ServiceError: ServiceQuotaExceededException.
    """
    _check(request, len(request.store.pending(model, request.scope)), CONCURRENT_IMPORT_JOBS)
    check_models(request, model, IMPORTED_MODELS)


def check_customization(request: Request, job: ResourceKind[Any], model: ResourceKind[Any]) -> None:
    """Check a new customization job against the quotas of running ones and of custom models.

    Raises:
        ServiceError: ServiceQuotaExceededException.
    """
    if request.store.quotas:
        _check(request, _running(request, job), SCHEDULED_CUSTOMIZATION_JOBS)
        check_models(request, model, CUSTOM_MODELS)


def check_deployment(request: Request, deployment: ResourceKind[Any]) -> None:
    """Check a new deployment against the quotas of deployments, and of those in creation.

    Raises:
        ServiceError: ServiceQuotaExceededException.
    """
    if request.store.quotas:
        _check(request, _running(request, deployment, "Creating"), DEPLOYMENTS_IN_CREATION)
        check_models(request, deployment, CUSTOM_MODEL_DEPLOYMENTS)


def check_model_units(request: Request, base_model: str, *, committed: bool) -> None:
    """Check new provisioned throughput: an account has no model units before it asks for them.

    Raises:
        ServiceError: ServiceQuotaExceededException, in words seen on AWS for throughput without commitment.
    """
    if request.store.quotas:
        kind = "commitment" if committed else "no commitment"
        raise ServiceError(
            "ServiceQuotaExceededException",
            f"Your account does not currently have any {kind} model units reserved for {base_model}.",
        )


def _running(request: Request, kind: ResourceKind[Any], status: str | None = None) -> int:
    """How many of a kind are in progress in the scope, with this status."""
    records = [
        request.store.table(kind).record(arn)
        for arn, running in request.store.running.items()
        if running.kind == kind and running.scope == request.scope
    ]
    return sum(status in (None, record.status) for record in records)


def check_models(request: Request, kind: ResourceKind[Any], quota: Quota) -> None:
    """Check a new model against the quota of its kind; those that running jobs will create count too.

    Raises:
        ServiceError: ServiceQuotaExceededException.
    """
    pending = request.store.pending(kind, request.scope)
    _check(request, request.store.table(kind).owned_count(request.scope) + len(pending), quota)


def _check(request: Request, having: int, quota: Quota) -> None:
    if having < quota.most:
        return
    request.store.quotas_met.setdefault(quota.name, quota.most)  # for the report: by default they do not apply
    if request.store.quotas:
        raise ServiceError(
            "ServiceQuotaExceededException",
            f"Account {request.scope.account_id} has {having} and may have {quota.most} in {request.scope.region}: "
            f"wait, delete, or request a quota increase for {quota.name}.",
        )
