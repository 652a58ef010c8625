"""Requests that botocore would not send, put together by an event hook: no Python error, nothing that stays behind."""

from __future__ import annotations

import functools
import gc
import json
import tracemalloc

import pytest
from botocore.exceptions import ClientError
from faulting import code_of
from hypothesis import given
from hypothesis import strategies as st
from support import import_parameters, make_client, service_model

from pytest_bedrock_jobs import mock_bedrock_jobs
from pytest_bedrock_jobs.mock import service_of
from pytest_bedrock_jobs.report import report
from pytest_bedrock_jobs.service.wire.codec import OperationCodec


def sending(client, body=None, query=""):
    """Replace the body, or add to the URL, of each request of a client that is the caller's alone."""

    def replace(params, **_):
        params["url"] += query
        if body is not None:
            params["body"] = body

    client.meta.events.register("before-call.bedrock", replace)
    return client


@pytest.fixture
def client(bedrock_jobs):
    """A client for one test."""
    return make_client()


@pytest.mark.parametrize("depth", [100, 900, 5000, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_a_deeply_nested_body_is_refused(bedrock_jobs, client, depth, opening, closing):
    """At any depth, by the service, and the call is on record like any other."""
    body = f'{{"jobName":{opening * depth}1{closing * depth}}}'
    sending(client, body)

    assert code_of(client.create_model_import_job, **import_parameters()) == "SerializationException"
    [call] = bedrock_jobs.calls
    assert (call.parameters, call.error_code) == ({}, "SerializationException")
    assert "SerializationException" in report(service_of(bedrock_jobs))


def test_a_body_with_many_parts_that_is_not_deep_is_read(bedrock_jobs, client):
    """Fifty tags on job and model are no nesting."""
    many = [{"key": f"key-{number}", "value": ""} for number in range(50)]
    client.create_model_import_job(**import_parameters(jobTags=many, importedModelTags=many))

    assert len(bedrock_jobs.import_jobs[0].tags) == 50


@pytest.mark.parametrize("absent", ["vpcConfig", "jobTags", "importedModelTags", "importedModelKmsKeyId"])
def test_a_null_is_a_field_that_is_not_there(bedrock_jobs, client, absent):
    """A structure, a list or a string; a repeated request has the same parameters with it and without it."""
    parameters = import_parameters(clientRequestToken="token")
    sending(client, json.dumps(parameters | {absent: None}))

    arn = client.create_model_import_job(**parameters)["jobArn"]
    assert bedrock_jobs.client().create_model_import_job(**parameters)["jobArn"] == arn
    assert bedrock_jobs.calls[0].parameters == parameters


def test_a_null_in_a_structure_is_a_field_that_is_not_there(bedrock_jobs, client):
    """A required one is missing, whatever the depth."""
    parameters = import_parameters(modelDataSource={"s3DataSource": {"s3Uri": None}})
    sending(client, json.dumps(parameters))

    with pytest.raises(ClientError, match=r"'modelDataSource.s3DataSource.s3Uri' failed .* not be null"):
        client.create_model_import_job(**import_parameters())


def test_a_null_in_a_list_is_no_item(bedrock_jobs, client):
    """It is refused like a field that is missing, for an item is never absent."""
    sending(client, json.dumps(import_parameters(jobTags=[None])))

    assert code_of(client.create_model_import_job, **import_parameters()) == "ValidationException"


@pytest.mark.parametrize("name", ["creationTimeAfter", "creationTimeBefore"])
def test_a_time_without_an_offset_is_refused(bedrock_jobs, client, name):
    """It could be any time of a day."""
    bedrock_jobs.add_import_job()
    sending(client, query=f"?{name}=2026-11-25T00:00:00")

    assert code_of(client.list_model_import_jobs) == "ValidationException"


@pytest.mark.parametrize(
    ("operation", "url"),
    [("GetModelImportJob", "/model-import-jobs/{}"), ("ListModelImportJobs", "/model-import-jobs?nameContains={}")],
)
def test_long_identifiers_leave_no_memory_behind(operation, url):
    """What is kept of a request is kept by its call, and goes with it."""
    codec = OperationCodec(service_model().operation_model(operation))
    codec.decode(url.format("x"), b"", {})
    tracemalloc.start()
    for number in range(40):
        assert len(codec.decode(url.format(str(number) + "x" * 100_000), b"", {})) == 1
    gc.collect()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert kept < 400_000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [
    "clientRequestToken",
    "importedModelKmsKeyId",
    "importedModelName",
    "importedModelTags",
    "jobName",
    "jobTags",
    "modelDataSource",
    "roleArn",
    "vpcConfig",
]
VALID = import_parameters()
BODIES = st.one_of(
    st.binary(max_size=50),
    JSON.map(json.dumps),
    st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4).map(
        lambda found: json.dumps(import_parameters() | found)
    ),
    st.integers(1, 3000).map(lambda depth: '{"vpcConfig":' * depth + "null" + "}" * depth),
)


CODES = {"", "ConflictException", "SerializationException", "TooManyTagsException", "ValidationException"}


SENT = []


@functools.cache
def shared_client():
    """One client for all examples; it sends the last of ``SENT``."""
    client = make_client()
    client.meta.events.register("before-call.bedrock", lambda params, **_: params.update(body=SENT[-1]))
    return client


def code_of_sending(body):
    """The error code that the service responds to this body with; empty for a success."""
    SENT.append(body)
    try:
        shared_client().create_model_import_job(**VALID)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return ""


@given(st.lists(BODIES, min_size=1, max_size=10))
def test_whatever_is_sent_is_responded_to_and_reported(bodies):
    """The caller gets a response or an error of the service, the test its records and its report."""
    with mock_bedrock_jobs() as jobs:
        assert {code_of_sending(body) for body in bodies} <= CODES
        assert len(jobs.calls) == len(bodies)
        assert report(service_of(jobs)).startswith("calls:")


CONVERSATION = {"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}
MEMBERS = ["inferenceConfig", "messages", "modelId", "requestMetadata", "system", "toolConfig", "unheardOf"]
CONTENT = st.dictionaries(
    st.sampled_from(["text", "image", "document", "toolUse", "toolResult", "reasoningContent", "cachePoint"]),
    JSON
    | st.dictionaries(st.sampled_from(["source", "name", "content", "toolUseId", "input", "bytes"]), JSON, max_size=3),
    max_size=2,
)
TURN = st.dictionaries(st.sampled_from(["role", "content"]), JSON | st.lists(CONTENT, max_size=2))
RUNTIME_BODIES = st.one_of(
    st.binary(max_size=50),
    JSON.map(json.dumps),
    st.dictionaries(st.sampled_from(MEMBERS), JSON | st.lists(TURN, max_size=2), max_size=3).map(
        lambda found: json.dumps(CONVERSATION | found)
    ),
    st.dictionaries(st.sampled_from(["prompt", "messages", "max_tokens", "temperature", "stop"]), JSON).map(json.dumps),
    st.integers(1, 3000).map(lambda depth: '{"messages":' * depth + "null" + "}" * depth),
    st.sampled_from(['{"prompt": "\\ud800"}', '{"messages": [{"role": "user", "content": [{"text": "\\ud800"}]}]}']),
)


@functools.cache
def shared_runtime_client():
    """One client for all examples, likewise."""
    client = make_client("bedrock-runtime")
    client.meta.events.register("before-call.bedrock-runtime", lambda params, **_: params.update(body=SENT[-1]))
    return client


def code_of_invoking(operation, **parameters):
    """The error code that a model's response has; empty for a success, which is read to its end."""
    try:
        response = getattr(shared_runtime_client(), operation)(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    for name in response.keys() & {"stream", "body"}:
        list(response[name])
    return ""


@pytest.mark.parametrize(
    "operation", ["converse", "converse_stream", "invoke_model", "invoke_model_with_response_stream"]
)
@given(st.lists(RUNTIME_BODIES, min_size=1, max_size=10))
def test_whatever_a_model_is_sent_is_responded_to_and_reported(operation, bodies):
    """A conversation, or bytes for the model itself: the caller gets a response or an error of the service."""
    with mock_bedrock_jobs() as jobs:
        model = jobs.add_imported_model("m")
        valid = CONVERSATION if operation.startswith("converse") else {"body": b""}
        for body in bodies:
            SENT.append(body)
            assert code_of_invoking(operation, modelId=model.arn, **valid) in CODES
        assert len(jobs.calls) == len(bodies)
        assert report(service_of(jobs)).startswith("calls:")
