"""ModelResponse: one prepared response for Converse, InvokeModel and their streams."""

from __future__ import annotations

import json

import pytest
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError
from invoking import chunks, converse, invoke, runtime_client, user
from support import make_client
from urllib3.exceptions import ReadTimeoutError as StreamTimeoutError

from pytest_bedrock_jobs import ModelResponse, UsageError

ASKED = [{"role": "user", "content": "How is the weather?"}]
REASONING = {"reasoningContent": {"reasoningText": {"text": "Look it up.", "signature": "c2ln"}}}
CALL = {"toolUse": {"toolUseId": "call-1", "name": "weather", "input": {"city": "Bonn"}}}
OTHER_CALL = {"toolUse": {"toolUseId": "call-2", "name": "time", "input": {}}}


@pytest.fixture
def model(bedrock_jobs):
    """An imported model."""
    return bedrock_jobs.add_imported_model("llama")


@pytest.fixture
def agent(bedrock_jobs, model):
    """A model that thinks, speaks and calls two tools."""
    content = [REASONING, {"text": "One moment."}, CALL, OTHER_CALL]
    bedrock_jobs.respond(model, ModelResponse(content=content))
    return model


def converse_all(arn, **parameters):
    """The output of Converse."""
    return runtime_client().converse(modelId=arn, messages=user("Hello"), **parameters)


def seconds_since(start, jobs):
    """How far the mock's clock has moved; real time passes too."""
    return pytest.approx((jobs.clock.now() - start).total_seconds(), abs=0.9)


def streamed(arn, client=None, **parameters):
    """The events of ConverseStream."""
    response = (client or runtime_client()).converse_stream(modelId=arn, messages=user("Hello"), **parameters)
    return list(response["stream"])


needs_reasoning = pytest.mark.needs("ContentBlock.reasoningContent")


@needs_reasoning
def test_content_blocks_come_back_from_converse_as_they_were_prepared(agent):
    """As they were prepared, with the stop reason that AWS gives tool uses."""
    response = converse_all(agent.arn)
    assert response["output"]["message"]["content"] == [REASONING, {"text": "One moment."}, CALL, OTHER_CALL]
    assert response["stopReason"] == "tool_use"


@needs_reasoning
def test_each_content_block_has_its_own_index_in_converse_stream(agent):
    """Each with its own index; a tool use begins with its name, and its input comes in pieces of JSON."""
    events = streamed(agent.arn)

    starts = [event["contentBlockStart"] for event in events if "contentBlockStart" in event]
    assert starts == [
        {"start": {"toolUse": {"toolUseId": "call-1", "name": "weather"}}, "contentBlockIndex": 2},
        {"start": {"toolUse": {"toolUseId": "call-2", "name": "time"}}, "contentBlockIndex": 3},
    ]
    deltas = [[], [], [], []]
    for event in events:
        if "contentBlockDelta" in event:
            deltas[event["contentBlockDelta"]["contentBlockIndex"]].append(event["contentBlockDelta"]["delta"])
    assert [delta["reasoningContent"] for delta in deltas[0]] == [
        *[{"text": text} for text in ("Look", " it", " up.")],
        {"signature": "c2ln"},
    ]
    assert "".join(delta["text"] for delta in deltas[1]) == "One moment."
    assert json.loads("".join(delta["toolUse"]["input"] for delta in deltas[2])) == {"city": "Bonn"}
    assert json.loads("".join(delta["toolUse"]["input"] for delta in deltas[3])) == {}
    assert [event["messageStop"]["stopReason"] for event in events if "messageStop" in event] == ["tool_use"]


@pytest.mark.needs("ToolUseBlockStart.type")
def test_a_tool_use_of_the_service_begins_with_all_but_its_input(bedrock_jobs, model):
    """It begins with all but its input."""
    begins = {"toolUseId": "call-1", "name": "search", "type": "server_tool_use"}
    bedrock_jobs.respond(model, ModelResponse(content=[{"toolUse": {**begins, "input": {}}}]))
    assert streamed(model.arn)[1]["contentBlockStart"]["start"] == {"toolUse": begins}


@needs_reasoning
def test_content_blocks_are_tool_calls_and_reasoning_content_in_a_chat(agent):
    """Tool uses are tool calls; what is thought has a field of its own."""
    [choice] = invoke(agent.arn, messages=ASKED)["choices"]
    assert choice["message"] == {
        "role": "assistant",
        "content": "One moment.",
        "reasoning_content": "Look it up.",
        "tool_calls": [
            {"id": "call-1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Bonn"}'}},
            {"id": "call-2", "type": "function", "function": {"name": "time", "arguments": "{}"}},
        ],
    }
    assert choice["finish_reason"] == "tool_calls"


@needs_reasoning
def test_content_blocks_are_deltas_in_a_stream_of_a_chat(agent):
    """As deltas."""
    choices = [chunk["choices"][0] for chunk in chunks(agent.arn, messages=ASKED)]
    deltas = [choice["delta"] for choice in choices]

    assert "".join(delta.get("reasoning_content", "") for delta in deltas) == "Look it up."
    assert "".join(delta.get("content", "") for delta in deltas) == "One moment."
    calls = [call for delta in deltas for call in delta.get("tool_calls", [])]
    first = {"index": 0, "id": "call-1", "type": "function", "function": {"name": "weather", "arguments": ""}}
    assert calls[0] == first
    arguments = [call["function"]["arguments"] for call in calls if call["index"] == 0]
    assert json.loads("".join(arguments)) == {"city": "Bonn"}
    assert [call["id"] for call in calls if "id" in call] == ["call-1", "call-2"]
    assert choices[-1]["finish_reason"] == "tool_calls"


def test_a_tool_use_alone_leaves_a_chat_without_content(bedrock_jobs, model):
    """A chat has no content then."""
    bedrock_jobs.respond(model, ModelResponse(content=[CALL]))
    assert invoke(model.arn, messages=ASKED)["choices"][0]["message"]["content"] is None
    assert streamed(model.arn)[1]["contentBlockStart"]["contentBlockIndex"] == 0


@needs_reasoning
def test_reasoning_alone_leaves_a_chat_without_content(bedrock_jobs, model):
    """A chat has no content where the model has only thought, either."""
    bedrock_jobs.respond(model, ModelResponse(content=[REASONING]))
    assert invoke(model.arn, messages=ASKED)["choices"][0]["message"]["content"] is None


def test_limits_cut_content(bedrock_jobs, model):
    """A tool use that is cut is lost, and so is what would come after it."""
    bedrock_jobs.respond(model, ModelResponse(content=[{"text": "One moment."}, CALL]))
    response = converse_all(model.arn, inferenceConfig={"maxTokens": 3})
    assert response["output"]["message"]["content"] == [{"text": "One moment."}]
    assert response["stopReason"] == "max_tokens"

    response = converse_all(model.arn, inferenceConfig={"stopSequences": ["moment"]})
    assert response["output"]["message"]["content"] == [{"text": "One "}]
    assert response["stopReason"] == "stop_sequence"

    response = converse_all(model.arn, inferenceConfig={"stopSequences": [" moment"]})
    assert response["output"]["message"]["content"] == [{"text": "One"}]
    assert response["usage"]["outputTokens"] == 1

    bedrock_jobs.respond(model, ModelResponse(content=[{"text": "One moment."}, {"text": "Soon."}]))
    response = converse_all(model.arn, inferenceConfig={"maxTokens": 2})
    assert response["output"]["message"]["content"] == [{"text": "One moment."}]

    bedrock_jobs.respond(model, ModelResponse(content=[CALL]))
    response = converse_all(model.arn, inferenceConfig={"maxTokens": 1})
    assert response["output"]["message"]["content"] == [{"text": ""}]


@pytest.mark.parametrize("stream", [False, True])
def test_a_tool_use_that_a_completion_cannot_express_is_an_error(bedrock_jobs, model, stream):
    """The author of the test hears of it."""
    bedrock_jobs.respond(model, ModelResponse(content=[CALL]))
    with pytest.raises(UsageError, match="has a toolUse, which BedrockCompletion cannot express"):
        (chunks if stream else invoke)(model.arn, prompt="Hello")
    bedrock_jobs.reset()


def test_a_stream_has_the_chunks_that_the_test_wrote(bedrock_jobs, model):
    """A stream has the pieces that the test wrote, everything else their text."""
    pieces = ["<think>", "hm", "</think>", "Hi there"]
    bedrock_jobs.respond(model, ModelResponse(chunks=pieces))

    deltas = [
        event["contentBlockDelta"]["delta"]["text"] for event in streamed(model.arn) if "contentBlockDelta" in event
    ]
    assert deltas == pieces
    assert [chunk["choices"][0]["delta"].get("content") for chunk in chunks(model.arn, messages=ASKED)][1:-1] == pieces
    assert converse(model.arn) == "<think>hm</think>Hi there"
    assert converse_all(model.arn)["usage"]["outputTokens"] == 4


@pytest.mark.parametrize("body", [{"answer": [1, None]}, b'{"answer":[1,null]}'])
def test_a_whole_body_is_sent_as_it_is_whatever_the_format_of_the_request(bedrock_jobs, model, body):
    """As it is, whatever the request's format; a stream has it in one chunk."""
    bedrock_jobs.respond(model, body)
    assert invoke(model.arn, messages=ASKED) == {"answer": [1, None]}
    assert chunks(model.arn, prompt="Hello", max_gen_len=1) == [{"answer": [1, None]}]


def test_a_body_of_bytes_is_not_changed(bedrock_jobs, model):
    """Not even if they are no JSON."""
    bedrock_jobs.respond(model, b"\xff anything")
    assert runtime_client().invoke_model(modelId=model.arn, body='{"prompt": "a"}')["body"].read() == b"\xff anything"


def test_whole_chunks_are_for_a_stream_only(bedrock_jobs, model):
    """For a stream; InvokeModel needs a body."""
    bedrock_jobs.respond(model, ModelResponse(chunks=[{"piece": "a"}, b'{"piece": "b"}']))
    assert chunks(model.arn, prompt="Hello") == [{"piece": "a"}, {"piece": "b"}]
    with pytest.raises(UsageError, match=r"the chunks prepared for .* are for a stream. Prepare a body"):
        invoke(model.arn, prompt="Hello")
    bedrock_jobs.reset()


@pytest.mark.parametrize("call", [converse, streamed])
def test_a_whole_body_is_not_for_converse(bedrock_jobs, model, call):
    """It has content blocks."""
    bedrock_jobs.respond(model, {"answer": 1})
    with pytest.raises(UsageError, match=r"is a body for InvokeModel. Prepare a text for Converse"):
        call(model.arn)
    bedrock_jobs.reset()


def test_the_usage_is_what_the_test_says_and_the_rest_is_counted(bedrock_jobs, model):
    """What the test says, in each format's words; the rest is counted."""
    bedrock_jobs.respond(model, ModelResponse(text="one two", usage={"inputTokens": 700}))
    assert converse_all(model.arn)["usage"] == {"inputTokens": 700, "outputTokens": 2, "totalTokens": 702}
    assert streamed(model.arn)[-1]["metadata"]["usage"]["totalTokens"] == 702

    bedrock_jobs.respond(model, ModelResponse(text="one two", usage={"outputTokens": 9, "totalTokens": 10}))
    usage = {"prompt_tokens": 4, "completion_tokens": 9, "total_tokens": 10}
    assert invoke(model.arn, messages=ASKED)["usage"] == usage
    assert chunks(model.arn, messages=ASKED)[-1]["usage"] == usage
    response = runtime_client().invoke_model(modelId=model.arn, body='{"prompt": "Say it"}')
    assert response["ResponseMetadata"]["HTTPHeaders"]["x-amzn-bedrock-output-token-count"] == "9"
    assert json.loads(response["body"].read())["generation_token_count"] == 9


@pytest.mark.parametrize(
    ("reason", "openai"),
    [
        ("max_tokens", "length"),
        ("content_filtered", "content_filter"),
        ("guardrail_intervened", "content_filter"),
        ("end_turn", "stop"),
        ("tool_use", "tool_calls"),
    ],
)
def test_a_stop_reason_has_the_word_of_the_format(bedrock_jobs, model, reason, openai):
    """As Converse names it; other formats have their own word."""
    bedrock_jobs.respond(model, ModelResponse(text="one", stop_reason=reason))
    assert converse_all(model.arn)["stopReason"] == reason
    assert invoke(model.arn, messages=ASKED)["choices"][0]["finish_reason"] == openai


def test_a_pause_before_the_response_passes_on_the_mocks_clock(bedrock_jobs, model):
    """On the mock's clock."""
    bedrock_jobs.respond(model, ModelResponse(text="one two", pause=30))
    start = bedrock_jobs.clock.now()
    assert converse(model.arn) == "one two"
    assert seconds_since(start, bedrock_jobs) == 30
    assert converse_all(model.arn)["metrics"]["latencyMs"] == 30120


def test_pauses_between_chunks_pass_as_the_chunks_are_read(bedrock_jobs, model):
    """They pass when the chunk is read; a response that is no stream takes all of them."""
    bedrock_jobs.respond(model, ModelResponse(chunks=["one", "two", "three"], pause=[1, 0, 20]))
    start = bedrock_jobs.clock.now()
    response = runtime_client().converse_stream(modelId=model.arn, messages=user("Hello"))
    assert seconds_since(start, bedrock_jobs) == 0
    times = {}
    for event in response["stream"]:
        if "contentBlockDelta" in event:
            times[event["contentBlockDelta"]["delta"]["text"]] = seconds_since(start, bedrock_jobs)
    assert times == {"one": 1, "two": 1, "three": 21}

    assert invoke(model.arn, prompt="Hello")
    assert seconds_since(start, bedrock_jobs) == 42


def test_a_pause_before_whole_chunks_passes_on_the_mocks_clock(bedrock_jobs, model):
    """As before the pieces of a text."""
    bedrock_jobs.respond(model, ModelResponse(chunks=[{"piece": "a"}, {"piece": "b"}], pause=[0, 5]))
    start = bedrock_jobs.clock.now()
    assert len(chunks(model.arn, prompt="Hello")) == 2
    assert seconds_since(start, bedrock_jobs) == 5


def test_a_pause_that_is_longer_than_a_client_waits_is_a_read_timeout(bedrock_jobs, model):
    """It gives up at its read timeout, at once or in the middle of a stream."""
    client = make_client("bedrock-runtime", Config(read_timeout=10))
    bedrock_jobs.respond(model, ModelResponse(chunks=["one", "two"], pause=[10, 11]))
    start = bedrock_jobs.clock.now()

    stream = client.converse_stream(modelId=model.arn, messages=user("Hello"))["stream"]
    with pytest.raises(StreamTimeoutError, match=r"Read timed out"):
        list(stream)
    assert seconds_since(start, bedrock_jobs) == 20
    assert len(bedrock_jobs.calls[-1].body_read) == 2

    with pytest.raises(ReadTimeoutError):
        converse(model.arn, client=client)
    assert set(bedrock_jobs.calls[-1].responses) == {"read timeout"}


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (ModelResponse(), "exactly one of text, content, chunks, body, not none of them"),
        (ModelResponse(text="a", body={}), "exactly one of text, content, chunks, body, not text and body"),
        (ModelResponse(text=7), "text is a text, not 7"),
        (ModelResponse(content=[]), "content is a list with at least one item, not []"),
        (ModelResponse(content="one"), "content is a list with at least one item, not 'one'"),
        (ModelResponse(content=["one"]), "a content block of a response has one of text, toolUse, reasoningContent"),
        (ModelResponse(content=[{"image": {}}]), "a content block of a response has one of"),
        (ModelResponse(content=[{"text": "a", "toolUse": {}}]), "a content block of a response has one of"),
        (ModelResponse(content=[{"text": 7}]), "content[0].text, value: 7"),
        (ModelResponse(content=[{"toolUse": {"name": "a", "input": {}}}]), 'in content[0].toolUse: "toolUseId"'),
        (
            ModelResponse(content=[{"toolUse": {"name": "a b", "input": {}, "toolUseId": "1"}}]),
            "content.1.member.toolUse.name has to satisfy regular expression pattern",
        ),
        (ModelResponse(content=[{"reasoningContent": {"redactedContent": b"a"}}]), "has a reasoningText here"),
        (ModelResponse(content=[{"reasoningContent": 7}]), "content[0]"),
        (ModelResponse(chunks=[]), "chunks is a list with at least one item"),
        (ModelResponse(chunks=["a", {}]), "chunks are all texts, or all whole chunks"),
        (ModelResponse(chunks=[7]), "a body, or a whole chunk of one, is a mapping or bytes, not 7"),
        (ModelResponse(body="a"), "a body, or a whole chunk of one, is a mapping or bytes, not 'a'"),
        ({"a": {1, 2}}, "a body that is a mapping becomes JSON, and this one cannot: Object of type set"),
        ([CALL], "is a content block of Converse: write ModelResponse(content=[...])"),
        (ModelResponse(text="a", usage=[1]), "usage is a dict such as {'inputTokens': 12}, not [1]"),
        (ModelResponse(text="a", usage={"inputTokens": True}), "usage is a dict such as {'inputTokens': 12}, not {"),
        (ModelResponse(body={"score": float("nan")}), "a body that is a mapping becomes JSON, and this one cannot: "),
        (ModelResponse(text="a", usage={"tokens": 1}), 'Unknown field in usage: "tokens"'),
        (ModelResponse(text="a", usage={"inputTokens": -1}), "valid min value: 0"),
        (ModelResponse(text="a", usage={"inputTokens": "1"}), "Invalid type for field usage.inputTokens"),
        (ModelResponse(text="a", stop_reason="tired"), "stopReason has to satisfy enum value set: [end_turn"),
        (ModelResponse(text="a", stop_reason=7), "Invalid type for field stopReason"),
        (ModelResponse(text="a", pause=-1), "pause is seconds, 0 or more, or a list of them, not -1"),
        (ModelResponse(text="a", pause="1"), "pause is seconds, 0 or more, or a list of them, not '1'"),
        (ModelResponse(text="a", pause=""), "pause is seconds, 0 or more, or a list of them, not ''"),
        (ModelResponse(text="a", pause=[True]), "pause is seconds, 0 or more, or a list of them"),
        (ModelResponse(text="a", pause=[float("inf")]), "pause is seconds, 0 or more, or a list of them"),
        (ModelResponse(text="one two", pause=[1, 2, 3]), "pause has 3 numbers, and the response has 2 chunks"),
        (ModelResponse(body={}, pause=[1, 2]), "pause has 2 numbers, and the response has 1 chunks"),
    ],
)
def test_a_wrong_response_is_refused_where_it_is_written(bedrock_jobs, wrong, problem):
    """With the path of what is wrong."""
    with pytest.raises(UsageError) as caught:
        bedrock_jobs.respond("llama", wrong)
    assert problem in str(caught.value)
    assert str(caught.value).startswith("respond: what was prepared for 'llama' is no response: ")


@pytest.mark.parametrize("wrong", [ModelResponse(content=[{"text": 7}]), ModelResponse()])
def test_what_a_prepared_function_returns_is_checked(bedrock_jobs, model, wrong):
    """When it has returned it."""
    bedrock_jobs.respond(model, lambda request: wrong)
    with pytest.raises(UsageError, match=r"what was prepared for .* is no response"):
        converse(model.arn)
    bedrock_jobs.reset()
