"""What a fault is: something that can go wrong with one attempt of a call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from .arns import Scope
from .attempts import AttemptOutcome
from .wire.codec import OperationCodec

NOT_CARRIED_OUT: AttemptOutcome = AttemptOutcome("")


class Attempt(NamedTuple):
    """One attempt of a call, as a fault sees it.

    Attributes:
        codec: The operation's requests and responses.
        scope: Account, Region and partition of the client.
        read_timeout: How many seconds the client waits for a response.
        carried_out: The outcome of carrying the request out; ``NOT_CARRIED_OUT`` if the fault prevents that.
    """

    codec: OperationCodec
    scope: Scope
    read_timeout: float
    carried_out: AttemptOutcome


@dataclass(frozen=True, slots=True, repr=False)
class Fault:
    """One thing that can go wrong.

    Attributes:
        label: Its name in reports.
        outcome: A function from an attempt to the attempt's outcome.
        carries_out: Whether the service carries the request out first.
        seconds: How long the response takes on the mock's clock; a client waits no longer than its read timeout.
        operations: Those whose responses it changes; empty for all.
    """

    label: str
    outcome: Callable[[Attempt], AttemptOutcome]
    carries_out: bool = False
    seconds: float = 0.0
    operations: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<fault: {self.label}>"

    @property
    def __name__(self) -> str:
        """The name from which pytest makes the id of a parametrized test."""
        return self.label

    def apply(self, attempt: Attempt) -> AttemptOutcome:
        """The outcome of this attempt, as its caller sees it."""
        label = f"{attempt.carried_out.label} ({self.label})" if self.carries_out else self.label
        return replace(self.outcome(attempt), label=label, fault=self.label)


PASS: Fault = Fault("pass", lambda attempt: attempt.carried_out, carries_out=True)
"""No fault: the request passes, for sequences such as (fail, fail, pass). Its record does not mention it."""
