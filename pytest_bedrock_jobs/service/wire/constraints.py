"""The constraints of the service model, checked on every request.

botocore checks types, required fields and *minimum* lengths before it sends a request; patterns, maximum lengths,
enums and list sizes reach the service, which responds with one ValidationException for all of them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..errors import ServiceError, validation

# Exact equivalents of the parts of AWS's patterns for which Python's backtracking `re` takes exponential or
# long polynomial time; every other part is linear as it is. The tests compare each pair string by string.
_LINEAR = {
    r"(-*[a-zA-Z0-9\+\-\.])*": r"[a-zA-Z0-9+\-.]*",
    r"(-*[a-zA-Z0-9])*": r"(?:[-a-zA-Z0-9]*[a-zA-Z0-9])?",
    r"([0-9a-zA-Z][_-]?)+": r"(?:[0-9a-zA-Z]+(?:[_-][0-9a-zA-Z]+)*[_-]?)",
    r"[a-z0-9-]{1,63}([a-z0-9-]{1,63}[.]){0,2}[a-z0-9-]{1,63}": r"[a-z0-9-]{2,126}(?:[.][a-z0-9-]{1,63}){0,2}",
    r"[a-z0-9-]{1,63}([.]?[a-z0-9-]{1,63})": r"(?:[a-z0-9-]{2,126}|[a-z0-9-]{1,63}[.][a-z0-9-]{1,63})",
}

_TYPES: Mapping[str, Any] = {
    "blob": (str, bytes),  # Base64 in JSON
    "boolean": bool,
    "string": str,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "list": list,
    "map": dict,
    "structure": dict,
}


class Violation(NamedTuple):
    """One field that breaks one constraint."""

    path: str
    value: Any
    constraint: str

    def __str__(self) -> str:
        value = "null" if self.value is None else f"'{self.value}'"
        return f"Value {value} at '{self.path}' failed to satisfy constraint: Member must {self.constraint}"


def violations(shape: Any, value: Any, path: str = "") -> Iterator[Violation]:
    """Everything that is wrong with a value, its fields and its items.

    Args:
        shape: botocore's shape of the value.
        value: The value, as JSON has it.
        path: Where the value stands in the request.

    Raises:
        ServiceError: SerializationException for a value of another type (the code is AWS's, the text the mock's own).
    """
    kind, metadata = shape.type_name, shape.metadata
    if kind not in _TYPES or metadata.get("document"):  # a time, which is read from the query, or any JSON value
        return
    if not isinstance(value, _TYPES[kind]) or isinstance(value, bool) != (kind == "boolean"):
        raise ServiceError(
            "SerializationException", f"{type(value).__name__} can not be converted to a {kind.capitalize()}"
        )
    if kind == "string":
        if "enum" in metadata and value not in metadata["enum"]:
            yield Violation(path, value, f"satisfy enum value set: [{', '.join(metadata['enum'])}]")
        if "pattern" in metadata and not matcher(metadata["pattern"])(value):
            yield Violation(path, value, f"satisfy regular expression pattern: {metadata['pattern']}")
    if kind != "blob" and ("min" in metadata or "max" in metadata):  # a blob's are about its bytes
        what, number = ("value", value) if isinstance(value, int | float) else ("length", len(value))
        if number < metadata.get("min", number):
            yield Violation(path, value, f"have {what} greater than or equal to {metadata['min']}")
        if number > metadata.get("max", number):
            yield Violation(path, value, f"have {what} less than or equal to {metadata['max']}")
    if kind == "structure":
        yield from _in_structure(shape, value, f"{path}." if path else "")
    elif kind == "list":
        for index, item in enumerate(value, 1):
            yield from violations(shape.member, item, f"{path}.{index}.member")
    elif kind == "map":
        for key, item in value.items():
            yield from violations(shape.key, key, f"{path}.{key}.key")
            yield from violations(shape.value, item, f"{path}.{key}.value")


def _in_structure(shape: Any, value: Mapping[str, Any], prefix: str) -> Iterator[Violation]:
    members = shape.members
    for name in shape.required_members:
        if name not in value:
            yield Violation(prefix + name, None, "not be null")
    for name, field in value.items():
        if name in members:
            yield from violations(members[name], field, prefix + name)
    if shape.is_tagged_union and len(members.keys() & value.keys()) != 1:
        yield Violation(prefix[:-1], value, f"have exactly one of: [{', '.join(members)}]")


def reject(found: Sequence[Violation]) -> ServiceError:
    """All violations of a request in the service's one sentence (the text of sibling operations on the wire)."""
    plural = "" if len(found) == 1 else "s"
    return validation(f"{len(found)} validation error{plural} detected: {'; '.join(map(str, found))}")


@functools.cache  # compiling takes milliseconds, and the service model has a few hundred patterns
def matcher(pattern: str) -> Callable[[str], object]:
    """A full match of AWS's pattern; its classes are ASCII's, as in the service."""
    return re.compile(linear(pattern), re.ASCII).fullmatch


def linear(pattern: str) -> str:
    """The same language as AWS's pattern, in a form Python matches in linear time."""
    for slow, fast in _LINEAR.items():
        pattern = pattern.replace(slow, fast)
    return pattern


def example(shape: Any) -> Any:
    """A value with the fields that a shape requires, of the right types and lengths; its texts name their shapes."""
    if shape.type_name == "structure":
        members = list(shape.members)[:1] if shape.is_tagged_union else shape.required_members
        return {name: example(shape.members[name]) for name in members}
    least = int(shape.metadata.get("min", 0))
    if shape.type_name == "list":
        return [example(shape.member)] * least
    if shape.type_name == "string":
        return (shape.metadata.get("enum") or [shape.name[:1].lower() + shape.name[1:]])[0].ljust(least, "-")
    return {**_SCALARS, "integer": least, "long": least}.get(shape.type_name, {})


_SCALARS = {"boolean": True, "timestamp": "2026-01-31T12:00:00Z", "double": 0.5, "float": 0.5, "blob": b""}
