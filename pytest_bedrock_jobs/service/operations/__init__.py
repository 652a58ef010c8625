"""The API operations: one function each, from parameters and store to an output or a service error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .copy_jobs import create_model_copy_job, get_model_copy_job, list_model_copy_jobs
from .custom_models import create_custom_model, delete_custom_model, get_custom_model, list_custom_models
from .import_jobs import create_model_import_job, get_model_import_job, list_model_import_jobs
from .imported_models import delete_imported_model, get_imported_model, list_imported_models
from .request import Request
from .tags import list_tags_for_resource, tag_resource, untag_resource

Operation = Callable[[Request, Mapping[str, Any]], dict[str, Any]]

OPERATIONS: Mapping[str, Operation] = {
    "CreateCustomModel": create_custom_model,
    "CreateModelCopyJob": create_model_copy_job,
    "CreateModelImportJob": create_model_import_job,
    "DeleteCustomModel": delete_custom_model,
    "DeleteImportedModel": delete_imported_model,
    "GetCustomModel": get_custom_model,
    "GetImportedModel": get_imported_model,
    "GetModelCopyJob": get_model_copy_job,
    "GetModelImportJob": get_model_import_job,
    "ListCustomModels": list_custom_models,
    "ListImportedModels": list_imported_models,
    "ListModelCopyJobs": list_model_copy_jobs,
    "ListModelImportJobs": list_model_import_jobs,
    "ListTagsForResource": list_tags_for_resource,
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
}
