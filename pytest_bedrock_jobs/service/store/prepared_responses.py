"""What models say, as a test prepared it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from ..errors import UsageError, see

if TYPE_CHECKING:
    from ..inference.request import InferenceRequest

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

Response: TypeAlias = "str | Sequence[str] | Iterator[str] | Callable[[InferenceRequest], str]"
"""A text, texts for one request after the other, or a function that returns the text for a request."""

ANY_MODEL = "*"
"""Every model for which nothing else was prepared."""

Responder: TypeAlias = "Callable[[InferenceRequest], str]"


class PreparedResponses:
    """The responses prepared for each model; its callers hold the store's lock.

    A model is known by its ARN or its name; ``*`` stands for every model for which nothing else was prepared.
    """

    def __init__(self) -> None:
        self._responders: dict[str, Callable[[], Responder]] = {}

    def prepare(self, model: str, response: Response) -> None:
        """Let a model say this from now on.

        Raises:
            UsageError: For what is neither a text, nor texts, nor a function.
        """
        self._responders[model] = _responder(model, response)

    def take(self, identifiers: Iterable[str]) -> Responder | None:
        """The function that returns the text for the next request to a model with these ARNs and names.

        Raises:
            UsageError: If its texts are used up.
        """
        for identifier in (*identifiers, ANY_MODEL):
            if identifier in self._responders:
                return self._responders[identifier]()
        return None


def _responder(model: str, response: Response) -> Callable[[], Responder]:
    if isinstance(response, str):
        return lambda: lambda request: response
    if callable(response):
        function = response
        return lambda: lambda request: _checked(model, function(request))
    if isinstance(response, Sequence) and response and all(isinstance(text, str) for text in response):
        return _one_after_the_other(model, response)
    if not isinstance(response, Iterator):
        raise UsageError(
            f"respond: a response is a text, a list of texts, or a function that takes the request and returns a text; "
            f"not {response!r}. {see('A response that cannot be prepared')}"
        )
    return _one_after_the_other(model, response)


def _one_after_the_other(model: str, texts: Iterable[str]) -> Callable[[], Responder]:
    left = enumerate(texts)  # one by one: an iterator may have no end
    given = 0

    def take() -> Responder:
        nonlocal given
        for number, text in left:
            given = number + 1
            return lambda request: _checked(model, text)
        raise UsageError(
            f"respond: all {given} responses prepared for {model!r} have been used, and here is another request. "
            f"Prepare more, or a function. {see('A response that cannot be prepared')}"
        )

    return take


def _checked(model: str, text: object) -> str:
    if not isinstance(text, str):
        raise UsageError(
            f"respond: what was prepared for {model!r} gave {text!r}; it has to give the text that the model says. "
            f"{see('A response that cannot be prepared')}"
        )
    return text
