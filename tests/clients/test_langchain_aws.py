"""langchain-aws, unmodified: each of its ways to invoke a model that one can import reads what the mock responds."""

from __future__ import annotations

import pytest

from pytest_bedrock_jobs import ModelResponse

langchain_aws = pytest.importorskip("langchain_aws")

from langchain_core.messages import AIMessage, HumanMessage, ToolMessage  # noqa: E402
from langchain_core.tools import tool  # noqa: E402
from pydantic import BaseModel  # noqa: E402

SAID = "It is sunny in Bonn."
CALL = {"toolUse": {"toolUseId": "call1", "name": "weather", "input": {"city": "Bonn"}}}


@tool
def weather(city: str) -> str:
    """The weather of a city."""
    return f"sunny in {city}"


class Weather(BaseModel):
    """What the weather is like."""

    city: str
    degrees: int


PROVIDERS = [("meta", "llama"), ("mistral", "mistral"), ("qwen", "qwen3"), ("openai", "gpt_oss"), ("deepseek", "qwen2")]


@pytest.fixture(params=PROVIDERS, ids=lambda pair: pair[0])
def chat(request, bedrock_jobs):
    """ChatBedrock for one provider, with a model of that family."""
    provider, architecture = request.param
    model = bedrock_jobs.add_imported_model(provider, architecture=architecture)
    return langchain_aws.ChatBedrock(
        model=model.arn, provider=provider, region="us-east-1", beta_use_converse_api=False
    )


def test_chat_bedrock_gets_text_and_usage(bedrock_jobs, chat):
    """Text and usage."""
    bedrock_jobs.respond("*", SAID)
    message = chat.invoke("How is the weather?")
    assert message.content == SAID
    assert message.usage_metadata["output_tokens"] == 5


def test_chat_bedrock_streams(bedrock_jobs, chat):
    """In pieces, with usage at the end."""
    bedrock_jobs.respond("*", SAID)
    pieces = list(chat.stream("How is the weather?"))
    assert "".join(str(piece.text) for piece in pieces) == SAID
    assert len(pieces) > 2
    # For deepseek it looks in the field of DeepSeek's foundation models, which imported models do not have.
    expected = 0 if chat.provider == "deepseek" else 5
    assert sum(piece.usage_metadata["output_tokens"] for piece in pieces if piece.usage_metadata) == expected


def test_bedrock_llm_gets_a_reply_from_each_provider(bedrock_jobs):
    """A prompt to each provider for which it sends one."""
    bedrock_jobs.respond("*", SAID)
    for provider, architecture in (("meta", "llama"), ("mistral", "mistral"), ("deepseek", "qwen2")):
        model = bedrock_jobs.add_imported_model(f"{provider}-llm", architecture=architecture)
        llm = langchain_aws.BedrockLLM(model=model.arn, provider=provider, region="us-east-1")
        assert llm.invoke("How is the weather?") == SAID, provider
        assert "".join(llm.stream("How is the weather?")) == SAID, provider


@pytest.fixture(params=["ChatBedrockConverse", "ChatBedrock"])
def agent(request, bedrock_jobs):
    """Both ways to Converse."""
    model = bedrock_jobs.add_imported_model("llama")
    if request.param == "ChatBedrock":
        return langchain_aws.ChatBedrock(
            model=model.arn, provider="meta", region="us-east-1", beta_use_converse_api=True
        )
    return langchain_aws.ChatBedrockConverse(model=model.arn, provider="meta", region_name="us-east-1")


def test_a_model_calls_a_tool_and_replies_to_its_result(bedrock_jobs, agent):
    """A call, and what is said about its result."""
    bedrock_jobs.respond("*", [ModelResponse(content=[{"text": "One moment."}, CALL]), SAID])
    bound = agent.bind_tools([weather])

    called = bound.invoke("How is the weather?")
    assert called.tool_calls == [{"name": "weather", "args": {"city": "Bonn"}, "id": "call1", "type": "tool_call"}]
    result = ToolMessage(weather.invoke(called.tool_calls[0]["args"]), tool_call_id="call1")
    assert bound.invoke([HumanMessage("How is the weather?"), called, result]).text == SAID


def test_the_pieces_of_a_stream_add_up_to_a_tool_call(bedrock_jobs, agent):
    """The pieces add up to a call."""
    bedrock_jobs.respond("*", ModelResponse(content=[CALL], usage={"outputTokens": 12}))
    whole = None
    for piece in agent.bind_tools([weather]).stream("How is the weather?"):
        whole = piece if whole is None else whole + piece
    assert isinstance(whole, AIMessage)
    assert [(call["name"], call["args"]) for call in whole.tool_calls] == [("weather", {"city": "Bonn"})]
    assert whole.usage_metadata["output_tokens"] == 12


def test_structured_output_is_read_from_a_tool_use(bedrock_jobs, agent):
    """It is a tool use."""
    use = {"toolUse": {"toolUseId": "call1", "name": "Weather", "input": {"city": "Bonn", "degrees": 21}}}
    bedrock_jobs.respond("*", ModelResponse(content=[use]))
    assert agent.with_structured_output(Weather).invoke("How is it?") == Weather(city="Bonn", degrees=21)


def test_reasoning_is_a_block_of_its_own(bedrock_jobs, agent):
    """It is a block of its own, streamed or not."""
    reasoning = {"reasoningContent": {"reasoningText": {"text": "Look it up.", "signature": "c2ln"}}}
    bedrock_jobs.respond("*", ModelResponse(content=[reasoning, {"text": SAID}]))
    assert agent.invoke("How?").text == SAID
    kinds = {block["type"] for piece in agent.stream("How?") for block in piece.content_blocks}
    assert {"reasoning", "text"} <= kinds
