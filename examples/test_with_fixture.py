"""The fixture `bedrock_jobs`: it is the mock, and requesting it activates it."""

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError
from promote import ImportBusyError, import_model, submit_import
from waiting import DeadlineError, JobFailedError

from pytest_bedrock_jobs import NEXT_JOB, BedrockJobs, failures

ROLE = "arn:aws:iam::123456789012:role/import"

# Whatever sleeps in these tests returns at once, and the mock's clock moves instead.
pytestmark = pytest.mark.bedrock_jobs(virtual_time=True)


def submit(s3_uri: str = "s3://my-bucket/llama/", name: str = "llama-v1") -> str:
    return submit_import(s3_uri, name=name, team="search", role_arn=ROLE)


def imported(s3_uri: str = "s3://my-bucket/llama/", name: str = "llama-v1", team: str = "search") -> str:
    return import_model(s3_uri, name=name, team=team, role_arn=ROLE)


def polls(bedrock_jobs: BedrockJobs) -> int:
    return sum(call.operation == "GetModelImportJob" for call in bedrock_jobs.calls)


def test_the_import_is_submitted(bedrock_jobs: BedrockJobs) -> None:
    arn = submit()

    [job] = bedrock_jobs.import_jobs
    assert job.arn == arn
    assert (job.name, job.imported_model_name, job.status) == ("llama-v1", "llama-v1", "InProgress")
    assert (job.s3_uri, job.role_arn) == ("s3://my-bucket/llama/", ROLE)


def test_the_program_waits_for_the_model(bedrock_jobs: BedrockJobs) -> None:
    arn = imported()

    [model] = bedrock_jobs.imported_models
    assert (model.arn, model.name) == (arn, "llama-v1")
    assert polls(bedrock_jobs) == 2  # the first one returns InProgress, the second one Completed


@pytest.mark.bedrock_jobs(progress=timedelta(minutes=45))
def test_an_import_of_45_minutes_takes_46_polls(bedrock_jobs: BedrockJobs) -> None:
    imported()

    [job] = bedrock_jobs.import_jobs
    assert job.end_time is not None
    assert job.end_time - job.creation_time == timedelta(minutes=45)
    assert polls(bedrock_jobs) == 46


@pytest.mark.bedrock_jobs(progress="manual")
def test_an_import_that_never_ends_runs_into_the_deadline(bedrock_jobs: BedrockJobs) -> None:
    with pytest.raises(DeadlineError, match="still running after 60 minutes"):
        imported()

    bedrock_jobs.complete("llama-v1")
    [model] = bedrock_jobs.imported_models
    assert imported() == model.arn
    assert len(bedrock_jobs.import_jobs) == 1


@pytest.mark.parametrize("message", [failures.unsupported_architecture("phi3"), failures.s3_permission()])
def test_a_failed_import_says_why(bedrock_jobs: BedrockJobs, message: str) -> None:
    bedrock_jobs.fail(NEXT_JOB, message)

    with pytest.raises(JobFailedError) as failure:
        imported()

    assert message in str(failure.value)
    assert bedrock_jobs.imported_models == ()


def test_a_model_of_the_same_files_is_reused(bedrock_jobs: BedrockJobs) -> None:
    first = imported(name="llama-v1")

    assert imported(name="llama-v2") == first

    assert [job.name for job in bedrock_jobs.import_jobs] == ["llama-v1"]


@pytest.mark.parametrize("different", [{"s3_uri": "s3://my-bucket/llama-fixed/"}, {"team": "ads"}])
def test_a_model_of_other_files_or_teams_is_not_reused(bedrock_jobs: BedrockJobs, different: dict[str, str]) -> None:
    first = imported(name="llama-v1")

    assert imported(name="llama-v2", **different) != first

    assert len(bedrock_jobs.imported_models) == 2


def test_a_model_that_somebody_else_tagged_is_not_ours(bedrock_jobs: BedrockJobs) -> None:
    theirs = bedrock_jobs.add_imported_model(tags={"team": "search"})

    assert imported() != theirs.arn


def test_job_and_model_have_their_own_tags(bedrock_jobs: BedrockJobs) -> None:
    imported()

    [job], [model] = bedrock_jobs.import_jobs, bedrock_jobs.imported_models
    assert job.tags == {"team": "search"}
    assert model.tags == job.imported_model_tags
    assert model.tags.keys() == {"team", "source"}


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


def test_throttling_is_retried(bedrock_jobs: BedrockJobs) -> None:
    bedrock_jobs.fail_next_call("CreateModelImportJob", "ThrottlingException", times=2)

    arn = submit()

    [job], [call] = bedrock_jobs.import_jobs, bedrock_jobs.calls
    assert job.arn == arn
    assert call.attempts == 3
    assert call.slept_seconds > 0  # botocore would have waited between the attempts; the mock moved its clock instead


def test_endless_throttling_is_an_error(bedrock_jobs: BedrockJobs) -> None:
    bedrock_jobs.fail_next_call("CreateModelImportJob", "ThrottlingException")

    with pytest.raises(ClientError, match="ThrottlingException"):
        submit()

    assert bedrock_jobs.import_jobs == ()


@pytest.mark.bedrock_jobs(quotas=True)
def test_a_second_import_has_to_wait_until_the_first_has_ended(bedrock_jobs: BedrockJobs) -> None:
    submit(name="llama-v1")

    with pytest.raises(ImportBusyError, match="llama-v2 has to wait"):
        submit(name="llama-v2")

    bedrock_jobs.complete("llama-v1")
    submit(name="llama-v2")
    assert [job.status for job in bedrock_jobs.import_jobs] == ["Completed", "InProgress"]


@pytest.mark.bedrock_jobs(region="eu-central-1", account_id="111122223333")
def test_the_import_runs_in_the_region_and_account_of_the_caller(bedrock_jobs: BedrockJobs) -> None:
    assert submit().startswith("arn:aws:bedrock:eu-central-1:111122223333:model-import-job/")


@pytest.mark.bedrock_jobs
def test_the_marker_alone_is_enough() -> None:
    assert ":imported-model/" in imported()
