"""The mock's clock: advance, freezegun and time-machine, and a clock that is set back."""

from __future__ import annotations

import datetime

import freezegun
import pytest
import time_machine
from lives import customization_parameters, import_status, start_copy, start_import, start_model

from pytest_bedrock_jobs import UsageError, faults

MINUTE = datetime.timedelta(minutes=1)
NOON = datetime.datetime(2031, 5, 4, 12, tzinfo=datetime.timezone.utc)


@pytest.fixture(params=["freezegun", "time-machine"])
def frozen(request):
    """Freezes the time by either library: a context manager whose target can be moved to another time."""

    def freeze(time):
        if request.param == "freezegun":
            return freezegun.freeze_time(time)
        return time_machine.travel(time, tick=False)

    return freeze


def test_now_is_real_time_in_utc_in_milliseconds(bedrock_jobs):
    """As precise as the service's timestamps."""
    before = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(milliseconds=1)
    now = bedrock_jobs.clock.now()
    assert before <= now <= datetime.datetime.now(datetime.timezone.utc)
    assert now.utcoffset() == datetime.timedelta()
    with freezegun.freeze_time("2031-05-04T12:00:00.123456Z"):
        assert bedrock_jobs.clock.now() == NOON + datetime.timedelta(milliseconds=123)
        assert repr(bedrock_jobs.clock) == "<Clock 2031-05-04 12:00:00.123000+00:00>"


@pytest.mark.parametrize("by", [90, 90.0, datetime.timedelta(seconds=90)])
def test_the_clock_is_advanced_by_seconds_or_a_timedelta(bedrock_jobs, by):
    """Each advance adds up."""
    with freezegun.freeze_time(NOON):
        for expected in (90, 180):
            bedrock_jobs.clock.advance(by)
            assert bedrock_jobs.clock.now() == NOON + datetime.timedelta(seconds=expected)
        bedrock_jobs.clock.advance(0)
        assert bedrock_jobs.clock.now() == NOON + datetime.timedelta(seconds=180)


@pytest.mark.parametrize("by", [-1, -0.001, datetime.timedelta(days=-1)])
def test_time_only_passes(bedrock_jobs, by):
    """A negative advance is refused and moves nothing."""
    with freezegun.freeze_time(NOON):
        with pytest.raises(UsageError, match="time only moves forward"):
            bedrock_jobs.clock.advance(by)
        assert bedrock_jobs.clock.now() == NOON


@pytest.mark.parametrize("by", ["5m", None, float("nan"), [60], 1j])
def test_what_is_no_time_is_refused(bedrock_jobs, by):
    """With what it was and what there is, and nothing moves."""
    with pytest.raises(UsageError, match=r"clock.advance takes a timedelta or a number of seconds, not .*See"):
        bedrock_jobs.clock.advance(by)
    assert bedrock_jobs.clock.added == datetime.timedelta()


@pytest.mark.parametrize("by", [datetime.timedelta.max, 1e300, float("inf"), datetime.timedelta(days=365 * 8000)])
def test_a_time_that_no_datetime_can_hold_is_refused(bedrock_jobs, client, by):
    """Where it is written, and not at every later call."""
    with pytest.raises(UsageError, match="is after the year 8999"):
        bedrock_jobs.clock.advance(by)
    start_import(client)
    assert bedrock_jobs.clock.added == datetime.timedelta()


def test_a_frozen_time_after_the_latest_one_stands(bedrock_jobs, client, frozen):
    """Calls that take no time are carried out, and no time passes."""
    with frozen(NOON.replace(year=9500)):
        client.list_model_import_jobs()
        bedrock_jobs.clock.advance(0)
        with pytest.raises(UsageError, match="is after the year 8999"):
            bedrock_jobs.clock.advance(1)


def test_the_longest_job_at_the_latest_time_still_ends(bedrock_jobs, client):
    """What is accepted never overflows later."""
    latest = datetime.datetime(9000, 1, 1, tzinfo=datetime.timezone.utc)
    bedrock_jobs.progress = datetime.timedelta(days=365_000)
    bedrock_jobs.clock.advance(latest - datetime.datetime.now(datetime.timezone.utc) - MINUTE)
    arn = start_import(client)
    assert import_status(client, arn) == "InProgress"
    with pytest.raises(UsageError, match="is after the year 8999"):
        bedrock_jobs.clock.advance(2 * MINUTE)


def test_a_frozen_time_is_exact(bedrock_jobs, client, frozen):
    """What was added before it was frozen does not count, and neither do botocore's delays between attempts."""
    bedrock_jobs.inject("ListModelImportJobs", faults.service_error("ThrottlingException"), times=2)
    client.list_model_import_jobs()
    assert bedrock_jobs.calls[-1].slept_seconds > 0
    bedrock_jobs.clock.advance(60)
    with frozen(NOON):
        bedrock_jobs.inject("CreateModelImportJob", faults.service_error("ThrottlingException"), times=2)
        arn = start_import(client)
        assert bedrock_jobs.calls[-1].slept_seconds > 0
        assert client.get_model_import_job(jobIdentifier=arn)["creationTime"] == NOON
        bedrock_jobs.clock.advance(60)
        assert bedrock_jobs.clock.now() == NOON + MINUTE
    assert bedrock_jobs.clock.added >= 2 * MINUTE
    assert bedrock_jobs.clock.now() - datetime.datetime.now(datetime.timezone.utc) > MINUTE


@pytest.mark.parametrize("library", ["freezegun", "time-machine"])
def test_a_time_that_passes_after_all_is_not_frozen(bedrock_jobs, client, library):
    """With tick=True botocore's delays count as ever."""
    travel = freezegun.freeze_time(NOON, tick=True) if library == "freezegun" else time_machine.travel(NOON, tick=True)
    bedrock_jobs.inject("ListModelImportJobs", faults.service_error("ThrottlingException"), times=2)
    with travel:
        before = bedrock_jobs.clock.now()
        client.list_model_import_jobs()
        waited = datetime.timedelta(seconds=bedrock_jobs.calls[-1].slept_seconds)
        assert bedrock_jobs.clock.now() - before >= waited - datetime.timedelta(milliseconds=1)


def test_each_mock_has_its_own_clock(bedrock_jobs):
    """What one test adds, another does not see."""
    from pytest_bedrock_jobs import mock_bedrock_jobs

    with freezegun.freeze_time(NOON):
        bedrock_jobs.clock.advance(60)
        with mock_bedrock_jobs() as inner:
            assert inner.clock.now() == NOON
        assert bedrock_jobs.clock.now() == NOON + MINUTE


def test_a_frozen_time_is_the_mock_s(bedrock_jobs, client, frozen):
    """Both libraries move the clock: jobs are created then, and end when the frozen time says so."""
    bedrock_jobs.progress = "time"
    with frozen(NOON) as frozen_time:
        arn = start_import(client)
        assert client.get_model_import_job(jobIdentifier=arn)["creationTime"] == NOON
        frozen_time.move_to(NOON + 14 * MINUTE)
        assert import_status(client, arn) == "InProgress"
        frozen_time.move_to(NOON + 15 * MINUTE)
        job = client.get_model_import_job(jobIdentifier=arn)
        assert (job["status"], job["endTime"]) == ("Completed", NOON + 15 * MINUTE)


def test_advance_goes_with_a_frozen_time(bedrock_jobs, client, frozen):
    """What a test adds comes on top of what the library says."""
    bedrock_jobs.progress = "time"
    with frozen(NOON) as frozen_time:
        arn = start_import(client)
        frozen_time.move_to(NOON + 5 * MINUTE)
        bedrock_jobs.clock.advance(9 * MINUTE)
        assert import_status(client, arn) == "InProgress"
        bedrock_jobs.clock.advance(MINUTE)
        assert import_status(client, arn) == "Completed"
        assert bedrock_jobs.clock.now() == NOON + 15 * MINUTE


def test_a_job_older_than_a_clock_set_back(bedrock_jobs, client, frozen):
    """Creation <= lastModified <= end holds though the present is before the creation."""
    bedrock_jobs.progress = "manual"
    with frozen(NOON) as frozen_time:
        arn = start_import(client)
        trained = client.create_model_customization_job(**customization_parameters())["jobArn"]
        frozen_time.move_to(NOON - 60 * MINUTE)
        for get, of in ((client.get_model_import_job, arn), (client.get_model_customization_job, trained)):
            job = get(jobIdentifier=of)
            assert job["creationTime"] == job["lastModifiedTime"] == NOON
            bedrock_jobs.complete(of)
            job = get(jobIdentifier=of)
            assert job["creationTime"] == job["lastModifiedTime"] == job["endTime"] == NOON


@pytest.mark.needs("CreateCustomModel")
def test_a_clock_set_back_ends_each_job_at_its_own_time(bedrock_jobs, client, frozen):
    """A job created earlier by the clock ends earlier, whichever was started first."""
    bedrock_jobs.progress = "time"
    with frozen(NOON) as frozen_time:
        late, copy = start_import(client), start_copy(client, bedrock_jobs.add_custom_model())
        frozen_time.move_to(NOON - 60 * MINUTE)
        early, model = start_import(client), start_model(client)
        frozen_time.move_to(NOON - 45 * MINUTE)
        assert [import_status(client, arn) for arn in (late, early)] == ["InProgress", "Completed"]
        assert bedrock_jobs.custom_models[-1].status == "Active"
        assert bedrock_jobs.copy_jobs[0].status == "InProgress"
        frozen_time.move_to(NOON + 15 * MINUTE)
        assert import_status(client, late) == "Completed"
        assert bedrock_jobs.copy_jobs[0].status == "Completed"
    assert {copy, model} == {bedrock_jobs.copy_jobs[0].arn, bedrock_jobs.custom_models[1].arn}


def test_a_clock_set_back_keeps_lists_in_order(bedrock_jobs, client, frozen):
    """Lists follow the time of creation, not the order of the calls, on one page and over several."""
    with frozen(NOON) as frozen_time:
        for name, minutes in (("c", 3), ("a", 1), ("d", 4), ("b", 2)):
            frozen_time.move_to(NOON + minutes * MINUTE)
            start_import(client, jobName=name)
        paginator = client.get_paginator("list_model_import_jobs")
        for size in (1, 3, 100):
            for order, expected in (("Ascending", "abcd"), ("Descending", "dcba")):
                pages = paginator.paginate(sortOrder=order, PaginationConfig={"PageSize": size})
                assert "".join(pages.search("modelImportJobSummaries[].jobName")) == expected
        client.get_model_import_job(jobIdentifier="a")


def test_what_was_made_before_a_clock_is_set_back_can_be_deleted(bedrock_jobs, client, frozen):
    """Of rows that were put in between, the right one goes."""
    with frozen(NOON) as frozen_time:
        for name, minutes in (("c", 3), ("a", 1), ("b", 2)):
            frozen_time.move_to(NOON + minutes * MINUTE)
            bedrock_jobs.add_imported_model(name)
        client.delete_imported_model(modelIdentifier="a")
        rows = client.list_imported_models()["modelSummaries"]
        assert [row["modelName"] for row in rows] == ["c", "b"]
