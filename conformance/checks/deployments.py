"""Deployments of custom models."""

from __future__ import annotations

from ..observing import Finding, Level, Observation, accepted, fact, refused
from ..registry import check
from ..target import Target
from .copies import BASE
from .imports import unknown_arn


def create(target: Target, **changes: str) -> Observation:
    """A create, with a new name."""
    parameters = {"modelDeploymentName": target.name("deployment"), **changes}
    return target.call("create_custom_model_deployment", **parameters)


@check("deployment-statuses", Level.IMPORT)
def deployment_statuses(target: Target) -> list[Finding]:
    """The statuses of a new deployment."""
    made = target.deployed()
    return [fact("the statuses", ["Creating", "Active"], [made["first"]["status"], made["last"]["status"]])]


@check("deployment-name", Level.IMPORT)
def deployment_name(target: Target) -> list[Finding]:
    """A name in use."""
    made = target.deployed()
    observed = create(target, modelDeploymentName=made["name"], modelArn=target.custom_model_arn())
    return [refused("a second deployment of this name", observed, "ValidationException")]


@check("deployment-of-a-model")
def deployment_of_a_model(target: Target) -> list[Finding]:
    """A model that does not exist."""
    observed = create(target, modelArn=unknown_arn(target, f"custom-model/{BASE}"))
    return [refused("a deployment of an unknown model", observed, "ResourceNotFoundException", 404)]


@check("deployment-quota", Level.IMPORT, quotas=True)
def deployment_quota(target: Target) -> list[Finding]:
    """The third deployment in creation, and the eleventh in all."""
    model = target.custom_model_arn()
    arns = [target.succeed_to_deploy(model) for _ in range(2)]
    third = create(target, modelArn=model)
    for arn in arns:
        target.deployment_created(arn)
    for _ in range(8):
        target.deployment_created(target.succeed_to_deploy(model))
    return [
        refused("the third in creation", third, "ServiceQuotaExceededException"),
        refused("the eleventh", create(target, modelArn=model), "ServiceQuotaExceededException"),
    ]


@check("deployment-update", Level.IMPORT)
def deployment_update(target: Target) -> list[Finding]:
    """Another model for a deployment."""
    made, model = target.deployed(), target.new_custom_model()
    arn = made["arn"]
    target.succeed("update_custom_model_deployment", customModelDeploymentIdentifier=arn, modelArn=model)
    seen = target.succeed("get_custom_model_deployment", customModelDeploymentIdentifier=arn)
    details = seen.get("updateDetails", {})
    return [
        fact(
            "model and status of updateDetails",
            [model, "Updating"],
            [details.get("modelArn"), details.get("updateStatus")],
        )
    ]


@check("deployment-update-of-what-is-not-active", Level.IMPORT, progress="manual")
def deployment_update_of_what_is_not_active(target: Target) -> list[Finding]:
    """An update of a deployment that is being created."""
    model = target.new_custom_model_without_end()
    arn = create(target, modelArn=model).output.get("customModelDeploymentArn", "")
    observed = target.call("update_custom_model_deployment", customModelDeploymentIdentifier=arn, modelArn=model)
    return [refused("an update while it is created", observed, "ValidationException")]


@check("deployment-delete-in-progress", Level.IMPORT, progress="manual")
def deployment_delete_in_progress(target: Target) -> list[Finding]:
    """A deletion of a deployment that is being created."""
    model = target.new_custom_model_without_end()
    arn = create(target, modelArn=model).output.get("customModelDeploymentArn", "")
    observed = target.call("delete_custom_model_deployment", customModelDeploymentIdentifier=arn)
    return [refused("a deletion while it is created", observed, "ValidationException")]


@check("deployment-delete", Level.IMPORT)
def deployment_delete(target: Target) -> list[Finding]:
    """A deployment after its deletion."""
    arn = target.succeed_to_deploy(target.new_custom_model())
    target.deployment_created(arn)
    target.succeed("delete_custom_model_deployment", customModelDeploymentIdentifier=arn)
    seen = target.call("get_custom_model_deployment", customModelDeploymentIdentifier=arn)
    return [
        fact("its status at first", "Active", seen.output.get("status")),
        refused("a Get in the end", target.gone(arn), "ResourceNotFoundException", 404),
    ]


@check("custom-model-in-use", Level.IMPORT)
def custom_model_in_use(target: Target) -> list[Finding]:
    """A deletion of a model that is deployed."""
    deployment = target.deployed()["arn"]  # which another check may have updated to another model
    found = target.succeed("get_custom_model_deployment", customModelDeploymentIdentifier=deployment)
    model = found["modelArn"]
    return [refused("the deletion", target.call("delete_custom_model", modelIdentifier=model), "ConflictException")]


@check("deployment-invocation", Level.IMPORT)
def deployment_invocation(target: Target) -> list[Finding]:
    """A deployment, invoked by its ARN."""
    body = '{"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}'
    observed = target.call("invoke_model", service="bedrock-runtime", modelId=target.deployed()["arn"], body=body)
    return [accepted("InvokeModel", observed)]
