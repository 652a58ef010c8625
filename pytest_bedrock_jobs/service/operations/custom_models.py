"""Custom models: created by CreateCustomModel or by completed copies, or added by a test."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .. import arns
from ..errors import ServiceError, not_found, validation
from ..records import CustomModel
from ..store.outcomes import Outcome
from ..store.resources import Ended, LongRunningKind, NewArn
from ..wire.api_names import CustomModelStatus
from . import quotas
from .listing import page
from .operation import Operation, Request, present
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
    arn = request.new_arn(f"{CUSTOM_MODEL.arn_type}/imported")
    tags = merged_tags(parameters.get("modelTags"), lambda: arn)
    if other := store.table(CUSTOM_MODEL).named(scope, name):
        raise ServiceError("ConflictException", f"The model name {name} is in use by {other.arn}.")
    quotas.check_models(request, CUSTOM_MODEL, quotas.CUSTOM_MODELS)
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
    request.start(CUSTOM_MODEL, model)
    return {"modelArn": arn}


def get_custom_model(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Read a model by ARN, or one of the account's own by name (AWS documentation); a shared one only by ARN.

    Raises:
        ServiceError: ResourceNotFoundException.
    """
    identifier, table = parameters["modelIdentifier"], request.store.table(CUSTOM_MODEL)
    request.poll_for_models(request.store.pending(CUSTOM_MODEL, request.scope, identifier)[-1:])
    model = table.visible(request.scope, identifier) or table.named(request.scope, identifier)
    if model is None:
        raise not_found(request.missing(CUSTOM_MODEL, identifier))
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
    """List the scope's models, own and shared (AWS documentation; ``nameContains`` is case-sensitive, the mock's own).

    Raises:
        ServiceError: ValidationException for a token that is not from this list.
    """
    part, status = parameters.get("nameContains", ""), parameters.get("modelStatus")
    bases = {parameters.get("baseModelArnEquals"), parameters.get("foundationModelArnEquals")} - {None}
    owned, account_id = parameters.get("isOwned"), request.scope.account_id
    models, token = page(
        request,
        parameters,
        CUSTOM_MODEL,
        seen=lambda model: (
            part in model.name
            and bases <= {_base_arn(request, model)}
            and owned in (None, model.account_id == account_id)
        ),
        matches=lambda model: status in (None, model.status),
    )
    return {"modelSummaries": [_summary(request, model) for model in models], **token}


def delete_custom_model(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Delete one of the account's own models by ARN or name; jobs stay, its name is free again (AWS documentation).

    Raises:
        ServiceError: ResourceNotFoundException; ConflictException while a deployment uses it: AWS documents for
            distilled models that it has to be deleted first, the code and all other models are the mock's own.
    """
    identifier, store = parameters["modelIdentifier"], request.store
    model = request.find(CUSTOM_MODEL, identifier)
    if model is None:
        raise not_found(request.missing(CUSTOM_MODEL, identifier))
    request.check_unused(model.arn)
    store.running.pop(model.arn, None)
    store.table(CUSTOM_MODEL).remove(model.arn)
    return {}


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
    # The base that AWS gives an imported custom model is not known; the fields are required, the values the mock's own.
    return _IMPORTED_BASE if model.base_model == "imported" else model.base_model


def _base_arn(request: Request, model: CustomModel) -> str:
    return arns.foundation_model_arn(request.scope, _base(model))


def _customization_type(model: CustomModel) -> str:
    return "IMPORTED" if model.base_model == "imported" else "FINE_TUNING"


def _training(request: Request, model: CustomModel) -> dict[str, Any]:
    """How a model that was not imported was trained (the mock's own); older service models require these fields."""
    if model.base_model == "imported":
        return {}
    owner = request.scope._replace(account_id=model.account_id)
    kind, bucket = f"model-customization-job/{model.base_model}", f"s3://customization-{model.account_id}"
    return {
        "jobArn": arns.make(owner, kind, model.arn.rsplit("/", 1)[1]),
        "trainingDataConfig": {"s3Uri": f"{bucket}/training.jsonl"},
        "outputDataConfig": {"s3Uri": f"{bucket}/output/"},
    }


def _end(model: CustomModel, outcome: Outcome, time: datetime.datetime, _new_arn: NewArn) -> Ended:
    status: CustomModelStatus = "Active" if outcome.failure_message is None else "Failed"
    return Ended(replace(model, status=status, failure_message=outcome.failure_message))


CUSTOM_MODEL: LongRunningKind[CustomModel] = LongRunningKind(words="custom model", arn_type="custom-model", end=_end)

OPERATIONS: Mapping[str, Operation] = {
    "CreateCustomModel": Operation(create_custom_model, CUSTOM_MODEL, ("modelTags",)),
    "DeleteCustomModel": Operation(delete_custom_model, CUSTOM_MODEL),
    "GetCustomModel": Operation(get_custom_model, CUSTOM_MODEL),
    "ListCustomModels": Operation(list_custom_models, CUSTOM_MODEL),
}
