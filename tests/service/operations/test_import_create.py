"""create_model_import_job: its parameters, its response, its ids."""

from __future__ import annotations

import datetime
import random
import re
from email.utils import parsedate_to_datetime

import pytest
from botocore.exceptions import ClientError
from support import ACCOUNT, import_parameters, service_model

from pytest_bedrock_jobs import mock_bedrock_jobs

KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/01234567-89ab-cdef-0123-456789abcdef"


def test_the_required_parameters_are_enough_for_an_import(bedrock_jobs, client):
    """A job needs a name, a model's name, a role and a source; everything else is absent from its record."""
    parameters = import_parameters()
    arn = client.create_model_import_job(**parameters)["jobArn"]
    [job] = bedrock_jobs.import_jobs
    assert (job.arn, job.name, job.status) == (arn, parameters["jobName"], "InProgress")
    assert (job.region, job.account_id) == ("us-east-1", ACCOUNT)
    assert (job.subnet_ids, job.security_group_ids, job.imported_model_kms_key_arn) == ((), (), None)
    assert (dict(job.tags), dict(job.imported_model_tags), job.client_request_token) == ({}, {}, None)


def test_every_documented_parameter_of_an_import_is_kept(bedrock_jobs, client):
    """Each parameter that the documentation lists is found in the job's record."""
    parameters = import_parameters(
        jobTags=[{"key": "team", "value": "search"}],
        importedModelTags=[{"key": "family", "value": "llama"}, {"key": "empty", "value": ""}],
        clientRequestToken="token-1",
        vpcConfig={"subnetIds": ["subnet-1", "subnet-2"], "securityGroupIds": ["sg-1"]},
        importedModelKmsKeyId=KEY,
    )
    documented = service_model().operation_model("CreateModelImportJob").input_shape.members
    assert set(parameters) == set(documented)
    client.create_model_import_job(**parameters)
    [job] = bedrock_jobs.import_jobs
    assert job.imported_model_name == parameters["importedModelName"]
    assert job.role_arn == parameters["roleArn"]
    assert job.s3_uri == "s3://my-bucket/llama/"
    assert dict(job.tags) == {"team": "search"}
    assert dict(job.imported_model_tags) == {"family": "llama", "empty": ""}
    assert job.client_request_token == "token-1"
    assert job.subnet_ids == ("subnet-1", "subnet-2")
    assert job.security_group_ids == ("sg-1",)
    assert job.imported_model_kms_key_arn == KEY


@pytest.mark.parametrize("key", [KEY, KEY.partition("key/")[2], "alias/models", KEY.partition(":key")[0] + ":alias/x"])
def test_a_key_is_given_by_arn_id_or_alias(bedrock_jobs, client, key):
    """ImportedModelKmsKeyId takes the four forms of the service model's pattern, and is kept as a key's full ARN."""
    client.create_model_import_job(**import_parameters(importedModelKmsKeyId=key))
    kept = bedrock_jobs.import_jobs[0].imported_model_kms_key_arn
    assert re.fullmatch(rf"arn:aws:kms:us-(ea|we)st-[12]:{ACCOUNT}:key/[a-z0-9-]{{36}}", kept)
    assert "alias" in key or kept.endswith(key.rpartition("/")[2])


def test_the_response_to_an_import_is_as_documented(client):
    """The response has jobArn and what boto3 adds: status 201, request id, headers and the number of retries."""
    response = client.create_model_import_job(**import_parameters())
    assert set(response) == {"jobArn", "ResponseMetadata"}
    metadata = response["ResponseMetadata"]
    assert set(metadata) == {"RequestId", "HTTPStatusCode", "HTTPHeaders", "RetryAttempts"}
    assert metadata["HTTPStatusCode"] == 201
    assert metadata["RetryAttempts"] == 0
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", metadata["RequestId"])
    assert metadata["HTTPHeaders"]["x-amzn-requestid"] == metadata["RequestId"]
    assert metadata["HTTPHeaders"]["content-type"] == "application/json"
    assert int(metadata["HTTPHeaders"]["content-length"]) == len(f'{{"jobArn":"{response["jobArn"]}"}}')


def test_a_response_says_when_it_was_sent(client, bedrock_jobs):
    """By the mock's clock, in whole seconds, errors too."""
    bedrock_jobs.clock.advance(3600)
    created = client.create_model_import_job(**import_parameters())
    job = client.get_model_import_job(jobIdentifier=created["jobArn"])
    sent = parsedate_to_datetime(created["ResponseMetadata"]["HTTPHeaders"]["date"])
    assert sent == job["creationTime"].replace(microsecond=0)
    with pytest.raises(ClientError) as caught:
        client.get_model_import_job(jobIdentifier="no-such-job")
    assert caught.value.response["ResponseMetadata"]["HTTPHeaders"]["date"].endswith(" GMT")


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("us-east-1", "aws"),
        ("eu-central-1", "aws"),
        ("ap-southeast-2", "aws"),
        ("us-gov-west-1", "aws-us-gov"),
        ("cn-north-1", "aws-cn"),
    ],
)
def test_the_arn_of_an_import_names_the_clients_region_and_partition(bedrock_jobs, region, partition):
    """Region and partition come from the client, and the ARN matches the service model's pattern."""
    arn = bedrock_jobs.client(region).create_model_import_job(**import_parameters())["jobArn"]
    assert arn.startswith(f"arn:{partition}:bedrock:{region}:{ACCOUNT}:model-import-job/")
    job_arn = service_model().operation_model("CreateModelImportJob").output_shape.members["jobArn"]
    assert re.fullmatch(job_arn.metadata["pattern"], arn)
    assert bedrock_jobs.import_jobs[0].region == region


@pytest.mark.bedrock_jobs(account_id="999988887777")
def test_the_arn_of_an_import_names_the_mocks_account(bedrock_jobs, client):
    """The account is the one of the options."""
    assert ":999988887777:" in client.create_model_import_job(**import_parameters())["jobArn"]
    assert bedrock_jobs.import_jobs[0].account_id == "999988887777"


def test_two_imports_never_have_the_same_id(client):
    """Ids have 12 characters of [a-z0-9], and no two jobs share one."""
    ids = [client.create_model_import_job(**import_parameters())["jobArn"].rpartition("/")[2] for _ in range(200)]
    assert all(re.fullmatch(r"[a-z0-9]{12}", job_id) for job_id in ids)
    assert len(set(ids)) == len(ids)


def test_ids_of_imports_ignore_the_random_seed(client):
    """Test runners seed the random module before every test, and ids still differ."""
    arns = set()
    for _ in range(2):
        random.seed(0)
        arns.add(client.create_model_import_job(**import_parameters())["jobArn"])
    assert len(arns) == 2


def test_ids_of_imports_differ_between_mocks():
    """A later mock does not give an earlier one's ids again."""
    arns = set()
    for _ in range(2):
        with mock_bedrock_jobs() as jobs:
            arns.add(jobs.client().create_model_import_job(**import_parameters())["jobArn"])
    assert len(arns) == 2


def test_a_job_is_created_now_in_utc(bedrock_jobs, client):
    """The time of creation lies between the times before and after the call, and has a time zone."""
    before = bedrock_jobs.clock.now()
    client.create_model_import_job(**import_parameters())
    created = bedrock_jobs.import_jobs[0].creation_time
    assert before <= created <= datetime.datetime.now(datetime.timezone.utc)
    assert created.utcoffset() == datetime.timedelta(0)


def test_a_job_name_is_taken_for_ever(bedrock_jobs, client):
    """A second job of one name is a ValidationException in the service's words, and creates nothing."""
    first = import_parameters()
    client.create_model_import_job(**first)
    with pytest.raises(client.exceptions.ValidationException) as caught:
        client.create_model_import_job(**import_parameters(jobName=first["jobName"]))
    assert caught.value.response["Error"]["Message"] == "The provided job name is currently in use."
    assert len(bedrock_jobs.import_jobs) == 1


def test_a_job_name_is_free_in_another_region_and_account(bedrock_jobs):
    """Names are taken per account and Region."""
    parameters = import_parameters()
    for region in ("us-east-1", "us-west-2"):
        bedrock_jobs.client(region).create_model_import_job(**parameters)
    assert [job.region for job in bedrock_jobs.import_jobs] == ["us-east-1", "us-west-2"]


def test_two_running_imports_cannot_make_one_model(bedrock_jobs, client):
    """A model's name that a running import will take is a ConflictException that names the job."""
    first = import_parameters()
    arn = client.create_model_import_job(**first)["jobArn"]
    with pytest.raises(client.exceptions.ConflictException, match=arn):
        client.create_model_import_job(**import_parameters(importedModelName=first["importedModelName"]))
    assert [job.arn for job in bedrock_jobs.import_jobs] == [arn]
