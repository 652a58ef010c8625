"""The rules of tags, the same for every resource."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from ..errors import ServiceError, validation
from ..records import NO_TAGS

MOST_TAGS = 50
# AWS documents the meaning in these words; the text on the wire is not known.
_TOO_MANY = (
    "The request contains more tags than can be associated with a resource (50 tags per resource). The maximum "
    "number of tags includes both existing tags and those included in your current request."
)


def new_tags(tags: Sequence[Mapping[str, str]] | None, resource_arn: str) -> Mapping[str, str]:
    """The tags of a resource about to be made.

    Args:
        tags: The request's list, its items of the right shape.
        resource_arn: The ARN that TooManyTagsException names as ``resourceName``.

    Raises:
        ServiceError: TooManyTagsException over 50 tags (AWS documentation); ValidationException for a key given
            twice or a reserved prefix (general AWS tagging rules; the texts are the mock's own).
    """
    if not tags:
        return NO_TAGS
    keys = Counter(tag["key"] for tag in tags)
    if reserved := [key for key in keys if key.lower().startswith("aws:")]:
        raise validation(f"Tag keys that start with 'aws:' are reserved for AWS: {', '.join(sorted(reserved))}")
    if repeated := [key for key, times in keys.items() if times > 1]:
        raise validation(f"A request can name each tag key only once; repeated: {', '.join(sorted(repeated))}")
    if len(keys) > MOST_TAGS:
        raise ServiceError("TooManyTagsException", _TOO_MANY, {"resourceName": resource_arn})
    return MappingProxyType({tag["key"]: tag["value"] for tag in tags})
