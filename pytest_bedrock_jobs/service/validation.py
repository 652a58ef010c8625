"""The service model's constraints, compiled once per shape and checked on every request.

botocore checks types, required fields and *minimum* lengths before it sends a request; patterns, maximum lengths,
enums and list sizes reach the service, which responds with one ValidationException for all of them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from .errors import ServiceError, validation

# Exact equivalents of the parts of AWS's patterns for which Python's backtracking `re` takes exponential or
# long polynomial time; every other part is linear as it is. The tests compare each pair string by string.
_LINEAR = {
    r"(-*[a-zA-Z0-9\+\-\.])*": r"[a-zA-Z0-9+\-.]*",
    r"(-*[a-zA-Z0-9])*": r"(?:[-a-zA-Z0-9]*[a-zA-Z0-9])?",
    r"([0-9a-zA-Z][_-]?)+": r"(?:[0-9a-zA-Z]+(?:[_-][0-9a-zA-Z]+)*[_-]?)",
    r"[a-z0-9-]{1,63}([a-z0-9-]{1,63}[.]){0,2}[a-z0-9-]{1,63}": r"[a-z0-9-]{2,126}(?:[.][a-z0-9-]{1,63}){0,2}",
    r"[a-z0-9-]{1,63}([.]?[a-z0-9-]{1,63})": r"(?:[a-z0-9-]{2,126}|[a-z0-9-]{1,63}[.][a-z0-9-]{1,63})",
}


class Violation(NamedTuple):
    """One field that breaks one constraint."""

    path: str
    value: Any
    constraint: str

    def __str__(self) -> str:
        value = "null" if self.value is None else f"'{self.value}'"
        return f"Value {value} at '{self.path}' failed to satisfy constraint: Member must {self.constraint}"


Check = Callable[[Any], Sequence[Violation]]
"""Finds what is wrong with a value; a violation's path is relative to it."""


def linear(pattern: str) -> str:
    """The same language as AWS's pattern, in a form Python matches in linear time."""
    for slow, fast in _LINEAR.items():
        pattern = pattern.replace(slow, fast)
    return pattern


def compile_pattern(pattern: str) -> Callable[[str], object]:
    """A full match of AWS's pattern; its classes are ASCII's, as in the service."""
    return re.compile(linear(pattern), re.ASCII).fullmatch


def reject(violations: Sequence[Violation]) -> ServiceError:
    """All violations of a request in the service's one sentence (the text of sibling operations on the wire)."""
    plural = "" if len(violations) == 1 else "s"
    return validation(f"{len(violations)} validation error{plural} detected: {'; '.join(map(str, violations))}")


def compile_shape(shape: Any) -> Check:
    """The check of one shape of botocore's service model, with its fields and items."""
    if shape.metadata.get("document"):  # any JSON value
        return _compile_nothing(shape)
    return _COMPILERS.get(shape.type_name, _compile_nothing)(shape)


def _compile_string(shape: Any) -> Check:
    metadata = shape.metadata
    shortest, longest = _lengths(metadata)
    matches = compile_pattern(metadata["pattern"]) if "pattern" in metadata else None
    enum = frozenset(metadata.get("enum", ()))

    def check(value: Any) -> Sequence[Violation]:
        if not isinstance(value, str):
            raise _wrong_type(value, "String")
        if shortest <= len(value) <= longest and (not matches or matches(value)) and (not enum or value in enum):
            return ()
        return [Violation("", value, text) for text in broken(value)]

    def broken(value: str) -> Iterable[str]:
        if enum and value not in enum:
            yield f"satisfy enum value set: [{', '.join(metadata['enum'])}]"
        if matches and not matches(value):
            yield f"satisfy regular expression pattern: {metadata['pattern']}"
        yield from _out_of_range(len(value), metadata, "length")

    return check


def _compile_number(shape: Any) -> Check:
    metadata, kinds = shape.metadata, (int,) if shape.type_name in ("integer", "long") else (int, float)

    def check(value: Any) -> Sequence[Violation]:
        if not isinstance(value, kinds) or isinstance(value, bool):
            raise _wrong_type(value, shape.type_name.capitalize())
        return [Violation("", value, text) for text in _out_of_range(value, metadata, "value")]

    return check


def _compile_list(shape: Any) -> Check:
    metadata = shape.metadata
    shortest, longest = _lengths(metadata)
    check_item = compile_shape(shape.member)

    def check(value: Any) -> Sequence[Violation]:
        if not isinstance(value, list):
            raise _wrong_type(value, "List")
        found = []
        if not shortest <= len(value) <= longest:
            found = [Violation("", value, text) for text in _out_of_range(len(value), metadata, "length")]
        for number, item in enumerate(value, 1):
            if broken := check_item(item):
                found += _inside(f"{number}.member", broken)
        return found

    return check


def _compile_structure(shape: Any) -> Check:
    members = shape.members
    # Each is compiled when a request first has the field: patterns take milliseconds.
    check_of = functools.cache(lambda name: compile_shape(members[name]))
    required = frozenset(shape.required_members)
    # Every supported botocore has this attribute.
    union = shape.is_tagged_union

    def check(value: Any) -> Sequence[Violation]:
        if not isinstance(value, dict):
            raise _wrong_type(value, "Structure")
        found = []
        if not required <= value.keys():
            found = [Violation(name, None, "not be null") for name in shape.required_members if name not in value]
        for name, member in value.items():
            if name in members and (broken := check_of(name)(member)):
                found += _inside(name, broken)
        if union and len(members.keys() & value.keys()) != 1:
            found.append(Violation("", value, f"have exactly one of: [{', '.join(members)}]"))
        return found

    return check


def _compile_map(shape: Any) -> Check:
    check_key, check_value = compile_shape(shape.key), compile_shape(shape.value)
    metadata = shape.metadata

    def check(value: Any) -> Sequence[Violation]:
        if not isinstance(value, dict):
            raise _wrong_type(value, "Map")
        found = [Violation("", value, text) for text in _out_of_range(len(value), metadata, "length")]
        for key, item in value.items():
            found += _inside(f"{key}.key", check_key(key))
            found += _inside(f"{key}.value", check_value(item))
        return found

    return check


def _compile_nothing(shape: Any) -> Check:
    """Timestamps, booleans, blobs and documents have no constraints; the protocol module checks their form."""
    return lambda value: ()


_COMPILERS = {
    "string": _compile_string,
    "integer": _compile_number,
    "long": _compile_number,
    "float": _compile_number,
    "double": _compile_number,
    "list": _compile_list,
    "map": _compile_map,
    "structure": _compile_structure,
}


def _lengths(limits: Mapping[str, Any]) -> tuple[int, float]:
    return limits.get("min", 0), limits.get("max", float("inf"))


def _out_of_range(number: float, limits: Mapping[str, Any], what: str) -> Iterable[str]:
    if number < limits.get("min", number):
        yield f"have {what} greater than or equal to {limits['min']}"
    if number > limits.get("max", number):
        yield f"have {what} less than or equal to {limits['max']}"


def _inside(parent: str, found: Iterable[Violation]) -> Iterable[Violation]:
    for path, value, constraint in found:
        yield Violation(f"{parent}.{path}" if path else parent, value, constraint)


def _wrong_type(value: Any, expected: str) -> ServiceError:
    """The error for a client without parameter validation; the code is AWS's, the text the mock's own."""
    return ServiceError("SerializationException", f"{type(value).__name__} can not be converted to a {expected}")
