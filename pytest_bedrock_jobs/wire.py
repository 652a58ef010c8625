"""From an HTTP request to parameters, from an output or error to an HTTP response: both from the service model."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple

from .constraints import Check, compile_shape, reject
from .errors import ServiceError

_ERROR_TYPE_SUFFIX = ":http://internal.amazon.com/coral/com.amazon.bedrock/"
_CLIENT_FAULT = 400


class Response(NamedTuple):
    """What goes back over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes


class Wire:
    """One operation's requests and responses.

    Args:
        operation_model: botocore's model of the operation, the only source of names, places, limits and statuses.
    """

    def __init__(self, operation_model: Any) -> None:
        self.operation = operation_model.name
        self._status = operation_model.http.get("responseCode", 200)
        self._check: Check = compile_shape(operation_model.input_shape)
        self._error_statuses = {
            shape.error_code: shape.metadata["error"]["httpStatusCode"]
            for shape in operation_model.service_model.error_shapes
        }

    def decode(self, body: bytes | str | None) -> dict[str, Any]:
        """The parameters of a request, by the API's names."""
        parameters: dict[str, Any] = json.loads(body) if body else {}
        return parameters

    def check(self, parameters: Mapping[str, Any]) -> None:
        """Hold the parameters to the service model.

        Raises:
            ServiceError: ValidationException that lists every constraint the request breaks.
        """
        if violations := self._check(parameters):
            raise reject(violations)

    def encode(self, output: Mapping[str, Any]) -> Response:
        """A successful answer with the operation's own status."""
        return _response(self._status, {}, output)

    def encode_error(self, error: ServiceError) -> Response:
        """An error with the status the service model gives its code."""
        status = self._error_statuses.get(error.code, _CLIENT_FAULT)
        headers = {"x-amzn-ErrorType": error.code + _ERROR_TYPE_SUFFIX}
        return _response(status, headers, {"message": error.message, **error.members})


def _response(status: int, headers: dict[str, str], content: Mapping[str, Any]) -> Response:
    body = json.dumps(content).encode()
    headers["x-amzn-RequestId"] = str(uuid.uuid4())
    headers["content-type"] = "application/json"
    headers["content-length"] = str(len(body))
    return Response(status, headers, body)
