"""From training to traffic: one account trains a model, another copies it to its Region and serves it.

The program waits as programs do, for hours; under virtual time the test takes milliseconds.
"""

import datetime
import inspect
import time
from collections.abc import Callable, Mapping
from typing import Any

import boto3
import pytest

from pytest_bedrock_jobs import BedrockJobs, faults

TRAINING, SERVING = "111122223333", "444455556666"
BASE = "amazon.nova-lite-v1:0:300k"


def wait_while(read: Callable[[], Mapping[str, Any]], *statuses: str) -> Mapping[str, Any]:
    """Poll each minute for as long as the status is one of these."""
    while (found := read())["status"] in statuses:
        time.sleep(60)
    return found


def train(bedrock: Any, name: str) -> str:
    """Fine-tune a model; the ARN of the custom model."""
    job = bedrock.create_model_customization_job(
        jobName=name,
        customModelName=name,
        roleArn=f"arn:aws:iam::{TRAINING}:role/training",
        baseModelIdentifier=BASE,
        trainingDataConfig={"s3Uri": "s3://my-bucket/train.jsonl"},
        outputDataConfig={"s3Uri": "s3://my-bucket/output/"},
        hyperParameters={"epochCount": "2"},
    )["jobArn"]
    ended = wait_while(lambda: bedrock.get_model_customization_job(jobIdentifier=job), "InProgress")
    return str(ended["outputModelArn"])


def copy(bedrock: Any, model: str, name: str) -> str:
    """Copy a model to the client's account and Region; the ARN of the copy."""
    job = bedrock.create_model_copy_job(sourceModelArn=model, targetModelName=name)["jobArn"]
    return str(wait_while(lambda: bedrock.get_model_copy_job(jobArn=job), "InProgress")["targetModelArn"])


def provision(bedrock: Any, model: str, name: str) -> str:
    """Buy throughput for a model; its ARN."""
    arn = bedrock.create_provisioned_model_throughput(provisionedModelName=name, modelId=model, modelUnits=1)[
        "provisionedModelArn"
    ]
    wait_while(lambda: bedrock.get_provisioned_model_throughput(provisionedModelId=arn), "Creating")
    return str(arn)


def ask(runtime: Any, model: str, text: str) -> str:
    response = runtime.converse(modelId=model, messages=[{"role": "user", "content": [{"text": text}]}])
    return str(response["output"]["message"]["content"][0]["text"])


@pytest.mark.skipif(
    "aws_account_id" not in inspect.signature(boto3.Session).parameters,
    reason="sessions of this boto3 cannot name an account",
)
@pytest.mark.bedrock_jobs(account_id=SERVING, virtual_time=True, progress=datetime.timedelta(hours=1))
def test_a_model_goes_from_training_in_one_account_to_traffic_in_another(bedrock_jobs: BedrockJobs) -> None:
    there = boto3.Session("testing", "testing", aws_account_id=TRAINING).client("bedrock", region_name="us-east-1")
    here = boto3.client("bedrock", region_name="us-west-2")
    runtime = boto3.client("bedrock-runtime", region_name="us-west-2")
    bedrock_jobs.inject("CreateModelCopyJob", faults.service_error("ThrottlingException"), times=2)
    bedrock_jobs.respond("ranker-serving", "first: the red one")
    started = bedrock_jobs.clock.now()

    trained = train(there, "ranker")
    bedrock_jobs.share_custom_model(trained, [SERVING])  # on AWS, its owner makes a resource share
    copied = copy(here, trained, "ranker")
    throughput = provision(here, copied, "ranker-serving")

    assert ask(runtime, throughput, "Which one?") == "first: the red one"
    [call] = bedrock_jobs.calls_to("CreateModelCopyJob")
    assert call.responses == ("ThrottlingException", "ThrottlingException", "201")
    assert [(model.account_id, model.region) for model in bedrock_jobs.custom_models] == [
        (TRAINING, "us-east-1"),
        (SERVING, "us-west-2"),
    ]
    assert bedrock_jobs.clock.now() - started > datetime.timedelta(hours=3)
