"""botocore's own retries, which never really wait."""

from __future__ import annotations

import datetime
import threading
import time

import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.retries.bucket import Clock, TokenBucket
from faulting import MODES, error_of, in_threads, no_waiting, retrying, session
from support import Network, copy_parameters, import_parameters

from pytest_bedrock_jobs import faults, mock_bedrock_jobs

THROTTLED = faults.service_error("ThrottlingException")


@pytest.mark.parametrize("mode", MODES)
def test_a_call_that_is_throttled_twice_succeeds_without_waiting(bedrock_jobs, monkeypatch, mode):
    """In each mode: a response with two retries in its metadata, and nothing waited."""
    model = bedrock_jobs.add_custom_model()
    bedrock_jobs.inject("CreateModelCopyJob", THROTTLED, times=2)
    client = retrying(5, mode)

    with no_waiting(monkeypatch):
        response = client.create_model_copy_job(**copy_parameters(model))

    assert response["ResponseMetadata"]["RetryAttempts"] == 2
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 201
    [call] = bedrock_jobs.calls
    assert call.responses == ("ThrottlingException", "ThrottlingException", "201")
    assert len(bedrock_jobs.copy_jobs) == 1


@pytest.mark.parametrize("mode", MODES)
def test_what_ten_retries_slept_is_recorded_and_moves_the_mocks_clock(bedrock_jobs, monkeypatch, mode):
    """The mock's clock moves by what was slept, and the record says so."""
    bedrock_jobs.inject("ListModelImportJobs", THROTTLED, times=10)
    client, before = retrying(11, mode), bedrock_jobs.clock.added

    with no_waiting(monkeypatch):
        response = client.list_model_import_jobs()

    assert response["ResponseMetadata"]["RetryAttempts"] == 10
    [call] = bedrock_jobs.calls
    assert call.attempts == 11
    assert call.slept_seconds > 1
    assert (bedrock_jobs.clock.added - before).total_seconds() == pytest.approx(call.slept_seconds, abs=0.001)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("attempts", [1, 2, 4])
def test_botocore_gives_up_after_the_attempts_of_its_configuration(bedrock_jobs, monkeypatch, mode, attempts):
    """Botocore gives up when its configuration says so."""
    injected = bedrock_jobs.inject("ListModelImportJobs", THROTTLED, times=None)
    client = retrying(attempts, mode)

    with no_waiting(monkeypatch):
        error = error_of(client.list_model_import_jobs)

    assert error.response["ResponseMetadata"]["RetryAttempts"] == attempts - 1
    assert injected.fired == bedrock_jobs.calls[0].attempts == attempts


@pytest.mark.parametrize("mode", MODES)
def test_an_error_that_would_come_again_is_not_retried(bedrock_jobs, mode):
    """An error that would come again is raised at once."""
    bedrock_jobs.inject("ListModelImportJobs", faults.service_error("ValidationException"), times=2)

    assert error_of(retrying(5, mode).list_model_import_jobs).response["ResponseMetadata"]["RetryAttempts"] == 0
    assert bedrock_jobs.calls[0].slept_seconds == 0
    bedrock_jobs.reset()


def test_the_environment_configures_retries(bedrock_jobs, monkeypatch):
    """AWS_MAX_ATTEMPTS and AWS_RETRY_MODE count, as on AWS."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "7")
    monkeypatch.setenv("AWS_RETRY_MODE", "standard")
    bedrock_jobs.inject("ListModelImportJobs", THROTTLED, times=None)

    error = error_of(session().client("bedrock").list_model_import_jobs)

    assert error.response["ResponseMetadata"]["RetryAttempts"] == 6


@pytest.mark.parametrize("mode", ["legacy", "standard"])
def test_a_retry_sleeps_what_botocore_says(bedrock_jobs, mode):
    """The length of each sleep is botocore's choice."""
    bedrock_jobs.inject("ListModelImportJobs", faults.service_error("InternalServerException"), times=2)
    client = retrying(5, mode)
    client.meta.events.register_first(
        "needs-retry.bedrock", lambda response, **_: 7.5 if response[0].status_code == 500 else None
    )

    client.list_model_import_jobs()

    assert bedrock_jobs.calls[0].slept_seconds == 15
    assert bedrock_jobs.calls[0].attempts == 3


@pytest.mark.bedrock_jobs(progress="time")
def test_jobs_end_while_a_client_backs_off(bedrock_jobs):
    """Backing off takes the mock's time, in which jobs go on."""
    bedrock_jobs.progress = datetime.timedelta(seconds=1)
    arn = retrying(1).create_model_import_job(**import_parameters())["jobArn"]
    bedrock_jobs.inject("GetModelImportJob", THROTTLED, times=10)

    assert retrying(11).get_model_import_job(jobIdentifier=arn)["status"] == "Completed"


@pytest.mark.bedrock_jobs(virtual_time=True)
def test_virtual_sleep_begins_after_the_retries(bedrock_jobs):
    """A minute after a call that backed off is a minute later."""
    bedrock_jobs.inject("ListModelImportJobs", THROTTLED, times=10)
    retrying(11).list_model_import_jobs()
    slept = bedrock_jobs.clock.added
    time.sleep(60)

    assert slept > datetime.timedelta(seconds=1)
    assert bedrock_jobs.clock.added - slept == datetime.timedelta(seconds=60)


class Unreachable:
    """The network of a client that gets no response; its retries are botocore's."""

    def __init__(self, client):
        self.requests = 0
        client.meta.events.register_first("before-send", self._refuse)

    def _refuse(self, request, **_):
        self.requests += 1
        raise EndpointConnectionError(endpoint_url=request.url)


def test_other_services_keep_their_sleep(bedrock_jobs, monkeypatch):
    """Only Bedrock's clients do not wait: another service's sleeps, as long as it should."""
    slept = []
    monkeypatch.setattr(time, "sleep", slept.append)
    bedrock_jobs.inject("ListModelImportJobs", THROTTLED, times=2)
    retrying(3).list_model_import_jobs()
    assert not any(slept)

    other = session().client("sts")
    network = Unreachable(other)
    slept.clear()
    before = bedrock_jobs.clock.added
    error_of(other.get_caller_identity)

    assert network.requests >= 2
    assert len(slept) == network.requests - 1
    assert bedrock_jobs.clock.added == before


def test_after_a_mock_bedrock_sleeps_between_attempts(monkeypatch):
    """A client that has used a mock sleeps as long as botocore says, and its attempts are not recorded."""
    slept = []
    with mock_bedrock_jobs() as jobs:
        client = retrying(3)
        jobs.inject("ListModelImportJobs", THROTTLED, times=2)
        client.list_model_import_jobs()
    monkeypatch.setattr(time, "sleep", slept.append)
    client.meta.events.register_first("needs-retry.bedrock", lambda attempts, **_: 7 if attempts < 3 else None)
    network = Unreachable(client)

    error_of(client.list_model_import_jobs)

    assert (network.requests, slept) == (3, [7, 7])
    assert [call.attempts for call in jobs.calls] == [3]


def test_a_rate_limiter_outside_a_call_waits(bedrock_jobs, monkeypatch):
    """The adaptive mode's bucket of another service waits on its condition."""
    waits = []
    bucket = TokenBucket(max_rate=1, clock=Clock())

    def wait(condition, timeout):
        waits.append(timeout)
        bucket._current_capacity = 1

    monkeypatch.setattr(threading.Condition, "wait", wait)

    assert bucket.acquire()
    assert len(waits) == 1


def test_an_adaptive_client_goes_on_at_once_when_its_bucket_is_full(bedrock_jobs, monkeypatch):
    """An adaptive client that was throttled goes on at once when its bucket is full."""
    client = retrying(5, "adaptive")
    bedrock_jobs.inject("ListModelImportJobs", THROTTLED)
    client.list_model_import_jobs()
    monkeypatch.setattr(TokenBucket, "_refill", lambda bucket: setattr(bucket, "_current_capacity", 1))

    client.list_model_import_jobs()

    assert bedrock_jobs.calls[-1].slept_seconds == 0


def test_the_wait_of_an_adaptive_client_takes_the_mocks_time_only(bedrock_jobs, monkeypatch):
    """The limiter's wait is recorded, on the mock's clock, and does not really pass."""
    monkeypatch.setattr(Clock, "current_time", lambda clock: 1000.0)  # nothing is refilled meanwhile
    client = retrying(5, "adaptive")
    bedrock_jobs.inject("ListModelImportJobs", THROTTLED, times=4)
    with no_waiting(monkeypatch):
        client.list_model_import_jobs()
        before = bedrock_jobs.clock.added
        for _ in range(5):
            client.list_model_import_jobs()

    slept = sum(call.slept_seconds for call in bedrock_jobs.calls[1:])
    assert all(call.slept_seconds > 0 for call in bedrock_jobs.calls)
    assert (bedrock_jobs.clock.added - before).total_seconds() == pytest.approx(slept, abs=0.001)


def test_an_adaptive_client_has_no_debt_from_a_test_whose_time_was_ahead():
    """What another test slept in virtual time is not a debt of the client's in the next one."""
    client = retrying(5, "adaptive")
    with mock_bedrock_jobs(virtual_time=True) as jobs:
        jobs.inject("ListModelImportJobs", THROTTLED)
        client.list_model_import_jobs()
        time.sleep(3600)
        client.list_model_import_jobs()
    with mock_bedrock_jobs(virtual_time=True) as jobs:
        client.list_model_import_jobs()

    assert 0 < jobs.calls[0].slept_seconds <= 2  # botocore's lowest rate


def test_retries_leave_no_mark_for_later_tests():
    """A ready-made client that retried is not given to the next mock; one that did not is."""
    with mock_bedrock_jobs() as jobs:
        fresh = jobs.client()
        fresh.list_model_import_jobs()
    with mock_bedrock_jobs() as jobs:
        assert jobs.client() is fresh
        jobs.inject("ListModelImportJobs", THROTTLED)
        fresh.list_model_import_jobs()
        assert jobs.client() is fresh
    with mock_bedrock_jobs() as jobs:
        assert jobs.client() is not fresh
        assert jobs.client().list_model_import_jobs()


def test_every_test_has_a_full_quota_of_retries(monkeypatch):
    """However often others retried, a ready-made client retries as a new one does."""
    monkeypatch.setenv("AWS_RETRY_MODE", "standard")
    for _ in range(8):
        with mock_bedrock_jobs() as jobs:
            jobs.inject("*", THROTTLED, times=None)
            for _ in range(20):
                error_of(jobs.client().list_model_import_jobs)
            assert jobs.calls[0].attempts == 3


def test_ready_made_clients_are_made_once_by_many_threads(bedrock_jobs):
    """Threads that need a client at the same time get the same one."""
    clients = in_threads(8, lambda number: bedrock_jobs.client("ap-southeast-2"))

    assert len(set(map(id, clients))) == 1


def test_other_services_go_to_the_network(bedrock_jobs):
    """While a mock is active, their requests go where they always go."""
    other = session().client("bedrock-runtime")
    network = Network(other)

    assert other.invoke_model(modelId="model", body=b"{}")
    assert len(network.requests) == 1
    assert bedrock_jobs.calls == ()
