"""Provisioned throughput of custom models."""

from __future__ import annotations

from ..observing import Finding, Level, Observation, accepted, fact, refused
from ..registry import check
from ..target import Target
from .copies import BASE
from .imports import unknown_arn


def create(target: Target, **changes: object) -> Observation:
    """A create, with a new name."""
    return target.call("create_provisioned_model_throughput", **target.throughput_parameters(**changes))


@check("throughput-statuses", Level.IMPORT)
def throughput_statuses(target: Target) -> list[Finding]:
    """The statuses of new throughput."""
    made = target.provisioned()
    return [fact("the statuses", ["Creating", "InService"], [made["first"]["status"], made["last"]["status"]])]


@check("throughput-name", Level.IMPORT)
def throughput_name(target: Target) -> list[Finding]:
    """A name in use."""
    observed = create(target, provisionedModelName=target.provisioned()["name"])
    return [refused("a second one of this name", observed, "ValidationException", 400)]


@check("throughput-of-a-model")
def throughput_of_a_model(target: Target) -> list[Finding]:
    """A model that does not exist."""
    observed = create(target, modelId=unknown_arn(target, f"custom-model/{BASE}"))
    return [refused("throughput of an unknown model", observed, "ResourceNotFoundException", 404)]


@check("throughput-of-an-imported-model", Level.IMPORT)
def throughput_of_an_imported_model(target: Target) -> list[Finding]:
    """A model that was imported, by its name, which is all that the parameter's pattern allows."""
    name = target.imported()["parameters"]["importedModelName"]
    return [refused("throughput of it", create(target, modelId=name), "ValidationException", 400)]


@check("throughput-quota", Level.IMPORT, quotas=True)
def throughput_quota(target: Target) -> list[Finding]:
    """An account without model units."""
    observed = create(target, modelId=target.custom_model_arn())
    return [refused("throughput", observed, "ServiceQuotaExceededException", 400)]


@check("throughput-update", Level.IMPORT)
def throughput_update(target: Target) -> list[Finding]:
    """Another model of the same base."""
    arn, model = target.provisioned()["arn"], target.new_custom_model()
    target.succeed("update_provisioned_model_throughput", provisionedModelId=arn, desiredModelId=model)
    first = target.throughput(arn)
    last = target.wait(lambda: target.throughput(arn), "Updating")
    return [
        fact("meanwhile", ["Updating", model], [first["status"], first["desiredModelArn"]]),
        fact("afterwards", ["InService", model], [last["status"], last["modelArn"]]),
    ]


@check("throughput-rename", Level.IMPORT)
def throughput_rename(target: Target) -> list[Finding]:
    """Another name."""
    arn, name = target.provisioned()["arn"], target.name("renamed")
    target.succeed("update_provisioned_model_throughput", provisionedModelId=arn, desiredProvisionedModelName=name)
    return [fact("the name", name, target.throughput(arn)["provisionedModelName"])]


@check("throughput-in-progress", Level.IMPORT, progress="manual")
def throughput_in_progress(target: Target) -> list[Finding]:
    """An update and a deletion of what is being created."""
    arn = create(target, modelId=target.new_custom_model_without_end()).output.get("provisionedModelArn", "")
    changed = target.call("update_provisioned_model_throughput", provisionedModelId=arn)
    deleted = target.call("delete_provisioned_model_throughput", provisionedModelId=arn)
    return [
        refused("the update", changed, "ValidationException", 400),
        refused("the deletion", deleted, "ConflictException", 400),
    ]


@check("throughput-commitment", Level.IMPORT)
def throughput_commitment(target: Target) -> list[Finding]:
    """A deletion before the term is over."""
    made = target.new_throughput(commitmentDuration="OneMonth")
    observed = target.call("delete_provisioned_model_throughput", provisionedModelId=made["arn"])
    return [refused("the deletion", observed, "ConflictException", 400)]


@check("throughput-holds-its-model", Level.IMPORT)
def throughput_holds_its_model(target: Target) -> list[Finding]:
    """A deletion of a model that has throughput."""
    model = target.throughput(target.provisioned()["arn"])["modelArn"]
    return [refused("the deletion", target.call("delete_custom_model", modelIdentifier=model), "ConflictException")]


@check("throughput-invocation", Level.IMPORT)
def throughput_invocation(target: Target) -> list[Finding]:
    """A model, invoked by the ARN of its throughput."""
    body = '{"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}'
    arn = target.provisioned()["arn"]
    return [accepted("InvokeModel", target.call("invoke_model", service="bedrock-runtime", modelId=arn, body=body))]
