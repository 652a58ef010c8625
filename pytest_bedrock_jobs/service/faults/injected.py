"""Injected faults: which request gets which."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from ..errors import UsageError, no_such, see, short
from ..records import Call
from ..wire.api_names import RUNTIME, RUNTIME_OPERATIONS
from .attempts import PASS, ApiCall, Fault

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

ANY = "*"
"""Any operation."""

_WIDEST_VALUE, _MOST_VALUES = 60, 5

Times: TypeAlias = "int | Literal['one call'] | None"
"""How often faults apply: so many times, in every attempt of one call, or (None) until they are removed."""

Where: TypeAlias = "Mapping[str, Any] | Callable[[Mapping[str, Any]], bool]"


class InjectedFault:
    """A sequence of faults, and the requests that it applies to.

    Attributes:
        fired: How many requests have got a fault; with ``times="one call"``, how many calls. A request that ``PASS``
            let through does not count.
    """

    def __init__(
        self,
        operation: str,
        faults: tuple[Fault, ...],
        *,
        region: str | None,
        where: Where | None,
        after: int,
        times: Times,
        allow_unused: bool,
        calls_before: int,
    ) -> None:
        self.fired: int = 0
        self._taken = 0
        self._operation = operation
        self._faults = faults
        self._region = region
        self._where = where
        self._after = self._passing = after
        self._one_call = times == "one call"
        self._call: ApiCall | None = None  # with times="one call": that call
        self._left = 1 if times == "one call" else None if times is None else times * len(faults)
        self._allow_unused = allow_unused
        self._calls_before = calls_before
        self._present = True

    def __repr__(self) -> str:
        labels = ", ".join(fault.label for fault in self._faults)
        region = f" in {self._region}" if self._region else ""
        where = "" if self._where is None else f" where {_names(self._where)}"
        after = f" after {self._after} more" if self._after else ""
        left = "until removed" if self._left is None else f"left {self._left}"
        return f"<{labels} on {self._operation}{region}{where}{after}: fired {self.fired}, {left}>"

    @property
    def active(self) -> bool:
        """Whether another request can get it."""
        return self._present and self._left != 0

    @property
    def unfired(self) -> bool:
        """Whether a test that ends now has not used it."""
        return self.active and not self.fired and not self._allow_unused

    def misfit(self, calls: Sequence[Call]) -> str | None:
        """Why it applied to none of these calls, all of the test's; None if its operation was not called at all."""
        fitting = [call for call in calls[self._calls_before :] if self._operation in (ANY, call.operation)]
        if not fitting:
            earlier = any(self._operation in (ANY, call.operation) for call in calls)
            return f"{self._operation} was called before the fault was injected" if earlier else None
        regions = ", ".join(dict.fromkeys(call.region for call in fitting))
        fitting = [call for call in fitting if self._region in (None, call.region)]
        if not fitting:
            return f"{self._operation} was called in {regions}, not in {self._region}"
        if self._where is not None and not any(fits(self._where, call.parameters) for call in fitting):
            return f"{self._operation} was called {_difference(self._where, fitting)}"
        if self._after:
            return f"The first {self._passing} requests pass, and only {self._passing - self._after} came"
        return "The requests got faults.PASS; the fault after it was not reached"

    def remove(self) -> None:
        """Let all further requests pass."""
        self._present = False

    def concerns(self, operation: str) -> bool:
        """Whether it may apply to a request of this operation."""
        return self._present and self._operation in (ANY, operation)

    def applies_to(self, call: ApiCall, parameters: Mapping[str, Any]) -> bool:
        """Whether it applies to this request."""
        if self._call is not None:
            return call is self._call and self._present
        return (
            self.active
            and self._operation in (ANY, call.operation)
            and self._region in (None, call.scope.region)
            and fits(self._where, parameters)
        )

    def take(self, call: ApiCall) -> Fault | None:
        """The fault for the next request that it applies to; None for a request that passes."""
        if self._after:
            self._after -= 1
            return None
        fault = self._faults[self._taken % len(self._faults)]
        self._taken += 1
        if self._one_call:
            self._call, self._left = call, 0
        elif self._left is not None:
            self._left -= 1
        if fault is PASS:
            return None
        self.fired = 1 if self._one_call else self.fired + 1
        return fault


def allow(denials: list[str], action: str) -> None:
    """Allow an action that was denied."""
    if action not in denials:
        denied = f"denied are: {', '.join(denials)}" if denials else "no action is"
        raise _refused(f"allow: {action!r} is not denied; {denied}.")
    denials.remove(action)


def denied(denials: Iterable[str], actions: Collection[str]) -> str | None:
    """The first of these actions that is denied."""
    return next((action for action in actions if any(any_action(denial, [action]) for denial in denials)), None)


def checked(
    operation: str,
    faults: tuple[Fault, ...],
    where: Where | None,
    after: int,
    times: Times,
    allow_unused: bool,
    known: Collection[str],
) -> None:
    """Refuse what cannot be injected.

    Raises:
        UsageError: For an operation that does not exist, for what is not a fault or a condition, or for a number out of
            range.
    """
    if operation not in (ANY, *known):
        raise _refused(f"{no_such('operation', operation, known)}; '*' stands for any.")
    if not faults:
        raise _refused("inject takes at least one fault, such as faults.service_error('ThrottlingException').")
    for fault in faults:
        if not isinstance(fault, Fault):
            raise _refused(
                f"{fault!r} is not a fault: inject takes what the functions of pytest_bedrock_jobs.faults return, such "
                "as faults.service_error('ThrottlingException') and faults.read_timeout(), one after the other."
            )
        if fault.label in RUNTIME and operation not in (ANY, *RUNTIME_OPERATIONS):
            raise _refused(
                f"{fault.label} is an error of bedrock-runtime, which {operation} does not return; the operations that "
                f"return it are: {', '.join(RUNTIME_OPERATIONS)}."
            )
        if fault.operations and operation not in (ANY, *fault.operations):
            raise _refused(
                f"{fault!r} cannot apply to {operation}; it applies to responses of: {', '.join(fault.operations)}."
            )
    checked_condition(where)
    if not _is_number(after, 0):
        raise _refused(f"after is the number of requests that pass first, 0 or more, not {after!r}.")
    if not (times is None or times == "one call" or _is_number(times, 1)):
        raise _refused(
            "times is how often the faults apply: a number of 1 or more, 'one call' (in every attempt of one call) or "
            f"None (until they are removed), not {times!r}."
        )
    if not isinstance(allow_unused, bool):
        raise _refused(f"allow_unused is True or False, not {allow_unused!r}.")


def _is_number(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def checked_condition(where: object) -> None:
    """Refuse what is not a condition on the parameters of a request.

    Raises:
        UsageError: If it is not.
    """
    if not (where is None or callable(where) or isinstance(where, Mapping)):
        raise _refused(f"where is a mapping of parameters, or a function that takes them, not {where!r}.")


def checked_action(action: object, permissions: Collection[str]) -> None:
    """Refuse an action that no operation needs.

    Raises:
        UsageError: If none does.
    """
    if not isinstance(action, str):
        raise _refused(f"an action is a string such as 'bedrock:TagResource', not {action!r}.")
    if not any_action(action, permissions):
        known = [f"bedrock:{permission}" for permission in permissions]
        raise _refused(f"{no_such('action', action, known)}.")


def any_action(action: object, permissions: Collection[str]) -> bool:
    """Whether an action is one of these permissions; ``*`` and ``?`` are wildcards, as in a policy."""
    wanted = action.lower() if isinstance(action, str) else ""
    return any(fnmatch.fnmatchcase(f"bedrock:{permission}".lower(), wanted) for permission in permissions)


def _refused(text: str) -> UsageError:
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
        return where(parameters)
    return all(parameters.get(name) == value for name, value in where.items())
