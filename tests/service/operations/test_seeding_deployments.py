"""Deployments of custom models that a test creates itself."""

from __future__ import annotations

import pytest
from invoking import converse
from support import OTHER_ACCOUNT, make_client, tags

from pytest_bedrock_jobs import NEXT_JOB, CustomModelDeployment, UsageError, failures

pytestmark = pytest.mark.needs("CreateCustomModelDeployment", "custom-model/imported")


def get(client, deployment):
    """The fields of a deployment."""
    return client.get_custom_model_deployment(customModelDeploymentIdentifier=deployment.arn)


def test_a_deployment_is_added_by_default_with_a_model_and_can_be_invoked(bedrock_jobs, client):
    """Its model is there, too, in its account and Region; nothing of it is a call."""
    deployment = bedrock_jobs.add_custom_model_deployment()

    assert isinstance(deployment, CustomModelDeployment)
    assert (deployment.status, deployment.region, deployment.account_id) == ("Active", "us-east-1", "123456789012")
    assert [model.arn for model in bedrock_jobs.custom_models] == [deployment.model_arn]
    assert bedrock_jobs.custom_model_deployments == (deployment,)
    assert bedrock_jobs.calls == ()
    assert converse(deployment.arn)
    assert get(client, deployment)["status"] == "Active"


def test_every_argument_of_an_added_deployment_is_kept(bedrock_jobs):
    """What the test says is what the service responds."""
    place = {"region": "eu-west-1", "account_id": OTHER_ACCOUNT}
    model = bedrock_jobs.add_custom_model("ranker", **place)
    deployment = bedrock_jobs.add_custom_model_deployment(
        "chat", model=model, description="first", tags={"team": "search"}, **place
    )
    client = make_client(region_name="eu-west-1", aws_account_id=OTHER_ACCOUNT)

    found = client.get_custom_model_deployment(customModelDeploymentIdentifier="chat")

    assert (found["customModelDeploymentArn"], found["modelArn"]) == (deployment.arn, model.arn)
    assert (found["description"], found["status"]) == ("first", "Active")
    assert client.list_tags_for_resource(resourceARN=deployment.arn)["tags"] == [{"key": "team", "value": "search"}]
    assert bedrock_jobs.add_custom_model_deployment(model=model.arn, **place).model_arn == model.arn


def test_an_added_deployment_that_is_being_created_becomes_active(bedrock_jobs, client):
    """It becomes active as any other does; what is planned for the next one is not for it."""
    planned = bedrock_jobs.fail(NEXT_JOB, "no capacity")
    deployment = bedrock_jobs.add_custom_model_deployment(status="Creating")

    assert [get(client, deployment)["status"] for _ in range(2)] == ["Creating", "Active"]
    planned.remove()


@pytest.mark.parametrize("message", [None, "no capacity"])
def test_an_added_deployment_that_has_failed_says_why(bedrock_jobs, client, message):
    """With the service's internal error, or a message of the test's own."""
    deployment = bedrock_jobs.add_custom_model_deployment(status="Failed", failure_message=message)

    found = get(client, deployment)

    assert (found["status"], found["failureMessage"]) == ("Failed", message or failures.internal())


def test_a_deployment_with_a_name_in_use_is_not_added(bedrock_jobs):
    """As the service says it."""
    deployment = bedrock_jobs.add_custom_model_deployment("chat")
    with pytest.raises(UsageError, match=f"^add_custom_model_deployment: .* is in use by {deployment.arn}"):
        bedrock_jobs.add_custom_model_deployment("chat")
    assert len(bedrock_jobs.custom_models) == 1


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ({"account_id": OTHER_ACCOUNT}, "is not authorized to perform: bedrock:CreateCustomModelDeployment"),
        ({"region": "eu-west-1"}, "Could not find custom model"),
    ],
)
def test_a_deployment_of_a_model_of_another_account_or_region_is_not_added(bedrock_jobs, place, text):
    """Of another account or in another Region."""
    model = bedrock_jobs.add_custom_model()
    with pytest.raises(UsageError, match=f"^add_custom_model_deployment: .*{text}"):
        bedrock_jobs.add_custom_model_deployment(model=model, **place)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"name": "two words"}, "name takes up to 63 letters, digits, '-' and '_', not 'two words'"),
        ({"status": "InProgress"}, "no status 'InProgress'"),
        ({"description": ""}, "description takes one line of 1 to 2048 characters, not ''"),
        ({"model": 5}, "model is the ARN or the record of a custom model, not 5"),
        ({"failure_message": "no"}, "failure_message goes with status='Failed', not 'Active'"),
        ({"tags": {tag["key"]: tag["value"] for tag in tags(51)}}, "more tags than can be associated"),
    ],
)
def test_a_deployment_that_the_service_would_refuse_is_not_added(bedrock_jobs, arguments, text):
    """Nothing is added, not even the model."""
    with pytest.raises(UsageError, match=f"^add_custom_model_deployment: .*{text}"):
        bedrock_jobs.add_custom_model_deployment(**arguments)
    assert bedrock_jobs.custom_model_deployments == bedrock_jobs.custom_models == ()


def test_a_deployment_of_an_imported_model_is_not_added(bedrock_jobs):
    """AWS does not deploy one, either."""
    with pytest.raises(UsageError, match="model is the ARN or the record of a custom model, not <ImportedModel"):
        bedrock_jobs.add_custom_model_deployment(model=bedrock_jobs.add_imported_model())
