"""Converse and ConverseStream."""

from __future__ import annotations

import json

import pytest
from invoking import converse, error_of, runtime_client, user
from support import make_client


@pytest.fixture
def model(bedrock_jobs):
    """An imported model that says four tokens."""
    bedrock_jobs.respond("llama", "one two three four", allow_unused=True)
    return bedrock_jobs.add_imported_model("llama")


def test_a_response_of_converse_has_a_message_and_the_counts_of_both_sides(model):
    """With the counts of both sides."""
    response = runtime_client().converse(modelId=model.arn, messages=user("Say it"), system=[{"text": "Be short."}])
    del response["ResponseMetadata"]

    assert response == {
        "output": {"message": {"role": "assistant", "content": [{"text": "one two three four"}]}},
        "stopReason": "end_turn",
        "usage": {"inputTokens": 4, "outputTokens": 4, "totalTokens": 8},
        "metrics": {"latencyMs": 140},
    }


@pytest.mark.parametrize(
    ("config", "text", "reason"),
    [
        ({"maxTokens": 2}, "one two", "max_tokens"),
        ({"maxTokens": 4}, "one two three four", "end_turn"),
        ({"stopSequences": [" three", "four"]}, "one two", "stop_sequence"),
        ({"stopSequences": ["five"]}, "one two three four", "end_turn"),
        ({"maxTokens": 1, "stopSequences": [" three"]}, "one", "max_tokens"),
    ],
)
def test_limits_cut_the_text_of_converse_and_converse_stream(model, config, text, reason):
    """In both operations alike."""
    response = runtime_client().converse(modelId=model.arn, messages=user("Say it"), inferenceConfig=config)
    assert response["output"]["message"]["content"] == [{"text": text}]
    assert response["stopReason"] == reason

    stream = runtime_client().converse_stream(modelId=model.arn, messages=user("Say it"), inferenceConfig=config)
    events = list(stream["stream"])
    assert "".join(e["contentBlockDelta"]["delta"]["text"] for e in events if "contentBlockDelta" in e) == text
    assert [e["messageStop"]["stopReason"] for e in events if "messageStop" in e] == [reason]


def test_the_events_of_a_stream_come_in_their_order(model):
    """In the order that code relies on."""
    stream = runtime_client().converse_stream(modelId=model.arn, messages=user("Say it"))["stream"]

    names = [next(iter(event)) for event in stream]
    assert names == [
        "messageStart",
        *["contentBlockDelta"] * 4,
        "contentBlockStop",
        "messageStop",
        "metadata",
    ]


def test_a_function_is_given_the_conversation_and_its_limits(bedrock_jobs, model):
    """The conversation in text, what else came with it, and the limits."""
    seen = []
    bedrock_jobs.respond(model, lambda request: seen.append(request) or "fine")
    picture = {"image": {"format": "png", "source": {"bytes": b"picture"}}}
    messages = [
        *user("Hello"),
        {"role": "assistant", "content": [{"text": "Hi"}]},
        {"role": "user", "content": [{"text": "Look"}, picture, {"text": "here"}]},
    ]
    config = {"maxTokens": 9, "temperature": 0.5, "topP": 0.25, "stopSequences": ["."]}

    system = [{"text": "Be kind."}, {"guardContent": {"text": {"text": "Be careful."}}}]
    runtime_client().converse(modelId=model.arn, messages=messages, system=system, inferenceConfig=config)

    [request] = seen
    assert request.messages == (("system", "Be kind."), ("user", "Hello"), ("assistant", "Hi"), ("user", "Look\nhere"))
    assert request.prompt == "Look\nhere"
    assert (request.operation, request.format, request.model_arn) == ("Converse", "Converse", model.arn)
    assert (request.max_tokens, request.temperature, request.top_p) == (9, 0.5, 0.25)
    assert (request.images, request.stop_sequences) == (1, (".",))
    assert request.body["inferenceConfig"] == config


@pytest.mark.parametrize(
    ("messages", "text"),
    [
        pytest.param(
            None,
            "A conversation must start with a user message.",
            marks=pytest.mark.needs("Converse.requestMetadata"),  # in older models messages are required
        ),
        ([], "A conversation must start with a user message."),
        ([{"role": "assistant", "content": [{"text": "a"}]}], "A conversation must start with a user message."),
        (user("a") * 2, "A conversation must alternate between user and assistant roles."),
        ([{"role": "user", "content": []}], "The content field in the Message object at messages.0 is empty."),
        (user("  "), "The text field in the ContentBlock object at messages.0.content.0 is blank."),
        ([{"role": "poet", "content": [{"text": "a"}]}], "'messages.1.member.role' failed to satisfy constraint"),
        ([{"role": "user"}], "Value null at 'messages.1.member.content' failed to satisfy constraint"),
    ],
)
def test_an_invalid_conversation_is_refused(model, messages, text):
    """In AWS's words."""
    code, status, message = error_of(runtime_client().converse, modelId=model.arn, messages=messages)
    assert (code, status) == ("ValidationException", 400)
    assert text in message


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ({"maxTokens": 0}, "'inferenceConfig.maxTokens' failed to satisfy constraint: Member must have value greater"),
        (
            {"temperature": 1.5},
            "'inferenceConfig.temperature' failed to satisfy constraint: Member must have value less",
        ),
        ({"topP": -1}, "'inferenceConfig.topP' failed to satisfy constraint: Member must have value greater"),
    ],
)
def test_numbers_beyond_the_limits_of_the_service_model_are_refused(model, config, text):
    """Of numbers with a point too."""
    assert text in error_of(converse, model.arn, inferenceConfig=config)[2]


@pytest.mark.parametrize(
    "wrong",
    [
        {"inferenceConfig": {"maxTokens": "9"}},
        {"inferenceConfig": {"maxTokens": 1.5}},
        {"inferenceConfig": {"topP": True}},
        {"inferenceConfig": {"topP": "a"}},
        pytest.param({"requestMetadata": "a"}, marks=pytest.mark.needs("Converse.requestMetadata")),
        pytest.param({"requestMetadata": ["a"]}, marks=pytest.mark.needs("Converse.requestMetadata")),
    ],
)
def test_values_of_another_type_are_refused(model, wrong):
    """Other SDKs may send them."""
    client = make_client("bedrock-runtime")
    body = json.dumps({"messages": user("Hello")} | wrong).encode()
    client.meta.events.register("before-call", lambda params, **_: params.update(body=body))
    assert error_of(converse, model.arn, client=client)[0] == "SerializationException"


@pytest.mark.needs("Converse.requestMetadata")
def test_keys_and_values_of_a_map_and_their_number_are_checked(model):
    """Keys, values and their number."""
    metadata = {"team": "search", "bad|key": "bad|value"}
    _, _, text = error_of(converse, model.arn, requestMetadata=metadata)
    assert text.startswith("2 validation errors detected: Value 'bad|key' at 'requestMetadata.bad|key.key'")
    assert "Value 'bad|value' at 'requestMetadata.bad|key.value'" in text
    assert (
        "length less than or equal to 16"
        in error_of(converse, model.arn, requestMetadata={f"key{number}": "" for number in range(17)})[2]
    )


@pytest.mark.needs("Converse.promptVariables")
def test_a_null_in_a_map_of_structures_is_a_field_that_is_not_there(model):
    """As in any structure."""
    _, _, text = error_of(converse, model.arn, promptVariables={"topic": {"text": None}})
    assert "'{}' at 'promptVariables.topic.value' failed to satisfy constraint: Member must have exactly one" in text


@pytest.mark.parametrize("document", [{"a": [1, None]}, [], "text", 1.5, None])
def test_a_document_may_be_any_json(model, document):
    """Additional fields are not the service model's business."""
    assert converse(model.arn, additionalModelRequestFields=document) == "one two three four"


@pytest.mark.parametrize("architecture", ["qwen2", "qwen2_vl", "qwen2_5_vl", "gpt_oss"])
@pytest.mark.parametrize("operation", ["converse", "converse_stream"])
def test_families_that_do_not_converse_are_refused(bedrock_jobs, architecture, operation):
    """Those that AWS excludes."""
    model = bedrock_jobs.add_imported_model(architecture=architecture)
    code, status, text = error_of(getattr(runtime_client(), operation), modelId=model.arn, messages=user("Hello"))
    assert (code, status) == ("ValidationException", 400)
    assert text.startswith("This action doesn't support the model that you provided.")


def test_a_model_without_a_chat_template_takes_prompts_only(bedrock_jobs):
    """It takes prompts, not conversations; families of Qwen and GPT-OSS have one, whatever instructSupported says."""
    base = bedrock_jobs.add_imported_model("base", instruct_supported=False)
    chat = '{"messages": [{"role": "user", "content": "Hello"}]}'

    assert error_of(converse, base.arn)[0] == "ValidationException"
    assert "no chat_template" in error_of(runtime_client().invoke_model, modelId=base.arn, body=chat)[2]
    assert runtime_client().invoke_model(modelId=base.arn, body='{"prompt": "Hello"}')

    for architecture in ("gpt_oss", "qwen3"):
        model = bedrock_jobs.add_imported_model(architecture=architecture, instruct_supported=False)
        assert runtime_client().invoke_model(modelId=model.arn, body=chat)
    assert converse(model.arn)
