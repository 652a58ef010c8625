"""create_model_copy_job: its parameters, its response, its ids."""

from __future__ import annotations

import datetime
import re

import pytest
from support import ACCOUNT, copy_parameters, service_model

KEY = f"arn:aws:kms:us-west-2:{ACCOUNT}:key/01234567-89ab-cdef-0123-456789abcdef"


def test_the_required_parameters_are_enough_for_a_copy(bedrock_jobs):
    """A copy needs a source and a name; it lands in the client's Region, whatever the source's is."""
    model = bedrock_jobs.add_custom_model("titan", region="us-east-1")
    parameters = copy_parameters(model)
    arn = bedrock_jobs.client("us-west-2").create_model_copy_job(**parameters)["jobArn"]
    [job] = bedrock_jobs.copy_jobs
    assert (job.arn, job.status, job.region, job.account_id) == (arn, "InProgress", "us-west-2", ACCOUNT)
    assert (job.source_model_arn, job.source_account_id, job.source_model_name) == (model.arn, ACCOUNT, "titan")
    assert job.target_model_name == job.name == parameters["targetModelName"]
    assert (dict(job.target_model_tags), job.target_model_kms_key_arn) == ({}, None)


def test_every_documented_parameter_of_a_copy_is_kept(bedrock_jobs, client):
    """Each parameter that the documentation lists is found in the job's record."""
    parameters = copy_parameters(
        bedrock_jobs.add_custom_model(),
        modelKmsKeyId=KEY,
        targetModelTags=[{"key": "stage", "value": "production"}],
        clientRequestToken="token-1",
    )
    documented = service_model().operation_model("CreateModelCopyJob").input_shape.members
    assert set(parameters) == set(documented)
    client.create_model_copy_job(**parameters)
    [job] = bedrock_jobs.copy_jobs
    assert job.target_model_kms_key_arn == KEY
    assert dict(job.target_model_tags) == {"stage": "production"}
    assert job.client_request_token == "token-1"


def test_the_response_to_a_copy_is_as_documented(bedrock_jobs, client):
    """The response has jobArn and what boto3 adds, with status 201."""
    response = client.create_model_copy_job(**copy_parameters(bedrock_jobs.add_custom_model()))
    assert set(response) == {"jobArn", "ResponseMetadata"}
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert response["ResponseMetadata"]["RetryAttempts"] == 0
    assert response["ResponseMetadata"]["RequestId"]


@pytest.mark.needs("custom-model/imported")
@pytest.mark.parametrize(
    ("region", "partition"),
    [("us-east-1", "aws"), ("eu-central-1", "aws"), ("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn")],
)
@pytest.mark.parametrize("base_model", ["amazon.nova-lite-v1:0", "amazon.titan-text-lite-v1:0:4k", "imported"])
def test_the_arns_of_a_copy_match_the_service_model(bedrock_jobs, region, partition, base_model):
    """The job's and the target model's ARN name the client's Region and partition and match AWS's patterns."""
    model = bedrock_jobs.add_custom_model(region=region, base_model=base_model)
    arn = bedrock_jobs.client(region).create_model_copy_job(**copy_parameters(model))["jobArn"]
    [job] = bedrock_jobs.copy_jobs
    members = service_model().operation_model("GetModelCopyJob").output_shape.members
    assert arn.startswith(f"arn:{partition}:bedrock:{region}:{ACCOUNT}:model-copy-job/")
    assert re.fullmatch(members["jobArn"].metadata["pattern"], arn)
    assert job.target_model_arn.startswith(f"arn:{partition}:bedrock:{region}:{ACCOUNT}:custom-model/{base_model}/")
    assert re.fullmatch(members["targetModelArn"].metadata["pattern"], job.target_model_arn)
    assert job.target_model_arn != model.arn


def test_two_copies_never_have_the_same_id(bedrock_jobs, client):
    """No two copies share a job's ARN or a target's, even of one model to one name."""
    parameters = copy_parameters(bedrock_jobs.add_custom_model())
    for _ in range(50):
        client.create_model_copy_job(**parameters)
    arns = {arn for job in bedrock_jobs.copy_jobs for arn in (job.arn, job.target_model_arn)}
    assert len(arns) == 100
    assert all(re.fullmatch(r"[a-z0-9]{12}", arn.rpartition("/")[2]) for arn in arns)


def test_a_copy_is_created_now_in_utc(bedrock_jobs, client):
    """The time of creation lies between the times before and after the call, and has a time zone."""
    model = bedrock_jobs.add_custom_model()
    before = bedrock_jobs.clock.now()
    client.create_model_copy_job(**copy_parameters(model))
    assert before <= bedrock_jobs.copy_jobs[0].creation_time <= datetime.datetime.now(datetime.timezone.utc)
