"""A bad day: AWS is busy, a response is lost, a permission is missing, a quota is used up.

`bedrock_jobs.inject` makes things go wrong; botocore's retries and the program have to cope with it.
"""

import boto3
import pytest
from botocore.exceptions import ClientError
from promote import ImportBusyError, promote, submit_import

from pytest_bedrock_jobs import BedrockJobs, faults

ROLE = "arn:aws:iam::123456789012:role/import"
THROTTLED = faults.service_error("ThrottlingException")

pytestmark = pytest.mark.bedrock_jobs(virtual_time=True)


def submit() -> str:
    return submit_import("s3://my-bucket/llama/", name="llama-v1", team="search", role_arn=ROLE)


def submit_without_a_token() -> str:
    """The program's request as it is often written: on a good day it works."""
    response = boto3.client("bedrock").create_model_import_job(
        jobName="llama-v1",
        importedModelName="llama-v1",
        roleArn=ROLE,
        modelDataSource={"s3DataSource": {"s3Uri": "s3://my-bucket/llama/"}},
    )
    return str(response["jobArn"])


def test_an_import_that_is_throttled_twice_starts_in_the_end(bedrock_jobs: BedrockJobs) -> None:
    bedrock_jobs.inject("CreateModelImportJob", THROTTLED, times=2)

    arn = submit()

    [job], [call] = bedrock_jobs.import_jobs, bedrock_jobs.calls
    assert job.arn == arn
    assert call.responses == ("ThrottlingException", "ThrottlingException", "201")


def test_without_a_token_a_lost_response_leaves_a_job_that_nobody_knows(bedrock_jobs: BedrockJobs) -> None:
    """The job was started, the response was lost, botocore retries: without a token that is a second job."""
    bedrock_jobs.inject("CreateModelImportJob", faults.lost_response())

    with pytest.raises(ClientError, match="The provided job name is currently in use"):
        submit_without_a_token()

    [job] = bedrock_jobs.import_jobs
    assert job.status == "InProgress"  # it runs and costs money, and the program believes that it failed


def test_with_a_token_the_retry_after_a_lost_response_finds_the_job(bedrock_jobs: BedrockJobs) -> None:
    """The program sends a token, so the retry finds the job."""
    bedrock_jobs.inject("CreateModelImportJob", faults.lost_response())

    arn = submit()

    [job], [call] = bedrock_jobs.import_jobs, bedrock_jobs.calls
    assert job.arn == arn
    assert (call.responses, call.replayed) == (("201 (lost response)", "201"), True)


def test_a_lost_response_makes_no_second_copy(bedrock_jobs: BedrockJobs) -> None:
    source = bedrock_jobs.add_custom_model("ranker")
    bedrock_jobs.inject("CreateModelCopyJob", faults.lost_response(), region="us-west-2")

    promote(source.arn, ["eu-west-1", "us-west-2"], name="ranker-v1", team="search")

    assert [job.region for job in bedrock_jobs.copy_jobs] == ["eu-west-1", "us-west-2"]
    assert [call.replayed for call in bedrock_jobs.calls_to("CreateModelCopyJob")] == [False, True]


def test_a_role_that_may_not_tag_starts_no_import_with_tags(bedrock_jobs: BedrockJobs) -> None:
    bedrock_jobs.deny("bedrock:TagResource")

    with pytest.raises(ClientError, match="not authorized to perform: bedrock:TagResource"):
        submit()

    assert bedrock_jobs.import_jobs == ()
    assert submit_without_a_token()  # it does not tag either


def test_an_import_over_the_quota_has_to_wait(bedrock_jobs: BedrockJobs) -> None:
    bedrock_jobs.fail_next_call("CreateModelImportJob", "ServiceQuotaExceededException")

    with pytest.raises(ImportBusyError, match="llama-v1 has to wait"):
        submit()

    assert submit()  # later
