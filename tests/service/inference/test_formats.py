"""The three request formats of imported models, through InvokeModel."""

from __future__ import annotations

import base64
import re

import pytest
from invoking import chunks, error_of, invoke, runtime_client

PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGVsbG8="}}


@pytest.fixture
def model(bedrock_jobs):
    """An imported model that says four tokens."""
    bedrock_jobs.respond("*", "one two three four", allow_unused=True)
    return bedrock_jobs.add_imported_model("llama")


@pytest.mark.parametrize("limit", [{}, {"max_gen_len": 100}, {"max_gen_len": 100, "max_tokens": 2}])
def test_a_prompt_is_a_bedrock_completion(model, limit):
    """With max_gen_len, or without a limit."""
    assert invoke(model.arn, prompt="Say it, please", **limit) == {
        "generation": "one two three four",
        "prompt_token_count": 3,
        "generation_token_count": 4,
        "stop_reason": "stop",
        "logprobs": None,
    }


def test_a_prompt_with_max_tokens_is_an_openai_completion(model):
    """Its id has its form, and the counts add up."""
    body = invoke(model.arn, prompt="Say it", max_tokens=3)

    assert re.fullmatch("cmpl-[0-9a-f]{32}", body.pop("id"))
    assert isinstance(body.pop("created"), int)
    assert body == {
        "object": "text_completion",
        "choices": [{"index": 0, "text": "one two three", "finish_reason": "length"}],
        "usage": {"prompt_tokens": 2, "completion_tokens": 3, "total_tokens": 5},
    }


def test_messages_are_an_openai_chat_completion(model):
    """The model is named by account and id."""
    messages = [
        {"role": "system", "content": "Be short."},
        {"role": "user", "content": [{"type": "text", "text": "Say it"}, PICTURE, PICTURE, PICTURE]},
        {"role": "assistant", "content": None},
        {"role": "user", "content": "Again"},
    ]
    body = invoke(model.arn, messages=messages, prompt="ignored")

    assert re.fullmatch("chatcmpl-[0-9a-f]{32}", body.pop("id"))
    assert isinstance(body.pop("created"), int)
    assert body == {
        "object": "chat.completion",
        "model": f"123456789012-{model.arn.rpartition('/')[2]}",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "one two three four"},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 5, "completion_tokens": 4, "total_tokens": 9},
    }


def test_log_probabilities_are_there_when_they_are_asked_for(model):
    """One for each token, in both formats that have them; in BedrockCompletion by the tokens' ids, as seen on AWS."""
    completion = invoke(model.arn, prompt="Say it", return_logprobs=True)
    ids = [int(token_id) for token in completion["logprobs"] for token_id in token]
    assert len(set(ids)) == 4
    assert all(0 <= token_id < 32_000 for token_id in ids)
    assert invoke(model.arn, prompt="Say it again", return_logprobs=True)["logprobs"] == completion["logprobs"]

    chat = invoke(model.arn, messages=[{"role": "user", "content": "Say it"}], logprobs=True)
    tokens = chat["choices"][0]["logprobs"]["content"]
    assert [token["top_logprobs"] for token in tokens] == [[]] * 4
    assert "".join(token["token"] for token in tokens) == "one two three four"
    assert bytes(tokens[1]["bytes"]) == b" two"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, "required key [prompt] or [messages] not found"),
        ({"prompt": None}, "#: required key [prompt] or [messages] not found"),
        ({"prompt": ["a"]}, "#/prompt: expected type: String, found: JSONArray"),
        ({"prompt": ""}, "#/prompt: expected minLength: 1"),
        ({"prompt": "a", "max_gen_len": 0}, "#/max_gen_len: 0 is not greater or equal to 1"),
        ({"prompt": "a", "max_gen_len": "9"}, "#/max_gen_len: expected type: Integer, found: String"),
        ({"prompt": "a", "max_tokens": 1.5}, "#/max_tokens: expected type: Integer, found: Number"),
        ({"prompt": "a", "max_tokens": True}, "#/max_tokens: expected type: Integer, found: Boolean"),
        ({"prompt": "a", "temperature": -0.1}, "#/temperature: -0.1 is not greater or equal to 0"),
        ({"prompt": "a", "temperature": "hot"}, "#/temperature: expected type: Number, found: String"),
        ({"prompt": "a", "temperature": float("nan")}, "#/temperature: nan is not greater or equal to 0"),
        ({"prompt": "a", "temperature": 10**400}, "#/temperature: "),
        ({"prompt": "a", "top_p": 1.1}, "#/top_p: 1.1 is not less or equal to 1"),
        ({"prompt": "a", "images": "aGVsbG8="}, "#/images: expected type: JSONArray"),
        ({"prompt": "a", "images": ["no base64!"]}, "#/images/0: the image is not encoded in base64"),
        ({"prompt": "a", "images": [7]}, "#/images/0: expected type: String, found: Integer"),
        ({"prompt": "a", "return_logprobs": "yes"}, "#/return_logprobs: expected type: Boolean"),
        ({"prompt": "a", "response_format": "json"}, "#/response_format: expected type: JSONObject"),
        ({"prompt": "a", "response_format": {"type": "xml"}}, "#/response_format/type: 'xml' is not one of text"),
        ({"prompt": "a", "response_format": {"type": ["xml"]}}, "#/response_format/type: expected type: String"),
        ({"prompt": "a", "max_tokens": 1, "structured_outputs": []}, "#/structured_outputs: expected type: JSONObject"),
        ({"prompt": "a", "max_tokens": 1, "logprobs": "1"}, "#/logprobs: expected type: Integer, found: String"),
        ({"prompt": "a", "max_tokens": 1, "logprobs": -1}, "#/logprobs: -1 is not greater or equal to 0"),
        ({"prompt": "a", "max_tokens": 1, "stop": 7}, "#/stop: expected type: JSONArray, found: Integer"),
        ({"prompt": "a", "max_tokens": 1, "stop": [".", ""]}, "#/stop/1: expected minLength: 1"),
        ({"messages": []}, "#/messages: expected minimum item count: 1"),
        ({"messages": "hello"}, "#/messages: expected type: JSONArray, found: String"),
        ({"messages": ["hello"]}, "#/messages/0: expected type: JSONObject, found: String"),
        ({"messages": [{"content": "a"}]}, "#/messages/0: required key [role] not found"),
        ({"messages": [{"role": None}]}, "#/messages/0/role: expected type: String, found: Null"),
        (
            {"messages": [{"role": "poet", "content": "a"}]},
            "role: 'poet' is not one of system, developer, user, assistant, tool",
        ),
        (
            {"messages": [{"role": ["user"], "content": "a"}]},
            "#/messages/0/role: expected type: String, found: JSONArray",
        ),
        ({"messages": [{"role": "user", "content": 7}]}, "#/messages/0/content: expected type: JSONArray"),
        ({"messages": [{"role": "user", "content": ["a"]}]}, "#/messages/0/content/0: expected type: JSONObject"),
        (
            {"messages": [{"role": "user", "content": [{"type": "audio"}]}]},
            "#/messages/0/content/0: required key [text] not found",
        ),
        (
            {"messages": [{"role": "user", "content": [{"image_url": {"url": "https://a/b.png"}}]}]},
            "#/messages/0/content/0/image_url/url: expected the data URL of an image",
        ),
        (
            {"messages": [{"role": "user", "content": [{"image_url": "data:image/png,"}]}]},
            "image_url: expected type: JSONObject",
        ),
        ({"messages": [{"role": "user", "content": [PICTURE] * 4}]}, "#/messages: at most 3 images, found: 4"),
    ],
)
def test_impossible_values_are_validation_exceptions(model, bedrock_jobs, body, text):
    """Bedrock's wording says where; nothing is generated."""
    code, status, message = error_of(invoke, model.arn, **body)

    assert (code, status) == ("ValidationException", 400)
    assert text in message
    assert message.startswith("Malformed input request: ")
    assert message.endswith(", please reformat your input and try again.")


@pytest.mark.parametrize("body", [b"", b"{", b"hello", b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_no_json_is_malformed(model, body):
    """Whatever it is."""
    code, _, text = error_of(runtime_client().invoke_model, modelId=model.arn, body=body)
    assert code == "ValidationException"
    assert text.startswith("Malformed input request: the body is not valid JSON, ")


@pytest.mark.parametrize(
    ("body", "kind"), [(b"[]", "JSONArray"), (b'"a"', "String"), (b"null", "Null"), (b"1", "Integer")]
)
def test_a_body_that_is_no_object_is_malformed(model, body, kind):
    """The prompt alone is not enough."""
    _, _, text = error_of(runtime_client().invoke_model, modelId=model.arn, body=body)
    assert f"expected type: JSONObject, found: {kind}" in text


def test_openai_s_log_probabilities_are_a_number(model):
    """How many are wanted for each token; in a stream each chunk has its own."""
    [choice] = invoke(model.arn, prompt="Say it", max_tokens=2, logprobs=1)["choices"]
    assert choice["logprobs"] == {
        "tokens": ["one", " two"],
        "token_logprobs": [-0.1, -0.1],
        "top_logprobs": [{"one": -0.1}, {" two": -0.1}],
        "text_offset": [0, 3],
    }
    assert (
        invoke(model.arn, prompt="Say it", max_tokens=2, logprobs=0)["choices"][0]["logprobs"]["top_logprobs"] is None
    )
    assert "logprobs" not in invoke(model.arn, prompt="Say it", max_tokens=2)["choices"][0]

    found = [chunk["choices"][0]["logprobs"] for chunk in chunks(model.arn, prompt="Say it", max_tokens=2, logprobs=0)]
    assert [logprobs["tokens"] for logprobs in found] == [["one"], [" two"], []]
    assert [logprobs["text_offset"] for logprobs in found] == [[0], [3], []]


def test_each_chunk_of_a_stream_has_the_log_probabilities_of_its_token(model):
    """Each chunk has those of its token."""
    chat = {"messages": [{"role": "user", "content": "Say it"}], "logprobs": True, "top_logprobs": 1}
    choices = [chunk["choices"][0] for chunk in chunks(model.arn, **chat)]
    tokens = [token for choice in choices for token in choice.get("logprobs", {"content": []})["content"]]
    assert [token["token"] for token in tokens] == ["one", " two", " three", " four"]
    assert tokens[0]["top_logprobs"] == [{"token": "one", "logprob": -0.1, "bytes": [111, 110, 101]}]

    body = {"prompt": "Say it", "max_gen_len": 2, "return_logprobs": True}
    one, two = invoke(model.arn, **body)["logprobs"]
    assert [chunk["logprobs"] for chunk in chunks(model.arn, **body)] == [[one], [two], []]


@pytest.mark.parametrize("stop", [" three", ["five", " three"]])
def test_stop_ends_a_text(bedrock_jobs, model, stop):
    """In the formats of OpenAI; BedrockCompletion does not have the field."""
    seen = []
    bedrock_jobs.respond(model, lambda request: seen.append(request) or "one two three four")
    messages = [{"role": "user", "content": "Say it"}]

    completion, chat = (
        invoke(model.arn, prompt="a", max_tokens=9, stop=stop),
        invoke(model.arn, messages=messages, stop=stop),
    )

    assert (completion["choices"][0]["text"], completion["choices"][0]["finish_reason"]) == ("one two", "stop")
    assert chat["choices"][0]["message"]["content"] == "one two"
    assert seen[0].stop_sequences == ((stop,) if isinstance(stop, str) else tuple(stop))


def test_the_newer_limit_of_a_chat_comes_before_the_older_one(model):
    """max_completion_tokens, before max_tokens; one choice may be asked for."""
    messages = [{"role": "user", "content": "Say it"}]
    [choice] = invoke(model.arn, messages=messages, max_completion_tokens=2, max_tokens=3, n=1)["choices"]
    assert (choice["message"]["content"], choice["finish_reason"]) == ("one two", "length")
    [choice] = invoke(model.arn, messages=messages, max_completion_tokens=None, max_tokens=3)["choices"]
    assert choice["finish_reason"] == "length"


def test_unknown_fields_are_ignored(model):
    """As AWS documents."""
    extra = {"frequency_penalty": "x", "stop": ["two"], "tools": [{}], "n": 7}
    assert invoke(model.arn, prompt="a", **extra)["generation"] == "one two three four"
    assert invoke(model.arn, prompt="a", max_tokens=9, images=7)["choices"][0]["text"] == "one two three four"


def test_a_null_is_a_field_that_is_not_there(model):
    """Also one that decides the format."""
    body = {"prompt": "a", "messages": None, "max_gen_len": None, "max_tokens": 2}
    assert invoke(model.arn, **body)["choices"][0]["text"] == "one two"
    assert invoke(model.arn, **{**body, "max_tokens": None})["generation"] == "one two three four"


@pytest.mark.parametrize("kind", ["text", "json_object", "json_schema"])
def test_a_response_format_may_be_asked_for(model, kind):
    """And is not applied to what the mock generates."""
    assert invoke(model.arn, prompt="a", response_format={"type": kind})["generation"] == "one two three four"


def test_a_prompt_may_come_with_images(bedrock_jobs, model):
    """In base64; a function of the test's sees how many."""
    seen = []
    bedrock_jobs.respond(model, lambda request: seen.append(request) or "fine")

    invoke(model.arn, prompt="Look", images=[base64.b64encode(b"picture").decode()], temperature=2, top_p=1)

    [request] = seen
    assert (request.images, request.temperature, request.top_p, request.format) == (1, 2, 1, "BedrockCompletion")
    assert repr(request) == "<InferenceRequest InvokeModel (BedrockCompletion) 'Look'>"


def test_a_bedrock_completion_in_chunks_has_its_metrics_at_last(model):
    """As Llama foundation models stream: null until the end, metrics at last."""
    found = chunks(model.arn, prompt="Say it", max_gen_len=3)

    assert [chunk["generation"] for chunk in found] == ["one", " two", " three", ""]
    assert [chunk["prompt_token_count"] for chunk in found] == [2, None, None, None]
    assert [chunk["generation_token_count"] for chunk in found] == [1, 2, 3, 3]
    assert [chunk["stop_reason"] for chunk in found] == [None, None, None, "length"]
    assert ["amazon-bedrock-invocationMetrics" in chunk for chunk in found] == [False, False, False, True]
    metrics = found[-1]["amazon-bedrock-invocationMetrics"]
    assert (metrics["inputTokenCount"], metrics["outputTokenCount"]) == (2, 3)
    assert metrics["invocationLatency"] > metrics["firstByteLatency"] > 0


def test_an_openai_completion_in_chunks_has_its_usage_with_the_last_choice(model):
    """Usage and metrics come with the last choice; all chunks have one id and a choice."""
    found = chunks(model.arn, prompt="Say it", max_tokens=2)

    assert [choice for chunk in found for choice in chunk["choices"]] == [
        {"index": 0, "text": "one", "finish_reason": None},
        {"index": 0, "text": " two", "finish_reason": None},
        {"index": 0, "text": "", "finish_reason": "length"},
    ]
    usage = {"prompt_tokens": 2, "completion_tokens": 2, "total_tokens": 4}
    assert [chunk.get("usage") for chunk in found] == [None, None, usage]
    assert found[-1]["amazon-bedrock-invocationMetrics"]["outputTokenCount"] == 2
    assert [len(chunk["choices"]) for chunk in found] == [1, 1, 1]
    assert len({chunk["id"] for chunk in found}) == 1
    assert {chunk["object"] for chunk in found} == {"text_completion"}


def test_a_chat_completion_in_chunks_begins_with_the_role(model):
    """The role comes first, then what is said."""
    found = chunks(model.arn, messages=[{"role": "user", "content": "Say it"}])

    deltas = [choice["delta"] for chunk in found for choice in chunk["choices"]]
    assert deltas[0] == {"role": "assistant", "content": ""}
    assert "".join(delta["content"] for delta in deltas[1:-1]) == "one two three four"
    assert deltas[-1] == {}
    assert found[-1]["choices"][0]["finish_reason"] == "stop"
    assert found[-1]["usage"] == {"prompt_tokens": 2, "completion_tokens": 4, "total_tokens": 6}
    assert found[-1]["amazon-bedrock-invocationMetrics"]["inputTokenCount"] == 2
    assert [len(chunk["choices"]) for chunk in found] == [1] * 6
    assert {chunk["object"] for chunk in found} == {"chat.completion.chunk"}


def test_nothing_to_say_is_a_stream_all_the_same(bedrock_jobs, model):
    """An empty text has no tokens."""
    bedrock_jobs.respond(model, "")

    [chunk] = chunks(model.arn, prompt="Say it")
    assert (chunk["generation"], chunk["prompt_token_count"], chunk["generation_token_count"]) == ("", 2, 0)
    [chunk] = chunks(model.arn, prompt="Say it", max_tokens=1)
    assert (chunk["choices"][0]["text"], chunk["usage"]["completion_tokens"]) == ("", 0)
    assert invoke(model.arn, prompt="Say it")["generation_token_count"] == 0


@pytest.mark.parametrize("text", ["  two\n\nlines  ", "x" * 1000, " " * 100, "\u2028\u00a0né\u0301 日本語", "a\0b"])
def test_tokens_together_are_the_text(bedrock_jobs, model, text):
    """Whatever it is made of."""
    bedrock_jobs.respond(model, text)
    assert "".join(chunk["generation"] for chunk in chunks(model.arn, prompt="Say it")) == text
    assert invoke(model.arn, prompt="Say it")["generation"] == text


def test_the_headers_say_what_was_counted(model):
    """As they do for foundation models."""
    response = runtime_client().invoke_model(modelId=model.arn, body='{"prompt": "Say it"}')
    headers = response["ResponseMetadata"]["HTTPHeaders"]

    assert response["contentType"] == "application/json"
    assert headers["x-amzn-bedrock-input-token-count"] == "2"
    assert headers["x-amzn-bedrock-output-token-count"] == "4"
    assert int(headers["x-amzn-bedrock-invocation-latency"]) > 0


def test_half_of_a_surrogate_pair_comes_back_as_it_was_sent(bedrock_jobs, model):
    """JSON can hold what no encoding can."""
    bedrock_jobs.respond(model, lambda request: request.prompt)
    body = invoke(model.arn, messages=[{"role": "user", "content": "\ud800"}], logprobs=True)
    assert body["choices"][0]["message"]["content"] == "\ud800"
    assert chunks(model.arn, prompt="\ud800")[0]["generation"] == "\ud800"


def test_a_prompt_of_100_kb_is_counted_and_kept_and_quoted_in_part(bedrock_jobs):
    """It is counted, quoted in part, and kept."""
    model = bedrock_jobs.add_imported_model("llama")
    prompt = "word " * 20_000

    body = invoke(model.arn, prompt=prompt)

    assert body["prompt_token_count"] == 20_001  # the last space is one
    assert len(body["generation"]) < 300
    assert prompt.encode() in bedrock_jobs.calls[-1].parameters["body"]
