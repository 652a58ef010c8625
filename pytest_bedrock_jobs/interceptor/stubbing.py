"""Operations that the mock does not have: what a test may define for them, checked where it is written."""

from __future__ import annotations

import contextlib
import functools
import json
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..service.dispatcher import ACTIONS, OPERATIONS, RUNTIME_OPERATIONS, ExpectedUnsupported, Service
from ..service.errors import UnsupportedOperationError, UsageError, no_such, see
from ..service.fault_injection import ANY, Where, any_action, checked_condition
from ..service.inference.targets import kind_of
from ..service.stubs import Stub, StubResponse
from . import stub_shapes

if TYPE_CHECKING:
    from ..service.literal_types import Operation

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it


def operations_with(operation: str) -> Collection[str]:
    """The operations to which this one may belong: the mock's, or all of Bedrock's if it is not one of those."""
    return OPERATIONS if operation in (ANY, *OPERATIONS) else {*OPERATIONS, *stub_shapes.bedrock_operations()}


def actions_with(action: object) -> Collection[str]:
    """The actions to which this one may belong: those that the mock's operations need, or all of Bedrock's."""
    if any_action(action, ACTIONS):
        return ACTIONS
    return {*ACTIONS, *stub_shapes.bedrock_operations()}


def new_stub(
    operation: Operation, response: StubResponse, region: str | None, where: Where | None, model: str | None
) -> Stub:
    """A stub; see ``BedrockJobs.stub``."""
    _check_operation("stub", operation)
    checked_condition(where)
    check_condition(operation, where)
    if model is not None:
        if not isinstance(model, str) or "modelId" not in stub_shapes.parameters_of(operation):
            raise _refused(f"stub: model is the id of a model that {operation} invokes, not {model!r}")
        if kind_of(model):
            raise _refused(f"stub: the mock has the model {model} itself. Prepare what it says with respond")

    check = functools.partial(_checked, operation)
    return Stub(operation, response if callable(response) else check(response), region, where, model, check)


@contextlib.contextmanager
def expect_unsupported(service: Service, operations: Collection[Operation]) -> Iterator[None]:
    """See ``BedrockJobs.expect_unsupported``."""
    if not operations:
        raise _refused("expect_unsupported takes the names of operations, such as 'ListGuardrails'")
    for operation in operations:
        _check_operation("expect_unsupported", operation)
    expected = ExpectedUnsupported(operations)
    service.expected_unsupported.append(expected)
    try:
        yield
    except UnsupportedOperationError:
        if not expected.called:
            raise
    finally:
        service.expected_unsupported.remove(expected)
    if not expected.called:
        raise _refused(f"expect_unsupported: {' or '.join(operations)} was not called, or something responded to it")


def check_condition(operation: str, where: Where | None) -> None:
    """Refuse a condition that names a parameter which the operation does not have.

    Raises:
        UsageError: If it does.
    """
    if isinstance(where, Mapping) and (known := stub_shapes.parameters_of(operation)):
        for name in where:
            if name not in known:
                text = no_such(f"parameter of {operation}", name, known)
                raise UsageError(f"where: {text}. {see('A fault that is refused')}")


def _check_operation(method: str, operation: str) -> None:
    if operation in OPERATIONS and operation not in RUNTIME_OPERATIONS:
        raise _refused(
            f"{method}: the mock has {operation} itself. Let it fail with fail_next_call or inject, deny its "
            "permission, or create what it finds with the add_ methods"
        )
    known = stub_shapes.bedrock_operations()
    if operation not in known:
        raise _refused(f"{method}: {no_such('operation of Bedrock', operation, known)}")


def _checked(operation: str, response: Any) -> Mapping[str, Any]:
    if isinstance(response, Mapping):  # a recorded response has metadata about HTTP
        response = {name: value for name, value in response.items() if name != "ResponseMetadata"}
        if operation == "InvokeModel":
            response = {"contentType": "application/json", **response, "body": _body_of(response.get("body"))}
        elif operation == "InvokeModelWithResponseStream":
            response = {"contentType": "application/json", **response}
    if problems := stub_shapes.problems_of(operation, response):
        example = stub_shapes.example_of(operation)
        raise _refused(f"stub of {operation}: {problems}. A response that it can return: {example}")
    fields: Mapping[str, Any] = response
    return fields


def _body_of(content: Any) -> Any:
    """The body of a model's response, which in most tests is JSON."""
    if isinstance(content, Mapping | list):
        return json.dumps(content).encode()
    return content.encode() if isinstance(content, str) else content


def _refused(text: str) -> UsageError:
    return UsageError(f"{text}. {see('An operation that is not mocked')}")
