"""Operations that the mock does not have: what a test may define for them, checked where it is written."""

from __future__ import annotations

import contextlib
import datetime
import fnmatch
import inspect
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..service.dispatcher import Service
from ..service.errors import UnsupportedOperationError, UsageError, no_such, see
from ..service.faults import any_action
from ..service.faults.injected import ANY, Where, fits, refused_fault
from ..service.inference.models import kind_of
from ..service.operations import ACTIONS, OPERATIONS, permission_of
from ..service.wire.api_names import RUNTIME_OPERATIONS
from ..service.wire.codec import violations, without_nulls
from .service_models import bedrock_operations, example_of

if TYPE_CHECKING:
    from ..service.store.prepared_responses import StubResponse
    from ..service.wire.api_names import Operation

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it


def unknown_operation(operation: str) -> str:
    """What is wrong with the name of an operation that neither the mock nor Bedrock has; empty for any other."""
    # A list, in which a wrong name that cannot be hashed is just not found.
    known = list(OPERATIONS if operation in (ANY, *OPERATIONS) else {**OPERATIONS, **bedrock_operations()})
    return "" if operation in known else no_such("operation", operation, known)


def check_action(action: object) -> None:
    """Refuse to deny or allow an action that no operation of Bedrock needs.

    Raises:
        UsageError: If none does.
    """
    if not isinstance(action, str):
        raise refused_fault(f"an action is a string such as 'bedrock:TagResource', not {action!r}.")
    name = action.removeprefix("bedrock:")
    if (permission := permission_of(name)) != name:
        raise refused_fault(f"the action that {name} needs is 'bedrock:{permission}', not {action!r}.")
    if not (any_action(action, ACTIONS) or any_action(action, {*map(permission_of, bedrock_operations())})):
        known = {f"bedrock:{permission_of(operation)}" for operation in (*OPERATIONS, *bedrock_operations())}
        raise refused_fault(f"{no_such('action', action, known)}.")


def condition_of(operation: str, where: Where | None, model: str | None) -> Callable[[Mapping[str, Any]], bool]:
    """Whether a stub is for a request with certain parameters.

    Raises:
        UsageError: See ``check_condition``; if the operation invokes no model, or the mock has the model itself.
    """
    check_condition(operation, where)
    if model is not None:
        if not isinstance(model, str) or "modelId" not in _parameters_of(operation):
            raise _refused(f"stub: model is the id of a model that {operation} invokes, not {model!r}")
        if kind_of(model):
            raise _refused(f"stub: the mock has the model {model} itself. Prepare what it says with respond")
    return lambda parameters: (
        (model is None or fnmatch.fnmatchcase(str(parameters.get("modelId")), model)) and fits(where, parameters)
    )


def output_of(operation: str, response: StubResponse) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    """What a stub makes of the parameters of a request.

    Raises:
        UsageError: For a response that the operation cannot return; where a function returns it, when that is called.
    """
    fields = {} if callable(response) else _checked(operation, response)
    return lambda parameters: _checked(operation, response(parameters)) if callable(response) else fields


@contextlib.contextmanager
def expect_unsupported(service: Service, operations: Collection[Operation]) -> Iterator[None]:
    """See ``BedrockJobs.expect_unsupported``."""
    if not operations:
        raise _refused("expect_unsupported takes the names of operations, such as 'ListGuardrails'")
    for operation in operations:
        check_operation("expect_unsupported", operation)
    before = len(service.refused)
    service.expected_unsupported.append(operations)
    try:
        yield
    except UnsupportedOperationError:
        if {*operations}.isdisjoint(service.refused[before:]):
            raise
    finally:
        service.expected_unsupported.remove(operations)
    if {*operations}.isdisjoint(service.refused[before:]):
        raise _refused(f"expect_unsupported: {' or '.join(operations)} was not called, or something responded to it")


def check_condition(operation: str, where: object) -> None:
    """Refuse what is no condition on the parameters of an operation.

    Raises:
        UsageError: If it is none, or names a parameter that the operation does not have.
    """
    is_awaited = inspect.isroutine(where) and inspect.iscoroutinefunction(where)  # what it returns is always true
    if is_awaited or not (where is None or callable(where) or isinstance(where, Mapping)):
        raise refused_fault(f"where is a mapping of parameters, or a function that takes them, not {where!r}.")
    if isinstance(where, Mapping) and (known := _parameters_of(operation)):
        for name in where:
            if name not in known:
                raise refused_fault(f"where: {no_such(f'parameter of {operation}', name, known)}.")


def check_operation(method: str, operation: str) -> None:
    """Refuse an operation that the mock has, or that Bedrock does not have.

    Raises:
        UsageError: If it is one.
    """
    if operation in list(OPERATIONS) and operation not in RUNTIME_OPERATIONS:
        raise _refused(
            f"{method}: the mock has {operation} itself. Let it fail with fail_next_call or inject, deny its "
            "permission, or create what it finds with the add_ methods"
        )
    known = list(bedrock_operations())
    if operation not in known:
        raise _refused(f"{method}: {no_such('operation of Bedrock', operation, known)}")


def _parameters_of(operation: str) -> Collection[str]:
    """The names of the parameters of an operation; none if it is not one of Bedrock that this botocore knows."""
    model = bedrock_operations().get(operation)
    return model.input_shape.members if model else ()


def _checked(operation: str, response: Any) -> Mapping[str, Any]:
    shape = bedrock_operations()[operation].output_shape
    if isinstance(response, Mapping):  # a recorded response has metadata about HTTP
        response = {name: value for name, value in response.items() if name != "ResponseMetadata"}
        if "contentType" in shape.members:
            response = {"contentType": "application/json", **response}
        if operation == "InvokeModel" and isinstance(response.get("body"), Mapping | list):
            try:
                response["body"] = json.dumps(response["body"])
            except (TypeError, ValueError) as error:
                raise _refused(f"stub of InvokeModel: its body becomes JSON, and this one cannot: {error}") from None
    if problems := _problems_of(shape, response):
        raise _refused(f"stub of {operation}: {problems}. A response that it can return: {example_of(operation)}")
    fields: Mapping[str, Any] = without_nulls(response, shape, _in_one_form)
    return fields


def conversation_problems(output: Mapping[str, Any]) -> str:
    """What Converse cannot return of an output that a test prepared, with the paths; empty if it is valid."""
    shape = bedrock_operations()["Converse"].output_shape
    found = (f"{violation.path} has to {violation.constraint}" for violation in violations(shape, output))
    problems = _problems_of(shape, output) or "; ".join(found)
    return problems.replace("output.message.", "")


def _problems_of(shape: Any, response: Any) -> str:
    """The fields of a response that are missing, unknown or of another type, with their paths; empty if it is valid."""
    if not isinstance(response, Mapping):
        return f"a response is a mapping of fields, not {type(response).__name__}"
    from botocore.validate import ParamValidator

    responses, stream = [dict(response)], shape.serialization.get("payload")
    if stream and shape.members[stream].serialization.get("eventstream"):
        events, known = response.get(stream), shape.members[stream].members
        if not isinstance(events, list | tuple) or not all(
            isinstance(event, Mapping) and len(event) == 1 and event.keys() <= known.keys() for event in events
        ):
            return f"a stream is a list of events, each with one of these: {', '.join(known)}"
        responses = [{**response, stream: event} for event in events or [{}]]
    # botocore words this for the parameters of a request; its own Stubber uses it for responses too.
    text = "\n".join(ParamValidator().validate(each, shape).generate_report() for each in responses)
    text = text.replace("parameter in input", "field").replace("parameter in ", "field in ")
    text = text.replace("for parameter input", "for the response").replace("parameter", "field")
    lines = dict.fromkeys(text.replace("unionstructure", "union structure").splitlines())
    # Minimum lengths are for requests: Bedrock lists nothing in an empty list, whatever its model says.
    return "; ".join(line.rstrip(".") for line in lines if line and not line.startswith("Invalid length"))


def _in_one_form(value: Any, shape: Any) -> Any:
    """A valid value whose times are in UTC and whose blobs are bytes: botocore accepts several forms of both."""
    if shape.serialization.get("eventstream"):
        return [without_nulls(event, shape, _in_one_form) for event in value]
    if shape.type_name == "timestamp":
        from botocore.utils import parse_timestamp

        time = value if isinstance(value, datetime.datetime) else parse_timestamp(value)
        utc = datetime.timezone.utc
        return time.astimezone(utc) if time.tzinfo else time.replace(tzinfo=utc)
    if shape.type_name == "blob":
        content = value.read() if hasattr(value, "read") else value
        return content.encode() if isinstance(content, str) else bytes(content)
    return value


def _refused(text: str) -> UsageError:
    return UsageError(f"{text}. {see('An operation that is not mocked')}")
