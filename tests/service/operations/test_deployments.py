"""Deployments of custom models."""

from __future__ import annotations

import datetime

import pytest
from invoking import converse, error_of, invoke, user
from lives import start_model
from support import ACCOUNT, make_client, tags

from pytest_bedrock_jobs import NEXT_JOB, UsageError, failures

pytestmark = pytest.mark.needs("CreateCustomModelDeployment", "UpdateCustomModelDeployment", "custom-model/imported")


@pytest.fixture
def model(bedrock_jobs):
    """An active custom model."""
    return bedrock_jobs.add_custom_model("ranker", base_model="imported")


@pytest.fixture
def deploy(client, model):
    """Creates a deployment; gives its ARN."""

    def create(name="chat", **changes):
        parameters = {"modelDeploymentName": name, "modelArn": model.arn} | changes
        return client.create_custom_model_deployment(**parameters)["customModelDeploymentArn"]

    return create


def get(client, which):
    """The fields of a deployment."""
    response = client.get_custom_model_deployment(customModelDeploymentIdentifier=which)
    del response["ResponseMetadata"]
    return response


def update(client, which, model):
    """Deploy another model."""
    return client.update_custom_model_deployment(customModelDeploymentIdentifier=which, modelArn=model.arn)


def delete(client, which):
    """Delete a deployment."""
    return client.delete_custom_model_deployment(customModelDeploymentIdentifier=which)


def test_a_deployment_is_creating_and_then_active(bedrock_jobs, client, model):
    """By polls, like a job; by ARN and by name."""
    response = client.create_custom_model_deployment(
        modelDeploymentName="chat", modelArn=model.arn, description="first"
    )
    arn = response["customModelDeploymentArn"]
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert arn.startswith("arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/")

    first, second = get(client, arn), get(client, "chat")

    assert (first["status"], second["status"]) == ("Creating", "Active")
    assert second.keys() == first.keys()
    assert first == {
        "customModelDeploymentArn": arn,
        "modelDeploymentName": "chat",
        "modelArn": model.arn,
        "status": "Creating",
        "description": "first",
        "createdAt": first["createdAt"],
        "lastUpdatedAt": first["createdAt"],
    }
    [deployment] = bedrock_jobs.custom_model_deployments
    assert repr(deployment) == f"<CustomModelDeployment chat Active {arn}>"
    assert (deployment.region, deployment.account_id, deployment.description) == ("us-east-1", "123456789012", "first")


@pytest.mark.bedrock_jobs(progress=datetime.timedelta(minutes=5))
def test_a_deployment_is_active_once_its_time_has_passed(bedrock_jobs, client, deploy):
    """On the mock's clock."""
    arn = deploy()
    bedrock_jobs.clock.advance(299)
    assert get(client, arn)["status"] == "Creating"
    bedrock_jobs.clock.advance(2)
    found = get(client, arn)
    assert found["status"] == "Active"
    assert found["lastUpdatedAt"] - found["createdAt"] == datetime.timedelta(minutes=5)


@pytest.mark.bedrock_jobs(progress="manual")
def test_a_deployment_is_ended_by_complete_and_fail(bedrock_jobs, client, deploy):
    """With complete and fail, by record, name or ARN."""
    arn, other = deploy(), deploy("other")
    bedrock_jobs.complete("chat")
    bedrock_jobs.fail(other, failures.internal())

    assert get(client, arn)["status"] == "Active"
    assert (get(client, other)["status"], get(client, other)["failureMessage"]) == ("Failed", failures.internal())


def test_a_plan_that_names_the_operation_is_for_the_next_deployment(bedrock_jobs, client, deploy):
    """Where the operation is named."""
    bedrock_jobs.fail(NEXT_JOB(operation="CreateCustomModelDeployment"), "no capacity")
    arn = deploy()
    assert [get(client, arn)["status"] for _ in range(2)] == ["Creating", "Failed"]


def test_a_name_in_use_is_refused_until_its_deployment_is_gone(client, deploy):
    """Free again when the deployment is gone."""
    arn = deploy()
    code, status, text = error_of(deploy)
    assert (code, status) == ("ValidationException", 400)
    assert text == f"The deployment name chat is in use by {arn}."

    assert [get(client, arn)["status"] for _ in range(2)][1] == "Active"
    delete(client, "chat")
    assert error_of(deploy)[2] == text
    assert get(client, "chat")["status"] == "Active"
    assert error_of(get, client, "chat")[0] == "ResourceNotFoundException"
    assert deploy() != arn


def test_a_repeated_token_returns_the_first_arn(deploy):
    """A repeated one makes nothing."""
    assert deploy(clientRequestToken="once") == deploy(clientRequestToken="once")


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ({"account_id": "210987654321"}, "AccessDeniedException"),
        ({"account_id": "210987654321", "region": "eu-west-1"}, "AccessDeniedException"),
        ({"region": "eu-west-1"}, "ResourceNotFoundException"),
    ],
)
def test_a_model_of_another_account_or_region_cannot_be_deployed(bedrock_jobs, deploy, place, code):
    """Of another account, or in another Region."""
    model = bedrock_jobs.add_custom_model("m", **place)
    found, _, text = error_of(deploy, modelArn=model.arn)
    assert found == code
    assert model.arn in text


def test_a_model_that_is_being_created_cannot_be_deployed(client, deploy):
    """It has to be active first."""
    created = start_model(client, modelName="new")
    assert error_of(deploy, modelArn=created)[0] == "ResourceNotFoundException"
    assert [client.get_custom_model(modelIdentifier=created)["modelStatus"] for _ in range(2)][1] == "Active"
    assert deploy(modelArn=created)


def test_imported_models_and_names_cannot_be_deployed(bedrock_jobs, deploy):
    """The service model's pattern takes custom models by ARN only."""
    imported = bedrock_jobs.add_imported_model("llama")
    for wrong in (imported.arn, "ranker-with-a-long-name"):
        assert error_of(deploy, modelArn=wrong)[0] == "ValidationException"


def test_a_deployment_is_tagged_at_its_creation_and_afterwards(client, deploy):
    """At its creation and afterwards."""
    arn = deploy(tags=[{"key": "team", "value": "search"}])
    client.tag_resource(resourceARN=arn, tags=[{"key": "stage", "value": "test"}])
    client.untag_resource(resourceARN=arn, tagKeys=["team"])
    assert client.list_tags_for_resource(resourceARN=arn)["tags"] == [{"key": "stage", "value": "test"}]

    code, _, _ = error_of(deploy, "other", tags=tags(51))
    assert code == "TooManyTagsException"


def test_tags_of_a_deployment_need_a_permission_of_their_own(bedrock_jobs, deploy):
    """Tags need one of their own."""
    bedrock_jobs.deny("bedrock:TagResource")
    assert error_of(deploy, tags=tags(1))[0] == "AccessDeniedException"
    assert deploy()
    bedrock_jobs.deny("bedrock:CreateCustomModelDeployment")
    code, _, text = error_of(deploy, "other")
    assert code == "AccessDeniedException"
    assert ":custom-model-deployment/*" in text


@pytest.mark.bedrock_jobs(quotas=True)
def test_two_deployments_may_be_in_creation_and_ten_in_all(bedrock_jobs, deploy):
    """Two in creation and ten in all, where quotas apply."""
    for number in range(10):
        if number == 2:
            code, _, text = error_of(deploy, "chat-2")
            assert code == "ServiceQuotaExceededException"
            assert " has 2 and may have 2 in us-east-1: " in text
            assert text.endswith("request a quota increase for In-progress custom model deployments.")
        if number >= 2:
            bedrock_jobs.complete(f"chat-{number - 2}")
        deploy(f"chat-{number}")
    bedrock_jobs.complete("chat-8")
    code, _, text = error_of(deploy, "chat-10")
    assert code == "ServiceQuotaExceededException"
    assert " has 10 and may have 10 in us-east-1: " in text
    assert text.endswith("request a quota increase for Custom model deployments per account.")


def test_a_deployment_that_is_not_there_is_not_found_updated_or_deleted(bedrock_jobs, client, deploy):
    """By ARN and by name, in every operation that takes one."""
    arn = deploy()
    model = bedrock_jobs.custom_models[0]
    for which in ("chad", arn[:-1] + ("0" if arn[-1] != "0" else "1")):
        for call in (get, delete, lambda client, which: update(client, which, model)):
            code, status, text = error_of(call, client, which)
            assert (code, status) == ("ResourceNotFoundException", 404)
            assert "Existing there: chat." in text
    text = error_of(get, make_client(region_name="us-west-2"), "chat")[2]
    assert f" It exists in us-east-1 (account {ACCOUNT}) as {arn.rpartition(':')[2]}" in text


def test_deployments_are_listed_with_filters_orders_and_pages(bedrock_jobs, client, model, deploy):
    """With every filter, both orders, and pages."""
    other = bedrock_jobs.add_custom_model("other", base_model="imported")
    start = bedrock_jobs.clock.now()
    for number in range(5):
        bedrock_jobs.clock.advance(60)
        deploy(f"chat-{number}", modelArn=(other if number % 2 else model).arn)
    bedrock_jobs.complete("chat-0")
    bedrock_jobs.fail("chat-1", "no capacity")
    bedrock_jobs.progress = "manual"

    def names(**filters):
        paginator = client.get_paginator("list_custom_model_deployments")
        pages = paginator.paginate(**filters, PaginationConfig={"PageSize": 2})
        return [row["customModelDeploymentName"][-1] for page in pages for row in page["modelDeploymentSummaries"]]

    assert names() == ["4", "3", "2", "1", "0"]
    assert names(sortOrder="Ascending", sortBy="CreationTime") == ["0", "1", "2", "3", "4"]
    assert names(modelArnEquals=other.arn) == ["3", "1"]
    assert names(nameContains="chat-2") == ["2"]
    assert names(nameContains="Chat") == []
    assert names(statusEquals="Active") == ["0"]
    assert names(statusEquals="Failed") == ["1"]
    assert names(statusEquals="Creating", modelArnEquals=model.arn) == ["4", "2"]
    assert names(createdAfter=start + datetime.timedelta(seconds=150)) == ["4", "3", "2"]
    assert names(createdBefore=start + datetime.timedelta(seconds=150)) == ["1", "0"]
    rows = client.list_custom_model_deployments(statusEquals="Failed")["modelDeploymentSummaries"]
    assert [row["failureMessage"] for row in rows] == ["no capacity"]

    page = client.list_custom_model_deployments(maxResults=2)
    code, _, _ = error_of(client.list_custom_model_deployments, nextToken=page["nextToken"], nameContains="chat")
    assert code == "ValidationException"


def test_a_list_is_a_poll(client, deploy):
    """Code that waits with it ends."""
    deploy()
    statuses = [client.list_custom_model_deployments()["modelDeploymentSummaries"][0]["status"] for _ in range(2)]
    assert statuses == ["Creating", "Active"]


def test_the_old_model_serves_until_an_update_has_ended(bedrock_jobs, client, model, deploy):
    """The old model serves until the new one does; the status stays Active."""
    other = bedrock_jobs.add_custom_model("other", base_model="imported")
    arn = deploy()
    assert error_of(update, client, arn, other)[2].endswith("cannot be updated: it is Creating.")
    bedrock_jobs.complete(arn)

    response = update(client, "chat", other)

    assert response["ResponseMetadata"]["HTTPStatusCode"] == 202
    first, second = get(client, arn), get(client, arn)
    assert first["updateDetails"] == {"modelArn": other.arn, "updateStatus": "Updating"}
    assert (first["status"], first["modelArn"]) == ("Active", model.arn)
    assert second["updateDetails"] == {"modelArn": other.arn, "updateStatus": "UpdateCompleted"}
    assert (second["status"], second["modelArn"]) == ("Active", other.arn)


def test_the_old_model_stays_when_an_update_fails(bedrock_jobs, client, model, deploy):
    """The old model stays; a later update may succeed."""
    other = bedrock_jobs.add_custom_model("other", base_model="imported")
    arn = deploy()
    bedrock_jobs.complete(arn)
    update(client, arn, other)
    assert error_of(update, client, arn, other)[2].endswith("cannot be updated: it is Updating.")
    assert error_of(delete, client, arn)[0] == "ValidationException"
    bedrock_jobs.fail(arn, "no capacity")

    found = get(client, arn)
    assert (found["status"], found["modelArn"], found["failureMessage"]) == ("Active", model.arn, "no capacity")
    assert found["updateDetails"]["updateStatus"] == "UpdateFailed"
    update(client, arn, other)
    assert "failureMessage" not in get(client, arn)
    bedrock_jobs.complete(arn)
    assert get(client, arn)["modelArn"] == other.arn
    assert "failureMessage" not in get(client, arn)


@pytest.mark.bedrock_jobs(progress=datetime.timedelta(minutes=5))
def test_an_update_takes_its_own_time(bedrock_jobs, client, model, deploy):
    """What ended early before it does not end it."""
    arn = deploy()
    bedrock_jobs.complete(arn)
    bedrock_jobs.clock.advance(200)
    update(client, arn, model)
    bedrock_jobs.clock.advance(200)
    updating = get(client, arn)
    assert updating["updateDetails"]["updateStatus"] == "Updating"
    bedrock_jobs.clock.advance(100)
    updated = get(client, arn)
    assert updated["updateDetails"]["updateStatus"] == "UpdateCompleted"
    assert updated["lastUpdatedAt"] - updating["lastUpdatedAt"] == datetime.timedelta(minutes=5)


def test_a_deleted_deployment_is_active_until_a_poll_and_is_not_invoked(bedrock_jobs, client, deploy):
    """Active until it is gone, which takes a poll, as its creation did; it cannot be invoked any more."""
    arn = deploy()
    bedrock_jobs.complete(arn)
    before = get(client, arn)

    delete(client, "chat")

    assert get(client, arn) == before
    text = f"The custom model deployment {arn} is not active: its status is Deleting."
    assert error_of(converse, arn) == ("ResourceNotFoundException", 404, text)
    assert error_of(get, client, arn)[0] == "ResourceNotFoundException"
    assert error_of(delete, client, arn)[0] == "ResourceNotFoundException"
    assert bedrock_jobs.custom_model_deployments == ()


def test_a_deployment_that_is_being_deleted_is_not_updated_and_does_not_fail(bedrock_jobs, client, model, deploy):
    """To delete it again changes nothing, it is not updated any more, and its deletion does not fail."""
    arn = deploy()
    bedrock_jobs.complete(arn)
    bedrock_jobs.progress = "manual"
    delete(client, arn)
    delete(client, arn)
    assert error_of(update, client, arn, model)[2].endswith("cannot be updated: it is Deleting.")
    assert bedrock_jobs.custom_model_deployments[0].deletion_time
    with pytest.raises(UsageError, match="is being stopped or deleted, which does not fail; complete"):
        bedrock_jobs.fail(arn)
    bedrock_jobs.complete(arn)
    assert bedrock_jobs.custom_model_deployments == ()


def test_a_deployment_that_is_being_created_cannot_be_deleted(bedrock_jobs, client, deploy):
    """Not while it is created; one that failed can."""
    arn = deploy()
    text = "Custom model deployment is in a mutating state"
    assert error_of(delete, client, arn) == ("ValidationException", 400, text)
    bedrock_jobs.fail(arn)
    delete(client, arn)
    bedrock_jobs.complete(arn)
    assert bedrock_jobs.custom_model_deployments == ()


@pytest.mark.parametrize("order", ["Ascending", "Descending"])
def test_a_list_is_a_poll_after_which_a_deleted_deployment_is_gone(bedrock_jobs, client, deploy, order):
    """Polls too: the second one does not have it, and misses nothing else."""
    for name in ("first", "chat", "last"):
        bedrock_jobs.complete(deploy(name))
    delete(client, "chat")
    lists = [client.list_custom_model_deployments(sortOrder=order)["modelDeploymentSummaries"] for _ in range(2)]
    names = [sorted(row["customModelDeploymentName"] for row in rows) for rows in lists]
    assert names == [["chat", "first", "last"], ["first", "last"]]


@pytest.mark.bedrock_jobs(progress=datetime.timedelta(minutes=5))
def test_a_deletion_takes_its_own_time_from_when_it_was_requested(bedrock_jobs, client, deploy):
    """From when it was requested."""
    arn = deploy()
    bedrock_jobs.clock.advance(300)
    delete(client, arn)
    bedrock_jobs.clock.advance(299)
    assert get(client, arn)["status"] == "Active"
    bedrock_jobs.clock.advance(1)
    assert error_of(get, client, arn)[0] == "ResourceNotFoundException"


def test_a_model_that_is_deployed_is_not_deleted(bedrock_jobs, client, model, deploy):
    """By name or ARN, while a deployment is created, active, or updated to it."""
    other = bedrock_jobs.add_custom_model("other", base_model="imported")
    arn = deploy()
    for which in (model.arn, "ranker"):
        code, status, text = error_of(client.delete_custom_model, modelIdentifier=which)
        assert (code, status) == ("ConflictException", 400)
        assert text.endswith("is in use. Delete each custom model deployment of it first: chat.")
    bedrock_jobs.complete(arn)
    update(client, arn, other)
    for which in ("ranker", "other"):
        assert error_of(client.delete_custom_model, modelIdentifier=which)[0] == "ConflictException"
    bedrock_jobs.complete(arn)

    client.delete_custom_model(modelIdentifier="ranker")
    assert error_of(client.delete_custom_model, modelIdentifier="other")[0] == "ConflictException"
    delete(client, arn)
    assert error_of(client.delete_custom_model, modelIdentifier="other")[0] == "ConflictException"
    bedrock_jobs.complete(arn)
    client.delete_custom_model(modelIdentifier="other")
    assert bedrock_jobs.custom_models == ()


def test_a_deployment_that_failed_needs_no_model(bedrock_jobs, client, deploy):
    """It never serves."""
    bedrock_jobs.fail(deploy())
    client.delete_custom_model(modelIdentifier="ranker")
    assert bedrock_jobs.custom_models == ()


def test_a_deployment_is_invoked_like_an_imported_model(bedrock_jobs, deploy):
    """When it is active, by its ARN; it is never cold."""
    arn = deploy()
    bedrock_jobs.respond("chat", "fine")
    code, status, text = error_of(converse, arn)
    assert (code, status) == ("ResourceNotFoundException", 404)
    assert text.endswith("is not active: its status is Creating.")
    bedrock_jobs.complete(arn)

    assert converse(arn) == "fine"
    assert invoke(arn, messages=user("Hello"))["output"]["message"]["content"] == [{"text": "fine"}]


@pytest.mark.bedrock_jobs(cold_models=True)
def test_a_deployment_is_never_cold(bedrock_jobs, deploy):
    """Only imported models are evicted."""
    arn = deploy()
    bedrock_jobs.complete(arn)
    bedrock_jobs.respond(bedrock_jobs.custom_model_deployments[0], "fine")
    assert converse(arn) == "fine"


def test_an_imported_model_is_no_deployment(bedrock_jobs):
    """An ARN with the other kind's name is none that exists."""
    arn = bedrock_jobs.add_imported_model("llama").arn.replace("imported-model", "custom-model-deployment")
    assert "Could not find custom model deployment" in error_of(converse, arn)[2]
