"""The API operations: one function each, from parameters and store to an output or a service error.

To add a group of operations, add a file here that has a function with the name of each and their kind of resource, its
line below, and their names to ``MockedOperation``. A file is imported when one of its operations is first called: most
tests call a few.
"""

from __future__ import annotations

import functools
import importlib
import re
from collections.abc import Collection, Mapping
from typing import Any, get_args

from ..store.resources import ResourceKind
from ..wire.api_names import RUNTIME_OPERATIONS, MockedOperation
from .operation import Perform, python_name, stubbed

_RESOURCES = {
    "ModelImportJob": ("imports", "model-import-job"),
    "ImportedModel": ("imports", "imported-model"),
    "ModelCustomizationJob": ("customization_jobs", "model-customization-job"),
    "ModelCopyJob": ("copy_jobs", "model-copy-job"),
    "CustomModel": ("custom_models", "custom-model"),
    "CustomModelDeployment": ("deployments", "custom-model-deployment"),
    "ProvisionedModelThroughput": ("provisioned_throughputs", "provisioned-model"),
}
"""What the names of operations end with, in the order of reports: its module, and the type in its ARNs."""


def _resource_of(operation: str) -> tuple[str, str | None]:
    """The same of one operation: its name is a verb and the resource, in a list the plural of that."""
    without_verb = re.sub("^[A-Z][a-z]+", "", operation)
    others = "inference" if operation in RUNTIME_OPERATIONS else "tags"
    return _RESOURCES.get(without_verb.removesuffix("s"), (others, None))


OPERATIONS: Mapping[str, str] = {name: _resource_of(name)[0] for name in get_args(MockedOperation)}
"""The operations that the mock has: from the name of each to its module."""

KINDS: Mapping[str, str] = {arn_type: module for module, arn_type in _RESOURCES.values()}
"""The kinds of resources, in the order of reports: from the type in the ARNs of each to its module."""

_PERMISSIONS = {"Converse": "InvokeModel", "ConverseStream": "InvokeModelWithResponseStream"}

ACTIONS: Collection[str] = sorted(OPERATIONS.keys() - _PERMISSIONS.keys())
"""The permissions that the operations need."""


def function_of(operation: str) -> Perform:
    """The function of an operation, which has its name; that of a test's stubs where the mock does not have it."""
    if operation not in OPERATIONS:
        return stubbed
    function: Perform = getattr(_module(OPERATIONS[operation]), python_name(operation))
    return function


def permission_of(operation: str) -> str:
    """The permission that an operation needs; most have the operation's name."""
    return _PERMISSIONS.get(operation, operation)


def arn_type_of(operation: str) -> str | None:
    """The type in the ARNs of what an operation applies to; None where that depends on the parameters."""
    return _resource_of(operation)[1]


@functools.cache
def kind_of(arn_type: str) -> ResourceKind[Any] | None:
    """The kind of resource with this type in its ARNs."""
    values = vars(_module(KINDS[arn_type])).values() if arn_type in KINDS else ()
    return next((kind for kind in values if isinstance(kind, ResourceKind) and kind.arn_type == arn_type), None)


@functools.cache  # each request asks for its operation's
def _module(name: str) -> Any:
    return importlib.import_module(f"{__name__}.{name}")
