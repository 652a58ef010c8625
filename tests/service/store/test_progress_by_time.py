"""Progress by time: a job ends when its time on the mock's clock has come."""

from __future__ import annotations

import datetime

import pytest
from frozen_time import START, frozen_time
from lives import import_status, start_import

MINUTE = datetime.timedelta(minutes=1)
FOREVER = datetime.timedelta(days=365)


@pytest.mark.parametrize(("option", "duration"), [("time", 15 * MINUTE), (45 * MINUTE, 45 * MINUTE)])
def test_by_time_a_job_ends_when_its_time_has_come(bedrock_jobs, started, option, duration):
    """However often it is polled: not a moment before, and then at once."""
    bedrock_jobs.progress = option
    _, status = started()
    bedrock_jobs.clock.advance(duration - MINUTE)
    assert [status() for _ in range(4)] == ["InProgress"] * 4
    bedrock_jobs.clock.advance(MINUTE)
    assert status() == "Completed"


def test_by_time_the_end_is_when_it_was_due(bedrock_jobs, client):
    """A job that was not polled for hours ended after its 15 minutes."""
    bedrock_jobs.progress = "time"
    arn = start_import(client)
    bedrock_jobs.clock.advance(5 * 60 * MINUTE)
    job = client.get_model_import_job(jobIdentifier=arn)
    assert job["endTime"] - job["creationTime"] == 15 * MINUTE
    assert job["lastModifiedTime"] <= job["endTime"]


def test_jobs_end_in_their_order(bedrock_jobs, client):
    """Each has its own time; records, lists and models see who is due without a Get."""
    bedrock_jobs.progress = 10 * MINUTE
    for name in ("a", "b", "c"):
        start_import(client, importedModelName=name)
        bedrock_jobs.clock.advance(4 * MINUTE)
    assert [job.status for job in bedrock_jobs.import_jobs] == ["Completed", "InProgress", "InProgress"]
    bedrock_jobs.clock.advance(4 * MINUTE)
    assert [model.name for model in bedrock_jobs.imported_models] == ["a", "b"]
    bedrock_jobs.clock.advance(4 * MINUTE)
    rows = client.list_imported_models(sortOrder="Ascending")["modelSummaries"]
    assert [row["modelName"] for row in rows] == ["a", "b", "c"]


def test_a_duration_of_zero_ends_at_once(bedrock_jobs, started):
    """The first poll finds it Completed."""
    bedrock_jobs.progress = datetime.timedelta()
    _, status = started()
    assert status() == "Completed"


@pytest.mark.parametrize("number", [1, 2])
def test_a_job_that_starts_after_the_clock_is_set_back_is_due_first(bedrock_jobs, client, number):
    """The job that starts then is due first, however many others wait."""
    bedrock_jobs.progress = 10 * MINUTE
    with frozen_time() as real:
        real.now = START + 60 * MINUTE
        later = [start_import(client) for _ in range(number)]
        real.now = START
        first = start_import(client)
        real.now = START + 10 * MINUTE
        assert import_status(client, first) == "Completed"
        assert {import_status(client, arn) for arn in later} == {"InProgress"}
