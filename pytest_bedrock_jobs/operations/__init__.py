"""The API operations: one function each, from parameters and store to an output or a service error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .copy_jobs import create_model_copy_job
from .import_jobs import create_model_import_job
from .request import Request

Operation = Callable[[Request, Mapping[str, Any]], dict[str, Any]]

OPERATIONS: Mapping[str, Operation] = {
    "CreateModelCopyJob": create_model_copy_job,
    "CreateModelImportJob": create_model_import_job,
}
