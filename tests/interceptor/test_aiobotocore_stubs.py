"""Operations that the mock does not have, called by aiobotocore's clients."""

from __future__ import annotations

import asyncio

import pytest
from aio_clients import aio_client

from pytest_bedrock_jobs import faults


def test_stubs_faults_and_errors_are_the_same_through_aiobotocore(bedrock_jobs):
    """An operation that the mock does not have can be stubbed, fail and be expected there, too."""

    async def main():
        async with aio_client() as client:
            bedrock_jobs.inject("ListGuardrails", faults.service_error("ValidationException"))
            with pytest.raises(client.exceptions.ValidationException):
                await client.list_guardrails()
            with bedrock_jobs.expect_unsupported("ListGuardrails"):
                await client.list_guardrails()
            bedrock_jobs.inject(
                "ListGuardrails", faults.PASS, faults.service_error("ThrottlingException"), allow_unused=True
            )
            with bedrock_jobs.expect_unsupported("ListGuardrails"):
                await client.list_guardrails()
            bedrock_jobs.stub("ListGuardrails", {"guardrails": []})
            return await client.list_guardrails()

    assert asyncio.run(main())["guardrails"] == []
