"""Customization jobs, and the custom models that they train."""

from __future__ import annotations

import datetime

import pytest
from invoking import error_of
from lives import customization_parameters, members, start_model
from support import ACCOUNT, OTHER_ACCOUNT, make_client, tags

from pytest_bedrock_jobs import NEXT_JOB, UsageError, failures

BASE = "amazon.titan-text-lite-v1:0:4k"
BASE_ARN = f"arn:aws:bedrock:us-east-1::foundation-model/{BASE}"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/01234567-89ab-cdef-0123-456789abcdef"
DATA = {
    "hyperParameters": {"epochCount": "2"},
    "trainingDataConfig": {"s3Uri": "s3://my-bucket/train.jsonl"},
    "validationDataConfig": {"validators": [{"s3Uri": "s3://my-bucket/check.jsonl"}]},
    "outputDataConfig": {"s3Uri": "s3://my-bucket/output/"},
}
METRICS = {"trainingMetrics": {"trainingLoss": 0.5}, "validationMetrics": [{"validationLoss": 0.5}]}


def train(client, name=None, **changes):
    """A new customization job; its ARN."""
    named = {"jobName": name} if name else {}
    return client.create_model_customization_job(**customization_parameters(**named | changes))["jobArn"]


def get(client, job):
    """The fields of a job, but for its sub-tasks, which an old botocore has not."""
    response = client.get_model_customization_job(jobIdentifier=job)
    del response["ResponseMetadata"]
    response.pop("statusDetails", None)
    return response


def status(client, job):
    """The status of a job."""
    return get(client, job)["status"]


def stop(client, job):
    """Stop a job."""
    return client.stop_model_customization_job(jobIdentifier=job)


def test_a_job_is_in_progress_and_then_completed_with_its_metrics(bedrock_jobs, client):
    """By polls, by ARN and by name; the metrics come with the end."""
    arn = train(client, "first", customModelName="tuned", clientRequestToken="once", **DATA)
    assert arn.startswith(f"arn:aws:bedrock:us-east-1:{ACCOUNT}:model-customization-job/{BASE}/")

    running, done = get(client, arn), get(client, "first")

    assert running == {
        "jobArn": arn,
        "jobName": "first",
        "outputModelName": "tuned",
        "clientRequestToken": "once",
        "roleArn": f"arn:aws:iam::{ACCOUNT}:role/BedrockCustomization",
        "status": "InProgress",
        "creationTime": running["creationTime"],
        "lastModifiedTime": running["lastModifiedTime"],
        "baseModelArn": BASE_ARN,
        "customizationType": "FINE_TUNING",
        "validationMetrics": [],
        **DATA,
    }
    [model] = bedrock_jobs.custom_models
    assert done == running | METRICS | {
        "status": "Completed",
        "outputModelArn": model.arn,
        "endTime": done["endTime"],
        "lastModifiedTime": done["endTime"],
    }
    [job] = bedrock_jobs.customization_jobs
    assert repr(job) == f"<CustomizationJob first Completed {arn}>"
    assert repr(bedrock_jobs) == f"<BedrockJobs {ACCOUNT} us-east-1: 1 customization job, 1 custom model, 3 calls>"


@pytest.mark.needs("GetModelCustomizationJob.statusDetails")
@pytest.mark.bedrock_jobs(progress="manual")
def test_the_sub_task_of_training_goes_as_the_job_does(bedrock_jobs, client):
    """The training goes as the job does; what comes before it is done at once."""

    def sub_tasks():
        [row] = client.list_model_customization_jobs()["modelCustomizationJobSummaries"]
        found = client.get_model_customization_job(jobIdentifier=arn)
        assert row["statusDetails"].keys() == found["statusDetails"].keys()
        assert {task["creationTime"] for task in found["statusDetails"].values()} == {found["creationTime"]}
        assert found["statusDetails"]["trainingDetails"]["lastModifiedTime"] == found["lastModifiedTime"]
        return {name: task["status"] for name, task in found["statusDetails"].items()}

    arn = train(client)
    assert sub_tasks() == {"validationDetails": "Completed", "trainingDetails": "InProgress"}
    bedrock_jobs.fail(arn)
    assert sub_tasks() == {"validationDetails": "Completed", "trainingDetails": "Failed"}


@pytest.mark.needs("GetModelCustomizationJob.statusDetails")
def test_a_distillation_has_the_processing_of_data_as_a_sub_task(client):
    """The processing of data is one of them."""
    arn = train(client, customizationType="DISTILLATION")
    details = client.get_model_customization_job(jobIdentifier=arn)["statusDetails"]
    assert details.keys() == {"validationDetails", "dataProcessingDetails", "trainingDetails"}
    assert details["dataProcessingDetails"] == details["validationDetails"]


def test_the_model_says_how_it_was_trained(client):
    """Its id is not its job's; it is as old as the job, as an imported model is."""
    arn = train(client, "first", customModelName="tuned", customModelKmsKeyId=KEY, **DATA)
    [_, job] = [get(client, arn) for _ in range(2)]
    model = client.get_custom_model(modelIdentifier="tuned")
    del model["ResponseMetadata"]
    assert {name: value for name, value in model.items() if name != "modelStatus"} == {
        "modelArn": job["outputModelArn"],
        "modelName": "tuned",
        "jobName": "first",
        "jobArn": arn,
        "baseModelArn": BASE_ARN,
        "customizationType": "FINE_TUNING",
        "modelKmsKeyArn": KEY,
        "creationTime": job["creationTime"],
        **DATA,
        **METRICS,
    }
    assert model["modelArn"].rpartition("/")[2] != arn.rpartition("/")[2]
    assert job["outputModelKmsKeyArn"] == KEY
    [row] = client.list_custom_models()["modelSummaries"]
    assert (row["modelArn"], row["baseModelName"]) == (model["modelArn"], "")


def test_what_was_not_sent_is_empty_or_not_there(bedrock_jobs, client):
    """Fields that the service always returns are empty, the others are not there."""
    record = bedrock_jobs.add_customization_job()
    job = get(client, record.arn)
    assert (record.vpc_config, job["hyperParameters"], job["validationDataConfig"]) == ({}, {}, {"validators": []})
    assert job["validationMetrics"] == []  # until its training has ended
    assert not {"outputModelKmsKeyArn", "vpcConfig", "customizationConfig", "trainingMetrics"} & job.keys()


def test_a_vpc_comes_back_as_it_was_sent(client):
    """It comes back as it was sent."""
    vpc = {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]}
    assert get(client, train(client, vpcConfig=vpc))["vpcConfig"] == vpc


@pytest.mark.needs("CreateModelCustomizationJob.customizationConfig")
def test_a_model_keeps_the_type_and_configuration_of_its_customization(client):
    """The model keeps the type, and what the type needs."""
    config = {"distillationConfig": {"teacherModelConfig": {"teacherModelIdentifier": "amazon.nova-pro-v1:0"}}}
    arn = train(client, customModelName="small", customizationType="DISTILLATION", customizationConfig=config)
    assert [status(client, arn) for _ in range(2)][1] == "Completed"
    for found in (get(client, arn), client.get_custom_model(modelIdentifier="small")):
        assert (found["customizationType"], found["customizationConfig"]) == ("DISTILLATION", config)
    assert client.list_custom_models()["modelSummaries"][0]["customizationType"] == "DISTILLATION"


@pytest.mark.bedrock_jobs(progress=datetime.timedelta(hours=2))
def test_a_job_completes_once_its_time_has_passed(bedrock_jobs, client):
    """On the mock's clock, however often somebody looks."""
    arn = train(client)
    bedrock_jobs.clock.advance(2 * 60 * 60 - 1)
    assert [status(client, arn) for _ in range(3)] == ["InProgress"] * 3
    assert get(client, arn)["lastModifiedTime"] > get(client, arn)["creationTime"]
    bedrock_jobs.clock.advance(1)
    job = get(client, arn)
    assert (job["status"], job["endTime"] - job["creationTime"]) == ("Completed", datetime.timedelta(hours=2))


@pytest.mark.bedrock_jobs(progress="manual")
def test_a_job_is_ended_by_complete_and_fail(bedrock_jobs, client):
    """With complete and fail; a failed job says why, and has no model and no metrics."""
    train(client, "first")
    second = train(client, "second")
    bedrock_jobs.complete("first")
    bedrock_jobs.fail(bedrock_jobs.customization_jobs[1], failures.internal())
    assert status(client, "first") == "Completed"
    failed = get(client, second)
    assert (failed["status"], failed["failureMessage"]) == ("Failed", failures.internal())
    assert "endTime" in failed
    assert not {"outputModelArn", "trainingMetrics"} & failed.keys()
    assert len(bedrock_jobs.custom_models) == 1


def test_a_job_takes_no_description_of_an_imported_model(bedrock_jobs, client):
    """What describes an imported model does not go with such a job."""
    arn = train(client)
    with pytest.raises(UsageError, match=r"is a customization job: architecture, .* which only import jobs make"):
        bedrock_jobs.complete(arn, architecture="llama")
    with pytest.raises(UsageError, match="NEXT_JOB: CreateModelCustomizationJob makes no imported model"):
        bedrock_jobs.complete(NEXT_JOB(operation="CreateModelCustomizationJob"), architecture="llama")


def test_a_plan_for_the_next_job_is_for_a_customization_job_too(bedrock_jobs, client):
    """It is one of the jobs that NEXT_JOB stands for, with or without its operation."""
    bedrock_jobs.fail(NEXT_JOB(name="second"), "no data")
    planned = bedrock_jobs.fail(NEXT_JOB(operation="CreateModelCustomizationJob"), "no capacity")
    first, second = train(client, "first"), train(client, "second")
    assert planned.job_arn == first
    assert [status(client, job) for job in (first, second)] == ["InProgress"] * 2
    assert [get(client, job)["failureMessage"] for job in (first, second)] == ["no capacity", "no data"]


def test_a_job_name_is_used_once(bedrock_jobs, client):
    """In words seen on AWS, also after the job has ended; in another Region it is free."""
    bedrock_jobs.complete(train(client, "first"))
    assert error_of(train, client, "first") == (
        "ValidationException",
        400,
        "The provided job name is currently in use.",
    )
    assert train(bedrock_jobs.client("us-west-2"), "first")


def test_a_model_name_is_used_once(bedrock_jobs, client):
    """By a model, or by a job that will make it; free again if that fails, or the model is deleted."""
    arn = train(client, customModelName="tuned")
    text = f"A custom model with the name tuned already exists: {arn} is making it."
    assert error_of(train, client, customModelName="tuned") == ("ValidationException", 400, text)
    bedrock_jobs.fail(arn)
    second = train(client, customModelName="tuned")
    bedrock_jobs.complete(second)
    assert error_of(train, client, customModelName="tuned")[2].endswith(f"{bedrock_jobs.custom_models[0].arn}.")
    client.delete_custom_model(modelIdentifier="tuned")
    assert train(client, customModelName="tuned")


def test_a_repeated_token_returns_the_first_job(bedrock_jobs, client):
    """A repeated one starts nothing; botocore sends one if the program does not."""
    assert train(client, "first", customModelName="a", clientRequestToken="once") == train(
        client, "first", customModelName="a", clientRequestToken="once"
    )
    train(client)
    first, second = bedrock_jobs.customization_jobs
    assert first.client_request_token == "once"
    assert second.client_request_token


def test_a_base_model_is_a_foundation_model_or_the_callers_custom_model(bedrock_jobs, client):
    """A foundation model by id or ARN, or one's own custom model, whose base it is then."""
    own = bedrock_jobs.add_custom_model("own", base_model=BASE)
    bedrock_jobs.add_custom_model("from-files", base_model="imported")
    for identifier in (BASE, BASE_ARN, own.arn):
        assert get(client, train(client, baseModelIdentifier=identifier))["baseModelArn"] == BASE_ARN
    job = train(client, baseModelIdentifier="from-files")
    assert get(client, job)["baseModelArn"].endswith("foundation-model/amazon.nova-lite-v1")
    text = "The provided model identifier is invalid."
    for identifier in ("a.b.c", BASE_ARN.replace("us-east-1", "eu-west-1")):
        assert error_of(train, client, baseModelIdentifier=identifier) == ("ValidationException", 400, text)
    code, found, text = error_of(train, client, baseModelIdentifier=own.arn[:-12] + "0" * 12)
    assert (code, found) == ("ResourceNotFoundException", 404)
    assert "Existing there: from-files, own" in text


def test_a_model_that_a_job_makes_is_no_base_model_until_the_job_has_completed(bedrock_jobs, client):
    """A model that a job makes is there when the job has completed; another account's is not one's own."""
    job = train(client, customModelName="own")
    assert error_of(train, client, baseModelIdentifier="own")[0] == "ResourceNotFoundException"
    bedrock_jobs.complete(job)
    assert train(client, baseModelIdentifier="own")
    created = bedrock_jobs.add_custom_model("theirs", base_model=BASE, account_id=OTHER_ACCOUNT)
    assert error_of(train, client, baseModelIdentifier=created.arn)[0] == "AccessDeniedException"


@pytest.mark.needs("CreateCustomModel")
def test_a_model_that_is_being_created_is_no_base_model(client):
    """It is not active yet, and the message says so."""
    start_model(client, modelName="new")
    code, _, text = error_of(train, client, baseModelIdentifier="new")
    assert code == "ResourceNotFoundException"
    assert text.endswith("is not active: its status is Creating.")


def test_job_and_model_have_tags_of_their_own(client):
    """Each has its own, by the three operations on tags."""
    arn = train(client, jobTags=tags(1, "job"), customModelTags=tags(2, "model"))
    [_, job] = [get(client, arn) for _ in range(2)]
    client.tag_resource(resourceARN=arn, tags=[{"key": "stage", "value": "test"}])
    client.untag_resource(resourceARN=arn, tagKeys=["job-0"])
    assert client.list_tags_for_resource(resourceARN=arn)["tags"] == [{"key": "stage", "value": "test"}]
    assert client.list_tags_for_resource(resourceARN=job["outputModelArn"])["tags"] == tags(2, "model")


@pytest.mark.parametrize("parameter", ["jobTags", "customModelTags"])
def test_too_many_tags_of_job_or_model_start_no_job(bedrock_jobs, client, parameter):
    """Of either: no job."""
    assert error_of(train, client, **{parameter: tags(51)})[0] == "TooManyTagsException"
    assert bedrock_jobs.customization_jobs == ()


def test_tags_of_a_job_or_its_model_need_a_permission_of_their_own(bedrock_jobs, client):
    """Tags of either need one of their own."""
    bedrock_jobs.deny("bedrock:TagResource")
    for parameter in ("jobTags", "customModelTags"):
        assert error_of(train, client, **{parameter: tags(1)})[0] == "AccessDeniedException"
    arn = train(client)
    bedrock_jobs.deny("bedrock:CreateModelCustomizationJob")
    bedrock_jobs.deny("bedrock:StopModelCustomizationJob")
    code, _, text = error_of(train, client)
    assert code == "AccessDeniedException"
    assert ":model-customization-job/*" in text
    assert error_of(stop, client, arn)[0] == "AccessDeniedException"


def test_faults_can_be_injected_into_customization_jobs(bedrock_jobs, client):
    """As for every operation."""
    bedrock_jobs.fail_next_call("CreateModelCustomizationJob", "ThrottlingException", times=2)
    arn = train(client)
    assert bedrock_jobs.calls[-1].attempts == 3
    bedrock_jobs.fail_next_call("StopModelCustomizationJob", "ConflictException")
    assert error_of(stop, client, arn)[0] == "ConflictException"
    assert status(client, arn) == "InProgress"


@pytest.mark.bedrock_jobs(quotas=True, progress="manual")
def test_ten_jobs_may_be_in_progress(bedrock_jobs, client):
    """Ten in progress."""
    arns = [train(client) for _ in range(10)]
    code, _, text = error_of(train, client)
    assert code == "ServiceQuotaExceededException"
    assert text.endswith("request a quota increase for Scheduled customization jobs.")
    stop(client, arns[0])
    assert error_of(train, client)[0] == "ServiceQuotaExceededException"
    bedrock_jobs.complete(arns[0])
    assert train(client)


@pytest.mark.bedrock_jobs(quotas=True)
def test_models_that_jobs_will_make_count_in_the_quota_of_models(bedrock_jobs, client):
    """A hundred, with those that jobs will make."""
    for _ in range(99):
        bedrock_jobs.add_custom_model()
    train(client)
    assert error_of(train, client)[2].endswith("request a quota increase for Custom models per account.")


def test_a_job_that_is_not_there_is_not_found_or_stopped(client):
    """By ARN and by name, in both operations that take one; another Region's is not there either."""
    arn = train(client, "first")
    for which in ("firsd", arn[:-12] + "0" * 12):
        for call in (get, stop):
            code, found, text = error_of(call, client, which)
            assert (code, found) == ("ResourceNotFoundException", 404)
            assert "Existing there: first." in text
    text = error_of(get, make_client(region_name="us-west-2"), "first")[2]
    assert f" It exists in us-east-1 (account {ACCOUNT}) as {arn.split(':', 5)[5]}" in text


def test_a_stopped_job_makes_no_model(bedrock_jobs, client):
    """A stopped job makes no model; it takes as long as anything else."""
    arn = train(client, customModelName="tuned")
    response = stop(client, arn)
    assert (members(response), response["ResponseMetadata"]["HTTPStatusCode"]) == (set(), 200)

    stopping, stopped = get(client, arn), get(client, arn)

    assert (stopping["status"], stopped["status"]) == ("Stopping", "Stopped")
    assert "endTime" not in stopping
    assert stopped["endTime"] == stopped["lastModifiedTime"]
    assert not {"outputModelArn", "trainingMetrics", "failureMessage"} & stopped.keys()
    assert bedrock_jobs.custom_models == ()
    assert train(client, customModelName="tuned")


def test_a_plan_does_not_change_how_a_stop_ends(bedrock_jobs, client):
    """The plan was for a job that went on."""
    bedrock_jobs.fail(NEXT_JOB, "no data")
    arn = train(client)
    stop(client, arn)
    assert [status(client, arn) for _ in range(2)] == ["Stopping", "Stopped"]


@pytest.mark.bedrock_jobs(progress=datetime.timedelta(minutes=10))
def test_a_stop_takes_its_own_time_from_when_it_was_requested(bedrock_jobs, client):
    """From when it was requested."""
    arn = train(client)
    bedrock_jobs.clock.advance(599)
    stop(client, arn)
    bedrock_jobs.clock.advance(599)
    assert status(client, arn) == "Stopping"
    bedrock_jobs.clock.advance(1)
    assert status(client, arn) == "Stopped"


@pytest.mark.bedrock_jobs(progress="manual")
def test_a_stop_can_be_completed_by_hand_but_does_not_fail(bedrock_jobs, client):
    """It does not fail, and a message would be lost."""
    arn = train(client)
    stop(client, arn)
    assert status(client, arn) == "Stopping"
    with pytest.raises(UsageError, match="is being stopped or deleted, which does not fail; complete"):
        bedrock_jobs.fail(arn, "no capacity")
    assert status(client, arn) == "Stopping"
    bedrock_jobs.complete(arn)
    assert status(client, arn) == "Stopped"


@pytest.mark.parametrize("word", ["Completed", "Failed", "Stopping", "Stopped"])
def test_a_job_that_is_not_in_progress_cannot_be_stopped(bedrock_jobs, client, word):
    """Only a job in progress can."""
    bedrock_jobs.progress = "manual"
    job = bedrock_jobs.add_customization_job("first", status=word)
    text = f"The job {job.arn} cannot be stopped: its status is {word}."
    assert error_of(stop, client, "first") == ("ConflictException", 400, text)


def test_jobs_are_listed_with_filters_orders_and_pages(bedrock_jobs, client):
    """With every filter, both orders, and pages."""
    bedrock_jobs.progress = "manual"
    start = bedrock_jobs.clock.now()
    for number, word in enumerate(["InProgress", "Completed", "Failed", "Stopping", "Stopped"]):
        bedrock_jobs.clock.advance(60)
        bedrock_jobs.add_customization_job(f"train-{number}", status=word, custom_model_name=f"tuned-{number}")

    def names(**filters):
        paginator = client.get_paginator("list_model_customization_jobs")
        pages = paginator.paginate(**filters, PaginationConfig={"PageSize": 2})
        return "".join(row["jobName"][-1] for page in pages for row in page["modelCustomizationJobSummaries"])

    assert names() == "43210"
    assert names(sortOrder="Ascending", sortBy="CreationTime") == "01234"
    assert names(nameContains="train-2") == "2"
    assert names(nameContains="Train") == ""
    assert [names(statusEquals=word) for word in ("InProgress", "Completed", "Failed", "Stopping", "Stopped")] == [
        *"01234"
    ]
    assert names(creationTimeAfter=start + datetime.timedelta(seconds=150)) == "432"
    assert names(creationTimeBefore=start + datetime.timedelta(seconds=150)) == "10"
    [row] = client.list_model_customization_jobs(statusEquals="Completed")["modelCustomizationJobSummaries"]
    [job] = [job for job in bedrock_jobs.customization_jobs if job.status == "Completed"]
    row.pop("statusDetails", None)
    assert row == {
        "jobArn": job.arn,
        "baseModelArn": "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1",
        "jobName": "train-1",
        "status": "Completed",
        "lastModifiedTime": row["endTime"],
        "creationTime": row["creationTime"],
        "endTime": row["endTime"],
        "customModelArn": job.output_model_arn,
        "customModelName": "tuned-1",
        "customizationType": "FINE_TUNING",
    }

    page = client.list_model_customization_jobs(maxResults=2)
    code, _, _ = error_of(client.list_model_customization_jobs, nextToken=page["nextToken"], nameContains="train")
    assert code == "ValidationException"


def test_a_list_is_a_poll(client):
    """Code that waits with it ends, and so does code that waits for the model."""
    train(client, "first")
    rows = [client.list_model_customization_jobs()["modelCustomizationJobSummaries"][0] for _ in range(2)]
    assert [row["status"] for row in rows] == ["InProgress", "Completed"]
    assert "endTime" not in rows[0]
    train(client, "second", customModelName="tuned")
    assert error_of(client.get_custom_model, modelIdentifier="tuned")[0] == "ResourceNotFoundException"
    assert client.get_custom_model(modelIdentifier="tuned")["jobName"] == "second"


def test_a_test_can_add_jobs_in_every_state(bedrock_jobs):
    """In every state, with names, tags and account; no plan for the next job is for them."""
    planned = bedrock_jobs.fail(NEXT_JOB(allow_unused=True))
    job = bedrock_jobs.add_customization_job()
    assert (job.status, job.region, job.account_id, job.base_model) == (
        *("InProgress", "us-east-1", ACCOUNT),
        "amazon.nova-lite-v1",
    )
    job = bedrock_jobs.add_customization_job(
        "first",
        status="Completed",
        region="us-west-2",
        account_id=OTHER_ACCOUNT,
        base_model=BASE,
        custom_model_name="tuned",
        tags={"a": "b"},
        custom_model_tags={"c": "d"},
    )
    assert (job.name, job.tags, job.output_model_tags) == ("first", {"a": "b"}, {"c": "d"})
    [model] = bedrock_jobs.custom_models
    assert (model.arn, model.name, model.tags) == (job.output_model_arn, "tuned", {"c": "d"})
    assert (model.region, model.account_id, model.base_model) == ("us-west-2", OTHER_ACCOUNT, BASE)
    failed = bedrock_jobs.add_customization_job(status="Failed", failure_message="no data")
    assert (failed.status, failed.failure_message) == ("Failed", "no data")
    stopped = bedrock_jobs.add_customization_job(status="Stopped")
    assert (stopped.status, stopped.end_time is None) == ("Stopped", False)
    assert bedrock_jobs.add_customization_job(status="Stopping").status == "Stopping"
    assert planned.job_arn is None


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"status": "Done"}, "there is no status 'Done'"),
        ({"name": "a b"}, "name takes up to 63 letters, .* not 'a b'"),
        ({"custom_model_name": "a.b"}, "custom_model_name takes up to 63 letters, .* not 'a.b'"),
        ({"base_model": "imported"}, "base_model takes a foundation model's id, not 'imported'"),
        ({"tags": ["a"]}, "tags takes a mapping"),
        ({"custom_model_tags": ["a"]}, "custom_model_tags takes a mapping"),
        ({"failure_message": "no"}, "failure_message goes with status='Failed'"),
        ({"name": "first"}, "The provided job name is currently in use"),
        ({"custom_model_name": "tuned"}, "A custom model with the name tuned already exists"),
    ],
)
def test_a_job_that_a_test_cannot_add_is_refused(bedrock_jobs, options, text):
    """The message says why, and nothing is added."""
    bedrock_jobs.add_customization_job("first", custom_model_name="tuned")
    with pytest.raises(UsageError, match=f"add_customization_job: {text}"):
        bedrock_jobs.add_customization_job(**options)
    assert len(bedrock_jobs.customization_jobs) == 1
