"""What a test prepared but did not use: faults, stubs and responses that no request got, outcomes that no job took."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from .errors import UnusedError, no_such, see
from .faults.injected import FaultPlan
from .operations import RUNTIME_OPERATIONS
from .operations.deployments import DEPLOYMENT
from .operations.imported_models import IMPORTED_MODEL
from .records import Call
from .store.prepared_responses import ANY_MODEL, PreparedResponse
from .store.resources import Store

_MOST_LISTED = 5


def unused_error(plan: FaultPlan, store: Store, all_calls: Callable[[], Sequence[Call]]) -> UnusedError | None:
    """The error for a test that ends now; None if it has used all that it prepared."""
    unfired, untaken = plan.unfired(), store.planned_outcomes.untaken()
    unsaid, stubs = store.prepared_responses.unused(), [stub for stub in store.stubs if stub.unused]
    if not (unfired or untaken or unsaid or stubs):
        return None
    calls = all_calls()
    sentences = []
    if unfired or stubs:
        called = ", ".join(dict.fromkeys(call.operation for call in calls)) or "none"
        sentences += [f"no request got {_listed([*unfired, *stubs])}; operations called: {called}"]
        sentences += [misfit for fault in unfired if (misfit := fault.misfit(calls))]
    if untaken:
        sentences += [f"no job took {_listed(untaken)}; jobs started: {_started(calls)}"]
    if unsaid:
        sentences += _about_responses(unsaid, store, calls)
    sentences += ["Remove it, or allow it with allow_unused=True, where it is written or as an option of the mock"]
    return UnusedError(f"{'. '.join(sentences)}. {see('A fault that never fired')}")


def _about_responses(unsaid: Sequence[PreparedResponse], store: Store, calls: Sequence[Call]) -> Iterable[str]:
    """Which responses no request got, which models were invoked, and which names fit no model."""
    names = {model.arn: model.name for model in store.table(IMPORTED_MODEL).all()}
    names |= {deployment.arn: deployment.name for deployment in store.table(DEPLOYMENT).all()}
    arns = [call.parameters.get("modelId", "") for call in calls if call.operation in RUNTIME_OPERATIONS]
    invoked = list(dict.fromkeys(names.get(arn, arn) for arn in arns))[-_MOST_LISTED:]
    yield f"no request got {_listed(unsaid)}; models invoked: {', '.join(invoked) or 'none'}"
    for response in unsaid:
        if response.model not in (ANY_MODEL, *names, *names.values()):
            yield no_such("model", response.model, names.values() or ["none"])


def _listed(prepared: Iterable[object]) -> str:
    return ", ".join(map(repr, prepared))


def _started(calls: Sequence[Call]) -> str:
    """The latest jobs that were started, with what NEXT_JOB can select them by."""
    started = [
        f"{call.operation} in {call.region}: {_name_of(call)}"
        for call in calls
        if call.operation.startswith("Create") and call.output
    ]
    return ", ".join(started[-_MOST_LISTED:]) or "none"


def _name_of(call: Call) -> str:
    """The name by which NEXT_JOB knows the job that a call started."""
    names = ("jobName", "targetModelName", "modelName", "modelDeploymentName")
    return next(str(call.parameters[name]) for name in names if name in call.parameters)
