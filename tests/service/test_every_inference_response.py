"""Every response of bedrock-runtime's operations is one that botocore's model describes, streams included."""

from __future__ import annotations

import base64
import contextlib
import json
import re

import pytest
from botocore.eventstream import EventStreamBuffer
from hypothesis import given
from hypothesis import strategies as st
from invoking import user
from model_validity import faults_of_error, faults_of_value
from support import make_client, runtime_model

from pytest_bedrock_jobs import faults, mock_bedrock_jobs

pytestmark = pytest.mark.needs("CountTokens")  # the newer models of the service know all that is returned

OPERATIONS = ("Converse", "ConverseStream", "InvokeModel", "InvokeModelWithResponseStream")
CONTENT_TYPES = {
    "Converse": "application/json",
    "ConverseStream": "application/vnd.amazon.eventstream",
    "InvokeModel": "application/json",
    "InvokeModelWithResponseStream": "application/vnd.amazon.eventstream",
}
TEXTS = st.text(max_size=40)
COUNTS = st.integers(-1, 5)
BODIES = st.one_of(
    st.fixed_dictionaries(
        {"prompt": TEXTS}, optional={"max_gen_len": st.integers(-1, 5), "return_logprobs": st.booleans()}
    ),
    st.fixed_dictionaries({"prompt": TEXTS, "max_tokens": COUNTS}),
    st.fixed_dictionaries({"messages": st.lists(st.fixed_dictionaries({"role": st.just("user"), "content": TEXTS}))}),
    st.dictionaries(st.sampled_from(["prompt", "messages", "max_tokens"]), st.none() | st.integers() | TEXTS),
)
CLIENT = make_client("bedrock-runtime")
SENT = []
CLIENT.meta.events.register("before-parse.bedrock-runtime", lambda response_dict, **_: SENT.append(response_dict))


def responses(operation, model_id, data):
    """What came for a call, before botocore read it."""
    SENT.clear()
    method = getattr(CLIENT, re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower())
    if operation.startswith("Converse"):
        text = data.draw(TEXTS)
        parameters = {"messages": user(text), "inferenceConfig": {"maxTokens": data.draw(st.integers(1, 5))}}
    else:
        parameters = {"body": json.dumps(data.draw(BODIES))}
    with contextlib.suppress(CLIENT.exceptions.ClientError):
        method(modelId=model_id, **parameters)
    return SENT


def check(operation, response):
    """Hold a response to the service model."""
    model = runtime_model().operation_model(operation)
    headers = {name.lower(): value for name, value in response["headers"].items()}
    assert headers["x-amzn-requestid"]
    if response["status_code"] != 200:
        assert headers["content-type"] == "application/json"
        content = json.loads(response["body"])
        assert faults_of_error(model, response["status_code"], headers["x-amzn-errortype"], content) == []
        return
    assert headers["content-type"] == CONTENT_TYPES[operation]
    if operation == "Converse":
        assert list(faults_of_value(model.output_shape, json.loads(response["body"]))) == []
    elif operation == "InvokeModel":
        body = response["body"].read()
        assert headers["content-length"] == str(len(body))
        assert json.loads(body)
    else:
        buffer = EventStreamBuffer()
        buffer.add_data(b"".join(response["body"].stream()))
        events = list(buffer)
        assert events
        for event in events:
            check_event(model, event)


def check_event(model, event):
    """Hold an event to the shape that the stream has for it."""
    shape = model.output_shape.members[model.output_shape.serialization["payload"]]
    content = json.loads(event.payload)
    kind = event.headers[":message-type"]
    name = event.headers[":event-type" if kind == "event" else ":exception-type"]
    assert event.headers[":content-type"] == "application/json"
    if name == "chunk":
        assert json.loads(base64.b64decode(content.pop("bytes"), validate=True))
        assert content == {}
    else:
        assert list(faults_of_value(shape.members[name], content)) == []


@pytest.mark.parametrize("operation", OPERATIONS)
@given(data=st.data())
def test_every_response_is_valid_against_the_service_model(operation, data):
    """Success or error, in every format, cut or whole."""
    architecture = data.draw(st.sampled_from(["llama", "qwen2", "qwen3"]))
    with mock_bedrock_jobs(cold_models=data.draw(st.sampled_from([False, 2]))) as jobs:
        model = jobs.add_imported_model("m", architecture=architecture, instruct_supported=data.draw(st.booleans()))
        jobs.respond("*", data.draw(TEXTS), allow_unused=True)
        region, account = data.draw(st.sampled_from(["us-east-1"] * 3 + ["eu-west-1"])), "123456789012"
        arn = model.arn.replace("us-east-1", region).replace(
            account, data.draw(st.sampled_from([account] * 3 + ["1" * 12]))
        )
        for _ in range(3):
            for response in responses(operation, arn, data):
                check(operation, response)


@pytest.mark.parametrize("operation", ["ConverseStream", "InvokeModelWithResponseStream"])
@pytest.mark.parametrize("code", ["ModelStreamErrorException", "ThrottlingException", "ValidationException"])
def test_every_exception_in_a_stream_is_valid_against_the_service_model(bedrock_jobs, operation, code):
    """Behind events that are."""
    model = bedrock_jobs.add_imported_model("m")
    bedrock_jobs.inject(operation, faults.stream_error(code, after_events=3))
    SENT.clear()
    if operation == "ConverseStream":
        CLIENT.converse_stream(modelId=model.arn, messages=user("Hello"))
    else:
        CLIENT.invoke_model_with_response_stream(modelId=model.arn, body='{"prompt": "Hello"}')
    [response] = SENT
    check(operation, response)
