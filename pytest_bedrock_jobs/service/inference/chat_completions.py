"""Responses to ``messages``: the format OpenAIChatCompletion of imported models (AWS documentation)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .generation import Event, GeneratedBlock, Generation
from .json_fields import LENGTH, SAMPLING, Number, Text, check, limits, malformed
from .model_response import InferenceRequest, Message
from .text_completions import LOGPROB, openai_part, stop_reason

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
_FIELDS = {"text": "content", "reasoningContent": "reasoning_content"}


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
    message: dict[str, Any] = {"role": "assistant", "content": None}
    for block in generation.blocks:
        if block.kind == "toolUse":
            message.setdefault("tool_calls", []).append(_tool_call(block, block.text))
        else:
            message[_FIELDS[block.kind]] = (message.get(_FIELDS[block.kind]) or "") + block.text
    texts = [token.text for block in generation.blocks if block.kind == "text" for token in block.tokens]
    return _part(generation, "chat.completion", {"message": message, **_logprobs(generation.request, texts)})


def events(generation: Generation) -> Iterator[Event]:
    """The chunks of a stream, one for each token, between one for its beginning and one for its end."""
    for pause, choice in _choices(generation):
        yield pause, _part(generation, "chat.completion.chunk", choice, ends=False)
    yield 0.0, _part(generation, "chat.completion.chunk", {"delta": {}})


def _choices(generation: Generation) -> Iterator[Event]:
    """What each chunk but the last says."""
    yield 0.0, {"delta": {"role": "assistant", "content": ""}}
    tool_uses = 0
    for block in generation.blocks:
        if block.kind == "toolUse":
            yield 0.0, {"delta": {"tool_calls": [{"index": tool_uses, **_tool_call(block, "")}]}}
            for token in block.tokens:
                arguments = {"index": tool_uses, "function": {"arguments": token.text}}
                yield token.pause, {"delta": {"tool_calls": [arguments]}}
            tool_uses += 1
        else:
            for token in block.tokens:
                logprobs = _logprobs(generation.request, [token.text]) if block.kind == "text" else {}
                yield token.pause, {"delta": {_FIELDS[block.kind]: token.text}, **logprobs}


def _tool_call(block: GeneratedBlock, arguments: str) -> dict[str, Any]:
    tool_use: Mapping[str, Any] = block.prepared["toolUse"]
    function = {"name": tool_use["name"], "arguments": arguments}
    return {"id": tool_use["toolUseId"], "type": "function", "function": function}


def _part(generation: Generation, kind: str, choice: Mapping[str, Any], *, ends: bool = True) -> dict[str, Any]:
    _, _, _, _, account_id, resource = generation.request.model_arn.split(":", 5)
    head = {"id": f"chatcmpl-{generation.id}", "object": kind, "model": f"{account_id}-{resource.rpartition('/')[2]}"}
    reason = "tool_calls" if generation.stop_reason == "tool_use" else stop_reason(generation)
    return openai_part(generation, head, {**choice, "finish_reason": reason if ends else None}, ends=ends)


def _logprobs(request: InferenceRequest, texts: Sequence[str]) -> dict[str, Any]:
    """The log probabilities of a choice that says the texts of these tokens, if the request wants them."""
    if not request.body.get("logprobs"):
        return {}
    found = [{"token": text, "logprob": LOGPROB, "bytes": list(text.encode(errors="replace"))} for text in texts]
    with_top = request.body.get("top_logprobs")
    return {"logprobs": {"content": [{**each, "top_logprobs": [each] if with_top else []} for each in found]}}
