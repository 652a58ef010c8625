"""Quotas over a life: what runs, what is there, and what makes room."""

from __future__ import annotations

import pytest
from lives import copy_status, custom_model_parameters, error_of, start_copy, start_import, start_model
from support import ACCOUNT, OTHER_ACCOUNT, copy_parameters, import_parameters, make_client

QUOTAS = pytest.mark.bedrock_jobs(quotas=True)
EXCEEDED = "ServiceQuotaExceededException"


def try_import(client):
    """The error of another import."""
    return error_of(client.create_model_import_job, **import_parameters())


@QUOTAS
@pytest.mark.parametrize("end", ["complete", "fail"])
def test_one_import_runs_at_a_time(bedrock_jobs, client, end):
    """The second is refused in AWS's words until the first has ended; other places do not count."""
    arn = start_import(client)
    code, message = try_import(client)
    assert code == EXCEEDED
    assert "request a quota increase for Concurrent model import jobs" in message
    start_import(bedrock_jobs.client("us-west-2"))
    start_import(make_client(aws_account_id=OTHER_ACCOUNT))
    getattr(bedrock_jobs, end)(arn)
    assert start_import(client)


@QUOTAS
def test_an_import_that_is_polled_to_its_end_makes_room(client):
    """By polls, as the code under test would do it."""
    for _ in range(3):
        arn = start_import(client)
        while client.get_model_import_job(jobIdentifier=arn)["status"] == "InProgress":
            assert try_import(client)[0] == EXCEEDED


@QUOTAS
def test_an_account_has_three_imported_models_in_a_region(bedrock_jobs, client):
    """A fourth import is refused until a model is deleted; failed imports do not count."""
    for _ in range(3):
        bedrock_jobs.fail(start_import(client))
        bedrock_jobs.complete(start_import(client))
    code, message = try_import(client)
    assert code == EXCEEDED
    assert f"Account {ACCOUNT} has 3 and may have 3 in us-east-1" in message
    assert "Imported models per account" in message
    assert start_import(bedrock_jobs.client("us-west-2"))
    client.delete_imported_model(modelIdentifier=bedrock_jobs.imported_models[0].arn)
    bedrock_jobs.complete(start_import(client))
    assert try_import(client)[0] == EXCEEDED


@QUOTAS
@pytest.mark.needs("CreateCustomModel")
@pytest.mark.parametrize("create", ["copy", "custom model"])
def test_an_account_has_a_hundred_custom_models_in_a_region(bedrock_jobs, client, create):
    """Active ones, those in creation and running copies count; shared ones and failed copies do not."""
    for _ in range(96):
        bedrock_jobs.add_custom_model()
    shared = bedrock_jobs.add_custom_model(account_id=OTHER_ACCOUNT, shared_with=[ACCOUNT])
    bedrock_jobs.progress = "manual"
    running = start_copy(client, shared, targetModelName="twins")
    start_copy(client, shared, targetModelName="twins")
    start_model(client)
    bedrock_jobs.fail(start_copy(client, shared))
    start_model(client)

    def another():
        if create == "copy":
            return client.create_model_copy_job, copy_parameters(shared)
        return client.create_custom_model, custom_model_parameters()

    call, parameters = another()
    code, message = error_of(call, **parameters)
    assert code == EXCEEDED
    assert f"Account {ACCOUNT} has 100 and may have 100 in us-east-1" in message
    bedrock_jobs.complete(running)
    assert error_of(call, **parameters)[0] == EXCEEDED
    start_copy(bedrock_jobs.client("us-west-2"), shared)
    client.delete_custom_model(modelIdentifier=bedrock_jobs.custom_models[0].arn)
    assert call(**parameters)
    call, parameters = another()
    assert error_of(call, **parameters)[0] == EXCEEDED


def test_without_the_option_there_are_no_quotas(bedrock_jobs, client):
    """Off by default: two imports at once, and more models than AWS would allow."""
    bedrock_jobs.progress = "manual"
    for _ in range(5):
        start_import(client)
    for job in bedrock_jobs.import_jobs:
        bedrock_jobs.complete(job)
    assert len(client.list_imported_models()["modelSummaries"]) == 5
    for _ in range(101):
        source = bedrock_jobs.add_custom_model()
    assert copy_status(client, start_copy(client, source)) == "InProgress"
    assert start_copy(client, source)


@QUOTAS
def test_a_test_may_add_more_than_the_quotas_allow(bedrock_jobs, client):
    """What a test adds is not refused; the quota applies to the code under test."""
    for _ in range(4):
        bedrock_jobs.add_imported_model()
    bedrock_jobs.add_import_job()
    bedrock_jobs.add_import_job()
    assert try_import(client)[0] == EXCEEDED


@QUOTAS
def test_what_is_wrong_with_a_create_comes_before_the_quota(client):
    """Waiting would not help: the name remains used."""
    start_import(client, jobName="llama")
    error = error_of(client.create_model_import_job, **import_parameters(jobName="llama"))
    assert error == ("ValidationException", "The provided job name is currently in use.")


@QUOTAS
def test_a_refused_create_leaves_name_and_token_free(bedrock_jobs, client):
    """The same request succeeds once there is room."""
    first = start_import(client)
    parameters = import_parameters(clientRequestToken="token-1")
    assert error_of(client.create_model_import_job, **parameters)[0] == EXCEEDED
    bedrock_jobs.complete(first)
    assert client.create_model_import_job(**parameters)["jobArn"] == bedrock_jobs.import_jobs[-1].arn
    assert len(bedrock_jobs.import_jobs) == 2
