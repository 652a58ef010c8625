"""Requests and responses on the wire, as the service models say: which operation, which parameters, which output."""

from __future__ import annotations

import datetime
import functools
import itertools
import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

from ..errors import ServiceError, validation
from . import event_streams
from .api_names import ERRORS
from .event_streams import Delivery, Part

_ERROR_TYPE_SUFFIX = ":http://internal.amazon.com/coral/com.amazon.bedrock/"
_JSON = "application/json"
_DEEPEST = 100
"""How deep a body may be nested (the mock's own choice; AWS's limit is not known)."""

# A model of the service that is older than these kinds of models does not accept their ARNs.
_NEWER_MODEL_IDS = (
    r"arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:(imported-model|custom-model-deployment)/[a-z0-9]{12}"
)


class Response(NamedTuple):
    """An HTTP response.

    Attributes:
        status: The HTTP status.
        headers: The headers.
        parts: The body, or the frames of a stream.
        breaks: Whether the connection breaks after these, before the body is complete.
        pauses: The seconds before each frame.
    """

    status: int
    headers: dict[str, str]
    parts: tuple[Part, ...]
    breaks: bool = False
    pauses: tuple[float, ...] = ()

    @property
    def body(self) -> bytes:
        """All bytes after the headers."""
        return b"".join([part.data for part in self.parts])


class OperationCodec:
    """One operation on the wire, any of bedrock or bedrock-runtime, as botocore's model of it says.

    A request goes through ``decode``, then ``check`` unless a test stubs the operation. What comes of it goes through
    ``encode`` or ``encode_error``; ``delivery`` says what of the response is read after the call has returned.

    Args:
        operation_model: botocore's model of the operation, the only source of names, places and limits.

    Attributes:
        output_names: The fields that an output can have; those of the rows of a list, too.
    """

    def __init__(self, operation_model: Any) -> None:
        http, request, response = operation_model.http, operation_model.input_shape, operation_model.output_shape
        self._input_shape = request
        # At the end of a URL's path: ``endpoint_url`` may have put something before it.
        self._path = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]*)", http["requestUri"]) + "$")
        self._query = {wire: (name, _READERS.get(kind, str)) for name, wire, kind in _located(request, "querystring")}
        self._request_headers = {name: wire.lower() for name, wire, _ in _located(request, "header")}
        self._request_body = _body_of(request)
        self._status: int = http["responseCode"]
        self._response_headers = {name: wire for name, wire, _ in _located(response, "header")}
        self._response_body = _body_of(response)
        self.output_names: frozenset[str] = frozenset(_names_in(response))

    def decode(self, url: str, body: bytes | str | None, headers: Mapping[str, str | bytes]) -> dict[str, Any]:
        """The parameters of a request, by the API's names, from its body, path, query and headers.

        Args:
            url: The URL, or its path and query.
            body: The bytes, or their text.
            headers: By names in lower case, unless it is a mapping that does not mind.

        Raises:
            ServiceError: SerializationException for a body that is not a JSON object, or a value in the query that is
                not of the field's type; ValidationException for a time without an offset (the mock's own choice).
        """
        parameters = self._decode_body(body)
        parameters.update(self._decode_url(url))
        for name, wire_name in self._request_headers.items():
            if (value := headers.get(wire_name)) is not None:
                parameters[name] = value.decode(errors="replace") if isinstance(value, bytes) else value
        return parameters

    def _decode_body(self, body: bytes | str | None) -> dict[str, Any]:
        field, form, shape = self._request_body
        if field and form != "JSON":
            return {field: body.encode() if isinstance(body, str) else bytes(body or b"")}
        if not body:
            return {}
        content = _json_object(body, shape)
        return {field: content} if field else content

    def _decode_url(self, url: str) -> dict[str, Any]:
        # Not urlsplit: it keeps the last URLs for as long as the process lives, however long they are.
        path, _, query = url.partition("?")
        found: dict[str, Any] = {}
        if match := self._path.search(path):
            found = {name: unquote(value) for name, value in match.groupdict().items()}
        for wire_name, text in parse_qsl(query, keep_blank_values=True) if query else ():
            if wire_name in self._query:
                name, read = self._query[wire_name]
                try:
                    found[name] = read(text)
                except (KeyError, ValueError):
                    text = f"{text!r} can not be converted to the member's type"
                    raise ServiceError("SerializationException", text) from None
        return found

    def check(self, parameters: Mapping[str, Any]) -> None:
        """Hold the parameters to all constraints of the service model.

        Raises:
            ServiceError: ValidationException with all that they violate; SerializationException for a value of another
                type.
        """
        found = list(violations(self._input_shape, parameters))
        if found and re.fullmatch(_NEWER_MODEL_IDS, str(parameters.get("modelId"))):
            found = [violation for violation in found if violation.path != "modelId"]
        if found:
            raise reject(found)

    def encode(self, output: Mapping[str, Any], headers: Mapping[str, str], pauses: tuple[float, ...]) -> Response:
        """A success with the operation's own status, and each field of the output where the service model puts it.

        Args:
            output: The fields; the events of a stream are a sequence of mappings.
            headers: Headers that the service model does not have.
            pauses: The seconds before each event of a stream.
        """
        named = {wire: output[name] for name, wire in self._response_headers.items() if name in output}
        named |= headers
        content_type = named.pop("Content-Type", _JSON)
        field, form, _ = self._response_body
        content: Any = output.get(field, {}) if field else output
        if form == "stream":
            stream = tuple(map(event_streams.frame, content))
            return _response(self._status, named, stream, event_streams.CONTENT_TYPE)._replace(pauses=pauses)
        body = content if form == "bytes" else _to_json(content).encode()
        return _response(self._status, named, body, content_type)

    def encode_error(self, error: ServiceError) -> Response:
        """An error with the status of its code."""
        status = error.status or ERRORS[error.code][0]
        headers = {"x-amzn-ErrorType": error.code + _ERROR_TYPE_SUFFIX}
        return _response(status, headers, _to_json({"message": error.message, **error.fields}).encode(), _JSON)

    def delivery(self, response: Response) -> Delivery | None:
        """The part of a response that is read after the call has returned; None where all of it is read before."""
        _, form, _ = self._response_body
        if form == "JSON" or response.status >= HTTPStatus.MULTIPLE_CHOICES:
            return None
        return Delivery(response.parts, is_stream=form == "stream", breaks=response.breaks, pauses=response.pauses)


def _body_of(shape: Any) -> tuple[str | None, str, Any]:
    """What the body of a request or a response is: field, form, botocore's shape.

    The field is None where the body is an object of all fields that stand nowhere else; the form is ``JSON``, ``bytes``
    or ``stream``.
    """
    field = shape.serialization.get("payload")
    content = shape.members[field] if field else shape
    if content.serialization.get("eventstream"):
        return field, "stream", content
    return field, "bytes" if content.type_name == "blob" else "JSON", content


def _names_in(shape: Any) -> Iterator[str]:
    """The fields of a structure, and of the structures in its lists."""
    for name, member in shape.members.items():
        yield name
        if member.type_name == "list" and member.member.type_name == "structure":
            yield from member.member.members


def _located(shape: Any, location: str) -> list[tuple[str, str, str]]:
    """The fields that stand in one place outside of the body: name, name in that place, type."""
    return [
        (name, member.serialization["name"], member.type_name)
        for name, member in shape.members.items()
        if member.serialization.get("location") == location
    ]


def _time(text: str) -> datetime.datetime:
    text = re.sub(r"[.]\d+", lambda fraction: f"{fraction[0]:0<7}"[:7], text)  # Python 3.10 takes 3 or 6 digits only
    time = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    if time.tzinfo is None:
        raise validation(f"The time {text!r} has no offset from UTC.")
    return time


_BOOLEANS = {"true": True, "false": False}
_READERS: dict[str, Callable[[str], Any]] = {"boolean": _BOOLEANS.__getitem__, "integer": int, "timestamp": _time}


def _json_object(body: bytes | str, shape: Any) -> dict[str, Any]:
    """The object in a body, without the fields that are null; the code of the errors is AWS's, the text the mock's."""
    try:
        text = body if isinstance(body, str) else body.decode()
        content = _from_json(text)
    except (ValueError, RecursionError):
        content, text = None, ""
    if not isinstance(content, dict):
        raise ServiceError("SerializationException", "The body of the request is not a JSON object.")
    if text.count("{") + text.count("[") > _DEEPEST and _is_deep(content):
        raise ServiceError("SerializationException", f"The body of the request is nested more than {_DEEPEST} deep.")
    fields: dict[str, Any] = without_nulls(content, shape) if "null" in text else content
    return fields


def _is_deep(value: Any) -> bool:
    """Whether a JSON value is nested deeper than allowed; not recursive itself, because it protects code that is."""
    level = [value]
    for _ in range(_DEEPEST):
        items = (item for each in level for item in (each.values() if isinstance(each, dict) else each))
        level = [item for item in items if isinstance(item, dict | list)]
    return bool(level)


def without_nulls(value: Any, shape: Any, simple: Callable[[Any, Any], Any] = lambda value, shape: value) -> Any:
    """A value without its null fields, which count as missing; in a document, null is a value.

    Args:
        value: The value.
        shape: botocore's shape of it.
        simple: From each value that has no fields or items, and its shape, to what stands there instead.
    """
    if shape.metadata.get("document"):
        return value
    kind = shape.type_name
    if kind == "structure" and isinstance(value, Mapping):
        return {
            name: without_nulls(field, shape.members[name], simple) if name in shape.members else field
            for name, field in value.items()
            if field is not None
        }
    if kind == "list" and isinstance(value, list | tuple):
        return [without_nulls(item, shape.member, simple) for item in value]
    if kind == "map" and isinstance(value, Mapping):
        return {key: without_nulls(item, shape.value, simple) for key, item in value.items()}
    return simple(value, shape)


_from_json = json.JSONDecoder().decode
# No operation's output contains itself, so the encoder need not check for that.
_to_json = json.JSONEncoder(default=event_streams.json_value, check_circular=False, separators=(",", ":")).encode


# The ids of requests: each is a UUID, and that of no other request. A new UUID for each took longer than the JSON.
_PROCESS = str(uuid.uuid4())[:24]
_responses = itertools.count()


def _response(status: int, headers: dict[str, str], body: bytes | tuple[Part, ...], content_type: str) -> Response:
    """A response with this body or stream, and the headers that every response has."""
    headers["x-amzn-RequestId"] = f"{_PROCESS}{next(_responses):012x}"
    headers["content-type"] = content_type
    if isinstance(body, bytes):  # a stream has no length before it ends
        headers["content-length"] = str(len(body))
        body = (Part(body),)
    return Response(status, headers, body)


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
    metadata: Mapping[str, Any]
    constraint: str

    def __str__(self) -> str:
        # A list as Java writes it, nothing of what is sensitive (both seen on AWS).
        value = f"[{', '.join(map(str, self.value))}]" if isinstance(self.value, list) else self.value
        said = "null " if value is None else "" if self.metadata.get("sensitive") else f"'{value}' "
        return f"Value {said}at '{self.path}' failed to satisfy constraint: Member must {self.constraint}"


def _misfit(value: Any, kind: str) -> str:
    """What the service says of a value of another type than this one (seen on sibling services)."""
    if isinstance(value, list):
        return "Start of list found where not expected"
    if isinstance(value, dict):
        return "Start of structure or map found where not expected."
    if kind in ("list", "map", "structure"):
        return "Expected list or null" if kind == "list" else "Expected null"
    found = str(value).upper() if isinstance(value, bool) else "STRING" if isinstance(value, str) else "NUMBER"
    return f"{found}_VALUE can not be converted to {'an' if kind == 'integer' else 'a'} {kind.capitalize()}"


def violations(shape: Any, value: Any, path: str = "") -> Iterator[Violation]:
    """Everything that is wrong with a value, its fields and its items.

    Args:
        shape: botocore's shape of the value.
        value: The value, as JSON has it.
        path: Where the value stands in the request.

    Raises:
        ServiceError: SerializationException for a value of another type.
    """
    kind, metadata = shape.type_name, shape.metadata
    if kind not in _TYPES or "document" in metadata:  # a time, which is read from the query, or any JSON value
        return
    if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        if value is not None:
            raise ServiceError("SerializationException", _misfit(value, kind))
        yield Violation(path, None, metadata, "not be null")  # an item of a list, or a value of a map
        return
    if kind == "structure":
        members, prefix = shape.members, f"{path}." if path else ""
        for name in shape.required_members:
            if name not in value:
                yield Violation(prefix + name, None, metadata, "not be null")
        for name, field in value.items():
            if name in members:
                yield from violations(members[name], field, prefix + name)
        if shape.is_tagged_union and len(members.keys() & value.keys()) != 1:
            yield Violation(path, value, metadata, f"have exactly one of: [{', '.join(members)}]")
        return
    if "enum" in metadata and value not in metadata["enum"]:
        yield Violation(path, value, metadata, f"satisfy enum value set: [{', '.join(metadata['enum'])}]")
    if "pattern" in metadata and not matcher(metadata["pattern"])(value):
        yield Violation(path, value, metadata, f"satisfy regular expression pattern: {metadata['pattern']}")
    if "min" in metadata or "max" in metadata:  # of a blob in JSON, its Base64: none has a max
        what, number = ("length", len(value)) if hasattr(value, "__len__") else ("value", value)
        if "min" in metadata and not number >= metadata["min"]:  # as NaN is
            yield Violation(path, value, metadata, f"have {what} greater than or equal to {metadata['min']}")
        if "max" in metadata and number > metadata["max"]:
            yield Violation(path, value, metadata, f"have {what} less than or equal to {metadata['max']}")
    if kind == "list":
        for index, item in enumerate(value, 1):
            yield from violations(shape.member, item, f"{path}.{index}.member")
    elif kind == "map":
        for key, item in value.items():
            yield from violations(shape.key, key, f"{path}.{key}.key")
            yield from violations(shape.value, item, f"{path}.{key}.value")


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
    if shape.serialization.get("eventstream"):
        return [{name: example(shape.members[name])} for name in list(shape.members)[:1]]
    if shape.type_name == "structure":
        members = list(shape.members)[:1] if shape.is_tagged_union else shape.required_members
        if not members and "payload" in shape.serialization:
            members = [shape.serialization["payload"]]
        return {name: example(shape.members[name]) for name in members}
    least: int = shape.metadata.get("min", 0)
    if shape.type_name == "list":
        return [example(shape.member)] * least
    if shape.type_name == "string":
        return (shape.metadata.get("enum") or [shape.name])[0].ljust(least, "-")
    return {**_SCALARS, "integer": least, "long": least}.get(shape.type_name, {})


_SCALARS = {"boolean": True, "timestamp": "2026-01-31T12:00:00Z", "double": 0.5, "float": 0.5, "blob": b""}
