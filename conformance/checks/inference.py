"""Invoking imported models."""

from __future__ import annotations

import json
from typing import Any

from ..observing import Finding, Level, Observation, accepted, fact, refused
from ..registry import check
from ..target import Target
from .imports import UNKNOWN, unknown_arn

COMPLETION = {"prompt": "Hello", "max_gen_len": 16}
OPENAI_COMPLETION = {"prompt": "Hello", "max_tokens": 16}
CHAT = {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 16}
TURN = {"role": "user", "content": [{"text": "Hello"}]}


def invoke(target: Target, body: Any, model: str | None = None) -> Observation:
    """InvokeModel with a body, of an imported model."""
    text = body if isinstance(body, str) else json.dumps(body)
    model = model or target.imported_model_arn()
    return target.call("invoke_model", service="bedrock-runtime", modelId=model, body=text)


def body_of(observed: Observation) -> dict[str, Any]:
    """The model's own JSON; nothing where the request failed."""
    return dict(json.loads(observed.output["body"].read())) if observed.output else {}


def fields_of(observed: Observation) -> list[str]:
    """The fields of the model's own JSON."""
    return sorted(body_of(observed))


def choice_of(observed: Observation) -> dict[str, Any]:
    """The first choice of a completion or a chat; nothing where there is none."""
    return dict(next(iter(body_of(observed).get("choices", ())), {}))


@check("invocation-by-arn", Level.IMPORT)
def invocation_by_arn(target: Target) -> list[Finding]:
    """An imported model, by its ARN."""
    return [accepted("InvokeModel", invoke(target, COMPLETION))]


@check("invocation-unknown-model")
def invocation_unknown_model(target: Target) -> list[Finding]:
    """An ARN that does not exist."""
    observed = invoke(target, COMPLETION, unknown_arn(target, "imported-model"))
    return [refused("InvokeModel of an unknown model", observed, "ResourceNotFoundException", 404)]


@check("invocation-other-region")
def invocation_other_region(target: Target) -> list[Finding]:
    """An ARN of another Region."""
    arn = f"arn:aws:bedrock:{target.other_region}:{target.account_id}:imported-model/{UNKNOWN}"
    observed, begins = invoke(target, COMPLETION, arn), "The provided model identifier is invalid."
    return [
        refused("InvokeModel in another Region", observed, "ValidationException"),
        fact("its message begins", begins, (observed.message or "")[: len(begins)]),
    ]


@check("invocation-other-account")
def invocation_other_account(target: Target) -> list[Finding]:
    """An ARN of another account."""
    arn = f"arn:aws:bedrock:{target.region}:999999999999:imported-model/{UNKNOWN}"
    return [refused("InvokeModel in another account", invoke(target, COMPLETION, arn), "AccessDeniedException", 403)]


@check("invocation-formats", Level.IMPORT)
def invocation_formats(target: Target) -> list[Finding]:
    """The three formats."""
    return [
        fact(
            "BedrockCompletion",
            ["generation", "generation_token_count", "prompt_token_count", "stop_reason"],
            sorted(set(fields_of(invoke(target, COMPLETION))) - {"logprobs"}),
        ),
        fact(
            "OpenAICompletion",
            ["choices", "created", "id", "object", "usage"],
            sorted(set(fields_of(invoke(target, OPENAI_COMPLETION))) - {"model"}),
        ),
        fact(
            "OpenAIChatCompletion",
            ["choices", "created", "id", "model", "object", "usage"],
            fields_of(invoke(target, CHAT)),
        ),
        accepted("an unknown field", invoke(target, COMPLETION | {"conformance": 1})),
    ]


@check("invocation-format-of-both", Level.IMPORT)
def invocation_format_of_both(target: Target) -> list[Finding]:
    """Fields of two formats in one body."""
    return [
        fact("messages and prompt are a chat", True, "model" in fields_of(invoke(target, CHAT | {"prompt": "Hello"}))),
        fact(
            "both limits are BedrockCompletion",
            True,
            "generation" in fields_of(invoke(target, COMPLETION | {"max_tokens": 16})),
        ),
    ]


@check("invocation-format-of-custom-model", Level.IMPORT)
def invocation_format_of_custom_model(target: Target) -> list[Finding]:
    """That of Nova, by a deployment."""
    found = fields_of(invoke(target, {"messages": [TURN]}, target.deployed()["arn"]))
    return [fact("messages-v1", ["output", "stopReason", "usage"], found)]


@check("invocation-fields", Level.IMPORT)
def invocation_fields(target: Target) -> list[Finding]:
    """Two fields that cut a response, and the log probabilities of a completion."""
    whole = str(choice_of(invoke(target, OPENAI_COMPLETION | {"temperature": 0})).get("text"))
    end = whole[-4:]
    stopped = choice_of(invoke(target, OPENAI_COMPLETION | {"temperature": 0, "stop": [end]}))
    short = body_of(invoke(target, {"messages": CHAT["messages"], "max_completion_tokens": 2}))
    with_logprobs = choice_of(invoke(target, OPENAI_COMPLETION | {"logprobs": 1}))
    return [
        fact("stop: the text ends before it", True, "text" in stopped and end not in stopped["text"]),
        fact("max_completion_tokens: the tokens", 2, short.get("usage", {}).get("completion_tokens")),
        fact("logprobs as a number: there are some", True, bool((with_logprobs.get("logprobs") or {}).get("tokens"))),
        refused(
            "logprobs that are no number", invoke(target, OPENAI_COMPLETION | {"logprobs": "x"}), "ValidationException"
        ),
    ]


@check("invocation-logprobs", Level.IMPORT)
def invocation_logprobs(target: Target) -> list[Finding]:
    """The names of the log probabilities of a completion."""
    found = body_of(invoke(target, COMPLETION | {"return_logprobs": True})).get("logprobs") or [{}]
    return [fact("names that are ids", True, all("".join(token).isdigit() for token in found))]


@check("invocation-tools", Level.IMPORT)
def invocation_tools(target: Target) -> list[Finding]:
    """Tools of a chat that are not allowed, and a result without its call."""

    def with_tool(name: str, schema: Any) -> Observation:
        return invoke(
            target, CHAT | {"tools": [{"type": "function", "function": {"name": name, "parameters": schema}}]}
        )

    result = {"role": "tool", "tool_call_id": "call-1", "content": "21 degrees"}
    alone = {"messages": [{"role": "user", "content": "Hello"}, result]}
    return [
        accepted("a tool", with_tool("weather", {"type": "object", "properties": {}})),
        refused("a name with a space", with_tool("the weather", {"type": "object"}), "ValidationException"),
        refused("a name of 65 characters", with_tool("w" * 65, {"type": "object"}), "ValidationException"),
        refused("a schema of a string", with_tool("weather", {"type": "string"}), "ValidationException"),
        refused("a result without its call", invoke(target, alone), "ValidationException"),
    ]


@check("invocation-malformed", Level.IMPORT)
def invocation_malformed(target: Target) -> list[Finding]:
    """A body without a prompt."""
    observed = invoke(target, {"temperature": 1})
    message = observed.message or ""
    parts = [
        message.startswith("Malformed input request: "),
        message.endswith("please reformat your input and try again."),
    ]
    return [
        refused("a body without prompt and messages", observed, "ValidationException"),
        fact("the text around the reason", [True, True], parts),
    ]


@check("invocation-headers", Level.IMPORT)
def invocation_headers(target: Target) -> list[Finding]:
    """Token counts and latency."""
    headers = invoke(target, COMPLETION).headers
    expected = [f"x-amzn-bedrock-{name}" for name in ("input-token-count", "invocation-latency", "output-token-count")]
    return [fact("headers", expected, [name for name in expected if name in headers])]


@check("invocation-chunks", Level.IMPORT)
def invocation_chunks(target: Target) -> list[Finding]:
    """The events of a stream."""
    observed = target.call(
        "invoke_model_with_response_stream",
        service="bedrock-runtime",
        modelId=target.imported_model_arn(),
        body=json.dumps(COMPLETION),
    )
    chunks = [json.loads(event["chunk"]["bytes"]) for event in observed.output.get("body", ())]
    metrics = ["amazon-bedrock-invocationMetrics" in chunk for chunk in chunks]
    return [
        fact("there is more than one chunk", True, len(chunks) > 1),
        fact("the last one alone has the metrics", [False] * (len(metrics) - 1) + [True], metrics),
    ]


@check("converse-turns", Level.IMPORT)
def converse_turns(target: Target) -> list[Finding]:
    """Conversations that are not allowed."""
    assistant = {"role": "assistant", "content": [{"text": "Hello"}]}
    wrong = {
        "it starts with the assistant": [assistant],
        "two turns of the user": [TURN, TURN],
        "an empty text": [{"role": "user", "content": [{"text": ""}]}],
    }
    return [refused(what, converse(target, turns), "ValidationException") for what, turns in wrong.items()]


@check("converse-ignored", Level.IMPORT)
def converse_ignored(target: Target) -> list[Finding]:
    """Additional fields."""
    return [
        accepted(
            "additionalModelRequestFields", converse(target, [TURN], additionalModelRequestFields={"conformance": 1})
        )
    ]


def tool(name: str, kind: str = "object") -> dict[str, Any]:
    """A tool for Converse."""
    return {"toolSpec": {"name": name, "inputSchema": {"json": {"type": kind}}}}


USE = {"role": "assistant", "content": [{"toolUse": {"toolUseId": "call-1", "name": "weather", "input": {}}}]}
RESULT = {"role": "user", "content": [{"toolResult": {"toolUseId": "call-1", "content": [{"text": "21 degrees"}]}}]}


@check("converse-tools", Level.IMPORT)
def converse_tools(target: Target) -> list[Finding]:
    """Tool uses and their results."""
    config = {"toolConfig": {"tools": [tool("weather")]}}
    no_object = {"toolConfig": {"tools": [tool("weather", "string")]}}
    return [
        accepted("a tool use and its result", converse(target, [TURN, USE, RESULT], **config)),
        refused("a schema of a string", converse(target, [TURN], **no_object), "ValidationException"),
        refused("a tool use without a result", converse(target, [TURN, USE, TURN], **config), "ValidationException"),
        refused("a result without a tool use", converse(target, [RESULT], **config), "ValidationException"),
        refused("both without toolConfig", converse(target, [TURN, USE, RESULT]), "ValidationException"),
    ]


@check("converse-tool-names", Level.IMPORT)
def converse_tool_names(target: Target) -> list[Finding]:
    """A name that two tools have, and a choice that is none of them."""
    twice = {"tools": [tool("weather"), tool("weather")]}
    other = {"tools": [tool("weather")], "toolChoice": {"tool": {"name": "news"}}}
    return [
        refused("two tools of one name", converse(target, [TURN], toolConfig=twice), "ValidationException"),
        refused("toolChoice of another name", converse(target, [TURN], toolConfig=other), "ValidationException"),
    ]


def converse(target: Target, turns: list[Any], **more: Any) -> Observation:
    """Converse, of an imported model."""
    return target.call(
        "converse", service="bedrock-runtime", modelId=target.imported_model_arn(), messages=turns, **more
    )


@check("cold-model-never-called", Level.IMPORT, cold_models=True)
def cold_model_never_called(target: Target) -> list[Finding]:
    """The first call of a new model."""
    target.memory.pop("imported", None)
    return [refused("the first InvokeModel", invoke(target, COMPLETION), "ModelNotReadyException", 429)]


@check("cold-model", Level.IMPORT, cold_models=True)
def cold_model(target: Target) -> list[Finding]:
    """Calls until the model responds."""
    target.memory.pop("imported", None)
    first = invoke(target, COMPLETION)
    last = target.wait(lambda: {"status": invoke(target, COMPLETION).code}, "ModelNotReadyException")
    return [
        refused("the first InvokeModel", first, "ModelNotReadyException", 429),
        fact("in the end it responds", None, last["status"]),
    ]


@check("cold-model-requests", Level.IMPORT, cold_models=True)
def cold_model_requests(target: Target) -> list[Finding]:
    """How many calls fail: the mock's own."""
    target.memory.pop("imported", None)
    codes = [invoke(target, COMPLETION).code for _ in range(7)]
    return [fact("calls that fail of the first seven", 6, codes.count("ModelNotReadyException"))]
