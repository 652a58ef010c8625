"""Responses that a test writes itself, for operations that the mock does not have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

StubResponse: TypeAlias = "Mapping[str, Any] | Callable[[Mapping[str, Any]], Mapping[str, Any]]"
"""The fields of a response, or a function that makes them from the parameters of a request."""


class Stub:
    """The response that a test defines for an operation that the mock does not have.

    Args:
        operation: The operation.
        region: The Region of the requests that get it; None for every Region.
        model: The model that it stands for, in its repr; None for one that names none.
        applies: Whether a request with these parameters gets it.
        output: From the parameters of a request to the fields of the response.
        allow_unused: Whether the test may end although no request got it.
    """

    def __init__(
        self,
        operation: str,
        region: str | None,
        model: str | None,
        applies: Callable[[Mapping[str, Any]], bool],
        output: Callable[[Mapping[str, Any]], Mapping[str, Any]],
        *,
        allow_unused: bool,
    ) -> None:
        self.operation: str = operation
        self._output = output
        self._region = region
        self._model = model
        self._applies = applies
        self._present = True
        self._used = False
        self._allow_unused = allow_unused

    def __repr__(self) -> str:
        model = f" with {self._model}" if self._model else ""
        region = f" in {self._region}" if self._region else ""
        return f"<stub of {self.operation}{model}{region}{'' if self._present else ', removed'}>"

    @property
    def unused(self) -> bool:
        """Whether a request has still to get it."""
        return self._present and not self._used and not self._allow_unused

    def remove(self) -> None:
        """Let an older stub respond again, or make the operation one that the mock does not have."""
        self._present = False

    def fits(self, operation: str, region: str, parameters: Mapping[str, Any]) -> bool:
        """Whether it responds to this request."""
        return (
            self._present
            and self.operation == operation
            and self._region in (None, region)
            and self._applies(parameters)
        )

    def output(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """The fields of the response to a request with these parameters.

        Raises:
            UsageError: If the test's function did not return a valid response.
        """
        self._used = True
        return self._output(parameters)
