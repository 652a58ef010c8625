"""Model import jobs, and the models that they import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .. import arns
from ..errors import ServiceError, validation
from ..inference import models
from ..records import ImportedModel, ImportJob
from ..store.outcomes import Outcome
from ..store.resources import NewArn, ResourceKind, common_fields
from .operation import Request, listed
from .tags import merged_tags, tagged_fields


def create_model_import_job(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Start an import (spec page create_model_import_job).

    Raises:
        ServiceError: See ``new_import_job``; and, if quotas apply, ServiceQuotaExceededException.
    """
    return {"jobArn": request.start(IMPORT_JOB, new_import_job(request, parameters))}


def new_import_job(request: Request, parameters: Mapping[str, Any]) -> ImportJob:
    """A job that may start: its names are free, its tags are valid.

    Raises:
        ServiceError: ValidationException for a job name ever used before, in words seen on AWS;
            ConflictException for the name of an imported model that exists or that a running import will create (code
            and text are the mock's own); for tags see ``merged_tags``.
    """
    scope, store = request.scope, request.store
    job_name, model_name = parameters["jobName"], parameters["importedModelName"]
    fields = tagged_fields(request, IMPORT_JOB.arn_type, job_name, parameters.get("jobTags"))
    model_tags = merged_tags(parameters.get("importedModelTags"), request.new_arn(IMPORTED_MODEL.arn_type))
    if request.find(IMPORT_JOB, job_name):
        raise validation("The provided job name is currently in use.")
    model = request.find(IMPORTED_MODEL, model_name)
    for holder in [model] if model else store.pending(IMPORTED_MODEL, scope, model_name):
        raise ServiceError("ConflictException", f"The imported model name {model_name} is in use by {holder.arn}.")
    vpc = parameters.get("vpcConfig", {})
    return ImportJob(
        **fields,
        imported_model_name=model_name,
        role_arn=parameters["roleArn"],
        s3_uri=parameters["modelDataSource"]["s3DataSource"]["s3Uri"],
        imported_model_tags=model_tags,
        subnet_ids=tuple(vpc.get("subnetIds", ())),
        security_group_ids=tuple(vpc.get("securityGroupIds", ())),
        imported_model_kms_key_arn=arns.kms_key_arn(scope, parameters.get("importedModelKmsKeyId")),
        client_request_token=parameters.get("clientRequestToken"),
    )


def get_model_import_job(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Read a job by ARN or name (AWS documentation).

    Raises:
        ServiceError: ResourceNotFoundException for an ARN, ValidationException for a name that does not exist.
    """
    return _job_returned(request, request.polled(IMPORT_JOB, parameters["jobIdentifier"]))


def list_model_import_jobs(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """List the scope's jobs (AWS documentation); see ``listed``."""
    return listed(request, parameters, IMPORT_JOB, "modelImportJobSummaries", _job_returned)


def _job_returned(request: Request, job: ImportJob) -> dict[str, Any]:
    vpc = {"subnetIds": job.subnet_ids, "securityGroupIds": job.security_group_ids} if job.subnet_ids else None
    return request.returned(
        job,
        jobArn=job.arn,
        jobName=job.name,
        # It advances while the job runs and stops at its end; in AWS's samples it is a moment later.
        lastModifiedTime=job.end_time or max(job.creation_time, request.time),
        modelDataSource={"s3DataSource": {"s3Uri": job.s3_uri}},
        vpcConfig=vpc,
    )


def _make(job: ImportJob, outcome: Outcome, new_arn: NewArn) -> tuple[ImportJob, ImportedModel]:
    # What it is like if neither the test nor its files say.
    description = {"architecture": "llama", "custom_model_units": 1, **outcome.description}
    description.setdefault("instruct_supported", models.converses(description["architecture"]))
    model = ImportedModel(
        **common_fields(new_arn(IMPORTED_MODEL.arn_type), job.imported_model_name, job.creation_time),
        job_name=job.name,
        job_arn=job.arn,
        s3_uri=job.s3_uri,
        **description,
        kms_key_arn=job.imported_model_kms_key_arn,
        tags=job.imported_model_tags,
    )
    return replace(job, imported_model_arn=model.arn), model


def get_imported_model(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Read a model by ARN or name, once its job has completed (AWS documentation).

    Raises:
        ServiceError: ResourceNotFoundException for an ARN, ValidationException for a name that does not exist.
    """
    identifier = parameters["modelIdentifier"]
    request.poll_for_models(IMPORTED_MODEL, identifier)
    return _model_returned(request, request.existing(IMPORTED_MODEL, identifier))


def list_imported_models(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """List the scope's models (AWS documentation); see ``listed``."""
    return listed(request, parameters, IMPORTED_MODEL, "modelSummaries", _model_returned)


def delete_imported_model(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Delete a model by ARN or name; its job stays, its name is free again (AWS documentation).

    Raises:
        ServiceError: ResourceNotFoundException for an ARN, ValidationException for a name that does not exist.
    """
    model = request.existing(IMPORTED_MODEL, parameters["modelIdentifier"])
    request.store.table(IMPORTED_MODEL).remove(model.arn)
    return {}


def _model_returned(request: Request, model: ImportedModel) -> dict[str, Any]:
    units = {"customModelUnitsPerModelCopy": model.custom_model_units, "customModelUnitsVersion": "v1.0"}
    return request.returned(
        model,
        modelArn=model.arn,
        modelName=model.name,
        modelArchitecture=model.architecture,
        modelDataSource={"s3DataSource": {"s3Uri": model.s3_uri}},
        modelKmsKeyArn=model.kms_key_arn,
        customModelUnits=units,
    )


IMPORTED_MODEL: ResourceKind[ImportedModel] = ResourceKind(
    words="imported model",
    arn_type="imported-model",
    quota=("Imported models per account", 3),
    unknown_name=validation,
)

IMPORT_JOB: ResourceKind[ImportJob] = ResourceKind(
    words="import job",
    arn_type="model-import-job",
    unknown_name=validation,
    makes=IMPORTED_MODEL,
    make=_make,
    promised=lambda job: (job.imported_model_name,),
    quota_in_progress=("Concurrent model import jobs", 1),
)
