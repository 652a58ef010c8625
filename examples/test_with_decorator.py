"""The decorator `mock_bedrock_jobs`: a parameter `bedrock_jobs` gets the mock; there need not be one."""

import pytest
from botocore.exceptions import ClientError
from promote import promote

from pytest_bedrock_jobs import BedrockJobs, mock_bedrock_jobs

REGIONS = ("eu-west-1", "us-west-2")


@mock_bedrock_jobs
def test_each_region_gets_one_copy(bedrock_jobs: BedrockJobs) -> None:
    model = bedrock_jobs.add_custom_model("ranker", region="us-east-1")

    arns = promote(model.arn, REGIONS, name="ranker-v1", team="search")

    assert {job.region: job.arn for job in bedrock_jobs.copy_jobs} == arns
    assert tuple(arns) == REGIONS
    for job in bedrock_jobs.copy_jobs:
        assert (job.source_model_arn, job.target_model_name) == (model.arn, "ranker-v1")
        assert job.target_model_tags == {"team": "search"}


@mock_bedrock_jobs
def test_a_rerun_adds_only_what_is_missing(bedrock_jobs: BedrockJobs) -> None:
    model = bedrock_jobs.add_custom_model()

    first = promote(model.arn, REGIONS[:1], name="ranker-v1", team="search")
    second = promote(model.arn, REGIONS, name="ranker-v1", team="search")

    assert second["eu-west-1"] == first["eu-west-1"]
    assert [job.region for job in bedrock_jobs.copy_jobs] == ["eu-west-1", "us-west-2"]


@mock_bedrock_jobs(account_id="111122223333")
def test_a_model_that_was_shared_with_us_can_be_promoted(bedrock_jobs: BedrockJobs) -> None:
    model = bedrock_jobs.add_custom_model(account_id="444455556666", shared_with=["111122223333"])

    promote(model.arn, ["eu-west-1"], name="ranker-v1", team="search")

    [job] = bedrock_jobs.copy_jobs
    assert (job.source_account_id, job.account_id) == ("444455556666", "111122223333")


@mock_bedrock_jobs(account_id="111122223333")
def test_a_model_that_was_not_shared_with_us_cannot(bedrock_jobs: BedrockJobs) -> None:
    model = bedrock_jobs.add_custom_model(account_id="444455556666")

    with pytest.raises(ClientError, match="AccessDeniedException"):
        promote(model.arn, ["eu-west-1"], name="ranker-v1", team="search")


@mock_bedrock_jobs
def test_an_imported_model_cannot_be_promoted() -> None:
    imported_model = "arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456"

    with pytest.raises(ClientError, match=r"ValidationException.* at 'sourceModelArn'"):
        promote(imported_model, REGIONS, name="ranker-v1", team="search")
