"""Many Regions and many accounts at once: nothing leaks between them."""

from __future__ import annotations

import boto3
import pytest
from lives import copy_status, error_of, import_status, start_copy, start_import, start_model
from support import ACCOUNT, OTHER_ACCOUNT, keys, make_client

PLACES = [("us-east-1", ACCOUNT), ("us-west-2", ACCOUNT), ("us-east-1", OTHER_ACCOUNT), ("cn-north-1", OTHER_ACCOUNT)]


def client_of(region, account):
    """A client whose session's credentials carry the account."""
    return make_client(region_name=region, aws_account_id=account)


def lists_of(client):
    """The ARNs in all four lists."""
    return [
        [row.get("jobArn", row.get("modelArn")) for row in rows]
        for rows in (
            client.list_model_import_jobs()["modelImportJobSummaries"],
            client.list_imported_models()["modelSummaries"],
            client.list_model_copy_jobs()["modelCopyJobSummaries"],
            client.list_custom_models()["modelSummaries"],
        )
    ]


def test_each_account_and_region_has_its_own_jobs_and_models(bedrock_jobs):
    """The same names in four places are four jobs, four models; each list shows its own."""
    bedrock_jobs.progress = "manual"
    expected = {}
    for place in PLACES:
        client = client_of(*place)
        source = bedrock_jobs.add_custom_model("source", region=place[0], account_id=place[1])
        job = start_import(client, jobName="import", importedModelName="ranker", clientRequestToken="token-1")
        copy = start_copy(client, source, targetModelName="copy", clientRequestToken="token-1")
        bedrock_jobs.complete(job)
        bedrock_jobs.complete(copy)
        expected[place] = [
            [job],
            [bedrock_jobs.imported_models[-1].arn],
            [copy],
            [bedrock_jobs.custom_models[-1].arn, source.arn],
        ]
        assert f":{place[0]}:{place[1]}:" in job
    assert len({job.arn for job in bedrock_jobs.import_jobs}) == len(PLACES)
    for place in PLACES:
        assert lists_of(client_of(*place)) == expected[place]


def test_nothing_of_another_account_or_region_is_found_changed_or_deleted(bedrock_jobs):
    """By ARN and by name: not from another Region, nor from another account."""
    bedrock_jobs.progress = "manual"
    owner, model = client_of(*PLACES[0]), bedrock_jobs.add_imported_model("ranker")
    custom = bedrock_jobs.add_custom_model("nova")
    copy = start_copy(owner, custom)
    before = lists_of(owner)
    for place in PLACES[1:]:
        other = client_of(*place)
        for call, parameters in (
            (other.get_model_import_job, {"jobIdentifier": model.job_arn}),
            (other.get_model_import_job, {"jobIdentifier": model.job_name}),
            (other.get_imported_model, {"modelIdentifier": model.arn}),
            (other.delete_imported_model, {"modelIdentifier": model.arn}),
            (other.delete_imported_model, {"modelIdentifier": "ranker"}),
            (other.get_model_copy_job, {"jobArn": copy}),
            (other.get_custom_model, {"modelIdentifier": custom.arn}),
            (other.get_custom_model, {"modelIdentifier": "nova"}),
            (other.delete_custom_model, {"modelIdentifier": custom.arn}),
            (other.delete_custom_model, {"modelIdentifier": "nova"}),
            (other.tag_resource, {"resourceARN": custom.arn, "tags": [{"key": "a", "value": "b"}]}),
            (other.list_tags_for_resource, {"resourceARN": model.job_arn}),
        ):
            assert error_of(call, **parameters)[0] in {"ResourceNotFoundException", "ValidationException"}
        assert lists_of(other) == [[], [], [], []]
    assert lists_of(owner) == before
    assert dict(bedrock_jobs.custom_models[0].tags) == {}


@pytest.mark.needs("aws_account_id")
@pytest.mark.parametrize("account", [ACCOUNT, OTHER_ACCOUNT])
def test_a_client_acts_as_the_account_of_its_keys(bedrock_jobs, account):
    """By aws_account_id of the client, of the session, and by the mock's account otherwise."""
    by_session = boto3.session.Session(**keys(aws_account_id=account)).client("bedrock")
    by_client = boto3.client("bedrock", **keys(aws_account_id=account))
    for client in (by_session, by_client):
        assert f":{account}:model-import-job/" in start_import(client)
    assert {call.account_id for call in bedrock_jobs.calls} == {account}
    assert f":{ACCOUNT}:model-import-job/" in start_import(make_client())


@pytest.mark.bedrock_jobs(account_id="111122223333", region="eu-central-1")
def test_what_a_test_adds_is_in_the_mock_s_own_place(bedrock_jobs, client):
    """The options of the mock say where, unless the arguments say otherwise."""
    added = [bedrock_jobs.add_import_job(), bedrock_jobs.add_imported_model(), bedrock_jobs.add_custom_model()]
    assert {(record.region, record.account_id) for record in added} == {("eu-central-1", "111122223333")}
    assert client.get_imported_model(modelIdentifier=added[1].name)["modelArn"] == added[1].arn
    elsewhere = bedrock_jobs.add_custom_model(region="cn-north-1", account_id=ACCOUNT)
    assert elsewhere.arn.startswith(f"arn:aws-cn:bedrock:cn-north-1:{ACCOUNT}:custom-model/")


def test_a_shared_model_is_copied_across_accounts(bedrock_jobs):
    """The copy is the caller's own, in the caller's Region; the job says whose the source is."""
    shared = bedrock_jobs.add_custom_model("nova", account_id=OTHER_ACCOUNT, shared_with=[ACCOUNT], tags={"a": "b"})
    client = client_of("eu-west-1", ACCOUNT)
    job_arn = start_copy(client, shared, targetModelName="ours")
    assert [copy_status(client, job_arn) for _ in range(2)] == ["InProgress", "Completed"]
    job = client.get_model_copy_job(jobArn=job_arn)
    assert (job["sourceAccountId"], job["sourceModelName"]) == (OTHER_ACCOUNT, "nova")
    assert f":eu-west-1:{ACCOUNT}:model-copy-job/" in job["jobArn"]
    assert f":eu-west-1:{ACCOUNT}:custom-model/" in job["targetModelArn"]
    [row] = client.list_custom_models(isOwned=True)["modelSummaries"]
    assert (row["modelArn"], row["ownerAccountId"]) == (job["targetModelArn"], ACCOUNT)
    assert client.list_custom_models(isOwned=False)["modelSummaries"] == []
    [row] = client_of("us-east-1", ACCOUNT).list_custom_models(isOwned=False)["modelSummaries"]
    assert (row["modelArn"], row["ownerAccountId"]) == (shared.arn, OTHER_ACCOUNT)
    owner = client_of("us-east-1", OTHER_ACCOUNT)
    assert [row["modelArn"] for row in owner.list_custom_models()["modelSummaries"]] == [shared.arn]
    assert lists_of(client_of("eu-west-1", OTHER_ACCOUNT)) == [[], [], [], []]


def test_what_was_not_shared_is_not_copied(bedrock_jobs):
    """AccessDeniedException that names the caller, the action and the model."""
    model = bedrock_jobs.add_custom_model(account_id=OTHER_ACCOUNT, shared_with=["111122223333"])
    code, message = error_of(
        client_of("us-east-1", ACCOUNT).create_model_copy_job, sourceModelArn=model.arn, targetModelName="ours"
    )
    assert code == "AccessDeniedException"
    assert f"arn:aws:sts::{ACCOUNT}:" in message
    assert f"bedrock:CreateModelCopyJob on resource: {model.arn}" in message
    assert bedrock_jobs.copy_jobs == ()


def test_a_copy_is_not_shared_with_its_source_s_friends(bedrock_jobs):
    """What is made here belongs to the caller alone."""
    shared = bedrock_jobs.add_custom_model(account_id=OTHER_ACCOUNT, shared_with=[ACCOUNT, "111122223333"])
    client = client_of("us-east-1", ACCOUNT)
    bedrock_jobs.complete(start_copy(client, shared))
    assert bedrock_jobs.custom_models[-1].shared_with == frozenset()
    friend = client_of("us-east-1", "111122223333")
    assert [row["modelArn"] for row in friend.list_custom_models()["modelSummaries"]] == [shared.arn]


@pytest.mark.needs("CreateCustomModel")
def test_progress_in_one_account_or_region_is_none_in_another(bedrock_jobs):
    """Looks count for what they see: a job of the same name elsewhere stays as it is."""
    here, there = client_of(*PLACES[0]), client_of(*PLACES[2])
    for client in (here, there):
        start_import(client, jobName="import")
        start_model(client, modelName="nova")
    for _ in range(2):
        lists_of(here)
    assert [job.status for job in bedrock_jobs.import_jobs] == ["Completed", "InProgress"]
    assert [model.status for model in bedrock_jobs.custom_models] == ["Active", "Creating"]
    assert import_status(there, "import") == "InProgress"
