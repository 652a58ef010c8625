"""Requests and responses that are not one JSON object: bodies of any bytes, headers, event streams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from ..protocol import OperationCodec, Response, response_of
from ..validation import Check, Violation
from . import event_stream, targets
from .delivery import Delivery


class InferenceCodec(OperationCodec):
    """The requests and responses of an operation of bedrock-runtime; the rules are the service model's here, too.

    Attributes:
        payload: The field of the output that is the body of the response, or None where all fields are in the body.
        streams: Whether the body is an event stream.
    """

    def __init__(self, operation_model: Any) -> None:
        super().__init__(operation_model)
        shape, output = operation_model.input_shape, operation_model.output_shape
        self._body_field: str | None = shape.serialization.get("payload")
        self._request_headers = _headers_of(shape)
        self.reads_headers: bool = bool(self._request_headers)
        self._response_headers = _headers_of(output)
        self.check: Check = _with_newer_models(self.check)
        self.payload: str | None = output.serialization.get("payload")
        self.streams: bool = operation_model.has_event_stream_output

    def decode(
        self, url: str, body: bytes | str | None, headers: Mapping[str, str | bytes] | None = None
    ) -> dict[str, Any]:
        """The parameters of a request, from its headers too; see ``OperationCodec.decode``."""
        found = super().decode(url, body, headers)
        for name, wire_name in self._request_headers.items():
            if (value := (headers or {}).get(wire_name)) is not None:
                found[name] = value.decode() if isinstance(value, bytes) else value
        return found

    def read_body(self, body: bytes | str | None) -> dict[str, Any]:
        """The parameters in the body, which may be one parameter itself."""
        if self._body_field is None:
            return super().read_body(body)
        return {self._body_field: body.encode() if isinstance(body, str) else bytes(body or b"")}

    def encode(self, output: Mapping[str, Any]) -> Response:
        """A response with the fields of an output where the service model puts them: in headers, or as the body."""
        headers = {wire: output[name] for name, wire in self._response_headers.items() if name in output}
        if self.streams:
            stream = b"".join(map(event_stream.frame, output[str(self.payload)]))
            response = response_of(self.status, headers, stream, event_stream.CONTENT_TYPE)
            del response.headers["content-length"]  # a stream has no length before it ends
            return response
        if self.payload:
            return response_of(self.status, headers, output[self.payload], headers.pop("Content-Type"))
        return super().encode(output)

    def delivery(self, response: Response) -> Delivery | None:
        """The body of a success, if the service model says that it is not a JSON object."""
        if self.payload is None or response.status >= HTTPStatus.MULTIPLE_CHOICES:
            return None
        return Delivery(response.body, is_stream=self.streams, breaks=response.breaks, pauses=response.pauses)


def _with_newer_models(check: Check) -> Check:
    """The same check, but accepting these models' ARNs where the service model is older than the models."""

    def check_all(parameters: Any) -> Sequence[Violation]:
        found = check(parameters)
        if found and targets.is_well_formed(parameters["modelId"]):
            found = [violation for violation in found if violation.path != "modelId"]
        return found

    return check_all


def _headers_of(shape: Any) -> dict[str, str]:
    return {
        name: member.serialization["name"]
        for name, member in shape.members.items()
        if member.serialization.get("location") == "header"
    }
