"""Responses that a test writes itself, for operations that the mock does not have."""

from __future__ import annotations

import base64
import datetime
import fnmatch
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from .fault_injection import Where, fits
from .protocol import OperationCodec, Response
from .validation import Check

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

StubResponse: TypeAlias = "Mapping[str, Any] | Callable[[Mapping[str, Any]], Mapping[str, Any]]"
"""The fields of a response, or a function that makes them from the parameters of a request."""


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


class Stub:
    """The response that a test defines for an operation that the mock does not have."""

    def __init__(
        self,
        operation: str,
        response: StubResponse,
        region: str | None,
        where: Where | None,
        model: str | None,
        check: Callable[[Any], Mapping[str, Any]],
    ) -> None:
        self.operation: str = operation
        self._model = model
        self._response = response
        self._region = region
        self._where = where
        self._check = check
        self._present = True

    def __repr__(self) -> str:
        model = f" with {self._model}" if self._model else ""
        region = f" in {self._region}" if self._region else ""
        return f"<stub of {self.operation}{model}{region}{'' if self._present else ', removed'}>"

    def remove(self) -> None:
        """Let an older stub respond again, or make the operation one that the mock does not have."""
        self._present = False

    def fits(self, operation: str, region: str, parameters: Mapping[str, Any]) -> bool:
        """Whether it applies to this request."""
        return (
            self._present
            and self.operation == operation
            and self._region in (None, region)
            and (self._model is None or fnmatch.fnmatchcase(str(parameters.get("modelId")), self._model))
            and fits(self._where, parameters)
        )

    def output(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """The fields of the response to a request with these parameters.

        Raises:
            UsageError: If the test's function did not return a valid response.
        """
        return self._check(self._response(parameters)) if callable(self._response) else self._response
