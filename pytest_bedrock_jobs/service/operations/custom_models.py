"""Custom models: created by CreateCustomModel or by completed copies, or added by a test."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .. import arns
from ..errors import ServiceError, access_denied, validation
from ..store.custom_records import CustomModel
from ..store.resources import ResourceKind, ended
from .operation import Request, active, listed
from .tags import tagged_fields


def create_custom_model(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Create a model from files or a model package (AWS documentation); it is ``Creating`` first.

    Raises:
        ServiceError: ValidationException without exactly one source, or for files without a role (code and texts are
            the mock's own); see ``new_custom_model``; and, if quotas apply, ServiceQuotaExceededException.
    """
    files = "modelSourceConfig" in parameters
    if files == ("customModelDataSource" in parameters):
        raise validation("Exactly one of modelSourceConfig and customModelDataSource must be given.")
    if files and "roleArn" not in parameters:
        raise validation("roleArn must be given with modelSourceConfig.")
    return {"modelArn": request.start(CUSTOM_MODEL, new_custom_model(request, parameters))}


def new_custom_model(request: Request, parameters: Mapping[str, Any]) -> CustomModel:
    """A model that may be created: its name is free, its tags are valid.

    Raises:
        ServiceError: See ``check_name_is_free``; for tags see ``merged_tags``.
    """
    name = parameters["modelName"]
    fields = tagged_fields(request, f"{CUSTOM_MODEL.arn_type}/imported", name, parameters.get("modelTags"))
    check_name_is_free(request, name)
    return CustomModel(
        **fields,
        base_model="imported",
        customization_type="IMPORTED",
        kms_key_arn=parameters.get("modelKmsKeyArn"),
    )


def get_custom_model(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Read a model by ARN, or one of the account's own by name (AWS documentation); a shared one only by ARN.

    Raises:
        ServiceError: ResourceNotFoundException.
    """
    identifier, table = parameters["modelIdentifier"], request.store.table(CUSTOM_MODEL)
    request.poll_for_models(CUSTOM_MODEL, identifier)
    model = table.visible(request.scope, identifier) or request.existing(CUSTOM_MODEL, identifier)
    request.store.poll(model.arn, request.time)
    return {**_returned(request, table.record(model.arn)), **model.training}


def list_custom_models(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """List the scope's models, own and shared (AWS documentation); see ``listed``."""
    bases = {parameters.get("baseModelArnEquals"), parameters.get("foundationModelArnEquals")} - {None}
    owned, account_id = parameters.get("isOwned"), request.scope.account_id

    def seen(model: CustomModel) -> bool:
        return bases <= {_base_arn(request, model)} and owned in (None, model.account_id == account_id)

    return listed(request, parameters, CUSTOM_MODEL, "modelSummaries", _returned, seen)


def delete_custom_model(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Delete one of the account's own models by ARN or name; jobs stay, its name is free again (AWS documentation).

    Raises:
        ServiceError: ResourceNotFoundException; ConflictException while a deployment uses it: AWS documents for
            distilled models that it has to be deleted first, code, text and all other models are the mock's own.
    """
    model = request.existing(CUSTOM_MODEL, parameters["modelIdentifier"])
    for kind, table in request.store.tables.items():
        users = [record.name for record in table.all() if model.arn in kind.uses(record) and record.status != "Failed"]
        if users:
            text = f"{model.arn} is in use. Delete each {kind.words} of it first: {', '.join(users)}."
            raise ServiceError("ConflictException", text)
    request.store.running.pop(model.arn, None)
    request.store.table(CUSTOM_MODEL).remove(model.arn)
    return {}


def _returned(request: Request, model: CustomModel) -> dict[str, Any]:
    return request.returned(
        model,
        modelArn=model.arn,
        modelName=model.name,
        modelStatus=model.status,
        modelKmsKeyArn=model.kms_key_arn,
        ownerAccountId=model.account_id,
        baseModelArn=_base_arn(request, model),
        baseModelName="",  # as in recorded responses, whatever the base
    )


def check_name_is_free(request: Request, name: str) -> None:
    """Refuse the name of a custom model that exists, or that a running job will make.

    Raises:
        ServiceError: ValidationException: AWS's own SDK expects this code and the words "already exists"; the rest of
            the text is the mock's own.
    """
    if existing := request.find(CUSTOM_MODEL, name):
        raise validation(f"A custom model with the name {name} already exists: {existing.arn}.")
    for job in request.store.pending(CUSTOM_MODEL, request.scope, name):
        raise validation(f"A custom model with the name {name} already exists: {job.arn} is making it.")


def own_active_model(request: Request, identifier: str) -> CustomModel:
    """One of the account's own models in this Region, by ARN or name; a shared one has to be copied first.

    Raises:
        ServiceError: ResourceNotFoundException for a model that does not exist or is not active; AccessDeniedException
            for another account's.
    """
    known = request.store.table(CUSTOM_MODEL).get(identifier)
    if known and known.account_id != request.scope.account_id:
        raise access_denied(request.operation, request.scope, identifier)
    return active(CUSTOM_MODEL, request.existing(CUSTOM_MODEL, identifier))


def foundation_model_named(request: Request, identifier: str) -> str:
    """The id of the foundation model that an id or an ARN names, which may be any; empty for other identifiers.

    Raises:
        ServiceError: ValidationException for an ARN of another Region, and for an id that cannot be in the ARN of a
            custom model, in words seen when a foundation model was invoked.
    """
    if base := arns.foundation_model_in(identifier):
        known = (base, arns.foundation_model_arn(request.scope, base))
        if identifier not in known or not re.fullmatch(arns.FOUNDATION_MODEL, base):
            raise validation("The provided model identifier is invalid.")
    return base


def foundation_model_of(model: CustomModel) -> str:
    """The id of the foundation model that a custom model descends from."""
    # The base that AWS gives an imported custom model is not known; the fields are required, the values the mock's own.
    return "amazon.nova-lite-v1" if model.base_model == "imported" else model.base_model


def _base_arn(request: Request, model: CustomModel) -> str:
    return arns.foundation_model_arn(request.scope, foundation_model_of(model))


CUSTOM_MODEL: ResourceKind[CustomModel] = ResourceKind(
    words="custom model",
    arn_type="custom-model",
    quota=("Custom models per account", 100),
    end=lambda model, outcome, time: ended(model, outcome, "Active"),
)
