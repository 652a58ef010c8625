"""From an HTTP request to parameters, and from an output or error to an HTTP response, as the service model says."""

from __future__ import annotations

import datetime
import functools
import itertools
import json
import re
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl, unquote

from .errors import ServiceError, validation
from .validation import Check, compile_shape
from .values import Value
from .wire.error_codes import FRAMEWORK, LATER

if TYPE_CHECKING:
    from .inference.delivery import Delivery

_ERROR_TYPE_SUFFIX = ":http://internal.amazon.com/coral/com.amazon.bedrock/"
_CLIENT_FAULT = 400
_JSON = "application/json"
_DEEPEST = 100
"""How deep a body may be nested (the mock's own choice; AWS's limit is not known)."""

T = TypeVar("T")


class Response(Value):
    """An HTTP response.

    Attributes:
        status: The HTTP status.
        headers: The headers.
        body: The bytes after them.
        breaks: Whether the connection breaks after these bytes, before the body is complete.
        pauses: The seconds before each event of a stream.
    """

    __slots__ = ("body", "breaks", "headers", "pauses", "status")

    def __init__(
        self,
        status: int,
        headers: dict[str, str],
        body: bytes,
        breaks: bool = False,
        pauses: tuple[float, ...] = (),
    ) -> None:
        self.status: int = status
        self.headers: dict[str, str] = headers
        self.body: bytes = body
        self.breaks: bool = breaks
        self.pauses: tuple[float, ...] = pauses


class OperationCodec:
    """One operation's requests and responses.

    Args:
        operation_model: botocore's model of the operation, the only source of names, scopes, limits and statuses.

    Attributes:
        operation: Its name.
        status: The HTTP status of its success.
        reads_url: Whether the path or query contains parameters.
        reads_headers: Whether headers contain parameters.
        check: Finds every constraint of the service model that the parameters violate.
    """

    def __init__(self, operation_model: Any) -> None:
        self.operation: str = operation_model.name
        self.status: int = operation_model.http.get("responseCode", 200)
        self._input_shape = operation_model.input_shape
        self._service_model = operation_model.service_model
        self._path = _compile_path(operation_model.http["requestUri"])
        self._query = _compile_query(operation_model.input_shape)
        self.reads_url: bool = bool(self._path or self._query)
        self.reads_headers: bool = False
        self.check: Check = self._check_of(operation_model)

    def _check_of(self, operation_model: Any) -> Check:
        return compile_shape(operation_model.input_shape)

    @functools.cached_property
    def _error_statuses(self) -> Mapping[str, int]:
        """The status of each error code; botocore reads a whole service model for it, and few suites need it."""
        return (
            LATER
            | {code: status for code, (status, _) in FRAMEWORK.items()}
            | {
                shape.error_code: shape.metadata["error"]["httpStatusCode"]
                for shape in self._service_model.error_shapes
            }
        )

    def decode(
        self, url: str, body: bytes | str | None, headers: Mapping[str, str | bytes] | None = None
    ) -> dict[str, Any]:
        """The parameters of a request, by the API's names, from its body, path and query.

        Raises:
            ServiceError: SerializationException for a body that is not a JSON object, or a value in the query that is
                not of the field's type; ValidationException for a time without an offset (the mock's own choice).
        """
        parameters = self.read_body(body)
        if self.reads_url:
            parameters |= self._decode_url(url)
        return parameters

    def read_body(self, body: bytes | str | None) -> dict[str, Any]:
        """The parameters in the body."""
        if not body:
            return {}
        # Not json.loads, which detects the encoding and strips white space, neither of which botocore's requests need.
        text, parameters = "", None
        try:
            text = body.decode() if isinstance(body, bytes) else body
            parameters = _from_json(text)[0]
        except (ValueError, RecursionError):
            pass
        if not isinstance(parameters, dict):  # the code is AWS's, the text the mock's own
            raise ServiceError("SerializationException", "The body of the request is not a JSON object.")
        if text.count("{") + text.count("[") > _DEEPEST and _is_deep(parameters):
            raise ServiceError(
                "SerializationException", f"The body of the request is nested more than {_DEEPEST} deep."
            )
        return _without_nulls(parameters, self._input_shape) if "null" in text else parameters

    def _decode_url(self, url: str) -> dict[str, Any]:
        # Not urlsplit: it keeps the last URLs for as long as the process lives, however long they are.
        path, _, query = url.partition("?")
        found: dict[str, Any] = {}
        if self._path and (match := self._path.search(path)):
            found = {name: _unquoted(value) for name, value in match.groupdict().items()}
        for wire_name, text in _pairs(query) if query else ():
            if wire_name in self._query:
                name, read = self._query[wire_name]
                found[name] = _converted(read, text)
        return found

    def encode(self, output: Mapping[str, Any]) -> Response:
        """A successful response with the operation's own status."""
        return response_of(self.status, {}, _to_json(output).encode(), _JSON)

    def delivery(self, response: Response) -> Delivery | None:
        """The part of a response that is read after the call has returned; None where botocore reads it all before."""
        return None

    def encode_error(self, error: ServiceError) -> Response:
        """An error with the status the service model gives its code."""
        status = self._error_statuses.get(error.code, _CLIENT_FAULT)
        headers = {"x-amzn-ErrorType": error.code + _ERROR_TYPE_SUFFIX}
        content = {"message": error.message, **error.fields}
        return response_of(status, headers, _to_json(content).encode(), _JSON)


# The first four groups of a random UUID; the last one counts.
_REQUEST_IDS = str(uuid.uuid4())[:-12]
_requests = itertools.count()


def response_of(status: int, headers: dict[str, str], body: bytes, content_type: str) -> Response:
    """A response with this body, and the headers that every response has."""
    headers["x-amzn-RequestId"] = f"{_REQUEST_IDS}{next(_requests):012x}"
    headers["content-type"] = content_type
    headers["content-length"] = str(len(body))
    return Response(status, headers, body)


_LONGEST_KEPT = 4096
"""Longer texts are converted each time: a cache of a thousand of them would take gigabytes."""


def _cached(function: Callable[[str], T]) -> Callable[[str], T]:
    """Cache the last results for texts of usual length: code that polls sends the same again and again."""
    cached = functools.lru_cache(maxsize=1024)(function)
    return lambda text: cached(text) if len(text) <= _LONGEST_KEPT else function(text)


_unquoted = _cached(unquote)


@_cached
def _pairs(query: str) -> tuple[tuple[str, str], ...]:
    return tuple(parse_qsl(query, keep_blank_values=True))


@functools.lru_cache(maxsize=4096)
def _iso8601(time: datetime.datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


_from_json = json.JSONDecoder().raw_decode
# No operation's output contains itself, so the encoder need not check for that.
_to_json = json.JSONEncoder(default=_iso8601, check_circular=False, separators=(",", ":")).encode


def _compile_path(template: str) -> re.Pattern[str] | None:
    """Find the path's parameters at its end: ``endpoint_url`` may have put something before them."""
    if "{" not in template:
        return None
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]*)", template) + "$")


def _compile_query(shape: Any) -> dict[str, tuple[str, Callable[[str], Any]]]:
    return {
        member.serialization["name"]: (name, _READERS.get(member.type_name, str))
        for name, member in shape.members.items()
        if member.serialization.get("location") == "querystring"
    }


def _is_deep(value: Any) -> bool:
    """Whether a JSON value is nested deeper than allowed; not recursive itself, because it protects code that is."""
    level = [value]
    for _ in range(_DEEPEST):
        items = (item for each in level for item in (each.values() if isinstance(each, dict) else each))
        level = [item for item in items if isinstance(item, dict | list)]
    return bool(level)


def _without_nulls(value: Any, shape: Any) -> Any:
    """A value without its null fields, which count as missing; in a document, null is a value."""
    if shape.metadata.get("document"):
        return value
    if isinstance(value, dict) and shape.type_name == "structure":
        return {
            name: _without_nulls(field, shape.members[name]) if name in shape.members else field
            for name, field in value.items()
            if field is not None
        }
    if isinstance(value, list) and shape.type_name == "list":
        return [_without_nulls(item, shape.member) for item in value]
    if isinstance(value, dict) and shape.type_name == "map":
        return {key: _without_nulls(item, shape.value) for key, item in value.items()}
    return value


def _time(text: str) -> datetime.datetime:
    time = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    if time.tzinfo is None:
        raise validation(f"The time {text!r} has no offset from UTC.")
    return time


_READERS: dict[str, Callable[[str], Any]] = {"boolean": "true".__eq__, "integer": int, "timestamp": _time}


def _converted(read: Callable[[str], Any], text: str) -> Any:
    try:
        return read(text)
    except ValueError:
        raise ServiceError("SerializationException", f"{text!r} can not be converted to the member's type") from None
