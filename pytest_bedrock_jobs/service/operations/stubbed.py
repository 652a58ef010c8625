"""Operations that the mock does not have: they return a test's stubs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import NotStubbedError
from .operation import Deferred, Operation, Output, Request


def _perform(request: Request, parameters: Mapping[str, Any]) -> Deferred:
    """The output of the newest stub that fits."""
    where = request.operation, request.scope.region
    stub = next((stub for stub in reversed(request.store.stubs) if stub.fits(*where, parameters)), None)
    if stub is None:
        raise NotStubbedError
    return Deferred(lambda: Output(stub.output(parameters)))


STUBBED = Operation(_perform)
