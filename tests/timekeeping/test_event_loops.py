"""Event loops in virtual time."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import datetime
import functools
import gc
import math
import selectors
import socket
import sys
import threading
import time
import types
import weakref

import anyio
import pytest
import trio
from lives import import_status, start_import

from pytest_bedrock_jobs import UsageError, mock_bedrock_jobs
from pytest_bedrock_jobs.service import clock
from pytest_bedrock_jobs.timekeeping import event_loops, gates, participants

MINUTE = datetime.timedelta(minutes=1)
VIRTUAL = pytest.mark.bedrock_jobs(virtual_time=True)


async def poll_for_ever(client, polls):
    """A loop that only a deadline ends."""
    while True:
        client.list_model_import_jobs()
        polls.append(1)
        await asyncio.sleep(0.5)


@VIRTUAL
@pytest.mark.skipif(not hasattr(asyncio, "timeout"), reason="since Python 3.11")
def test_asyncio_timeout_counts_virtual_time(bedrock_jobs, client, really_waited):
    """Five seconds with polls each half second are ten polls."""
    polls = []

    async def run():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await poll_for_ever(client, polls)

    asyncio.run(run())
    assert len(polls) == 10
    assert bedrock_jobs.clock.added == datetime.timedelta(seconds=5)
    assert really_waited == []


@VIRTUAL
def test_wait_for_and_call_later_count_virtual_time(bedrock_jobs, client, really_waited):
    """Deadlines come when they would have come, in their order."""
    events, polls = [], []

    async def run():
        loop = asyncio.get_running_loop()
        loop.call_later(3, events.append, "3 s")
        loop.call_at(loop.time() + 7, events.append, "7 s")
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(poll_for_ever(client, polls), 5)
        events.append("5 s")
        await asyncio.sleep(5)

    asyncio.run(run())
    assert events == ["3 s", "5 s", "7 s"]
    assert len(polls) == 10
    assert bedrock_jobs.clock.added == datetime.timedelta(seconds=10)
    assert really_waited == []


@VIRTUAL
@pytest.mark.parametrize("sleep", [lambda: asyncio.sleep(math.inf), anyio.sleep_forever])
def test_sleeping_for_ever_waits_and_can_be_cancelled(bedrock_jobs, sleep):
    """Neither an error nor a clock that runs away."""

    async def run():
        task = asyncio.ensure_future(sleep())
        await asyncio.sleep(60)
        assert not task.done()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert bedrock_jobs.clock.added == MINUTE


@VIRTUAL
@pytest.mark.parametrize("delay", [1e12, 1e300])
def test_a_sleep_that_no_datetime_can_hold_is_refused(bedrock_jobs, delay):
    """Where it is written."""
    with pytest.raises(UsageError, match="is after the year 8999"):
        asyncio.run(asyncio.sleep(delay))


@VIRTUAL
def test_a_peer_that_takes_its_time_meets_no_timeout(bedrock_jobs, monkeypatch):
    """While something is awaited from outside, the clock jumps only after a while in which nothing came."""
    ours, theirs = socket.socketpair()
    looks, real = [], event_loops.REAL_SELECT[selectors.DefaultSelector]

    def counted(selector, timeout=None):
        looks.append(1)
        if len(looks) == 20:
            theirs.sendall(b"late")
        return real(selector, timeout)

    async def run():
        loop = asyncio.get_running_loop()
        ours.setblocking(False)
        monkeypatch.setitem(event_loops.REAL_SELECT, selectors.DefaultSelector, counted)
        answer = await asyncio.wait_for(loop.sock_recv(ours, 10), 5)
        assert bedrock_jobs.clock.added == datetime.timedelta()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(loop.sock_recv(ours, 10), 5)
        return answer

    with ours, theirs:
        assert asyncio.run(run()) == b"late"
    assert bedrock_jobs.clock.added == datetime.timedelta(seconds=5)


@VIRTUAL
def test_a_signal_handler_may_move_the_clock_while_a_loop_waits(bedrock_jobs, monkeypatch):
    """Python goes on waiting after the handler, whose thread is that of the loop, so nobody wakes the loop."""
    running, real = threading.Lock(), event_loops.REAL_SELECT[selectors.DefaultSelector]

    def select(selector, timeout=None):
        if timeout != 0 and running.locked():
            bedrock_jobs.clock.advance(600)
            running.release()
        return real(selector, timeout)

    running.acquire()  # until then a thread waits for it, so the clock does not jump by itself
    threads = [threading.Thread(target=running.acquire), threading.Thread(target=time.sleep, args=[30])]
    for thread in threads:
        thread.start()
    monkeypatch.setitem(event_loops.REAL_SELECT, selectors.DefaultSelector, select)
    asyncio.run(asyncio.sleep(60))
    for thread in threads:
        thread.join()
    assert bedrock_jobs.clock.added >= 10 * MINUTE


@VIRTUAL
def test_what_comes_just_before_the_clock_jumps_comes_before_the_timer(bedrock_jobs, monkeypatch):
    """Also what a peer sends after the last look for events."""
    monkeypatch.setattr(participants, "PATIENCE", 0)
    ours, theirs = socket.socketpair()
    events, real = [], event_loops.REAL_SELECT[selectors.DefaultSelector]

    def sent_after(selector, timeout=None):
        found = real(selector, timeout)
        if not events:
            events.append("sent")
            theirs.sendall(b"late")
        return found

    async def run():
        loop.add_reader(ours, lambda: events.append(ours.recv(10)))
        loop.call_later(60, events.append, "timer")
        timer = asyncio.ensure_future(asyncio.sleep(61))
        await asyncio.sleep(0)
        monkeypatch.setitem(event_loops.REAL_SELECT, selectors.DefaultSelector, sent_after)
        await timer
        loop.remove_reader(ours)

    with ours, theirs, contextlib.closing(asyncio.SelectorEventLoop()) as loop:
        loop.run_until_complete(run())
    assert events == ["sent", b"late", "timer"]


def test_what_comes_just_before_a_loop_waits_comes_before_the_timer():
    """A thread may wake the loop once it has decided for how long to wait."""
    events = []

    class Selector(selectors.DefaultSelector):
        def select(self, timeout=None):
            if timeout and not events:
                events.append("decided")
                loop.call_soon_threadsafe(lambda: events.append(jobs.clock.added))
            return super().select(timeout)

    loop = asyncio.SelectorEventLoop(Selector())
    with mock_bedrock_jobs(virtual_time=True) as jobs, contextlib.closing(loop):
        loop.run_until_complete(asyncio.sleep(60))
    assert events == ["decided", datetime.timedelta()]


@VIRTUAL
def test_a_selector_of_the_code_s_own_is_real(bedrock_jobs):
    """Such as subprocess has for two pipes, within a loop or without."""
    ours, theirs = socket.socketpair()

    def look():
        with selectors.DefaultSelector() as selector:
            selector.register(ours, selectors.EVENT_READ)
            return [key.fileobj for key, _ in selector.select(60)]

    async def look_in_a_loop():
        return look()

    with ours, theirs:
        theirs.sendall(b"it is there")
        assert look() == asyncio.run(look_in_a_loop()) == [ours]
    assert bedrock_jobs.clock.added == datetime.timedelta()


@VIRTUAL
def test_a_loop_that_has_ended_is_forgotten(bedrock_jobs):
    """Nothing keeps it."""

    async def run():
        await asyncio.sleep(60)
        return weakref.ref(asyncio.get_running_loop())

    kept = asyncio.run(run())
    gc.collect()
    assert kept() is None


@VIRTUAL
def test_callbacks_of_a_loop_run_in_their_context_and_can_be_cancelled(bedrock_jobs):
    """They run in the context that they are given, and can be cancelled."""
    name, seen = contextvars.ContextVar("name", default="other"), []
    context = contextvars.copy_context()
    context.run(name.set, "given")

    async def run():
        loop = asyncio.get_running_loop()
        for call in (functools.partial(loop.call_later, 1), loop.call_soon_threadsafe):
            call(lambda: seen.append(name.get()), context=context)
            call(seen.append, "cancelled").cancel()
        loop.call_later(math.inf, seen.append, "never", context=context).cancel()
        await asyncio.sleep(2)

    asyncio.run(run())
    assert seen == ["given", "given"]


@VIRTUAL
def test_a_sleep_up_to_the_latest_time_is_accepted(bedrock_jobs, monkeypatch):
    """Only one beyond it is refused."""
    monkeypatch.setattr(clock, "_LATEST", bedrock_jobs.clock.now() + MINUTE)
    asyncio.run(asyncio.sleep(30))
    with pytest.raises(UsageError, match="is after the year 8999"):
        asyncio.run(asyncio.sleep(31))


def test_a_loop_whose_selector_is_not_called_by_asyncio_is_in_virtual_time(really_waited):
    """As by nest_asyncio, which runs the loop itself, or by a selector that only adds to one of Python's."""

    class Selector(selectors.DefaultSelector):
        rounds = 0

        def select(self, timeout=None):
            self.rounds += 1
            assert self.rounds < 10, "it waits for ever"
            return super().select(timeout)

    loop = asyncio.SelectorEventLoop(Selector())
    with mock_bedrock_jobs(virtual_time=True) as jobs, contextlib.closing(loop):
        loop.run_until_complete(asyncio.sleep(0.3))
    assert jobs.clock.added == datetime.timedelta(seconds=0.3)
    assert really_waited == []


def test_a_loop_s_time_never_goes_back(really_waited):
    """Neither when a mock begins in it nor when it ends; and after it a timer of 10 ms is one of 10 ms."""
    times = []

    async def run():
        loop = asyncio.get_running_loop()
        times.append(loop.time())
        for _ in range(2):
            async with mock_bedrock_jobs(virtual_time=True):
                times.append(loop.time())
                await asyncio.sleep(45 * 60)
                times.append(loop.time())
            times.append(loop.time())
            await asyncio.sleep(0.01)
            times.append(loop.time())

    asyncio.run(run())
    assert times == sorted(times)
    assert 5400 < times[-1] - times[0] < 5500
    assert really_waited == []


def test_a_loop_in_a_thread_that_takes_no_part_keeps_its_time(outside):
    """However far earlier mocks have moved the time: its timers would all be due when the next mock begins."""
    with mock_bedrock_jobs(virtual_time=True):
        time.sleep(3600)

    async def loop_time():
        return asyncio.get_running_loop().time()

    before = outside(lambda: asyncio.run(loop_time()))
    with mock_bedrock_jobs(virtual_time=True):
        assert outside(lambda: asyncio.run(loop_time())) - before < 60


def test_a_loop_that_waits_for_a_time_without_sleeping_is_an_error(monkeypatch):
    """It would never come."""
    monkeypatch.setattr(gates, "_MOST_READS", 1000)

    async def run():
        loop = asyncio.get_running_loop()
        deadline = loop.time() + 1
        while loop.time() < deadline:
            await asyncio.sleep(0)

    with (
        pytest.raises(UsageError, match="the time was read 1001 times while the clock stood still"),
        mock_bedrock_jobs(virtual_time=True),
    ):
        asyncio.run(run())


@VIRTUAL
def test_within_a_mock_without_virtual_time_a_loop_really_waits(bedrock_jobs, really_waited):
    """The topmost mock decides, and after it time is virtual again."""

    async def run():
        with mock_bedrock_jobs():
            sleeping = asyncio.ensure_future(asyncio.sleep(30))
            while not really_waited:
                await asyncio.sleep(0.2)
            sleeping.cancel()
        await asyncio.sleep(3600)

    asyncio.run(run())
    assert really_waited
    assert 59 * MINUTE < bedrock_jobs.clock.added <= 60 * MINUTE


@pytest.mark.bedrock_jobs(virtual_time=True, progress=45 * MINUTE)
def test_a_loop_and_a_thread_side_by_side_share_the_clock(bedrock_jobs, client):
    """A loop is one more sleeper of the same clock."""
    arns, polls = [start_import(client) for _ in range(2)], []

    def in_a_thread():
        number = 1
        while import_status(client, arns[0]) == "InProgress":
            time.sleep(60)
            number += 1
        polls.append(number)

    async def in_a_loop():
        number = 1
        while import_status(client, arns[1]) == "InProgress":
            await asyncio.sleep(90)
            number += 1
        polls.append(number)

    thread = threading.Thread(target=in_a_thread)
    thread.start()
    asyncio.run(in_a_loop())
    thread.join()
    assert sorted(polls) == [31, 46]


@pytest.mark.parametrize("other", ["task", "thread"])
@pytest.mark.bedrock_jobs(virtual_time=True, progress=45 * MINUTE)
def test_a_timer_that_others_overtake_is_exact(bedrock_jobs, client, other):
    """Whatever sleeps beside it makes the clock jump dozens of times before it is due."""
    times = []

    async def sleep_often():
        for _ in range(3000):
            await asyncio.sleep(1)

    async def in_a_loop():
        arn, began = start_import(client), asyncio.get_running_loop().time()
        often = asyncio.create_task(sleep_often()) if other == "task" else None
        while import_status(client, arn) == "InProgress":
            await asyncio.sleep(61.25)
            times.append(asyncio.get_running_loop().time() - began)
        if often:
            often.cancel()

    thread = threading.Thread(target=lambda: [time.sleep(1) for _ in range(3000 if other == "thread" else 0)])
    thread.start()
    asyncio.run(in_a_loop())
    thread.join()
    assert times == [61.25 * number for number in range(1, 46)]


@pytest.mark.bedrock_jobs(virtual_time=True, progress=45 * MINUTE)
def test_sleeping_in_worker_threads_of_a_loop_is_virtual(bedrock_jobs, client):
    """asyncio.to_thread(time.sleep, ...) too, and a loop in a thread of its own."""
    arn, polls = start_import(client), []

    async def run():
        number = 1
        while await asyncio.to_thread(import_status, client, arn) == "InProgress":
            await asyncio.to_thread(nap)
            number += 1
        polls.append(number)

    def nap():
        client.list_model_import_jobs()
        time.sleep(60)

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    thread.join()
    assert polls == [46]


@VIRTUAL
def test_trio_is_a_clear_error(bedrock_jobs, client):
    """Its time cannot be moved: a call from within says so, and what there is instead."""

    async def run():
        client.list_model_import_jobs()

    def in_a_thread():
        with pytest.raises(UsageError, match=r"not in trio's.*MockClock"):
            trio.run(run)
        told.append(1)

    told = []
    thread = threading.Thread(target=in_a_thread)
    thread.start()
    thread.join()
    assert told


@VIRTUAL
def test_a_loop_that_is_not_asyncio_s_is_a_clear_error(bedrock_jobs, client, monkeypatch):
    """As uvloop's, which keeps its time where nothing else reaches it; the message names its class."""
    loop = types.SimpleNamespace()
    monkeypatch.setattr(asyncio, "_get_running_loop", lambda: loop)
    with pytest.raises(UsageError, match=r"asyncio's own event loops, and this one is a types\.SimpleNamespace"):
        client.list_model_import_jobs()
    monkeypatch.undo()


@pytest.mark.parametrize("how", ["time", "threading", "greenlet"])
def test_gevent_is_a_clear_error(monkeypatch, how):
    """Its greenlets take turns where they sleep, and would poll 15, 0 and 0 times: they would not get their turn."""
    greenlet = type("Greenlet", (), {})
    now = greenlet() if how == "greenlet" else None
    monkeypatch.setitem(sys.modules, "gevent", types.SimpleNamespace(Greenlet=greenlet, getcurrent=lambda: now))
    patched = types.SimpleNamespace(is_module_patched=lambda name: name == how)
    monkeypatch.setitem(sys.modules, "gevent.monkey", patched)
    with pytest.raises(UsageError, match=r"not with gevent.*clock.advance.*An event loop without virtual time"):
        mock_bedrock_jobs(virtual_time=True).start()
    with mock_bedrock_jobs() as jobs:
        assert jobs.client().list_model_import_jobs()


@pytest.mark.parametrize("monkey", [None, types.SimpleNamespace(is_module_patched=lambda name: name == "ssl")])
def test_gevent_that_is_only_imported_is_no_error(monkeypatch, monkey):
    """Nor what it has patched besides sleeping and waiting."""
    imported = types.SimpleNamespace(Greenlet=type("Greenlet", (), {}), getcurrent=lambda: None)
    monkeypatch.setitem(sys.modules, "gevent", imported)
    monkeypatch.setitem(sys.modules, "gevent.monkey", monkey)
    with mock_bedrock_jobs(virtual_time=True) as jobs:
        time.sleep(60)
        assert jobs.clock.added == MINUTE


def test_a_start_that_fails_undoes_what_it_did(monkeypatch):
    """In a loop whose time cannot be virtual: nothing stays replaced."""
    before = (time.sleep, asyncio.BaseEventLoop.call_at)
    monkeypatch.setattr(asyncio, "_get_running_loop", lambda: types.SimpleNamespace())
    with pytest.raises(UsageError, match="asyncio's own event loops"), mock_bedrock_jobs(virtual_time=True):
        pass
    monkeypatch.undo()
    assert (time.sleep, asyncio.BaseEventLoop.call_at) == before


def test_a_method_that_was_patched_on_top_is_left_alone():
    """What others have changed meanwhile stays."""
    real = asyncio.BaseEventLoop.call_at
    with mock_bedrock_jobs(virtual_time=True):
        assert asyncio.BaseEventLoop.call_at is not real
        asyncio.BaseEventLoop.call_at = print
    try:
        assert asyncio.BaseEventLoop.call_at is print
    finally:
        asyncio.BaseEventLoop.call_at = real
