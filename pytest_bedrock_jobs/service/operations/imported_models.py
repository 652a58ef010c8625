"""Imported models, which completed import jobs created."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import not_found, validation
from ..records import ImportedModel
from ..store.resources import ResourceKind
from .listing import page
from .operation import Operation, Request, present


def get_imported_model(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Read a model by ARN or name, once its job has completed (AWS documentation).

    Raises:
        ServiceError: ResourceNotFoundException for an ARN, ValidationException for a name that does not exist.
    """
    identifier = parameters["modelIdentifier"]
    request.poll_for_models(request.store.pending(IMPORTED_MODEL, request.scope, identifier))
    model = _existing(request, identifier)
    units = {"customModelUnitsPerModelCopy": model.custom_model_units, "customModelUnitsVersion": "v1.0"}
    return _summary(model) | present(
        jobName=model.job_name,
        jobArn=model.job_arn,
        modelDataSource={"s3DataSource": {"s3Uri": model.s3_uri}},
        modelKmsKeyArn=model.kms_key_arn,
        customModelUnits=units,
    )


def list_imported_models(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """List the scope's models (AWS documentation; ``nameContains`` is case-sensitive, the mock's own choice).

    Raises:
        ServiceError: ValidationException for a token that is not from this list.
    """
    part = parameters.get("nameContains", "")
    models, token = page(
        request,
        parameters,
        IMPORTED_MODEL,
        seen=lambda model: part in model.name,
        matches=lambda model: True,
    )
    return {"modelSummaries": [_summary(model) for model in models], **token}


def delete_imported_model(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Delete a model by ARN or name; its job stays, its name is free again (AWS documentation).

    Raises:
        ServiceError: ResourceNotFoundException for an ARN, ValidationException for a name that does not exist.
    """
    model = _existing(request, parameters["modelIdentifier"])
    request.store.table(IMPORTED_MODEL).remove(model.arn)
    return {}


def _existing(request: Request, identifier: str) -> ImportedModel:
    model = request.find(IMPORTED_MODEL, identifier)
    if model is None:
        error = not_found if identifier.startswith("arn:") else validation
        raise error(request.missing(IMPORTED_MODEL, identifier))
    return model


def _summary(model: ImportedModel) -> dict[str, Any]:
    return {
        "modelArn": model.arn,
        "modelName": model.name,
        "creationTime": model.creation_time,
        "instructSupported": model.instruct_supported,
        "modelArchitecture": model.architecture,
    }


IMPORTED_MODEL: ResourceKind[ImportedModel] = ResourceKind(words="imported model", arn_type="imported-model")

OPERATIONS: Mapping[str, Operation] = {
    "DeleteImportedModel": Operation(delete_imported_model, IMPORTED_MODEL),
    "GetImportedModel": Operation(get_imported_model, IMPORTED_MODEL),
    "ListImportedModels": Operation(list_imported_models, IMPORTED_MODEL),
}
