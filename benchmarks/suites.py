"""A suite of 200 tests, each with its mock and three calls, in a separate process: what it takes over empty tests.

Every side makes its client in the test as its users do, once with boto3's default session; ours has a ready one too.
"""

from __future__ import annotations

from .measuring import SHOWN, Bound, Effort, Measured, Row, summed_up
from .processes import run_pytest

_HEAD = """
import pytest

many = pytest.mark.parametrize("number", range(200))
"""

EMPTY = f"""{_HEAD}
@many
def test_nothing(number):
    pass
"""

_THREE_CALLS = """
@many
def test_import({fixture}, number):
    client = {client}
    arn = client.create_model_import_job(
        jobName="llama-v1",
        importedModelName="llama-v1",
        roleArn="arn:aws:iam::123456789012:role/import",
        modelDataSource={{"s3DataSource": {{"s3Uri": "s3://my-bucket/llama/"}}}},
    )["jobArn"]
    assert client.get_model_import_job(jobIdentifier=arn)["status"] == "InProgress"
    assert client.list_tags_for_resource(resourceARN=arn)["tags"] == []
"""
_ITS_CLIENT = _THREE_CALLS.format(fixture="client", client="client")
_NEW_CLIENT = _THREE_CALLS.format(fixture="bedrock_jobs", client='boto3.client("bedrock")')
_READY_CLIENT = _THREE_CALLS.format(fixture="bedrock_jobs", client="bedrock_jobs.client()")

CLIENT_PER_TEST = f"{_HEAD}\nimport boto3\n{_NEW_CLIENT}"
READY_CLIENT = _HEAD + _READY_CLIENT

STUBBER = f"""{_HEAD}
import boto3
from botocore.stub import Stubber

JOB = "arn:aws:bedrock:us-east-1:123456789012:model-import-job/abcdefghijkl"

@pytest.fixture
def client():
    client = boto3.client("bedrock", "us-east-1", aws_access_key_id="AKIABENCHMARK", aws_secret_access_key="benchmark")
    with Stubber(client) as stubber:
        stubber.add_response("create_model_import_job", {{"jobArn": JOB}})
        stubber.add_response("get_model_import_job", {{"jobArn": JOB, "jobName": "llama-v1", "status": "InProgress"}})
        stubber.add_response("list_tags_for_resource", {{"tags": []}})
        yield client
{_ITS_CLIENT}
"""

# The floor of all mocks behind botocore's own pipeline: a client that is not signed, and gets a canned response.
_NULL = """
import boto3
from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse

JOB = "arn:aws:bedrock:us-east-1:123456789012:model-import-job/abcdefghijkl"
TIME = "2026-01-01T00:00:00.000Z"
RESPONSES = {{
    "CreateModelImportJob": (201, '{{"jobArn":"%s"}}' % JOB),
    "GetModelImportJob": (
        200,
        '{{"jobArn":"%s","jobName":"llama-v1","status":"InProgress","creationTime":"%s","lastModifiedTime":"%s",'
        '"importedModelName":"llama-v1","roleArn":"arn:aws:iam::123456789012:role/import"}}' % (JOB, TIME, TIME),
    ),
    "ListTagsForResource": (200, '{{"tags":[]}}'),
}}

class Body:
    def __init__(self, content):
        self.content = content.encode()

    def stream(self):
        yield self.content

def respond(request, event_name, **_):
    status, content = RESPONSES[event_name.rpartition(".")[2]]
    return AWSResponse(request.url, status, {{"content-type": "application/json"}}, Body(content))

@pytest.fixture(scope="{scope}")
def client():
    client = boto3.client("bedrock", "us-east-1", aws_access_key_id="AKIABENCHMARK", aws_secret_access_key="benchmark")
    client.meta.events.register("choose-signer.bedrock", lambda **_: UNSIGNED)
    client.meta.events.register("before-send.bedrock", respond)
    return client
"""

NULL_CLIENT_PER_TEST = _HEAD + _NULL.format(scope="function") + _ITS_CLIENT
NULL_CLIENT = _HEAD + _NULL.format(scope="session") + _ITS_CLIENT

MOTO = f"""{_HEAD}
import boto3
from moto import mock_aws

@pytest.fixture
def client():
    with mock_aws():
        yield boto3.client("bedrock", "us-east-1")

@many
def test_customization(client, number):
    arn = client.create_model_customization_job(
        jobName="llama-v1",
        customModelName="llama-v1",
        roleArn="arn:aws:iam::123456789012:role/import",
        baseModelIdentifier="amazon.nova-lite-v1:0",
        trainingDataConfig={{"s3Uri": "s3://my-bucket/llama/"}},
        outputDataConfig={{"s3Uri": "s3://my-bucket/output/"}},
        hyperParameters={{"epochCount": "1"}},
    )["jobArn"]
    assert client.get_model_customization_job(jobIdentifier="llama-v1")["status"] == "InProgress"
    assert client.list_tags_for_resource(resourceARN=arn)["tags"] == []
"""


def _row(name: str, ours: str, beside: str, peer: str, bound: Bound = SHOWN) -> Row:
    def measure(effort: Effort) -> Measured:
        run_pytest(ours)  # which does not count: it may write bytecode
        runs = 2 if peer is MOTO else effort.runs  # moto takes a minute, and the figures lie far apart
        return summed_up([_round(ours, peer) for _ in range(runs)])

    return Row(f"200 tests over 200 empty ones, {name}", beside, bound, measure)


def _round(ours: str, peer: str) -> tuple[float, float]:
    nothing = run_pytest(EMPTY)
    return run_pytest(ours) - nothing, run_pytest(peer) - nothing


_FELT = Bound(1.10)
ROWS = (
    _row("a client per test, nothing signed", CLIENT_PER_TEST, "unsigned null clients", NULL_CLIENT_PER_TEST, _FELT),
    _row("bedrock_jobs.client(), nothing signed", READY_CLIENT, "one unsigned null client", NULL_CLIENT, _FELT),
    _row("a client per test", CLIENT_PER_TEST, "Stubber", STUBBER),
    _row("bedrock_jobs.client()", READY_CLIENT, "Stubber", STUBBER),
    _row("a client per test, moto", CLIENT_PER_TEST, "moto", MOTO),
    _row("bedrock_jobs.client(), moto", READY_CLIENT, "moto", MOTO),
)
