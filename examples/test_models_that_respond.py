"""From the files of a model to its first response: imports that check their files, cold models, deployments."""

import boto3
import botocore.exceptions
import pytest
from promote import promote
from try_out import WrongReplyError, main, try_deployment, try_import
from waiting import DeadlineError, JobFailedError

from pytest_bedrock_jobs import BedrockJobs, faults

ROLE = "arn:aws:iam::123456789012:role/import"
S3_URI = "s3://my-bucket/llama/"
FILES = {
    "config.json": {"model_type": "llama"},
    "model.safetensors": b"",
    "tokenizer.json": "{}",
    "tokenizer_config.json": {"chat_template": "{{ messages }}"},
}
RIGHT = "The capital of France is Paris."

# Imports are cold at first, as on AWS, and whatever sleeps returns at once.
pytestmark = pytest.mark.bedrock_jobs(cold_models=True, virtual_time=True)

_BEDROCK, _RUNTIME = (
    boto3.client(name, region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none")
    for name in ("bedrock", "bedrock-runtime")
)
deployments = pytest.mark.skipif(
    not hasattr(_BEDROCK, "create_custom_model_deployment"), reason="this boto3 has no deployments of custom models"
)
retries = pytest.mark.skipif(
    "retryable" not in _RUNTIME.meta.service_model.shape_for("ModelNotReadyException").metadata,
    reason="this boto3 does not retry for cold models",
)


@retries
def test_the_smoke_test_survives_a_cold_model(bedrock_jobs: BedrockJobs) -> None:
    bedrock_jobs.add_model_files(S3_URI, FILES)
    bedrock_jobs.respond("llama-v1", RIGHT)

    arn = try_import(S3_URI, name="llama-v1", role_arn=ROLE)

    [call] = bedrock_jobs.calls_to("ConverseStream")
    assert call.responses == (*["ModelNotReadyException"] * 6, "200")
    assert [model.arn for model in bedrock_jobs.imported_models] == [arn]


@pytest.mark.bedrock_jobs(cold_models="manual", virtual_time=True)
def test_a_model_that_is_never_restored_runs_into_the_deadline(bedrock_jobs: BedrockJobs) -> None:
    with pytest.raises(DeadlineError, match="not ready after 10 minutes"):
        try_import(S3_URI, name="llama-v1", role_arn=ROLE)

    assert len(bedrock_jobs.imported_models) == 1
    assert len(bedrock_jobs.calls_to("ConverseStream")) == 10


def test_a_wrong_reply_deletes_the_model(bedrock_jobs: BedrockJobs) -> None:
    bedrock_jobs.respond("llama-v1", "It is Lyon.")

    with pytest.raises(WrongReplyError, match="It is Lyon"):
        try_import(S3_URI, name="llama-v1", role_arn=ROLE)

    assert bedrock_jobs.imported_models == ()


def test_the_import_of_files_without_a_tokenizer_fails(bedrock_jobs: BedrockJobs) -> None:
    bedrock_jobs.add_model_files(S3_URI, {name: FILES[name] for name in FILES if not name.startswith("tokenizer")})

    with pytest.raises(JobFailedError, match="tokenizer_config"):
        try_import(S3_URI, name="llama-v1", role_arn=ROLE)


def test_the_error_of_a_stream_that_breaks_reaches_the_user(bedrock_jobs: BedrockJobs) -> None:
    """The program does not catch it, so its user sees the reason."""
    bedrock_jobs.respond("llama-v1", RIGHT)
    bedrock_jobs.inject("ConverseStream", faults.stream_error("ModelStreamErrorException"), after=6)

    with pytest.raises(botocore.exceptions.EventStreamError, match="modelStreamErrorException"):
        try_import(S3_URI, name="llama-v1", role_arn=ROLE)


@deployments
def test_a_copied_model_is_deployed(bedrock_jobs: BedrockJobs, capsys: pytest.CaptureFixture[str]) -> None:
    """A custom model goes to another Region, and is invoked there."""
    source = bedrock_jobs.add_custom_model("ranker", base_model="imported", region="eu-west-1")
    copied = promote(source.arn, ["us-east-1"], name="ranker", team="search")["us-east-1"]
    bedrock_jobs.respond("*", RIGHT)

    main(["deploy", copied, "--name", "ranker-v1"])

    [deployment] = bedrock_jobs.custom_model_deployments
    assert capsys.readouterr().out.strip() == deployment.arn
    assert (deployment.status, deployment.model_arn) == ("Active", copied)


@deployments
def test_a_deployment_that_replies_wrongly_is_deleted(bedrock_jobs: BedrockJobs) -> None:
    model = bedrock_jobs.add_custom_model("ranker", base_model="imported")

    with pytest.raises(WrongReplyError):
        try_deployment(model.arn, name="ranker-v1")

    [deployment] = bedrock_jobs.custom_model_deployments
    assert deployment.deletion_time  # it is gone some time later


def test_the_command_line_prints_the_model(bedrock_jobs: BedrockJobs, capsys: pytest.CaptureFixture[str]) -> None:
    bedrock_jobs.respond("*", RIGHT)
    main(["import", S3_URI, "--name", "llama-v1", "--role", ROLE])
    assert capsys.readouterr().out.strip() == bedrock_jobs.imported_models[0].arn
