"""What a test prepared but did not use: faults that no request got, outcomes that no job took."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from .errors import UnusedError, see
from .faults.injected import FaultPlan
from .records import Call
from .store.outcomes import PlannedOutcomes

_MOST_STARTED = 5


def unused_error(
    plan: FaultPlan, outcomes: PlannedOutcomes, all_calls: Callable[[], Sequence[Call]]
) -> UnusedError | None:
    """The error for a test that ends now; None if it has used all that it prepared."""
    unfired, untaken = plan.unfired(), outcomes.untaken()
    if not (unfired or untaken):
        return None
    calls = all_calls()
    sentences = []
    if unfired:
        called = ", ".join(dict.fromkeys(call.operation for call in calls)) or "none"
        sentences += [f"no request got {_listed(unfired)}; operations called: {called}"]
        sentences += [misfit for fault in unfired if (misfit := fault.misfit(calls))]
    if untaken:
        sentences += [f"no job took {_listed(untaken)}; jobs started: {_started(calls)}"]
    sentences += ["Remove it, or allow it with allow_unused=True, where it is written or as an option of the mock"]
    return UnusedError(f"{'. '.join(sentences)}. {see('A fault that never fired')}")


def _listed(prepared: Iterable[object]) -> str:
    return ", ".join(map(repr, prepared))


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
    names = ("jobName", "targetModelName", "modelName", "modelDeploymentName")
    return next(str(call.parameters[name]) for name in names if name in call.parameters)
