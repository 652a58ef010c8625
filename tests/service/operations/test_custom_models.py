"""CreateCustomModel, GetCustomModel, ListCustomModels and DeleteCustomModel."""

from __future__ import annotations

import datetime

import pytest
from lives import (
    BASE_MODEL_ARN,
    copy_status,
    custom_model_parameters,
    error_of,
    members,
    model_status,
    start_copy,
    start_model,
    unknown_arn,
)
from support import ACCOUNT, OTHER_ACCOUNT, make_client, tags

MEMBERS = {"modelArn", "modelName", "creationTime", "baseModelArn", "customizationType", "modelStatus"}
TRAINED = {"jobName", "jobArn", "trainingDataConfig", "outputDataConfig", "trainingMetrics", "validationMetrics"}
ROW = {
    "modelArn",
    "modelName",
    "creationTime",
    "baseModelArn",
    "baseModelName",
    "customizationType",
    "ownerAccountId",
    "modelStatus",
}
PACKAGE = {
    "modelPackageArnDataSource": {"modelPackageArn": "arn:aws:sagemaker:us-east-1:123456789012:model-package/x/1"}
}
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/01234567-89ab-cdef-0123-456789abcdef"


@pytest.mark.needs("CreateCustomModel")
def test_a_model_is_created_and_then_active(bedrock_jobs, client):
    """The response is a 202 with the ARN; the first Get says Creating, the next one Active."""
    response = client.create_custom_model(**custom_model_parameters(modelName="nova"))
    assert members(response) == {"modelArn"}
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 202
    first = client.get_custom_model(modelIdentifier="nova")
    assert members(first) == MEMBERS
    assert (first["modelArn"], first["modelName"]) == (response["modelArn"], "nova")
    assert (first["modelStatus"], first["customizationType"]) == ("Creating", "IMPORTED")
    assert first["creationTime"].utcoffset() == datetime.timedelta()
    second = client.get_custom_model(modelIdentifier=response["modelArn"])
    assert second == first | {"modelStatus": "Active", "ResponseMetadata": second["ResponseMetadata"]}
    assert [model.status for model in bedrock_jobs.custom_models] == ["Active"]


@pytest.mark.needs("CreateCustomModel")
def test_a_list_of_custom_models_is_a_poll(client):
    """A List that sees a model counts as a poll: the next one finds it Active."""
    arn = start_model(client)
    statuses = [client.list_custom_models()["modelSummaries"][0]["modelStatus"] for _ in range(3)]
    assert statuses == ["Creating", "Active", "Active"]
    [row] = client.list_custom_models()["modelSummaries"]
    assert set(row) == ROW
    assert (row["modelArn"], row["ownerAccountId"], row["customizationType"]) == (arn, ACCOUNT, "IMPORTED")
    assert row["baseModelArn"] == BASE_MODEL_ARN


@pytest.mark.needs("CreateCustomModel")
def test_a_model_that_fails_says_why(bedrock_jobs, client):
    """By the test's hand: Failed with a failureMessage, for good."""
    arn = start_model(client)
    bedrock_jobs.fail(arn, "no such file")
    model = client.get_custom_model(modelIdentifier=arn)
    assert members(model) == MEMBERS | {"failureMessage"}
    assert (model["modelStatus"], model["failureMessage"]) == ("Failed", "no such file")
    assert client.list_custom_models(modelStatus="Failed")["modelSummaries"][0]["modelArn"] == arn


@pytest.mark.needs("CreateCustomModel")
@pytest.mark.parametrize(("progress", "status"), [("time", "Creating"), ("manual", "Creating"), ("polls", "Active")])
def test_creation_follows_the_progress(bedrock_jobs, client, progress, status):
    """With progress by time or manually polling does not matter; by polls it does."""
    bedrock_jobs.progress = progress
    arn = start_model(client)
    assert [model_status(client, arn) for _ in range(2)][-1] == status
    bedrock_jobs.clock.advance(15 * 60)
    assert model_status(client, arn) == ("Creating" if progress == "manual" else "Active")


@pytest.mark.needs("CreateCustomModel")
def test_tags_and_key_of_a_custom_model_are_kept(client):
    """Tags are found by ListTagsForResource, the key as modelKmsKeyArn."""
    arn = start_model(client, modelTags=tags(2), modelKmsKeyArn=KEY)
    assert client.list_tags_for_resource(resourceARN=arn)["tags"] == tags(2)
    assert client.get_custom_model(modelIdentifier=arn)["modelKmsKeyArn"] == KEY


@pytest.mark.needs("CreateCustomModel")
def test_a_model_package_is_a_source_too(client):
    """Files or a package: either alone makes a model."""
    arn = start_model(client, modelName="packaged")
    client.delete_custom_model(modelIdentifier=arn)
    client.create_custom_model(modelName="packaged", customModelDataSource=PACKAGE)
    assert client.get_custom_model(modelIdentifier="packaged")["customizationType"] == "IMPORTED"


@pytest.mark.needs("CreateCustomModel")
@pytest.mark.parametrize("both", [True, False])
def test_a_custom_model_needs_exactly_one_source(bedrock_jobs, client, both):
    """Neither or both: ValidationException, and nothing is created."""
    parameters = custom_model_parameters(customModelDataSource=PACKAGE)
    if not both:
        parameters = {"modelName": "nova"}
    code, message = error_of(client.create_custom_model, **parameters)
    assert (code, message) == (
        "ValidationException",
        "Exactly one of modelSourceConfig and customModelDataSource must be given.",
    )
    assert bedrock_jobs.custom_models == ()


@pytest.mark.needs("CreateCustomModel")
def test_a_custom_model_of_files_needs_a_role(bedrock_jobs, client):
    """AWS documents that a model package needs none."""
    parameters = custom_model_parameters()
    del parameters["roleArn"]
    expected = ("ValidationException", "roleArn must be given with modelSourceConfig.")
    assert error_of(client.create_custom_model, **parameters) == expected
    assert bedrock_jobs.custom_models == ()


@pytest.mark.needs("CreateCustomModel")
def test_a_name_is_taken_until_its_model_is_deleted(bedrock_jobs, client):
    """A second model of one name is a ValidationException that names the first; after deletion the name is free."""
    arn = start_model(client, modelName="nova")
    code, message = error_of(client.create_custom_model, **custom_model_parameters(modelName="nova"))
    assert (code, message) == ("ValidationException", f"A custom model with the name nova already exists: {arn}.")
    start_model(bedrock_jobs.client("us-west-2"), modelName="nova")
    client.delete_custom_model(modelIdentifier="nova")
    assert start_model(client, modelName="nova") != arn


@pytest.mark.needs("CreateCustomModel")
def test_too_many_tags_create_nothing(bedrock_jobs, client):
    """TooManyTagsException at 51 tags."""
    code, _ = error_of(client.create_custom_model, **custom_model_parameters(modelTags=tags(51)))
    assert code == "TooManyTagsException"
    assert bedrock_jobs.custom_models == ()


@pytest.mark.needs("CreateCustomModel")
def test_a_repeated_token_returns_the_first_model(bedrock_jobs, client):
    """The same request twice makes one model."""
    parameters = custom_model_parameters(clientRequestToken="token-1")
    responses = {client.create_custom_model(**parameters)["modelArn"] for _ in range(2)}
    assert responses == {bedrock_jobs.custom_models[0].arn}
    assert len(bedrock_jobs.custom_models) == 1


@pytest.mark.needs("custom-model/imported", "GetCustomModel.modelStatus")
def test_a_fine_tuned_model_says_how_it_came_to_be(bedrock_jobs, client):
    """A model of a foundation model's base has training members; an imported one has none."""
    tuned = bedrock_jobs.add_custom_model(base_model="amazon.titan-text-lite-v1:0:4k")
    model = client.get_custom_model(modelIdentifier=tuned.arn)
    assert members(model) == MEMBERS | TRAINED
    assert model["customizationType"] == "FINE_TUNING"
    assert model["baseModelArn"] == "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-text-lite-v1:0:4k"
    assert client.list_custom_models()["modelSummaries"][0]["baseModelName"] == ""
    assert bedrock_jobs.customization_jobs[0].arn == model["jobArn"]
    imported = bedrock_jobs.add_custom_model(base_model="imported")
    assert members(client.get_custom_model(modelIdentifier=imported.arn)) == MEMBERS


def test_the_training_job_of_a_shared_model_is_its_owner_s(bedrock_jobs, client):
    """The caller does not change where a model came from."""
    shared = bedrock_jobs.add_custom_model(account_id=OTHER_ACCOUNT, shared_with=[ACCOUNT])
    seen = client.get_custom_model(modelIdentifier=shared.arn)
    owned = make_client(aws_account_id=OTHER_ACCOUNT).get_custom_model(modelIdentifier=shared.arn)
    assert seen["jobArn"] == owned["jobArn"]
    assert f":{OTHER_ACCOUNT}:model-customization-job/" in seen["jobArn"]


def test_deleting_a_model_leaves_its_copy_job(bedrock_jobs, client):
    """The job still names its target, which is gone from Get and List."""
    job_arn = start_copy(client, bedrock_jobs.add_custom_model("source"), targetModelName="target")
    bedrock_jobs.complete(job_arn)
    target_arn = client.get_custom_model(modelIdentifier="target")["modelArn"]
    assert members(client.delete_custom_model(modelIdentifier=target_arn)) == set()
    assert [row["modelName"] for row in client.list_custom_models()["modelSummaries"]] == ["source"]
    assert error_of(client.get_custom_model, modelIdentifier=target_arn)[0] == "ResourceNotFoundException"
    job = client.get_model_copy_job(jobArn=job_arn)
    assert (job["status"], job["targetModelArn"]) == ("Completed", target_arn)


def test_deleting_a_source_does_not_stop_its_copy(bedrock_jobs, client):
    """A copy in progress completes without its source."""
    source = bedrock_jobs.add_custom_model()
    job_arn = start_copy(client, source)
    client.delete_custom_model(modelIdentifier=source.name)
    assert [copy_status(client, job_arn) for _ in range(2)] == ["InProgress", "Completed"]
    [copy] = bedrock_jobs.custom_models
    assert copy.arn == bedrock_jobs.copy_jobs[0].target_model_arn


@pytest.mark.needs("CreateCustomModel")
@pytest.mark.parametrize("progress", ["polls", "time"])
def test_a_model_deleted_in_creation_stays_deleted(bedrock_jobs, client, progress):
    """Its time comes and nothing happens; what was started beside it ends as ever."""
    bedrock_jobs.progress = progress
    arn, other = start_model(client), start_model(client)
    client.delete_custom_model(modelIdentifier=arn)
    for _ in range(2):
        bedrock_jobs.clock.advance(3600)
        rows = client.list_custom_models()["modelSummaries"]
    assert [(row["modelArn"], row["modelStatus"]) for row in rows] == [(other, "Active")]


def test_an_imported_model_is_no_custom_model(bedrock_jobs, client):
    """Programs delete one as the other; the message says what has the name."""
    model = bedrock_jobs.add_imported_model("llama")
    code, message = error_of(client.delete_custom_model, modelIdentifier="llama")
    assert code == "ResourceNotFoundException"
    where = f"in us-east-1 (account {ACCOUNT}) as imported-model/{model.arn.rpartition('/')[2]}"
    assert message.endswith(f" Existing there: none. It exists {where}.")
    assert bedrock_jobs.imported_models == (model,)


@pytest.mark.parametrize("operation", ["get_custom_model", "delete_custom_model"])
def test_a_custom_model_that_is_not_there_is_resource_not_found(bedrock_jobs, client, operation):
    """By ARN and by name alike, with the names there are; nothing is deleted."""
    model = bedrock_jobs.add_custom_model("nova")
    for identifier in (unknown_arn(model.arn), "nowa", "amazon.nova-lite-v1:0"):
        assert error_of(getattr(client, operation), modelIdentifier=identifier) == (
            "ResourceNotFoundException",
            f"Could not find custom model {identifier} of account {ACCOUNT} in us-east-1. Existing there: nova.",
        )
    assert bedrock_jobs.custom_models == (model,)


@pytest.mark.parametrize("operation", ["get_custom_model", "delete_custom_model"])
def test_a_model_of_another_region_is_located(bedrock_jobs, client, operation):
    """By ARN and by name the message says where the model is."""
    model = bedrock_jobs.add_custom_model("nova", region="eu-west-1")
    for identifier in (model.arn, "nova"):
        code, message = error_of(getattr(client, operation), modelIdentifier=identifier)
        assert code == "ResourceNotFoundException"
        where = f"in eu-west-1 (account {ACCOUNT}) as {model.arn.split(':', 5)[5]}"
        assert message.endswith(f" Existing there: none. It exists {where}.")
    assert bedrock_jobs.custom_models == (model,)


def test_a_shared_model_is_read_by_arn_and_listed_but_not_owned(bedrock_jobs, client):
    """A model shared with this account is in its list with the owner's id; by name it is not found."""
    shared = bedrock_jobs.add_custom_model("theirs", account_id=OTHER_ACCOUNT, shared_with=[ACCOUNT])
    bedrock_jobs.add_custom_model("secret", account_id=OTHER_ACCOUNT)
    own = bedrock_jobs.add_custom_model("mine")
    rows = client.list_custom_models()["modelSummaries"]
    assert [(row["modelArn"], row["ownerAccountId"]) for row in rows] == [
        (own.arn, ACCOUNT),
        (shared.arn, OTHER_ACCOUNT),
    ]
    assert client.get_custom_model(modelIdentifier=shared.arn)["modelName"] == "theirs"
    code, text = error_of(client.get_custom_model, modelIdentifier="theirs")
    assert code == "ResourceNotFoundException"
    where = f"in us-east-1 (account {OTHER_ACCOUNT}) as {shared.arn.split(':', 5)[5]}"
    assert text.endswith(f" Existing there: mine. It exists {where}.")
    for owned, expected in ((True, own), (False, shared)):
        [row] = client.list_custom_models(isOwned=owned)["modelSummaries"]
        assert row["modelArn"] == expected.arn


def test_a_shared_model_is_its_owner_s_to_delete(bedrock_jobs, client):
    """Whom it is shared with cannot delete it; when the owner does, it is gone from both lists."""
    shared = bedrock_jobs.add_custom_model(account_id=OTHER_ACCOUNT, shared_with=[ACCOUNT])
    assert error_of(client.delete_custom_model, modelIdentifier=shared.arn)[0] == "ResourceNotFoundException"
    owner = make_client(aws_account_id=OTHER_ACCOUNT)
    assert len(client.list_custom_models()["modelSummaries"]) == 1
    owner.delete_custom_model(modelIdentifier=shared.arn)
    for each in (client, owner):
        assert each.list_custom_models()["modelSummaries"] == []
