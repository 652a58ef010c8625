"""Beside what runs coroutine functions as tests: pytest-asyncio, anyio's plugin, IsolatedAsyncioTestCase."""

from __future__ import annotations

import asyncio
import unittest

import pytest
from aio_clients import aio_client
from support import import_parameters

from pytest_bedrock_jobs import mock_bedrock_jobs

AIO = """
    from datetime import timedelta

    from aio_clients import aio_client, HttpxSession

    async def poll(client, sleep=None):
        job = (await client.create_model_import_job(**import_parameters()))["jobArn"]
        polls = 1
        while (await client.get_model_import_job(jobIdentifier=job))["status"] == "InProgress":
            await (sleep or asyncio.sleep)(60)
            polls += 1
        return polls
"""
PYTEST_ASYNCIO = """
    import pytest_asyncio

    @pytest_asyncio.fixture
    async def aio(bedrock_jobs):
        async with aio_client() as client:
            yield client

    @pytest.mark.asyncio
    async def test_fixture(bedrock_jobs, aio):
        await aio.create_model_import_job(**import_parameters())
        assert len(bedrock_jobs.import_jobs) == 1

    @pytest.mark.asyncio
    @pytest.mark.bedrock_jobs(virtual_time=True, progress=timedelta(minutes=45))
    async def test_marker_and_virtual_time(bedrock_jobs, aio):
        assert await poll(aio) == 46

    @pytest.mark.asyncio
    @mock_bedrock_jobs
    async def test_decorator(bedrock_jobs):
        submit()
        assert len(bedrock_jobs.import_jobs) == 1

    @pytest.mark.asyncio
    async def test_context_manager():
        async with mock_bedrock_jobs(virtual_time=True) as jobs, aio_client() as client:
            await asyncio.gather(*(poll(client) for _ in range(3)))
        assert len(jobs.import_jobs) == 3

    @pytest.mark.asyncio(loop_scope="module")
    async def test_another_loop(bedrock_jobs):
        submit()
        await asyncio.to_thread(submit)
        assert len(bedrock_jobs.import_jobs) == 2

    @pytest.mark.asyncio
    async def test_swallows(bedrock_jobs, aio):
        try:
            await aio.list_guardrails()
        except Exception:
            pass
"""


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_pytest_asyncio_runs_tests_and_fixtures_within_the_mock(run_beside, mode):
    """Its tests and fixtures have the mock in every way, in the loop of their scope; swallowed calls are reported."""
    source = AIO + PYTEST_ASYNCIO
    if mode == "auto":
        source = source.replace("@pytest.mark.asyncio\n", "\n").replace("pytest_asyncio.fixture", "pytest.fixture")
    result = run_beside(
        "asyncio", source, f"--asyncio-mode={mode}", "-o", "asyncio_default_fixture_loop_scope=function"
    )

    result.assert_outcomes(passed=6, errors=1)
    result.stdout.fnmatch_lines(["ERROR *::test_swallows - *ListGuardrails is not mocked*"])


ANYIO = """
    import anyio

    pytestmark = [pytest.mark.anyio, pytest.mark.filterwarnings("ignore:.*httpx.*:DeprecationWarning")]

    @pytest.fixture(params=["asyncio", "trio"])
    def anyio_backend(request):
        return request.param

    @pytest.fixture
    async def aio(bedrock_jobs):
        async with aio_client(HttpxSession) as client:
            yield client

    async def test_fixture(bedrock_jobs, aio):
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(lambda: aio.create_model_import_job(**import_parameters()))
        assert len(bedrock_jobs.import_jobs) == 3

    @mock_bedrock_jobs
    async def test_decorator(bedrock_jobs):
        await anyio.to_thread.run_sync(submit)
        assert len(bedrock_jobs.import_jobs) == 1

    async def test_context_manager():
        async with mock_bedrock_jobs() as jobs, aio_client(HttpxSession) as client:
            await client.create_model_import_job(**import_parameters())
        assert len(jobs.import_jobs) == 1

    async def test_retries(bedrock_jobs, aio):
        bedrock_jobs.fail_next_call("ListModelImportJobs", "ThrottlingException", times=3)
        await aio.list_model_import_jobs()
        assert bedrock_jobs.calls[0].slept_seconds > 0

    @pytest.mark.parametrize("anyio_backend", ["asyncio"])
    @pytest.mark.bedrock_jobs(virtual_time=True, progress=timedelta(minutes=45))
    async def test_virtual_time(bedrock_jobs, aio):
        assert await poll(aio, anyio.sleep) == 46
"""


def test_anyio_runs_tests_and_fixtures_within_the_mock(run_beside):
    """Its tests and fixtures have the mock in every way, on asyncio and on trio; on asyncio its sleep is virtual."""
    result = run_beside("anyio", AIO + ANYIO, subprocess=True)

    result.assert_outcomes(passed=9)


@mock_bedrock_jobs
class TestIsolated(unittest.IsolatedAsyncioTestCase):
    """The decorated class of unittest whose tests are coroutine functions."""

    def setUp(self):
        """The mock is there before the loop runs."""
        assert self.bedrock_jobs.import_jobs == ()

    async def asyncSetUp(self):
        """And in the loop."""
        context = aio_client()
        self.client = await context.__aenter__()
        self.addAsyncCleanup(context.__aexit__, None, None, None)
        await self.client.create_model_import_job(**import_parameters())

    async def test_a_coroutine_function_finds_what_its_async_set_up_made(self):
        """A test finds what its asyncSetUp made."""
        await asyncio.gather(*(self.client.create_model_import_job(**import_parameters()) for _ in range(2)))
        assert len(self.bedrock_jobs.import_jobs) == 3

    async def test_each_coroutine_function_has_a_mock_of_its_own(self):
        """Each test has a mock of its own."""
        assert len(self.bedrock_jobs.import_jobs) == 1

    @mock_bedrock_jobs(virtual_time=True)
    async def test_the_decorator_of_a_method_is_a_mock_within_that_of_the_class(self):
        """A method's own decorator is a mock within the class's."""
        await asyncio.sleep(3600)
        await self.client.list_model_import_jobs()
        assert len(self.bedrock_jobs.calls) == 1


ISOLATED = """
    import unittest

    @mock_bedrock_jobs
    class TestIt(unittest.IsolatedAsyncioTestCase):
        async def test_swallows(self):
            try:
                CLIENT.list_guardrails()
            except Exception:
                pass

        async def test_fails(self):
            self.bedrock_jobs.fail_next_call("ListModelImportJobs", "ThrottlingException")
            self.fail("by itself")
"""


def test_an_isolated_asyncio_test_case_fails_with_a_swallowed_unsupported_call(run_beside):
    """A swallowed unsupported call fails its test; for a test that fails by itself only that is reported."""
    result = run_beside("", ISOLATED, "-rfE")

    result.assert_outcomes(passed=1, failed=1, errors=1)
    result.stdout.fnmatch_lines_random(
        ["ERROR *test_swallows - *ListGuardrails is not mocked*", "FAILED *test_fails - AssertionError: by itself"]
    )
    result.stdout.no_fnmatch_line("*UnusedError*")
