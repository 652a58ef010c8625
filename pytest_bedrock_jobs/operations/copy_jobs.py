"""Model copy jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import arns
from ..errors import ServiceError, access_denied, not_found
from ..records import CopyJob, CustomModel
from .request import Request
from .tags import new_tags

_CUSTOM_MODELS = 100


def create_model_copy_job(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Start a copy into the Region of the request (spec page create_model_copy_job).

    Two copies may have one target name, and a model may be copied within its Region: AWS documents neither, both
    are the mock's own choice.

    Raises:
        ServiceError: ResourceNotFoundException for a source that does not exist; AccessDeniedException for
            another account's model that was not shared; TooManyTagsException; and, if quotas apply,
            ServiceQuotaExceededException for a hundred custom models in the target Region.
    """
    place, store = request.place, request.store
    source = _source(request, parameters["sourceModelArn"])
    target_kind = f"custom-model/{source.base_model}"
    target_arn = arns.make(place, target_kind, arns.new_id())
    tags = new_tags(parameters.get("targetModelTags"), target_arn)
    if request.quotas:
        _check_quota(request)
    job = CopyJob(
        arn=arns.make(place, "model-copy-job", arns.new_id()),
        status="InProgress",
        region=place.region,
        account_id=place.account_id,
        source_model_arn=source.arn,
        source_account_id=source.account_id,
        source_model_name=source.name,
        target_model_arn=target_arn,
        target_model_name=parameters["targetModelName"],
        target_model_tags=tags,
        model_kms_key_id=parameters.get("modelKmsKeyId"),
        client_request_token=parameters.get("clientRequestToken"),
        creation_time=request.time,
    )
    store.copy_jobs.add(place, job)
    store.running_copies[place][target_arn] = job.arn
    return {"jobArn": job.arn}


def _source(request: Request, arn: str) -> CustomModel:
    model = request.store.custom_models.get(arn)
    if model is None:
        existing = ", ".join(model.arn for model in request.store.custom_models.all()) or "none"
        raise not_found(f"Could not find the model {arn}. Custom models in this mock: {existing}.")
    if request.place.account_id not in (model.account_id, *model.shared_with):
        raise access_denied(request.operation, request.place, arn)
    return model


def _check_quota(request: Request) -> None:
    models = request.store.custom_models.count(request.place) + len(request.store.running_copies[request.place])
    if models >= _CUSTOM_MODELS:
        raise ServiceError(
            "ServiceQuotaExceededException",
            f"This account has {models} custom models in {request.place.region}, copies in progress included, "
            f"and may have {_CUSTOM_MODELS}. Delete models or request a quota increase for Custom models.",
        )
