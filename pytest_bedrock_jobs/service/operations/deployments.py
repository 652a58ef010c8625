"""Deployments of custom models, through which they are invoked on demand."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..errors import validation
from ..store.custom_records import CustomModelDeployment
from ..store.outcomes import Outcome
from ..store.resources import ResourceKind, ended
from .custom_models import own_active_model
from .operation import Request, listed
from .tags import tagged_fields


def create_custom_model_deployment(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Deploy one of the caller's custom models (AWS documentation); the deployment is ``Creating`` first.

    Raises:
        ServiceError: See ``new_deployment``; and, if quotas apply, ServiceQuotaExceededException.
    """
    return {"customModelDeploymentArn": request.start(DEPLOYMENT, new_deployment(request, parameters))}


def new_deployment(request: Request, parameters: Mapping[str, Any]) -> CustomModelDeployment:
    """A deployment that may start: its model can be deployed, its name is free, its tags are valid.

    Raises:
        ServiceError: ResourceNotFoundException or AccessDeniedException for the model; ValidationException for a name
            that another deployment of the scope has (the service model has no ConflictException here; the text is the
            mock's own); for tags see ``merged_tags``.
    """
    name = parameters["modelDeploymentName"]
    model = own_active_model(request, parameters["modelArn"])
    fields = tagged_fields(request, DEPLOYMENT.arn_type, name, parameters.get("tags"))
    if other := request.find(DEPLOYMENT, name):
        raise validation(f"The deployment name {name} is in use by {other.arn}.")
    return CustomModelDeployment(
        **fields,
        model_arn=model.arn,
        description=parameters.get("description"),
        client_request_token=parameters.get("clientRequestToken"),
        last_updated_time=request.time,
    )


def get_custom_model_deployment(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Read a deployment by ARN or name (AWS documentation).

    Raises:
        ServiceError: ResourceNotFoundException.
    """
    return _returned(request, request.polled(DEPLOYMENT, parameters["customModelDeploymentIdentifier"]))


def list_custom_model_deployments(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """List the scope's deployments (AWS documentation); see ``listed``."""
    return listed(request, parameters, DEPLOYMENT, "modelDeploymentSummaries", _returned)


def update_custom_model_deployment(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Deploy another model under the same ARN (AWS documentation).

    The deployment stays ``Active`` and serves the model it has until the update is completed.

    Raises:
        ServiceError: ResourceNotFoundException; ValidationException for a deployment that is not active or is being
            updated (the mock's own); for the model as ``create_custom_model_deployment``.
    """
    deployment = request.existing(DEPLOYMENT, parameters["customModelDeploymentIdentifier"])
    if (state := _state(deployment)) != "Active":
        raise validation(f"The custom model deployment {deployment.arn} cannot be updated: it is {state}.")
    model = own_active_model(request, parameters["modelArn"])
    updating = replace(
        deployment,
        update_model_arn=model.arn,
        update_status="Updating",
        last_updated_time=request.time,
        failure_message=None,  # of an update before
    )
    request.store.change(request.scope, DEPLOYMENT, updating, request.time, _updated)
    return {"customModelDeploymentArn": deployment.arn}


def delete_custom_model_deployment(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Delete a deployment by ARN or name (AWS documentation).

    It is gone some time later, as its creation took some time. The service model has no status for that, though AWS's
    console shows ``Deleting``; AWS's own SDK polls until ResourceNotFoundException. That a Get says ``Active`` until
    then, and that deleting it again changes nothing, are the mock's own. It cannot be invoked any more (AWS
    documentation).

    Raises:
        ServiceError: ResourceNotFoundException; ValidationException while it is created (seen on AWS) or updated.
    """
    deployment = request.existing(DEPLOYMENT, parameters["customModelDeploymentIdentifier"])
    if (state := _state(deployment)) in ("Creating", "Updating"):
        raise validation("Custom model deployment is in a mutating state")
    if state != "Deleting":
        deleting = replace(deployment, deletion_time=request.time)
        request.store.change(request.scope, DEPLOYMENT, deleting, request.time, lambda *_: None)
    return {}


def _state(deployment: CustomModelDeployment) -> str:
    """Its status, or what happens to it while that is Active."""
    if deployment.deletion_time:
        return "Deleting"
    return "Updating" if deployment.update_status == "Updating" else deployment.status


def _returned(request: Request, deployment: CustomModelDeployment) -> dict[str, Any]:
    update = {"modelArn": deployment.update_model_arn, "updateStatus": deployment.update_status}
    return request.returned(
        deployment,
        customModelDeploymentArn=deployment.arn,
        modelDeploymentName=deployment.name,
        customModelDeploymentName=deployment.name,
        createdAt=deployment.creation_time,
        lastUpdatedAt=deployment.last_updated_time,
        updateDetails=update if deployment.update_status else None,
    )


def _updated(deployment: CustomModelDeployment, outcome: Outcome, time: datetime.datetime) -> CustomModelDeployment:
    """The end of an update; if it failed, the deployment keeps its model."""
    message = outcome.failure_message
    deployment = replace(deployment, last_updated_time=time, failure_message=message)
    if message is not None:
        return replace(deployment, update_status="UpdateFailed")
    return replace(deployment, update_status="UpdateCompleted", model_arn=str(deployment.update_model_arn))


DEPLOYMENT: ResourceKind[CustomModelDeployment] = ResourceKind(
    words="custom model deployment",
    arn_type="custom-model-deployment",
    quota=("Custom model deployments per account", 10),
    quota_in_progress=("In-progress custom model deployments", 2),
    end=lambda deployment, outcome, time: ended(deployment, outcome, "Active", last_updated_time=time),
    uses=lambda found: (found.model_arn, found.update_model_arn if _state(found) == "Updating" else None),
    state=_state,
)
