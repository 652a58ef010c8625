"""AWS's default quotas (AWS documentation), per account and Region, where a test switched them on."""

from __future__ import annotations

from ..errors import ServiceError
from .request import Request

CONCURRENT_IMPORT_JOBS = 1
IMPORTED_MODELS = 3
CUSTOM_MODELS = 100


def check_import(request: Request) -> None:
    """Hold a new import to the quotas of running imports and of imported models.

    Raises:
        ServiceError: ServiceQuotaExceededException.
    """
    if not request.quotas:
        return
    running = len(request.store.pending_imports[request.scope])
    # AWS's text is known only in the part "request a quota increase for Concurrent model import jobs".
    _check(request, running, CONCURRENT_IMPORT_JOBS, "Concurrent model import jobs")
    models = request.store.imported_models.count(request.scope)
    _check(request, models, IMPORTED_MODELS, "Imported models per account")


def check_custom_model(request: Request) -> None:
    """Hold a new custom model to their quota; the copies in progress count.

    Raises:
        ServiceError: ServiceQuotaExceededException.
    """
    if not request.quotas:
        return
    coming = request.store.pending_copies[request.scope]
    models = request.store.custom_models.owned_count(request.scope) + len(coming)
    _check(request, models, CUSTOM_MODELS, "Custom models per account")


def _check(request: Request, having: int, most: int, quota: str) -> None:
    if having >= most:
        raise ServiceError(
            "ServiceQuotaExceededException",
            f"Account {request.scope.account_id} has {having} and may have {most} in {request.scope.region}: wait, "
            f"delete, or request a quota increase for {quota}.",
        )
