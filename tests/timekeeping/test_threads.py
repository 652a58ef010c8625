"""Threads side by side in virtual time, and the rule by which the clock jumps."""

from __future__ import annotations

import concurrent.futures
import datetime
import itertools
import queue
import sys
import threading
import time
from types import SimpleNamespace

import boto3
import pytest
from lives import import_status, start_import

from pytest_bedrock_jobs.timekeeping import other_threads
from pytest_bedrock_jobs.timekeeping.other_threads import (
    CLIENT_PATIENCE,
    NEWCOMERS_PATIENCE,
    PATIENCE,
    STILL,
    STILL_IN_IO,
    OtherThreads,
)
from pytest_bedrock_jobs.timekeeping.sleepers import SleepingThread

MINUTE = datetime.timedelta(minutes=1)
BY_TIME = pytest.mark.bedrock_jobs(virtual_time=True, progress=45 * MINUTE)


def poll(client, arn):
    """How many polls the user's loop takes."""
    polls = 1
    while import_status(client, arn) == "InProgress":
        time.sleep(60)
        polls += 1
    return polls


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
    return in_threads(lambda arn: poll(client, arn), arns)


def with_a_pool(client, arns):
    """The main thread waits for the results."""
    with concurrent.futures.ThreadPoolExecutor(len(arns)) as pool:
        return list(pool.map(lambda arn: poll(client, arn), arns))


def with_a_queue(client, arns):
    """The main thread waits at a queue, and another worker for work that never comes."""
    polls, work = queue.Queue(), queue.Queue()
    threading.Thread(target=work.get, daemon=True).start()
    for arn in arns:
        threading.Thread(target=lambda arn=arn: polls.put(poll(client, arn))).start()
    found = [polls.get() for _ in arns]
    work.put(None)
    return found


@BY_TIME
@pytest.mark.parametrize("number", [1, 4, 40])
@pytest.mark.parametrize("how", [with_threads, with_a_pool, with_a_queue])
def test_each_thread_polls_as_often_as_if_it_were_alone(bedrock_jobs, client, number, how):
    """46 times, give or take one; and 45 minutes have passed once."""
    arns = [start_import(client) for _ in range(number)]
    polls = how(client, arns)
    assert len(polls) == number
    assert set(polls) <= {45, 46, 47}
    assert bedrock_jobs.clock.added <= 46 * MINUTE


@BY_TIME
def test_threads_that_each_make_a_client_first(bedrock_jobs, client):
    """That takes longer than the clock waits for a thread that computes."""
    clients = threading.Lock()

    def poll_with_own_client(arn):
        with clients:  # one after the other, so that the first ones sleep while the last one makes its client
            own = boto3.Session().client("bedrock")
        return poll(own, arn)

    polls = in_threads(poll_with_own_client, [start_import(client) for _ in range(4)])
    assert len(polls) == 4
    assert set(polls) <= {45, 46, 47}


@BY_TIME
def test_beside_busy_threads(bedrock_jobs, client):
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
    assert all(45 <= one <= 47 for one in polls)


@pytest.mark.bedrock_jobs(virtual_time=True)
def test_a_mock_that_ends_wakes_whoever_still_sleeps(client):
    """A background thread does not sleep forever on a clock that no longer moves."""
    from pytest_bedrock_jobs import mock_bedrock_jobs

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


def running(threads, tick=True):
    """The threads that run."""
    return threads.look((), tick)[0]


def ticks_held(threads, frame):
    """For how many ticks the only thread holds the clock up, if it moves at each of them."""
    ticks = 0
    while running(threads):
        frame.f_lasti += 1
        ticks += 1
    return ticks


class Frame:
    """Stands in for a thread's frame."""

    def __init__(self, module="code_under_test", code=None, **names):
        self.f_globals = {"__name__": module}
        self.f_code = code
        self.f_locals = names
        self.f_lasti = 0
        self.f_back = None


@pytest.mark.parametrize(
    ("module", "takes_part", "ticks"),
    [
        ("code_under_test", False, STILL),
        ("code_under_test", True, STILL),
        ("socket", False, STILL_IN_IO),
        ("selectors", True, STILL_IN_IO),
        ("selectors", False, STILL),
    ],
)
def test_a_thread_that_does_not_move_is_out_of_the_way_after_some_ticks(module, takes_part, ticks):
    """More of them if it waits for the network."""
    frames = {}
    threads = OtherThreads(lambda: frames, lambda native_id: None)
    frames[1] = Frame(module)
    if takes_part:
        threads._taking_part.add(1)
    assert [running(threads) for _ in range(ticks)] == [{1}] * ticks
    assert running(threads) == set()
    frames[1].f_lasti += 1
    assert running(threads) == {1}


@pytest.mark.parametrize(("takes_part", "ticks"), [(False, NEWCOMERS_PATIENCE), (True, PATIENCE)])
def test_a_busy_thread_holds_the_clock_up_for_so_many_ticks(takes_part, ticks):
    """One that takes part each time, another only until it has paused."""
    frames = {1: Frame()}
    threads = OtherThreads(lambda: frames, lambda native_id: None)
    if takes_part:
        threads._taking_part.add(1)

    assert ticks_held(threads, frames[1]) == ticks
    threads.jumped()
    assert bool(ticks_held(threads, frames[1])) is takes_part


def test_threads_that_were_there_before_hold_it_up_only_once_they_move():
    """The threads of pytest-xdist cost nothing."""
    frames = {1: Frame("socket")}
    threads = OtherThreads(lambda: frames, lambda native_id: None)
    threads.start()
    assert running(threads, tick=False) == set()
    frames[1].f_lasti += 1
    assert running(threads, tick=False) == {1}
    frames.clear()
    assert running(threads, tick=False) == set()


@pytest.mark.parametrize(
    ("times", "is_ready", "runs"),
    [(itertools.count(), False, True), (itertools.repeat(7), True, True), (itertools.repeat(7), False, False)],
)
def test_a_thread_that_only_waits_for_the_interpreter_or_a_processor_runs(times, is_ready, runs):
    """It does not move, but the system gives it a processor now and then, or would if it had one."""
    frames = {1: Frame()}
    threads = OtherThreads(lambda: frames, lambda native_id: next(times), lambda native_id: is_ready)
    threads._taking_part.add(1)
    for _ in range(STILL + 1):
        running, _ = threads.look((), tick=True)
    assert bool(running) is runs


def test_the_system_is_asked_only_where_no_thread_seems_to_run():
    """That lets other threads run, of which each may take its five milliseconds; threads that never moved are idle."""
    frames, asked = {1: Frame(), 2: Frame()}, []
    threads = OtherThreads(lambda: frames, lambda native_id: 7, lambda native_id: asked.append(native_id))
    threads.start()
    assert running(threads) == set()
    assert asked == []
    frames[1].f_lasti += 1
    assert [running(threads) for _ in range(STILL)] == [{1}] * STILL
    assert asked == []
    assert threads.look((), tick=True, ask=False)[0] == set()
    assert asked == []
    assert running(threads) == set()
    assert asked == [None]


def test_a_thread_that_gets_no_processor_time_is_not_busy():
    """Until ten times as many ticks have passed."""
    frames, used = {1: Frame()}, [0]
    threads = OtherThreads(lambda: frames, lambda native_id: used[0])

    for _ in range(2 * NEWCOMERS_PATIENCE):
        assert running(threads) == {1}
        frames[1].f_lasti += 1
    used[0] = 10**9
    assert running(threads) == set()
    threads = OtherThreads(lambda: frames, lambda native_id: used[0])
    assert ticks_held(threads, frames[1]) == 10 * NEWCOMERS_PATIENCE


@pytest.mark.parametrize(("takes_part", "patience"), [(False, NEWCOMERS_PATIENCE), (True, PATIENCE)])
def test_what_boto3_does_in_a_thread_does_not_count(takes_part, patience):
    """Until it has called the mock, or taken very long: a thread may call in an endless loop."""
    in_boto3, outside = Frame("boto3.session"), Frame()
    called = Frame("json.decoder")
    called.f_back = in_boto3
    frames, used = {1: outside}, [0]
    threads = OtherThreads(lambda: frames, lambda native_id: used[0])
    if takes_part:
        threads._taking_part.add(1)

    def runs(frame, milliseconds):
        frames[1] = frame
        used[0] += milliseconds * 10**6
        return running(threads) == {1}

    assert runs(outside, 0)
    assert runs(outside, patience - 1)
    assert runs(called, 100)
    assert runs(called, 100)
    assert runs(outside, patience - 1)
    assert not runs(outside, 1)
    assert runs(in_boto3, 1)
    assert not runs(in_boto3, CLIENT_PATIENCE)
    assert not runs(outside, 1)


def test_what_boto3_does_counts_once_a_thread_has_called_the_mock(monkeypatch):
    """So a thread that calls in an endless loop does not hold the clock up for ever."""
    in_boto3, used = Frame("boto3.session"), [0]
    threads = OtherThreads(lambda: {1: in_boto3}, lambda native_id: used[0])
    monkeypatch.setattr(other_threads.threading, "get_ident", lambda: 1)
    threads.take_part()
    threads.called()
    for used[0] in (0, 200 * 10**6, 400 * 10**6):
        assert running(threads) == {1}
    threads.called()
    used[0] += PATIENCE * 10**6
    assert running(threads) == set()


def test_a_new_thread_with_the_ident_of_an_old_one_is_a_newcomer(monkeypatch):
    """The system gives them again; the old one was busy, and has not been observed since it ended."""
    frames, native_ids = {1: Frame()}, [7]
    monkeypatch.setattr(
        other_threads.threading, "enumerate", lambda: [SimpleNamespace(ident=1, native_id=native_ids[-1])]
    )
    threads = OtherThreads(lambda: frames, lambda native_id: None)
    ticks_held(threads, frames[1])
    native_ids.append(8)
    assert running(threads) == {1}


def test_what_the_system_knows_of_threads():
    """That one that waits is not ready and uses no processor time; of one that has ended, nothing."""
    waiting, go = threading.Event(), threading.Event()

    def wait():
        waiting.set()
        go.wait()

    thread = threading.Thread(target=wait)
    thread.start()
    waiting.wait()
    own, other = threading.get_native_id(), thread.native_id
    if sys.platform == "linux":
        assert other_threads._is_ready(own)
        assert other_threads._processor_time(own) < other_threads._processor_time(own)
    while other_threads._is_ready(other):
        pass
    while other_threads._processor_time(other) != other_threads._processor_time(other):
        pass  # it may still be on its way to wait
    go.set()
    thread.join()
    while other_threads._is_ready(other):
        pass  # Python has ended it, the system not yet
    while other_threads._processor_time(other) is not None:
        pass
    assert other_threads._processor_time(None) is None


def test_a_sleeper_that_is_notified_twice_wakes_once():
    """It may be woken and become the one that watches before its thread runs."""
    sleeper = SleepingThread(MINUTE)
    sleeper.notify()
    sleeper.notify()
    assert not sleeper.wait(0)
    assert sleeper.wait(0)


def test_a_thread_that_starts_another_runs_however_long_that_takes():
    """The new one has no frame yet, and on a busy machine it gets a processor late."""
    waiting = Frame(code=threading.Condition.wait.__code__, waiter=1)
    waiting.f_locals["self"] = SimpleNamespace(_waiters=[1])
    threads = OtherThreads(lambda: {1: waiting}, lambda native_id: None)
    assert running(threads) == set()
    waiting.f_back, waiting.f_back.f_back = Frame(), Frame(code=threading.Thread.start.__code__)
    assert [running(threads) for _ in range(2 * STILL_IN_IO)] == [{1}] * (2 * STILL_IN_IO)


def test_an_idle_worker_of_a_thread_pool_is_blocked():
    """It need not be watched for twenty ticks, as in a loop that awaits ``asyncio.to_thread`` between its sleeps."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        worker = pool.submit(threading.get_ident).result()
        threads = OtherThreads(lambda: {worker: sys._current_frames()[worker]}, lambda ident: next(count))
        count, give_up = itertools.count(), time.monotonic() + 10
        while running(threads, tick=False):
            assert time.monotonic() < give_up


@pytest.mark.parametrize(
    ("idle", "shut_down", "runs"),
    [(1, False, False), (0, False, True), (1, True, True)],
)
def test_a_worker_that_was_given_an_item_runs(monkeypatch, idle, shut_down, runs):
    """``submit`` has subtracted it from the idle ones; and a pool that shuts down lets its workers end."""
    worker = concurrent.futures.thread._worker.__code__
    monkeypatch.setitem(other_threads._PROOFS, id(worker), (worker, other_threads._waits_idle))  # as since 3.13
    members = [SimpleNamespace(ident=1), SimpleNamespace(ident=2)]  # the second has not begun
    pool = SimpleNamespace(_idle_semaphore=threading.Semaphore(idle), _threads=members, _shutdown=shut_down)
    frame = Frame(code=worker, executor_reference=lambda: pool)
    assert bool(running(OtherThreads(lambda: {1: frame}, lambda native_id: None))) is runs


class Model:
    """Threads that run, wait until they are notified, or sleep; and one that looks at them, one by one.

    Each thread has a program: notify another, wait, sleep. Every order of their steps and of the looks is tried. Where
    the one that looks finds nobody running, twice in a row and in the same states, nobody may be able to run.
    """

    def __init__(self, programs):
        self.programs = programs

    def violations(self, times):
        """All ends at which a thread can run although none was seen to."""
        number = len(self.programs)
        start = (tuple((0, "runs") for _ in range(number)), ())
        seen, todo, found = {start}, [start], []
        while todo:
            threads, looks = todo.pop()
            if len(looks) == times * number:
                if any(state == "runs" for _, state in threads):
                    found.append(threads)
                continue
            who = len(looks) % number
            unchanged = len(looks) < number or looks[who] == threads[who]
            looked = (*looks, threads[who]) if threads[who][1] != "runs" and unchanged else ()
            steps = [(self._step(threads, who), looks) for who in range(number) if threads[who][1] == "runs"]
            for step in [*steps, (threads, looked)]:
                if step not in seen:
                    seen.add(step)
                    todo.append(step)
        return found

    def _step(self, threads, who):
        threads = list(threads)
        place, program = threads[who][0], self.programs[who]
        action = program[place] if place < len(program) else "sleep"
        threads[who] = (place + 1, {"wait": "waits", "sleep": "sleeps"}.get(action, "runs"))
        if action in range(len(threads)) and threads[action][1] == "waits":
            threads[action] = (threads[action][0], "runs")
        return tuple(threads)


ACTIONS = [0, 1, 2, "wait", "sleep"]
PROGRAMS = [program for length in range(3) for program in itertools.product(ACTIONS, repeat=length)]


def test_whoever_looks_twice_never_jumps_while_somebody_can_run():
    """All programs of up to two steps for three threads, in every order of steps and looks."""
    for programs in itertools.combinations_with_replacement(PROGRAMS, 3):
        assert Model(programs).violations(times=2) == []


def test_whoever_looks_once_does():
    """That is what the second look is for: a thread that was seen waiting is woken by one that is seen later."""
    programs = [("wait",), (0, "wait"), ("sleep",)]
    assert Model(programs).violations(times=1)
