"""Requests and responses of operations that the mock does not have."""

from __future__ import annotations

import base64
import datetime
from collections.abc import Mapping
from typing import Any

from .protocol import OperationCodec, Response
from .validation import Check


class StubCodec(OperationCodec):
    """The requests and responses of an operation that the mock does not have.

    A request's values are not checked: the test decides what it responds to.
    """

    def __init__(self, operation_model: Any) -> None:
        super().__init__(operation_model)
        self._request_payload = _payload(operation_model.input_shape)
        self._response_payload = _payload(operation_model.output_shape)

    def _check_of(self, operation_model: Any) -> Check:
        return lambda parameters: ()

    def decode(
        self, url: str, body: bytes | str | None, headers: Mapping[str, str | bytes] | None = None
    ) -> dict[str, Any]:
        """See ``OperationCodec.decode``."""
        if self._request_payload is None:
            return super().decode(url, body, headers)
        content = {self._request_payload: super().decode("", body)} if body else {}
        return super().decode(url, None, headers) | content

    def encode(self, output: Mapping[str, Any]) -> Response:
        """See ``OperationCodec.encode``."""
        content = output if self._response_payload is None else output.get(self._response_payload, {})
        return super().encode(_to_wire(content))


def _payload(shape: Any) -> str | None:
    """The field that is the whole body, where there is one."""
    name: str | None = shape.serialization.get("payload") if shape else None
    return name


def _to_wire(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _to_wire(item) for name, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_to_wire(item) for item in value]
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime) and value.tzinfo is None:
        return value.replace(tzinfo=datetime.timezone.utc)
    return value
