"""In which format a model responds to InvokeModel, by its architecture, its request and the test."""

from __future__ import annotations

import json

import pytest
from invoking import chunks, converse, error_of, invoke
from support import import_parameters

from pytest_bedrock_jobs import NEXT_JOB, UsageError

METRICS = "amazon-bedrock-invocationMetrics"


def said(body):
    """The text in a body, and what it is called there."""
    if "outputs" in body:
        return "outputs", body["outputs"][0]["text"]
    return ("choices", body["choices"][0]["text"]) if "choices" in body else ("generation", body["generation"])


def check_formats(arn, unlimited, max_tokens):
    assert said(invoke(arn, prompt="How?")) == (unlimited, "all is fine")
    assert said(invoke(arn, prompt="How?", max_tokens=9)) == (max_tokens, "all is fine")
    assert said(invoke(arn, prompt="How?", max_gen_len=9)) == ("generation", "all is fine")


@pytest.fixture(autouse=True)
def _fine(bedrock_jobs):
    bedrock_jobs.respond("*", "all is fine", allow_unused=True)


@pytest.mark.parametrize(
    ("architecture", "unlimited", "max_tokens"),
    [
        ("llama", "generation", "choices"),
        ("mllama", "generation", "choices"),
        ("t5", "generation", "choices"),
        ("mistral", "outputs", "outputs"),
        ("mixtral", "outputs", "outputs"),
        ("qwen2", "choices", "choices"),
        ("qwen3_moe", "choices", "choices"),
        ("gpt_oss", "choices", "choices"),
    ],
)
def test_the_architecture_decides_about_the_format_of_a_response(bedrock_jobs, architecture, unlimited, max_tokens):
    """Unless max_gen_len asks for BedrockCompletion."""
    check_formats(bedrock_jobs.add_imported_model(architecture=architecture).arn, unlimited, max_tokens)


@pytest.mark.parametrize(
    ("base_model", "unlimited", "max_tokens"),
    [
        ("meta.llama3-1-8b-instruct-v1:0", "generation", "choices"),
        ("mistral.mistral-7b-instruct-v0:2", "outputs", "outputs"),
        ("qwen.qwen3-32b-v1:0", "choices", "choices"),
        ("openai.gpt-oss-20b-1:0", "choices", "choices"),
    ],
)
def test_the_foundation_model_decides_about_the_format_of_a_response(bedrock_jobs, base_model, unlimited, max_tokens):
    """That of a custom model, unless max_gen_len asks for BedrockCompletion."""
    model = bedrock_jobs.add_custom_model(base_model=base_model)
    check_formats(bedrock_jobs.add_custom_model_deployment(model=model).arn, unlimited, max_tokens)


def test_a_completion_of_mistral_has_its_own_fields(bedrock_jobs):
    """As its foundation models have it: stop is a field, usage is in the headers only."""
    arn = bedrock_jobs.add_imported_model(architecture="mistral").arn

    assert invoke(arn, prompt="How?", max_tokens=2) == {"outputs": [{"text": "all is", "stop_reason": "length"}]}
    assert invoke(arn, prompt="How?", stop=["is"]) == {"outputs": [{"text": "all ", "stop_reason": "stop"}]}

    found = chunks(arn, prompt="How?", max_tokens=2)
    assert found.pop().pop(METRICS)["outputTokenCount"] == 2
    assert found == [{"outputs": [{"text": text, "stop_reason": None}]} for text in ("all", " is")]
    assert chunks(arn, prompt="How?")[-1]["outputs"] == [{"text": "", "stop_reason": "stop"}]


def test_a_test_chooses_the_format(bedrock_jobs, client):
    """With add_imported_model or complete, whatever the request asks for."""
    arn = bedrock_jobs.add_imported_model("added", invoke_format="OpenAICompletion").arn
    assert said(invoke(arn, prompt="How?", max_gen_len=9))[0] == "choices"

    bedrock_jobs.complete(NEXT_JOB, architecture="mistral", invoke_format="BedrockCompletion")
    arn = client.create_model_import_job(**import_parameters())["jobArn"]
    while client.get_model_import_job(jobIdentifier=arn)["status"] == "InProgress":
        pass
    model = bedrock_jobs.imported_models[-1]
    assert (model.invoke_format, said(invoke(model.arn, prompt="How?"))[0]) == ("BedrockCompletion", "generation")

    with pytest.raises(UsageError, match=r"invoke_format is one of BedrockCompletion, Mistral.* not 'converse'"):
        bedrock_jobs.add_imported_model(invoke_format="converse")


NOVA = {"messages": [{"role": "user", "content": [{"text": "How?"}]}]}


@pytest.fixture
def nova(bedrock_jobs):
    """The ARN of a deployment of a custom Nova model."""
    return bedrock_jobs.add_custom_model_deployment().arn


def test_a_nova_model_answers_in_the_body_as_converse_does(nova):
    """It answers as Converse does, in the body."""
    body = {"schemaVersion": "messages-v1", "system": [{"text": "Be short."}], **NOVA}
    assert invoke(nova, **body, inferenceConfig={"maxTokens": 2, "temperature": 0.5, "topP": 1}) == {
        "output": {"message": {"role": "assistant", "content": [{"text": "all is"}]}},
        "stopReason": "max_tokens",
        "usage": {"inputTokens": 3, "outputTokens": 2, "totalTokens": 5},
    }
    assert converse(nova) == "all is fine"


def test_a_stream_of_a_nova_model_has_the_events_of_converse_stream_in_chunks(nova):
    """The events of ConverseStream, each in a chunk."""
    found = chunks(nova, **NOVA)
    assert found[0] == {"messageStart": {"role": "assistant"}}
    assert [chunk["contentBlockDelta"]["delta"]["text"] for chunk in found[1:4]] == ["all", " is", " fine"]
    assert found[5] == {"messageStop": {"stopReason": "end_turn"}}
    assert found[6]["metadata"]["usage"]["outputTokens"] == 3
    assert found[6][METRICS]["outputTokenCount"] == 3


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"prompt": "How?"}, "#: required key [messages] not found"),
        ({**NOVA, "schemaVersion": "messages-v2"}, "#/schemaVersion: 'messages-v2' is not one of messages-v1"),
        ({"messages": "How?"}, "#/messages: expected type: JSONArray"),
        ({"messages": [{"role": "system", "content": []}]}, "#/messages/0/role: 'system' is not one of user"),
        ({"messages": ["How?"]}, "#/messages/0: expected type: JSONObject"),
        ({"messages": [{"role": "user", "content": "How?"}]}, "#/messages/0/content: expected type: JSONArray"),
        ({"messages": [{"role": "user", "content": ["How?"]}]}, "#/messages/0/content/0: expected type: JSONObject"),
        ({**NOVA, "system": ["Be short."]}, "#/system/0: expected type: JSONObject"),
        ({**NOVA, "inferenceConfig": {"maxTokens": 0}}, "#/inferenceConfig/maxTokens: 0 is not greater or equal to 1"),
        ({**NOVA, "inferenceConfig": {"topP": "high"}}, "#/inferenceConfig/topP: expected type: Number, found: String"),
        ({**NOVA, "inferenceConfig": {"temperature": 2}}, "#/inferenceConfig/temperature: 2 is not less or equal to 1"),
        ({**NOVA, "inferenceConfig": {"stopSequences": [""]}}, "#/inferenceConfig/stopSequences/0: expected minLength"),
        ({"messages": []}, "A conversation must start with a user message."),
        ({"messages": [{"role": "user"}]}, "#/messages/0: required key [content] not found"),
        ({"messages": [{"role": "user", "content": [{"text": 5}]}]}, "are not as in messages-v1"),
        ({"messages": [{"role": "user", "content": [{"toolResult": {}}]}]}, "are not as in messages-v1"),
        ({"messages": [{"role": "user", "content": [{"toolUse": 5}]}]}, "are not as in messages-v1"),
        ({**NOVA, "toolConfig": {"tools": [{"toolSpec": {}}]}}, "are not as in messages-v1"),
        ({**NOVA, "toolConfig": {"toolChoice": {"tool": {"name": "time"}}}}, "The tool time at toolConfig.toolChoice"),
    ],
)
def test_a_nova_model_refuses_any_other_format(nova, body, text):
    """It has one format."""
    code, status, message = error_of(invoke, nova, **body)
    assert (code, status) == ("ValidationException", 400)
    assert text in message


@pytest.mark.parametrize("base_model", ["amazon.titan-text-lite-v1", "anthropic.claude-3-haiku-20240307-v1:0"])
def test_a_custom_model_with_a_format_of_its_own_returns_the_prepared_body(bedrock_jobs, base_model):
    """It takes anything, and says what the test prepared as a body; in Converse it is like all others."""
    arn = bedrock_jobs.add_provisioned_throughput(model=bedrock_jobs.add_custom_model(base_model=base_model)).arn
    bedrock_jobs.respond("*", lambda request: {"results": [request.prompt, request.format, request.body]})
    asked = {"inputText": "How?", "messages": 5}
    expected = {"results": [json.dumps(asked), "the model's own", asked]}
    assert invoke(arn, **asked) == expected
    assert chunks(arn, **asked) == [expected]

    bedrock_jobs.respond("*", "fine")
    assert converse(arn) == "fine"
    for call in (invoke, chunks):
        with pytest.raises(UsageError, match=f"the mock does not know the format of the bodies of {arn}. Prepare"):
            call(arn, **asked)
    bedrock_jobs.reset()


def test_a_deployment_of_an_imported_custom_model_answers_as_one_of_nova(bedrock_jobs):
    """It is one of Nova."""
    model = bedrock_jobs.add_custom_model(base_model="imported")
    arn = bedrock_jobs.add_custom_model_deployment(model=model).arn
    assert invoke(arn, **NOVA)["output"]["message"]["content"][0]["text"] == "all is fine"


def test_a_request_decides_about_the_format_of_a_custom_model_of_another_family(bedrock_jobs):
    """The request decides."""
    model = bedrock_jobs.add_custom_model(base_model="meta.llama3-1-8b-instruct-v1:0")
    arn = bedrock_jobs.add_custom_model_deployment(model=model).arn
    assert said(invoke(arn, prompt="How?"))[0] == "generation"
