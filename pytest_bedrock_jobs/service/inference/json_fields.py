"""Reading the fields of a request's JSON: a value that a field may not have is a ValidationException."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from ..errors import ServiceError, validation

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


def at(value: Any, *names: str) -> Any:
    """What stands at this path in a value; None where something on the way is no object, or has no such field."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text(fields: Mapping[str, Any], name: str) -> str:
    """A field that must be a text, and not an empty one."""
    value: str | None = typed(fields, name, str)
    if value is None:
        raise malformed(f"#/{name}: expected type: String, found: Null")
    if not value:
        raise malformed(f"#/{name}: expected minLength: 1, actual: 0")
    return value


def integer(fields: Mapping[str, Any], name: str, least: int, path: str = "#") -> int | None:
    """A whole number, or None where the field is absent."""
    value: int | None = typed(fields, name, int, path=path)
    if value is not None and value < least:
        raise malformed(f"{path}/{name}: {value} is not greater or equal to {least}")
    return value


def number(fields: Mapping[str, Any], name: str, most: float, path: str = "#") -> float | None:
    """A number from 0 to ``most``, or None where the field is absent."""
    value: float | None = typed(fields, name, int, float, path=path)
    if value is None or 0 <= value <= most:
        return value
    if value != value:  # NaN is not itself
        raise malformed(f"{path}/{name}: expected type: Number, found: NaN")
    raise malformed(
        f"{path}/{name}: {value} is not {'greater or equal to 0' if value < 0 else f'less or equal to {most:g}'}"
    )


def items(fields: Mapping[str, Any], name: str, path: str = "#") -> list[Any]:
    """A list; empty where the field is absent."""
    return typed(fields, name, list, path=path) or []


def stop_sequences(fields: Mapping[str, Any], name: str, path: str = "#") -> tuple[str, ...]:
    """The texts that end a response: a list, or one."""
    value = fields.get(name)
    sequences = [value] if isinstance(value, str) else items(fields, name, path)
    for number, sequence in enumerate(sequences):
        if not isinstance(sequence, str) or not sequence:
            raise malformed(f"{path}/{name}/{number}: a text with at least one character")
    return tuple(sequences)


def limits(
    fields: Mapping[str, Any],
    max_tokens: str = "max_tokens",
    top_p: str = "top_p",
    stop: str | None = "stop",
    hottest: float = 2.0,
    path: str = "#",
) -> dict[str, Any]:
    """What a request says about the text to generate, as ``InferenceRequest`` has it.

    Args:
        fields: Those of the request.
        max_tokens: What it calls the most tokens.
        top_p: What it calls that.
        stop: What it calls the texts that end a response; None if it has none.
        hottest: The highest temperature.
        path: Where the fields stand in the body, for error messages.
    """
    return {
        "max_tokens": integer(fields, max_tokens, 1, path),
        "temperature": number(fields, "temperature", hottest, path),
        "top_p": number(fields, top_p, 1.0, path),
        "stop_sequences": stop_sequences(fields, stop, path) if stop else (),
    }


def structured(fields: Mapping[str, Any], name: str, choices: Collection[str] = ()) -> Mapping[str, Any]:
    """An object, empty where the field is absent; its ``type`` is one of these, if there are any."""
    value: Mapping[str, Any] | None = typed(fields, name, dict)
    if value is not None and choices and value.get("type") not in choices:
        raise malformed(f"#/{name}/type: {value.get('type')!r} is not one of {', '.join(choices)}")
    return value or {}


def typed(fields: Mapping[str, Any], name: str, *types: type, path: str = "#") -> Any:
    """A field of one of these types, or None where it is absent; true and false are no numbers."""
    value = fields.get(name)
    if value is not None and type(value) not in types:
        raise malformed(f"{path}/{name}: expected type: {_TYPES[types[-1]]}, found: {_TYPES[type(value)]}")
    return value
