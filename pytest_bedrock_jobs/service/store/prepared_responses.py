"""The responses that a test prepares: what models say, and those of operations that the mock does not have."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from ..errors import refused_response

if TYPE_CHECKING:
    from ..inference.model_response import InferenceRequest, ModelResponse, Response

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

ANY_MODEL = "*"
"""Every model for which nothing else was prepared."""


class PreparedResponse:
    """The response, or the responses, that a test prepared for one model.

    Args:
        model: The model's ARN or name, or ``*``.
        response: What the test prepared.
        checked: From what stands for one response to that, or a text that says what is wrong with it.
        allow_unused: Whether the test may end although no request got it.

    Attributes:
        model: The model's ARN or name, or ``*``.

    Raises:
        UsageError: For what is no response.
    """

    def __init__(
        self, model: str, response: Response, checked: Callable[[object], ModelResponse | str], *, allow_unused: bool
    ) -> None:
        self.model: str = model
        self._checked = checked
        self._allow_unused = allow_unused
        self._count: int | None = None  # of a list
        self._given = 0
        if isinstance(response, Sequence) and not isinstance(response, str | bytes):
            responses = [one if callable(one) else self._one(one) for one in response]
            if not responses:
                raise refused_response(f"a list has at least one response, and the one for {model!r} is empty")
            self._count = len(responses)
            self._left: Iterator[object] = iter(responses)
        elif isinstance(response, Iterator):  # one by one: it may have no end
            self._left = response
        else:
            self._left = itertools.repeat(response if callable(response) else self._one(response))

    def __repr__(self) -> str:
        text = "response" if self._count is None else f"{self._count - self._given} of {self._count} responses"
        return f"<{text} for {self.model!r}>"

    @property
    def unused(self) -> bool:
        """Whether a request has still to get it, or some of it."""
        return self._given < (self._count or 1) and not self._allow_unused

    def take(self) -> Callable[[InferenceRequest], ModelResponse]:
        """The function that makes the response to the next request.

        Raises:
            UsageError: If they are used up.
        """
        for response in self._left:
            self._given += 1
            return lambda request: self._one(response(request) if callable(response) else response)
        raise refused_response(
            f"nothing is left of what was prepared for {self.model!r} (used: {self._given}), and here is another "
            "request. Prepare more, or a function"
        )

    def _one(self, response: object) -> ModelResponse:
        found = self._checked(response)
        if isinstance(found, str):
            raise refused_response(f"what was prepared for {self.model!r} is no response: {found}")
        return found


StubResponse: TypeAlias = "Mapping[str, Any] | Callable[[Mapping[str, Any]], Mapping[str, Any]]"
"""The fields of a response, or a function that makes them from the parameters of a request."""


@dataclass(slots=True, eq=False, repr=False)
class Stub:
    """The response that a test defines for an operation that the mock does not have.

    Attributes:
        operation: The operation.
    """

    operation: str
    _region: str | None  # of the requests that get it; None for every Region
    _model: str | None  # for its repr; None for one that names none
    _applies: Callable[[Mapping[str, Any]], bool]  # whether a request with these parameters gets it
    _output: Callable[[Mapping[str, Any]], Mapping[str, Any]]  # from these to the fields of the response
    _allow_unused: bool
    _present: bool = True
    _used: bool = False

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
