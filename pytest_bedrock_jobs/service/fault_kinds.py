"""What a fault is: something that can go wrong with one attempt of a call."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from .errors import ServiceError

if TYPE_CHECKING:
    from .calls import ApiCall
    from .protocol import Response


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request that meets a fault.

    Attributes:
        call: The API call it belongs to.
        wait: Keeps the caller waiting for so many seconds.
        perform: Carries the request out and gives the answer.
        refuse: Gives the answer of an error; nothing is carried out.
    """

    call: ApiCall
    wait: Callable[[float], None]
    perform: Callable[[], Response]
    refuse: Callable[[ServiceError], Response]


class Fault(Protocol):
    """One thing that can go wrong."""

    @property
    @abstractmethod
    def label(self) -> str:
        """What reports call it."""

    @abstractmethod
    def strike(self, attempt: Attempt, /) -> Response:
        """Answer the request, or raise NoResponseError."""

    @abstractmethod
    def heard(self, answer: str) -> str:
        """What the caller hears instead of an answer, in a word for reports."""


@dataclass(frozen=True, slots=True)
class SimpleFault:
    """A fault with a label; ``carries_out`` says whether the service still carries the request out."""

    label: str
    strike: Callable[[Attempt], Response]
    carries_out: bool = False

    def heard(self, answer: str) -> str:
        """What the caller hears instead of a response."""
        return f"{answer} ({self.label})" if self.carries_out else self.label

    def __repr__(self) -> str:
        return f"<fault: {self.label}>"


PASS: Fault = SimpleFault("pass", lambda attempt: attempt.perform(), carries_out=True)
"""No fault: the request passes, for sequences such as (fail, fail, pass); it is recorded like one that met nothing."""
