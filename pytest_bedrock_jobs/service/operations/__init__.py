"""The API operations: one function each, from parameters and store to an output or a service error.

One more group of operations is a file here, which declares them and their kind of resource, and its two lines below.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..store.kinds import Kind
from . import copy_jobs, custom_models, import_jobs, imported_models, tags
from .operation import Operation

KINDS: tuple[Kind[Any], ...] = (
    import_jobs.IMPORT_JOB,
    imported_models.IMPORTED_MODEL,
    copy_jobs.COPY_JOB,
    custom_models.CUSTOM_MODEL,
)
"""The kinds of resources, in the order of reports."""

OPERATIONS: Mapping[str, Operation] = dict(
    sorted(
        {
            **import_jobs.OPERATIONS,
            **imported_models.OPERATIONS,
            **copy_jobs.OPERATIONS,
            **custom_models.OPERATIONS,
            **tags.OPERATIONS,
        }.items()
    )
)
"""The operations that the mock has, by name."""
