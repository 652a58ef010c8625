"""What the author of a test has to hear of when it ends: what the code under test hid, and what nothing used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from .service.dispatcher import Service, State
from .service.errors import BedrockJobsError, UnsupportedOperationError, UnusedError, UsageError, no_such, see
from .service.records import Call, ImportedModel
from .service.store.resources import Store
from .service.wire.api_names import RUNTIME_OPERATIONS

if TYPE_CHECKING:
    from .service.store.custom_records import CustomModelDeployment
    from .service.store.outcomes import PlannedOutcome
    from .service.store.prepared_responses import PreparedResponse, Stub

_MOST_LISTED = 5


def prepared(state: State) -> list[object]:
    """What a test has prepared and can still be used."""
    store = state.store
    faults = [fault for fault in state.faults if fault.active]
    return [
        *faults,
        *store.planned_outcomes,
        *_unused(store.prepared_responses.values()),
        *_unused(store.stubs),
    ]


def errors_of(service: Service, besides: Sequence[object] = ()) -> list[BaseException]:
    """Everything that the author of a test that ends now has to hear of; each is said once.

    Args:
        service: A mock of the test.
        besides: What is not for this test to use, where tests share the mock.
    """
    state = service.state
    found: list[tuple[object, BaseException]] = [
        *((error, error) for error in state.server_errors),
        *((error, error) for error in [state.loops.error] if error),
        *((text, UnsupportedOperationError(text)) for text in state.unsupported),
        *((error, UsageError(str(error))) for error in state.usage_errors),
    ]
    besides = [*state.reported, *besides]
    errors: list[BaseException] = [error for key, error in found if not _is_in(besides, key)]
    if not service.settings["allow_unused"] and (unused := _unused_error(state, besides)):
        errors.append(unused)
    state.reported += [*(key for key, _ in found), *(thing for thing in prepared(state) if not _is_in(besides, thing))]
    return errors


def as_one(errors: Sequence[BaseException]) -> BaseException | None:
    """Several errors as one, of the kind of the first; None if there are none."""
    if len(errors) <= 1:
        return errors[0] if errors else None
    kind = type(errors[0]) if isinstance(errors[0], BedrockJobsError) else BedrockJobsError
    return kind("\n".join(dict.fromkeys(map(str, errors))))


def _unused_error(state: State, besides: Sequence[object]) -> UnusedError | None:
    store = state.store

    def unused(things: Iterable[object]) -> list[Any]:
        return [thing for thing in things if not _is_in(besides, thing)]

    faults, outcomes = (
        unused(fault for fault in state.faults if fault.unfired),
        unused(_unused(store.planned_outcomes)),
    )
    responses, stubs = unused(_unused(store.prepared_responses.values())), unused(_unused(store.stubs))
    if not (faults or outcomes or responses or stubs):
        return None
    calls = state.calls
    sentences = []
    if faults or stubs:
        called = ", ".join(dict.fromkeys(call.operation for call in calls)) or "none"
        sentences += [f"no request got {_listed([*faults, *stubs])}; operations called: {called}"]
        sentences += [misfit for fault in faults if (misfit := fault.misfit(calls))]
    if outcomes:
        sentences += [f"no job took {_listed(outcomes)}; jobs started: {_started(calls)}"]
    if responses:
        sentences += _about_responses(responses, store, calls)
    sentences += ["Remove it, or allow it with allow_unused=True, where it is written or as an option of the mock"]
    return UnusedError(f"{'. '.join(sentences)}. {see('A fault that never fired')}")


def _about_responses(unsaid: Sequence[PreparedResponse], store: Store, calls: Sequence[Call]) -> Iterable[str]:
    """Which responses no request got, which models were invoked, and which names fit no model."""
    from .service.operations.deployments import DEPLOYMENT
    from .service.operations.imports import IMPORTED_MODEL
    from .service.store.prepared_responses import ANY_MODEL

    invokable: tuple[ImportedModel | CustomModelDeployment, ...] = (
        *store.table(IMPORTED_MODEL).all(),
        *store.table(DEPLOYMENT).all(),
    )
    names = {model.arn: model.name for model in invokable}
    arns = [call.parameters.get("modelId", "") for call in calls if call.operation in RUNTIME_OPERATIONS]
    invoked = list(dict.fromkeys(names.get(arn, arn) for arn in arns))[-_MOST_LISTED:]
    yield f"no request got {_listed(unsaid)}; models invoked: {', '.join(invoked) or 'none'}"
    for response in unsaid:
        if response.model not in (ANY_MODEL, *names, *names.values()):
            yield no_such("model", response.model, names.values())


def _unused(things: Iterable[PlannedOutcome | PreparedResponse | Stub]) -> Iterator[object]:
    return (thing for thing in things if thing.unused)


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
    return ", ".join(started[-_MOST_LISTED:]) or "none"


def _name_of(call: Call) -> str:
    """The name by which NEXT_JOB knows the job that a call started."""
    names = ("jobName", "targetModelName", "modelName", "modelDeploymentName")
    return next(str(call.parameters[name]) for name in names if name in call.parameters)
