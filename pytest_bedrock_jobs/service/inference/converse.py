"""Converse and ConverseStream: conversations in, messages or events out (AWS documentation)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import validation
from .completion_formats import latency
from .generation import LENGTH, STOP, STOP_SEQUENCE, Generation
from .request import InferenceRequest, Message

FORMAT = "Converse"

_STOP_REASONS = {STOP: "end_turn", LENGTH: "max_tokens", STOP_SEQUENCE: "stop_sequence"}


def read(operation: str, model_arn: str, parameters: Mapping[str, Any]) -> InferenceRequest:
    """Read a Converse request.

    Raises:
        ServiceError: ValidationException for a conversation that Bedrock refuses; the texts were seen with
            foundation models.
    """
    messages = parameters.get("messages") or []
    _check(messages)
    config = parameters.get("inferenceConfig") or {}
    system = [Message("system", text) for block in parameters.get("system") or () if (text := _text([block]))]
    conversation = [Message(message["role"], _text(message["content"])) for message in messages]
    return InferenceRequest(
        operation=operation,
        model_arn=model_arn,
        format=FORMAT,
        messages=(*system, *conversation),
        images=sum("image" in block for message in messages for block in message["content"]),
        max_tokens=config.get("maxTokens"),
        temperature=config.get("temperature"),
        top_p=config.get("topP"),
        stop_sequences=tuple(config.get("stopSequences") or ()),
        body=parameters,
    )


def _check(messages: Sequence[Mapping[str, Any]]) -> None:
    if not messages or messages[0]["role"] != "user":
        raise validation(
            "A conversation must start with a user message. Try again with a conversation that starts with a user "
            "message."
        )
    for number, message in enumerate(messages):
        if number and message["role"] == messages[number - 1]["role"]:
            raise validation(
                "A conversation must alternate between user and assistant roles. Make sure the conversation alternates "
                "between user and assistant roles and try again."
            )
        if not message["content"]:
            raise validation(
                f"The content field in the Message object at messages.{number} is empty. Add a ContentBlock object to "
                "the content field and try again."
            )
        for place, block in enumerate(message["content"]):
            if (text := block.get("text")) is not None and not text.strip():
                raise validation(
                    f"The text field in the ContentBlock object at messages.{number}.content.{place} is blank. Add "
                    "text to the text field, and try again."
                )


def _text(content: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(text for block in content if (text := block.get("text")) is not None)


def output(generation: Generation) -> dict[str, Any]:
    """The output of Converse."""
    return {
        "output": {"message": {"role": "assistant", "content": [{"text": generation.text}]}},
        "stopReason": _STOP_REASONS[generation.stop_reason],
        **_metadata(generation),
    }


def events(generation: Generation) -> list[dict[str, Any]]:
    """The events of ConverseStream, one delta for each token."""
    deltas = [{"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": token}}} for token in generation.tokens]
    return [
        {"messageStart": {"role": "assistant"}},
        *deltas,
        {"contentBlockStop": {"contentBlockIndex": 0}},
        {"messageStop": {"stopReason": _STOP_REASONS[generation.stop_reason]}},
        {"metadata": _metadata(generation)},
    ]


def _metadata(generation: Generation) -> dict[str, Any]:
    prompted, generated = generation.prompt_tokens, len(generation.tokens)
    return {
        "usage": {"inputTokens": prompted, "outputTokens": generated, "totalTokens": prompted + generated},
        "metrics": {"latencyMs": latency(generation)},
    }
