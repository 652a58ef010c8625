"""The option ``progress`` for every way to activate the mock, and its change during a test."""

from __future__ import annotations

import datetime
import itertools
from unittest import TestCase

import pytest
from lives import import_status, start_import

from pytest_bedrock_jobs import BedrockJobs, UsageError, mock_bedrock_jobs

MINUTE = datetime.timedelta(minutes=1)
FOREVER = datetime.timedelta(days=365)


OPTIONS = {"polls": "Completed", "manual": "InProgress", "time": "InProgress", datetime.timedelta(): "Completed"}


def outcome(jobs):
    """What a third poll finds."""
    arn = start_import(jobs.client())
    return [import_status(jobs.client(), arn) for _ in range(3)][-1]


@pytest.mark.parametrize(("option", "status"), OPTIONS.items())
def test_the_context_manager_and_the_decorator_take_the_progress(option, status):
    """The context manager, the decorator and async with take it."""
    with mock_bedrock_jobs(progress=option) as jobs:
        assert outcome(jobs) == status

    @mock_bedrock_jobs(progress=option)
    def decorated(bedrock_jobs):
        return outcome(bedrock_jobs)

    assert decorated() == status


@pytest.mark.bedrock_jobs(progress="manual")
def test_the_marker_brings_the_progress_to_the_fixture(bedrock_jobs):
    """The marker brings it to the fixture."""
    assert outcome(bedrock_jobs) == "InProgress"


@mock_bedrock_jobs(progress="manual")
class TestDecoratedClass:
    """A plain class of tests."""

    def test_the_decorator_of_a_class_brings_the_progress_to_its_fixtures(self, bedrock_jobs):
        """The decorator brings it to each test's fixture."""
        assert outcome(bedrock_jobs) == "InProgress"


@mock_bedrock_jobs(progress="manual")
class TestDecoratedTestCase(TestCase):
    """A unittest class."""

    def test_the_decorator_of_a_test_case_brings_the_progress_to_its_mock(self):
        """The decorator brings it to self.bedrock_jobs."""
        assert outcome(self.bedrock_jobs) == "InProgress"


def test_the_marker_s_help_names_every_option(pytester):
    """What pytest --markers prints is what the marker and mock_bedrock_jobs take."""
    printed = pytester.runpytest_inprocess("--markers").stdout.str()
    [line] = [line for line in printed.splitlines() if line.startswith("@pytest.mark.bedrock_jobs")]
    for option in ("account_id", "region", "quotas", "progress", "virtual_time"):
        assert option in line


def test_progress_may_change_during_a_test(bedrock_jobs, client):
    """Running jobs follow the new option at once: manual, then time, then polls, and back."""
    bedrock_jobs.progress = "manual"
    first, second = start_import(client), start_import(client)
    bedrock_jobs.clock.advance(20 * MINUTE)
    assert import_status(client, first) == "InProgress"
    third = start_import(client)
    bedrock_jobs.progress = 30 * MINUTE
    assert {import_status(client, arn) for arn in (first, second, third)} == {"InProgress"}
    bedrock_jobs.clock.advance(10 * MINUTE)
    assert [import_status(client, arn) for arn in (first, second, third)] == ["Completed", "Completed", "InProgress"]
    bedrock_jobs.progress = "polls"
    bedrock_jobs.clock.advance(FOREVER)
    assert import_status(client, third) == "InProgress"
    assert import_status(client, third) == "Completed"


def test_a_change_of_the_progress_can_be_read(bedrock_jobs):
    """The property returns the present setting."""
    for option in ("manual", 3 * MINUTE, "polls"):
        bedrock_jobs.progress = option
        assert bedrock_jobs.progress == option


@pytest.mark.parametrize(
    "wrong",
    [
        "look",
        "",
        None,
        15,
        -MINUTE,
        ("polls",),
        "0 polls",
        "-1 polls",
        "1.5 polls",
        "3",
        "3polls",
        datetime.timedelta.max,
    ],
)
def test_a_wrong_progress_is_refused_everywhere(bedrock_jobs, wrong):
    """At activation and during the test: a UsageError that lists the choices; nothing changes."""
    reported = "progress is 'polls', a number of polls such as '3 polls', 'time', 'manual' or a timedelta"
    with pytest.raises(UsageError, match=reported):
        mock_bedrock_jobs(progress=wrong)
    with pytest.raises(UsageError, match=reported):
        BedrockJobs(progress=wrong)
    before = bedrock_jobs.progress
    with pytest.raises(UsageError, match=reported):
        bedrock_jobs.progress = wrong
    assert bedrock_jobs.progress == before


def test_reset_puts_the_progress_back(bedrock_jobs, client):
    """What a test chose is forgotten with what ran: the mock is as it was made."""
    bedrock_jobs.progress = "manual"
    start_import(client)
    bedrock_jobs.reset()
    assert bedrock_jobs.import_jobs == ()
    assert bedrock_jobs.progress == "polls"
    assert outcome(bedrock_jobs) == "Completed"


def test_jobs_end_the_same_way_in_every_mode(bedrock_jobs, client):
    """The model of a job that ended by polls, by time or manually has the same fields and defaults."""
    models = []
    for option in ("polls", "time", "manual"):
        bedrock_jobs.progress = option
        arn = start_import(client)
        if option == "manual":
            bedrock_jobs.complete(arn)
        bedrock_jobs.clock.advance(15 * MINUTE)
        assert [import_status(client, arn) for _ in range(2)][-1] == "Completed"
        models.append(client.get_imported_model(modelIdentifier=bedrock_jobs.imported_models[-1].arn))
    for one, other in itertools.pairwise(models):
        assert set(one) == set(other)
        for name in ("modelArchitecture", "instructSupported", "customModelUnits", "modelDataSource"):
            assert one.get(name) == other.get(name)
