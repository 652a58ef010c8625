"""Copy jobs."""

from __future__ import annotations

from ..observing import Finding, Level, accepted, fact, refused
from ..registry import check
from ..target import Target
from .imports import unknown_arn

BASE = "amazon.nova-lite-v1"


@check("copy-unknown-model")
def copy_unknown_model(target: Target) -> list[Finding]:
    """A model that does not exist."""
    source = unknown_arn(target, f"custom-model/{BASE}")
    observed = target.call(
        "create_model_copy_job", target.other_region, sourceModelArn=source, targetModelName=target.name("copy")
    )
    return [refused("an unknown source model", observed, "ResourceNotFoundException", 404)]


@check("copy-not-active", Level.IMPORT, progress="manual")
def copy_not_active(target: Target) -> list[Finding]:
    """A model that is being created."""
    source = target.new_custom_model_without_end(active=False)
    observed = target.call(
        "create_model_copy_job", target.other_region, sourceModelArn=source, targetModelName=target.name("copy")
    )
    return [refused("a model that is Creating", observed, "ResourceNotFoundException", 404)]


@check("copy-same-target-name", Level.IMPORT)
def copy_same_target_name(target: Target) -> list[Finding]:
    """The target name of a copy that has completed."""
    made = target.copied()
    observed = target.call("create_model_copy_job", target.other_region, **made["parameters"])
    return [Finding("a second copy of this name", {"code": None}, {"code": None, **observed.facts})]


@check("copy-within-region", Level.IMPORT)
def copy_within_region(target: Target) -> list[Finding]:
    """A copy to where the model is."""
    source = target.custom_model_arn()
    observed = target.call("create_model_copy_job", sourceModelArn=source, targetModelName=target.name("copy"))
    return [Finding("a copy within the Region", {"code": None}, {"code": None, **observed.facts})]


@check("copy-destination", Level.IMPORT)
def copy_destination(target: Target) -> list[Finding]:
    """Where the copy is, and whose."""
    made = target.copied()
    source, copy = made["parameters"]["sourceModelArn"].split(":"), made["running"]["targetModelArn"].split(":")
    return [
        fact("the copy's Region", target.other_region, copy[3]),
        fact("it is the caller's", made["running"]["jobArn"].split(":")[4], copy[4]),
        fact("sourceAccountId", source[4], made["running"].get("sourceAccountId")),
    ]


@check("copy-target-arn", Level.IMPORT)
def copy_target_arn(target: Target) -> list[Finding]:
    """The segment between custom-model/ and the id."""
    made = target.copied()
    segments = [
        made[part][key].rsplit("/", 2)[1]
        for part, key in (("parameters", "sourceModelArn"), ("running", "targetModelArn"))
    ]
    return [fact("the base model in the copy's ARN", *segments)]


@check("copy-no-source-tags", Level.IMPORT)
def copy_no_source_tags(target: Target) -> list[Finding]:
    """A copy of a model with tags."""
    source = target.new_custom_model(modelTags=[{"key": "team", "value": "search"}])
    made = target.copied(sourceModelArn=source)
    tags = target.succeed("list_tags_for_resource", target.other_region, resourceARN=made["ended"]["targetModelArn"])[
        "tags"
    ]
    return [fact("the copy's tags", [], tags)]


@check("copy-job-fields", Level.IMPORT)
def copy_job_fields(target: Target) -> list[Finding]:
    """The fields of a copy job, from the start and at its end."""
    made = target.copied()
    return [
        fact("targetModelArn while it runs", True, "targetModelArn" in made["running"]),
        fact("endTime and lastModifiedTime", [], sorted({"endTime", "lastModifiedTime"} & made["ended"].keys())),
        accepted(
            "the copy is a custom model",
            target.call("get_custom_model", target.other_region, modelIdentifier=made["ended"]["targetModelArn"]),
        ),
    ]
