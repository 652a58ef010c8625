"""The three request formats of imported models, and the response of each (AWS documentation).

The fields of a request determine its format; fields that a format does not have are ignored.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping
from typing import Any

from . import fields
from .generation import Generation
from .request import InferenceRequest, Message

BEDROCK = "BedrockCompletion"
OPENAI = "OpenAICompletion"
CHAT = "OpenAIChatCompletion"

_ROLES = ("system", "developer", "user", "assistant", "tool")
_RESPONSE_FORMATS = ("text", "json_object", "json_schema")
_MOST_IMAGES = 3
_HOTTEST = 2.0


def read(operation: str, model_arn: str, body: bytes) -> InferenceRequest:
    """Read the body of an InvokeModel request.

    Raises:
        ServiceError: ValidationException for a body that is not a JSON object, has neither ``prompt`` nor ``messages``,
            or has an invalid value.
    """
    content = fields.json_object(body)
    form = _format_of(content)
    fields.structured(content, "response_format", _RESPONSE_FORMATS)
    if form != BEDROCK:
        fields.structured(content, "structured_outputs", ())
    messages, images = _conversation(content) if form == CHAT else _prompt(content, form)
    fields.flag(content, "return_logprobs" if form == BEDROCK else "logprobs")
    return InferenceRequest(
        operation=operation,
        model_arn=model_arn,
        format=form,
        messages=messages,
        images=images,
        max_tokens=fields.integer(content, "max_gen_len" if form == BEDROCK else "max_tokens", 1),
        temperature=fields.number(content, "temperature", _HOTTEST),
        top_p=fields.number(content, "top_p", 1.0),
        stop_sequences=(),
        body=content,
    )


def _format_of(content: Mapping[str, Any]) -> str:
    # The format of a body with both is not documented: the conversation counts, which says more than a prompt.
    if "messages" in content:
        return CHAT
    if "prompt" not in content:
        raise fields.malformed("#: required key [prompt] or [messages] not found")
    return OPENAI if "max_tokens" in content and "max_gen_len" not in content else BEDROCK


def _prompt(content: Mapping[str, Any], form: str) -> tuple[tuple[Message, ...], int]:
    images = fields.items(content, "images") if form == BEDROCK else []
    for number, image in enumerate(images):
        try:
            base64.b64decode(image, validate=True)
        except (TypeError, ValueError):  # binascii.Error is one
            raise fields.malformed(f"#/images/{number}: the image is not encoded in base64") from None
    return (Message("user", fields.text(content, "prompt")),), len(images)


def _conversation(content: Mapping[str, Any]) -> tuple[tuple[Message, ...], int]:
    messages, images = [], 0
    for number, message in enumerate(fields.items(content, "messages")):
        path = f"#/messages/{number}"
        if not isinstance(message, dict) or message.get("role") not in _ROLES:
            raise fields.malformed(f"{path}: a message is an object with a role: {', '.join(_ROLES)}")
        text, pictures = _content(message.get("content"), path)
        messages.append(Message(message["role"], text))
        images += pictures
    if not messages:
        raise fields.malformed("#/messages: expected minimum item count: 1, found: 0")
    if images > _MOST_IMAGES:
        raise fields.malformed(f"#/messages: at most {_MOST_IMAGES} images, found: {images}")
    return tuple(messages), images


def _content(content: Any, path: str) -> tuple[str, int]:
    """The text of a message and the number of its images. A message in which an assistant calls tools has no text."""
    if content is None or isinstance(content, str):
        return content or "", 0
    if not isinstance(content, list):
        raise fields.malformed(f"{path}/content: a text or a list of parts")
    texts, images = [], 0
    for number, part in enumerate(content):
        if not isinstance(part, dict):
            raise fields.malformed(f"{path}/content/{number}: a part is an object")
        if "image_url" in part:
            _check_image(part["image_url"], f"{path}/content/{number}")
            images += 1
        elif isinstance(part.get("text"), str):
            texts.append(part["text"])
        else:
            raise fields.malformed(f"{path}/content/{number}: a part has a text or an image_url")
    return "\n".join(texts), images


def _check_image(image: Any, path: str) -> None:
    url = image.get("url") if isinstance(image, dict) else None
    if not isinstance(url, str) or not url.startswith("data:image/"):
        raise fields.malformed(f"{path}/image_url: url is a data URL of an image")


def response(request: InferenceRequest, generation: Generation, created: int) -> dict[str, Any]:
    """The body of an InvokeModel response in the format of the request."""
    if request.format == BEDROCK:
        return {
            "generation": generation.text,
            "prompt_token_count": generation.prompt_tokens,
            "generation_token_count": len(generation.tokens),
            "stop_reason": generation.stop_reason,
            "logprobs": _logprobs(generation) if request.body.get("return_logprobs") else None,
        }
    choice: dict[str, Any] = {"index": 0}
    if request.format == OPENAI:
        choice["text"] = generation.text
    else:
        choice["message"] = {"role": "assistant", "content": generation.text}
        if request.body.get("logprobs"):
            choice["logprobs"] = {"content": _token_logprobs(generation)}
    choice["finish_reason"] = generation.stop_reason
    return _envelope(request, created, "") | {"choices": [choice], "usage": _usage(generation)}


def chunks(request: InferenceRequest, generation: Generation, created: int) -> list[dict[str, Any]]:
    """The same as a stream of one chunk for each token; AWS's chunks for imported models are undocumented.

    BedrockCompletion follows Llama foundation models, the other two formats OpenAI's streams.
    """
    found = _bedrock_chunks(generation) if request.format == BEDROCK else _openai_chunks(request, generation, created)
    metrics = {
        "inputTokenCount": generation.prompt_tokens,
        "outputTokenCount": len(generation.tokens),
        "invocationLatency": latency(generation),
        "firstByteLatency": latency(None),
    }
    return [*found[:-1], found[-1] | {"amazon-bedrock-invocationMetrics": metrics}]


def latency(generation: Generation | None) -> int:
    """The milliseconds that a generation, or its first token, supposedly took (the mock's own)."""
    return 100 + (10 * len(generation.tokens) if generation else 0)


def _bedrock_chunks(generation: Generation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"generation": token, "prompt_token_count": None, "generation_token_count": count, "stop_reason": None}
        for count, token in enumerate((*generation.tokens, ""), 1)
    ]
    found[0]["prompt_token_count"] = generation.prompt_tokens
    found[-1] |= {"generation_token_count": len(generation.tokens), "stop_reason": generation.stop_reason}
    return found


def _openai_chunks(request: InferenceRequest, generation: Generation, created: int) -> list[dict[str, Any]]:
    envelope = _envelope(request, created, ".chunk")
    is_chat = request.format == CHAT
    deltas: list[dict[str, Any]] = [
        {"delta": {"content": token}} if is_chat else {"text": token} for token in generation.tokens
    ]
    if is_chat:
        deltas.insert(0, {"delta": {"role": "assistant", "content": ""}})
    deltas = [{"index": 0, **delta, "finish_reason": None} for delta in deltas]
    last: dict[str, Any] = {"delta": {}} if is_chat else {"text": ""}
    deltas.append({"index": 0, **last, "finish_reason": generation.stop_reason})
    found = [envelope | {"choices": [delta]} for delta in deltas]
    return [*found, envelope | {"choices": [], "usage": _usage(generation)}]


def _envelope(request: InferenceRequest, created: int, chunk: str) -> dict[str, Any]:
    if request.format == OPENAI:
        return {"id": f"cmpl-{uuid.uuid4().hex}", "object": "text_completion", "created": created}
    _, _, _, _, account_id, resource = request.model_arn.split(":", 5)
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": f"chat.completion{chunk}",
        "created": created,
        "model": f"{account_id}-{resource.rpartition('/')[2]}",
    }


def _usage(generation: Generation) -> dict[str, int]:
    prompted, generated = generation.prompt_tokens, len(generation.tokens)
    return {"prompt_tokens": prompted, "completion_tokens": generated, "total_tokens": prompted + generated}


def _logprobs(generation: Generation) -> list[dict[str, float]]:
    return [{token: -0.1} for token in generation.tokens]


def _token_logprobs(generation: Generation) -> list[dict[str, Any]]:
    return [
        {"token": token, "logprob": -0.1, "bytes": list(token.encode(errors="replace")), "top_logprobs": []}
        for token in generation.tokens
    ]
