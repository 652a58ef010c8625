"""Waits of ``threading``, ``queue`` and ``concurrent.futures`` in virtual time: they end in time, or when woken."""

from __future__ import annotations

import asyncio
import concurrent.futures
import datetime
import gc
import itertools
import multiprocessing.pool
import os
import queue
import threading
import time
import weakref

import boto3
import pytest
from lives import import_status, poll, start_import

from pytest_bedrock_jobs import UsageError, mock_bedrock_jobs
from pytest_bedrock_jobs.timekeeping import participants, threads

MINUTE = datetime.timedelta(minutes=1)
NOTHING = datetime.timedelta()
VIRTUAL = pytest.mark.bedrock_jobs(virtual_time=True)
BY_TIME = pytest.mark.bedrock_jobs(virtual_time=True, progress=45 * MINUTE)
POOL_FROM_BEFORE = concurrent.futures.ThreadPoolExecutor(4)
list(POOL_FROM_BEFORE.map(abs, range(4)))  # its threads are there


@pytest.fixture(autouse=True)
def quickly():
    """Nothing here takes long in real time."""
    before = time.perf_counter()
    yield
    assert time.perf_counter() - before < 20


def _event(seconds):
    return threading.Event().wait(seconds)


def _condition(seconds):
    with (condition := threading.Condition()):
        return condition.wait(seconds)


def _condition_for(seconds):
    with (condition := threading.Condition()):
        return condition.wait_for(lambda: False, seconds)


def _queue(seconds):
    with pytest.raises(queue.Empty):
        queue.Queue().get(timeout=seconds)


def _full_queue(seconds):
    full = queue.Queue(1)
    full.put("it is full")
    with pytest.raises(queue.Full):
        full.put("another", timeout=seconds)


def _semaphore(seconds):
    return threading.Semaphore(0).acquire(timeout=seconds)


def _barrier(seconds):
    with pytest.raises(threading.BrokenBarrierError):
        threading.Barrier(2).wait(seconds)


def _future(seconds):
    with pytest.raises(concurrent.futures.TimeoutError):
        concurrent.futures.Future().result(timeout=seconds)


def _futures(seconds):
    return bool(concurrent.futures.wait([concurrent.futures.Future()], timeout=seconds).done)


def _as_completed(seconds):
    with pytest.raises(concurrent.futures.TimeoutError):
        next(concurrent.futures.as_completed([concurrent.futures.Future()], timeout=seconds))


def _join(seconds):
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    thread.join(seconds)
    assert thread.is_alive()
    end.set()
    thread.join()


WAITS = [
    _event,
    _condition,
    _condition_for,
    _queue,
    _full_queue,
    _semaphore,
    _barrier,
    _future,
    _futures,
    _as_completed,
    _join,
]


@BY_TIME
@pytest.mark.parametrize("wait", WAITS)
def test_a_loop_that_waits_ends_on_the_poll_it_would_have_ended_on(bedrock_jobs, client, wait):
    """Whatever it waits with between its polls."""
    assert poll(client, start_import(client), wait) == 46
    assert bedrock_jobs.clock.added == bedrock_jobs.clock.slept == 45 * MINUTE


@VIRTUAL
@pytest.mark.parametrize("wait", WAITS[:-1])
def test_waits_take_exactly_their_time(bedrock_jobs, wait):
    """By every clock; and nothing came."""
    before = time.monotonic(), time.time()
    assert not wait(0.75)
    assert (time.monotonic() - before[0], time.time() - before[1]) == (0.75, 0.75)
    assert bedrock_jobs.clock.added == datetime.timedelta(seconds=0.75)


@VIRTUAL
@pytest.mark.parametrize("wait", WAITS[:-1])
def test_waits_that_no_float_holds_add_up_exactly(bedrock_jobs, wait):
    """Nothing remains that would be waited for."""
    for _ in range(20):
        wait(0.1)
    assert bedrock_jobs.clock.added == datetime.timedelta(seconds=2)


@VIRTUAL
def test_a_wait_ends_when_it_is_woken(bedrock_jobs):
    """At the time at which another thread wakes it, and it says so."""
    stop, told = threading.Event(), []

    def work():
        told.append((stop.wait(3600), bedrock_jobs.clock.added))

    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(90)
    stop.set()
    thread.join()
    assert told == [(True, datetime.timedelta(seconds=90))]
    assert stop.wait(60)
    assert bedrock_jobs.clock.added == datetime.timedelta(seconds=90)


@VIRTUAL
def test_a_woken_thread_runs_before_the_clock_moves(bedrock_jobs):
    """However late it gets a processor: a thread that is notified and one that notifies it take turns exactly."""
    ping, pong, told = queue.Queue(), queue.Queue(), []

    def respond():
        while (number := ping.get()) is not None:
            told.append((number, bedrock_jobs.clock.added))
            pong.put(number)

    thread = threading.Thread(target=respond)
    thread.start()
    for number in range(300):
        ping.put(number)
        assert pong.get(timeout=1) == number
        time.sleep(1)
    ping.put(None)
    thread.join()
    assert told == [(number, datetime.timedelta(seconds=number)) for number in range(300)]


@VIRTUAL
def test_one_notification_wakes_one_waiter(bedrock_jobs):
    """The one that has waited for longest; the others wait on."""
    condition, woken = threading.Condition(), []

    def work(name):
        with condition:
            woken.append((name, condition.wait(600)))

    threads = [threading.Thread(target=work, args=[name]) for name in "abc"]
    for thread in threads:
        thread.start()
        time.sleep(1)
    with condition:
        condition.notify(2)
    time.sleep(1)
    assert sorted(woken) == [("a", True), ("b", True)]
    for thread in threads:
        thread.join()
    assert woken[2] == ("c", False)
    assert bedrock_jobs.clock.added == datetime.timedelta(seconds=602)


@VIRTUAL
def test_a_notification_as_one_waiter_gives_up_is_for_who_still_waits(bedrock_jobs):
    """It is for who still waits, as it would be the moment after."""
    condition, results = threading.Condition(), {}

    def wait(name, timeout):
        with condition:
            results[name] = condition.wait(timeout)

    threads = [threading.Thread(target=wait, args=args) for args in (("gives up", 60), ("stays", 600))]
    for thread in threads:
        thread.start()
        time.sleep(15)
    with condition:  # without which the first one, whose time has come, does not go on
        time.sleep(30)
        condition.notify()
    for thread in threads:
        thread.join()
    assert results == {"gives up": False, "stays": True}


@VIRTUAL
@pytest.mark.parametrize("lock", [threading.Lock, threading.RLock])
def test_a_condition_without_its_lock_is_an_error_as_ever(bedrock_jobs, lock):
    """Also a timeout that is none, or one in the past."""
    condition = threading.Condition(lock())
    with pytest.raises(RuntimeError, match="un-acquired lock"):
        condition.wait(60)
    with condition:
        assert not condition.wait(0)
        assert not condition.wait(-1)
        with pytest.raises(TypeError):
            condition.wait("60")
        with pytest.raises(OverflowError):
            condition.wait(float("inf"))
    assert bedrock_jobs.clock.added == NOTHING


@VIRTUAL
def test_a_wait_as_long_as_there_is_waits_for_others_only(bedrock_jobs):
    """Code writes ``wait(threading.TIMEOUT_MAX)`` where it means for ever."""
    stop = threading.Event()
    thread = threading.Thread(target=lambda: stop.wait(threading.TIMEOUT_MAX))
    thread.start()
    time.sleep(60)
    stop.set()
    thread.join()
    assert bedrock_jobs.clock.added == MINUTE


@VIRTUAL
def test_joining_a_thread_in_vain_takes_the_timeout(bedrock_jobs):
    """A thread that has ended, or the calling one, is joined as ever; so is one from before the mock."""
    thread = threading.Thread(target=time.sleep, args=[60])
    thread.start()
    thread.join(30)
    thread.join(0)
    with pytest.raises(RuntimeError, match="cannot join current thread"):
        threading.current_thread().join()
    assert bedrock_jobs.clock.added == datetime.timedelta(seconds=30)
    assert thread.is_alive()
    thread.join(600)
    thread.join(600)
    assert bedrock_jobs.clock.added == MINUTE


@VIRTUAL
def test_the_end_of_a_joined_thread_that_takes_no_part_comes_before_the_timeout(bedrock_jobs, monkeypatch, outside):
    """It may end without the clock, so its end comes before the timeout."""
    end, real = threading.Lock(), threads._real_join
    end.acquire()

    def start():
        thread = threading.Thread(target=end.acquire)
        thread.start()
        return thread

    def join(thread, timeout):
        end.release()
        real(thread)

    thread = outside(start)
    monkeypatch.setattr(threads, "_real_join", join)
    thread.join(60)
    assert not thread.is_alive()
    assert bedrock_jobs.clock.added == NOTHING


@VIRTUAL
def test_a_thread_that_the_standard_library_starts_takes_no_part(bedrock_jobs, really_slept):
    """Such as one of a server, which sleeps for real."""
    thread = threading.Thread(target=time.sleep, args=[0.125])
    eval("thread.start()", {"__name__": "socketserver", "thread": thread})
    thread.join()
    assert [seconds for _, seconds in really_slept] == [0.125]


@VIRTUAL
def test_a_thread_that_cannot_start_takes_no_part(bedrock_jobs):
    """And holds nobody up."""
    ended, broken = threading.Thread(target=print), threading.Thread(target=print)
    ended.start()
    ended.join()
    broken._bootstrap = None
    before = time.perf_counter()
    with pytest.raises(RuntimeError, match="threads can only be started once"):
        ended.start()
    with pytest.raises(TypeError):
        broken.start()
    time.sleep(3600)
    assert time.perf_counter() - before < participants.PATIENCE


@VIRTUAL
def test_a_signal_handler_may_sleep_while_a_thread_starts(bedrock_jobs, monkeypatch):
    """It holds a lock that the thread needs to begin, or the thread has ended before its ``start`` returns."""
    monkeypatch.setattr(participants, "PATIENCE", 0.001)

    class Interrupted(threading.Event):
        def wait(self, timeout=None):
            with self._cond:
                time.sleep(60)
            super().wait(timeout)
            thread.join()
            time.sleep(60)

    thread = threading.Thread(target=int)
    thread._started = Interrupted()
    thread.start()
    assert bedrock_jobs.clock.slept == 2 * MINUTE


@VIRTUAL
def test_a_thread_that_is_started_twice_goes_on(bedrock_jobs):
    """The second start is the caller's error, and the sleep of the first one ends."""
    thread = threading.Thread(target=time.sleep, args=[60], daemon=True)
    thread.start()
    time.sleep(30)
    with pytest.raises(RuntimeError, match="threads can only be started once"):
        thread.start()
    thread.join(600)
    assert not thread.is_alive()
    assert bedrock_jobs.clock.added == MINUTE


# Executors


@BY_TIME
@pytest.mark.parametrize("number", [1, 4])
def test_threads_of_a_pool_from_before_the_mock_take_part_in_its_work(bedrock_jobs, client, number):
    """As modules have one: its threads take part while they work for one that does."""
    arns = [start_import(client) for _ in range(number)]
    futures = [POOL_FROM_BEFORE.submit(poll, client, arn, time.sleep) for arn in arns]
    assert [future.result(timeout=3600) for future in futures] == [46] * number
    assert bedrock_jobs.clock.added == 45 * MINUTE


@BY_TIME
def test_idle_threads_of_a_pool_from_before_the_mock_take_part_again(client):
    """With idle threads, which have worked for another mock; by map, and one poll at a time."""
    arn = start_import(client)
    assert list(POOL_FROM_BEFORE.map(lambda arn: poll(client, arn, _event), [arn])) == [46]
    arn, polls = start_import(client), 1
    while POOL_FROM_BEFORE.submit(import_status, client, arn).result(timeout=60) == "InProgress":
        time.sleep(60)
        polls += 1
    assert polls == 46


def work_outlives_its_mock(pool):
    """One piece of work ends after the mock, and another begins after it."""
    ends = threading.Event()
    with mock_bedrock_jobs(virtual_time=True):
        futures = [pool.submit(ends.wait), pool.submit(ends.wait)]
    ends.set()
    concurrent.futures.wait(futures)


def test_a_pool_whose_work_outlives_its_mock_works_for_the_next_one(really_slept):
    """It works for the next mock like any other, also where it sets results by hand."""

    def work():
        concurrent.futures.Future().set_result(None)
        time.sleep(5)

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        work_outlives_its_mock(pool)
        with mock_bedrock_jobs(virtual_time=True) as mock:
            pool.submit(work).result()
    assert mock.clock.slept == datetime.timedelta(seconds=5)
    assert really_slept == []


def test_a_thread_whose_work_outlives_its_mock_takes_no_part_in_the_next(outside, really_slept):
    """Its thread sleeps for real in work of those who take no part."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        work_outlives_its_mock(pool)
        with mock_bedrock_jobs(virtual_time=True):
            outside(lambda: pool.submit(time.sleep, 0.125).result())
    assert [seconds for _, seconds in really_slept] == [0.125]


@BY_TIME
def test_more_work_than_threads_is_done_one_after_the_other(bedrock_jobs, client):
    """One after the other: each has its 46 polls."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(lambda: poll(client, start_import(client), time.sleep)) for _ in range(6)]
        assert [future.result() for future in futures] == [46] * 6
    assert bedrock_jobs.clock.added == 3 * 45 * MINUTE


@BY_TIME
def test_threads_of_a_pool_of_multiprocessing_take_part(bedrock_jobs, client):
    """Its threads take part, like others that are started in a mock, once they have begun what they are given."""
    begun = threading.Barrier(2)

    def poll_with_the_other(arn):
        begun.wait()
        return poll(client, arn, _event)

    with multiprocessing.pool.ThreadPool(2) as pool:
        assert pool.apply_async(poll, [client, start_import(client), time.sleep]).get() == 46
        arns = [start_import(client) for _ in range(2)]
        assert pool.map(poll_with_the_other, arns, chunksize=1) == [46, 46]
    assert bedrock_jobs.clock.added == 90 * MINUTE


@VIRTUAL
def test_a_thread_that_frees_a_piece_of_work_is_waited_for_to_begin_the_next(bedrock_jobs, monkeypatch):
    """A thread that frees what the first one was given takes its time; nobody gives up on the next one meanwhile."""
    ended = threading.Event()

    class Large:
        def __del__(self):
            enough = time.perf_counter() + 0.05
            while time.perf_counter() < enough and not ended.is_set():
                pass

    def first(_):
        time.sleep(60)  # until nobody waits any longer for the next one to begin
        monkeypatch.setattr(participants, "PATIENCE", 60)

    busy = threading.Lock()
    busy.acquire()
    with concurrent.futures.ThreadPoolExecutor(1) as other, concurrent.futures.ThreadPoolExecutor(1) as pool:
        for function in (busy.acquire, int):  # on another pool's work everybody has given up
            other.submit(function)
        pool.submit(first, Large())
        future = pool.submit(abs, -1)
        try:
            assert future.result(timeout=3600) == 1
            time.sleep(60)
        finally:
            ended.set()
            busy.release()
    assert bedrock_jobs.clock.added == 2 * MINUTE


@VIRTUAL
def test_the_end_of_work_is_noticed_at_once(bedrock_jobs, monkeypatch):
    """By a thread that sleeps meanwhile, which looks again only from time to time."""
    monkeypatch.setattr(participants, "TICK", 5)
    asleep, nap = threading.Lock(), participants.Waiting.nap
    asleep.acquire()

    def tell(waiting, seconds):
        if seconds == participants.TICK and asleep.locked():
            asleep.release()
        nap(waiting, seconds)

    monkeypatch.setattr(participants.Waiting, "nap", tell)
    POOL_FROM_BEFORE.submit(asleep.acquire)
    before = time.perf_counter()
    time.sleep(60)
    assert time.perf_counter() - before < participants.TICK
    assert bedrock_jobs.clock.added == MINUTE


@VIRTUAL
@pytest.mark.parametrize("timeout", [0, 0.1, 60])
def test_waiting_for_futures_in_vain_ends_at_the_timeout(bedrock_jobs, timeout):
    """It ends when its time has come on the dot, and when it has come at once."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool, pytest.raises(concurrent.futures.TimeoutError):
        list(concurrent.futures.as_completed([pool.submit(time.sleep, 100)], timeout))


@VIRTUAL
def test_work_that_fails_or_never_begins_holds_nobody_up(bedrock_jobs, really_slept):
    """Its exception, its cancellation and a pool that is shut down are the caller's."""
    pool = concurrent.futures.ThreadPoolExecutor(1)
    began = time.perf_counter()
    with pytest.raises(ZeroDivisionError):
        pool.submit(lambda: 1 // 0).result(timeout=60)
    sleeping, waiting = pool.submit(time.sleep, 60), pool.submit(time.sleep, 60)
    assert waiting.cancel()
    assert sleeping.result(timeout=61) is None
    pool.shutdown()
    with pytest.raises(RuntimeError, match="after shutdown"):
        pool.submit(print)
    thread = threading.Thread(target=time.sleep, args=[60])
    thread.start()
    thread.join()
    assert really_slept == []
    assert bedrock_jobs.clock.added == 2 * MINUTE
    assert time.perf_counter() - began < 5


@VIRTUAL
def test_a_thread_that_finds_no_work_holds_nobody_up(bedrock_jobs, monkeypatch):
    """It has begun for a piece of work that was cancelled."""
    monkeypatch.setattr(participants, "PATIENCE", 5)
    begin = threading.Lock()
    begin.acquire()
    with concurrent.futures.ThreadPoolExecutor(1, initializer=begin.acquire) as pool:
        assert pool.submit(abs, -1).cancel()
        begin.release()
        before = time.perf_counter()
        time.sleep(60)
        assert time.perf_counter() - before < participants.PATIENCE
    assert bedrock_jobs.clock.added == MINUTE


@VIRTUAL
def test_work_for_those_who_take_no_part_really_sleeps(bedrock_jobs, outside, really_slept):
    """It sleeps for real, in the same pool."""
    outside(lambda: POOL_FROM_BEFORE.submit(time.sleep, 0.125).result())
    assert [seconds for _, seconds in really_slept] == [0.125]
    assert bedrock_jobs.clock.added == NOTHING


@BY_TIME
def test_results_of_futures_that_are_set_by_hand_are_waited_for(bedrock_jobs, client):
    """A future that a thread fills, as asyncio.run_coroutine_threadsafe does."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def wait(seconds):
        await asyncio.sleep(seconds)

    wait_in_loop = lambda seconds: asyncio.run_coroutine_threadsafe(wait(seconds), loop).result(timeout=600)  # noqa: E731
    try:
        assert poll(client, start_import(client), wait_in_loop) == 46
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
    assert bedrock_jobs.clock.added == 45 * MINUTE


# What nobody registers


@VIRTUAL
def test_a_lock_that_a_sleeper_holds_is_waited_for_as_long_as_it_sleeps(bedrock_jobs):
    """Who waits for it waits as long as the sleeper sleeps, and is not known to wait until some time has passed."""
    lock, times = threading.Lock(), []

    def work():
        with lock:
            time.sleep(60)
            times.append(bedrock_jobs.clock.added)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert times == [MINUTE, 2 * MINUTE, 3 * MINUTE]


@VIRTUAL
def test_a_lock_that_a_sleeper_holds_within_a_call_is_waited_for_to_its_end(bedrock_jobs, monkeypatch):
    """As a handler of botocore's that limits the rate; a call is waited for longer, but once, and not for ever."""
    monkeypatch.setattr(participants, "PATIENCE", 0.01)
    lock, client = threading.Lock(), boto3.Session().client("bedrock")

    def limit(**_):
        with lock:
            for _ in range(60):
                time.sleep(1)

    client.meta.events.register("before-sign", limit)
    threads = [threading.Thread(target=client.list_model_import_jobs) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bedrock_jobs.clock.added == 3 * MINUTE


@VIRTUAL
def test_work_that_takes_its_time_is_waited_for(bedrock_jobs, monkeypatch):
    """A sleep does not end before a thread that computes has come to its own; that is what the number is for."""
    monkeypatch.setattr(participants, "PATIENCE", 60)
    assert who_wakes(lambda: sum(range(10**6))) == ["work", "sleep"]


def who_wakes(compute, meanwhile=lambda: None):
    """In which order a thread that computes before it sleeps wakes, and the test's own, which sleeps for longer."""
    events = []

    def work():
        compute()
        time.sleep(30)
        events.append("work")

    thread = threading.Thread(target=work)
    thread.start()
    meanwhile()
    time.sleep(60)
    events.append("sleep")
    thread.join()
    return events


@VIRTUAL
def test_a_sleep_that_begins_late_gives_others_as_much_time_as_any(bedrock_jobs, monkeypatch):
    """However long nobody had slept before it."""
    now, go = [0], threading.Lock()
    monkeypatch.setitem(participants.REAL, "monotonic", lambda: now[0])
    go.acquire()

    def compute_for_a_minute():
        now[0] += 60
        go.release()

    assert who_wakes(go.acquire, compute_for_a_minute) == ["work", "sleep"]


@pytest.fixture
def pass_a_moment(monkeypatch):
    """Lets time pass in which the clock would not wait for a thread that computes; one that sleeps looks meanwhile."""
    now, looked, nap = [0], threading.Lock(), participants.Waiting.nap
    monkeypatch.setitem(participants.REAL, "monotonic", lambda: now[0])

    def tell(waiting, seconds):
        if seconds == participants.TICK and looked.locked():
            looked.release()
        nap(waiting, seconds)

    def pass_it(**_):
        looked.acquire(blocking=False)
        looked.acquire(timeout=5)  # until then nobody sleeps
        now[0] += 2 * participants.PATIENCE
        for _ in range(2):
            looked.acquire(timeout=5)

    monkeypatch.setattr(participants.Waiting, "nap", tell)
    return pass_it


@VIRTUAL
def test_a_call_is_waited_for_longer_than_other_work(bedrock_jobs, client, pass_a_moment):
    """A thread that works for one is known to run."""
    client.meta.events.register("before-sign", pass_a_moment)
    assert who_wakes(client.list_model_import_jobs) == ["work", "sleep"]


@VIRTUAL
def test_a_woken_thread_is_waited_for_until_it_runs(bedrock_jobs, monkeypatch, pass_a_moment):
    """It may get its processor late."""
    go = threading.Event()

    def run_late(waiting, seconds):
        participants.Waiting.nap(waiting, seconds)
        if go.is_set():
            pass_a_moment()

    def wake():
        time.sleep(1)  # until it waits
        go.set()

    monkeypatch.setattr(threads._InCondition, "nap", run_late)
    assert who_wakes(go.wait, wake) == ["work", "sleep"]


@VIRTUAL
def test_a_call_that_raises_is_over(bedrock_jobs, client, monkeypatch):
    """What its thread does then is waited for no longer than anything else."""
    reads, ended = itertools.count(step=participants.PATIENCE / 10), threading.Lock()
    monkeypatch.setitem(participants.REAL, "monotonic", lambda: next(reads))
    client.meta.events.register("before-sign", lambda **_: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        client.list_model_import_jobs()

    def sleep():
        time.sleep(60)
        ended.release()

    ended.acquire()
    before = next(reads)
    thread = threading.Thread(target=sleep)
    thread.start()
    ended.acquire()
    assert next(reads) - before < 10 * participants.PATIENCE
    thread.join()


@VIRTUAL
def test_a_sleep_that_is_interrupted_is_over(bedrock_jobs, monkeypatch):
    """Its thread goes on, and holds up the clock like any other."""
    monkeypatch.setattr(participants, "PATIENCE", 60)
    busy, looked, nap = threading.Lock(), threading.Lock(), participants.Waiting.nap
    busy.acquire()
    looked.acquire()

    def interrupt(waiting, seconds):
        raise KeyboardInterrupt

    def tell(waiting, seconds):
        if seconds == participants.TICK and looked.locked():
            looked.release()
        nap(waiting, seconds)

    other, sleeper = threading.Thread(target=busy.acquire), threading.Thread(target=time.sleep, args=[30])
    other.start()
    monkeypatch.setattr(participants.Waiting, "nap", interrupt)
    with pytest.raises(KeyboardInterrupt):
        time.sleep(60)
    monkeypatch.setattr(participants.Waiting, "nap", tell)
    busy.release()
    other.join()
    sleeper.start()
    for _ in range(3):
        assert looked.acquire(timeout=5)
    assert bedrock_jobs.clock.added == NOTHING
    sleeper.join()


@VIRTUAL
def test_threads_that_have_ended_are_forgotten(bedrock_jobs, monkeypatch):
    """Nobody waits for one, and nothing keeps it."""
    monkeypatch.setattr(participants, "PATIENCE", 5)
    thread = threading.Thread(target=abs, args=[1])
    thread.start()
    thread.join()
    before, kept = time.perf_counter(), weakref.ref(thread)
    time.sleep(60)
    assert time.perf_counter() - before < participants.PATIENCE
    del thread
    gc.collect()
    assert kept() is None


@VIRTUAL
def test_a_thread_that_only_computes_is_waited_for_once(bedrock_jobs):
    """For all sleeps of the others together."""
    ended = threading.Event()

    def compute():
        while not ended.is_set():
            sum(range(100))

    threads = [threading.Thread(target=compute) for _ in range(2)]
    for thread in threads:
        thread.start()
    before = time.perf_counter()
    for _ in range(100):
        time.sleep(60)
    ended.set()
    for thread in threads:
        thread.join()
    assert time.perf_counter() - before < 100 * participants.PATIENCE / 4
    assert bedrock_jobs.clock.added == 100 * MINUTE


# The end of a mock


def test_a_mock_that_ends_ends_waits_with_a_timeout_and_no_others():
    """A thread that waits for work is still woken by it."""
    work, told = queue.Queue(), []

    def wait():
        told.append(threading.Event().wait(3600))
        told.append(work.get())

    idle = threading.Event()
    with mock_bedrock_jobs(virtual_time=True):
        threads = [threading.Thread(target=wait), threading.Thread(target=idle.wait)]
        for thread in threads:
            thread.start()
    work.put("work")
    idle.set()
    for thread in threads:
        thread.join()
    assert told == [False, "work"]


def test_a_loop_that_waits_for_ever_is_an_error():
    """As one that sleeps."""

    @mock_bedrock_jobs(virtual_time=True)
    def wait():
        while not threading.Event().wait(3600):
            pass

    with pytest.raises(UsageError, match="virtual sleeps have moved the clock"):
        wait()


def test_a_wait_that_begins_as_the_mock_ends_is_over():
    """No clock would end it."""
    waiting = participants.Waiting(MINUTE)
    participants.participants.wait(waiting)
    assert not waiting.notified


def test_a_wait_without_a_timeout_that_begins_as_the_mock_ends_goes_on():
    """Somebody else ends it: a thread that starts, say, of which nobody may think that it has started."""

    class Woken(participants.Waiting):
        def nap(self, seconds):
            self.release()

    waiting = Woken()
    participants.participants.wait(waiting)
    assert waiting.notified


@VIRTUAL
def test_a_finalizer_does_not_sleep_while_the_participants_are_locked(bedrock_jobs):
    """The sleep is over at once: it would keep the lock from those who have to wake first."""
    naps = []

    class Sleep(participants.Waiting):
        def nap(self, seconds):
            naps.append(seconds)
            self.release()

    thread = threading.Thread(target=time.sleep, args=[30])
    thread.start()
    with participants.participants.lock:  # as when garbage is collected there
        participants.participants.wait(Sleep(participants.participants.passed + MINUTE))
    thread.join()
    assert naps == []
    assert bedrock_jobs.clock.added == MINUTE / 2


@VIRTUAL
def test_joining_a_thread_that_waits_for_something_else_ends_at_the_timeout(bedrock_jobs):
    """The timeout comes, after a while."""
    lock = threading.Lock()
    lock.acquire()
    thread = threading.Thread(target=lock.acquire)
    thread.start()
    thread.join(60)
    assert bedrock_jobs.clock.added == MINUTE
    lock.release()
    thread.join()


@VIRTUAL
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_has_only_the_thread_that_forked(bedrock_jobs):
    """It does not wait for those that its parent has."""
    thread = threading.Thread(target=time.sleep, args=[3600])
    thread.start()
    child = os.fork()
    if not child:
        time.sleep(7200)
        os._exit(bedrock_jobs.clock.slept != 2 * 60 * MINUTE)
    assert os.waitpid(child, 0)[1] == 0
    thread.join()
    assert bedrock_jobs.clock.slept == 60 * MINUTE
