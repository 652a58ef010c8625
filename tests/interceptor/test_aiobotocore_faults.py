"""Faults and retries, as aiobotocore's clients see them: nothing waits in real time."""

from __future__ import annotations

import asyncio

import pytest
from aio_clients import BACK_ENDS, AioNetwork, aio_client, error_of, retrying
from aiobotocore.retries.bucket import AsyncTokenBucket, Clock
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from faulting import MODES
from support import copy_parameters, import_parameters

from pytest_bedrock_jobs import faults, mock_bedrock_jobs

THROTTLED = faults.service_error("ThrottlingException")
NO_ANSWER = [
    (faults.connect_timeout(), ConnectTimeoutError, 0),
    (faults.read_timeout(), ReadTimeoutError, 0),
    (faults.connection_reset(), ConnectionClosedError, 0),
    (faults.endpoint_unreachable(), EndpointConnectionError, 0),
    (faults.lost_response(), ReadTimeoutError, 1),
    (faults.latency(61), ReadTimeoutError, 1),
]

both_back_ends = pytest.mark.parametrize("back_end", BACK_ENDS)
all_modes = pytest.mark.parametrize("mode", MODES)


async def submit(client):
    """Start an import."""
    return await client.create_model_import_job(**import_parameters())


@both_back_ends
@pytest.mark.parametrize(("fault", "kind", "jobs"), NO_ANSWER, ids=lambda value: getattr(value, "label", ""))
def test_a_broken_connection_raises_botocores_exception(bedrock_jobs, timers, back_end, fault, kind, jobs):
    """A broken connection is the exception that both libraries have for it; what was carried out stays."""
    bedrock_jobs.inject("CreateModelImportJob", fault)

    async def run():
        async with retrying(1, back_end=back_end) as client:
            await error_of(submit(client), kind)

    asyncio.run(run())

    assert len(bedrock_jobs.import_jobs) == jobs
    assert bedrock_jobs.calls[0].error_code == kind.__name__
    assert timers == []


@both_back_ends
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (THROTTLED, "ThrottlingException"),
        (faults.service_error("ConflictException", "mine", status=418), "ConflictException"),
        (faults.proxy_page(), "502"),
        (faults.empty_response(), "503"),
    ],
    ids=["throttled", "own status", "proxy page", "empty"],
)
def test_a_response_that_is_an_error_raises_a_client_error(bedrock_jobs, timers, back_end, fault, code):
    """A response that is an error, from the service or from something on the way, is a ClientError; nothing is done."""
    bedrock_jobs.inject("CreateModelImportJob", fault)

    async def run():
        async with retrying(1, back_end=back_end) as client:
            return await error_of(submit(client), ClientError)

    assert asyncio.run(run()).response["Error"]["Code"] == code
    assert bedrock_jobs.import_jobs == ()
    assert timers == []


@both_back_ends
def test_requests_with_a_late_or_cut_response_were_carried_out(bedrock_jobs, timers, back_end):
    """A late response comes on the mock's clock, a cut one without fields; both were carried out, as was a pass."""
    bedrock_jobs.inject("CreateModelImportJob", faults.latency(10), faults.truncated_json(), faults.PASS)
    before = bedrock_jobs.clock.added

    async def run():
        async with retrying(1, back_end=back_end) as client:
            return [set(await submit(client)) for _ in range(3)]

    whole = {"jobArn", "ResponseMetadata"}
    assert asyncio.run(run()) == [whole, {"ResponseMetadata"}, whole]
    assert (bedrock_jobs.clock.added - before).total_seconds() == pytest.approx(10)
    assert len(bedrock_jobs.import_jobs) == 3
    assert timers == []


def test_fail_next_call_and_deny_make_calls_of_aiobotocore_fail(bedrock_jobs):
    """They make one call fail, or each one."""
    bedrock_jobs.fail_next_call("CreateModelImportJob", "ServiceQuotaExceededException")
    bedrock_jobs.deny("bedrock:ListModelImportJobs")

    async def run():
        async with aio_client() as client:
            await error_of(submit(client), client.exceptions.ServiceQuotaExceededException)
            await error_of(client.list_model_import_jobs(), client.exceptions.AccessDeniedException)
            await submit(client)

    asyncio.run(run())

    assert len(bedrock_jobs.import_jobs) == 1


@both_back_ends
@all_modes
def test_a_call_that_is_throttled_twice_succeeds_without_waiting(bedrock_jobs, timers, back_end, mode):
    """In each mode: a response with two retries in its metadata, and no event loop had to wait."""
    model = bedrock_jobs.add_custom_model()
    bedrock_jobs.inject("CreateModelCopyJob", THROTTLED, times=2)

    async def run():
        async with retrying(5, mode, back_end) as client:
            return await client.create_model_copy_job(**copy_parameters(model))

    received = asyncio.run(run())

    assert received["ResponseMetadata"]["RetryAttempts"] == 2
    [call] = bedrock_jobs.calls
    assert call.responses == ("ThrottlingException", "ThrottlingException", "201")
    assert len(bedrock_jobs.copy_jobs) == 1
    assert timers == []


@all_modes
def test_retries_take_the_mocks_time(bedrock_jobs, timers, mode):
    """What aiobotocore would have slept is recorded, and moves the mock's clock by that much."""
    bedrock_jobs.inject("ListModelImportJobs", THROTTLED, times=10)
    before = bedrock_jobs.clock.added

    async def run():
        async with retrying(11, mode) as client:
            await client.list_model_import_jobs()

    asyncio.run(run())

    [call] = bedrock_jobs.calls
    assert call.attempts == 11
    assert call.slept_seconds > 1
    assert (bedrock_jobs.clock.added - before).total_seconds() == pytest.approx(call.slept_seconds, abs=0.001)
    assert timers == []


@all_modes
def test_aiobotocore_gives_up_after_the_attempts_of_its_configuration(bedrock_jobs, timers, mode):
    """After as many attempts as its configuration says, the last error is the caller's."""
    injected = bedrock_jobs.inject("ListModelImportJobs", THROTTLED, times=None)

    async def run():
        async with retrying(4, mode) as client:
            return await error_of(client.list_model_import_jobs(), ClientError)

    assert asyncio.run(run()).response["ResponseMetadata"]["RetryAttempts"] == 3
    assert injected.fired == 4
    assert timers == []


def test_broken_connections_are_retried(bedrock_jobs, timers):
    """A lost response is retried with the same token, so that one job is there in the end."""
    model = bedrock_jobs.add_custom_model()
    bedrock_jobs.inject("CreateModelCopyJob", faults.lost_response(), faults.connection_reset())

    async def run():
        async with retrying(5) as client:
            await client.create_model_copy_job(**copy_parameters(model))

    asyncio.run(run())

    assert len(bedrock_jobs.copy_jobs) == 1
    assert (bedrock_jobs.calls[0].attempts, bedrock_jobs.calls[0].replayed) == (3, True)
    assert timers == []


@both_back_ends
def test_the_wait_of_an_adaptive_client_takes_the_mocks_time_only(bedrock_jobs, timers, monkeypatch, back_end):
    """The rate limiter's wait is recorded, on the mock's clock, and no event loop waits for it."""
    monkeypatch.setattr(Clock, "current_time", lambda clock: 1000.0)  # nothing is refilled meanwhile
    bedrock_jobs.inject("ListModelImportJobs", THROTTLED, times=4)

    async def run():
        async with retrying(5, "adaptive", back_end) as client:
            for _ in range(3):
                await client.list_model_import_jobs()

    asyncio.run(run())

    assert all(call.slept_seconds > 0 for call in bedrock_jobs.calls)
    assert bedrock_jobs.clock.added.total_seconds() == pytest.approx(
        sum(call.slept_seconds for call in bedrock_jobs.calls), abs=0.001
    )
    assert timers == []


def test_an_adaptive_client_goes_on_at_once_when_its_bucket_is_full(bedrock_jobs, monkeypatch):
    """An adaptive client that was throttled goes on at once when its bucket is full."""
    bedrock_jobs.inject("ListModelImportJobs", THROTTLED)

    async def run():
        async with retrying(5, "adaptive") as client:
            await client.list_model_import_jobs()
            monkeypatch.setattr(AsyncTokenBucket, "_refill", lambda bucket: setattr(bucket, "_current_capacity", 1))
            await client.list_model_import_jobs()

    asyncio.run(run())

    assert bedrock_jobs.calls[-1].slept_seconds == 0


def test_a_rate_limiter_outside_a_call_waits(bedrock_jobs, timers, monkeypatch):
    """The adaptive mode's bucket of another service waits on its condition."""

    async def run():
        bucket = AsyncTokenBucket(max_rate=1, clock=Clock())
        monkeypatch.setattr(AsyncTokenBucket, "_sleep_amount", lambda bucket, amount: 0 if timers else 1)
        return await bucket.acquire()

    assert asyncio.run(run())
    assert timers == [pytest.approx(1, abs=0.5)]


def test_aiobotocore_sleeps_where_no_mock_is(timers):
    """After a mock, a client that retried in it waits between two attempts as before."""

    async def run():
        async with retrying(3) as client:
            with mock_bedrock_jobs() as jobs:
                jobs.inject("ListModelImportJobs", THROTTLED, times=2)
                await client.list_model_import_jobs()
            assert timers == []
            network = AioNetwork(client, 503, 503)
            await client.list_model_import_jobs()
            return network

    assert len(asyncio.run(run()).requests) == 3
    assert len(timers) == 2


def test_other_services_keep_their_sleep(bedrock_jobs, timers):
    """Within a mock too, another service's client waits for that service to recover."""

    async def run():
        config = {"retries": {"total_max_attempts": 3, "mode": "standard"}}
        async with aio_client(service="bedrock-runtime", config=config) as client:
            network = AioNetwork(client, 503, 503)
            await client.list_async_invokes()
            return network

    assert len(asyncio.run(run()).requests) == 3
    assert len(timers) == 2
    assert bedrock_jobs.clock.added.total_seconds() == 0


def test_as_many_of_several_tasks_get_a_fault_as_were_injected(bedrock_jobs, timers):
    """Of several tasks at once, as many get a fault as were injected, and each retries for itself."""
    injected = bedrock_jobs.inject("CreateModelImportJob", THROTTLED, times=5)

    async def run():
        async with retrying(10) as client:
            return await asyncio.gather(*(submit(client) for _ in range(20)))

    results = asyncio.run(run())

    assert injected.fired == 5
    assert sum(received["ResponseMetadata"]["RetryAttempts"] for received in results) == 5
    assert len(bedrock_jobs.import_jobs) == 20
    assert timers == []
