"""A thousand mocks in threads and a thousand in tasks, which begin and end in random order."""

from __future__ import annotations

import asyncio
import os
import random
import threading
import time

import boto3
import machine
import pytest

from pytest_bedrock_jobs import mock_bedrock_jobs
from pytest_bedrock_jobs.interceptor import latest_mock

THREADS, TASKS, TURNS = 16, 100, 2000  # half of the turns start a mock
SESSION = boto3.Session()


@pytest.fixture
def process(monkeypatch):
    """The state of the process, with real-looking keys."""
    keys = {"AWS_ACCESS_KEY_ID": "AKIAREAL", "AWS_SECRET_ACCESS_KEY": "real", "AWS_PROFILE": "work"}
    machine.begin(monkeypatch, keys)

    def state():
        clocks = (time.sleep, time.time, time.monotonic, asyncio.sleep)
        return dict(os.environ), boto3.DEFAULT_SESSION, clocks, latest_mock()

    return state


def begin_and_end(dice, seen):
    """One turn of a thread or task: a mock begins, and one that it has begun before ends."""
    active = []
    while True:
        if len(active) < 3 and (not active or dice.random() < 0.5):
            mock = mock_bedrock_jobs(virtual_time=dice.random() < 0.2)
            mock.start()
            active.append(mock)
        else:
            seen += os.environ["AWS_ACCESS_KEY_ID"], SESSION.get_credentials().access_key
            active.pop(dice.randrange(len(active))).stop()
        yield active


@pytest.mark.parametrize("seed", [1, 2])
def test_no_mock_of_threads_and_tasks_side_by_side_sees_a_real_key(process, monkeypatch, seed):
    """No mock sees a real key, and everything is as before."""
    before, seen = process(), []

    def work(number):
        dice = random.Random(seed * 1000 + number)
        turns = begin_and_end(dice, seen)
        for _ in range(TURNS // THREADS):
            active = next(turns)
        for mock in active:
            mock.stop()

    async def task(number):
        dice = random.Random(seed * 2000 + number)
        turns = begin_and_end(dice, seen)
        for _ in range(TURNS // TASKS):
            active = next(turns)
            await asyncio.sleep(0)
        for mock in active:
            mock.stop()

    async def tasks():
        await asyncio.gather(*map(task, range(TASKS)))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    asyncio.run(tasks())
    for thread in threads:
        thread.join()
    assert set(seen) == {"AKIABEDROCKJOBSMOCK"}
    assert process() == before
    monkeypatch.delenv("AWS_PROFILE")  # there is none
    assert SESSION.get_credentials().access_key == "AKIAREAL"
