"""Responses to ``messages``: the format OpenAIChatCompletion of imported models (AWS documentation)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .generation import TOOL_USE, Event, GeneratedBlock, Generation, Token
from .json_fields import LENGTH, SAMPLING, Number, Text, check, limits, malformed
from .model_response import InferenceRequest, Message
from .text_completions import openai_usage, stop_reason, token_logprobs

CHAT = "OpenAIChatCompletion"

_ROLES = ("system", "developer", "user", "assistant", "tool")
_CHOICES = ("none", "auto", "required")
_TOOL_NAME = Text("[a-zA-Z0-9_-]{1,64}", "expected 1 to 64 letters, digits, '_' and '-'")
_TOOL_CALL = {"id!": str, "function!": {"name!": str, "arguments!": str}}
_FORM = {
    **SAMPLING,
    "messages!": [{"role!": _ROLES, "tool_calls": [_TOOL_CALL]}],
    "tools": [{"function!": {"name!": _TOOL_NAME, "parameters": {"type": ("object",)}}}],
    "max_completion_tokens": LENGTH,
    "logprobs": bool,
    "top_logprobs": Number(int, 0),
    "structured_outputs": dict,
}
_TEXT = {"text!": str}
_IMAGE = {"image_url!": {"url!": Text("(?s)data:image/.*", "expected the data URL of an image")}}
_MOST_IMAGES = 3


def read(content: dict[str, Any]) -> dict[str, Any]:
    """What a body with ``messages`` says, as ``InferenceRequest`` has it.

    Raises:
        ServiceError: ValidationException for a value that a field may not have; for tools and their results the rules
            and texts are the mock's own.
    """
    check(content, _FORM)
    names = tuple(tool["function"]["name"] for tool in content.get("tools") or ())
    one_of_them = isinstance(content.get("tool_choice"), dict)
    check(content, {"tool_choice": {"function!": {"name!": names}} if one_of_them else _CHOICES})
    messages, images = _conversation(content["messages"])
    return {"messages": messages, "images": images, **limits(content, ("max_completion_tokens", "max_tokens"))}


def _conversation(sent: Sequence[Mapping[str, Any]]) -> tuple[tuple[Message, ...], int]:
    """The messages, and how many images come with them."""
    messages, images, called = [], 0, list[str]()
    for number, message in enumerate(sent):
        path, content = f"#/messages/{number}", message.get("content")
        called += [call["id"] for call in message.get("tool_calls") or ()]
        if message["role"] == "tool" and message.get("tool_call_id") not in called:
            raise malformed(f"{path}/tool_call_id: {message.get('tool_call_id')!r} is no tool call before this message")
        # An assistant that calls tools may say nothing else.
        parts = [{"text": content or ""}] if isinstance(content, str | None) else content
        check(parts, [dict], f"{path}/content")
        for place, part in enumerate(parts):
            check(part, _IMAGE if "image_url" in part else _TEXT, f"{path}/content/{place}")
        texts = [part["text"] for part in parts if "image_url" not in part]
        messages.append(Message(message["role"], "\n".join(texts)))
        images += len(parts) - len(texts)
    if not messages:
        raise malformed("#/messages: expected minimum item count: 1, found: 0")
    if images > _MOST_IMAGES:
        raise malformed(f"#/messages: at most {_MOST_IMAGES} images, found: {images}")
    return tuple(messages), images


def response(generation: Generation) -> dict[str, Any]:
    """The body of a response."""
    said = [block for block in generation.blocks if "text" in block.prepared]
    text = "".join(block.text for block in said) if said else None
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if reasoning := [block.text for block in generation.blocks if block.reasoning]:
        message["reasoning_content"] = "".join(reasoning)
    if tool_calls := [_tool_call(block, block.text) for block in generation.blocks if block.tool_use]:
        message["tool_calls"] = tool_calls
    tokens = [token for block in said for token in block.tokens]
    logprobs = _logprobs(generation.request, tokens)
    choice = {"index": 0, "message": message, **logprobs, "finish_reason": _reason(generation)}
    return _envelope(generation, "") | {"choices": [choice], "usage": openai_usage(generation)}


def events(generation: Generation) -> Iterator[Event]:
    """The chunks of a stream, one for each token, between one for its beginning and one for its end."""
    envelope = _envelope(generation, ".chunk")
    for pause, choice in _choices(generation):
        yield pause, envelope | {"choices": [{"index": 0, **choice, "finish_reason": None}]}
    end = {"index": 0, "delta": {}, "finish_reason": _reason(generation)}
    yield 0.0, envelope | {"choices": [end], "usage": openai_usage(generation)}


def _choices(generation: Generation) -> Iterator[Event]:
    """What each chunk but the last says."""
    yield 0.0, {"delta": {"role": "assistant", "content": ""}}
    tool_uses = 0
    for block in generation.blocks:
        if block.tool_use:
            yield 0.0, {"delta": {"tool_calls": [{"index": tool_uses, **_tool_call(block, "")}]}}
        for token in block.tokens:
            yield token.pause, _delta(generation.request, block, token, tool_uses)
        tool_uses += bool(block.tool_use)


def _delta(request: InferenceRequest, block: GeneratedBlock, token: Token, tool_uses: int) -> dict[str, Any]:
    if block.tool_use:
        return {"delta": {"tool_calls": [{"index": tool_uses, "function": {"arguments": token.text}}]}}
    if block.reasoning:
        return {"delta": {"reasoning_content": token.text}}
    return {"delta": {"content": token.text}, **_logprobs(request, [token])}


def _tool_call(block: GeneratedBlock, arguments: str) -> dict[str, Any]:
    tool_use: Mapping[str, Any] = block.prepared["toolUse"]
    function = {"name": tool_use["name"], "arguments": arguments}
    return {"id": tool_use["toolUseId"], "type": "function", "function": function}


def _reason(generation: Generation) -> str:
    return "tool_calls" if generation.stop_reason == TOOL_USE else stop_reason(generation)


def _envelope(generation: Generation, chunk: str) -> dict[str, Any]:
    _, _, _, _, account_id, resource = generation.request.model_arn.split(":", 5)
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": f"chat.completion{chunk}",
        "created": generation.created,
        "model": f"{account_id}-{resource.rpartition('/')[2]}",
    }


def _logprobs(request: InferenceRequest, tokens: Sequence[Token]) -> dict[str, Any]:
    """The log probabilities of a choice, if the request wants them."""
    if not request.body.get("logprobs"):
        return {}
    with_top = bool(request.body.get("top_logprobs"))
    return {"logprobs": {"content": [token_logprobs(token, with_top=with_top) for token in tokens]}}
