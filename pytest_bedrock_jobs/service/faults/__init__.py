"""What can go wrong: a call and its attempts, what a fault makes of an attempt, and which requests get which fault."""

from __future__ import annotations

import copy
import datetime
import fnmatch
import itertools
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, cast

from ..arns import Scope
from ..errors import NoResponseError, ServiceError, UsageError, see, short, text_of
from ..records import Call, frozen
from ..wire.api_names import RUNTIME, RUNTIME_OPERATIONS
from ..wire.codec import OperationCodec, Response

if TYPE_CHECKING:
    from ..wire.api_names import Operation
    from ..wire.event_streams import Delivery

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it


class AttemptOutcome(NamedTuple):
    """The outcome of one request, from the service or from a fault that replaces it.

    Attributes:
        label: The outcome in a word, as in ``Call.responses``: a status, an error code, or the fault.
        response: The response; None where the connection fails.
        connection_error: How the connection fails: one of the constants of NoResponseError.
        output: The output that botocore finds in the response.
        error: The error that botocore finds in the response.
        replayed: Whether the response is that of an earlier call, because of an idempotency token.
        fault: The label of the injected fault.
    """

    label: str
    response: Response | None = None
    connection_error: str = ""
    output: Mapping[str, Any] | None = None
    error: ServiceError | None = None
    replayed: bool = False
    fault: str | None = None

    def received(self) -> Response:
        """The response that botocore receives.

        Raises:
            NoResponseError: Where the connection fails instead.
        """
        if self.response is None:
            raise NoResponseError(self.connection_error)
        return self.response


def refusal(codec: OperationCodec, error: ServiceError) -> AttemptOutcome:
    """The service responds with an error."""
    return AttemptOutcome(error.code, codec.encode_error(error), error=error)


def no_response(kind: str) -> AttemptOutcome:
    """The connection fails."""
    return AttemptOutcome(kind, connection_error=kind)


NOT_CARRIED_OUT: AttemptOutcome = AttemptOutcome("")
"""The outcome of a request that a fault keeps from the service."""


@dataclass(frozen=True, slots=True, repr=False)
class Fault:
    """One thing that can go wrong.

    Attributes:
        label: Its name in reports.
        outcome: A function from the call, and the outcome of carrying its request out, to the outcome of this attempt.
        carries_out: Whether the service carries the request out first.
        seconds: How long the response takes on the mock's clock; a client waits no longer than its read timeout.
        operations: Those whose responses it changes; empty for all.
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
        return self.outcome(call, carried_out)._replace(label=label, fault=self.label)


PASS: Fault = Fault("pass", lambda call, carried_out: carried_out, carries_out=True)
"""No fault: the request passes, for sequences such as (fail, fail, pass). Its record does not mention it."""


@dataclass(slots=True, eq=False)
class ApiCall:
    """One API call, with all requests that are sent for it.

    Attributes:
        operation: Its name.
        scope: Account, Region and partition of the caller.
        read_timeout: How many seconds the caller waits for a response.
        wait: Makes a caller in another process wait for so many seconds; None where only the mock's clock moves.
        foreign: Whether it invokes a model that is not the mock's, for which only stubs and faults respond.
        codec: The operation's requests and responses; set by the first request.
        time: When that came; at the end of a call that sent none.
        parameters: Those of the latest request, by the API's names, as far as they could be read.
        output: The output of the service to that request, or None.
        error: Its error, or the exception that the caller gets, whatever the response was; None if there is neither.
        replayed: Whether the response is that of an earlier call, because of an idempotency token.
        responses: The label of the outcome of each request.
        faults: The label of each injected fault.
        slept: The seconds between the requests.
        delivery: A body or stream that is read after the call has returned.
    """

    operation: str
    scope: Scope
    read_timeout: float = math.inf
    wait: Callable[[float], None] | None = None
    foreign: bool = False
    codec: OperationCodec = field(init=False)
    time: datetime.datetime = field(init=False)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    output: Mapping[str, Any] | None = None
    error: ServiceError | None = None
    replayed: bool = False
    responses: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    slept: float = 0.0
    delivery: Delivery | None = None
    _record: Call | None = None

    def attempted(self, outcome: AttemptOutcome) -> None:
        """Note the outcome of a request."""
        self.output, self.error, self.replayed = outcome.output, outcome.error, outcome.replayed
        self.responses += (outcome.label,)
        if outcome.response:
            self.delivery = self.codec.delivery(outcome.response)
        if outcome.fault:
            self.faults += (outcome.fault,)

    def end(self, error: BaseException | None) -> None:
        """Note that its caller has a response, or this exception."""
        self._record = None
        if error is not None:
            self.output, self.error = None, ServiceError(type(error).__name__, text_of(error))

    @property
    def record(self) -> Call:
        """The call as a test sees it, once it has ended; made when somebody looks, as most are never looked at."""
        self._record = self._record or Call(
            operation=cast("Operation", self.operation),
            region=self.scope.region,
            account_id=self.scope.account_id,
            time=self.time,
            parameters=frozen(self.parameters),
            output=frozen(self.output),
            error_code=self.error.code if self.error else None,
            error_message=self.error.message if self.error else None,
            responses=self.responses,
            faults=self.faults,
            replayed=self.replayed,
            slept_seconds=self.slept,
            _delivery=self.delivery,
        )
        return self._record


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
    _present: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        _check_faults(self.operation, self.faults)
        after, times = self.after, self.times
        if not _is_number(after, 0):
            raise refused_fault(f"after is the number of requests that pass first, 0 or more, not {after!r}.")
        if not (times is None or times == "one call" or _is_number(times, 1)):
            raise refused_fault(
                "times is how often the faults apply: a number of 1 or more, 'one call' (in every attempt of one call) "
                f"or None (until they are removed), not {times!r}."
            )
        if not isinstance(self.allow_unused, bool):
            raise refused_fault(f"allow_unused is True or False, not {self.allow_unused!r}.")
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
        return self._present and self._left != 0

    @property
    def unfired(self) -> bool:
        """Whether a test that ends now has not used it."""
        return self.active and not self.fired and not self.allow_unused

    def misfit(self, calls: Sequence[Call]) -> str | None:
        """Why it applied to none of these calls, all of the test's; None if its operation was not called at all."""
        fitting = [call for call in calls[self.calls_before :] if self.operation in (ANY, call.operation)]
        if not fitting:
            earlier = any(self.operation in (ANY, call.operation) for call in calls)
            return f"{self.operation} was called before the fault was injected" if earlier else None
        regions = ", ".join(dict.fromkeys(call.region for call in fitting))
        fitting = [call for call in fitting if self.region in (None, call.region)]
        if not fitting:
            return f"{self.operation} was called in {regions}, not in {self.region}"
        if self.where is not None and not any(fits(self.where, call.parameters) for call in fitting):
            return f"{self.operation} was called {_difference(self.where, fitting)}"
        if self._passing:
            return f"The first {self.after} requests pass, and only {self.after - self._passing} came"
        return "The requests got faults.PASS; the fault after it was not reached"

    def remove(self) -> None:
        """Let all further requests pass."""
        self._present = False

    def concerns(self, operation: str) -> bool:
        """Whether it may apply to a request of this operation."""
        return self._present and self.operation in (ANY, operation)

    def applies_to(self, call: ApiCall) -> bool:
        """Whether it applies to this request."""
        if self._call is not None:
            return call is self._call and self._present
        return (
            self.active
            and self.operation in (ANY, call.operation)
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


def allow(denials: list[str], action: str) -> None:
    """Allow an action that was denied."""
    if action not in denials:
        denied = f"denied are: {', '.join(denials)}" if denials else "no action is"
        raise refused_fault(f"allow: {action!r} is not denied; {denied}.")
    denials.remove(action)


def any_denied(denials: Iterable[str], actions: Collection[str]) -> str | None:
    """The first of these actions that is denied."""
    return next((action for action in actions if any(any_action(denial, [action]) for denial in denials)), None)


def _check_faults(operation: str, faults: tuple[Fault, ...]) -> None:
    if not faults:
        raise refused_fault("inject takes at least one fault, such as faults.service_error('ThrottlingException').")
    for fault in faults:
        if not isinstance(fault, Fault):
            raise refused_fault(
                f"{fault!r} is not a fault: inject takes what the functions of pytest_bedrock_jobs.faults return, such "
                "as faults.service_error('ThrottlingException') and faults.read_timeout(), one after the other."
            )
        if fault.label in RUNTIME and operation not in (ANY, *RUNTIME_OPERATIONS):
            raise refused_fault(
                f"{fault.label} is an error of bedrock-runtime, which {operation} does not return; the operations that "
                f"return it are: {', '.join(RUNTIME_OPERATIONS)}."
            )
        if fault.operations and operation not in (ANY, *fault.operations):
            raise refused_fault(
                f"{fault!r} cannot apply to {operation}; it applies to responses of: {', '.join(fault.operations)}."
            )


def _is_number(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def any_action(action: str, permissions: Collection[str]) -> bool:
    """Whether an action is one of these permissions; ``*`` and ``?`` are wildcards, as in a policy."""
    return any(fnmatch.fnmatchcase(f"bedrock:{permission}".lower(), action.lower()) for permission in permissions)


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
