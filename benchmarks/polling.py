"""Loops that sleep a minute between Gets, around an import of 45 minutes under virtual time, side by side or alone.

Each row first checks that every loop made its 46 Gets, give or take one, and that 45 minutes passed once.
"""

from __future__ import annotations

import asyncio
import datetime
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from pytest_bedrock_jobs import mock_bedrock_jobs

from . import scenes
from .clients import new_client, null_call
from .measuring import SHOWN, Bound, Effort, Measured, Row, Side, each, paired

_IMPORT = datetime.timedelta(minutes=45)
_GETS = 46
_BUSY = 40

Get = Callable[[str], str]
"""The status of the job with this ARN."""

Loops = Callable[[Get, list[str]], list[int]]
"""Waits for each of these jobs in a loop of its own; how many Gets each loop made."""


def _loop(get: Get, arn: str) -> int:
    gets = 1
    while get(arn) == "InProgress":
        gets += 1
        time.sleep(60)
    return gets


def _one_after_the_other(get: Get, arns: list[str]) -> list[int]:
    return [_loop(get, arn) for arn in arns]


def _in_threads(get: Get, arns: list[str]) -> list[int]:
    gets: list[int] = []
    threads = [threading.Thread(target=lambda arn=arn: gets.append(_loop(get, arn))) for arn in arns]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return gets


def _in_a_pool(get: Get, arns: list[str]) -> list[int]:
    with ThreadPoolExecutor(len(arns)) as pool:
        return list(pool.map(lambda arn: _loop(get, arn), arns))


def _in_tasks(get: Get, arns: list[str]) -> list[int]:
    async def loop(arn: str) -> int:
        gets = 1
        while get(arn) == "InProgress":
            gets += 1
            await asyncio.sleep(60)
        return gets

    return _gathered(loop, arns)


def _by_to_thread(get: Get, arns: list[str]) -> list[int]:
    async def loop(arn: str) -> int:
        gets = 1
        while await asyncio.to_thread(get, arn) == "InProgress":
            gets += 1
            await asyncio.sleep(60)
        return gets

    return _gathered(loop, arns)


def _gathered(loop: Callable[[str], Any], arns: list[str]) -> list[int]:
    async def all_of_them() -> list[int]:
        return list(await asyncio.gather(*map(loop, arns)))

    return asyncio.run(all_of_them())


@contextmanager
def _busy_threads(number: int) -> Iterator[None]:
    """So many threads that compute, and never call the mock."""
    ended = threading.Event()

    def compute() -> None:
        while not ended.is_set():
            sum(range(100))

    threads = [threading.Thread(target=compute) for _ in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def _polling(loops: Loops, number: int, busy: int) -> Side:
    client = new_client()

    def get(arn: str) -> str:
        return str(client.get_model_import_job(jobIdentifier=arn)["status"])

    def side(_: int) -> float:
        with mock_bedrock_jobs(virtual_time=True, progress=_IMPORT) as jobs, _busy_threads(busy):
            arns = [client.create_model_import_job(**scenes.import_parameters())["jobArn"] for _ in range(number)]
            gets: list[int] = []
            seconds = each(1, lambda: gets.extend(loops(get, arns)))
            assert len(gets) == number
            assert all(abs(made - _GETS) <= 1 for made in gets), gets
            assert abs(jobs.clock.slept - _IMPORT) <= datetime.timedelta(minutes=1), jobs.clock.slept
            return seconds

    return side


def _same_gets(number: int, busy: int) -> Side:
    call = null_call(scenes.get_import)

    def side(_: int) -> float:
        with _busy_threads(busy):
            return each(_GETS * number, call) * _GETS * number

    return side


def _null_by_to_thread(effort: Effort) -> Measured:
    call = null_call(scenes.get_import)

    async def loop() -> None:
        for _ in range(_GETS):
            await asyncio.to_thread(call)

    async def four_loops() -> None:
        await asyncio.gather(*(loop() for _ in range(4)))

    return paired(lambda _: each(1, lambda: asyncio.run(four_loops())), _same_gets(4, 0), effort.runs, 1)


def _measured(loops: Loops, number: int = 1, busy: int = 0) -> Callable[[Effort], Measured]:
    def measure(effort: Effort) -> Measured:
        rounds = effort.rounds if number == 1 and not busy else effort.runs
        return paired(_polling(loops, number, busy), _same_gets(number, busy), rounds, 1)

    return measure


ROWS = (
    Row(
        "polling a 45-minute import each minute",
        f"{_GETS} null Gets",
        Bound(0.90),
        _measured(_one_after_the_other),
    ),
    Row("polling in 4 threads", f"{4 * _GETS} null Gets", Bound(1.15), _measured(_in_threads, 4)),
    Row("polling in 40 threads", f"{40 * _GETS} null Gets", Bound(1.15), _measured(_in_threads, 40)),
    Row("polling in a pool of 4 threads", f"{4 * _GETS} null Gets", Bound(1.15), _measured(_in_a_pool, 4)),
    Row("polling in 4 tasks", f"{4 * _GETS} null Gets", SHOWN, _measured(_in_tasks, 4)),
    Row("polling in 4 tasks by asyncio.to_thread", f"{4 * _GETS} null Gets", Bound(1.15), _measured(_by_to_thread, 4)),
    Row("null Gets by asyncio.to_thread (the floor of that)", f"{4 * _GETS} null Gets", SHOWN, _null_by_to_thread),
    Row(
        f"polling beside {_BUSY} busy threads",
        f"{_GETS} null Gets, beside them too",
        SHOWN,
        _measured(_one_after_the_other, 1, _BUSY),
    ),
)
