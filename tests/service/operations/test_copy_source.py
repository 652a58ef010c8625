"""A copy needs a source: add_custom_model, and who may copy what."""

from __future__ import annotations

import re

import pytest
from support import ACCOUNT, OTHER_ACCOUNT, copy_parameters, make_client, service_model

from pytest_bedrock_jobs import CustomModel, UsageError


def test_defaults_give_a_model_that_can_be_copied(bedrock_jobs, client):
    """add_custom_model() without arguments gives a record whose ARN is a valid source."""
    model = bedrock_jobs.add_custom_model()
    assert isinstance(model, CustomModel)
    assert (model.region, model.account_id, model.base_model) == ("us-east-1", ACCOUNT, "amazon.nova-lite-v1")
    assert model.shared_with == frozenset()
    source = service_model().operation_model("CreateModelCopyJob").input_shape.members["sourceModelArn"]
    assert re.fullmatch(source.metadata["pattern"], model.arn)
    client.create_model_copy_job(**copy_parameters(model))
    assert bedrock_jobs.copy_jobs[0].source_model_arn == model.arn


def test_every_argument_is_kept(bedrock_jobs):
    """Name, Region, account, base model and shares are found in the record and in its ARN."""
    model = bedrock_jobs.add_custom_model(
        "titan",
        region="cn-north-1",
        account_id=OTHER_ACCOUNT,
        base_model="amazon.titan-text-lite-v1:0:4k",
        shared_with=[ACCOUNT],
    )
    prefix = f"arn:aws-cn:bedrock:cn-north-1:{OTHER_ACCOUNT}:custom-model/amazon.titan-text-lite-v1:0:4k/"
    assert model.arn.startswith(prefix)
    assert (model.name, model.region, model.account_id) == ("titan", "cn-north-1", OTHER_ACCOUNT)
    assert (model.base_model, model.shared_with) == ("amazon.titan-text-lite-v1:0:4k", frozenset({ACCOUNT}))


def test_names_made_up_are_unique(bedrock_jobs):
    """Two models without a name have different ones."""
    assert bedrock_jobs.add_custom_model().name != bedrock_jobs.add_custom_model().name


@pytest.mark.parametrize(
    ("arguments", "reported"),
    [
        ({"name": "two words"}, "name takes .*'two words'"),
        ({"base_model": "Llama"}, "base_model takes .*'Llama'"),
        ({"account_id": "12"}, "account_id .*'12'"),
        ({"shared_with": ["12345678901x"]}, "shared_with .*'12345678901x'"),
    ],
)
def test_a_value_that_aws_does_not_have_is_refused(bedrock_jobs, arguments, reported):
    """A wrong argument is a UsageError that names the argument and the value."""
    with pytest.raises(UsageError, match=reported):
        bedrock_jobs.add_custom_model(**arguments)


def test_a_name_is_unique_in_its_account_and_region(bedrock_jobs):
    """A name is refused a second time in one place, and free in another Region and account."""
    bedrock_jobs.add_custom_model("titan")
    with pytest.raises(UsageError, match="the name titan already exists: arn:aws:bedrock:us-east-1:"):
        bedrock_jobs.add_custom_model("titan")
    others = [
        bedrock_jobs.add_custom_model("titan", region="us-west-2"),
        bedrock_jobs.add_custom_model("titan", account_id=OTHER_ACCOUNT),
    ]
    assert {model.name for model in others} == {"titan"}


@pytest.mark.needs("custom-model/imported")
@pytest.mark.parametrize("existing", [0, 1])
def test_a_source_that_was_not_added_is_not_found(bedrock_jobs, client, existing):
    """An unknown source is a ResourceNotFoundException that says which models there are."""
    there = [bedrock_jobs.add_custom_model().arn for _ in range(existing)]
    unknown = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:custom-model/imported/abcdefghijkl"
    with pytest.raises(client.exceptions.ResourceNotFoundException, match=unknown) as caught:
        client.create_model_copy_job(sourceModelArn=unknown, targetModelName="copy")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert ", ".join(there or ["none"]) in str(caught.value)
    assert bedrock_jobs.copy_jobs == ()


def test_another_accounts_model_is_denied(bedrock_jobs, client):
    """A model of another account that is not shared is an AccessDeniedException in AWS's words."""
    model = bedrock_jobs.add_custom_model(account_id=OTHER_ACCOUNT, shared_with=["111122223333"])
    with pytest.raises(client.exceptions.AccessDeniedException) as caught:
        client.create_model_copy_job(**copy_parameters(model))
    assert caught.value.response["Error"]["Message"] == (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/mock/bedrock-jobs is not authorized to perform: "
        f"bedrock:CreateModelCopyJob on resource: {model.arn} because no identity-based policy allows the "
        "bedrock:CreateModelCopyJob action"
    )
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert bedrock_jobs.copy_jobs == ()


def test_a_shared_model_can_be_copied(bedrock_jobs, client):
    """A model shared with the caller's account is copied into that account, from the owner's."""
    model = bedrock_jobs.add_custom_model(account_id=OTHER_ACCOUNT, shared_with=[ACCOUNT])
    client.create_model_copy_job(**copy_parameters(model))
    [job] = bedrock_jobs.copy_jobs
    assert (job.source_account_id, job.account_id) == (OTHER_ACCOUNT, ACCOUNT)
    assert f":{ACCOUNT}:custom-model/" in job.target_model_arn


def test_the_owner_needs_no_share(bedrock_jobs):
    """A client that acts for the owner's account copies what others are denied."""
    model = bedrock_jobs.add_custom_model(account_id=OTHER_ACCOUNT)
    owner = make_client(aws_account_id=OTHER_ACCOUNT)
    owner.create_model_copy_job(**copy_parameters(model))
    assert bedrock_jobs.copy_jobs[0].account_id == OTHER_ACCOUNT
