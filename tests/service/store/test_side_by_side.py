"""What requests, ``reset`` and readers see of each other when they run side by side; each window is forced open."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from support import import_parameters

from pytest_bedrock_jobs.mock import service_of
from pytest_bedrock_jobs.service.faults.attempts import ApiCall
from pytest_bedrock_jobs.service.operations import imports


@pytest.fixture
def between_token_and_job(monkeypatch):
    """Runs a function once, in a request that has checked its token and has not created its job."""

    def run(function):
        new_import_job, pending = imports.new_import_job, [function]

        def begun(*arguments):
            if pending:
                pending.pop()()
            return new_import_job(*arguments)

        monkeypatch.setattr(imports, "new_import_job", begun)

    return run


def test_a_request_that_a_reset_overtakes_leaves_nothing(bedrock_jobs, client, between_token_and_job):
    """Its job, its token and its names belong to what was there when it began, and are forgotten with that."""
    parameters = import_parameters(clientRequestToken="token")
    between_token_and_job(bedrock_jobs.reset)

    forgotten = client.create_model_import_job(**parameters)["jobArn"]
    assert bedrock_jobs.import_jobs == ()

    created = client.create_model_import_job(**parameters)["jobArn"]
    assert created != forgotten
    assert [job.arn for job in bedrock_jobs.import_jobs] == [created]


def test_two_requests_with_one_token_never_clash_over_their_names_at_a_reset(
    bedrock_jobs, client, between_token_and_job
):
    """The one that began before the reset has its names there; the one that began after it has a store of its own."""
    parameters = import_parameters(clientRequestToken="token")

    def reset_and_create():
        bedrock_jobs.reset()
        with ThreadPoolExecutor(1) as pool:
            pool.submit(bedrock_jobs.client().create_model_import_job, **parameters).result()

    between_token_and_job(reset_and_create)
    client.create_model_import_job(**parameters)

    assert len(bedrock_jobs.import_jobs) == 1


def test_a_reader_of_calls_that_a_reset_overtakes_brings_no_call_back(bedrock_jobs, client, monkeypatch):
    """The records it makes are those of the time before the reset."""
    client.list_model_import_jobs()
    record = ApiCall.record

    def reset_first(call):
        bedrock_jobs.reset()
        return record(call)

    monkeypatch.setattr(ApiCall, "record", reset_first)
    assert len(bedrock_jobs.calls) == 1
    assert bedrock_jobs.calls == ()


class _ReportingLock:
    """A lock that reports when a thread comes to it."""

    def __init__(self, lock, arrived):
        self._lock = lock
        self._arrived = arrived

    def __enter__(self):
        self._arrived()
        return self._lock.__enter__()

    def __exit__(self, *error):
        return self._lock.__exit__(*error)


def test_two_readers_of_calls_get_the_same_records(bedrock_jobs, client, monkeypatch):
    """A second reader waits for the records that the first one is making, and makes none of its own."""
    client.list_model_import_jobs()
    store, record, arrived = service_of(bedrock_jobs).state.store, ApiCall.record, threading.Event()
    second, read = [], []

    def read_calls():
        read.append(bedrock_jobs.calls)
        arrived.set()

    def record_slowly(call):
        if not second:
            second.append(threading.Thread(target=read_calls))
            store.lock = _ReportingLock(store.lock, arrived.set)
            second[0].start()
            assert arrived.wait(60)
        return record(call)

    monkeypatch.setattr(ApiCall, "record", record_slowly)
    first = bedrock_jobs.calls
    second[0].join()

    assert len(first) == 1
    assert read == [first]
    assert read[0][0] is first[0]
    assert bedrock_jobs.calls == first
