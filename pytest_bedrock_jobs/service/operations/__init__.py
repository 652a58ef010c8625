"""The API operations: one function each, from parameters and store to an output or a service error.

To add a group of operations, add a file here that has a function with the name of each and their kind of resource, and
its lines below. A file is imported when one of its operations is first called: most tests call a few.
"""

from __future__ import annotations

import functools
import importlib
import re
from collections.abc import Collection, Mapping
from typing import Any

from ..store.resources import ResourceKind
from ..wire.api_names import RUNTIME_OPERATIONS
from .operation import Perform, stubbed

# fmt: off
_GROUPS = {
    ("imports", "model-import-job"): ("CreateModelImportJob", "GetModelImportJob", "ListModelImportJobs"),
    ("imports", "imported-model"): ("GetImportedModel", "ListImportedModels", "DeleteImportedModel"),
    ("customization_jobs", "model-customization-job"): (
        "CreateModelCustomizationJob", "GetModelCustomizationJob", "ListModelCustomizationJobs",
        "StopModelCustomizationJob",
    ),
    ("copy_jobs", "model-copy-job"): ("CreateModelCopyJob", "GetModelCopyJob", "ListModelCopyJobs"),
    ("custom_models", "custom-model"): (
        "CreateCustomModel", "GetCustomModel", "ListCustomModels", "DeleteCustomModel",
    ),
    ("deployments", "custom-model-deployment"): (
        "CreateCustomModelDeployment", "GetCustomModelDeployment", "ListCustomModelDeployments",
        "UpdateCustomModelDeployment", "DeleteCustomModelDeployment",
    ),
    ("provisioned_throughputs", "provisioned-model"): (
        "CreateProvisionedModelThroughput", "GetProvisionedModelThroughput", "ListProvisionedModelThroughputs",
        "UpdateProvisionedModelThroughput", "DeleteProvisionedModelThroughput",
    ),
    ("tags", None): ("ListTagsForResource", "TagResource", "UntagResource"),
    ("inference", None): RUNTIME_OPERATIONS,
}
# fmt: on
"""The operations of each module for each kind of resource, by the type in its ARNs, in the order of reports."""

OPERATIONS: Mapping[str, str] = {name: module for (module, _), names in _GROUPS.items() for name in names}
"""The operations that the mock has: from the name of each to its module."""

KINDS: Mapping[str, str] = {arn_type: module for module, arn_type in _GROUPS if arn_type}
"""The kinds of resources, in the order of reports: from the type in the ARNs of each to its module."""

_PERMISSIONS = {"Converse": "InvokeModel", "ConverseStream": "InvokeModelWithResponseStream"}

ACTIONS: Collection[str] = sorted(OPERATIONS.keys() - _PERMISSIONS.keys())
"""The permissions that the operations need."""


def function_of(operation: str) -> Perform:
    """The function of an operation, which has its name; that of a test's stubs where the mock does not have it."""
    if operation not in OPERATIONS:
        return stubbed
    function: Perform = getattr(_module(OPERATIONS[operation]), function_name(operation))
    return function


@functools.cache  # each request asks for it
def function_name(operation: str) -> str:
    """An operation's name in Python, as boto3 has it."""
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", operation).lower()


def permission_of(operation: str) -> str:
    """The permission that an operation needs; most have the operation's name."""
    return _PERMISSIONS.get(operation, operation)


def arn_type_of(operation: str) -> str | None:
    """The type in the ARNs of what an operation applies to; None where that depends on the parameters."""
    return next((arn_type for (_, arn_type), names in _GROUPS.items() if operation in names), None)


@functools.cache
def kind_of(arn_type: str) -> ResourceKind[Any] | None:
    """The kind of resource with this type in its ARNs."""
    values = vars(_module(KINDS[arn_type])).values() if arn_type in KINDS else ()
    return next((kind for kind in values if isinstance(kind, ResourceKind) and kind.arn_type == arn_type), None)


@functools.cache  # and for its module
def _module(name: str) -> Any:
    return importlib.import_module(f"{__name__}.{name}")
