"""The faults that a test injects: what a fault makes of an attempt, and which requests get which fault."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ..errors import UsageError, see, short
from ..options import checked
from . import ApiCall, AttemptOutcome

if TYPE_CHECKING:
    from ..records import Call

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it


@dataclass(frozen=True, slots=True, repr=False)
class Fault:
    """One thing that can go wrong.

    Attributes:
        label: Its name in reports.
        outcome: A function from the call, and the outcome of carrying its request out, to the outcome of this attempt.
        carries_out: Whether the service carries the request out first.
        seconds: How long the response takes on the mock's clock; a client waits no longer than its read timeout.
        operations: Those that can get it; empty for all.
    """

    label: str
    outcome: Callable[[ApiCall, AttemptOutcome], AttemptOutcome]
    carries_out: bool = False
    seconds: float = 0.0
    operations: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<fault: {self.label}>"

    @property
    def __name__(self) -> str:
        """The name from which pytest makes the id of a parametrized test."""
        return self.label

    def apply(self, call: ApiCall, carried_out: AttemptOutcome) -> AttemptOutcome:
        """The outcome of an attempt, as its caller sees it."""
        label = f"{carried_out.label} ({self.label})" if self.carries_out else self.label
        # What is too late already stays so: there is no response that a fault could change.
        outcome = carried_out if carried_out.connection_error else self.outcome(call, carried_out)
        return outcome._replace(label=label, fault=self.label)


PASS: Fault = Fault("pass", lambda call, carried_out: carried_out, carries_out=True)
"""No fault: the request passes, for sequences such as (fail, fail, pass). Its record does not mention it."""


ANY = "*"
"""Any operation."""

_WIDEST_VALUE, _MOST_VALUES = 60, 5

Times: TypeAlias = "int | Literal['one call'] | None"
"""How often faults apply: so many times, in every attempt of one call, or (None) until they are removed."""

Where: TypeAlias = "Mapping[str, Any] | Callable[[Mapping[str, Any]], bool]"


@dataclass(eq=False, repr=False)
class InjectedFault:
    """A sequence of faults, and the requests that it applies to.

    Attributes:
        fired: How many requests have got a fault; with ``times="one call"``, how many calls. A request that ``PASS``
            let through does not count.

    Raises:
        UsageError: For what is not a fault, or one that the operation cannot get; for a number out of range.
    """

    operation: str
    faults: tuple[Fault, ...]
    region: str | None
    where: Where | None
    after: int
    times: Times
    allow_unused: bool
    calls_before: int
    fired: int = field(default=0, init=False)
    _call: ApiCall | None = field(default=None, init=False)  # with times="one call": that call

    def __post_init__(self) -> None:
        _check_faults(self.operation, self.faults)
        after, times = self.after, self.times
        if type(after) is not int or after < 0:
            raise refused_fault(f"after is the number of requests that pass first, 0 or more, not {after!r}.")
        if not (times is None or times == "one call" or (type(times) is int and times > 0)):
            raise refused_fault(
                "times is how often the faults apply: a number of 1 or more, 'one call' (in every attempt of one call) "
                f"or None (until they are removed), not {times!r}."
            )
        checked("allow_unused", self.allow_unused)
        self._next = itertools.cycle(self.faults)
        self._passing = after
        self._left = 1 if times == "one call" else None if times is None else times * len(self.faults)

    def __repr__(self) -> str:
        labels = ", ".join(fault.label for fault in self.faults)
        region = f" in {self.region}" if self.region else ""
        where = "" if self.where is None else f" where {_names(self.where)}"
        after = f" after {self._passing} more" if self._passing else ""
        left = "until removed" if self._left is None else f"left {self._left}"
        return f"<{labels} on {self.operation}{region}{where}{after}: fired {self.fired}, {left}>"

    @property
    def active(self) -> bool:
        """Whether another request can get it."""
        return self._left != 0

    @property
    def unused(self) -> bool:
        """Whether a test that ends now has not used it."""
        return self.active and not self.fired and not self.allow_unused

    def misfit(self, calls: Sequence[Call]) -> str | None:
        """Why it applied to none of these calls, all of the test's; None if its operation was not called at all."""
        name = "Bedrock" if self.operation == ANY else self.operation
        fitting = [call for call in calls[self.calls_before :] if self.concerns(call.operation)]
        if not fitting:
            earlier = any(self.concerns(call.operation) for call in calls)
            return f"{name} was called before the fault was injected" if earlier else None
        regions = ", ".join(dict.fromkeys(call.region for call in fitting))
        fitting = [call for call in fitting if self.region in (None, call.region)]
        if not fitting:
            return f"{name} was called in {regions}, not in {self.region}"
        if self.where is not None and not any(fits(self.where, call.parameters) for call in fitting):
            return f"{name} was called {_difference(self.where, fitting)}"
        if self._passing:
            return f"The first {self.after} requests pass, and only {self.after - self._passing} came"
        if PASS in self.faults:
            return "The requests got faults.PASS; the fault after it was not reached"
        return "The requests got faults that were injected before it"

    def remove(self) -> None:
        """Let all further requests pass."""
        self._left, self._call = 0, None

    def concerns(self, operation: str) -> bool:
        """Whether it may apply to a request of this operation: with ANY to those that can get each of its faults."""
        limits = [fault.operations for fault in self.faults if fault.operations]
        return self.active and self.operation in (ANY, operation) and all(operation in limit for limit in limits)

    def applies_to(self, call: ApiCall) -> bool:
        """Whether it applies to this request."""
        return call is self._call or (
            self.concerns(call.operation)
            and self.region in (None, call.scope.region)
            and fits(self.where, call.parameters)
        )

    def take(self, call: ApiCall) -> Fault | None:
        """The fault for the next request that it applies to; None for a request that passes."""
        if self._passing:
            self._passing -= 1
            return None
        fault = next(self._next)
        if self.times == "one call":
            self._call, self._left = call, 0
        elif self._left is not None:
            self._left -= 1
        if fault is PASS:
            return None
        self.fired = 1 if self._call else self.fired + 1
        return fault


def _check_faults(operation: str, faults: tuple[Fault, ...]) -> None:
    if not faults:
        raise refused_fault("inject takes at least one fault, such as faults.service_error('ThrottlingException').")
    for fault in faults:
        if not isinstance(fault, Fault):
            raise refused_fault(
                f"{fault!r} is not a fault: inject takes what the functions of pytest_bedrock_jobs.faults return, such "
                "as faults.service_error('ThrottlingException') and faults.read_timeout(), one after the other."
            )
        if fault.operations and operation not in (ANY, *fault.operations):
            raise refused_fault(
                f"{fault!r} cannot apply to {operation}; it applies to responses of: {', '.join(fault.operations)}."
            )


def refused_fault(text: str) -> UsageError:
    """The error for what cannot be injected, denied or be a condition."""
    return UsageError(f"{text} {see('A fault that is refused')}")


def _names(where: Where) -> str:
    """The parameters that a condition names, without their values, which may be long or secret."""
    return ", ".join(where) if isinstance(where, Mapping) else getattr(where, "__name__", "a condition holds")


def _difference(where: Where, calls: Sequence[Call]) -> str:
    """How the parameters of calls differ from a condition."""
    if callable(where):
        return "only with parameters for which the condition was not True"
    for name, wanted in where.items():
        values = [call.parameters.get(name) for call in calls]
        if wanted not in values:
            others = ", ".join(dict.fromkeys(short(repr(value), _WIDEST_VALUE) for value in values[-_MOST_VALUES:]))
            return f"with {name}={others}, not with {name}={short(repr(wanted), _WIDEST_VALUE)}"
    return f"with each of {_names(where)}, but never with all of them at once"


def fits(where: Where | None, parameters: Mapping[str, Any]) -> bool:
    """Whether a condition holds for the parameters of a request."""
    if where is None:
        return True
    if callable(where):
        return where(copy.deepcopy(parameters))
    return all(parameters.get(name) == value for name, value in where.items())
