"""What an operation returns of a record: what the service model and the record have under the same name."""

from __future__ import annotations

import datetime

from pytest_bedrock_jobs.interceptor.service_models import bedrock_operations
from pytest_bedrock_jobs.service.arns import Scope
from pytest_bedrock_jobs.service.operations.operation import Request
from pytest_bedrock_jobs.service.records import ImportJob
from pytest_bedrock_jobs.service.wire.codec import OperationCodec

NOON = datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.timezone.utc)
JOB = ImportJob(
    arn="arn:aws:bedrock:us-east-1:123456789012:model-import-job/a",
    name="llama",
    region="us-east-1",
    account_id="123456789012",
    creation_time=NOON,
    imported_model_name="model",
    role_arn="arn:aws:iam::123456789012:role/import",
    s3_uri="s3://models/llama/",
    tags={"team": "search"},
    imported_model_tags={},
    subnet_ids=("subnet-1",),
    security_group_ids=("sg-1",),
    imported_model_kms_key_arn=None,
    client_request_token=None,
)


def returned(*names, **others):
    """What an operation with these fields returns of the job."""
    request = Request("GetThing", Scope("123456789012", "us-east-1", "aws"), NOON, None, output_names=frozenset(names))
    return request.returned(JOB, **others)


def test_a_field_is_what_the_record_has_under_its_name():
    """Texts and times; what has no value is left out, and so is what the operation does not return."""
    expected = {"status": "InProgress", "creationTime": NOON, "importedModelName": "model"}
    assert returned("status", "creationTime", "importedModelName", "importedModelKmsKeyArn") == expected


def test_a_field_that_the_record_has_in_another_form_is_left_out():
    """The API has tags as a list: a field that only a later service model has is not filled in wrongly."""
    assert returned("tags", "subnetIds") == {}


def test_what_is_given_besides_goes_before_what_the_record_has():
    """It goes before what the record has; without a value, or for another operation, it is left out."""
    given = {"jobArn": "arn", "vpcConfig": None, "modelArn": "arn", "status": "Stopped"}
    assert returned("jobArn", "vpcConfig", "status", **given) == {"jobArn": "arn", "status": "Stopped"}


def test_the_names_of_an_operation_are_those_of_its_output_and_its_rows():
    """Of its output, and of the rows of a list in it."""
    names = OperationCodec(bedrock_operations()["ListModelImportJobs"]).output_names
    assert names >= {"modelImportJobSummaries", "nextToken", "jobArn", "jobName", "status", "creationTime"}
    assert "roleArn" not in names
