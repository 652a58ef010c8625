"""Model customization jobs, which train the custom models that are copied, deployed and provisioned."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .. import arns
from ..errors import ServiceError, validation
from ..store.custom_records import CustomizationJob, CustomModel
from ..store.outcomes import Outcome
from ..store.resources import NewArn, ResourceKind, common_fields
from ..wire.frozen import frozen
from .custom_models import (
    CUSTOM_MODEL,
    check_name_is_free,
    foundation_model_named,
    foundation_model_of,
    own_active_model,
)
from .operation import Request, listed
from .tags import merged_tags, tagged_fields

_TRAINING = ("hyperParameters", "trainingDataConfig", "validationDataConfig", "outputDataConfig", "customizationConfig")
_LOSS = 0.5


def create_model_customization_job(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Start to train a custom model (AWS documentation).

    Raises:
        ServiceError: See ``new_customization_job``; and, if quotas apply, ServiceQuotaExceededException.
    """
    return {"jobArn": request.start(CUSTOMIZATION_JOB, new_customization_job(request, parameters))}


def new_customization_job(request: Request, parameters: Mapping[str, Any]) -> CustomizationJob:
    """A job that may start: its names are free, its base model can be trained, its tags are valid.

    Raises:
        ServiceError: ValidationException for a job name ever used before, in words seen on AWS, for the name of a
            custom model, and for a base model that cannot be one (the mock's own text);
            see ``own_active_model`` for a custom model as base; for tags see ``merged_tags``.
    """
    name = parameters["jobName"]
    base = parameters["baseModelIdentifier"]
    base_model = foundation_model_named(request, base) or foundation_model_of(own_active_model(request, base))
    fields = tagged_fields(request, f"{CUSTOMIZATION_JOB.arn_type}/{base_model}", name, parameters.get("jobTags"))
    model_type = f"{CUSTOM_MODEL.arn_type}/{base_model}"
    model_tags = merged_tags(parameters.get("customModelTags"), request.new_arn(model_type))
    if request.find(CUSTOMIZATION_JOB, name):
        raise validation("The provided job name is currently in use.")
    check_name_is_free(request, parameters["customModelName"])
    return CustomizationJob(
        **fields,
        base_model=base_model,
        customization_type=parameters.get("customizationType", "FINE_TUNING"),
        output_model_name=parameters["customModelName"],
        role_arn=parameters["roleArn"],
        training=frozen({field: parameters[field] for field in _TRAINING if field in parameters}),
        vpc_config=frozen(parameters.get("vpcConfig", {})),
        output_model_kms_key_arn=arns.kms_key_arn(request.scope, parameters.get("customModelKmsKeyId")),
        output_model_tags=model_tags,
        client_request_token=parameters.get("clientRequestToken"),
    )


def get_model_customization_job(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Read a job by ARN or name (AWS documentation); it has metrics once it has completed, before that an empty list.

    Raises:
        ServiceError: ResourceNotFoundException.
    """
    job = request.polled(CUSTOMIZATION_JOB, parameters["jobIdentifier"])
    defaults = {"hyperParameters": {}, "validationDataConfig": {"validators": []}, "validationMetrics": []}
    return {**_returned(request, job), **defaults, **job.training}


def list_model_customization_jobs(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """List the scope's jobs (AWS documentation); see ``listed``."""
    return listed(request, parameters, CUSTOMIZATION_JOB, "modelCustomizationJobSummaries", _returned)


def stop_model_customization_job(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Stop a job (AWS documentation): it is ``Stopping`` first, makes no model, and its model's name is free again.

    Raises:
        ServiceError: ResourceNotFoundException; ConflictException for a job that has ended, or is being stopped
            (the service model has this error; when it is returned, and the text, are the mock's own).
    """
    job = request.existing(CUSTOMIZATION_JOB, parameters["jobIdentifier"])
    if job.status != "InProgress":
        raise ServiceError("ConflictException", f"The job {job.arn} cannot be stopped: its status is {job.status}.")
    stopping = replace(job, status="Stopping")
    request.store.change(request.scope, CUSTOMIZATION_JOB, stopping, request.time, _stopped)
    return {}


def _stopped(job: CustomizationJob, _outcome: Outcome, time: datetime.datetime) -> CustomizationJob:
    return replace(job, status="Stopped", end_time=time)


def _returned(request: Request, job: CustomizationJob) -> dict[str, Any]:
    modified = job.end_time or max(job.creation_time, request.time)
    return request.returned(
        job,
        jobArn=job.arn,
        jobName=job.name,
        statusDetails=_sub_tasks(job, modified),
        lastModifiedTime=modified,
        baseModelArn=arns.foundation_model_arn(request.scope, job.base_model),
        customModelArn=job.output_model_arn,
        customModelName=job.output_model_name,
        vpcConfig=job.vpc_config or None,
    )


def _sub_tasks(job: CustomizationJob, modified: datetime.datetime) -> dict[str, Any]:
    """All that comes before the training is done at once (the mock's own)."""
    done = {"status": "Completed", "creationTime": job.creation_time, "lastModifiedTime": job.creation_time}
    processing = {"dataProcessingDetails": done} if job.customization_type == "DISTILLATION" else {}
    training = {**done, "status": job.status, "lastModifiedTime": modified}
    return {"validationDetails": done, **processing, "trainingDetails": training}


def _make(job: CustomizationJob, _outcome: Outcome, new_arn: NewArn) -> tuple[CustomizationJob, CustomModel]:
    validators = job.training.get("validationDataConfig", {}).get("validators", ())
    metrics = {
        "trainingMetrics": {"trainingLoss": _LOSS},
        "validationMetrics": [{"validationLoss": _LOSS} for _ in validators],
    }
    training = frozen({**job.training, **metrics})
    arn = new_arn(f"{CUSTOM_MODEL.arn_type}/{job.base_model}")
    model = CustomModel(
        **common_fields(arn, job.output_model_name, job.creation_time),
        status="Active",
        base_model=job.base_model,
        customization_type=job.customization_type,
        job_name=job.name,
        job_arn=job.arn,
        training=training,
        kms_key_arn=job.output_model_kms_key_arn,
        tags=job.output_model_tags,
    )
    return replace(job, output_model_arn=model.arn, training=training), model


CUSTOMIZATION_JOB: ResourceKind[CustomizationJob] = ResourceKind(
    words="customization job",
    arn_type="model-customization-job",
    makes=CUSTOM_MODEL,
    make=_make,
    promised=lambda job: (job.output_model_name,) if job.status == "InProgress" else (),
    quota_in_progress=("Scheduled customization jobs", 10),
)
