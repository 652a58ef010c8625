"""Tools and their results in the requests of the code under test."""

from __future__ import annotations

import json

import pytest
from invoking import converse, error_of, invoke, runtime_client, user

TOOL = {"toolSpec": {"name": "weather", "inputSchema": {"json": {"type": "object", "properties": {}}}}}
CONFIG = {"tools": [TOOL]}
CALL = {"role": "assistant", "content": [{"toolUse": {"toolUseId": "call-1", "name": "weather", "input": {}}}]}
FUNCTION = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
ASKED = {"role": "user", "content": "How is the weather?"}
CALLED = {
    "role": "assistant",
    "content": None,
    "tool_calls": [{"id": "call-1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}],
}


@pytest.fixture
def model(bedrock_jobs):
    """An imported model."""
    return bedrock_jobs.add_imported_model("llama")


def spec(**changes):
    """A configuration with a tool that differs in this."""
    return {"toolConfig": {"tools": [{"toolSpec": TOOL["toolSpec"] | changes}]}}


def results(*ids):
    """The user's message with the results of tools."""
    said = [{"json": {"degrees": 21, "wind": None}}]
    return {"role": "user", "content": [{"toolResult": {"toolUseId": name, "content": said}} for name in ids]}


def test_a_function_sees_what_a_tool_of_the_conversation_returned(bedrock_jobs, model):
    """A function sees what the tool returned."""
    bedrock_jobs.respond(model, lambda request: f"It said {request.prompt}")
    response = runtime_client().converse(
        modelId=model.arn,
        messages=[*user("How is the weather?"), CALL, results("call-1")],
        toolConfig={**CONFIG, "toolChoice": {"tool": {"name": "weather"}}},
    )
    assert response["output"]["message"]["content"] == [{"text": 'It said {"degrees": 21, "wind": null}'}]


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        (spec(name="the weather"), "'toolConfig.tools.1.member.toolSpec.name' failed to satisfy constraint"),
        (spec(inputSchema={"json": {}}), "The value at toolConfig.tools.0.toolSpec.inputSchema.json.type must be one"),
        (spec(inputSchema={"json": ["type"]}), "inputSchema.json.type must be one of the following: object."),
        ({"toolConfig": {"tools": [TOOL, TOOL]}}, "The tool weather at toolConfig.tools.1 is already defined."),
        (
            {"toolConfig": {**CONFIG, "toolChoice": {"tool": {"name": "time"}}}},
            "The tool time at toolConfig.toolChoice",
        ),
        ({"messages": [*user("a"), CALL]}, "The toolConfig field must be defined when using toolUse"),
        ({"messages": [results("call-1")]}, "The toolConfig field must be defined when using toolUse"),
        (
            {"messages": [*user("a"), CALL, results("call-2")], "toolConfig": CONFIG},
            "Expected toolResult blocks at messages.2.content for the following Ids: call-1",
        ),
        (
            {"messages": [*user("a"), CALL, *user("b")], "toolConfig": CONFIG},
            "Expected toolResult blocks at messages.2.content for the following Ids: call-1",
        ),
        (
            {"messages": [results("call-1")], "toolConfig": CONFIG},
            "The number of toolResult blocks at messages.0.content exceeds the number of toolUse blocks",
        ),
    ],
)
@pytest.mark.parametrize("operation", ["converse", "converse_stream"])
def test_converse_refuses_invalid_tools(model, operation, parameters, text):
    """In AWS's words, as far as they are known."""
    call = getattr(runtime_client(), operation)
    code, status, message = error_of(call, **{"modelId": model.arn, "messages": user("a"), **parameters})
    assert (code, status) == ("ValidationException", 400)
    assert text in message


@pytest.mark.needs("Tool.cachePoint")
def test_a_cache_point_among_the_tools_is_accepted(model):
    """It is no tool."""
    assert converse(model.arn, toolConfig={"tools": [TOOL, {"cachePoint": {"type": "default"}}]})


def test_a_chat_with_a_tool_has_its_result_after_its_call(model):
    """Its result comes after its call."""
    messages = [ASKED, CALLED, {"role": "tool", "tool_call_id": "call-1", "content": "21 degrees"}]
    choice = {"type": "function", "function": {"name": "weather"}}
    assert invoke(model.arn, messages=messages, tools=[FUNCTION], tool_choice=choice)
    bare = {"type": "function", "function": {"name": "weather"}}
    assert invoke(model.arn, messages=[ASKED], tools=[bare], tool_choice="auto")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"tools": {}}, "#/tools: expected type: JSONArray"),
        ({"tools": ["weather"]}, "#/tools/0: expected type: JSONObject, found: String"),
        ({"tools": [{"name": "weather"}]}, "#/tools/0: required key [function] not found"),
        ({"tools": [{"function": {"name": "the weather"}}]}, "#/tools/0/function/name: expected 1 to 64 letters"),
        ({"tools": [{"function": {}}]}, "#/tools/0/function: required key [name] not found"),
        (
            {"tools": [{"function": {"name": "a", "parameters": {}}}], "tool_choice": "any"},
            "#/tool_choice: 'any' is not",
        ),
        (
            {"tools": [{"function": {"name": "a", "parameters": 7}}]},
            "#/tools/0/function/parameters: expected type: JSONObject",
        ),
        (
            {"tools": [{"function": {"name": "a", "parameters": {"type": "string"}}}]},
            "#/tools/0/function/parameters/type: 'string' is not one of object",
        ),
        (
            {"tools": [FUNCTION], "tool_choice": {"function": {"name": "time"}}},
            "#/tool_choice/function/name: 'time' is not one of weather",
        ),
        (
            {"tools": [FUNCTION], "tool_choice": {"type": "function"}},
            "#/tool_choice: required key [function] not found",
        ),
        ({"messages": [ASKED, {**CALLED, "tool_calls": "?"}]}, "#/messages/1/tool_calls: expected type: JSONArray"),
        ({"messages": [ASKED, {**CALLED, "tool_calls": [7]}]}, "#/messages/1/tool_calls/0: expected type"),
        (
            {"messages": [ASKED, {**CALLED, "tool_calls": [{"id": "a"}]}]},
            "#/messages/1/tool_calls/0: required key [function] not found",
        ),
        (
            {"messages": [ASKED, {**CALLED, "tool_calls": [{"id": 7, "function": {}}]}]},
            "#/messages/1/tool_calls/0/id: expected",
        ),
        ({"messages": [ASKED, {"role": "tool", "content": "21"}]}, "#/messages/1/tool_call_id: None is no tool call"),
        (
            {"messages": [ASKED, CALLED, {"role": "tool", "content": "21", "tool_call_id": ["call-1"]}]},
            "#/messages/2/tool_call_id: ['call-1'] is no tool call",
        ),
    ],
)
def test_a_chat_refuses_invalid_tools(model, body, text):
    """The rules are the mock's own."""
    code, status, message = error_of(invoke, model.arn, **{"messages": [ASKED], **body})
    assert (code, status) == ("ValidationException", 400)
    assert text in message, json.dumps(message)
