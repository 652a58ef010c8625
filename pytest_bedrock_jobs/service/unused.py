"""What the author of a test has to hear of when it ends: what the code under test hid, and what nothing used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from .errors import BedrockJobsError, UnsupportedOperationError, UnusedError, UsageError, see
from .records import Call

if TYPE_CHECKING:
    from .dispatcher import Service, State

_MOST_STARTED = 5


def prepared(state: State) -> list[object]:
    """What a test has prepared and can still be used."""
    return [*state.fault_plan.active(), *state.store.planned_outcomes.waiting()]


def errors_of(service: Service, besides: Sequence[object] = ()) -> list[Exception]:
    """Everything that the author of a test that ends now has to know; each error is in one list only.

    Args:
        service: A mock of the test.
        besides: What is not for this test to use, where tests share the mock.
    """
    state = service.state
    found = [
        *((error, error) for error in state.server_errors),
        *((error, error) for error in [state.loops.error] if error),
        *((text, UnsupportedOperationError(text)) for text in state.unsupported),
        *((error, UsageError(str(error))) for error in state.usage_errors),
    ]
    besides = [*state.reported, *besides]
    errors: list[Exception] = [error for key, error in found if not _is_in(besides, key)]
    if not service.settings["allow_unused"] and (unused := _unused_error(state, besides)):
        errors.append(unused)
    state.reported += [*(key for key, _ in found), *(thing for thing in prepared(state) if not _is_in(besides, thing))]
    return errors


def as_one(errors: Sequence[Exception]) -> Exception | None:
    """Several errors as one, of the kind of the first; None if there are none."""
    if len(errors) <= 1:
        return errors[0] if errors else None
    kind = type(errors[0]) if isinstance(errors[0], BedrockJobsError) else BedrockJobsError
    return kind("\n".join(dict.fromkeys(map(str, errors))))


def _unused_error(state: State, besides: Sequence[object]) -> UnusedError | None:
    faults = [fault for fault in state.fault_plan.unfired() if not _is_in(besides, fault)]
    outcomes = [outcome for outcome in state.store.planned_outcomes.untaken() if not _is_in(besides, outcome)]
    if not (faults or outcomes):
        return None
    calls = state.calls()
    sentences = []
    if faults:
        called = ", ".join(dict.fromkeys(call.operation for call in calls)) or "none"
        sentences += [f"no request got {_listed(faults)}; operations called: {called}"]
        sentences += [misfit for fault in faults if (misfit := fault.misfit(calls))]
    if outcomes:
        sentences += [f"no job took {_listed(outcomes)}; jobs started: {_started(calls)}"]
    sentences += ["Remove it, or allow it with allow_unused=True, where it is written or as an option of the mock"]
    return UnusedError(f"{'. '.join(sentences)}. {see('A fault that never fired')}")


def _is_in(things: Iterable[object], thing: object) -> bool:
    return any(thing is other for other in things)


def _listed(things: Iterable[object]) -> str:
    return ", ".join(map(repr, things))


def _started(calls: Sequence[Call]) -> str:
    """The latest jobs that were started, with what NEXT_JOB can select them by."""
    started = [
        f"{call.operation} in {call.region}: {_name_of(call)}"
        for call in calls
        if call.operation.startswith("Create") and call.output
    ]
    return ", ".join(started[-_MOST_STARTED:]) or "none"


def _name_of(call: Call) -> str:
    """The name by which NEXT_JOB knows the job that a call started."""
    names = ("jobName", "targetModelName", "modelName")
    return next(str(call.parameters[name]) for name in names if name in call.parameters)
