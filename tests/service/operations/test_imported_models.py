"""GetImportedModel, ListImportedModels and DeleteImportedModel."""

from __future__ import annotations

import pytest
from lives import error_of, import_status, members, start_import, unknown_arn
from support import ACCOUNT, import_parameters

MEMBERS = {
    "modelArn",
    "modelName",
    "jobName",
    "jobArn",
    "modelDataSource",
    "creationTime",
    "modelArchitecture",
    "instructSupported",
    "customModelUnits",
}
ROW = {"modelArn", "modelName", "creationTime", "instructSupported", "modelArchitecture"}


@pytest.mark.needs("GetImportedModel.instructSupported")
def test_a_model_appears_when_its_job_completes(bedrock_jobs, client):
    """Before there is none; after, Get and List return what the job said, and creationTime is the job's."""
    bedrock_jobs.progress = "manual"
    sent = import_parameters()
    job_arn = client.create_model_import_job(**sent)["jobArn"]
    assert client.list_imported_models()["modelSummaries"] == []
    assert error_of(client.get_imported_model, modelIdentifier=sent["importedModelName"])[0] == "ValidationException"
    assert bedrock_jobs.imported_models == ()
    bedrock_jobs.clock.advance(900)
    bedrock_jobs.complete(job_arn)

    job = client.get_model_import_job(jobIdentifier=job_arn)
    model = client.get_imported_model(modelIdentifier=sent["importedModelName"])
    assert members(model) == MEMBERS
    assert (model["modelArn"], model["modelName"]) == (job["importedModelArn"], sent["importedModelName"])
    assert (model["jobName"], model["jobArn"]) == (sent["jobName"], job_arn)
    assert (model["modelDataSource"], model["creationTime"]) == (sent["modelDataSource"], job["creationTime"])
    assert (model["modelArchitecture"], model["instructSupported"]) == ("llama", True)
    assert model["customModelUnits"] == {"customModelUnitsPerModelCopy": 1, "customModelUnitsVersion": "v1.0"}
    [row] = client.list_imported_models()["modelSummaries"]
    assert row == {name: model[name] for name in ROW}
    job_id, model_id = job_arn.rsplit("/", 1)[1], model["modelArn"].rsplit("/", 1)[1]
    assert model["modelArn"] == f"arn:aws:bedrock:us-east-1:{ACCOUNT}:imported-model/{model_id}"
    assert model_id != job_id


def test_a_failed_import_makes_no_model(bedrock_jobs, client):
    """Failed: nothing is in the list, and the name is free for the next import."""
    arn = start_import(client, importedModelName="ranker")
    bedrock_jobs.fail(arn)
    assert client.list_imported_models()["modelSummaries"] == []
    bedrock_jobs.complete(start_import(client, importedModelName="ranker"))
    assert client.get_imported_model(modelIdentifier="ranker")["modelName"] == "ranker"


@pytest.mark.needs("GetImportedModel.instructSupported")
def test_the_test_says_what_the_model_is_like(bedrock_jobs, client):
    """Architecture, instructSupported and customModelUnits are complete()'s arguments."""
    bedrock_jobs.complete(start_import(client), architecture="qwen2", instruct_supported=False, custom_model_units=8)
    [row] = client.list_imported_models()["modelSummaries"]
    model = client.get_imported_model(modelIdentifier=row["modelArn"])
    for reported in (row, model):
        assert (reported["modelArchitecture"], reported["instructSupported"]) == ("qwen2", False)
    assert model["customModelUnits"] == {"customModelUnitsPerModelCopy": 8, "customModelUnitsVersion": "v1.0"}


def test_deleting_a_model_leaves_its_job(bedrock_jobs, client):
    """After a deletion the model is gone from Get and List; its job still names it."""
    model = bedrock_jobs.add_imported_model()
    kept = bedrock_jobs.add_imported_model()
    assert members(client.delete_imported_model(modelIdentifier=model.arn)) == set()
    assert [row["modelArn"] for row in client.list_imported_models()["modelSummaries"]] == [kept.arn]
    assert error_of(client.get_imported_model, modelIdentifier=model.arn)[0] == "ResourceNotFoundException"
    assert bedrock_jobs.imported_models == (kept,)
    job = client.get_model_import_job(jobIdentifier=model.job_arn)
    assert (job["status"], job["importedModelArn"]) == ("Completed", model.arn)


def test_a_name_is_taken_until_its_model_is_deleted(bedrock_jobs, client):
    """A model's name is unique in its account and Region, and free again after DeleteImportedModel."""
    model = bedrock_jobs.add_imported_model("ranker")
    code, message = error_of(client.create_model_import_job, **import_parameters(importedModelName="ranker"))
    assert (code, message) == ("ConflictException", f"The imported model name ranker is in use by {model.arn}.")
    start_import(bedrock_jobs.client("us-west-2"), importedModelName="ranker")
    client.delete_imported_model(modelIdentifier="ranker")
    bedrock_jobs.complete(start_import(client, importedModelName="ranker"))
    assert client.get_imported_model(modelIdentifier="ranker")["modelArn"] != model.arn


def test_a_running_import_holds_its_model_s_name(bedrock_jobs, client):
    """Two imports in progress cannot make one name; the message names the job that will."""
    bedrock_jobs.progress = "manual"
    arn = start_import(client, importedModelName="ranker")
    code, message = error_of(client.create_model_import_job, **import_parameters(importedModelName="ranker"))
    assert (code, message) == ("ConflictException", f"The imported model name ranker is in use by {arn}.")
    assert len(bedrock_jobs.import_jobs) == 1
    assert import_status(client, arn) == "InProgress"


@pytest.mark.parametrize("operation", ["get_imported_model", "delete_imported_model"])
def test_a_model_that_does_not_exist_is_reported_by_arn_and_by_name(bedrock_jobs, client, operation):
    """Unknown ARN: ResourceNotFoundException; unknown name: ValidationException; both list the names there are."""
    model = bedrock_jobs.add_imported_model("ranker")
    arn = unknown_arn(model.arn)
    call = getattr(client, operation)
    reported = f"of account {ACCOUNT} in us-east-1. Existing there: ranker."
    assert error_of(call, modelIdentifier=arn) == (
        "ResourceNotFoundException",
        f"Could not find imported model {arn} {reported}",
    )
    assert error_of(call, modelIdentifier="rankr") == (
        "ValidationException",
        f"Could not find imported model rankr {reported}",
    )
    assert bedrock_jobs.imported_models == (model,)


@pytest.mark.parametrize("operation", ["get_imported_model", "delete_imported_model"])
def test_a_model_of_another_region_is_located(bedrock_jobs, client, operation):
    """The message says in which Region the model is; it is neither returned nor deleted from here."""
    model = bedrock_jobs.add_imported_model("ranker", region="eu-west-1")
    for identifier in (model.arn, "ranker"):
        _, message = error_of(getattr(client, operation), modelIdentifier=identifier)
        where = f"in eu-west-1 (account {ACCOUNT}) as imported-model/{model.arn.rpartition('/')[2]}"
        assert message.endswith(f" It exists {where}.")
    assert bedrock_jobs.imported_models == (model,)


def test_a_model_is_deleted_once(bedrock_jobs, client):
    """The second deletion finds nothing."""
    model = bedrock_jobs.add_imported_model()
    client.delete_imported_model(modelIdentifier=model.name)
    assert error_of(client.delete_imported_model, modelIdentifier=model.arn)[0] == "ResourceNotFoundException"
