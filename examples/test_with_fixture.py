"""The fixture `bedrock_jobs`: it is the mock, and asking for it switches it on."""

import pytest
from botocore.exceptions import ClientError
from promote import ImportBusyError, submit_import

from pytest_bedrock_jobs import BedrockJobs

ROLE = "arn:aws:iam::123456789012:role/import"


def submit(s3_uri: str = "s3://my-bucket/llama/", name: str = "llama-v1") -> str:
    return submit_import(s3_uri, name=name, team="search", role_arn=ROLE)


def test_the_import_is_submitted(bedrock_jobs: BedrockJobs) -> None:
    arn = submit()

    [job] = bedrock_jobs.import_jobs
    assert job.arn == arn
    assert (job.name, job.imported_model_name, job.status) == ("llama-v1", "llama-v1", "InProgress")
    assert (job.s3_uri, job.role_arn) == ("s3://my-bucket/llama/", ROLE)


def test_job_and_model_are_tagged_by_team(bedrock_jobs: BedrockJobs) -> None:
    submit()

    [job] = bedrock_jobs.import_jobs
    assert job.tags == {"team": "search"}
    assert job.imported_model_tags == {"team": "search"}


def test_a_rerun_finds_the_job_and_starts_nothing(bedrock_jobs: BedrockJobs) -> None:
    assert submit() == submit()

    assert len(bedrock_jobs.import_jobs) == 1
    assert [call.replayed for call in bedrock_jobs.calls] == [False, True]


def test_other_files_under_an_old_name_are_refused(bedrock_jobs: BedrockJobs) -> None:
    submit("s3://my-bucket/llama/")

    with pytest.raises(ClientError, match="The provided job name is currently in use"):
        submit("s3://my-bucket/llama-fixed/")

    [job] = bedrock_jobs.import_jobs
    assert job.s3_uri == "s3://my-bucket/llama/"


def test_throttling_is_waited_out(bedrock_jobs: BedrockJobs) -> None:
    bedrock_jobs.fail_next("CreateModelImportJob", "ThrottlingException", times=2)

    arn = submit()

    [job], [call] = bedrock_jobs.import_jobs, bedrock_jobs.calls
    assert job.arn == arn
    assert call.attempts == 3
    assert call.slept_seconds > 0  # botocore meant to wait between the attempts; the mock did not let it


def test_endless_throttling_comes_through(bedrock_jobs: BedrockJobs) -> None:
    bedrock_jobs.fail_next("CreateModelImportJob", "ThrottlingException")

    with pytest.raises(ClientError, match="ThrottlingException"):
        submit()

    assert bedrock_jobs.import_jobs == ()


@pytest.mark.bedrock_jobs(quotas=True)
def test_a_second_import_has_to_wait(bedrock_jobs: BedrockJobs) -> None:
    submit(name="llama-v1")

    with pytest.raises(ImportBusyError, match="llama-v2 has to wait"):
        submit(name="llama-v2")

    assert [job.name for job in bedrock_jobs.import_jobs] == ["llama-v1"]


@pytest.mark.bedrock_jobs(region="eu-central-1", account_id="111122223333")
def test_the_import_runs_in_the_region_and_account_of_the_caller(bedrock_jobs: BedrockJobs) -> None:
    assert submit().startswith("arn:aws:bedrock:eu-central-1:111122223333:model-import-job/")


@pytest.mark.bedrock_jobs
def test_the_marker_alone_is_enough() -> None:
    assert ":model-import-job/" in submit()
