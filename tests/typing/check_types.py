"""What mypy and pyright make of the public names: they read this file, and a false assertion is an error."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from unittest import TestCase

from pytest_bedrock_jobs import (
    NEXT_JOB,
    BedrockJobs,
    Call,
    Clock,
    CopyJob,
    CustomModel,
    ImportedModel,
    ImportJob,
    PlannedOutcome,
    Records,
    failures,
    faults,
    mock_bedrock_jobs,
)

if TYPE_CHECKING:
    from mypy_boto3_bedrock import BedrockClient
    from typing_extensions import assert_type


@mock_bedrock_jobs
def plain(number: int, *, text: str = "") -> str:
    return text * number


@mock_bedrock_jobs(region="eu-central-1", progress=timedelta(minutes=1), virtual_time=True)
def with_options(number: int) -> str:
    return str(number)


@mock_bedrock_jobs
async def coroutine(number: int) -> str:
    return str(number)


@mock_bedrock_jobs(quotas=True)
async def coroutine_with_options(number: int) -> str:
    return str(number)


@mock_bedrock_jobs
def generator(number: int) -> Iterator[int]:
    yield number


@mock_bedrock_jobs
async def async_generator(number: int) -> AsyncIterator[int]:
    yield number


@mock_bedrock_jobs
class Decorated(TestCase):
    bedrock_jobs: BedrockJobs

    def helper(self, number: int) -> str:
        return str(number)


class WithMethods:
    @mock_bedrock_jobs(account_id="111122223333")
    def method(self, number: int) -> str:
        return str(number)


if TYPE_CHECKING:

    async def signatures_are_kept() -> None:
        assert_type(plain(1, text="a"), str)
        assert_type(with_options(1), str)
        assert_type(await coroutine(1), str)
        assert_type(await coroutine_with_options(1), str)
        assert_type(generator(1), Iterator[int])
        assert_type(async_generator(1), AsyncIterator[int])
        assert_type(WithMethods().method(1), str)
        assert_type(Decorated().helper(1), str)
        assert_type(Decorated().bedrock_jobs, BedrockJobs)

    async def ways_to_activate() -> None:
        with mock_bedrock_jobs(region=None) as jobs:
            assert_type(jobs, BedrockJobs)
        async with mock_bedrock_jobs() as jobs:
            assert_type(jobs, BedrockJobs)

    def what_a_test_looks_at(jobs: BedrockJobs) -> None:
        assert_type(jobs.client(), BedrockClient)
        assert_type(jobs.client("eu-west-1").get_model_import_job(jobIdentifier="a")["jobArn"], str)
        assert_type(jobs.import_jobs, Records[ImportJob])
        assert_type(jobs.imported_models, Records[ImportedModel])
        assert_type(jobs.copy_jobs, Records[CopyJob])
        assert_type(jobs.custom_models, Records[CustomModel])
        assert_type(jobs.import_jobs["llama"], ImportJob)
        assert_type(jobs.import_jobs[:1], tuple[ImportJob, ...])
        assert_type(jobs.calls, tuple[Call, ...])
        assert_type(jobs.calls[0].parameters, Mapping[str, Any])
        assert_type(jobs.import_jobs[0].tags, Mapping[str, str])

    def what_a_checker_finds(jobs: BedrockJobs) -> None:
        # A comment that ignores nothing is an error: each of these is found.
        jobs.calls_to("CreateModelImport")  # type: ignore[arg-type]
        jobs.inject("CreateModelImport", faults.read_timeout())  # type: ignore[arg-type]
        jobs.fail_next_call("CreateModelImportJob", "Throttling")  # type: ignore[arg-type]
        faults.service_error("Throttling")  # type: ignore[arg-type]
        jobs.add_import_job(status="Complete")  # type: ignore[arg-type]
        jobs.add_copy_job(status="Active")  # type: ignore[arg-type]
        jobs.add_custom_model_deployment(status="Completed")  # type: ignore[arg-type]
        _ = jobs.custom_model_deployments[0].status == "Completed"  # type: ignore[comparison-overlap]
        jobs.fail(NEXT_JOB(operation="GetModelImportJob"))  # type: ignore[arg-type]
        jobs.inject("*", faults.PASS, times="one")  # type: ignore[arg-type]
        _ = jobs.import_jobs[0].status == "Complete"  # type: ignore[comparison-overlap]
        _ = jobs.copy_jobs[0].status == "Active"  # type: ignore[comparison-overlap]
        _ = jobs.custom_models[0].status == "Completed"  # type: ignore[comparison-overlap]
        _ = jobs.calls[0].operation == "CreateModelImport"  # type: ignore[comparison-overlap]
        jobs.stub("CreateModelImportJob", {})  # type: ignore[arg-type]
        jobs.import_jobs()  # type: ignore[operator]
        jobs.progress = "fast"  # type: ignore[assignment]
        mock_bedrock_jobs(progress="fast")  # type: ignore[call-overload]
        mock_bedrock_jobs(quota=True)  # type: ignore[call-overload]
        jobs.quotas = True  # type: ignore[attr-defined]
        jobs.progres = "manual"  # type: ignore[attr-defined]
        jobs.complet("llama")  # type: ignore[attr-defined]
        _ = jobs.import_jobs[0].state  # type: ignore[attr-defined]

    def what_a_test_does(jobs: BedrockJobs) -> None:
        jobs.complete(NEXT_JOB, architecture="qwen2")
        jobs.fail(jobs.add_import_job(status="InProgress"), failures.s3_permission())
        jobs.complete("name")
        jobs.add_copy_job(status="Completed", source=jobs.add_custom_model())
        jobs.add_custom_model_deployment(status="Creating", model=jobs.add_custom_model())
        assert_type(jobs.fail(NEXT_JOB(name="llama", region="eu-west-1")), PlannedOutcome)
        jobs.inject("ListGuardrails", faults.read_timeout(), times="one call", allow_unused=True)
        jobs.stub("Converse", {}, model="anthropic.*")
        jobs.stub("CountTokens", {"inputTokens": 5})
        jobs.expect_unsupported("ListGuardrails", "InvokeModel")
        jobs.progress = timedelta(minutes=45)
        jobs.progress = "3 polls"
        assert_type(jobs.clock, Clock)
        jobs.clock.advance(timedelta(hours=1))
        injected = jobs.inject(
            "*", faults.service_error("ThrottlingException"), faults.PASS, where=lambda sent: "a" in sent
        )
        assert_type(injected.fired, int)
        jobs.fail_next_call("GetModelCopyJob", "InternalServerException", times=2).remove()
