"""Tags."""

from __future__ import annotations

from ..observing import Finding, Level, Observation, accepted, fact, refused
from ..registry import check
from ..target import Target
from .imports import unknown_arn


def some(count: int, prefix: str = "conformance") -> list[dict[str, str]]:
    """So many tags."""
    return [{"key": f"{prefix}-{number}", "value": "x"} for number in range(count)]


def tagged(target: Target, arn: str, tags: list[dict[str, str]]) -> Observation:
    """Add tags to what the suite may tag; the suite removes them at its end."""
    target.tagged.append((arn, [tag["key"] for tag in tags]))
    return target.call("tag_resource", resourceARN=arn, tags=tags)


@check("tags-fifty", Level.TAGS)
def tags_fifty(target: Target) -> list[Finding]:
    """The 51st tag."""
    arn = target.tag_arn()
    free = 50 - len(target.tags(arn))
    return [
        accepted("tags up to 50", tagged(target, arn, some(free))),
        refused("one more", tagged(target, arn, some(1, "more")), "TooManyTagsException"),
    ]


@check("tags-two-hundred")
def tags_two_hundred(target: Target) -> list[Finding]:
    """201 tags in one request."""
    observed = target.call("tag_resource", resourceARN=unknown_arn(target, "imported-model"), tags=some(201))
    return [refused("201 tags", observed, "ValidationException")]


@check("tags-reserved-key", Level.TAGS)
def tags_reserved_key(target: Target) -> list[Finding]:
    """A key of AWS's, and a key twice."""
    arn = target.tag_arn()
    aws = tagged(target, arn, [{"key": "aws:team", "value": "x"}])
    twice = tagged(target, arn, [{"key": "twice", "value": "x"}] * 2)
    return [
        fact("aws:team is refused", True, aws.code is not None),
        fact("a key twice is refused", True, twice.code is not None),
    ]


@check("tags-same-key", Level.TAGS)
def tags_same_key(target: Target) -> list[Finding]:
    """A key with another value."""
    arn = target.tag_arn()
    for value in ("old", "new"):
        tagged(target, arn, [{"key": "conformance-same", "value": value}])
    return [fact("its value", "new", target.tags(arn).get("conformance-same"))]


@check("tags-untag-unknown-key", Level.TAGS)
def tags_untag_unknown_key(target: Target) -> list[Finding]:
    """A key that the resource does not have."""
    observed = target.call("untag_resource", resourceARN=target.tag_arn(), tagKeys=["conformance-unused"])
    return [accepted("UntagResource of an unknown key", observed)]


@check("tags-job-and-model-apart", Level.IMPORT)
def tags_job_and_model_apart(target: Target) -> list[Finding]:
    """Tags for the job, and tags for the model."""
    made = target.imported(jobTags=[{"key": "of", "value": "job"}], importedModelTags=[{"key": "of", "value": "model"}])
    arns = made["created"]["jobArn"], made["ended"].get("importedModelArn", "")
    return [fact("their tags", [{"of": "job"}, {"of": "model"}], [target.tags(arn) for arn in arns])]


@check("tags-copy-job")
def tags_copy_job(target: Target) -> list[Finding]:
    """The ARN of a copy job, in each operation."""
    arn = unknown_arn(target, "model-copy-job")
    return [refused(what, observed, "ValidationException") for what, observed in _each(target, arn)]


@check("tags-unknown-arn")
def tags_unknown_arn(target: Target) -> list[Finding]:
    """The ARN of nothing, in each operation."""
    arn = unknown_arn(target, "imported-model")
    return [refused(what, observed, "ResourceNotFoundException", 404) for what, observed in _each(target, arn)]


def _each(target: Target, arn: str) -> list[tuple[str, Observation]]:
    return [
        ("TagResource", target.call("tag_resource", resourceARN=arn, tags=some(1))),
        ("UntagResource", target.call("untag_resource", resourceARN=arn, tagKeys=["x"])),
        ("ListTagsForResource", target.call("list_tags_for_resource", resourceARN=arn)),
    ]
