"""Builders that the tests share."""

from __future__ import annotations

import functools
import io
import itertools

import boto3
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from urllib3.response import HTTPResponse

from pytest_bedrock_jobs.service.operations import OPERATIONS
from pytest_bedrock_jobs.service.wire.api_names import RUNTIME_OPERATIONS

BEDROCK_OPERATIONS = [name for name in OPERATIONS if name not in RUNTIME_OPERATIONS]
"""Those of the service that ``make_client`` makes clients of by default."""

ACCOUNT = "123456789012"
OTHER_ACCOUNT = "210987654321"

_numbers = itertools.count(1)


def import_parameters(**changes):
    """The required parameters of create_model_import_job, its names never used before."""
    number = next(_numbers)
    return {
        "jobName": f"import-{number}",
        "importedModelName": f"model-{number}",
        "roleArn": f"arn:aws:iam::{ACCOUNT}:role/BedrockImport",
        "modelDataSource": {"s3DataSource": {"s3Uri": "s3://my-bucket/llama/"}},
    } | changes


def copy_parameters(model, **changes):
    """The required parameters of create_model_copy_job, its target name never used before."""
    return {"sourceModelArn": model.arn, "targetModelName": f"copy-{next(_numbers)}"} | changes


def tags(count, prefix="key"):
    """A list of this many tags."""
    return [{"key": f"{prefix}-{number}", "value": f"value-{number}"} for number in range(count)]


def keys(**changes):
    """The arguments of a session that is complete without any environment."""
    return {
        "aws_access_key_id": "AKIAOUTSIDE",
        "aws_secret_access_key": "outside",
        "region_name": "us-east-1",
    } | changes


def make_session(account_id=None, **changes):
    """A session of its own, as code under test makes one; its credentials name this account."""
    session = boto3.session.Session(**keys(**changes))
    if account_id:
        session.get_credentials().account_id = account_id  # the oldest boto3 takes no aws_account_id
    return session


def make_client(service="bedrock", config=None, endpoint_url=None, aws_account_id=None, **changes):
    """A boto3 client of a session of its own."""
    client = make_session(aws_account_id, **changes).client(service, config=config, endpoint_url=endpoint_url)
    if aws_account_id:
        client._request_signer._credentials.account_id = aws_account_id  # the oldest botocore's clients take none
    return client


@functools.cache
def unvalidated_client():
    """A client that sends whatever it is given, as other SDKs do."""
    return make_client(config=Config(parameter_validation=False))


@functools.cache
def service_model():
    """Botocore's model of Bedrock."""
    return botocore.session.Session().get_service_model("bedrock")


@functools.cache
def runtime_model():
    """Botocore's model of Bedrock's runtime."""
    return botocore.session.Session().get_service_model("bedrock-runtime")


class Network:
    """Replaces the network: responds to every request of a client that nothing else responded to, and keeps it.

    A handler of all services' event is asked after the mock's, which belongs to Bedrock's.
    """

    def __init__(self, client, body=b"{}"):
        self.requests = []
        self._body = body
        client.meta.events.register_last("before-send", self._respond)

    def _respond(self, request, **_):
        self.requests.append(request)
        body = HTTPResponse(io.BytesIO(self._body), preload_content=False)
        return AWSResponse(request.url, 200, {"content-type": "application/json"}, body)
