"""freezegun and time-machine in virtual time: whoever decides what time it is, is moved."""

from __future__ import annotations

import asyncio
import datetime
import sys
import threading
import time

import freezegun
import pytest
import time_machine
from importing import found_during_import
from lives import poll_until, start_import

from pytest_bedrock_jobs import UsageError, mock_bedrock_jobs
from pytest_bedrock_jobs.mock import service_of
from pytest_bedrock_jobs.report import report
from pytest_bedrock_jobs.service.clock import time_travel

MINUTE = datetime.timedelta(minutes=1)
UTC = datetime.timezone.utc
NOON = datetime.datetime(2031, 5, 4, 12, tzinfo=UTC)
BY_TIME = pytest.mark.bedrock_jobs(virtual_time=True, progress=45 * MINUTE)


@BY_TIME
@pytest.mark.parametrize("name", ["time", "monotonic"])
@freezegun.freeze_time(NOON)
def test_a_time_that_freezegun_s_decorator_froze_moves_by_what_is_slept(bedrock_jobs, client, name):
    """The frozen time moves by what is slept, so a deadline comes; all times are exact."""
    arn = start_import(client)
    assert poll_until(client, arn, lambda: getattr(time, name)(), 7200) == 46
    job = client.get_model_import_job(jobIdentifier=arn)
    assert (job["creationTime"], job["endTime"]) == (NOON, NOON + 45 * MINUTE)
    assert datetime.datetime.now(UTC) == bedrock_jobs.clock.now() == NOON + 45 * MINUTE
    bedrock_jobs.clock.advance(60)
    assert datetime.datetime.now(UTC) == bedrock_jobs.clock.now() == NOON + 46 * MINUTE
    bedrock_jobs.progress = "manual"
    with pytest.raises(TimeoutError, match="120"):
        poll_until(client, start_import(client), lambda: getattr(time, name)(), 7200)


@BY_TIME
@pytest.mark.parametrize("library", ["freezegun", "time-machine"])
def test_a_time_that_is_frozen_within_the_test_moves_by_what_is_slept(bedrock_jobs, client, library):
    """It moves while it is frozen, and virtual time goes on after."""
    time.sleep(60)
    freeze = freezegun.freeze_time(NOON) if library == "freezegun" else time_machine.travel(NOON, tick=False)
    with freeze:
        assert bedrock_jobs.clock.now() == NOON
        time.sleep(60)
        assert bedrock_jobs.clock.now() == datetime.datetime.now(UTC) == NOON + MINUTE
    before = time.time()
    time.sleep(60)
    assert 60 <= time.time() - before < 90
    assert bedrock_jobs.clock.added == 3 * MINUTE


@pytest.mark.parametrize("library", ["freezegun", "time-machine"])
def test_a_mock_that_begins_while_the_time_is_frozen_follows_it(library):
    """Who has frozen it still decides."""
    freeze = freezegun.freeze_time(NOON) if library == "freezegun" else time_machine.travel(NOON, tick=False)
    with freeze as frozen, mock_bedrock_jobs(virtual_time=True) as jobs:
        frozen.move_to(NOON + 60 * MINUTE)
        assert datetime.datetime.now(UTC) == jobs.clock.now() == NOON + 60 * MINUTE


def test_functions_that_were_replaced_before_freezegun_came_read_its_time():
    """A module that holds a gate of ours reads the frozen time through it."""
    with mock_bedrock_jobs(virtual_time=True) as jobs:
        kept = time.sleep, time.monotonic
        with freezegun.freeze_time(NOON):
            assert kept[1]() == time.monotonic()
            kept[0](60)
            assert kept[1]() == time.monotonic()
            assert time.time() == (NOON + MINUTE).timestamp()
    assert jobs.clock.added == MINUTE


@pytest.mark.bedrock_jobs(virtual_time=True)
def test_time_machine_moves_datetime_now(bedrock_jobs):
    """Names made of it in whole seconds differ after each virtual sleep."""
    before = datetime.datetime.now(UTC)
    names = {datetime.datetime.now(UTC).strftime("%Y%m%d-%H%M%S")}
    for _ in range(5):
        time.sleep(60)
        names.add(datetime.datetime.now(UTC).strftime("%Y%m%d-%H%M%S"))
    assert len(names) == 6
    assert 5 * MINUTE <= datetime.datetime.now(UTC) - before < 6 * MINUTE
    assert abs(bedrock_jobs.clock.now() - datetime.datetime.now(UTC)) < MINUTE
    assert abs(time.time() - datetime.datetime.now(UTC).timestamp()) < 60
    bedrock_jobs.client().list_model_import_jobs()
    assert "datetime.now" not in report(service_of(bedrock_jobs))


def test_after_the_mock_datetime_now_is_real():
    """In whichever order it and another traveller end."""
    real = datetime.datetime.now(UTC)
    mock, travel = mock_bedrock_jobs(virtual_time=True), time_machine.travel(NOON, tick=False)
    mock.__enter__()
    travel.start()
    time.sleep(3600)
    mock.__exit__(None, None, None)
    assert datetime.datetime.now(UTC) == NOON + 60 * MINUTE
    travel.stop()
    assert datetime.datetime.now(UTC) - real < MINUTE


def test_without_time_machine_the_mock_s_clock_moves_alone(monkeypatch):
    """datetime.now stays real then, and the report of a failed test says so."""
    monkeypatch.setitem(sys.modules, "time_machine", None)
    real = datetime.datetime.now(UTC)
    with mock_bedrock_jobs(virtual_time=True) as jobs:
        time.sleep(3600)
        assert datetime.datetime.now(UTC) - real < MINUTE
        assert jobs.clock.now() - real >= 60 * MINUTE
        assert report(service_of(jobs)) == ""
        jobs.client().list_model_import_jobs()
        assert "datetime.now has not moved with virtual time" in report(service_of(jobs))


def test_without_time_machine_freezegun_moves_datetime_now(monkeypatch):
    """So the report does not say that it has not moved."""
    monkeypatch.setitem(sys.modules, "time_machine", None)
    with freezegun.freeze_time(NOON), mock_bedrock_jobs(virtual_time=True) as jobs:
        time.sleep(3600)
        assert datetime.datetime.now(UTC) == NOON + 60 * MINUTE
        jobs.client().list_model_import_jobs()
        assert "datetime.now" not in report(service_of(jobs))


def test_advancing_by_nothing_moves_no_clock(monkeypatch):
    """``advance(0)`` is nothing that datetime.now could have missed."""
    monkeypatch.setitem(sys.modules, "time_machine", None)
    with mock_bedrock_jobs(virtual_time=True) as jobs:
        jobs.clock.advance(0)
        jobs.client().list_model_import_jobs()
        assert "datetime.now" not in report(service_of(jobs))


@pytest.mark.parametrize("library", ["time-machine", "none"])
def test_without_sleeping_all_clocks_stand_still(monkeypatch, library):
    """What is created now is not from before now, nor from later."""
    if library == "none":
        monkeypatch.setitem(sys.modules, "time_machine", None)
    with mock_bedrock_jobs(virtual_time=True, progress="manual") as jobs:
        before = time.time(), time.time_ns(), time.monotonic(), jobs.clock.now()
        job = jobs.client().get_model_import_job(jobIdentifier=start_import(jobs.client()))
        assert job["creationTime"] == before[3] == datetime.datetime.fromtimestamp(before[0], UTC)
        assert before[3] == datetime.datetime.fromtimestamp(before[1] / 10**9, UTC)
        assert (time.time(), time.time_ns(), time.monotonic(), jobs.clock.now()) == before
        if library == "time-machine":
            assert datetime.datetime.now(UTC) == before[3]


def test_an_old_time_machine_is_refused(monkeypatch):
    """It would take over functions that virtual time has replaced, and the process would crash."""
    monkeypatch.delattr(time_machine, "traveller_stack")
    with pytest.raises(UsageError, match=r"needs time-machine 3 or newer.*pytest-bedrock-jobs\[time\]"):
        mock_bedrock_jobs(virtual_time=True).start()


def test_a_time_machine_that_another_thread_is_importing_is_waited_for(monkeypatch, tmp_path):
    """It is no old one."""
    line = "traveller_stack = []"
    found = found_during_import(monkeypatch, tmp_path, "time_machine", line, time_travel.time_machine)
    assert found.traveller_stack == []


def poll_by_datetime(client, arn, read):
    """A loop whose deadline is a datetime."""
    deadline = read() + datetime.timedelta(hours=1)
    polls = 0
    while datetime.datetime.now() < deadline:
        polls += 1
        if client.get_model_import_job(jobIdentifier=arn)["status"] != "InProgress" or polls == 61:
            break
        time.sleep(60)
    return polls


@BY_TIME
def test_a_deadline_by_datetime_comes(bedrock_jobs, client):
    """With time-machine: also by utcnow, and by date.today."""
    bedrock_jobs.progress = "manual"
    today = datetime.date.today()
    assert poll_by_datetime(client, start_import(client), datetime.datetime.now) == 60
    time.sleep(86400)
    assert datetime.date.today() > today


def test_without_time_machine_a_loop_that_reads_datetime_now_is_warned_as_it_turns(monkeypatch):
    """Not only after 61 polls, or two days."""
    monkeypatch.setitem(sys.modules, "time_machine", None)
    with mock_bedrock_jobs(virtual_time=True, progress="manual") as jobs:
        client = jobs.client()
        arn = start_import(client)
        time.sleep(1)
        told = r"poll_by_datetime \(.*test_other_clocks.py:\d+\) .*bedrock-jobs\[time\]"
        with pytest.warns(UserWarning, match=told) as warned:
            poll_by_datetime(client, arn, datetime.datetime.now)
        assert f"{warned[0].filename}:{warned[0].lineno}) " in str(warned[0].message)
        assert len(jobs.calls_to("GetModelImportJob")) == 61


def test_without_time_machine_a_loop_that_waits_for_another_day_is_warned(monkeypatch):
    """It reads the date only."""
    monkeypatch.setitem(sys.modules, "time_machine", None)

    def wait_for_another_day():
        today = datetime.date.today()
        for _ in range(24):
            if datetime.date.today() == today:
                time.sleep(3600)

    with (
        mock_bedrock_jobs(virtual_time=True),
        pytest.warns(UserWarning, match="wait_for_another_day .* reads datetime"),
    ):
        wait_for_another_day()


def test_without_time_machine_a_loop_that_reads_the_mock_s_clock_is_not_warned(monkeypatch):
    """That clock moves."""
    monkeypatch.setitem(sys.modules, "time_machine", None)
    with mock_bedrock_jobs(virtual_time=True) as jobs:
        deadline = jobs.clock.now() + 3 * MINUTE
        while jobs.clock.now() < deadline:
            time.sleep(60)


@pytest.mark.filterwarnings("error")
def test_code_that_does_not_read_datetime_now_is_not_warned(monkeypatch):
    """Nor code under freezegun, which moves it; nor twice."""
    monkeypatch.setitem(sys.modules, "time_machine", None)
    with mock_bedrock_jobs(virtual_time=True):
        sleep_without_datetime()
        with freezegun.freeze_time(NOON):
            asyncio.run(sleep_by_datetime())


def sleep_without_datetime():
    """A loop that reads no time."""
    for _ in range(3):
        time.sleep(1)


async def sleep_by_datetime():
    """An event loop's code."""
    for _ in range(3):
        datetime.datetime.now(UTC)
        await asyncio.sleep(1)


def test_without_time_machine_an_event_loop_is_warned_where_it_sleeps(monkeypatch):
    """At the line that sleeps."""
    monkeypatch.setitem(sys.modules, "time_machine", None)
    with (
        mock_bedrock_jobs(virtual_time=True),
        pytest.warns(UserWarning, match="sleep_by_datetime .* reads datetime") as warned,
    ):
        asyncio.run(sleep_by_datetime())
    assert len(warned) == 1


@BY_TIME
def test_threads_that_take_no_part_have_real_time_everywhere(bedrock_jobs, outside):
    """Their event loops too, and the time of day, unless time-machine shows it to all."""
    time.sleep(3600)
    assert time.monotonic() - outside(lambda: asyncio.run(loop_time())) > 3500
    assert outside(lambda: datetime.datetime.now()) == datetime.datetime.now()
    assert asyncio.run(loop_time()) >= time.monotonic()


async def loop_time():
    """What an event loop takes for the time."""
    return asyncio.get_running_loop().time()


def test_without_time_machine_threads_that_take_no_part_have_the_real_time_of_day(monkeypatch, outside):
    """While those that do have the mock's, also where nothing but the standard library runs."""
    monkeypatch.setitem(sys.modules, "time_machine", None)
    with mock_bedrock_jobs(virtual_time=True) as jobs:
        thread = threading.Thread(target=time.sleep, args=[3600])
        thread.start()
        thread.join()
        assert time.time() == jobs.clock.now().timestamp()
        assert time.time() - outside(lambda: time.time()) > 3500


@pytest.mark.parametrize("library", ["time-machine", "none"])
def test_the_clock_of_an_inner_mock_begins_at_the_real_time(monkeypatch, library):
    """However far the outer one is ahead."""
    if library == "none":
        monkeypatch.setitem(sys.modules, "time_machine", None)
    real = datetime.datetime.now(UTC)
    with mock_bedrock_jobs(virtual_time=True):
        time.sleep(3600)
        with mock_bedrock_jobs(virtual_time=True) as inner:
            assert inner.clock.now() - real < MINUTE
            assert time.time() == inner.clock.now().timestamp()


def test_an_outer_clock_that_is_advanced_within_an_inner_mock_moves_time_monotonic():
    """Its time passes for the process, too."""
    with mock_bedrock_jobs(virtual_time=True) as outer, mock_bedrock_jobs():
        before = time.monotonic()
        outer.clock.advance(3600)
        assert 3600 <= time.monotonic() - before < 3660
