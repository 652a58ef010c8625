"""Outcomes planned for the next job that fits."""

from __future__ import annotations

import pytest
from faulting import in_threads
from lives import start_model
from support import copy_parameters, import_parameters

from pytest_bedrock_jobs import NEXT_JOB, UsageError

REGIONS = ("us-east-1", "eu-west-1", "ap-south-1")


def test_an_outcome_is_taken_by_the_next_job_that_fits(bedrock_jobs):
    """By name, operation and Region, in the order in which outcomes were planned; the others are left alone."""
    model = bedrock_jobs.add_custom_model()
    by_name = bedrock_jobs.fail(NEXT_JOB(name="b"), "by name")
    by_operation = bedrock_jobs.fail(NEXT_JOB(operation="CreateModelCopyJob"), "by operation")
    by_region = bedrock_jobs.fail(NEXT_JOB(region="eu-west-1", name="c"), "by Region and name")
    assert bedrock_jobs.planned_outcomes == (by_name, by_operation, by_region)
    assert [repr(planned) for planned in bedrock_jobs.planned_outcomes] == [
        "<Failed for NEXT_JOB(name='b')>",
        "<Failed for NEXT_JOB(operation='CreateModelCopyJob')>",
        "<Failed for NEXT_JOB(name='c', region='eu-west-1')>",
    ]

    for region in ("us-east-1", "eu-west-1"):
        for name in ("a", "b", "c"):
            bedrock_jobs.client(region).create_model_import_job(**import_parameters(jobName=name))
    bedrock_jobs.client().create_model_copy_job(**copy_parameters(model, targetModelName="a"))
    bedrock_jobs.progress = "polls"
    for _ in range(2):
        for region in ("us-east-1", "eu-west-1"):
            bedrock_jobs.client(region).list_model_import_jobs()
            bedrock_jobs.client(region).list_model_copy_jobs()

    failed = {(job.name, job.region): job.failure_message for job in bedrock_jobs.import_jobs if job.failure_message}
    assert failed == {("b", "us-east-1"): "by name", ("c", "eu-west-1"): "by Region and name"}
    assert bedrock_jobs.copy_jobs[0].failure_message == "by operation"
    assert bedrock_jobs.planned_outcomes == ()
    assert by_operation.job_arn == bedrock_jobs.copy_jobs[0].arn
    assert repr(by_operation).endswith(f": taken by {by_operation.job_arn}>")


def test_a_job_takes_the_first_outcome_that_fits(bedrock_jobs):
    """Not the one that says most of it."""
    for_any = bedrock_jobs.fail(NEXT_JOB)
    by_name = bedrock_jobs.complete(NEXT_JOB(name="a", allow_unused=True))
    arn = bedrock_jobs.client().create_model_import_job(**import_parameters(jobName="a"))["jobArn"]
    assert (for_any.job_arn, by_name.job_arn) == (arn, None)


def test_each_region_takes_its_own_outcome_in_a_thread_pool(bedrock_jobs):
    """Three Regions at once, each its own outcome."""
    for region in REGIONS:
        bedrock_jobs.fail(NEXT_JOB(region=region), f"failed in {region}")

    in_threads(3, lambda number: bedrock_jobs.client(REGIONS[number]).create_model_import_job(**import_parameters()))
    for region in REGIONS:
        [bedrock_jobs.client(region).list_model_import_jobs() for _ in range(2)]

    assert [job.failure_message for job in bedrock_jobs.import_jobs] == [
        f"failed in {job.region}" for job in bedrock_jobs.import_jobs
    ]


def test_an_outcome_can_be_taken_back_until_a_job_has_taken_it(bedrock_jobs):
    """remove() before a job took it; afterwards it changes nothing."""
    bedrock_jobs.fail(NEXT_JOB).remove()
    planned = bedrock_jobs.fail(NEXT_JOB)
    bedrock_jobs.client().create_model_import_job(**import_parameters())
    planned.remove()

    [bedrock_jobs.client().list_model_import_jobs() for _ in range(2)]

    assert [job.status for job in bedrock_jobs.import_jobs] == ["Failed"]


@pytest.mark.needs("CreateCustomModel")
def test_an_outcome_for_the_next_custom_model_names_the_operation(bedrock_jobs):
    """It is no job: an outcome is its only where the operation is named."""
    bedrock_jobs.fail(NEXT_JOB(allow_unused=True), "not mine")
    bedrock_jobs.fail(NEXT_JOB(operation="CreateCustomModel", name="mine"), "mine")
    arn = start_model(bedrock_jobs.client(), modelName="mine")

    [bedrock_jobs.client().get_custom_model(modelIdentifier=arn) for _ in range(2)]

    assert [(model.status, model.failure_message) for model in bedrock_jobs.custom_models] == [("Failed", "mine")]


@pytest.mark.parametrize("model", [{"architecture": "llama"}, {"instruct_supported": True}, {"custom_model_units": 1}])
def test_a_plan_that_describes_an_imported_model_is_for_the_next_import(bedrock_jobs, model):
    """It is for the next import job; a copy job that starts before, whose model is like its source, leaves it."""
    source = bedrock_jobs.add_custom_model()
    planned = bedrock_jobs.complete(NEXT_JOB(name="llama"), **model)
    [(option, value)] = model.items()
    assert repr(planned) == f"<Completed with {option}={value!r} for NEXT_JOB(name='llama')>"

    bedrock_jobs.client().create_model_copy_job(**copy_parameters(source, targetModelName="llama"))
    assert bedrock_jobs.planned_outcomes == (planned,)
    arn = bedrock_jobs.client().create_model_import_job(**import_parameters(jobName="llama"))["jobArn"]

    assert planned.job_arn == arn


@pytest.mark.parametrize(
    "operation", ["CreateModelCopyJob", pytest.param("CreateCustomModel", marks=pytest.mark.needs("CreateCustomModel"))]
)
def test_a_plan_that_describes_the_model_of_another_operation_is_refused(bedrock_jobs, operation):
    """Only an import makes an imported model: what would be ignored is refused, and nothing is planned."""
    job = NEXT_JOB(operation=operation)

    with pytest.raises(UsageError, match=f"NEXT_JOB: {operation} makes no imported model: architecture, .* only"):
        bedrock_jobs.complete(job, architecture="llama")

    assert bedrock_jobs.planned_outcomes == ()
    bedrock_jobs.complete(job).remove()


@pytest.mark.parametrize(
    ("job", "text"),
    [
        (lambda: NEXT_JOB(operation="CreateModelCopy"), "'CreateModelCopy'; there are: CreateModelCopyJob, "),
        (lambda: NEXT_JOB(operation="GetModelCopyJob"), "no operation that starts a job 'GetModelCopyJob'; "),
        (lambda: NEXT_JOB(region="Frankfurt"), "'us-east-1', not 'Frankfurt'"),
        (lambda: NEXT_JOB(name=5), "NEXT_JOB: name is the name of a job, not 5"),
    ],
)
def test_a_next_job_that_cannot_be_is_refused(bedrock_jobs, job, text):
    """It is refused where it is written."""
    with pytest.raises(UsageError, match=text):
        bedrock_jobs.fail(job())
    assert bedrock_jobs.planned_outcomes == ()
