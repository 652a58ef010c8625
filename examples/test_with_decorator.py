"""The decorator `mock_bedrock_jobs`: a parameter `bedrock_jobs` receives the mock, and is optional."""

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError
from promote import promote, start_copies
from waiting import DeadlineError, JobFailedError

from pytest_bedrock_jobs import NEXT_JOB, BedrockJobs, mock_bedrock_jobs

REGIONS = ("eu-west-1", "us-west-2")


@mock_bedrock_jobs
def test_each_region_gets_one_copy(bedrock_jobs: BedrockJobs) -> None:
    model = bedrock_jobs.add_custom_model("ranker", region="us-east-1")

    arns = start_copies(model.arn, REGIONS, name="ranker-v1", team="search")

    assert {job.region: job.arn for job in bedrock_jobs.copy_jobs} == arns
    assert tuple(arns) == REGIONS
    for job in bedrock_jobs.copy_jobs:
        assert (job.source_model_arn, job.target_model_name) == (model.arn, "ranker-v1")
        assert job.target_model_tags == {"team": "search"}


@mock_bedrock_jobs(virtual_time=True)
def test_each_region_has_the_model_in_the_end(bedrock_jobs: BedrockJobs) -> None:
    source = bedrock_jobs.add_custom_model("ranker", region="us-east-1", tags={"stage": "test"})

    arns = promote(source.arn, REGIONS, name="ranker-v1", team="search")

    original, *copies = bedrock_jobs.custom_models
    assert original == source
    assert {model.region: model.arn for model in copies} == arns
    for model in copies:
        assert (model.name, model.status, model.tags) == ("ranker-v1", "Active", {"team": "search"})


@mock_bedrock_jobs(virtual_time=True, progress=timedelta(minutes=45))
def test_copies_are_awaited_in_parallel(bedrock_jobs: BedrockJobs) -> None:
    source = bedrock_jobs.add_custom_model()

    promote(source.arn, REGIONS, name="ranker-v1", team="search", minutes=45)

    assert [job.status for job in bedrock_jobs.copy_jobs] == ["Completed", "Completed"]


@mock_bedrock_jobs(virtual_time=True, progress=timedelta(minutes=45))
def test_a_deadline_is_kept_to_the_minute(bedrock_jobs: BedrockJobs) -> None:
    source = bedrock_jobs.add_custom_model()

    with pytest.raises(DeadlineError, match="still running after 44 minutes"):
        promote(source.arn, REGIONS, name="ranker-v1", team="search", minutes=44)


@mock_bedrock_jobs(virtual_time=True)
def test_one_failed_copy_fails_the_promotion(bedrock_jobs: BedrockJobs) -> None:
    source = bedrock_jobs.add_custom_model()
    bedrock_jobs.complete(NEXT_JOB)
    bedrock_jobs.fail(NEXT_JOB, "The copy was interrupted.")

    with pytest.raises(JobFailedError, match="The copy was interrupted"):
        promote(source.arn, REGIONS, name="ranker-v1", team="search")

    assert [job.status for job in bedrock_jobs.copy_jobs] == ["Completed", "Failed"]


@mock_bedrock_jobs
def test_a_rerun_adds_only_what_is_missing(bedrock_jobs: BedrockJobs) -> None:
    model = bedrock_jobs.add_custom_model()

    first = start_copies(model.arn, REGIONS[:1], name="ranker-v1", team="search")
    second = start_copies(model.arn, REGIONS, name="ranker-v1", team="search")

    assert second["eu-west-1"] == first["eu-west-1"]
    assert [job.region for job in bedrock_jobs.copy_jobs] == ["eu-west-1", "us-west-2"]


@mock_bedrock_jobs(account_id="111122223333", virtual_time=True)
def test_a_model_that_was_shared_with_us_can_be_promoted(bedrock_jobs: BedrockJobs) -> None:
    model = bedrock_jobs.add_custom_model(account_id="444455556666", shared_with=["111122223333"])

    promote(model.arn, ["eu-west-1"], name="ranker-v1", team="search")

    [job], [source, copy] = bedrock_jobs.copy_jobs, bedrock_jobs.custom_models
    assert (job.source_account_id, job.account_id) == ("444455556666", "111122223333")
    assert (source.account_id, copy.account_id) == ("444455556666", "111122223333")


@mock_bedrock_jobs(account_id="111122223333")
def test_a_model_that_was_not_shared_with_us_cannot_be_promoted(bedrock_jobs: BedrockJobs) -> None:
    model = bedrock_jobs.add_custom_model(account_id="444455556666")

    with pytest.raises(ClientError, match="AccessDeniedException"):
        promote(model.arn, ["eu-west-1"], name="ranker-v1", team="search")


@mock_bedrock_jobs
def test_an_imported_model_cannot_be_promoted(bedrock_jobs: BedrockJobs) -> None:
    imported = bedrock_jobs.add_imported_model()

    with pytest.raises(ClientError, match=r"ValidationException.* at 'sourceModelArn'"):
        promote(imported.arn, REGIONS, name="ranker-v1", team="search")
