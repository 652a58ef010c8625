"""Responses to ``messages``: the format OpenAIChatCompletion of imported models (AWS documentation)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from . import json_fields
from .generation import TOOL_USE, Event, GeneratedBlock, Generation, Token
from .json_fields import at, malformed
from .model_response import InferenceRequest, Message
from .text_completions import RESPONSE_FORMATS, openai_usage, stop_reason, token_logprobs

CHAT = "OpenAIChatCompletion"

_ROLES = ("system", "developer", "user", "assistant", "tool")
_TOOL_NAME = r"[a-zA-Z0-9_-]{1,64}"
_CHOICES = ("none", "auto", "required")
_MOST_IMAGES = 3


def read(content: dict[str, Any]) -> dict[str, Any]:
    """What a request with ``messages`` says, as ``InferenceRequest`` has it.

    Raises:
        ServiceError: ValidationException for a value that a field may not have; for tools and their results the rules
            and texts are the mock's own.
    """
    json_fields.structured(content, "response_format", RESPONSE_FORMATS)
    json_fields.structured(content, "structured_outputs")
    json_fields.typed(content, "logprobs", bool)
    json_fields.integer(content, "top_logprobs", 0)
    _check_tools(content)
    messages, images = _conversation(content)
    most = "max_tokens" if content.get("max_completion_tokens") is None else "max_completion_tokens"
    return {"format": CHAT, "messages": messages, "images": images, **json_fields.limits(content, most)}


def _check_tools(content: Mapping[str, Any]) -> None:
    """Refuse tools without a name or with a schema that is none, and a choice that is none of them."""
    names = []
    for number, tool in enumerate(json_fields.items(content, "tools")):
        function = at(tool, "function")
        if not isinstance(function, dict):
            raise malformed(f"#/tools/{number}: a tool is an object with a function")
        names.append(function.get("name"))
        if not isinstance(names[-1], str) or not re.fullmatch(_TOOL_NAME, names[-1]):
            raise malformed(f"#/tools/{number}/function/name: {names[-1]!r} does not match {_TOOL_NAME}")
        if at(function.get("parameters") or {"type": "object"}, "type") != "object":
            raise malformed(f"#/tools/{number}/function/parameters: a schema whose type is object")
    choice = content.get("tool_choice")
    if isinstance(choice, dict):
        if (name := at(choice, "function", "name")) not in names:
            raise malformed(f"#/tool_choice/function/name: {name!r} is not one of the tools")
    elif choice is not None and choice not in _CHOICES:
        raise malformed(f"#/tool_choice: {choice!r} is not one of {', '.join(_CHOICES)}")


def _conversation(content: Mapping[str, Any]) -> tuple[tuple[Message, ...], int]:
    messages, images, called = [], 0, list[str]()
    for number, message in enumerate(json_fields.items(content, "messages")):
        path = f"#/messages/{number}"
        if not isinstance(message, dict) or message.get("role") not in _ROLES:
            raise malformed(f"{path}: a message is an object with a role: {', '.join(_ROLES)}")
        for place, call in enumerate(json_fields.items(message, "tool_calls", path)):
            fields = (at(call, "id"), at(call, "function", "name"), at(call, "function", "arguments"))
            if not all(isinstance(field, str) for field in fields):
                raise malformed(f"{path}/tool_calls/{place}: an object with id and function: name and arguments, texts")
            called.append(call["id"])
        if message["role"] == "tool" and message.get("tool_call_id") not in called:
            raise malformed(f"{path}/tool_call_id: {message.get('tool_call_id')!r} is no tool call before this message")
        text, pictures = _content(message.get("content"), path)
        messages.append(Message(message["role"], text))
        images += pictures
    if not messages:
        raise malformed("#/messages: expected minimum item count: 1, found: 0")
    if images > _MOST_IMAGES:
        raise malformed(f"#/messages: at most {_MOST_IMAGES} images, found: {images}")
    return tuple(messages), images


def _content(content: Any, path: str) -> tuple[str, int]:
    """The text of a message and the number of its images. A message in which an assistant calls tools has no text."""
    if content is None or isinstance(content, str):
        return content or "", 0
    if not isinstance(content, list):
        raise malformed(f"{path}/content: a text or a list of parts")
    texts, images = [], 0
    for number, part in enumerate(content):
        if not isinstance(part, dict):
            raise malformed(f"{path}/content/{number}: a part is an object")
        if "image_url" in part:
            if not str(at(part, "image_url", "url")).startswith("data:image/"):
                raise malformed(f"{path}/content/{number}/image_url: url is a data URL of an image")
            images += 1
        elif isinstance(part.get("text"), str):
            texts.append(part["text"])
        else:
            raise malformed(f"{path}/content/{number}: a part has a text or an image_url")
    return "\n".join(texts), images


def response(generation: Generation) -> dict[str, Any]:
    """The body of a response."""
    tool_uses = [block for block in generation.blocks if block.tool_use]
    said = [block for block in generation.blocks if "text" in block.prepared]
    text = "".join(block.text for block in said) if said or not tool_uses else None
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if reasoning := [block.text for block in generation.blocks if block.reasoning]:
        message["reasoning_content"] = "".join(reasoning)
    if tool_uses:
        message["tool_calls"] = [_tool_call(block, block.text) for block in tool_uses]
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
