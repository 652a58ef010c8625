"""What a test sees of custom models, of the jobs that make or copy them, and of what invokes them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ..records import Resource, seal
from ..wire.api_names import CustomizationStatus, CustomModelStatus, DeploymentStatus, JobStatus, ProvisionedStatus
from ..wire.frozen import FrozenDict


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CopyJob(Resource):
    """A model copy job.

    Attributes:
        arn: ``arn:<partition>:bedrock:<region>:<account>:model-copy-job/<id>``.
        name: The target model's name: a copy job has no name itself.
        status: ``InProgress``, ``Completed`` or ``Failed``.
        region: The destination: the Region of the client that created it.
        account_id: The account it belongs to.
        source_model_arn: ``sourceModelArn``.
        source_account_id: The account in that ARN.
        source_model_name: The name of the source model.
        target_model_arn: The ARN that the copy has, or will have.
        target_model_name: ``targetModelName``.
        target_model_tags: ``targetModelTags``, from key to value.
        target_model_kms_key_arn: The full ARN of the key in ``modelKmsKeyId``, if one was sent.
        client_request_token: The idempotency token; botocore sends one if the caller does not.
        creation_time: When it was created.
        end_time: When it ended, or None. The service does not return it.
        failure_message: Why it failed, or None.
    """

    status: JobStatus = "InProgress"
    source_model_arn: str
    source_account_id: str
    source_model_name: str
    target_model_arn: str
    target_model_name: str
    target_model_tags: Mapping[str, str]
    target_model_kms_key_arn: str | None
    client_request_token: str | None
    _source: CustomModel
    end_time: datetime.datetime | None = None
    failure_message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CustomizationJob(Resource):
    """A model customization job.

    Attributes:
        arn: ``arn:<partition>:bedrock:<region>:<account>:model-customization-job/<base model>/<id>``.
        name: ``jobName``.
        status: ``InProgress``, ``Completed``, ``Failed``, ``Stopping`` or ``Stopped``.
        region: The Region of the client that created it.
        account_id: The account it belongs to.
        base_model: The id of the foundation model that its model descends from.
        customization_type: ``customizationType``; ``FINE_TUNING`` where none was sent.
        output_model_name: ``customModelName``.
        role_arn: ``roleArn``.
        training: ``hyperParameters``, ``trainingDataConfig``, ``validationDataConfig``, ``outputDataConfig`` and
            ``customizationConfig`` as they were sent; after its completion ``trainingMetrics`` and
            ``validationMetrics`` too.
        vpc_config: ``vpcConfig``; empty without a VPC.
        output_model_kms_key_arn: The full ARN of the key in ``customModelKmsKeyId``, if one was sent.
        tags: The job's tags, from key to value.
        output_model_tags: ``customModelTags``, likewise.
        client_request_token: The idempotency token; botocore sends one if the caller does not.
        creation_time: When it was created.
        end_time: When it ended, or None.
        output_model_arn: The custom model that it made, or None unless it completed.
        failure_message: Why it failed, or None.
    """

    status: CustomizationStatus = "InProgress"
    base_model: str
    customization_type: str
    output_model_name: str
    role_arn: str
    training: Mapping[str, Any]
    vpc_config: Mapping[str, Any]
    output_model_kms_key_arn: str | None
    tags: Mapping[str, str]
    output_model_tags: Mapping[str, str]
    client_request_token: str | None
    end_time: datetime.datetime | None = None
    output_model_arn: str | None = None
    failure_message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CustomModel(Resource):
    """A custom model: added by a test, or created by CreateCustomModel, a customization job or a completed copy.

    Attributes:
        arn: ``arn:<partition>:bedrock:<region>:<account>:custom-model/<base model>/<id>``.
        name: The model's name.
        status: ``Active``, ``Creating`` or ``Failed``.
        region: Its Region.
        account_id: The account that owns it.
        base_model: The foundation model's id, or ``imported``.
        customization_type: ``customizationType``: ``FINE_TUNING``, ``IMPORTED`` and so on.
        shared_with: Other accounts that can see and copy it.
        kms_key_arn: ``modelKmsKeyArn``, or None.
        tags: The model's tags, from key to value.
        creation_time: When it was created; for a model that a job made, when the job was.
        failure_message: Why it failed, or None.
        job_name: The customization job that trained it, or the model that it is a copy of; None for one without.
        job_arn: The ARN of that job.
        training: What ``GetCustomModel`` returns of that job, by the API's names.
    """

    status: CustomModelStatus = "Creating"
    base_model: str
    customization_type: str
    shared_with: frozenset[str] = frozenset()
    kms_key_arn: str | None
    tags: Mapping[str, str]
    failure_message: str | None = None
    job_name: str | None = None
    job_arn: str | None = None
    training: Mapping[str, Any] = field(default_factory=FrozenDict)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CustomModelDeployment(Resource):
    """A deployment of a custom model.

    Attributes:
        arn: ``arn:<partition>:bedrock:<region>:<account>:custom-model-deployment/<id>``.
        name: ``modelDeploymentName``.
        status: ``Creating``, ``Active`` or ``Failed``.
        region: Its Region.
        account_id: The account that owns it.
        model_arn: The custom model that it deploys.
        description: ``description``, or None.
        tags: Its tags, from key to value.
        client_request_token: The idempotency token; botocore sends one if the caller does not.
        creation_time: ``createdAt``.
        last_updated_time: ``lastUpdatedAt``: when it was created or updated, or when either ended.
        update_model_arn: The model of the latest update, or None.
        update_status: ``Updating``, ``UpdateCompleted`` or ``UpdateFailed``; None without an update.
        failure_message: Why its creation, or the latest update, failed; or None.
        deletion_time: When its deletion was requested; it stays ``Active`` until it is gone. None before.
    """

    status: DeploymentStatus = "Creating"
    model_arn: str
    description: str | None
    tags: Mapping[str, str]
    client_request_token: str | None
    last_updated_time: datetime.datetime
    update_model_arn: str | None = None
    update_status: str | None = None
    failure_message: str | None = None
    deletion_time: datetime.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ProvisionedThroughput(Resource):
    """Provisioned throughput of a custom model.

    Attributes:
        arn: ``arn:<partition>:bedrock:<region>:<account>:provisioned-model/<id>``.
        name: ``provisionedModelName``.
        status: ``Creating``, ``InService``, ``Updating`` or ``Failed``.
        region: Its Region.
        account_id: The account that owns it.
        model_arn: The model that it serves.
        desired_model_arn: The model that it is to serve: another one while it is ``Updating``.
        base_model: The id of the foundation model that both descend from.
        model_units: ``modelUnits``.
        commitment_duration: ``OneMonth`` or ``SixMonths``; None without a commitment.
        commitment_expiration_time: Until when it cannot be deleted; None without a commitment.
        tags: Its tags, from key to value.
        client_request_token: The idempotency token; botocore sends one if the caller does not.
        creation_time: When it was created.
        last_modified_time: When it was created or updated, or when either ended.
        failure_message: Why its creation, or the latest update, failed; or None.
    """

    status: ProvisionedStatus | Literal["Updating"] = "Creating"
    model_arn: str
    desired_model_arn: str
    base_model: str
    model_units: int
    commitment_duration: str | None
    commitment_expiration_time: datetime.datetime | None
    tags: Mapping[str, str]
    client_request_token: str | None
    last_modified_time: datetime.datetime
    failure_message: str | None = None


seal(CopyJob, CustomizationJob, CustomModel, CustomModelDeployment, ProvisionedThroughput)
