"""What the mock accepts from a test is within the service's limits, so that its responses are."""

from __future__ import annotations

import pytest
from hypothesis import given, note
from hypothesis import strategies as st
from recorder import recorder

from pytest_bedrock_jobs import UsageError, mock_bedrock_jobs

TAGS = [
    {"key": "value"},
    {"k" * 128: "v" * 256},
    {"k" * 129: ""},
    {"key": "v" * 257},
    {"": ""},
    {"k\u00e9y": ""},
    {"key": "v!"},
    {"aws:key": ""},
    {f"key-{number}": "" for number in range(50)},
    {f"key-{number}": "" for number in range(51)},
]
MODEL_NAMES = ["a", "a-" * 31 + "a", "a-" * 31 + "aa", "a-" * 32, "a--b", "a b", "a\n", "\u00e9"]
IMPORT_JOB = {
    "name": ["a", "a+.-" * 15 + "abc", "a" * 64, "-a", "a_b", "a\n"],
    "status": ["InProgress", "Completed", "Failed", "Complete"],
    "imported_model_name": MODEL_NAMES,
    "s3_uri": [
        "s3://abc",
        "s3://abc/",
        "s3://abc//",
        "s3://abc/d e",
        "S3://abc/d",
        "s3://abc/d//e",
        "s3://abc/" + "d" * 1015,
        "s3://abc/" + "d" * 1016,
    ],
    "tags": TAGS,
    "imported_model_tags": TAGS,
    "failure_message": ["No.", "x" * 2048, "x" * 2049, "two\nlines"],
}
IMPORTED_MODEL = {"name": MODEL_NAMES, "architecture": ["llama", "a b", "\u00e9"], "tags": TAGS}
CUSTOM_MODEL = {
    "name": MODEL_NAMES,
    "base_model": [
        "imported",
        "a.b",
        "a.bc",
        "a." + "b" * 61,
        "a." + "b" * 62,
        "a.bc:" + "d" * 63 + ":" + "e" * 63,
        "a.bc:d:e:f",
        "a.b.c",
        "a.bc\n",
    ],
    "tags": TAGS,
}
DEPLOYMENT = {
    "name": MODEL_NAMES,
    "status": ["Creating", "Active", "Failed", "Completed"],
    "description": ["", "first", "d" * 2048, "d" * 2049, "two\nlines", "\u00e9"],
    "tags": TAGS,
    "failure_message": ["No.", "x" * 2048, "x" * 2049, "two\nlines"],
}
CUSTOMIZATION_JOB = {
    "name": IMPORT_JOB["name"],
    "status": ["InProgress", "Completed", "Failed", "Stopping", "Stopped", "Stop"],
    "base_model": CUSTOM_MODEL["base_model"],
    "custom_model_name": MODEL_NAMES,
    "tags": TAGS,
    "custom_model_tags": TAGS,
    "failure_message": DEPLOYMENT["failure_message"],
}
PROVISIONED_THROUGHPUT = {
    "name": MODEL_NAMES,
    "status": ["Creating", "InService", "Failed", "Active"],
    "model_units": [1, 2, 0, 2**31, 2**40, "1"],
    "commitment_duration": ["OneMonth", "SixMonths", "OneYear", None],
    "tags": TAGS,
    "failure_message": DEPLOYMENT["failure_message"],
}
PLACE = {"region": ["us-east-1", "a" * 20, "a" * 21, "US-EAST-1"], "account_id": ["210987654321", "1" * 11]}
LISTS = (
    "ListModelImportJobs",
    "ListImportedModels",
    "ListModelCopyJobs",
    "ListCustomModels",
    "ListCustomModelDeployments",
    "ListModelCustomizationJobs",
    "ListProvisionedModelThroughputs",
)


def some(choices):
    """Any few of the options, each with any of its values."""
    return st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in choices.items()})


@pytest.mark.needs("CreateCustomModelDeployment")  # such a model of the service knows all that a test can add
@given(
    job=some(IMPORT_JOB | PLACE),
    model=some(IMPORTED_MODEL | PLACE),
    custom=some(CUSTOM_MODEL | PLACE),
    deployment=some(DEPLOYMENT | PLACE),
    training=some(CUSTOMIZATION_JOB | PLACE),
    throughput=some(PROVISIONED_THROUGHPUT | PLACE),
)
def test_whatever_a_test_adds_is_refused_or_returned_validly(job, model, custom, deployment, training, throughput):
    """By usage errors, or by responses that hold to the service model: Gets, lists, tags and copies."""
    with mock_bedrock_jobs() as jobs:
        for add, options in ((jobs.add_import_job, job), (jobs.add_imported_model, model)):
            record = added(add, options)
            if record:
                check(record, "GetModelImportJob" if add == jobs.add_import_job else "GetImportedModel")
        if record := added(jobs.add_custom_model_deployment, deployment):
            check(record, "GetCustomModelDeployment")
        if record := added(jobs.add_customization_job, training):
            check(record, "GetModelCustomizationJob")
        if record := added(jobs.add_provisioned_throughput, throughput):
            check(record, "GetProvisionedModelThroughput")
        if source := added(jobs.add_custom_model, custom):
            check(source, "GetCustomModel")
            sender = recorder(source.region, source.account_id, validated=True)
            assert sender.call("CreateModelCopyJob", {"sourceModelArn": source.arn, "targetModelName": "copy"})
            sender.check("CreateModelCopyJob")
            check(jobs.copy_jobs[-1], "GetModelCopyJob")


def added(add, options):
    """What the mock made, or None if it refused."""
    try:
        return add(**options)
    except UsageError as error:
        note(str(error))
        return None


def check(record, get):
    """Ask for a record in every way there is."""
    sender = recorder(record.region, record.account_id, validated=True)
    [identifier] = sender.model(get).input_shape.members
    for _ in range(2):
        for operation in (get, *LISTS):
            assert sender.call(operation, {identifier: record.arn} if operation == get else {})
            sender.check(operation)
    if get != "GetModelCopyJob":
        assert sender.call("ListTagsForResource", {"resourceARN": record.arn})
        sender.check("ListTagsForResource")
