"""The API operations: one function each, from parameters and store to an output or a service error.

To add a group of operations, add a file here that declares them and their kind of resource, and its lines below. A file
is imported when one of its operations is first called: most tests call a few.
"""

from __future__ import annotations

import importlib
from collections.abc import Collection, Mapping
from typing import Any, get_args

from ..errors import UsageError, no_such, see
from ..options import checked
from ..store.lifecycle import ONLY_IMPORTS
from ..store.outcomes import NextJob, Outcome
from ..store.resources import ResourceKind
from ..wire.api_names import RUNTIME_OPERATIONS, StartingOperation
from .operation import STUBBED, Operation

# fmt: off
_GROUPS = {
    "imports": (
        "CreateModelImportJob", "GetModelImportJob", "ListModelImportJobs",
        "GetImportedModel", "ListImportedModels", "DeleteImportedModel",
    ),
    "customization_jobs": (
        "CreateModelCustomizationJob", "GetModelCustomizationJob", "ListModelCustomizationJobs",
        "StopModelCustomizationJob",
    ),
    "copy_jobs": ("CreateModelCopyJob", "GetModelCopyJob", "ListModelCopyJobs"),
    "custom_models": ("CreateCustomModel", "GetCustomModel", "ListCustomModels", "DeleteCustomModel"),
    "deployments": (
        "CreateCustomModelDeployment", "GetCustomModelDeployment", "ListCustomModelDeployments",
        "UpdateCustomModelDeployment", "DeleteCustomModelDeployment",
    ),
    "provisioned_throughputs": (
        "CreateProvisionedModelThroughput", "GetProvisionedModelThroughput", "ListProvisionedModelThroughputs",
        "UpdateProvisionedModelThroughput", "DeleteProvisionedModelThroughput",
    ),
    "tags": ("ListTagsForResource", "TagResource", "UntagResource"),
    "inference": RUNTIME_OPERATIONS,
}
# fmt: on

OPERATIONS: Mapping[str, str] = {name: group for group, names in _GROUPS.items() for name in names}
"""The operations that the mock has: from the name of each to its module."""

KINDS: Mapping[str, str] = {
    "model-import-job": "imports",
    "imported-model": "imports",
    "model-customization-job": "customization_jobs",
    "model-copy-job": "copy_jobs",
    "custom-model": "custom_models",
    "custom-model-deployment": "deployments",
    "provisioned-model": "provisioned_throughputs",
}
"""The kinds of resources, in the order of reports: from the type in the ARNs of each to its module."""

_PERMISSIONS = {"Converse": "InvokeModel", "ConverseStream": "InvokeModelWithResponseStream"}

ACTIONS: Collection[str] = sorted(OPERATIONS.keys() - _PERMISSIONS.keys())
"""The permissions that the operations need."""


def operation_of(name: str) -> Operation:
    """The operation of this name; for one that the mock does not have, the one that returns a test's stub."""
    operation: Operation = _module(OPERATIONS[name]).OPERATIONS[name] if name in OPERATIONS else STUBBED
    return operation


def permission_of(operation: str) -> str:
    """The permission that an operation needs; most have the operation's name."""
    return _PERMISSIONS.get(operation, operation)


def kind_of(arn_type: str) -> ResourceKind[Any] | None:
    """The kind of resource with this type in its ARNs."""
    operations = _module(KINDS[arn_type]).OPERATIONS.values() if arn_type in KINDS else ()
    return next((operation.kind for operation in operations if operation.arn_type == arn_type), None)


def _module(name: str) -> Any:
    return importlib.import_module(f"{__name__}.{name}")


def check_next_job(job: NextJob, outcome: Outcome) -> None:
    """Refuse a description that no job could fit.

    Raises:
        UsageError: For an operation that starts no job, or no job that could end so; for a Region that cannot be one,
            a name that is not a string, or an ``allow_unused`` that is not True or False.
    """
    heading = "A job that cannot be ended"
    starting = get_args(StartingOperation)
    if job.operation is not None and job.operation not in starting:
        known = no_such("operation that starts a job", job.operation, starting)
        raise UsageError(f"NEXT_JOB: {known}. {see(heading)}")
    if job.operation not in (None, "CreateModelImportJob") and outcome.description:
        raise UsageError(f"NEXT_JOB: {job.operation} makes no imported model: {ONLY_IMPORTS}. {see(heading)}")
    if not (job.name is None or isinstance(job.name, str)):
        raise UsageError(f"NEXT_JOB: name is the name of a job, not {job.name!r}. {see(heading)}")
    if not isinstance(job.allow_unused, bool):
        raise UsageError(f"NEXT_JOB: allow_unused is True or False, not {job.allow_unused!r}. {see(heading)}")
    checked("region", job.region)
