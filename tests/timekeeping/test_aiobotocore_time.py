"""Virtual time in event loops, and poll loops of aiobotocore."""

from __future__ import annotations

import asyncio
import datetime
import time

import pytest
from aio_clients import BACK_ENDS, aio_client
from support import import_parameters

MINUTES_45 = datetime.timedelta(minutes=45)


async def poll(client, job):
    """Poll once a minute, as code under test does; the number of polls."""
    polls = 1
    while (await client.get_model_import_job(jobIdentifier=job))["status"] == "InProgress":
        await asyncio.sleep(60)
        polls += 1
    return polls


@pytest.mark.parametrize("back_end", BACK_ENDS)
@pytest.mark.bedrock_jobs(virtual_time=True, progress=MINUTES_45)
def test_a_poll_loop_sees_45_minutes_in_46_polls(bedrock_jobs, really_waited, back_end):
    """A poll loop sees a job run for 45 minutes in no time."""
    bedrock_jobs.add_import_job("llama")

    async def run():
        async with aio_client(back_end) as client:
            return await poll(client, "llama")

    assert asyncio.run(run()) == 46
    assert len(bedrock_jobs.calls) == 46
    assert really_waited == []


@pytest.mark.bedrock_jobs(virtual_time=True, progress=MINUTES_45)
def test_tasks_that_poll_at_once_share_the_time(bedrock_jobs, really_waited):
    """Tasks that poll at once share the time: each sees its own job's 45 minutes."""

    async def import_after(client, minutes):
        await asyncio.sleep(60 * minutes)
        job = (await client.create_model_import_job(**import_parameters()))["jobArn"]
        return await poll(client, job)

    async def run():
        async with aio_client() as client:
            return await asyncio.gather(*(import_after(client, minutes) for minutes in (0, 10, 20)))

    before = bedrock_jobs.clock.added
    assert asyncio.run(run()) == [46, 46, 46]
    assert bedrock_jobs.clock.added - before == datetime.timedelta(minutes=65)
    starts = [job.creation_time for job in bedrock_jobs.import_jobs]
    assert [round((start - starts[0]).total_seconds() / 60) for start in starts] == [0, 10, 20]
    assert really_waited == []


@pytest.mark.bedrock_jobs(virtual_time=True, progress="manual")
def test_a_deadline_of_the_code_comes(bedrock_jobs, really_waited):
    """Code that gives up after an hour by time.monotonic does so after an hour of sleeping."""

    async def wait_for_an_hour(client):
        deadline, polls = time.monotonic() + 3600, 0
        while time.monotonic() < deadline:
            await client.list_model_import_jobs()
            await asyncio.sleep(60)
            polls += 1
        return polls

    async def run():
        async with aio_client() as client:
            return await wait_for_an_hour(client)

    assert asyncio.run(run()) in {60, 61}
    assert really_waited == []


@pytest.mark.bedrock_jobs(progress=MINUTES_45)
def test_a_clock_that_the_test_advances_ends_a_job_between_two_polls(bedrock_jobs):
    """Without virtual time, the test moves the clock between two polls."""
    bedrock_jobs.add_import_job("llama")

    async def run():
        async with aio_client() as client:
            statuses = []
            for _ in range(2):
                statuses.append((await client.get_model_import_job(jobIdentifier="llama"))["status"])
                bedrock_jobs.clock.advance(MINUTES_45)
            return statuses

    assert asyncio.run(run()) == ["InProgress", "Completed"]
