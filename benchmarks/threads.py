"""16 threads that create jobs, compared with one thread that creates as many; and what that is for botocore alone."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

from pytest_bedrock_jobs import mock_bedrock_jobs

from . import scenes
from .clients import new_client, null_call
from .measuring import SHOWN, Effort, Measured, Row, Side, each, paired

_THREADS = 16
_TESTS = 64


def _in_threads(threads: int, number: int, call: Callable[[], object]) -> float:
    """The seconds of one call, when so many threads share this many."""
    start = threading.Barrier(threads + 1)

    def work() -> None:
        start.wait()
        for _ in range(number // threads):
            call()

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    start.wait()
    began = time.perf_counter_ns()
    for worker in workers:
        worker.join()
    return (time.perf_counter_ns() - began) / number / 1e9


def _ours(threads: int) -> Side:
    client = new_client()

    def side(number: int) -> float:
        with mock_bedrock_jobs() as jobs:
            call = scenes.create_import(jobs)
            seconds = _in_threads(threads, number, lambda: call(client))
            assert len(jobs.import_jobs) == number
            return seconds

    return side


def _measure(effort: Effort) -> Measured:
    return paired(_ours(_THREADS), _ours(1), effort.rounds // 5, effort.calls * _THREADS)


def _measure_null(effort: Effort) -> Measured:
    call = null_call(scenes.create_import)
    return paired(
        lambda number: _in_threads(_THREADS, number, call),
        lambda number: _in_threads(1, number, call),
        effort.rounds // 5,
        effort.calls * _THREADS,
    )


def _test() -> None:
    """A test that creates three jobs; of mocks side by side the latest responds, so it reads nothing back."""
    with mock_bedrock_jobs() as jobs:
        client, create = jobs.client(), scenes.create_import(jobs)
        for _ in range(3):
            create(client)


async def _in_tasks(number: int) -> None:
    await asyncio.gather(*(asyncio.to_thread(_test) for _ in range(number)))


def _measure_tests(effort: Effort) -> Measured:
    def at_once(_: int) -> float:
        return _in_threads(_TESTS, _TESTS, _test)

    return paired(at_once, lambda _: each(_TESTS, _test), effort.rounds // 5, 1)


def _measure_tasks(effort: Effort) -> Measured:
    def at_once(_: int) -> float:
        return each(1, lambda: asyncio.run(_in_tasks(_TESTS))) / _TESTS

    return paired(at_once, lambda _: each(_TESTS, _test), effort.rounds // 5, 1)


ROWS = (
    Row(f"{_TESTS} tests at once in threads, each its own mock", "one after the other", SHOWN, _measure_tests),
    Row(f"{_TESTS} tests at once by asyncio.to_thread", "one after the other", SHOWN, _measure_tasks),
    Row("16 threads creating jobs", "one thread", SHOWN, _measure),
    Row("16 threads, null handler (the floor of that)", "one thread", SHOWN, _measure_null),
)
