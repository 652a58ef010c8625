"""Virtual time: sleeping returns at once and moves the mock's clock."""

from __future__ import annotations

import asyncio
import datetime
import importlib
import sys
import threading
import time
from asyncio import sleep as sleep_by_another_name
from time import sleep
from time import sleep as nap

import pytest
from lives import import_status, poll, poll_until, start_import

from pytest_bedrock_jobs import UsageError, mock_bedrock_jobs

MINUTE = datetime.timedelta(minutes=1)
REAL = (time.sleep, asyncio.sleep)
BY_TIME = pytest.mark.bedrock_jobs(virtual_time=True, progress=45 * MINUTE)
VIRTUAL = pytest.mark.bedrock_jobs(virtual_time=True)


def passed(bedrock_jobs):
    """How far the mock's clock is ahead."""
    return bedrock_jobs.clock.added


async def poll_async(client, arn, seconds=60):
    """The user's loop in asyncio: how many polls it takes."""
    polls = 1
    while import_status(client, arn) == "InProgress":
        await asyncio.sleep(seconds)
        polls += 1
    return polls


# One line of time


@BY_TIME
@pytest.mark.parametrize("name", ["time.sleep", "sleep", "nap"])
def test_a_loop_ends_on_the_poll_it_would_have_ended_on(bedrock_jobs, client, really_slept, name):
    """sleep(60) around 45 minutes: InProgress at 45 polls, Completed at the 46th, however sleep was imported."""
    wait = {"time.sleep": time.sleep, "sleep": sleep, "nap": nap}[name]
    assert poll(client, start_import(client), wait) == 46
    assert passed(bedrock_jobs) == 45 * MINUTE
    assert really_slept == []


@BY_TIME
def test_a_loop_of_asyncio_ends_on_the_poll_it_would_have_ended_on(bedrock_jobs, client):
    """asyncio.sleep moves the clock as time.sleep does."""
    assert asyncio.run(poll_async(client, start_import(client))) == 46
    assert passed(bedrock_jobs) == 45 * MINUTE


@BY_TIME
@pytest.mark.parametrize("seconds", [2.5, 7, 59.999, 3000])
def test_a_loop_of_any_interval_ends_on_the_poll_it_would_have_ended_on(client, seconds):
    """The poll at or after 45 minutes is the last."""
    expected = 1 - (-45 * 60 * 1000 // round(seconds * 1000))
    assert poll(client, start_import(client), lambda _: time.sleep(seconds)) == expected


@VIRTUAL
def test_a_sleep_imported_from_asyncio_by_another_name_is_virtual(bedrock_jobs):
    """Whatever a module calls it; and the result is handed back."""
    assert asyncio.run(sleep_by_another_name(3600, result="woken")) == "woken"
    assert passed(bedrock_jobs) == 60 * MINUTE


@VIRTUAL
def test_what_the_test_adds_counts_with_what_is_slept(bedrock_jobs):
    """A sleep after clock.advance starts from there."""
    time.sleep(60)
    bedrock_jobs.clock.advance(600)
    time.sleep(60)
    bedrock_jobs.clock.advance(datetime.timedelta(minutes=10))
    asyncio.run(asyncio.sleep(60))
    assert passed(bedrock_jobs) == 23 * MINUTE


@VIRTUAL
def test_what_botocore_waits_counts_with_what_is_slept(bedrock_jobs, client):
    """Retries pass time on the mock's clock, and a sleep after them starts from there."""
    bedrock_jobs.fail_next_call("ListModelImportJobs", "ThrottlingException", times=2)
    client.list_model_import_jobs()
    waited = datetime.timedelta(seconds=bedrock_jobs.calls[-1].slept_seconds)
    assert waited > datetime.timedelta()
    time.sleep(60)
    assert abs(passed(bedrock_jobs) - waited - MINUTE) <= datetime.timedelta(microseconds=2)


@BY_TIME
def test_polling_in_worker_threads_ends_on_the_poll_it_would_have_ended_on(bedrock_jobs, client):
    """asyncio.to_thread around the blocking client, asyncio.sleep between the polls."""

    async def polls():
        number = 1
        while await asyncio.to_thread(import_status, client, arn) == "InProgress":
            await asyncio.sleep(60)
            number += 1
        return number

    arn = start_import(client)
    assert asyncio.run(polls()) == 46
    assert passed(bedrock_jobs) == 45 * MINUTE


# Many lines of time


@BY_TIME
def test_two_tasks_side_by_side_move_the_clock_once(bedrock_jobs, client):
    """Both poll every minute: each ends at its 46th poll, and 45 minutes have passed."""

    async def both():
        return await asyncio.gather(*(poll_async(client, arn) for arn in arns))

    arns = [start_import(client) for _ in range(2)]
    assert asyncio.run(both()) == [46, 46]
    assert passed(bedrock_jobs) == 45 * MINUTE


@BY_TIME
@pytest.mark.parametrize("first", ["poll", "watchdog"])
def test_the_task_that_is_due_first_wakes_first(bedrock_jobs, client, first):
    """A task that sleeps an hour does not wake before another has polled every minute for 45."""

    async def watchdog():
        await asyncio.sleep(3600)
        events.append("watchdog")

    async def polls():
        events.append(await poll_async(client, arn))

    async def both():
        await asyncio.gather(*((polls(), watchdog()) if first == "poll" else (watchdog(), polls())))

    events, arn = [], start_import(client)
    asyncio.run(both())
    assert events == [46, "watchdog"]
    assert passed(bedrock_jobs) == 60 * MINUTE


@VIRTUAL
def test_tasks_wake_in_the_order_of_their_sleeps(bedrock_jobs):
    """As with real sleeps, not in the order they were started."""

    async def one(seconds):
        await asyncio.sleep(seconds)
        woken.append((seconds, passed(bedrock_jobs).total_seconds()))

    async def all_of_them():
        await asyncio.gather(*map(one, (300, 60, 120, 60)))

    woken = []
    asyncio.run(all_of_them())
    assert woken == [(60, 60), (60, 60), (120, 120), (300, 300)]


@VIRTUAL
def test_a_cancelled_sleep_holds_nobody_up(bedrock_jobs):
    """A task that is cancelled in its sleep does not wake, and time does not wait for it."""

    async def one():
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            woken.append("cancelled")
            raise

    async def both():
        task = asyncio.ensure_future(one())
        other = asyncio.ensure_future(asyncio.sleep(60))
        await asyncio.sleep(0)
        task.cancel()
        await other

    woken = []
    asyncio.run(both())
    assert woken == ["cancelled"]
    assert passed(bedrock_jobs) == MINUTE


@VIRTUAL
def test_sleeping_for_nothing_lets_the_others_run(bedrock_jobs):
    """asyncio.sleep(0) and less give way once and take no time."""

    async def one(seconds):
        for step in range(2):
            steps.append((seconds, step))
            await asyncio.sleep(seconds)

    async def both():
        await asyncio.gather(one(0), one(-1))

    steps = []
    asyncio.run(both())
    assert steps == [(0, 0), (-1, 0), (0, 1), (-1, 1)]
    assert passed(bedrock_jobs) == datetime.timedelta()


def in_threads(*functions):
    """Run functions in threads of their own, to their end."""
    threads = [threading.Thread(target=function, name=f"thread-{number}") for number, function in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@VIRTUAL
def test_two_threads_side_by_side_move_the_clock_once(bedrock_jobs, client, really_slept):
    """Both look, then both sleep a minute, ten times: ten minutes have passed."""
    barrier = threading.Barrier(2)

    def work():
        for _ in range(10):
            client.list_model_import_jobs()
            barrier.wait()
            time.sleep(60)
            barrier.wait()

    in_threads(work, work)
    assert passed(bedrock_jobs) == 10 * MINUTE
    assert really_slept == []


@VIRTUAL
def test_sleeps_of_threads_that_take_turns_add_up(bedrock_jobs, client):
    """A thread that looks after another has slept starts its own sleep from there."""

    def work():
        client.list_model_import_jobs()
        time.sleep(60)

    for _ in range(3):
        in_threads(work)
    assert passed(bedrock_jobs) == 3 * MINUTE


@VIRTUAL
def test_a_short_sleep_after_a_long_one_elsewhere_sets_no_clock_back(bedrock_jobs, client):
    """Whoever last woke long ago sleeps from there, and time still only passes."""

    def work():
        client.list_model_import_jobs()
        time.sleep(3600)

    in_threads(work)
    time.sleep(60)
    assert passed(bedrock_jobs) >= 60 * MINUTE


@VIRTUAL
def test_a_thread_of_before_the_mock_really_sleeps(bedrock_jobs, client, really_slept, outside):
    """Until it calls the mock: its sleeps move nothing."""

    def work():
        time.sleep(0.25)
        nap(0.5)
        client.list_model_import_jobs()
        time.sleep(3600)

    outside(work)
    assert really_slept == [("outside", 0.25), ("outside", 0.5)]
    assert passed(bedrock_jobs) == 60 * MINUTE


@VIRTUAL
def test_a_thread_that_one_of_before_the_mock_starts_really_sleeps(really_slept, outside):
    """It takes no part either."""
    outside(lambda: in_threads(lambda: time.sleep(0.25)))
    assert really_slept == [("thread-0", 0.25)]


@VIRTUAL
def test_an_event_loop_in_a_thread_of_before_the_mock_really_sleeps(bedrock_jobs, really_waited, outside):
    """asyncio.sleep follows the thread its loop runs in."""

    async def sleep_for_long():
        sleeping = asyncio.ensure_future(asyncio.sleep(30))
        while not really_waited:
            await asyncio.sleep(0.2)
        sleeping.cancel()

    outside(lambda: asyncio.run(sleep_for_long()))
    assert really_waited
    assert passed(bedrock_jobs) == datetime.timedelta()


# Values


WRONG = ["60", None, -1, float("nan"), float("inf"), 1e300, [], 1j]


def raised(function, *args, **kwargs):
    """What class of exception a call raises."""
    with pytest.raises((TypeError, ValueError, OverflowError)) as caught:
        function(*args, **kwargs)
    return caught.type


@VIRTUAL
@pytest.mark.parametrize("seconds", WRONG)
def test_wrong_values_of_time_sleep_are_wrong_as_ever(bedrock_jobs, seconds):
    """time.sleep raises what the real one raises, and no time passes."""
    assert raised(time.sleep, seconds) is raised(REAL[0], seconds)
    assert passed(bedrock_jobs) == datetime.timedelta()


@VIRTUAL
def test_the_signatures_of_virtual_sleeps_are_the_real_ones():
    """No keyword, one argument; asyncio's has delay and result."""
    assert raised(time.sleep) is raised(time.sleep, 1, 2) is raised(time.sleep, seconds=1) is TypeError
    assert asyncio.run(asyncio.sleep(delay=1, result="x")) == "x"


@VIRTUAL
@pytest.mark.parametrize("delay", ["60", None])
def test_wrong_values_of_asyncio_sleep_are_wrong_as_ever(bedrock_jobs, delay):
    """asyncio.sleep raises what the real one raises, and no time passes."""
    assert raised(asyncio.run, asyncio.sleep(delay)) is TypeError
    assert passed(bedrock_jobs) == datetime.timedelta()


@VIRTUAL
def test_sleeping_zero_takes_no_time(bedrock_jobs):
    """And returns what the real one does: nothing."""
    assert time.sleep(0) is None
    assert time.sleep(True) is None
    assert passed(bedrock_jobs) == datetime.timedelta(seconds=1)


# On and off


def test_virtual_time_is_off_by_default(bedrock_jobs):
    """Without the option the functions are the real ones."""
    assert (time.sleep, asyncio.sleep, sleep, nap) == (*REAL, REAL[0], REAL[0])
    assert bedrock_jobs.client().list_model_import_jobs()


def snapshot():
    """Every module's names for the function."""
    return {
        (module_name, name)
        for module_name, module in list(sys.modules.items())
        for name, value in list(getattr(module, "__dict__", {}).items())
        if value is REAL[0]
    }


def test_what_virtual_time_replaced_is_restored_exactly():
    """Each name that was the real function is so again, also after an exception."""

    @mock_bedrock_jobs(virtual_time=True)
    def failing():
        assert not names & snapshot()
        assert nap is sleep is time.sleep
        raise LookupError

    before = snapshot()
    names = {(__name__, "sleep"), (__name__, "nap"), ("time", "sleep")}
    assert names <= before
    with pytest.raises(LookupError):
        failing()
    assert snapshot() == before


def test_modules_imported_during_a_mock_are_restored(tmp_path, monkeypatch):
    """A module that took the virtual functions at its import has the real ones after."""
    (tmp_path / "imported_meanwhile.py").write_text(
        "import asyncio, time\nfrom asyncio import sleep as doze\nfrom time import sleep, sleep as nap\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    with mock_bedrock_jobs(virtual_time=True) as jobs:
        module = importlib.import_module("imported_meanwhile")
        module.sleep(60)
        module.nap(60)
        assert passed(jobs) == 2 * MINUTE
    monkeypatch.delitem(sys.modules, "imported_meanwhile")
    assert (module.sleep, module.nap, module.doze) == (REAL[0], REAL[0], REAL[1])


def test_nested_mocks_have_their_own_time():
    """The innermost clock moves; after it the outer one does, and at last none."""
    with mock_bedrock_jobs(virtual_time=True) as outer:
        with mock_bedrock_jobs(virtual_time=True) as inner:
            time.sleep(60)
        time.sleep(600)
        assert (passed(inner), passed(outer)) == (MINUTE, 10 * MINUTE)
    assert time.sleep is REAL[0]


def test_a_sleep_that_somebody_kept_really_sleeps_after_the_mock(really_slept):
    """As one that a monkeypatch puts back later: it does nothing to a mock that has ended."""
    with mock_bedrock_jobs(virtual_time=True) as jobs:
        kept = time.sleep
    kept(0.5)
    assert really_slept == [("MainThread", 0.5)]
    jobs.clock.advance(60)
    kept(0.25)
    assert really_slept[1:] == [("MainThread", 0.25)]
    assert passed(jobs) == MINUTE


def test_a_name_that_was_patched_during_a_mock_is_left_alone(monkeypatch):
    """Only the virtual functions are taken away."""
    with monkeypatch.context() as patch:
        with mock_bedrock_jobs(virtual_time=True):
            patch.setattr(sys.modules[__name__], "nap", print)
        assert nap is print
    monkeypatch.setattr(sys.modules[__name__], "nap", REAL[0])


@pytest.mark.parametrize("wrong", [1, None, "yes"])
def test_the_option_virtual_time_is_true_or_false(wrong):
    """Anything else is a UsageError."""
    with pytest.raises(UsageError, match="virtual_time is True or False"):
        mock_bedrock_jobs(virtual_time=wrong)


def test_the_decorator_takes_the_option_virtual_time():
    """Also of a coroutine function, on whose loop the time is virtual."""

    @mock_bedrock_jobs(virtual_time=True, progress="time")
    async def decorated(bedrock_jobs):
        client = bedrock_jobs.client()
        return await poll_async(client, start_import(client))

    assert asyncio.run(decorated()) == 16
    assert asyncio.sleep is REAL[1]


@VIRTUAL
def test_jobs_that_end_by_polls_end_so_in_virtual_time(bedrock_jobs, client):
    """The two options are independent: two polls, one minute."""
    assert poll(client, start_import(client), time.sleep) == 2
    assert passed(bedrock_jobs) == MINUTE


@pytest.mark.parametrize("clock_of_the_code", ["time", "monotonic"])
@pytest.mark.bedrock_jobs(virtual_time=True, progress="manual")
def test_a_deadline_of_the_code_comes_in_time(bedrock_jobs, client, clock_of_the_code):
    """A loop that gives up after two hours of time.time or time.monotonic does so, for a job that never ends."""
    arn = bedrock_jobs.add_import_job().arn
    with pytest.raises(TimeoutError, match="120"):
        poll_until(client, arn, lambda: getattr(time, clock_of_the_code)(), 7200)


@pytest.mark.parametrize("clock_of_the_code", [time.time, time.monotonic], ids=lambda clock: clock.__name__)
@pytest.mark.parametrize(("step", "number"), [(0.1, 6000), (0.3, 2000), (0.7, 100), (1.1, 100)])
@pytest.mark.bedrock_jobs(virtual_time=True)
def test_short_sleeps_add_up(bedrock_jobs, clock_of_the_code, step, number):
    """No part of a second is lost, whatever a float makes of it."""
    read, sleeps = getattr(time, clock_of_the_code.__name__), 0
    deadline = read() + round(step * number)
    while read() < deadline:
        time.sleep(step)
        sleeps += 1
    assert sleeps == number


@pytest.mark.parametrize("clock_of_the_code", [time.time, time.monotonic], ids=lambda clock: clock.__name__)
@pytest.mark.parametrize("pause", [time.sleep, threading.Event().wait], ids=["sleep", "wait"])
@pytest.mark.parametrize("seconds", [0.05, 1.1, 1 / 3, 1e-9])
@VIRTUAL
def test_a_loop_that_sleeps_for_what_remains_ends(bedrock_jobs, clock_of_the_code, pause, seconds):
    """Nanoseconds may remain of a deadline that floats cannot hold; sleeping for them is not sleeping for nothing."""
    read, pause = getattr(time, clock_of_the_code.__name__), getattr(time, pause.__name__, pause)
    deadline, sleeps = read() + seconds, 0
    while (remains := deadline - read()) > 0:
        assert sleeps < 3
        pause(remains)
        sleeps += 1


@pytest.mark.bedrock_jobs(virtual_time=True)
def test_threads_of_before_the_mock_read_the_real_clock(bedrock_jobs, outside):
    """A thread that was there before the mock reads the real clock."""
    time.sleep(3600)
    assert time.monotonic() - outside(lambda: time.monotonic()) > 3500


@pytest.mark.bedrock_jobs(virtual_time=True)
def test_a_thread_started_during_a_mock_takes_part_from_its_start(bedrock_jobs, really_slept):
    """Before it has called the mock, if a thread that takes part has started it."""
    in_threads(lambda: time.sleep(3600))
    assert passed(bedrock_jobs) == 60 * MINUTE
    assert really_slept == []


def test_the_clocks_are_restored_after_a_mock():
    """After the mock time.time is what it was, and time.monotonic too, unless it would go back."""
    before = (time.time, time.time_ns)
    with mock_bedrock_jobs(virtual_time=True):
        assert "gate" in repr(time.monotonic.__code__)
    assert (time.time, time.time_ns) == before


def test_monotonic_time_never_goes_back():
    """Code that outlives a mock, such as a rate limiter, keeps the time that it has seen; it goes on from there."""
    times = [time.monotonic()]
    for _ in range(2):
        with mock_bedrock_jobs(virtual_time=True):
            times.append(time.monotonic())
            time.sleep(1800)
            times.append(time.monotonic())
            with mock_bedrock_jobs():
                times.append(time.monotonic())
            times.append(time.monotonic())
        times.append(time.monotonic())
    assert times == sorted(times)
    assert 3600 <= times[-1] - times[0] < 3660
