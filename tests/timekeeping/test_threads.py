"""Threads side by side in virtual time, and the rule by which the clock jumps."""

from __future__ import annotations

import asyncio
import concurrent.futures
import datetime
import queue
import threading
import time

import boto3
import pytest
from invoking import converse, runtime_client, user
from lives import poll, start_import

from pytest_bedrock_jobs import ModelResponse, faults, mock_bedrock_jobs

MINUTE = datetime.timedelta(minutes=1)
BY_TIME = pytest.mark.bedrock_jobs(virtual_time=True, progress=45 * MINUTE)


def in_threads(loop, arns):
    """What a loop returns for each job; the main thread joins the threads of the loops."""
    polls = []
    threads = [threading.Thread(target=lambda arn=arn: polls.append(loop(arn))) for arn in arns]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return polls


def with_threads(client, arns):
    """The main thread joins them."""
    return in_threads(lambda arn: poll(client, arn, time.sleep), arns)


def with_a_pool(client, arns):
    """The main thread waits for the results."""
    with concurrent.futures.ThreadPoolExecutor(len(arns)) as pool:
        return list(pool.map(lambda arn: poll(client, arn, time.sleep), arns))


def with_a_queue(client, arns):
    """The main thread waits at a queue, and another worker for work that never comes."""
    polls, work = queue.Queue(), queue.Queue()
    threading.Thread(target=work.get, daemon=True).start()
    for arn in arns:
        threading.Thread(target=lambda arn=arn: polls.put(poll(client, arn, time.sleep))).start()
    found = [polls.get() for _ in arns]
    work.put(None)
    return found


@BY_TIME
@pytest.mark.parametrize("number", [1, 4, 40])
@pytest.mark.parametrize("how", [with_threads, with_a_pool, with_a_queue])
def test_each_thread_polls_as_often_as_if_it_were_alone(bedrock_jobs, client, number, how):
    """46 times; and 45 minutes have passed once."""
    arns = [start_import(client) for _ in range(number)]
    polls = how(client, arns)
    assert polls == [46] * number
    assert bedrock_jobs.clock.added == 45 * MINUTE


@BY_TIME
def test_threads_that_each_make_a_client_first_poll_as_often_as_alone(bedrock_jobs, client):
    """Making one takes as long as it takes: a call will follow."""
    clients = threading.Lock()

    def poll_with_own_client(arn):
        with clients:  # one after the other, so that the first ones sleep while the last one makes its client
            own = boto3.Session().client("bedrock")
        return poll(own, arn, time.sleep)

    polls = in_threads(poll_with_own_client, [start_import(client) for _ in range(4)])
    assert polls == [46] * 4


@BY_TIME
def test_threads_poll_as_often_beside_busy_ones(bedrock_jobs, client):
    """That never call the mock."""
    ended = threading.Event()

    def busy():
        while not ended.is_set():
            sum(range(100))

    others = [threading.Thread(target=busy) for _ in range(2)]
    for other in others:
        other.start()
    try:
        polls = with_threads(client, [start_import(client) for _ in range(2)])
    finally:
        ended.set()
    assert polls == [46] * 2


@pytest.mark.bedrock_jobs(virtual_time=True)
def test_a_mock_that_ends_wakes_whoever_still_sleeps(client):
    """A background thread does not sleep forever on a clock that no longer moves."""
    sleeping, go = threading.Event(), threading.Event()

    def work():
        inner.client().list_model_import_jobs()
        sleeping.set()
        time.sleep(3600)

    def busy():
        inner.client().list_model_import_jobs()
        while not go.is_set():
            pass

    with mock_bedrock_jobs(virtual_time=True) as inner:
        threads = [threading.Thread(target=busy), threading.Thread(target=work)]
        for thread in threads:
            thread.start()
        sleeping.wait()
    go.set()
    for thread in threads:
        thread.join()


def test_a_thread_of_before_the_mock_keeps_its_own_time():
    """Its loops, executors and clients are as they are without a mock."""
    begins, ended = threading.Event(), []

    def work():
        begins.wait()
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            before = time.monotonic()
            pool.submit(lambda: asyncio.run(asyncio.sleep(0))).result()
            ended.append(
                (boto3.client("bedrock", region_name="us-east-1").meta.region_name, before <= time.monotonic())
            )

    thread = threading.Thread(target=work)
    thread.start()
    with mock_bedrock_jobs(virtual_time=True):
        begins.set()
        thread.join()
    assert ended == [("us-east-1", True)]


@pytest.mark.parametrize("latency", [0, 20])
@pytest.mark.bedrock_jobs(virtual_time=True)
def test_what_a_call_takes_is_slept(bedrock_jobs, latency):
    """Another thread gives up meanwhile, and calls side by side take the time of one."""
    model = bedrock_jobs.add_imported_model("llama").arn
    bedrock_jobs.respond("llama", ModelResponse(text="fine", pause=20 - latency))
    bedrock_jobs.inject("Converse", faults.latency(latency), times=None)
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(converse, model) for _ in range(8)]
        with pytest.raises(concurrent.futures.TimeoutError):
            futures[0].result(15)
        assert time.monotonic() - start == 15
        assert [future.result() for future in futures] == ["fine"] * 8
    assert time.monotonic() - start == 20


@pytest.mark.bedrock_jobs(virtual_time=True)
def test_the_delays_of_retries_are_slept(bedrock_jobs, client):
    """Side by side they take as long as the longest."""
    bedrock_jobs.fail_next_call("ListModelImportJobs", "ThrottlingException", times=8)
    before = bedrock_jobs.clock.added
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: client.list_model_import_jobs(), range(8)))
    longest = max(call.slept_seconds for call in bedrock_jobs.calls)
    assert (bedrock_jobs.clock.added - before).total_seconds() == pytest.approx(longest, abs=0.001)


@pytest.mark.bedrock_jobs(virtual_time=True)
def test_a_stream_that_stalls_is_noticed(bedrock_jobs):
    """By a thread that waits for the next chunk."""
    model = bedrock_jobs.add_imported_model("llama").arn
    bedrock_jobs.respond("llama", ModelResponse(chunks=["one", "two"], pause=[0, 20]))
    arrived, stalled, start = threading.Event(), [], time.monotonic()

    def watch():
        while arrived.wait(15):
            arrived.clear()
        stalled.append(time.monotonic() - start)

    threading.Thread(target=watch).start()
    for _ in runtime_client().converse_stream(modelId=model, messages=user("Hello"))["stream"]:
        arrived.set()
    assert time.monotonic() - start == 20
    assert stalled == [15]


@pytest.mark.bedrock_jobs(virtual_time=True)
def test_a_pause_passes_on_the_clock_of_its_mock_while_another_is_on_top(bedrock_jobs):
    """Its clock is not this mock's."""
    model, other = bedrock_jobs.add_imported_model("llama").arn, mock_bedrock_jobs()
    bedrock_jobs.respond("llama", lambda request: other.__enter__() and ModelResponse(text="fine", pause=20))
    before = bedrock_jobs.clock.added
    assert converse(model) == "fine"
    other.__exit__(None, None, None)
    assert bedrock_jobs.clock.added - before == datetime.timedelta(seconds=20)
