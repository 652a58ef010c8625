"""The fields of a request's JSON: a value that a field may not have is a ValidationException."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..errors import ServiceError, shown, validation

_TYPES = {bool: "Boolean", int: "Integer", float: "Number", str: "String", list: "JSONArray", dict: "JSONObject"}


def malformed(detail: str) -> ServiceError:
    """A ValidationException as Bedrock words it for a body it cannot use (seen with foundation models)."""
    return validation(f"Malformed input request: {detail}, please reformat your input and try again.")


def json_object(body: bytes) -> dict[str, Any]:
    """The body of a request as a JSON object.

    Raises:
        ServiceError: ValidationException for anything else.
    """
    try:
        content: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise malformed("the body is not valid JSON") from None
    if not isinstance(content, dict):
        raise malformed(f"expected type: JSONObject, found: {_TYPES.get(type(content), 'Null')}")
    return content


class Number(NamedTuple):
    """A form of numbers: whole ones (int) or all (float), from the least to the most."""

    kind: type
    least: float
    most: float = math.inf


class Text(NamedTuple):
    """A form of texts: those that match a pattern; what is wrong with all others."""

    pattern: str
    problem: str


WORDS: Text = Text("(?s).+", "expected minLength: 1, actual: 0")
"""The form of texts that are not empty."""

LENGTH: Number = Number(int, 1)
"""The form of the most tokens to generate."""

SAMPLING: Mapping[str, Any] = {
    "max_tokens": LENGTH,
    "temperature": Number(float, 0, 2),
    "top_p": Number(float, 0, 1),
    "response_format": {"type!": ("text", "json_object", "json_schema")},
}
"""The form of what all formats of imported models have."""


def check(value: Any, form: Any, path: str = "#") -> None:
    """Refuse a value that does not have its form.

    Args:
        value: The value.
        form: Its type, a ``Number``, a ``Text``; for one of several texts, a tuple of them; for a list, a list with the
            form of its items; for an object, the forms of its fields, whose names end with ``!`` if they are needed.
            Fields that are not there may be anything; null counts as absent where a field is not needed.
        path: Where it stands in the body.

    Raises:
        ServiceError: ValidationException.
    """
    kind: Any = type(form) if isinstance(form, dict | list) else str
    if isinstance(form, Number | type):
        kind = form.kind if isinstance(form, Number) else form
    if type(value) is not kind and not (kind is float and type(value) is int):  # true and false are no numbers
        raise malformed(f"{path}: expected type: {_TYPES[kind]}, found: {_TYPES.get(type(value), 'Null')}")
    if isinstance(form, dict):
        for key, part in form.items():
            name = key.removesuffix("!")
            if name in value and (name != key or value[name] is not None):
                check(value[name], part, f"{path}/{name}")
            elif name != key:
                raise malformed(f"{path}: required key [{name}] not found")
    elif isinstance(form, list):
        for number, item in enumerate(value):
            check(item, form[0], f"{path}/{number}")
    elif isinstance(form, Number):
        if not value >= form.least:  # as NaN is
            raise malformed(f"{path}: {value} is not greater or equal to {form.least}")
        if value > form.most:
            raise malformed(f"{path}: {value} is not less or equal to {form.most:g}")
    elif isinstance(form, Text):
        if not re.fullmatch(form.pattern, value):
            raise malformed(f"{path}: {form.problem}")
    elif isinstance(form, tuple) and value not in form:
        raise malformed(f"{path}: {shown(value)} is not one of {', '.join(form)}")


def limits(
    fields: Mapping[str, Any], max_tokens: Sequence[str], top_p: str = "top_p", stop: str = "stop"
) -> dict[str, Any]:
    """What a request says about the text to generate, as ``InferenceRequest`` has it.

    Args:
        fields: Those of the request.
        max_tokens: What it calls the most tokens; of several names, the first that it has.
        top_p: What it calls that.
        stop: What it calls the texts that end a response, which are a list, or one.
    """
    sequences = fields.get(stop)
    sequences = [sequences] if isinstance(sequences, str) else sequences
    check({stop: sequences}, {stop: [WORDS]})
    return {
        "max_tokens": next(filter(None, map(fields.get, max_tokens)), None),
        "temperature": fields.get("temperature"),
        "top_p": fields.get(top_p),
        "stop_sequences": tuple(sequences or ()),
    }
