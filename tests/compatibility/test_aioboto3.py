"""aioboto3's clients, which are aiobotocore's, from its own sessions.

aioboto3 pins an older aiobotocore, and with it boto3: it is not among the development dependencies, and this file is
collected where it is installed.
"""

from __future__ import annotations

import asyncio

import aioboto3
import pytest
from support import import_parameters, keys

from pytest_bedrock_jobs import UnsupportedOperationError, faults, mock_bedrock_jobs


def session():
    """A session that is complete without any environment."""
    return aioboto3.Session(**keys())


def test_clients_of_aioboto3_get_responses(bedrock_jobs):
    """Operations, paginators, retries and errors, with keys of its own or of the environment."""
    bedrock_jobs.inject("CreateModelImportJob", faults.service_error("ThrottlingException"), times=2)

    async def run():
        async with session().client("bedrock") as client, aioboto3.Session().client("bedrock") as other:
            arn = (await client.create_model_import_job(**import_parameters()))["jobArn"]
            pages = other.get_paginator("list_model_import_jobs").paginate()
            listed = [row["jobArn"] async for page in pages for row in page["modelImportJobSummaries"]]
            with pytest.raises(client.exceptions.ValidationException):
                await client.get_model_import_job(jobIdentifier="unknown")
            return arn, listed

    arn, listed = asyncio.run(run())

    assert [job.arn for job in bedrock_jobs.import_jobs] == listed == [arn]
    assert bedrock_jobs.calls[0].attempts == 3


def test_an_aioboto3_client_made_before_the_mock_gets_its_responses():
    """A client that is older than the mock gets its responses."""

    async def run():
        async with session().client("bedrock") as client, mock_bedrock_jobs() as jobs:
            await client.list_model_import_jobs()
        return jobs

    assert len(asyncio.run(run()).calls) == 1


@pytest.mark.bedrock_jobs(virtual_time=True, progress="time")
def test_a_poll_loop_of_aioboto3_sleeps_virtually(bedrock_jobs):
    """A quarter of an hour passes in no time."""
    bedrock_jobs.add_import_job("llama")

    async def run():
        async with session().client("bedrock") as client:
            while (await client.get_model_import_job(jobIdentifier="llama"))["status"] == "InProgress":
                await asyncio.sleep(60)

    asyncio.run(run())

    assert len(bedrock_jobs.calls) == 16


def test_an_unsupported_operation_raises_at_once_in_aioboto3(bedrock_jobs):
    """It raises at once, and names the line that called."""

    async def run():
        async with session().client("bedrock") as client:
            with pytest.raises(UnsupportedOperationError) as caught:
                await client.list_guardrails()
            return str(caught.value)

    assert f"nothing was sent ({__file__}:" in asyncio.run(run())
    bedrock_jobs.reset()
