"""Builders for the tests of what happens after a create."""

from __future__ import annotations

import itertools
import time

import pytest
from botocore.exceptions import ClientError
from support import ACCOUNT, copy_parameters, import_parameters

BASE_MODEL_ARN = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1"

_WORDS = {"Creating": "InProgress", "Active": "Completed"}
_numbers = itertools.count(1)


def start_import(client, **changes):
    """A new import job; its ARN."""
    return client.create_model_import_job(**import_parameters(**changes))["jobArn"]


def start_copy(client, model, **changes):
    """A new copy job; its ARN."""
    return client.create_model_copy_job(**copy_parameters(model, **changes))["jobArn"]


def custom_model_parameters(**changes):
    """Parameters of create_custom_model, the name never used before."""
    return {
        "modelName": f"custom-{next(_numbers)}",
        "modelSourceConfig": {"s3DataSource": {"s3Uri": "s3://my-bucket/nova/"}},
        "roleArn": f"arn:aws:iam::{ACCOUNT}:role/BedrockImport",
    } | changes


def customization_parameters(**changes):
    """The required parameters of create_model_customization_job, its names never used before."""
    number = next(_numbers)
    return {
        "jobName": f"train-{number}",
        "customModelName": f"tuned-{number}",
        "roleArn": f"arn:aws:iam::{ACCOUNT}:role/BedrockCustomization",
        "baseModelIdentifier": "amazon.titan-text-lite-v1:0:4k",
        "trainingDataConfig": {"s3Uri": "s3://my-bucket/train.jsonl"},
        "outputDataConfig": {"s3Uri": "s3://my-bucket/output/"},
        "hyperParameters": {},  # which the oldest botocore requires
    } | changes


def start_model(client, **changes):
    """A new custom model that is being created; its ARN."""
    return client.create_custom_model(**custom_model_parameters(**changes))["modelArn"]


def import_status(client, job):
    """The status that Get returns for an import job."""
    return client.get_model_import_job(jobIdentifier=job)["status"]


def poll(client, arn, wait):
    """The user's loop, which waits a minute between polls: how many polls it takes."""
    polls = 1
    while import_status(client, arn) == "InProgress":
        wait(60)
        polls += 1
    return polls


def poll_until(client, arn, clock, seconds):
    """A loop as programs have it: poll each minute, give up at a deadline by a clock; how many polls it took."""
    deadline, polls = clock() + seconds, 0
    while clock() < deadline:
        polls += 1
        if import_status(client, arn) != "InProgress":
            return polls
        time.sleep(60)
    raise TimeoutError(polls)


def copy_status(client, job_arn):
    """The status that Get returns for a copy job."""
    return client.get_model_copy_job(jobArn=job_arn)["status"]


def model_status(client, model):
    """The status that Get returns for a custom model."""
    return client.get_custom_model(modelIdentifier=model)["modelStatus"]


def members(response):
    """The service's response, without boto3's addition."""
    return set(response) - {"ResponseMetadata"}


def error_of(call, **parameters):
    """The code and the message that a call fails with."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def unknown_arn(arn):
    """An ARN of the same shape that nothing has."""
    return f"{arn.rsplit('/', 1)[0]}/{'0' * 12}"


class Started:
    """Starts one kind of what makes progress, and asks for its status in the words of jobs."""

    def __init__(self, client, start, status):
        self._client = client
        self._start = start
        self._status = status

    def __call__(self):
        """A new one: its ARN, and the function that gets its status."""
        arn = self._start(self._client)
        return arn, lambda: self._word(arn)

    def _word(self, arn):
        reported = self._status(self._client, arn)
        return _WORDS.get(reported, reported)


def started(kind, bedrock_jobs, client):
    """A Started of an import job, a copy job or a custom model."""
    if kind == "import":
        return Started(client, start_import, import_status)
    if kind == "model":
        return Started(client, start_model, model_status)
    source = bedrock_jobs.add_custom_model(region="eu-west-1")
    return Started(client, lambda client: start_copy(client, source), copy_status)
