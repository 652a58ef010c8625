"""What requests, ``reset`` and readers see of each other when they run side by side; each window is forced open."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from support import import_parameters

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
