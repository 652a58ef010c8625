"""Model copy jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .. import arns
from ..errors import access_denied, not_found, validation
from ..store.custom_records import CopyJob, CustomModel
from ..store.outcomes import Outcome
from ..store.resources import NewArn, ResourceKind, common_fields
from .custom_models import CUSTOM_MODEL
from .operation import Request, active, listed
from .tags import merged_tags, tag_list

_MOST_SOURCES = 10


def create_model_copy_job(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Start a copy into the Region of the request (spec page create_model_copy_job).

    Raises:
        ServiceError: See ``new_copy_job``; and, if quotas apply, ServiceQuotaExceededException for a hundred custom
            models in the target Region.
    """
    return {"jobArn": request.start(COPY_JOB, new_copy_job(request, parameters))}


def new_copy_job(request: Request, parameters: Mapping[str, Any]) -> CopyJob:
    """A job that may start: its source can be copied, its tags are valid.

    Two copies may have the same target name, and a model may be copied within its Region: AWS documents neither, both
    are the mock's own choice.

    Raises:
        ServiceError: ResourceNotFoundException for a source that does not exist or is not active; ValidationException
            for one of another partition (code and text are the mock's own);
            AccessDeniedException for another account's model that was not shared; for tags see ``merged_tags``.
    """
    source = _source(request, parameters["sourceModelArn"])
    name, target_arn = parameters["targetModelName"], request.new_arn(f"{CUSTOM_MODEL.arn_type}/{source.base_model}")
    arn = request.new_arn(COPY_JOB.arn_type)
    return CopyJob(
        **common_fields(arn, name, request.time),
        source_model_arn=source.arn,
        source_account_id=source.account_id,
        source_model_name=source.name,
        target_model_arn=target_arn,
        target_model_name=name,
        target_model_tags=merged_tags(parameters.get("targetModelTags"), target_arn),
        target_model_kms_key_arn=arns.kms_key_arn(request.scope, parameters.get("modelKmsKeyId")),
        client_request_token=parameters.get("clientRequestToken"),
        _source=source,
    )


def get_model_copy_job(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Read a job by ARN (AWS documentation).

    Raises:
        ServiceError: ResourceNotFoundException.
    """
    return _returned(request, request.polled(COPY_JOB, parameters["jobArn"]))


def list_model_copy_jobs(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """List the scope's jobs (AWS documentation); see ``listed``."""
    account, source = parameters.get("sourceAccountEquals"), parameters.get("sourceModelArnEquals")

    def seen(job: CopyJob) -> bool:
        return account in (None, job.source_account_id) and source in (None, job.source_model_arn)

    return listed(request, parameters, COPY_JOB, "modelCopyJobSummaries", _returned, seen)


def _returned(request: Request, job: CopyJob) -> dict[str, Any]:
    return request.returned(job, jobArn=job.arn, targetModelTags=tag_list(job.target_model_tags) or None)


def _source(request: Request, arn: str) -> CustomModel:
    table = request.store.table(CUSTOM_MODEL)
    model = table.get(arn)
    if model is None:
        newest = ", ".join(model.arn for model in table.all()[-_MOST_SOURCES:]) or "none"
        raise not_found(f"Could not find the model {arn}. Existing custom models: {newest}.")
    if (partition := arn.split(":", 2)[1]) != request.scope.partition:  # the text is the mock's own
        raise validation(f"The model {arn} is in the partition {partition}, this Region in {request.scope.partition}.")
    if request.scope.account_id not in (model.account_id, *model.shared_with):
        raise access_denied(request.operation, request.scope, arn)
    return active(CUSTOM_MODEL, model)


def _make(job: CopyJob, _outcome: Outcome, _new_arn: NewArn) -> tuple[CopyJob, CustomModel]:
    model = replace(  # it tells of the same training (the mock's own)
        job._source,
        **common_fields(job.target_model_arn, job.target_model_name, job.creation_time),
        shared_with=frozenset(),
        kms_key_arn=job.target_model_kms_key_arn,
        tags=job.target_model_tags,
    )
    return job, model


COPY_JOB: ResourceKind[CopyJob] = ResourceKind(
    words="copy job",
    arn_type="model-copy-job",
    makes=CUSTOM_MODEL,
    make=_make,
    promised=lambda job: (job.target_model_arn, job.target_model_name),
)
