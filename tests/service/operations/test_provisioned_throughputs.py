"""Provisioned throughput of custom models, and invoking by it."""

from __future__ import annotations

import datetime

import pytest
from invoking import converse, error_of, invoke
from lives import members, start_model
from support import ACCOUNT, OTHER_ACCOUNT, make_client, tags

from pytest_bedrock_jobs import NEXT_JOB, UsageError, failures

BASE = "amazon.titan-text-lite-v1"
BASE_ARN = f"arn:aws:bedrock:us-east-1::foundation-model/{BASE}"


@pytest.fixture
def model(bedrock_jobs):
    """An active custom model."""
    return bedrock_jobs.add_custom_model("ranker", base_model=BASE)


@pytest.fixture
def other(bedrock_jobs):
    """Another one of the same base."""
    return bedrock_jobs.add_custom_model("other", base_model=BASE)


@pytest.fixture
def provision(client, model):
    """Buys throughput; gives its ARN."""

    def create(name="chat", **changes):
        parameters = {"provisionedModelName": name, "modelId": model.arn, "modelUnits": 1} | changes
        return client.create_provisioned_model_throughput(**parameters)["provisionedModelArn"]

    return create


@pytest.fixture
def serving(bedrock_jobs, provision):
    """Throughput in service; its ARN."""
    arn = provision()
    bedrock_jobs.complete(arn)
    return arn


def get(client, which):
    """Its fields."""
    response = client.get_provisioned_model_throughput(provisionedModelId=which)
    del response["ResponseMetadata"]
    return response


def status(client, which):
    """Its status."""
    return get(client, which)["status"]


def update(client, which, **changes):
    """Change its name or model."""
    return client.update_provisioned_model_throughput(provisionedModelId=which, **changes)


def delete(client, which):
    """Delete it."""
    return client.delete_provisioned_model_throughput(provisionedModelId=which)


def test_throughput_is_creating_and_then_in_service(bedrock_jobs, client, model, provision):
    """By polls, by ARN and by name."""
    arn = provision(modelUnits=2)
    assert arn.startswith(f"arn:aws:bedrock:us-east-1:{ACCOUNT}:provisioned-model/")

    first, second = get(client, arn), get(client, "chat")

    assert first == {
        "provisionedModelName": "chat",
        "provisionedModelArn": arn,
        "modelArn": model.arn,
        "desiredModelArn": model.arn,
        "foundationModelArn": BASE_ARN,
        "modelUnits": 2,
        "desiredModelUnits": 2,
        "status": "Creating",
        "creationTime": first["creationTime"],
        "lastModifiedTime": first["creationTime"],
    }
    assert second == first | {"status": "InService", "lastModifiedTime": second["lastModifiedTime"]}
    [throughput] = bedrock_jobs.provisioned_throughputs
    assert repr(throughput) == f"<ProvisionedThroughput chat InService {arn}>"
    assert "1 provisioned throughput" in repr(bedrock_jobs)


@pytest.mark.bedrock_jobs(progress=datetime.timedelta(minutes=5))
def test_throughput_is_in_service_once_its_time_has_passed(bedrock_jobs, client, provision):
    """On the mock's clock."""
    arn = provision()
    bedrock_jobs.clock.advance(299)
    assert status(client, arn) == "Creating"
    bedrock_jobs.clock.advance(1)
    found = get(client, arn)
    assert found["status"] == "InService"
    assert found["lastModifiedTime"] - found["creationTime"] == datetime.timedelta(minutes=5)


@pytest.mark.bedrock_jobs(progress="manual")
def test_throughput_is_ended_by_complete_and_fail(bedrock_jobs, client, provision):
    """With complete and fail; one that failed says why."""
    arn, other = provision(), provision("other")
    bedrock_jobs.complete("chat")
    bedrock_jobs.fail(bedrock_jobs.provisioned_throughputs[1], failures.internal())
    assert status(client, arn) == "InService"
    assert (status(client, other), get(client, other)["failureMessage"]) == ("Failed", failures.internal())


def test_a_plan_that_names_the_operation_is_for_the_next_throughput(bedrock_jobs, client, provision):
    """Only where the operation is named."""
    bedrock_jobs.fail(NEXT_JOB(allow_unused=True))
    bedrock_jobs.fail(NEXT_JOB(operation="CreateProvisionedModelThroughput"), "no capacity")
    arn = provision()
    assert [status(client, arn) for _ in range(2)] == ["Creating", "Failed"]


def test_a_name_in_use_is_refused_until_its_throughput_is_deleted(client, provision, serving):
    """Free again when it is deleted."""
    text = f"The provisioned throughput name chat is in use by {serving}."
    assert error_of(provision) == ("ValidationException", 400, text)
    delete(client, "chat")
    assert provision() != serving


def test_a_repeated_token_returns_the_first_arn(bedrock_jobs, provision):
    """A repeated one buys nothing; botocore sends one if the program does not."""
    assert provision(clientRequestToken="once") == provision(clientRequestToken="once")
    provision("other")
    assert [bool(each.client_request_token) for each in bedrock_jobs.provisioned_throughputs] == [True, True]


def test_a_copy_has_throughput_in_its_region(bedrock_jobs):
    """What copies are made for."""
    source = bedrock_jobs.add_custom_model(base_model=BASE, account_id=OTHER_ACCOUNT, shared_with=[ACCOUNT])
    job = bedrock_jobs.add_copy_job("copied", source=source, status="Completed", region="us-west-2")
    west = bedrock_jobs.client("us-west-2")
    for number, identifier in enumerate((job.target_model_arn, "copied")):
        name = f"chat-{number}"
        west.create_provisioned_model_throughput(provisionedModelName=name, modelId=identifier, modelUnits=1)
        found = get(west, name)
        assert found["modelArn"] == job.target_model_arn
        assert found["foundationModelArn"] == BASE_ARN.replace("us-east-1", "us-west-2")


def test_a_model_of_another_account_or_region_cannot_have_throughput(bedrock_jobs, provision):
    """It has to be copied first, also if it is shared (AWS documentation)."""
    theirs = bedrock_jobs.add_custom_model("theirs", account_id=OTHER_ACCOUNT, shared_with=[ACCOUNT])
    code, _, text = error_of(provision, modelId=theirs.arn)
    assert code == "AccessDeniedException"
    assert theirs.arn in text
    elsewhere = bedrock_jobs.add_custom_model("elsewhere", region="us-west-2")
    code, _, text = error_of(provision, modelId=elsewhere.arn)
    assert code == "ResourceNotFoundException"
    assert text.startswith(f"Could not find custom model {elsewhere.arn}")


@pytest.mark.needs("CreateCustomModel")
def test_a_model_that_is_being_created_cannot_have_throughput(client, provision):
    """It has to be active."""
    start_model(client, modelName="new")
    assert error_of(provision, modelId="new")[2].endswith("is not active: its status is Creating.")


def test_an_imported_model_cannot_have_throughput(bedrock_jobs, provision):
    """AWS documents so. A custom model may have the same name."""
    imported = bedrock_jobs.add_imported_model("llama")
    text = f"The imported model {imported.arn} cannot have provisioned throughput: invoke it by its ARN."
    assert error_of(provision, modelId="llama") == ("ValidationException", 400, text)
    assert error_of(provision, modelId="lama")[0] == "ResourceNotFoundException"
    bedrock_jobs.add_custom_model("llama", base_model=BASE)
    assert provision(modelId="llama")


@pytest.mark.parametrize("identifier", [BASE, BASE_ARN])
def test_throughput_of_a_foundation_model_is_not_mocked(bedrock_jobs, provision, identifier):
    """The mock says so, and nothing is bought."""
    with pytest.raises(UsageError, match=r"throughput of foundation models is not mocked, and .* is one"):
        provision(modelId=identifier)
    assert bedrock_jobs.provisioned_throughputs == ()
    bedrock_jobs.reset()


def test_throughput_is_tagged_at_its_creation_and_afterwards(client, provision):
    """At its creation and afterwards."""
    arn = provision(tags=[{"key": "team", "value": "search"}])
    client.tag_resource(resourceARN=arn, tags=[{"key": "stage", "value": "test"}])
    client.untag_resource(resourceARN=arn, tagKeys=["team"])
    assert client.list_tags_for_resource(resourceARN=arn)["tags"] == [{"key": "stage", "value": "test"}]
    assert error_of(provision, "other", tags=tags(51))[0] == "TooManyTagsException"


def test_tags_of_throughput_need_a_permission_of_their_own(bedrock_jobs, client, provision):
    """Tags need one of their own."""
    bedrock_jobs.deny("bedrock:TagResource")
    assert error_of(provision, tags=tags(1))[0] == "AccessDeniedException"
    arn = provision()
    for action in ("Create", "Delete"):
        bedrock_jobs.deny(f"bedrock:{action}ProvisionedModelThroughput")
    code, _, text = error_of(provision, "other")
    assert code == "AccessDeniedException"
    assert ":provisioned-model/*" in text
    assert error_of(delete, client, arn)[0] == "AccessDeniedException"


def test_faults_can_be_injected_into_provisioned_throughput(bedrock_jobs, client, provision):
    """As for every operation."""
    bedrock_jobs.fail_next_call("CreateProvisionedModelThroughput", "ThrottlingException", times=2)
    arn = provision()
    assert bedrock_jobs.calls[-1].attempts == 3
    bedrock_jobs.fail_next_call("DeleteProvisionedModelThroughput", "ConflictException")
    assert error_of(delete, client, arn)[0] == "ConflictException"


@pytest.mark.bedrock_jobs(quotas=True)
def test_an_account_has_no_model_units_where_quotas_apply(bedrock_jobs, provision):
    """An account has no model units before AWS grants some; what a test adds is not counted."""
    text = f"Your account does not currently have any no commitment model units reserved for {BASE}."
    assert error_of(provision) == ("ServiceQuotaExceededException", 400, text)
    text = f"Your account does not currently have any commitment model units reserved for {BASE}."
    assert error_of(provision, commitmentDuration="OneMonth") == ("ServiceQuotaExceededException", 400, text)
    assert bedrock_jobs.add_provisioned_throughput().status == "InService"


def test_throughput_that_is_not_there_is_not_found_updated_or_deleted(client, provision):
    """By ARN and by name, in every operation that takes one; another Region's is not there either."""
    arn = provision()
    for which in ("chad", arn[:-12] + "0" * 12):
        for call in (get, delete, update):
            code, found, text = error_of(call, client, which)
            assert (code, found) == ("ResourceNotFoundException", 404)
            assert "Existing there: chat." in text
    text = error_of(get, make_client(region_name="us-west-2"), "chat")[2]
    assert f" It exists in us-east-1 (account {ACCOUNT}) as {arn.rpartition(':')[2]}" in text


def test_throughputs_are_listed_with_filters_orders_and_pages(bedrock_jobs, client, model, other):
    """With every filter, both orders, and pages."""
    bedrock_jobs.progress = "manual"
    start = bedrock_jobs.clock.now()
    for number, word in enumerate(["Creating", "InService", "Failed", "InService", "InService"]):
        bedrock_jobs.clock.advance(60)
        chosen = other if number % 2 else model
        bedrock_jobs.add_provisioned_throughput(f"chat-{number}", status=word, model=chosen)
    update(client, "chat-4", desiredModelId=other.arn)

    def names(**filters):
        paginator = client.get_paginator("list_provisioned_model_throughputs")
        pages = paginator.paginate(**filters, PaginationConfig={"PageSize": 2})
        return "".join(row["provisionedModelName"][-1] for page in pages for row in page["provisionedModelSummaries"])

    assert names() == "43210"
    assert names(sortOrder="Ascending", sortBy="CreationTime") == "01234"
    assert names(modelArnEquals=other.arn) == "31"
    assert names(nameContains="chat-2") == "2"
    assert names(nameContains="Chat") == ""
    assert [names(statusEquals=word) for word in ("Creating", "InService", "Failed", "Updating")] == [
        *("0", "31", "2", "4")
    ]
    assert names(statusEquals="InService", modelArnEquals=model.arn) == ""
    assert names(creationTimeAfter=start + datetime.timedelta(seconds=150)) == "432"
    assert names(creationTimeBefore=start + datetime.timedelta(seconds=150)) == "10"
    [row] = client.list_provisioned_model_throughputs(statusEquals="Failed")["provisionedModelSummaries"]
    full = get(client, "chat-2")
    assert row == {name: value for name, value in full.items() if name != "failureMessage"}
    assert full["failureMessage"] == failures.internal()

    page = client.list_provisioned_model_throughputs(maxResults=2)
    code, _, _ = error_of(client.list_provisioned_model_throughputs, nextToken=page["nextToken"], nameContains="chat")
    assert code == "ValidationException"


def test_a_list_is_a_poll(client, provision):
    """Code that waits with it ends."""
    provision()
    rows = [client.list_provisioned_model_throughputs()["provisionedModelSummaries"][0] for _ in range(2)]
    assert [row["status"] for row in rows] == ["Creating", "InService"]


def test_a_new_name_is_taken_at_once_and_the_old_one_free(bedrock_jobs, client, provision, serving):
    """At once; the old one is free, the new one taken."""
    bedrock_jobs.clock.advance(60)
    response = update(client, "chat", desiredProvisionedModelName="talk")
    assert members(response) == set()
    found = get(client, "talk")
    assert (found["provisionedModelArn"], found["status"]) == (serving, "InService")
    assert found["lastModifiedTime"] - found["creationTime"] >= datetime.timedelta(seconds=60)
    assert error_of(get, client, "chat")[0] == "ResourceNotFoundException"
    assert error_of(provision, "talk")[0] == "ValidationException"
    bedrock_jobs.complete(provision("chat"))
    text = f"The provisioned throughput name talk is in use by {serving}."
    assert error_of(update, client, "chat", desiredProvisionedModelName="talk") == ("ValidationException", 400, text)
    update(client, serving, desiredProvisionedModelName="talk")
    assert [each.name for each in bedrock_jobs.provisioned_throughputs] == ["talk", "chat"]


def test_the_old_model_serves_until_an_update_has_ended(bedrock_jobs, client, model, other, serving):
    """Updating first; the old model serves until it has ended."""
    update(client, serving, desiredModelId="other", desiredProvisionedModelName="talk")

    first, second = get(client, serving), get(client, "talk")

    assert (first["status"], first["modelArn"], first["desiredModelArn"]) == ("Updating", model.arn, other.arn)
    assert (second["status"], second["modelArn"], second["desiredModelArn"]) == ("InService", other.arn, other.arn)


def test_throughput_may_change_to_the_base_model_of_its_model_for_good(bedrock_jobs, client, other, serving):
    """AWS documents that the base model of its custom model may follow it, and nothing that; the model is free then."""
    update(client, serving, desiredModelId=BASE)
    bedrock_jobs.complete(serving)
    assert get(client, serving)["modelArn"] == BASE_ARN
    client.delete_custom_model(modelIdentifier="ranker")
    bedrock_jobs.respond("chat", "fine")
    assert converse(serving) == "fine"
    text = f"The provisioned throughput {serving} has a base model, which cannot be changed."
    for identifier in (other.arn, BASE):
        assert error_of(update, client, serving, desiredModelId=identifier) == ("ValidationException", 400, text)
    update(client, serving, desiredProvisionedModelName="talk")


def test_throughput_whose_update_fails_has_failed(bedrock_jobs, client, model, other, serving):
    """It has failed (AWS documentation), and Get says why."""
    update(client, serving, desiredModelId=other.arn)
    bedrock_jobs.fail(serving, "no capacity")
    found = get(client, serving)
    assert (found["status"], found["failureMessage"]) == ("Failed", "no capacity")
    assert (found["modelArn"], found["desiredModelArn"]) == (model.arn, other.arn)


def test_throughput_is_updated_only_in_service_and_to_a_model_of_its_base(bedrock_jobs, client, other, provision):
    """What is created or updated, or has failed; to a model of another base, or none."""
    arn = provision()
    text = f"The provisioned throughput {arn} cannot be updated: it is Creating."
    assert error_of(update, client, arn, desiredProvisionedModelName="talk") == ("ValidationException", 400, text)
    bedrock_jobs.complete(arn)
    foreign = bedrock_jobs.add_custom_model("nova", base_model="amazon.nova-lite-v1")
    for identifier in (foreign.arn, "amazon.nova-lite-v1"):
        text = f"{identifier} descends from amazon.nova-lite-v1; {arn} is for models of {BASE}."
        assert error_of(update, client, arn, desiredModelId=identifier) == ("ValidationException", 400, text)
    assert error_of(update, client, arn, desiredModelId="none")[0] == "ResourceNotFoundException"
    elsewhere = f"arn:aws:bedrock:eu-west-1::foundation-model/{BASE}"
    text = "The provided model identifier is invalid."
    assert error_of(update, client, arn, desiredModelId=elsewhere) == ("ValidationException", 400, text)
    update(client, arn, desiredModelId="other")
    assert error_of(update, client, arn, desiredModelId="ranker")[2].endswith("cannot be updated: it is Updating.")
    bedrock_jobs.add_provisioned_throughput("broken", status="Failed")
    assert error_of(update, client, "broken")[2].endswith("cannot be updated: it is Failed.")


@pytest.mark.bedrock_jobs(progress=datetime.timedelta(minutes=5))
def test_an_update_takes_its_own_time_from_when_it_was_requested(bedrock_jobs, client, other, serving):
    """From when it was requested."""
    bedrock_jobs.clock.advance(200)
    update(client, serving, desiredModelId="other")
    bedrock_jobs.clock.advance(299)
    assert status(client, serving) == "Updating"
    bedrock_jobs.clock.advance(1)
    assert status(client, serving) == "InService"


def test_throughput_is_deleted_at_once_unless_it_is_created_or_updated(bedrock_jobs, client, other, provision):
    """By ARN or name, at once; not while it is created or updated."""
    arn = provision()
    text = f"The provisioned throughput {arn} cannot be deleted: it is Creating."
    assert error_of(delete, client, arn) == ("ConflictException", 400, text)
    bedrock_jobs.complete(arn)
    update(client, arn, desiredModelId="other")
    assert error_of(delete, client, arn)[2].endswith("cannot be deleted: it is Updating.")
    bedrock_jobs.complete(arn)
    assert members(delete(client, "chat")) == set()
    assert error_of(get, client, arn)[0] == "ResourceNotFoundException"
    assert bedrock_jobs.provisioned_throughputs == ()


@pytest.mark.parametrize(("term", "days"), [("OneMonth", 30), ("SixMonths", 180)])
def test_throughput_with_a_commitment_is_not_deleted_before_its_term_ends(bedrock_jobs, client, provision, term, days):
    """It holds for its term, which begins with the request (AWS documentation)."""
    arn = provision(commitmentDuration=term)
    bedrock_jobs.complete(arn)
    found = get(client, arn)
    assert found["commitmentDuration"] == term
    assert found["commitmentExpirationTime"] - found["creationTime"] == datetime.timedelta(days)
    code, code_status, text = error_of(delete, client, arn)
    assert (code, code_status) == ("ConflictException", 400)
    assert text == (
        f"The provisioned throughput {arn} cannot be deleted: its commitment term ends at "
        f"{found['commitmentExpirationTime'].isoformat()}."
    )
    bedrock_jobs.clock.advance(days * 24 * 60 * 60)
    delete(client, arn)
    assert bedrock_jobs.provisioned_throughputs == ()


def test_throughput_that_failed_has_no_commitment(bedrock_jobs, client, provision):
    """Nobody pays for it."""
    arn = provision(commitmentDuration="SixMonths")
    bedrock_jobs.fail(arn)
    delete(client, arn)
    assert bedrock_jobs.provisioned_throughputs == ()


def test_a_model_with_throughput_is_not_deleted(bedrock_jobs, client, model, other, provision):
    """By name or ARN, while it is created, in service, or updated to it."""
    arn = provision()
    for which in ("ranker", model.arn):
        code, found, text = error_of(client.delete_custom_model, modelIdentifier=which)
        assert (code, found) == ("ConflictException", 400)
        assert text.endswith("is in use. Delete each provisioned throughput of it first: chat.")
    bedrock_jobs.complete(arn)
    update(client, arn, desiredModelId="other")
    for which in ("ranker", "other"):
        assert error_of(client.delete_custom_model, modelIdentifier=which)[0] == "ConflictException"
    bedrock_jobs.complete(arn)
    client.delete_custom_model(modelIdentifier="ranker")
    delete(client, arn)
    client.delete_custom_model(modelIdentifier="other")
    assert bedrock_jobs.custom_models == ()


def test_throughput_that_failed_needs_no_model(bedrock_jobs, client, provision):
    """It never serves."""
    bedrock_jobs.fail(provision())
    client.delete_custom_model(modelIdentifier="ranker")
    delete(client, "chat")
    assert bedrock_jobs.provisioned_throughputs == ()


def test_a_model_is_invoked_by_its_throughput_in_service_and_during_an_update(bedrock_jobs, client, other, provision):
    """When it is in service, and during an update too; by every operation that invokes."""
    arn = provision()
    bedrock_jobs.respond("chat", ["fine", {"results": []}, "fine"])
    text = f"The provisioned throughput {arn} is not active: its status is Creating."
    assert error_of(converse, arn) == ("ResourceNotFoundException", 404, text)
    bedrock_jobs.complete(arn)
    assert converse(arn) == "fine"
    assert invoke(arn, inputText="Hello") == {"results": []}
    update(client, arn, desiredModelId="other")
    assert converse(arn) == "fine"
    bedrock_jobs.complete(arn)
    delete(client, arn)
    assert error_of(converse, arn)[2].startswith(f"Could not find provisioned throughput {arn}")


def test_throughput_of_a_nova_model_speaks_as_one(bedrock_jobs):
    """Whatever it is invoked by."""
    nova = bedrock_jobs.add_custom_model(base_model="amazon.nova-lite-v1:0:300k")
    throughput = bedrock_jobs.add_provisioned_throughput(model=nova)
    bedrock_jobs.respond(throughput, "fine")
    response = invoke(throughput.arn, messages=[{"role": "user", "content": [{"text": "Hello"}]}])
    assert response["output"]["message"]["content"][0]["text"] == "fine"


def test_throughput_of_another_region_or_account_cannot_be_invoked(bedrock_jobs):
    """It is nowhere but where it was bought."""
    west = bedrock_jobs.add_provisioned_throughput(region="us-west-2")
    assert error_of(converse, west.arn)[0] == "ValidationException"
    theirs = bedrock_jobs.add_provisioned_throughput(account_id=OTHER_ACCOUNT)
    assert error_of(converse, theirs.arn)[0] == "AccessDeniedException"


def test_a_test_can_add_throughput_in_every_state(bedrock_jobs, model):
    """In every state, with its model or one that is created for it."""
    throughput = bedrock_jobs.add_provisioned_throughput()
    assert (throughput.status, throughput.model_units, throughput.region) == ("InService", 1, "us-east-1")
    assert throughput.model_arn in [each.arn for each in bedrock_jobs.custom_models]
    throughput = bedrock_jobs.add_provisioned_throughput(
        "chat", status="Creating", model=model.arn, model_units=3, commitment_duration="SixMonths", tags={"a": "b"}
    )
    assert (throughput.name, throughput.status, throughput.model_arn) == ("chat", "Creating", model.arn)
    assert (throughput.model_units, throughput.commitment_duration, throughput.tags) == (3, "SixMonths", {"a": "b"})
    failed = bedrock_jobs.add_provisioned_throughput(status="Failed", failure_message="no capacity")
    assert (failed.status, failed.failure_message) == ("Failed", "no capacity")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"status": "Updating"}, "there is no status 'Updating'"),
        ({"name": "a b"}, "name takes up to 63 letters, .* not 'a b'"),
        ({"name": "chat"}, "The provisioned throughput name chat is in use"),
        ({"model_units": 0}, "model_units is a number of units, 1 or more, not 0"),
        ({"model_units": True}, "model_units is a number of units, 1 or more, not True"),
        ({"commitment_duration": "OneYear"}, "there is no commitment_duration 'OneYear'"),
        ({"model": BASE}, "CreateProvisionedModelThroughput: throughput of foundation models is not mocked"),
        ({"model": 5}, "model is the ARN or the record of a custom model, not 5"),
        ({"tags": ["a"]}, "tags takes a mapping"),
        ({"failure_message": "no"}, "failure_message goes with status='Failed'"),
    ],
)
def test_throughput_that_a_test_cannot_add_is_refused(bedrock_jobs, options, text):
    """The message says why, and nothing is added."""
    bedrock_jobs.add_provisioned_throughput("chat")
    with pytest.raises(UsageError, match=f"add_provisioned_throughput: {text}"):
        bedrock_jobs.add_provisioned_throughput(**options)
    assert len(bedrock_jobs.provisioned_throughputs) == 1
    assert len(bedrock_jobs.custom_models) == 1
    assert len(bedrock_jobs.customization_jobs) == 1
