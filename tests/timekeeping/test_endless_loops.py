"""Loops that never end: found out, and ended."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import queue
import sys
import threading
import time

import pytest
from lives import import_status, start_copy, start_import

from pytest_bedrock_jobs import UsageError, mock_bedrock_jobs
from pytest_bedrock_jobs.service.clock import endless_loops
from pytest_bedrock_jobs.service.clock.endless_loops import EndlessLoopExit
from pytest_bedrock_jobs.timekeeping import gates

MINUTE = datetime.timedelta(minutes=1)
VIRTUAL = pytest.mark.bedrock_jobs(virtual_time=True, max_polls_after_end=20)


def wait_for_complete(client, arn):
    """What real programs wait for: a status that does not exist."""
    while import_status(client, arn) != "Complete":
        time.sleep(60)


@VIRTUAL
def test_a_loop_that_waits_for_a_status_that_does_not_exist_is_an_error(bedrock_jobs, client):
    """The error names the job, its last status, how often it was polled since, and the statuses there are."""
    arn = start_import(client)
    told = f"{arn} is Completed, and was polled 21 times since.*InProgress, Completed and Failed.*max_polls_after_end"
    with pytest.raises(UsageError, match=told):
        wait_for_complete(client, arn)
    assert len(bedrock_jobs.calls) == 1 + 1 + 1 + 21
    start_import(client)  # only polls and sleeps are part of a loop
    bedrock_jobs.reset()


@pytest.mark.bedrock_jobs(virtual_time=True)
def test_a_thousand_polls_of_an_ended_job_are_no_endless_loop_by_default(bedrock_jobs, client):
    """A thousand polls of an ended job are no endless loop yet."""
    arn = bedrock_jobs.add_import_job(status="Completed").arn
    for _ in range(1001):
        import_status(client, arn)
        time.sleep(1)
    with pytest.raises(UsageError, match="a loop never ends"):
        wait_for_complete(client, arn)
    bedrock_jobs.reset()


@VIRTUAL
def test_polls_by_list_may_be_an_endless_loop(bedrock_jobs, client):
    """Of import jobs, and of copies."""
    start_copy(client, bedrock_jobs.add_custom_model(region="eu-west-1"))

    def wait():
        while client.list_model_copy_jobs()["modelCopyJobSummaries"][0]["status"] != "Complete":
            time.sleep(60)

    with pytest.raises(UsageError, match=r"model-copy-job/.* is Completed, and was polled 21 times"):
        wait()
    bedrock_jobs.reset()
    import_status(client, start_import(client))


@VIRTUAL
@pytest.mark.parametrize(
    ("add", "get", "statuses"),
    [
        pytest.param(
            "add_custom_model",
            "get_custom_model",
            "Active, Creating and Failed",
            marks=pytest.mark.needs("GetCustomModel.modelStatus"),
        ),
        pytest.param(
            "add_custom_model_deployment",
            "get_custom_model_deployment",
            "Active, Creating and Failed",
            marks=pytest.mark.needs("GetCustomModelDeployment"),
        ),
        ("add_customization_job", "get_model_customization_job", "InProgress, Completed, Failed, Stopping and Stopped"),
        ("add_provisioned_throughput", "get_provisioned_model_throughput", "Creating, InService and Failed"),
    ],
)
def test_the_error_of_an_endless_loop_names_what_is_polled(bedrock_jobs, client, add, get, statuses):
    """Not the model that it serves, or the job that made it; with its own statuses."""
    arn = getattr(bedrock_jobs, add)().arn
    [identifier] = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[get]).input_shape.members

    def wait():
        while True:
            getattr(client, get)(**{identifier: arn})
            time.sleep(60)

    with pytest.raises(UsageError, match=rf"{arn} is \w+, and was polled 21 times .* Its statuses are {statuses}:"):
        wait()
    bedrock_jobs.reset()


@VIRTUAL
@pytest.mark.parametrize("between", ["nothing", "advance"])
def test_only_virtual_sleeps_make_polls_an_endless_loop(bedrock_jobs, client, between):
    """Polls without sleeping, as a benchmark's, and the test's own advance do not."""
    arn = bedrock_jobs.add_import_job(status="Completed").arn
    time.sleep(1)
    for _ in range(100):
        import_status(client, arn)
        if between == "advance":
            bedrock_jobs.clock.advance(datetime.timedelta(days=1))


@VIRTUAL
@pytest.mark.parametrize("poll", ["get", "list"])
def test_a_loop_that_does_not_sleep_is_an_error(bedrock_jobs, client, poll):
    """The clock stands still for it, so a job that takes its time never ends."""
    bedrock_jobs.progress = "time"
    arn, polls = start_import(client), 0
    seen = {"get": lambda: import_status(client, arn), "list": lambda: client.list_model_import_jobs() and "InProgress"}
    told = f"{arn} is InProgress, and was polled 201 times while the clock stood still.*only by what is slept or waited"

    def wait():
        nonlocal polls
        while seen[poll]() == "InProgress":
            polls += 1

    with pytest.raises(UsageError, match=told):
        wait()
    assert polls == 201
    bedrock_jobs.reset()


@VIRTUAL
def test_a_loop_that_sleeps_really_is_an_error(bedrock_jobs, client, monkeypatch):
    """A sleep that a default holds does not move the clock: a minute of real time and eleven polls are enough."""
    monkeypatch.setattr(endless_loops, "_REALLY", (10, 0.0))
    bedrock_jobs.progress = "time"
    arn, slept = start_import(client), []

    def wait(sleep=slept.append):
        while import_status(client, arn) == "InProgress":
            sleep(60)

    with pytest.raises(UsageError, match=f"{arn} is InProgress, and was polled 11 times.*a default .* sleeps really"):
        wait()
    assert len(slept) == 11
    bedrock_jobs.reset()


@VIRTUAL
def test_a_poll_that_shows_something_else_begins_the_count_anew(bedrock_jobs, client):
    """So does one after a time: many polls in a test are no loop."""
    bedrock_jobs.progress = "60 polls"
    arns = [start_import(client) for _ in range(5)]
    for arn in arns:
        while import_status(client, arn) == "InProgress":
            pass
    for _ in range(3):
        for _ in range(150):
            import_status(client, arns[0])
        bedrock_jobs.clock.advance(1)


def test_without_virtual_time_polls_without_a_pause_are_no_endless_loop():
    """The clock does not stand still then. Nor are they one where the bound is lifted."""
    for options in ({"max_polls_after_end": 1}, {"virtual_time": True, "max_polls_after_end": None}):
        with mock_bedrock_jobs(progress="time", **options) as jobs:
            arn = start_import(jobs.client())
            for _ in range(50):
                import_status(jobs.client(), arn)


READS = [time.time, time.time_ns, time.monotonic, time.monotonic_ns]


@pytest.mark.parametrize(
    ("name", "traveller"),
    [*((read.__name__, None) for read in READS), ("time", "time-machine"), ("now", "time-machine")],
)
def test_a_loop_that_only_reads_the_time_is_an_error(monkeypatch, name, traveller):
    """The time of day too, whoever shows it."""
    if traveller is None:
        monkeypatch.setitem(sys.modules, "time_machine", None)
    monkeypatch.setattr(gates, "_MOST_READS", 1000)

    @mock_bedrock_jobs(virtual_time=True)
    def wait():
        def now():
            return datetime.datetime.now().timestamp() if name == "now" else getattr(time, name)()

        for _ in range(2):
            time.sleep(1)
            for _ in range(999):
                now()
        deadline = now() + 1
        while now() < deadline:
            pass

    with pytest.raises(UsageError, match=r"the time was read 1001 times while the clock stood still.*or switch"):
        wait()


@VIRTUAL
def test_an_ended_job_may_be_polled_while_another_runs(bedrock_jobs, client):
    """A program that waits for all of its jobs."""
    bedrock_jobs.progress = datetime.timedelta(hours=2)
    done, running = bedrock_jobs.add_import_job(status="Completed").arn, start_import(client)
    polls = 0
    while {import_status(client, arn) for arn in (done, running)} != {"Completed"}:
        time.sleep(60)
        polls += 1
    assert polls == 120


@pytest.mark.bedrock_jobs(virtual_time=True, progress="manual", max_virtual_time=datetime.timedelta(hours=1))
def test_a_clock_that_sleeps_have_moved_too_far_is_an_error(bedrock_jobs, client):
    """A job that never ends; the error names it and says so."""
    arn = start_import(client)
    bedrock_jobs.clock.advance(datetime.timedelta(days=365))
    with pytest.raises(UsageError, match=rf"moved the clock by 1:01:00. Still running: {arn}, which only complete\(\)"):
        wait_for_complete(client, arn)
    bedrock_jobs.reset()


@pytest.mark.bedrock_jobs(virtual_time=True, progress=datetime.timedelta(days=30))
def test_a_long_job_moves_the_bound(client):
    """Sleeping for the month that a job takes is no endless loop."""
    arn = start_import(client)
    while import_status(client, arn) == "InProgress":
        time.sleep(86400)


@pytest.mark.bedrock_jobs(virtual_time=True, progress="manual", max_polls_after_end=None, max_virtual_time=None)
def test_the_bounds_can_be_lifted(bedrock_jobs, client):
    """None is as often, and as far, as it likes."""
    arn = bedrock_jobs.add_import_job(status="Completed").arn
    for _ in range(1100):
        import_status(client, arn)
        time.sleep(3600)


@VIRTUAL
def test_the_error_of_an_endless_loop_ends_what_catches_every_exception(bedrock_jobs, client):
    """Except Exception: continue ends too."""
    arn, errors = start_import(client), []

    def catch_everything():
        while True:
            try:
                wait_for_complete(client, arn)
            except Exception as error:
                errors.append(error)
                continue

    with pytest.raises(EndlessLoopExit, match="a loop never ends"):
        catch_everything()
    assert len(errors) == 100
    assert {type(error) for error in errors} == {UsageError}
    with pytest.raises(EndlessLoopExit):
        time.sleep(1)
    bedrock_jobs.reset()
    time.sleep(1)


@pytest.mark.bedrock_jobs(virtual_time=True, max_virtual_time=MINUTE)
def test_a_thread_that_is_woken_after_an_endless_loop_goes_on(bedrock_jobs):
    """A thread that waits for work gets it, and ends."""
    work, done = queue.Queue(), []
    thread = threading.Thread(target=lambda: done.append(work.get()))
    thread.start()
    with pytest.raises(UsageError, match="a loop never ends"):
        time.sleep(100)
    work.put("work")
    thread.join()
    assert done == ["work"]
    bedrock_jobs.reset()


def test_a_swallowed_error_of_an_endless_loop_fails_the_test():
    """Whoever catches it once, and goes on, has it at the end."""

    @mock_bedrock_jobs(virtual_time=True, max_virtual_time=MINUTE)
    def swallow():
        with contextlib.suppress(UsageError):
            time.sleep(100)

    with pytest.raises(UsageError, match="a loop never ends"):
        swallow()


@VIRTUAL
def test_an_endless_loop_of_asyncio_is_an_error(bedrock_jobs, client):
    """The task that polls has the error, and so has one that only sleeps."""

    async def wait():
        while import_status(client, arn) != "Complete":
            await asyncio.sleep(60)

    async def sleep():
        while True:
            await asyncio.sleep(86400)

    arn = start_import(client)
    with pytest.raises(UsageError, match="was polled 21 times"):
        asyncio.run(wait())
    bedrock_jobs.reset()
    with pytest.raises(UsageError, match="moved the clock"):
        asyncio.run(sleep())
    bedrock_jobs.reset()


@VIRTUAL
def test_an_endless_loop_of_asyncio_s_timers_is_an_error(bedrock_jobs):
    """``asyncio.timeout`` sets them by ``call_at``."""

    async def wait():
        loop = asyncio.get_running_loop()
        for _ in range(10):
            timer = loop.create_future()
            loop.call_at(loop.time() + 86400, timer.set_result, None)
            await timer

    with pytest.raises(UsageError, match="virtual sleeps have moved the clock by 3 days"):
        asyncio.run(wait())
    bedrock_jobs.reset()


@pytest.mark.parametrize(
    ("option", "wrong"),
    [
        ("max_polls_after_end", -1),
        ("max_polls_after_end", 1.5),
        ("max_polls_after_end", True),
        ("max_virtual_time", 60),
        ("max_virtual_time", -MINUTE),
        ("max_virtual_time", datetime.timedelta.max),
    ],
)
def test_wrong_bounds_of_endless_loops_are_refused(option, wrong):
    """Where they are written."""
    with pytest.raises(UsageError, match=f"{option} is a "):
        mock_bedrock_jobs(**{option: wrong})
