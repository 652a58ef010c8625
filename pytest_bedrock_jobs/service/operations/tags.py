"""Tags: their rules, and the three operations on the tags of existing resources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from ..errors import ServiceError, not_found, validation
from ..store.resources import common_fields
from ..store.table import Table
from ..wire.api_names import ERRORS
from ..wire.frozen import NO_TAGS, FrozenDict
from . import kind_of
from .operation import Request

MOST_TAGS = 50


Sent: TypeAlias = "Sequence[Mapping[str, str]] | None"
"""The list of tags of a request, whose items have the right shape; None if it has none."""


def merged_tags(added: Sent, resource_arn: str, existing: Mapping[str, str] = NO_TAGS) -> Mapping[str, str]:
    """The tags a resource has after some are added; a key that it already has gets the new value.

    Args:
        added: The request's list.
        resource_arn: The ``resourceName`` of TooManyTagsException.
        existing: The tags it already has; none for a new resource.

    Raises:
        ServiceError: TooManyTagsException over 50 tags (AWS documents it in the words of its text, and the text on the
            wire is not known); ValidationException for a key given twice or a reserved prefix (general AWS tagging
            rules; the texts are the mock's own).
    """
    if not added:
        return existing
    new = {tag["key"]: tag["value"] for tag in added}
    if reserved := [key for key in new if key.lower().startswith("aws:")]:
        raise validation(f"Tag keys that start with 'aws:' are reserved for AWS: {', '.join(reserved)}")
    if len(new) < len(added):
        keys = [tag["key"] for tag in added]
        repeated = [key for key in new if keys.count(key) > 1]
        raise validation(f"A request can name each tag key only once; repeated: {', '.join(repeated)}")
    tags = FrozenDict({**existing, **new})
    if len(tags) > MOST_TAGS:
        raise ServiceError("TooManyTagsException", ERRORS["TooManyTagsException"][1], {"resourceName": resource_arn})
    return tags


def tagged_fields(request: Request, arn_type: str, name: str, tags: Sent) -> dict[str, Any]:
    """What the record of every resource has that a request creates, and its tags.

    Raises:
        ServiceError: See ``merged_tags``.
    """
    arn = request.new_arn(arn_type)
    return {**common_fields(arn, name, request.time), "tags": merged_tags(tags, arn)}


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as the API returns them."""
    return [{"key": key, "value": value} for key, value in tags.items()]


def tag_resource(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Add tags to a resource, or give them new values (AWS documentation).

    Raises:
        ServiceError: ResourceNotFoundException; and see ``merged_tags``.
    """
    table, record = _tagged(request, parameters["resourceARN"])
    table.update(replace(record, tags=merged_tags(parameters["tags"], record.arn, record.tags)))
    return {}


def untag_resource(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Remove tags; keys that the resource does not have are ignored (general AWS tagging rules).

    Raises:
        ServiceError: ResourceNotFoundException.
    """
    table, record = _tagged(request, parameters["resourceARN"])
    kept = {key: value for key, value in record.tags.items() if key not in parameters["tagKeys"]}
    table.update(replace(record, tags=FrozenDict(kept)))
    return {}


def list_tags_for_resource(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The tags of a resource (AWS documentation).

    Raises:
        ServiceError: ResourceNotFoundException.
    """
    _, record = _tagged(request, parameters["resourceARN"])
    return {"tags": tag_list(record.tags)}


def _tagged(request: Request, arn: str) -> tuple[Table[Any], Any]:
    """The scope's resource with this ARN, and its table."""
    arn_type = arn.split(":", 5)[-1].partition("/")[0]
    if kind := kind_of(arn_type):
        return request.store.table(kind), request.existing(kind, arn)
    if arn_type == "project":  # pragma: no cover - as in inference.py
        raise not_found(f"Could not find the project {arn}: projects are not mocked, so there is none with tags.")
    raise not_found(
        f"Could not find the resource {arn} of account {request.scope.account_id} in {request.scope.region}."
    )
