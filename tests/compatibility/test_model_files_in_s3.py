"""check_model_files: imports read an S3 that something else mocks."""

from __future__ import annotations

import json

import boto3
import pytest
from lives import start_import
from moto import mock_aws

from pytest_bedrock_jobs import UsageError

GOOD = {
    "config.json": json.dumps({"model_type": "llama"}),
    "model.safetensors": "",
    "tokenizer.json": "{}",
    "tokenizer_config.json": json.dumps({"chat_template": "{{ messages }}"}),
}
PERMISSION = "Could not validate GetObject permissions to access Amazon S3 bucket: my-bucket at key llama/config.json"

pytestmark = pytest.mark.bedrock_jobs(check_model_files=True)


def finished(client):
    """An import, polled twice."""
    job = start_import(client, modelDataSource={"s3DataSource": {"s3Uri": "s3://my-bucket/llama/"}})
    assert client.get_model_import_job(jobIdentifier=job)["status"] == "InProgress"
    return client.get_model_import_job(jobIdentifier=job)


@mock_aws
def test_an_import_completes_once_the_code_has_uploaded_all_files(bedrock_jobs, client):
    """First nothing, then too little, then all of it."""
    s3 = boto3.client("s3")
    assert finished(client)["failureMessage"] == PERMISSION

    s3.create_bucket(Bucket="my-bucket")
    assert finished(client)["failureMessage"] == PERMISSION

    for name, content in GOOD.items():
        s3.put_object(Bucket="my-bucket", Key=f"llama/{name}", Body=content)
    s3.put_object(Bucket="my-bucket", Key="llama/folder/", Body=b"")
    assert finished(client)["status"] == "Completed"
    assert bedrock_jobs.imported_models[0].architecture == "llama"

    s3.put_object(Bucket="my-bucket", Key="llama/config.json", Body=b'{"model_type": "gemma2"}')
    assert "(gemma2)" in finished(client)["failureMessage"]


@mock_aws
def test_an_import_fails_if_a_file_is_listed_and_cannot_be_read(bedrock_jobs, client):
    """It is listed and refused: AWS's text names it."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="my-bucket")
    for name, content in GOOD.items():
        s3.put_object(Bucket="my-bucket", Key=f"llama/{name}", Body=content)
    archived = {"Bucket": "my-bucket", "Key": "llama/config.json", "StorageClass": "GLACIER"}
    s3.put_object(**archived, Body=GOOD["config.json"])

    assert finished(client)["failureMessage"] == PERMISSION


@mock_aws
def test_files_that_the_test_gave_come_first(bedrock_jobs, client):
    """They need no S3."""
    bedrock_jobs.add_model_files("s3://my-bucket/llama/", GOOD)
    assert finished(client)["status"] == "Completed"


def test_without_a_mock_of_s3_the_import_is_a_usage_error(bedrock_jobs, client):
    """The real one is not asked; the error says what to do, at the end of the test too."""
    with pytest.raises(UsageError, match="nothing in this process mocks S3, and the real one is never read"):
        start_import(client)
    assert bedrock_jobs.import_jobs == ()
    bedrock_jobs.reset()


@pytest.mark.bedrock_jobs(check_model_files=False)
def test_s3_is_not_read_unless_model_files_are_checked(bedrock_jobs, client):
    """S3 is not read."""
    assert finished(client)["status"] == "Completed"
