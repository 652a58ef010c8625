"""Converse and ConverseStream: conversations in, messages or events out (AWS documentation).

Nova models speak nearly the same within the bodies of InvokeModel: the format ``messages-v1``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..errors import validation
from .generation import Event, GeneratedBlock, Generation
from .json_fields import LENGTH, WORDS, Number, check, limits, malformed
from .model_response import Message

CONVERSE = "Converse"
NOVA = "messages-v1"
_SHARE = Number(float, 0, 1)
_NOVA_FORM = {
    "schemaVersion": (NOVA,),
    "messages!": [{"role!": ("user", "assistant"), "content!": [dict]}],
    "system": [dict],
    "inferenceConfig": {"maxTokens": LENGTH, "temperature": _SHARE, "topP": _SHARE, "stopSequences": [WORDS]},
}


def read(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What a request says, as ``InferenceRequest`` has it.

    Raises:
        ServiceError: ValidationException for a conversation that Bedrock refuses; the texts were seen with
            foundation models.
    """
    _check_tools(parameters.get("toolConfig") or {})
    _check_conversation(parameters)
    messages, config = parameters["messages"], parameters.get("inferenceConfig") or {}
    system = [Message("system", text) for block in parameters.get("system") or () if (text := _text([block]))]
    conversation = [Message(message["role"], _text(message["content"])) for message in messages]
    return {
        "messages": (*system, *conversation),
        "images": sum("image" in block for message in messages for block in message["content"]),
        **limits(config, ["maxTokens"], "topP", "stopSequences"),
    }


def read_nova(content: dict[str, Any]) -> dict[str, Any]:
    """What an InvokeModel request to a deployment of a Nova model says, likewise.

    Raises:
        ServiceError: ValidationException for a body that is not of this format (the rules and texts are the mock's
            own), and as ``read``.
    """
    check(content, _NOVA_FORM)
    try:
        return read(content)
    except (AttributeError, KeyError, TypeError):  # no service model says what this JSON may be
        raise malformed("#: messages, system and toolConfig are not as in messages-v1") from None


def _check_conversation(parameters: Mapping[str, Any]) -> None:
    """Refuse roles that do not alternate, empty contents, and tool uses without a result in the next message."""
    messages = parameters.get("messages")
    if not messages or messages[0]["role"] != "user":
        raise validation(
            "A conversation must start with a user message. Try again with a conversation that starts with a user "
            "message."
        )
    role, used = "", list[str]()  # in the message before
    for number, message in enumerate(messages):
        content = message["content"]
        if message["role"] == role:
            raise validation(
                "A conversation must alternate between user and assistant roles. Make sure the conversation alternates "
                "between user and assistant roles and try again."
            )
        if not content:
            raise validation(
                f"The content field in the Message object at messages.{number} is empty. Add a ContentBlock object to "
                "the content field and try again."
            )
        for place, block in enumerate(content):
            if (text := block.get("text")) is not None and not text.strip():
                raise validation(
                    f"The text field in the ContentBlock object at messages.{number}.content.{place} is blank. Add "
                    "text to the text field, and try again."
                )
        uses = [block["toolUse"]["toolUseId"] for block in content if "toolUse" in block]
        results = [block["toolResult"]["toolUseId"] for block in content if "toolResult" in block]
        if (uses or results) and not parameters.get("toolConfig"):
            raise validation("The toolConfig field must be defined when using toolUse and toolResult content blocks.")
        if missing := [tool_use for tool_use in used if tool_use not in results]:
            raise validation(
                f"Expected toolResult blocks at messages.{number}.content for the following Ids: {', '.join(missing)}"
            )
        if len(results) > len(used):
            raise validation(
                f"The number of toolResult blocks at messages.{number}.content exceeds the number of toolUse blocks of "
                "previous turn."
            )
        role, used = message["role"], uses


def _check_tools(config: Mapping[str, Any]) -> None:
    """Refuse schemas that are none, names that are not unique, and a choice that is none of them."""
    names: list[str] = []
    for number, tool in enumerate(config.get("tools", ())):
        if (spec := tool.get("toolSpec")) is None:  # a cache point, or a tool of AWS's own
            continue
        schema = spec["inputSchema"].get("json")
        if not isinstance(schema, dict) or schema.get("type") != "object":
            raise validation(
                f"The value at toolConfig.tools.{number}.toolSpec.inputSchema.json.type must be one of the following: "
                "object."
            )
        if spec["name"] in names:  # that they are unique is documented; the text is the mock's own
            raise validation(f"The tool {spec['name']} at toolConfig.tools.{number} is already defined.")
        names.append(spec["name"])
    chosen = (config.get("toolChoice") or {}).get("tool")
    if chosen and chosen["name"] not in names:
        raise validation(f"The tool {chosen['name']} at toolConfig.toolChoice.tool.name is not one of the tools.")


def _text(content: Sequence[Mapping[str, Any]]) -> str:
    """The text of content blocks, with that of the results of tools."""
    parts = [part for block in content for part in (block, *block.get("toolResult", {}).get("content", ()))]
    texts = [json.dumps(part["json"]) if "json" in part else part.get("text") for part in parts]
    return "\n".join(text for text in texts if text is not None)


def response(generation: Generation) -> dict[str, Any]:
    """The output of Converse without its metrics: the body of a Nova model's response."""
    message = {"role": "assistant", "content": [_content_block(block) for block in generation.blocks]}
    return {"output": {"message": message}, "stopReason": generation.stop_reason, "usage": generation.usage}


def _content_block(block: GeneratedBlock) -> Mapping[str, Any]:
    if block.kind == "reasoningContent":
        return {block.kind: {"reasoningText": {**block.prepared[block.kind]["reasoningText"], "text": block.text}}}
    return {"text": block.text} if block.kind == "text" else block.prepared


def events(generation: Generation) -> Iterator[Event]:
    """The events of ConverseStream, and the chunks of a Nova model's stream: one delta for each token."""
    yield 0.0, {"messageStart": {"role": "assistant"}}
    for index, block in enumerate(generation.blocks):
        place = {"contentBlockIndex": index}
        if block.kind == "toolUse":
            start = {name: value for name, value in block.prepared["toolUse"].items() if name != "input"}
            yield 0.0, {"contentBlockStart": {"start": {"toolUse": start}, **place}}
        for token in block.tokens:
            said = token.text if block.kind == "text" else {"input" if block.kind == "toolUse" else "text": token.text}
            yield token.pause, {"contentBlockDelta": {"delta": {block.kind: said}, **place}}
        signature = block.prepared.get("reasoningContent", {}).get("reasoningText", {}).get("signature")
        if signature is not None:
            yield 0.0, {"contentBlockDelta": {"delta": {block.kind: {"signature": signature}}, **place}}
        yield 0.0, {"contentBlockStop": place}
    yield 0.0, {"messageStop": {"stopReason": generation.stop_reason}}
    yield 0.0, {"metadata": {"usage": generation.usage, "metrics": {"latencyMs": generation.latency}}}
