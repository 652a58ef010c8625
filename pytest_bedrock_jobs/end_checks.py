"""What the author of a test has to hear of when it ends: what the code under test hid, and what nothing used."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, get_args

from .service.dispatcher import Service, State
from .service.errors import BedrockJobsError, UnusedError, no_such, see
from .service.store.resources import Store
from .service.wire.api_names import RUNTIME_OPERATIONS, StartingOperation

if TYPE_CHECKING:
    from .service.records import Call
    from .service.store.prepared_responses import PreparedResponse

_MOST_LISTED = 5


def prepared(state: State) -> list[Any]:
    """What a test has prepared and can still be used."""
    return [*itertools.chain(*_prepared_by_kind(state))]


def _prepared_by_kind(state: State) -> tuple[list[Any], ...]:
    """The faults, planned outcomes, responses of models, and stubs."""
    store = state.store
    return (
        [fault for fault in state.faults if fault.active],
        store.planned_outcomes,
        [response for response in store.prepared_responses.values() if response.unused],
        [stub for stub in store.stubs if stub.unused],
    )


def errors_of(service: Service, besides: Sequence[object] = ()) -> list[BaseException]:
    """Everything that the author of a test that ends now has to hear of; each is said once.

    Args:
        service: A mock of the test.
        besides: What is not for this test to use, where tests share the mock.
    """
    state = service.state
    found: list[BaseException] = [*state.errors, *filter(None, [state.loops.error])]
    # By identity: two calls may have failed with the same text.
    known = {id(thing) for thing in (*state.reported, *besides)}
    errors = [each for each in found if id(each) not in known]
    new = [thing for thing in prepared(state) if id(thing) not in known]
    unused = [thing for thing in new if thing.unused]
    if unused and not service.settings["allow_unused"]:
        errors.append(_unused_error(state, unused))
    state.reported += [*found, *new]
    return errors


def as_one(errors: Sequence[BaseException]) -> BaseException | None:
    """Several errors as one, of the kind of the first; None if there are none."""
    if len(errors) <= 1:
        return errors[0] if errors else None
    kind = type(errors[0]) if isinstance(errors[0], BedrockJobsError) else BedrockJobsError
    return kind("\n".join(dict.fromkeys(map(str, errors))))


def _unused_error(state: State, unused: Sequence[Any]) -> UnusedError:
    kinds = _prepared_by_kind(state)
    faults, outcomes, responses, stubs = ([each for each in things if each in unused] for things in kinds)
    sentences, calls = [], state.calls
    if faults or stubs:
        called = ", ".join(dict.fromkeys(call.operation for call in calls)) or "none"
        sentences += [f"no request got {_listed([*faults, *stubs])}; operations called: {called}"]
        sentences += [misfit for fault in faults if (misfit := fault.misfit(calls))]
    if outcomes:
        sentences += [f"no job took {_listed(outcomes)}; jobs started: {_started(calls)}"]
    if responses:
        sentences += _about_responses(responses, state.store, calls)
    sentences += ["Remove it, or allow it with allow_unused=True, where it is written or as an option of the mock"]
    return UnusedError(f"{'. '.join(sentences)}. {see('A fault that never fired')}")


def _about_responses(unsaid: Sequence[PreparedResponse], store: Store, calls: Sequence[Call]) -> Iterable[str]:
    """Which responses no request got, which models were invoked, and which names fit no model."""
    from .service.store.prepared_responses import ANY_MODEL

    names: dict[str, str] = {model.arn: model.name for model in store.invokable}
    arns = [call.parameters.get("modelId", "") for call in calls if call.operation in RUNTIME_OPERATIONS]
    invoked = list(dict.fromkeys(names.get(arn, arn) for arn in arns))[-_MOST_LISTED:]
    yield f"no request got {_listed(unsaid)}; models invoked: {', '.join(invoked) or 'none'}"
    for response in unsaid:
        if response.model not in (ANY_MODEL, *names, *names.values()):
            yield no_such("imported model, deployment or provisioned throughput", response.model, names.values())


def _listed(things: Iterable[object]) -> str:
    return ", ".join(map(repr, things))


def _started(calls: Sequence[Call]) -> str:
    """The latest jobs that were started, with what NEXT_JOB can select them by."""
    started = [
        f"{call.operation} in {call.region}: {_name_of(call)}"
        for call in calls
        if call.operation in get_args(StartingOperation) and call.output
    ]
    return ", ".join(started[-_MOST_LISTED:]) or "none"


def _name_of(call: Call) -> str:
    """The name by which NEXT_JOB knows the job that a call started."""
    names = ("jobName", "targetModelName", "modelName", "modelDeploymentName", "provisionedModelName")
    return next(str(call.parameters[name]) for name in names if name in call.parameters)
