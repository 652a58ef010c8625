"""Responses that a test writes itself, for operations that the mock does not have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from .fault_injection import Where, fits

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

StubResponse: TypeAlias = "Mapping[str, Any] | Callable[[Mapping[str, Any]], Mapping[str, Any]]"
"""The fields of a response, or a function that makes them from the parameters of a request."""


class Stub:
    """The response that a test defines for an operation that the mock does not have."""

    def __init__(
        self,
        operation: str,
        response: StubResponse,
        region: str | None,
        where: Where | None,
        check: Callable[[Any], Mapping[str, Any]],
    ) -> None:
        self.operation: str = operation
        self._response = response
        self._region = region
        self._where = where
        self._check = check
        self._present = True

    def __repr__(self) -> str:
        region = f" in {self._region}" if self._region else ""
        return f"<stub of {self.operation}{region}{'' if self._present else ', removed'}>"

    def remove(self) -> None:
        """Let an older stub respond again, or make the operation one that the mock does not have."""
        self._present = False

    def fits(self, operation: str, region: str, parameters: Mapping[str, Any]) -> bool:
        """Whether it applies to this request."""
        return (
            self._present
            and self.operation == operation
            and self._region in (None, region)
            and fits(self._where, parameters)
        )

    def output(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """The fields of the response to a request with these parameters.

        Raises:
            UsageError: If the test's function did not return a valid response.
        """
        return self._check(self._response(parameters)) if callable(self._response) else self._response
