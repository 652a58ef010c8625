"""Provisioned throughput of custom models: capacity that is bought for one, and its ARN to invoke it by."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .. import arns
from ..errors import ServiceError, UsageError, see, validation
from ..store.custom_records import CustomModel, ProvisionedThroughput
from ..store.outcomes import Outcome
from ..store.resources import ResourceKind, ended
from .custom_models import CUSTOM_MODEL, foundation_model_named, foundation_model_of, own_active_model
from .imports import IMPORTED_MODEL
from .operation import Request, listed
from .tags import tagged_fields

TERMS: Mapping[str, int] = {"OneMonth": 30, "SixMonths": 180}
"""How many days a commitment lasts: AWS documents months, their days are the mock's own."""


def create_provisioned_model_throughput(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Buy throughput for one of the caller's custom models (AWS documentation); it is ``Creating`` first.

    Raises:
        ServiceError: See ``new_provisioned_throughput``; and, if quotas apply, ServiceQuotaExceededException: by
            default an account has no model units (in words seen on AWS).
    """
    provisioned = new_provisioned_throughput(request, parameters)
    if request.store.quotas:
        kind = "commitment" if provisioned.commitment_duration else "no commitment"
        raise ServiceError(
            "ServiceQuotaExceededException",
            f"Your account does not currently have any {kind} model units reserved for {provisioned.base_model}.",
        )
    return {"provisionedModelArn": request.start(PROVISIONED_THROUGHPUT, provisioned)}


def new_provisioned_throughput(request: Request, parameters: Mapping[str, Any]) -> ProvisionedThroughput:
    """Throughput that may be bought: its model can have it, its name is free, its tags are valid.

    Raises:
        ServiceError: See ``own_active_model`` for the model; ValidationException for an imported one, which cannot have
            any (AWS documentation, the text is the mock's own), and for a name in use (the mock's own: the service
            model has no ConflictException here); for tags see ``merged_tags``.
        UsageError: For a foundation model, whose throughput is not mocked.
    """
    name = parameters["provisionedModelName"]
    model = _custom_model(request, parameters["modelId"])
    fields = tagged_fields(request, PROVISIONED_THROUGHPUT.arn_type, name, parameters.get("tags"))
    _check_name_is_free(request, name)
    commitment = parameters.get("commitmentDuration")
    return ProvisionedThroughput(
        **fields,
        model_arn=model.arn,
        desired_model_arn=model.arn,
        base_model=foundation_model_of(model),
        model_units=parameters["modelUnits"],
        commitment_duration=commitment,
        commitment_expiration_time=request.time + datetime.timedelta(TERMS[commitment]) if commitment else None,
        client_request_token=parameters.get("clientRequestToken"),
        last_modified_time=request.time,
    )


def get_provisioned_model_throughput(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Read it by ARN or name (AWS documentation).

    Raises:
        ServiceError: ResourceNotFoundException.
    """
    return _returned(request, request.polled(PROVISIONED_THROUGHPUT, parameters["provisionedModelId"]))


def list_provisioned_model_throughputs(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """List the scope's (AWS documentation); see ``listed``."""
    return listed(request, parameters, PROVISIONED_THROUGHPUT, "provisionedModelSummaries", _returned)


def update_provisioned_model_throughput(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Rename it, or give it another model of the same base (AWS documentation); it is ``Updating`` for the latter.

    Raises:
        ServiceError: ResourceNotFoundException; ValidationException for a model of another base (AWS documentation;
            the text is the mock's own) and where it has the base model already (likewise), for a name in use, and
            while it is created or updated (the mock's own).
    """
    provisioned = request.existing(PROVISIONED_THROUGHPUT, parameters["provisionedModelId"])
    if provisioned.status != "InService":
        raise validation(f"The provisioned throughput {provisioned.arn} cannot be updated: it is {provisioned.status}.")
    name = parameters.get("desiredProvisionedModelName", provisioned.name)
    if name != provisioned.name:
        _check_name_is_free(request, name)
    changed = replace(provisioned, name=name, last_modified_time=request.time)
    if "desiredModelId" not in parameters:
        request.store.table(PROVISIONED_THROUGHPUT).update(changed)
        return {}
    desired = _of_the_same_base(request, changed, parameters["desiredModelId"])
    changed = replace(changed, status="Updating", desired_model_arn=desired)
    request.store.change(request.scope, PROVISIONED_THROUGHPUT, changed, request.time, _end)
    return {}


def delete_provisioned_model_throughput(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Delete it by ARN or name; its name is free again (AWS documentation).

    Raises:
        ServiceError: ResourceNotFoundException; ConflictException before the commitment term is over (AWS
            documentation; code and text are the mock's own, and that what failed has no term), and while it is created
            or updated (the mock's own).
    """
    provisioned = request.existing(PROVISIONED_THROUGHPUT, parameters["provisionedModelId"])
    expires = provisioned.commitment_expiration_time
    if expires and request.time < expires and provisioned.status != "Failed":
        text = f"The provisioned throughput {provisioned.arn} cannot be deleted: its commitment term ends at "
        raise ServiceError("ConflictException", f"{text}{expires.isoformat()}.")
    if provisioned.arn in request.store.running:
        text = f"The provisioned throughput {provisioned.arn} cannot be deleted: it is {provisioned.status}."
        raise ServiceError("ConflictException", text)
    request.store.table(PROVISIONED_THROUGHPUT).remove(provisioned.arn)
    return {}


def _check_name_is_free(request: Request, name: str) -> None:
    if other := request.find(PROVISIONED_THROUGHPUT, name):
        raise validation(f"The provisioned throughput name {name} is in use by {other.arn}.")


def _custom_model(request: Request, identifier: str) -> CustomModel:
    if arns.foundation_model_in(identifier):
        raise UsageError(
            f"{request.operation}: throughput of foundation models is not mocked, and {identifier} is one; that of "
            f"custom models is, copies included. {see('An operation that is not mocked')}"
        )
    imported = request.find(IMPORTED_MODEL, identifier)
    if imported and not request.find(CUSTOM_MODEL, identifier):  # they may have the same name
        raise validation(f"The imported model {imported.arn} cannot have provisioned throughput: invoke it by its ARN.")
    return own_active_model(request, identifier)


def _of_the_same_base(request: Request, provisioned: ProvisionedThroughput, identifier: str) -> str:
    """The ARN of what it is to have instead of a custom model: its base model, or another custom model of that."""
    if arns.foundation_model_in(provisioned.model_arn):
        raise validation(f"The provisioned throughput {provisioned.arn} has a base model, which cannot be changed.")
    base = foundation_model_named(request, identifier)
    arn = arns.foundation_model_arn(request.scope, base)
    if not base:
        model = _custom_model(request, identifier)
        base, arn = foundation_model_of(model), model.arn
    if base != provisioned.base_model:
        raise validation(
            f"{identifier} descends from {base}; {provisioned.arn} is for models of {provisioned.base_model}."
        )
    return arn


def _returned(request: Request, provisioned: ProvisionedThroughput) -> dict[str, Any]:
    return request.returned(
        provisioned,
        provisionedModelArn=provisioned.arn,
        provisionedModelName=provisioned.name,
        foundationModelArn=arns.foundation_model_arn(request.scope, provisioned.base_model),
        desiredModelUnits=provisioned.model_units,
    )


def _end(provisioned: ProvisionedThroughput, outcome: Outcome, time: datetime.datetime) -> Any:
    """The end of a creation or an update: it has the model that it was to have, unless it failed."""
    model_arn = provisioned.desired_model_arn if outcome.failure_message is None else provisioned.model_arn
    return ended(provisioned, outcome, "InService", last_modified_time=time, model_arn=model_arn)


PROVISIONED_THROUGHPUT: ResourceKind[ProvisionedThroughput] = ResourceKind(
    words="provisioned throughput",
    arn_type="provisioned-model",
    end=_end,
    uses=lambda provisioned: (provisioned.model_arn, provisioned.desired_model_arn),
)
