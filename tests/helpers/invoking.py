"""Clients of bedrock-runtime, and short ways to invoke a model."""

from __future__ import annotations

import functools
import json

from botocore.config import Config
from botocore.exceptions import ClientError
from support import make_client


@functools.cache
def runtime_client(attempts=1, mode="standard", region="us-east-1"):
    """A boto3 client that sends a request at most this many times."""
    config = Config(retries={"total_max_attempts": attempts, "mode": mode}, parameter_validation=False)
    return make_client("bedrock-runtime", config=config, region_name=region)


def invoke(model_id, client=None, **body):
    """The body of InvokeModel's response."""
    response = (client or runtime_client()).invoke_model(modelId=model_id, body=json.dumps(body))
    return json.loads(response["body"].read())


def chunks(model_id, client=None, **body):
    """The chunks of InvokeModelWithResponseStream."""
    client = client or runtime_client()
    response = client.invoke_model_with_response_stream(modelId=model_id, body=json.dumps(body))
    return [json.loads(event["chunk"]["bytes"]) for event in response["body"]]


def user(text):
    """A conversation of one message, for Converse."""
    return [{"role": "user", "content": [{"text": text}]}]


def converse(model_id, text="Hello", client=None, **parameters):
    """The text of Converse's response."""
    response = (client or runtime_client()).converse(modelId=model_id, messages=user(text), **parameters)
    return response["output"]["message"]["content"][0]["text"]


def error_of(call, *arguments, **parameters):
    """Code, status and text of the error that a call gets."""
    try:
        call(*arguments, **parameters)
    except ClientError as error:
        found = error.response
        return found["Error"]["Code"], found["ResponseMetadata"]["HTTPStatusCode"], found["Error"]["Message"]
    raise AssertionError("the call succeeded")
