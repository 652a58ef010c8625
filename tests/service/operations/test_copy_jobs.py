"""GetModelCopyJob and ListModelCopyJobs, and the custom model that a completed copy is."""

from __future__ import annotations

import datetime
import re

import pytest
from lives import copy_status, error_of, members, start_copy, start_model, unknown_arn
from support import ACCOUNT, copy_parameters, service_model

MEMBERS = {
    "jobArn",
    "status",
    "creationTime",
    "targetModelArn",
    "targetModelName",
    "sourceAccountId",
    "sourceModelArn",
    "sourceModelName",
}
TAGS = [{"key": "stage", "value": "production"}]


@pytest.fixture(autouse=True)
def by_hand(bedrock_jobs):
    """Jobs end when a test says so."""
    bedrock_jobs.progress = "manual"


@pytest.mark.parametrize("status", ["InProgress", "Completed"])
def test_a_copy_job_has_its_target_from_the_start(bedrock_jobs, client, status):
    """A targetModelArn is always there; endTime, lastModifiedTime, tags and failureMessage are not."""
    source = bedrock_jobs.add_custom_model("nova", region="us-west-2", tags={"team": "search"})
    sent = copy_parameters(source)
    arn = client.create_model_copy_job(**sent)["jobArn"]
    if status == "Completed":
        bedrock_jobs.complete(arn)
    job = client.get_model_copy_job(jobArn=arn)
    assert members(job) == MEMBERS
    assert (job["jobArn"], job["status"]) == (arn, status)
    assert (job["sourceModelArn"], job["sourceModelName"], job["sourceAccountId"]) == (source.arn, "nova", ACCOUNT)
    assert job["targetModelName"] == sent["targetModelName"]
    assert job["creationTime"].utcoffset() == datetime.timedelta()
    [row] = client.list_model_copy_jobs()["modelCopyJobSummaries"]
    assert row == {name: job[name] for name in MEMBERS}
    assert (bedrock_jobs.copy_jobs[0].end_time is None) == (status == "InProgress")


def test_a_copy_job_returns_the_tags_of_its_target(bedrock_jobs, client):
    """The targetModelTags come back in Get and in the list's rows."""
    arn = start_copy(client, bedrock_jobs.add_custom_model(), targetModelTags=TAGS)
    assert client.get_model_copy_job(jobArn=arn)["targetModelTags"] == TAGS
    assert client.list_model_copy_jobs()["modelCopyJobSummaries"][0]["targetModelTags"] == TAGS


def test_a_failed_copy_says_why_and_makes_no_model(bedrock_jobs, client):
    """Failed: failureMessage is there, targetModelArn stays, and nothing has that ARN or name."""
    source = bedrock_jobs.add_custom_model()
    arn = start_copy(client, source, targetModelName="ranker")
    bedrock_jobs.fail(arn, "the key is gone")
    job = client.get_model_copy_job(jobArn=arn)
    assert members(job) == MEMBERS | {"failureMessage"}
    assert (job["status"], job["failureMessage"]) == ("Failed", "the key is gone")
    for identifier in (job["targetModelArn"], "ranker"):
        assert error_of(client.get_custom_model, modelIdentifier=identifier)[0] == "ResourceNotFoundException"
    assert bedrock_jobs.custom_models == (source,)


@pytest.mark.needs("GetCustomModel.modelStatus", "custom-model/imported")
@pytest.mark.parametrize("base_model", ["amazon.nova-lite-v1", "amazon.titan-text-lite-v1:0:4k", "imported"])
def test_a_completed_copy_is_a_custom_model(bedrock_jobs, base_model):
    """In the target Region and the caller's account, of the source's base; the source stays where it is."""
    source = bedrock_jobs.add_custom_model(base_model=base_model)
    target = bedrock_jobs.client("eu-west-1")
    job_arn = start_copy(target, source, targetModelName="ranker")
    bedrock_jobs.complete(job_arn)
    target_arn = target.get_model_copy_job(jobArn=job_arn)["targetModelArn"]
    assert re.fullmatch(f"arn:aws:bedrock:eu-west-1:{ACCOUNT}:custom-model/{base_model}/[a-z0-9]{{12}}", target_arn)
    shape = service_model().operation_model("GetModelCopyJob").output_shape.members["targetModelArn"]
    assert re.fullmatch(shape.metadata["pattern"], target_arn)

    copy = target.get_custom_model(modelIdentifier="ranker")
    assert (copy["modelArn"], copy["modelName"], copy["modelStatus"]) == (target_arn, "ranker", "Active")
    assert copy["creationTime"] == target.get_model_copy_job(jobArn=job_arn)["creationTime"]
    [row] = target.list_custom_models()["modelSummaries"]
    assert (row["modelArn"], row["ownerAccountId"]) == (target_arn, ACCOUNT)
    at_home = bedrock_jobs.client("us-east-1")
    assert [row["modelArn"] for row in at_home.list_custom_models()["modelSummaries"]] == [source.arn]


def test_only_the_target_s_tags_are_on_it(bedrock_jobs, client):
    """Tags of the source are not copied."""
    source = bedrock_jobs.add_custom_model(tags={"team": "search", "stage": "test"})
    bare, tagged = start_copy(client, source), start_copy(client, source, targetModelTags=TAGS)
    for arn, expected in ((bare, []), (tagged, TAGS)):
        bedrock_jobs.complete(arn)
        model_arn = client.get_model_copy_job(jobArn=arn)["targetModelArn"]
        assert client.list_tags_for_resource(resourceARN=model_arn)["tags"] == expected
    assert len(client.list_tags_for_resource(resourceARN=source.arn)["tags"]) == 2


def test_a_copy_of_a_copy_needs_the_first_to_be_complete(bedrock_jobs, client):
    """Until a copy has completed its target cannot be a source, and a failed one never can."""
    first = start_copy(client, bedrock_jobs.add_custom_model())
    target_arn = client.get_model_copy_job(jobArn=first)["targetModelArn"]
    parameters = {"sourceModelArn": target_arn, "targetModelName": "second"}
    assert error_of(client.create_model_copy_job, **parameters)[0] == "ResourceNotFoundException"
    assert len(bedrock_jobs.copy_jobs) == 1
    bedrock_jobs.complete(first)
    second = client.create_model_copy_job(**parameters)["jobArn"]
    assert client.get_model_copy_job(jobArn=second)["sourceModelArn"] == target_arn


@pytest.mark.needs("CreateCustomModel")
def test_a_model_being_created_cannot_be_a_source(bedrock_jobs, client):
    """A custom model that is Creating: ResourceNotFoundException, which names its status."""
    model_arn = start_model(client)
    parameters = {"sourceModelArn": model_arn, "targetModelName": "copy"}
    code, message = error_of(client.create_model_copy_job, **parameters)
    assert (code, message) == (
        "ResourceNotFoundException",
        f"The custom model {model_arn} is not active: its status is Creating.",
    )
    bedrock_jobs.complete(model_arn)
    assert copy_status(client, client.create_model_copy_job(**parameters)["jobArn"]) == "InProgress"


def test_two_copies_may_have_one_name(bedrock_jobs, client):
    """The newest one has the name; the older is found by its ARN, and by name when the newer is deleted."""
    source = bedrock_jobs.add_custom_model()
    jobs = [start_copy(client, source, targetModelName="ranker") for _ in range(2)]
    older, newer = (client.get_model_copy_job(jobArn=arn)["targetModelArn"] for arn in jobs)
    for arn in jobs:
        bedrock_jobs.complete(arn)
    assert client.get_custom_model(modelIdentifier="ranker")["modelArn"] == newer
    assert client.get_custom_model(modelIdentifier=older)["modelName"] == "ranker"
    client.delete_custom_model(modelIdentifier="ranker")
    assert client.get_custom_model(modelIdentifier="ranker")["modelArn"] == older


def test_an_unknown_copy_job_is_not_found(bedrock_jobs, client):
    """A well-formed ARN that nothing has: ResourceNotFoundException, with the targets there are."""
    arn = start_copy(client, bedrock_jobs.add_custom_model(), targetModelName="ranker")
    assert error_of(client.get_model_copy_job, jobArn=unknown_arn(arn)) == (
        "ResourceNotFoundException",
        f"Could not find copy job {unknown_arn(arn)} of account {ACCOUNT} in us-east-1. Existing there: ranker.",
    )


def test_a_copy_job_of_another_region_is_located(bedrock_jobs, client):
    """A copy job belongs to the Region it copies to, and the message elsewhere says which that is."""
    arn = start_copy(bedrock_jobs.client("eu-west-1"), bedrock_jobs.add_custom_model())
    code, message = error_of(client.get_model_copy_job, jobArn=arn)
    assert code == "ResourceNotFoundException"
    where = f"in eu-west-1 (account {ACCOUNT}) as model-copy-job/{arn.rpartition('/')[2]}"
    assert message.endswith(f" Existing there: none. It exists {where}.")
    assert client.list_model_copy_jobs()["modelCopyJobSummaries"] == []


def test_a_copy_job_is_found_by_arn_only(bedrock_jobs, client):
    """A name is not an ARN: ValidationException of the service's constraint."""
    start_copy(client, bedrock_jobs.add_custom_model(), targetModelName="ranker")
    code, message = error_of(client.get_model_copy_job, jobArn="ranker")
    assert code == "ValidationException"
    assert "Value 'ranker' at 'jobArn' failed to satisfy constraint" in message
