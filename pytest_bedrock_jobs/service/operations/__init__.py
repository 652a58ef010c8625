"""The API operations: one function each, from parameters and store to an output or a service error.

To add a group of operations, add a file here that declares them and their kind of resource, and its two lines below.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ..errors import UsageError, no_such, see
from ..options import checked_region
from ..store.lifecycle import ONLY_IMPORTS
from ..store.outcomes import NextJob, Outcome
from ..store.resources import LongRunningKind, ResourceKind
from . import (
    copy_jobs,
    custom_models,
    customization_jobs,
    deployments,
    import_jobs,
    imported_models,
    inference,
    provisioned_throughputs,
    tags,
)
from .operation import Operation
from .stubbed import STUBBED

KINDS: tuple[ResourceKind[Any], ...] = (
    import_jobs.IMPORT_JOB,
    imported_models.IMPORTED_MODEL,
    customization_jobs.CUSTOMIZATION_JOB,
    copy_jobs.COPY_JOB,
    custom_models.CUSTOM_MODEL,
    deployments.DEPLOYMENT,
    provisioned_throughputs.PROVISIONED_THROUGHPUT,
)
"""The kinds of resources, in the order of reports."""

OPERATIONS: Mapping[str, Operation] = dict(
    sorted(
        {
            **import_jobs.OPERATIONS,
            **imported_models.OPERATIONS,
            **copy_jobs.OPERATIONS,
            **customization_jobs.OPERATIONS,
            **provisioned_throughputs.OPERATIONS,
            **custom_models.OPERATIONS,
            **deployments.OPERATIONS,
            **tags.OPERATIONS,
            **inference.OPERATIONS,
        }.items()
    )
)
"""The operations that the mock has, by name."""


def operation_of(name: str) -> Operation:
    """The operation of this name; for one that the mock does not have, the one that returns a test's stub."""
    return OPERATIONS.get(name, STUBBED)


RUNTIME_OPERATIONS: Collection[str] = inference.OPERATIONS.keys()
"""The operations of bedrock-runtime; all others are Bedrock's."""

ACTIONS: Collection[str] = dict.fromkeys(operation.permission or name for name, operation in OPERATIONS.items())
"""The permissions that the operations need."""


def check_next_job(job: NextJob, outcome: Outcome) -> None:
    """Refuse a description that no job could fit.

    Raises:
        UsageError: For an operation that starts no job, or no job that could end so; for a Region that cannot be one,
            a name that is not a string, or an ``allow_unused`` that is not True or False.
    """
    heading = "A job that cannot be ended"
    starting = {
        name: operation.kind
        for name, operation in OPERATIONS.items()
        if name.startswith("Create") and isinstance(operation.kind, LongRunningKind)
    }
    if job.operation is not None and job.operation not in starting:
        known = no_such("operation that starts a job", job.operation, starting)
        raise UsageError(f"NEXT_JOB: {known}. {see(heading)}")
    if job.operation is not None and outcome.description and not starting[job.operation].takes_model:
        raise UsageError(f"NEXT_JOB: {job.operation} makes no imported model: {ONLY_IMPORTS}. {see(heading)}")
    if not (job.name is None or isinstance(job.name, str)):
        raise UsageError(f"NEXT_JOB: name is the name of a job, not {job.name!r}. {see(heading)}")
    if not isinstance(job.allow_unused, bool):
        raise UsageError(f"NEXT_JOB: allow_unused is True or False, not {job.allow_unused!r}. {see(heading)}")
    checked_region(job.region)
