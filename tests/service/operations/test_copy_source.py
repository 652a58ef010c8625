"""A copy needs a source: add_custom_model, and who may copy what."""

from __future__ import annotations

import re

import pytest
from support import ACCOUNT, OTHER_ACCOUNT, copy_parameters, make_client, service_model

from pytest_bedrock_jobs import CustomModel, UsageError


def test_add_custom_model_without_arguments_gives_a_model_that_can_be_copied(bedrock_jobs, client):
    """add_custom_model() without arguments gives a record whose ARN is a valid source."""
    model = bedrock_jobs.add_custom_model()
    assert isinstance(model, CustomModel)
    assert (model.region, model.account_id, model.base_model) == ("us-east-1", ACCOUNT, "amazon.nova-lite-v1")
    assert model.shared_with == frozenset()
    source = service_model().operation_model("CreateModelCopyJob").input_shape.members["sourceModelArn"]
    assert re.fullmatch(source.metadata["pattern"], model.arn)
    client.create_model_copy_job(**copy_parameters(model))
    assert bedrock_jobs.copy_jobs[0].source_model_arn == model.arn


def test_every_argument_of_add_custom_model_is_kept(bedrock_jobs):
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


def test_names_that_the_mock_makes_up_are_unique(bedrock_jobs):
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


def test_a_custom_models_name_is_unique_in_its_account_and_region(bedrock_jobs):
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


def test_a_model_needs_no_share_to_be_copied_by_its_owner(bedrock_jobs):
    """A client that acts for the owner's account copies what others are denied."""
    model = bedrock_jobs.add_custom_model(account_id=OTHER_ACCOUNT)
    owner = make_client(aws_account_id=OTHER_ACCOUNT)
    owner.create_model_copy_job(**copy_parameters(model))
    assert bedrock_jobs.copy_jobs[0].account_id == OTHER_ACCOUNT


def test_a_model_that_is_shared_later_is_seen_from_then_on(bedrock_jobs, client):
    """By name, ARN or record: the other account sees it from then on, in its place in the list, and can copy it."""
    older = bedrock_jobs.add_custom_model("older", account_id=OTHER_ACCOUNT)
    model = bedrock_jobs.add_custom_model("theirs", account_id=OTHER_ACCOUNT, shared_with=["111122223333"])
    assert client.list_custom_models()["modelSummaries"] == []

    shared = bedrock_jobs.share_custom_model("theirs", [ACCOUNT])
    assert shared.shared_with == frozenset({ACCOUNT, "111122223333"})
    for each in (older, older.arn):
        assert bedrock_jobs.share_custom_model(each, [ACCOUNT, OTHER_ACCOUNT]).shared_with == frozenset({ACCOUNT})

    rows = client.list_custom_models(isOwned=False)["modelSummaries"]
    assert [row["modelArn"] for row in rows] == [model.arn, older.arn]
    assert client.get_custom_model(modelIdentifier=model.arn)["modelName"] == "theirs"
    client.create_model_copy_job(**copy_parameters(model))
    make_client(aws_account_id=OTHER_ACCOUNT).delete_custom_model(modelIdentifier="theirs")
    assert [row["modelName"] for row in client.list_custom_models()["modelSummaries"]] == ["older"]


@pytest.mark.parametrize(
    ("model", "accounts", "text"),
    [
        ("ranker", OTHER_ACCOUNT, r"account_ids takes several account ids, such as .*, not '2"),
        ("ranker", ["1"], "account_ids takes account ids of 12 digits, not '1'"),
        ("rankr", [OTHER_ACCOUNT], "there is no custom model 'rankr'; there are: ranker"),
        ("twice", [OTHER_ACCOUNT], "2 custom models are called 'twice'; give the ARN of one"),
        (5, [OTHER_ACCOUNT], "there is no custom model 5"),
    ],
)
def test_a_model_that_cannot_be_shared_is_refused(bedrock_jobs, model, accounts, text):
    """The message says why, and nothing changes."""
    bedrock_jobs.add_custom_model("ranker")
    for region in ("us-east-1", "eu-west-1"):
        bedrock_jobs.add_custom_model("twice", region=region)
    with pytest.raises(UsageError, match=f"share_custom_model: {text}"):
        bedrock_jobs.share_custom_model(model, accounts)
    assert {model.shared_with for model in bedrock_jobs.custom_models} == {frozenset()}


def test_a_model_of_another_partition_cannot_be_copied(bedrock_jobs, client):
    """Partitions share nothing."""
    model = bedrock_jobs.add_custom_model(region="cn-north-1")
    with pytest.raises(client.exceptions.ClientError) as caught:
        client.create_model_copy_job(**copy_parameters(model))
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == (
        "ValidationException",
        f"The model {model.arn} is in the partition aws-cn, this Region in aws.",
    )


def test_a_copy_says_how_its_source_was_trained(bedrock_jobs, client):
    """By which job, of whichever account; it is as old as its own job."""
    model = bedrock_jobs.add_custom_model("theirs", account_id=OTHER_ACCOUNT, shared_with=[ACCOUNT])
    bedrock_jobs.clock.advance(60)
    job = client.create_model_copy_job(**copy_parameters(model, targetModelName="ours"))["jobArn"]
    bedrock_jobs.complete(job)
    [ours, theirs] = [client.get_custom_model(modelIdentifier=which) for which in ("ours", model.arn)]
    different = {"modelArn", "modelName", "creationTime", "ResponseMetadata"}
    assert {name: ours[name] for name in ours.keys() - different} == {
        name: theirs[name] for name in theirs.keys() - different
    }
    assert "jobArn" in ours
    assert ours["creationTime"] > theirs["creationTime"]
