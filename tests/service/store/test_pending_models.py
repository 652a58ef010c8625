"""Code that polls for a model and not for the job that makes it."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from frozen_time import frozen_time


@pytest.fixture
def model(bedrock_jobs):
    """A custom model to be copied."""
    return bedrock_jobs.add_custom_model("source")


def copy(bedrock_jobs, model, name):
    """Start a copy; gives its job."""
    bedrock_jobs.client().create_model_copy_job(sourceModelArn=model.arn, targetModelName=name)
    return bedrock_jobs.copy_jobs[-1]


def test_a_copy_can_be_polled_by_its_name_after_a_later_one_of_that_name_has_failed(bedrock_jobs, model):
    """Two copies may have the same target name; the one still running is the one that the name means."""
    first, second = copy(bedrock_jobs, model, "target"), copy(bedrock_jobs, model, "target")
    bedrock_jobs.fail(second)
    client = bedrock_jobs.client()

    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_custom_model(modelIdentifier="target")

    assert client.get_custom_model(modelIdentifier="target")["modelArn"] == first.target_model_arn


def test_copies_that_one_list_completes_are_listed_in_the_order_they_were_started(bedrock_jobs):
    """Also where all were started within a millisecond, so that their times say nothing of their order."""
    with frozen_time():
        model = bedrock_jobs.add_custom_model("source")
        jobs = [copy(bedrock_jobs, model, f"target-{number}") for number in range(9)]
        bedrock_jobs.client().list_custom_models()

        listed = bedrock_jobs.client().list_custom_models(sortOrder="Ascending")["modelSummaries"]

    assert [summary["modelArn"] for summary in listed[1:]] == [job.target_model_arn for job in jobs]


def test_a_refused_list_does_not_poll_for_models(bedrock_jobs, model):
    """A request with a token of thin air changes nothing: the next list finds both jobs in progress."""
    client = bedrock_jobs.client()
    copy(bedrock_jobs, model, "target")
    bedrock_jobs.add_import_job("import")

    for refused in [client.list_custom_models, client.list_imported_models] * 2:
        with pytest.raises(ClientError, match="nextToken is not valid"):
            refused(nextToken="thin-air")

    assert len(client.list_custom_models()["modelSummaries"]) == 1
    assert client.list_imported_models()["modelSummaries"] == []
    assert bedrock_jobs.copy_jobs[0].status == bedrock_jobs.import_jobs[0].status == "InProgress"


def test_who_asks_for_a_model_has_not_seen_its_job(bedrock_jobs):
    """The first Get of the job shows it in progress, whoever asked for its model before."""
    client = bedrock_jobs.client()
    job = bedrock_jobs.add_import_job("import")
    client.list_imported_models()

    assert client.get_model_import_job(jobIdentifier=job.arn)["status"] == "InProgress"
