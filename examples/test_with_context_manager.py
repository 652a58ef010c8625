"""The context manager `mock_bedrock_jobs()`: for a part of a test, a script, or a fixture of your own."""

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError
from promote import main, start_copies

from pytest_bedrock_jobs import NEXT_JOB, BedrockJobs, failures, mock_bedrock_jobs

IMPORT = ["import", "s3://my-bucket/llama/", "--team", "search", "--role", "arn:aws:iam::123456789012:role/import"]


@pytest.fixture
def jobs() -> Iterator[BedrockJobs]:
    """A mock as this team's tests need it: AWS's quotas apply, and nothing really sleeps."""
    with mock_bedrock_jobs(quotas=True, virtual_time=True) as jobs:
        yield jobs


def test_the_command_prints_the_model(jobs: BedrockJobs, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*IMPORT, "--name", "llama-v1"]) == 0

    [model] = jobs.imported_models
    assert capsys.readouterr().out == f"{model.arn}\n"


def test_the_command_says_why_it_has_to_wait(jobs: BedrockJobs, capsys: pytest.CaptureFixture[str]) -> None:
    jobs.add_import_job("llama-v1")

    assert main([*IMPORT, "--name", "llama-v2"]) == 1

    assert "llama-v2 has to wait" in capsys.readouterr().err
    assert [job.name for job in jobs.import_jobs] == ["llama-v1"]


def test_the_command_says_why_the_import_failed(jobs: BedrockJobs, capsys: pytest.CaptureFixture[str]) -> None:
    jobs.fail(NEXT_JOB, failures.s3_permission("my-bucket", "config.json"))

    assert main([*IMPORT, "--name", "llama-v1"]) == 1

    assert "GetObject permissions to access Amazon S3 bucket: my-bucket" in capsys.readouterr().err


def test_the_command_gives_up_at_the_deadline(jobs: BedrockJobs, capsys: pytest.CaptureFixture[str]) -> None:
    jobs.progress = "manual"

    assert main([*IMPORT, "--name", "llama-v1", "--minutes", "5"]) == 1

    assert "still running after 5 minutes" in capsys.readouterr().err


def test_the_command_promotes(jobs: BedrockJobs, capsys: pytest.CaptureFixture[str]) -> None:
    model = jobs.add_custom_model()
    regions = ["--region", "eu-west-1", "--region", "us-west-2"]

    assert main(["copy", model.arn, "--name", "ranker-v1", "--team", "search", *regions]) == 0

    _, first, second = jobs.custom_models
    assert capsys.readouterr().out == f"eu-west-1 {first.arn}\nus-west-2 {second.arn}\n"


def test_an_interrupted_run_is_completed_by_the_next() -> None:
    with mock_bedrock_jobs() as jobs:
        model = jobs.add_custom_model()
        jobs.fail_next_call("CreateModelCopyJob", "InternalServerException")

        with pytest.raises(ClientError, match="InternalServerException"):
            start_copies(model.arn, ["eu-west-1", "us-west-2"], name="ranker-v1", team="search")

        start_copies(model.arn, ["eu-west-1", "us-west-2"], name="ranker-v1", team="search")
        assert [job.region for job in jobs.copy_jobs] == ["eu-west-1", "us-west-2"]


def test_two_mocks_share_nothing() -> None:
    with mock_bedrock_jobs() as jobs:
        source = jobs.add_custom_model()
        start_copies(source.arn, ["eu-west-1"], name="ranker-v1", team="search")

    with mock_bedrock_jobs() as jobs:
        assert jobs.copy_jobs == ()
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            start_copies(source.arn, ["eu-west-1"], name="ranker-v1", team="search")
