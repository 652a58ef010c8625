"""Seeding: add_import_job, add_imported_model and add_custom_model."""

from __future__ import annotations

import datetime
import re

import pytest
from lives import error_of, import_status, start_copy, start_import
from support import ACCOUNT, OTHER_ACCOUNT, import_parameters, make_client, service_model, tags

from pytest_bedrock_jobs import CustomModel, ImportedModel, ImportJob, UsageError, failures

PLACE = {"region": "eu-west-1", "account_id": OTHER_ACCOUNT}
FIFTY_ONE = {tag["key"]: tag["value"] for tag in tags(51)}


def there():
    """A client of the place."""
    return make_client(region_name="eu-west-1", aws_account_id=OTHER_ACCOUNT)


# Import jobs


def test_an_import_job_is_in_progress_by_default(bedrock_jobs, client):
    """Made up names, the mock's place; from there it goes the way of all jobs."""
    job = bedrock_jobs.add_import_job()
    assert isinstance(job, ImportJob)
    assert (job.status, job.region, job.account_id, job.s3_uri) == (
        "InProgress",
        "us-east-1",
        ACCOUNT,
        "s3://models/llama/",
    )
    assert bedrock_jobs.import_jobs == (job,)
    assert [import_status(client, job.arn) for _ in range(2)] == ["InProgress", "Completed"]
    assert bedrock_jobs.add_import_job().name != bedrock_jobs.add_import_job().name


def test_every_argument_of_an_import_job_is_kept(bedrock_jobs):
    """What the test says is what the service returns."""
    job = bedrock_jobs.add_import_job(
        "llama-v1",
        status="Completed",
        imported_model_name="ranker",
        s3_uri="s3://my-bucket/mistral/",
        tags={"team": "search"},
        imported_model_tags={"stage": "test"},
        **PLACE,
    )
    client = there()
    reported = client.get_model_import_job(jobIdentifier="llama-v1")
    assert (reported["jobArn"], reported["status"], reported["importedModelName"]) == (job.arn, "Completed", "ranker")
    assert reported["modelDataSource"] == {"s3DataSource": {"s3Uri": "s3://my-bucket/mistral/"}}
    role = service_model().operation_model("GetModelImportJob").output_shape.members["roleArn"]
    assert re.fullmatch(role.metadata["pattern"], reported["roleArn"])
    assert OTHER_ACCOUNT in reported["roleArn"]
    model = client.get_imported_model(modelIdentifier="ranker")
    assert (model["modelArn"], model["jobArn"]) == (reported["importedModelArn"], job.arn)
    for arn, expected in (
        (job.arn, {"key": "team", "value": "search"}),
        (model["modelArn"], {"key": "stage", "value": "test"}),
    ):
        assert client.list_tags_for_resource(resourceARN=arn)["tags"] == [expected]


@pytest.mark.parametrize("message", [None, failures.s3_permission()])
def test_a_failed_import_job_says_why(bedrock_jobs, client, message):
    """The internal error unless the test says another; its model's name is free."""
    job = bedrock_jobs.add_import_job(status="Failed", failure_message=message, imported_model_name="ranker")
    reported = client.get_model_import_job(jobIdentifier=job.name)
    assert (reported["status"], reported["failureMessage"]) == ("Failed", message or failures.internal())
    assert "endTime" in reported
    assert bedrock_jobs.imported_models == ()
    start_import(client, importedModelName="ranker")


@pytest.mark.parametrize("status", ["InProgress", "Completed", "Failed"])
def test_names_of_ready_made_jobs_are_taken(bedrock_jobs, client, status):
    """For creates, and for the next add_import_job."""
    bedrock_jobs.add_import_job("llama-v1", status=status)
    assert error_of(client.create_model_import_job, **import_parameters(jobName="llama-v1"))[0] == "ValidationException"
    with pytest.raises(UsageError, match="add_import_job: The provided job name is currently in use"):
        bedrock_jobs.add_import_job("llama-v1")
    assert bedrock_jobs.add_import_job("llama-v1", region="us-west-2").name == "llama-v1"


@pytest.mark.parametrize("status", ["InProgress", "Completed"])
def test_the_name_of_an_imported_model_is_taken(bedrock_jobs, client, status):
    """By a model, or by a job that will make it."""
    bedrock_jobs.add_import_job(status=status, imported_model_name="ranker")
    assert (
        error_of(client.create_model_import_job, **import_parameters(importedModelName="ranker"))[0]
        == "ConflictException"
    )
    with pytest.raises(UsageError, match="add_import_job: The imported model name ranker is in use by arn:"):
        bedrock_jobs.add_import_job(imported_model_name="ranker")
    with pytest.raises(UsageError, match="add_imported_model: The imported model name ranker is in use by arn:"):
        bedrock_jobs.add_imported_model("ranker")
    assert len(bedrock_jobs.import_jobs) == 1


def test_a_ready_made_job_is_no_call(bedrock_jobs):
    """The code under test did nothing."""
    bedrock_jobs.add_import_job()
    bedrock_jobs.add_imported_model()
    bedrock_jobs.add_custom_model()
    assert bedrock_jobs.calls == ()


@pytest.mark.parametrize("progress", ["manual", "time", "polls"])
def test_a_ready_made_status_is_final(bedrock_jobs, client, progress):
    """In every mode."""
    bedrock_jobs.progress = progress
    arns = [bedrock_jobs.add_import_job(status=status).arn for status in ("Completed", "Failed")]
    bedrock_jobs.clock.advance(3600)
    for _ in range(2):
        assert [import_status(client, arn) for arn in arns] == ["Completed", "Failed"]


# Imported models


def test_an_imported_model_comes_with_its_job(bedrock_jobs, client):
    """By default a llama in the mock's place, made by a completed job."""
    model = bedrock_jobs.add_imported_model()
    assert isinstance(model, ImportedModel)
    assert (model.region, model.account_id, model.architecture) == ("us-east-1", ACCOUNT, "llama")
    assert (model.instruct_supported, model.custom_model_units, dict(model.tags)) == (True, 1, {})
    assert bedrock_jobs.imported_models == (model,)
    [job] = bedrock_jobs.import_jobs
    assert (job.arn, job.name, job.status, job.imported_model_arn) == (
        model.job_arn,
        model.job_name,
        "Completed",
        model.arn,
    )
    assert client.get_imported_model(modelIdentifier=model.name)["modelArn"] == model.arn


@pytest.mark.needs("GetImportedModel.instructSupported")
def test_every_argument_of_an_imported_model_is_kept(bedrock_jobs):
    """What the test says is what the service returns."""
    record = bedrock_jobs.add_imported_model(
        "ranker", architecture="qwen2", instruct_supported=False, custom_model_units=8, tags={"team": "search"}, **PLACE
    )
    client = there()
    model = client.get_imported_model(modelIdentifier="ranker")
    assert (model["modelArn"], model["modelArchitecture"], model["instructSupported"]) == (record.arn, "qwen2", False)
    assert model["customModelUnits"]["customModelUnitsPerModelCopy"] == 8
    assert client.list_tags_for_resource(resourceARN=record.arn)["tags"] == [{"key": "team", "value": "search"}]
    assert client.list_tags_for_resource(resourceARN=record.job_arn)["tags"] == []


def test_an_architecture_may_be_any_text(bedrock_jobs, client):
    """AWS's model has no pattern for it."""
    model = bedrock_jobs.add_imported_model(architecture="My Arch")
    assert client.get_imported_model(modelIdentifier=model.arn)["modelArchitecture"] == "My Arch"


# Custom models


@pytest.mark.needs("GetCustomModel.modelStatus")
def test_a_custom_model_is_active_by_default(bedrock_jobs, client):
    """Ready to be copied, in the mock's place."""
    model = bedrock_jobs.add_custom_model()
    assert isinstance(model, CustomModel)
    assert (model.status, model.region, model.account_id) == ("Active", "us-east-1", ACCOUNT)
    assert (model.base_model, model.shared_with, dict(model.tags)) == ("amazon.nova-lite-v1", frozenset(), {})
    assert client.get_custom_model(modelIdentifier=model.name)["modelStatus"] == "Active"
    assert start_copy(client, model)


def test_every_argument_of_a_custom_model_is_kept(bedrock_jobs, client):
    """What the test says is what the service returns, to the owner and to those it is shared with."""
    record = bedrock_jobs.add_custom_model(
        "titan",
        base_model="amazon.titan-text-lite-v1:0:4k",
        shared_with=(ACCOUNT, "111122223333"),
        tags={"team": "search"},
        **PLACE,
    )
    assert record.arn.startswith(
        f"arn:aws:bedrock:eu-west-1:{OTHER_ACCOUNT}:custom-model/amazon.titan-text-lite-v1:0:4k/"
    )
    owner = there()
    assert owner.get_custom_model(modelIdentifier="titan")["modelArn"] == record.arn
    assert owner.list_tags_for_resource(resourceARN=record.arn)["tags"] == [{"key": "team", "value": "search"}]
    for account in (ACCOUNT, "111122223333"):
        friend = make_client(region_name="eu-west-1", aws_account_id=account)
        [row] = friend.list_custom_models()["modelSummaries"]
        assert (row["modelArn"], row["ownerAccountId"]) == (record.arn, OTHER_ACCOUNT)
    assert client.list_custom_models()["modelSummaries"] == []


def test_a_model_shared_with_its_owner_is_there_once(bedrock_jobs, client):
    """An owner among those it is shared with changes nothing."""
    model = bedrock_jobs.add_custom_model(shared_with=[ACCOUNT, OTHER_ACCOUNT])
    assert [row["modelArn"] for row in client.list_custom_models()["modelSummaries"]] == [model.arn]
    assert model.shared_with == frozenset({OTHER_ACCOUNT})
    client.delete_custom_model(modelIdentifier=model.arn)
    assert client.list_custom_models()["modelSummaries"] == []


def test_a_custom_model_s_name_is_taken(bedrock_jobs, client):
    """In its place, until the model is deleted."""
    model = bedrock_jobs.add_custom_model("nova")
    with pytest.raises(UsageError, match=f"add_custom_model: .* the name nova already exists: {model.arn}"):
        bedrock_jobs.add_custom_model("nova")
    bedrock_jobs.add_custom_model("nova", account_id=OTHER_ACCOUNT)
    client.delete_custom_model(modelIdentifier="nova")
    assert bedrock_jobs.add_custom_model("nova").arn != model.arn


# Usage errors


ADDS = ["add_import_job", "add_imported_model", "add_custom_model"]


@pytest.mark.parametrize("add", ADDS)
@pytest.mark.parametrize(
    ("arguments", "reported"),
    [
        ({"name": "two words"}, "name takes .*, not 'two words'"),
        ({"name": "n" * 64}, "name takes .*, not 'n{64}'"),
        ({"name": "n-" * 32}, "name takes "),
        ({"region": "Mars 1"}, "region is a Region's name .*, not 'Mars 1'"),
        ({"account_id": "12"}, "account_id is a string of 12 digits, not '12'"),
        ({"tags": {"": "x"}}, "tag key takes .*, not ''"),
        ({"tags": {"k" * 129: "x"}}, "tag key takes "),
        ({"tags": {"k!": "x"}}, "tag key takes .*, not 'k!'"),
        ({"tags": {"k": "v" * 257}}, "tag value takes "),
        ({"tags": {"k": "v!"}}, "tag value takes .*, not 'v!'"),
        ({"tags": {"aws:k": "v"}}, "reserved for AWS: aws:k"),
        ({"tags": FIFTY_ONE}, "50 tags per resource"),
    ],
)
def test_a_value_that_aws_does_not_have_is_refused(bedrock_jobs, add, arguments, reported):
    """A UsageError that names the argument and the value; nothing is added."""
    with pytest.raises(UsageError, match=reported):
        getattr(bedrock_jobs, add)(**arguments)
    assert bedrock_jobs.import_jobs == bedrock_jobs.imported_models == bedrock_jobs.custom_models == ()


@pytest.mark.parametrize(
    ("add", "arguments", "reported"),
    [
        ("add_import_job", {"status": "Complete"}, "there is no status 'Complete'; there are: Completed, "),
        ("add_import_job", {"imported_model_name": "a.b"}, "imported_model_name takes .*, not 'a.b'"),
        (
            "add_import_job",
            {"s3_uri": "models/llama"},
            "s3_uri takes an S3 URI .*, not 'models/llama'",
        ),
        ("add_import_job", {"s3_uri": "s3://models/l l"}, "s3_uri takes"),
        ("add_import_job", {"s3_uri": "s3://models//x"}, "s3_uri takes"),
        ("add_import_job", {"s3_uri": "s3://models/" + "x" * 1024}, "s3_uri takes"),
        ("add_import_job", {"imported_model_tags": FIFTY_ONE}, "50 tags per resource"),
        ("add_import_job", {"imported_model_tags": {"k!": ""}}, "tag key takes"),
        ("add_import_job", {"status": "Failed", "failure_message": "x" * 2049}, "at most 2048 characters"),
        (
            "add_import_job",
            {"status": "Completed", "failure_message": "x"},
            "failure_message goes with status='Failed'",
        ),
        ("add_import_job", {"failure_message": "x"}, "failure_message goes with status='Failed'"),
        ("add_import_job", {"tags": ["team"]}, r"tags takes a mapping from key to value, .*, not \['team'\]"),
        ("add_import_job", {"imported_model_tags": None}, "imported_model_tags takes a mapping .*, not None"),
        ("add_import_job", {"tags": {5: "x"}}, "a tag key takes .*, not 5"),
        ("add_imported_model", {"architecture": 5}, "architecture is a model type such as 'llama', not 5"),
        ("add_imported_model", {"instruct_supported": "yes"}, "instruct_supported is True or False, not 'yes'"),
        ("add_imported_model", {"custom_model_units": "x"}, "custom_model_units is a number of units, .*, not 'x'"),
        ("add_imported_model", {"custom_model_units": True}, "not True"),
        ("add_imported_model", {"custom_model_units": -1}, "0 or more, not -1"),
        ("add_import_job", {"status": "Failed", "failure_message": b"x"}, "a failure message is a string .*, not b'x'"),
        ("add_custom_model", {"shared_with": 5}, "shared_with takes several account ids, .*, not 5"),
        ("add_copy_job", {"source": 5}, "source is the ARN or the record of a custom model, not 5"),
        (
            "add_copy_job",
            {"source": "arn:aws:bedrock:us-east-1:123456789012:custom-model/x"},
            "Could not find the model",
        ),
        ("add_copy_job", {"name": "two words"}, "name takes .*, not 'two words'"),
        ("add_copy_job", {"tags": {"k!": ""}}, "tag key takes"),
        ("add_copy_job", {"status": "Active"}, "there is no status 'Active'; there are: "),
        ("add_copy_job", {"failure_message": "x"}, "failure_message goes with status='Failed', not 'InProgress'"),
        ("add_custom_model", {"base_model": "Llama"}, "base_model takes .*, not 'Llama'"),
        ("add_custom_model", {"shared_with": ["12345678901x"]}, "shared_with takes .*, not '12345678901x'"),
        (
            "add_custom_model",
            {"shared_with": OTHER_ACCOUNT},
            "shared_with takes several account ids, .* not '2",
        ),
    ],
)
def test_an_argument_that_an_add_method_cannot_take_is_refused(bedrock_jobs, add, arguments, reported):
    """A UsageError that begins with the method's name; nothing is added."""
    with pytest.raises(UsageError, match=f"^{add}: .*{reported}"):
        getattr(bedrock_jobs, add)(**arguments)
    assert bedrock_jobs.import_jobs == bedrock_jobs.custom_models == ()


@pytest.mark.parametrize("architecture", ["llama", "gpt_oss"])
def test_what_is_added_is_what_a_create_could_have_made(bedrock_jobs, client, architecture):
    """The values of a seeded job are ones that a create accepts."""
    model = bedrock_jobs.add_imported_model(architecture=architecture)
    reported = client.get_model_import_job(jobIdentifier=model.job_arn)
    sent = {name: reported[name] for name in ("roleArn", "modelDataSource")}
    assert client.create_model_import_job(**import_parameters(**sent))["jobArn"]


# Times of creation

YESTERDAY = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("add", "listed", "created"),
    [
        ("add_import_job", "list_model_import_jobs", "creationTime"),
        ("add_copy_job", "list_model_copy_jobs", "creationTime"),
        ("add_imported_model", "list_imported_models", "creationTime"),
        ("add_custom_model", "list_custom_models", "creationTime"),
        pytest.param(
            "add_custom_model_deployment",
            "list_custom_model_deployments",
            "createdAt",
            marks=pytest.mark.needs("ListCustomModelDeployments"),
        ),
    ],
)
def test_what_was_created_earlier_is_listed_after_what_is_newer(bedrock_jobs, client, add, listed, created):
    """It is listed after what is newer, found by filters on time, and as precise as the service's times."""
    newer = getattr(bedrock_jobs, add)().arn
    older = getattr(bedrock_jobs, add)(creation_time=YESTERDAY)

    assert older.creation_time == YESTERDAY.replace(microsecond=YESTERDAY.microsecond // 1000 * 1000)
    assert older.creation_time.tzinfo is datetime.timezone.utc
    [rows] = [value for name, value in getattr(client, listed)().items() if name.endswith("Summaries")]
    arns = [value for row in rows for value in row.values() if value in (newer, older.arn)]
    assert arns == [newer, older.arn]
    filter_on_time = "createdBefore" if created == "createdAt" else "creationTimeBefore"
    before = getattr(client, listed)(**{filter_on_time: YESTERDAY + datetime.timedelta(hours=1)})
    [rows] = [value for name, value in before.items() if name.endswith("Summaries")]
    assert [row[created] for row in rows if older.arn in row.values()] == [older.creation_time]
    assert not [row for row in rows if newer in row.values()]


def test_records_are_in_the_order_of_their_making_whatever_their_creation_time(bedrock_jobs):
    """They are in the order in which a test or its code made them, so the last one is what was made last."""
    newer, older = bedrock_jobs.add_import_job(), bedrock_jobs.add_import_job(creation_time=YESTERDAY)
    assert bedrock_jobs.import_jobs == (newer, older)


def test_an_import_that_began_yesterday_ends_as_its_age_says(bedrock_jobs, client):
    """One that has ended ended then; one in progress is due as its age says."""
    done = bedrock_jobs.add_import_job(status="Completed", creation_time=YESTERDAY)
    assert done.end_time == done.creation_time
    bedrock_jobs.progress = datetime.timedelta(hours=25)
    tokyo = datetime.timezone(datetime.timedelta(hours=9))
    running = bedrock_jobs.add_import_job(creation_time=YESTERDAY.astimezone(tokyo))
    assert import_status(client, running.arn) == "InProgress"
    bedrock_jobs.clock.advance(3600)
    assert import_status(client, running.arn) == "Completed"
    end = client.get_model_import_job(jobIdentifier=running.arn)["endTime"]
    assert end - running.creation_time == datetime.timedelta(hours=25)


@pytest.mark.parametrize(
    "time",
    [
        datetime.datetime(2026, 1, 1),
        datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=2),
        datetime.datetime.min.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=14))),
        "yesterday",
        5,
    ],
)
def test_an_impossible_time_of_creation_is_refused(bedrock_jobs, time):
    """Without a time zone, in the future, too long ago, or no time at all."""
    with pytest.raises(UsageError, match="creation_time is a datetime with a time zone, from 1970 to now"):
        bedrock_jobs.add_import_job(creation_time=time)
    assert bedrock_jobs.import_jobs == ()
