"""The mock's state as a test sees it: immutable records. Times are the mock's, in UTC."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from .errors import UNKNOWN_ATTRIBUTE, see, short, unknown_attribute
from .wire.api_names import JobStatus, Operation, PromptFormat

if TYPE_CHECKING:
    from .wire.event_streams import Delivery


_WIDEST, _WIDEST_ERROR = 100, 300


@dataclass(frozen=True, slots=True, kw_only=True, init=False, repr=False, eq=False)  # its subclasses have these
class Resource:
    """What every job, model and so on has."""

    arn: str
    name: str
    region: str
    account_id: str
    creation_time: datetime.datetime

    def __repr__(self) -> str:
        message = getattr(self, "failure_message", None)
        state = [getattr(self, "status", ""), f"({message})" if message else ""]
        return f"<{' '.join(filter(None, [type(self).__name__, self.name, *state, self.arn]))}>"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ImportJob(Resource):
    """A model import job.

    Attributes:
        arn: ``arn:<partition>:bedrock:<region>:<account>:model-import-job/<id>``.
        name: ``jobName``.
        status: ``InProgress``, ``Completed`` or ``Failed``.
        region: The Region of the client that created it.
        account_id: The account it belongs to.
        imported_model_name: ``importedModelName``.
        role_arn: ``roleArn``.
        s3_uri: ``modelDataSource.s3DataSource.s3Uri``.
        tags: The job's tags, from key to value.
        imported_model_tags: ``importedModelTags``, likewise.
        subnet_ids: ``vpcConfig.subnetIds``; empty without a VPC.
        security_group_ids: ``vpcConfig.securityGroupIds``; empty without a VPC.
        imported_model_kms_key_arn: The full ARN of the key in ``importedModelKmsKeyId``, if one was sent.
        client_request_token: The idempotency token, if one was sent.
        creation_time: When it was created.
        end_time: When it ended, or None.
        imported_model_arn: The model that it created, or None unless it completed.
        failure_message: Why it failed, or None.
    """

    status: JobStatus = "InProgress"
    imported_model_name: str
    role_arn: str
    s3_uri: str
    tags: Mapping[str, str]
    imported_model_tags: Mapping[str, str]
    subnet_ids: tuple[str, ...]
    security_group_ids: tuple[str, ...]
    imported_model_kms_key_arn: str | None
    client_request_token: str | None
    end_time: datetime.datetime | None = None
    imported_model_arn: str | None = None
    failure_message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ImportedModel(Resource):
    """A model that a completed import created.

    Attributes:
        arn: ``arn:<partition>:bedrock:<region>:<account>:imported-model/<id>``.
        name: ``importedModelName``.
        region: Its Region.
        account_id: The account that owns it.
        job_name: The name of the import job.
        job_arn: Its ARN.
        s3_uri: Where the files came from.
        architecture: ``modelArchitecture``, the Hugging Face ``model_type``.
        instruct_supported: ``instructSupported``: whether Converse accepts it.
        custom_model_units: ``customModelUnits.customModelUnitsPerModelCopy``.
        kms_key_arn: ``modelKmsKeyArn``, or None.
        tags: The model's tags, from key to value.
        creation_time: The job's, as on AWS.
        invoke_format: The format in which it responds to every ``prompt``; None where request and architecture decide.
    """

    job_name: str
    job_arn: str
    s3_uri: str
    architecture: str
    instruct_supported: bool
    custom_model_units: int
    kms_key_arn: str | None
    tags: Mapping[str, str]
    invoke_format: PromptFormat | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Call:
    """One API call of the code under test, with all attempts that botocore made for it.

    It has ended when boto3's method returns or raises. The body of InvokeModel and event streams are read after that:
    ``body_read`` says how far.

    Attributes:
        operation: The API operation, such as ``CreateModelImportJob``.
        region: The client's Region.
        account_id: The account the client acts for.
        time: The mock's time when its first request arrived.
        parameters: What the service received, by the API's names.
        output: The output of the service, or None.
        error_code: The code of the error that the caller got, or None.
        error_message: Its text, or None.
        responses: One for each request that botocore sent for this call: a status, an error code, or what went wrong.
        faults: The injected faults that these requests got.
        replayed: Whether the response is that of an earlier call, because of an idempotency token.
        slept_seconds: What botocore would have slept between the attempts, and before them in its adaptive mode; it
            moved the mock's clock, unless the test had frozen the time.
    """

    operation: Operation
    region: str
    account_id: str
    time: datetime.datetime
    parameters: Mapping[str, Any]
    output: Mapping[str, Any] | None
    error_code: str | None
    error_message: str | None
    responses: tuple[str, ...]
    faults: tuple[str, ...]
    replayed: bool
    slept_seconds: float
    _delivery: Delivery | None = field(default=None, repr=False, compare=False)

    @property
    def body_read(self) -> bytes | tuple[Mapping[str, Any], ...] | None:
        """What has been read so far: bytes of InvokeModel's body, or events of a stream; None without either."""
        return self._delivery.read_so_far() if self._delivery else None

    @property
    def attempts(self) -> int:
        """How many requests botocore sent for this call."""
        return len(self.responses)

    def __repr__(self) -> str:
        error = f"{self.error_code}: {self.error_message}"
        response = short(error, _WIDEST_ERROR) if self.error_code else _brief(self.output)
        attempts = f", {self.attempts} attempts" if self.attempts > 1 else ""
        replayed = ", token replayed" if self.replayed else ""
        return f"<Call {self.operation}({_brief(self.parameters)}) in {self.region} -> {response}{attempts}{replayed}>"


def _brief(fields: Mapping[str, Any] | None) -> str:
    """Fields on a line of a debugger, without secrets."""
    return short(", ".join(f"{name}={value!r}" for name, value in (fields or {}).items()), _WIDEST)


def _unknown(record: object, name: str) -> NoReturn:
    raise unknown_attribute(record, name)


def _unchangeable(record: object, name: str, *_: object) -> NoReturn:
    if not hasattr(record, name):
        _unknown(record, name)
    raise FrozenInstanceError(
        f"{type(record).__name__}.{name} cannot be set: a record shows the state at the time it was read. Read it from "
        f"the mock again to see the present state; complete and fail end jobs. {see(UNKNOWN_ATTRIBUTE)}"
    )


def seal(*kinds: type) -> None:
    """Let records say why they have no such attribute, or why it cannot be set.

    Not in the classes' bodies: type checkers would accept any attribute of a class that has these methods.
    """
    for kind in kinds:
        for name, method in (("__getattr__", _unknown), ("__setattr__", _unchangeable), ("__delattr__", _unchangeable)):
            setattr(kind, name, method)


seal(ImportJob, ImportedModel, Call)
