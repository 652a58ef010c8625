"""Model import jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import arns
from ..errors import ServiceError, validation
from ..records import ImportJob
from .request import Request
from .tags import new_tags

_CONCURRENT_JOBS = 1
_NO_VPC: Mapping[str, list[str]] = {"subnetIds": [], "securityGroupIds": []}


def create_model_import_job(request: Request, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Start an import (spec page create_model_import_job).

    Raises:
        ServiceError: ValidationException for a job name ever used before, in words seen on AWS;
            ConflictException for a model name that a running import will take (code and text are the mock's own);
            tags and, if quotas apply, ServiceQuotaExceededException as AWS documents them.
    """
    place, store = request.place, request.store
    job_name, model_name = parameters["jobName"], parameters["importedModelName"]
    job_arn = arns.make(place, "model-import-job", arns.new_id())
    tags = new_tags(parameters.get("jobTags"), job_arn)
    model_tags = new_tags(parameters.get("importedModelTags"), arns.make(place, "imported-model", arns.new_id()))
    if store.import_jobs.named(place, job_name):
        raise validation("The provided job name is currently in use.")
    if other_arn := store.running_imports[place].get(model_name):
        raise ServiceError("ConflictException", f"The imported model name {model_name} is in use by job {other_arn}.")
    if request.quotas:
        _check_quota(request)
    vpc = parameters.get("vpcConfig", _NO_VPC)
    job = ImportJob(
        arn=job_arn,
        name=job_name,
        status="InProgress",
        region=place.region,
        account_id=place.account_id,
        imported_model_name=model_name,
        role_arn=parameters["roleArn"],
        s3_uri=parameters["modelDataSource"]["s3DataSource"]["s3Uri"],
        tags=tags,
        imported_model_tags=model_tags,
        subnet_ids=tuple(vpc["subnetIds"]),
        security_group_ids=tuple(vpc["securityGroupIds"]),
        imported_model_kms_key_id=parameters.get("importedModelKmsKeyId"),
        client_request_token=parameters.get("clientRequestToken"),
        creation_time=request.time,
    )
    store.import_jobs.add(place, job)
    store.running_imports[place][model_name] = job_arn
    return {"jobArn": job_arn}


def _check_quota(request: Request) -> None:
    # AWS's text is known only in the part "request a quota increase for Concurrent model import jobs".
    if len(request.store.running_imports[request.place]) >= _CONCURRENT_JOBS:
        raise ServiceError(
            "ServiceQuotaExceededException",
            f"This account has {_CONCURRENT_JOBS} model import job in progress in {request.place.region}, which is "
            "the most there may be. Wait for it to end, or request a quota increase for Concurrent model import jobs.",
        )
