"""Custom models: made by CreateCustomModel, by completed copies, or put there by a test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import arns
from ..errors import ServiceError, not_found, validation
from ..records import CustomModel
from ..store import lifecycle
from . import quotas
from .finding import find, missing
from .listing import page
from .output import present
from .request import Request
from .tags import merged_tags

_SOURCES = ("modelSourceConfig", "customModelDataSource")
_IMPORTED_BASE = "amazon.nova-lite-v1"


def create_custom_model(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Create a model from files or a model package (AWS documentation); it is ``Creating`` first.

    Raises:
        ServiceError: ConflictException for a name that a custom model of the scope has, ValidationException
            without exactly one source (both the mock's own); tags and, if quotas apply,
            ServiceQuotaExceededException as AWS documents them.
    """
    scope, store = request.scope, request.store
    name = parameters["modelName"]
    if sum(source in parameters for source in _SOURCES) != 1:
        raise validation(f"Exactly one of {' and '.join(_SOURCES)} must be given.")
    arn = arns.make(scope, "custom-model/imported", arns.new_id())
    tags = merged_tags(parameters.get("modelTags"), lambda: arn)
    if other := store.custom_models.named(scope, name):
        raise ServiceError("ConflictException", f"The model name {name} is in use by {other.arn}.")
    quotas.check_custom_model(request)
    model = CustomModel(
        arn=arn,
        name=name,
        status="Creating",
        region=scope.region,
        account_id=scope.account_id,
        base_model="imported",
        shared_with=frozenset(),
        kms_key_arn=parameters.get("modelKmsKeyArn"),
        tags=tags,
        creation_time=request.time,
    )
    lifecycle.start_model(store, request.progress, scope, model)
    return {"modelArn": arn}


def get_custom_model(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Read a model by ARN, or an own one by name (AWS documentation); a shared one by ARN.

    Raises:
        ServiceError: ResourceNotFoundException.
    """
    identifier, table = parameters["modelIdentifier"], request.store.custom_models
    request.poll_for_models(_coming(request, identifier))
    model = table.visible(request.scope, identifier) or table.named(request.scope, identifier)
    if model is None:
        raise not_found(missing(request, table, "custom model", identifier))
    request.poll(model.arn)
    model = table.record(model.arn)
    return present(
        modelArn=model.arn,
        modelName=model.name,
        creationTime=model.creation_time,
        baseModelArn=_base_arn(request, model),
        customizationType=_customization_type(model),
        modelKmsKeyArn=model.kms_key_arn,
        modelStatus=model.status,
        failureMessage=model.failure_message,
        **_training(request, model),
    )


def list_custom_models(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """List the scope's models, own and shared (AWS documentation; ``nameContains`` minds the case, the mock's own).

    Raises:
        ServiceError: ValidationException for a token that is not this list's.
    """
    part, status = parameters.get("nameContains", ""), parameters.get("modelStatus")
    bases = {parameters.get("baseModelArnEquals"), parameters.get("foundationModelArnEquals")} - {None}
    owned, account_id = parameters.get("isOwned"), request.scope.account_id
    models, token = page(
        request,
        parameters,
        request.store.custom_models,
        coming=request.store.pending_copies[request.scope].values(),
        seen=lambda model: (
            part in model.name
            and bases <= {_base_arn(request, model)}
            and owned in (None, model.account_id == account_id)
        ),
        matches=lambda model: status in (None, model.status),
    )
    return {"modelSummaries": [_summary(request, model) for model in models], **token}


def delete_custom_model(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Delete an own model by ARN or name; jobs stay, its name is free again (AWS documentation).

    Raises:
        ServiceError: ResourceNotFoundException.
    """
    identifier, store = parameters["modelIdentifier"], request.store
    model = find(request, store.custom_models, identifier)
    if model is None:
        raise not_found(missing(request, store.custom_models, "custom model", identifier))
    store.running.pop(model.arn, None)
    store.custom_models.remove(model.arn)
    return {}


def _coming(request: Request, identifier: str) -> list[str]:
    """The running copy job that will make this model: of several that will make one of this name, the newest."""
    store, scope = request.store, request.scope
    if job_arn := store.pending_copies[scope].get(identifier):
        return [job_arn]
    newest = store.pending_copies_named[scope].get(identifier)
    return [newest.arn] if newest else []


def _summary(request: Request, model: CustomModel) -> dict[str, Any]:
    return {
        "modelArn": model.arn,
        "modelName": model.name,
        "creationTime": model.creation_time,
        "baseModelArn": _base_arn(request, model),
        "baseModelName": _base(model).split(":")[0],
        "customizationType": _customization_type(model),
        "ownerAccountId": model.account_id,
        "modelStatus": model.status,
    }


def _base(model: CustomModel) -> str:
    # Which base AWS gives an imported custom model is not known; the members are required, this is the mock's own.
    return _IMPORTED_BASE if model.base_model == "imported" else model.base_model


def _base_arn(request: Request, model: CustomModel) -> str:
    return arns.foundation_model_arn(request.scope, _base(model))


def _customization_type(model: CustomModel) -> str:
    return "IMPORTED" if model.base_model == "imported" else "FINE_TUNING"


def _training(request: Request, model: CustomModel) -> dict[str, Any]:
    """How a model that was not imported came to be (the mock's own); older service models require these members."""
    if model.base_model == "imported":
        return {}
    owner = request.scope._replace(account_id=model.account_id)
    kind, bucket = f"model-customization-job/{model.base_model}", f"s3://customization-{model.account_id}"
    return {
        "jobArn": arns.make(owner, kind, model.arn.rsplit("/", 1)[1]),
        "trainingDataConfig": {"s3Uri": f"{bucket}/training.jsonl"},
        "outputDataConfig": {"s3Uri": f"{bucket}/output/"},
    }
