"""Custom models."""

from __future__ import annotations

from ..observing import Finding, Level, accepted, fact, refused
from ..registry import check
from ..target import Target
from .copies import BASE
from .imports import unknown_arn


@check("custom-model-creating", Level.IMPORT)
def custom_model_creating(target: Target) -> list[Finding]:
    """The statuses of a new model."""
    arn = target.succeed("create_custom_model", **target.custom_model_parameters())["modelArn"]
    first = target.succeed("get_custom_model", modelIdentifier=arn)
    last = target.wait(lambda: target.succeed("get_custom_model", modelIdentifier=arn), "Creating", "modelStatus")
    return [fact("the statuses", ["Creating", "Active"], [first.get("modelStatus"), last.get("modelStatus")])]


@check("custom-model-source")
def custom_model_source(target: Target) -> list[Finding]:
    """No source; files without a role."""
    name, files = target.name("nowhere"), {"s3DataSource": {"s3Uri": "s3://no-such-bucket/model/"}}
    return [
        refused("no source", target.call("create_custom_model", modelName=name), "ValidationException", 400),
        refused(
            "files without a role",
            target.call("create_custom_model", modelName=name, modelSourceConfig=files),
            "ValidationException",
            400,
        ),
    ]


@check("custom-model-name-used", Level.IMPORT)
def custom_model_name_used(target: Target) -> list[Finding]:
    """The name of a model that exists."""
    name = target.name("twice")
    target.new_custom_model(modelName=name)
    observed = target.call("create_custom_model", **target.custom_model_parameters(modelName=name))
    return [refused("a second model of this name", observed, "ValidationException")]


@check("custom-model-sharing", Level.IMPORT)
def custom_model_sharing(target: Target) -> list[Finding]:
    """An own model in the list; a shared one needs a second account."""
    arn = target.custom_model_arn()
    rows = target.succeed("list_custom_models", maxResults=1000)["modelSummaries"]
    own = [(row.get("ownerAccountId"), row.get("isOwned", True)) for row in rows if row["modelArn"] == arn]
    owners = target.succeed("list_custom_models", isOwned=False, maxResults=1000)["modelSummaries"]
    return [
        fact("owner", [(arn.split(":")[4], True)], own),
        fact("it is listed with isOwned=False", False, arn in [row["modelArn"] for row in owners]),
    ]


@check("custom-model-base-model", Level.IMPORT)
def custom_model_base_model(target: Target) -> list[Finding]:
    """The base model of an imported custom model."""
    model = target.succeed("get_custom_model", modelIdentifier=target.custom_model_arn())
    return [
        fact("baseModelArn ends with", f"foundation-model/{BASE}", model.get("baseModelArn", "").rpartition("::")[2])
    ]


@check("custom-model-not-found")
def custom_model_not_found(target: Target) -> list[Finding]:
    """Get and Delete of what does not exist."""
    found = []
    for identifier in (target.name("unused"), unknown_arn(target, f"custom-model/{BASE}")):
        for operation in ("get_custom_model", "delete_custom_model"):
            kind = "ARN" if identifier.startswith("arn:") else "name"
            observed = target.call(operation, modelIdentifier=identifier)
            found.append(refused(f"{operation} of an unknown {kind}", observed, "ResourceNotFoundException", 404))
    return found


@check("custom-model-delete-own", Level.IMPORT)
def custom_model_delete_own(target: Target) -> list[Finding]:
    """A deletion, and the name afterwards."""
    name = target.name("again")
    arn = target.new_custom_model(modelName=name)
    deleted = target.call("delete_custom_model", modelIdentifier=arn)
    again = target.call("create_custom_model", **target.custom_model_parameters(modelName=name))
    return [
        accepted("the deletion", deleted),
        Finding("the name again", {"code": None}, {"code": None, **again.facts}),
    ]


@check("custom-model-delete-creating", Level.IMPORT, progress="manual")
def custom_model_delete_creating(target: Target) -> list[Finding]:
    """A model that is being created."""
    arn = target.new_custom_model_without_end(active=False)
    return [accepted("the deletion", target.call("delete_custom_model", modelIdentifier=arn))]
