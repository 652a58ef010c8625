"""Responses to a ``prompt``: two formats of imported models (AWS documentation), and that of Mistral's models.

The fields of a request determine its format, and its model where they leave that open; fields that a format does not
have are ignored.
"""

from __future__ import annotations

import base64
import binascii
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..errors import refused_response
from ..wire.api_names import PromptFormat
from . import json_fields
from .generation import Event, Generation, Token
from .json_fields import Number
from .model_response import InferenceRequest, Message
from .models import BEDROCK, MISTRAL, OPENAI

_FORM = {"prompt!": json_fields.WORDS, "max_gen_len": json_fields.LENGTH, **json_fields.SAMPLING}
_FORMS = {
    BEDROCK: {**_FORM, "return_logprobs": bool, "images": [str]},
    MISTRAL: {**_FORM, "structured_outputs": dict},
    OPENAI: {**_FORM, "structured_outputs": dict, "logprobs": Number(int, 0)},
}
_USAGE = {"prompt_tokens": "inputTokens", "completion_tokens": "outputTokens", "total_tokens": "totalTokens"}
LOGPROB = -0.1  # of every token
_VOCABULARY = 32_000  # the smallest of those models, so that their tokenizers can decode each id


def read(form: PromptFormat, content: dict[str, Any]) -> dict[str, Any]:
    """What a request with a ``prompt`` says, as ``InferenceRequest`` has it.

    Args:
        form: The format of the response; see ``prompt_format``.
        content: The body.

    Raises:
        ServiceError: ValidationException for a value that a field may not have.
    """
    json_fields.check(content, _FORMS[form])
    fields = content | {"stop" if form == BEDROCK else "images": None}  # those that the format does not have
    images = fields.get("images") or ()
    for number, image in enumerate(images):
        try:
            base64.b64decode(image, validate=True)
        except ValueError:
            raise json_fields.malformed(f"#/images/{number}: the image is not encoded in base64") from None
    limits = json_fields.limits(fields, ("max_gen_len", "max_tokens"))
    return {"messages": (Message("user", content["prompt"]),), "images": len(images), **limits}


def response(generation: Generation) -> dict[str, Any]:
    """The body of a response: a stream's only chunk."""
    return _chunk(generation, _tokens(generation))


def events(generation: Generation) -> Iterator[Event]:
    """The chunks of a stream, one for each token and one for its end.

    AWS's chunks for imported models are not documented. BedrockCompletion follows Llama foundation models,
    MistralCompletion Mistral's, OpenAICompletion OpenAI's streams.
    """
    tokens, offset = _tokens(generation), 0
    for number, token in enumerate(tokens):
        yield token.pause, _chunk(generation, [token], number, offset, ends=False)
        offset += len(token.text)
    yield 0.0, _chunk(generation, [], len(tokens), offset)


def _chunk(
    generation: Generation, tokens: Sequence[Token], number: int = 0, offset: int = 0, *, ends: bool = True
) -> dict[str, Any]:
    """A part of a response: these tokens, after so many others and so many of their characters."""
    request, usage = generation.request, generation.usage
    text, reason = "".join(token.text for token in tokens), stop_reason(generation) if ends else None
    if request.format == MISTRAL:
        return {"outputs": [{"text": text, "stop_reason": reason}]}
    if request.format == BEDROCK:
        wanted = request.body.get("return_logprobs")
        return {
            "generation": text,
            "prompt_token_count": None if number else usage["inputTokens"],
            "generation_token_count": usage["outputTokens"] if ends else number + 1,
            "stop_reason": reason,
            "logprobs": [{_id_of(token): LOGPROB} for token in tokens] if wanted else None,
        }
    head = {"id": f"cmpl-{generation.id}", "object": "text_completion"}
    choice = {"text": text, **_openai_logprobs(request, tokens, offset), "finish_reason": reason}
    return openai_part(generation, head, choice, ends=ends)


def _id_of(token: Token) -> str:
    """A token's id, which the mock invents, the same for the same text."""
    return str(binascii.crc32(token.text.encode(errors="replace")) % _VOCABULARY)


def stop_reason(generation: Generation) -> str:
    """``stop``, ``length`` or another reason, as these formats and OpenAI's name it."""
    other = {"max_tokens": "length", "content_filtered": "content_filter", "guardrail_intervened": "content_filter"}
    return other.get(generation.stop_reason, "stop")


def openai_part(
    generation: Generation, head: Mapping[str, str], choice: Mapping[str, Any], *, ends: bool
) -> dict[str, Any]:
    """A response in one of OpenAI's formats, or a chunk of one; the last chunk has the counts of tokens, too."""
    part: dict[str, Any] = {**head, "created": generation.created, "choices": [{"index": 0, **choice}]}
    if ends:
        part["usage"] = {name: generation.usage[in_converse] for name, in_converse in _USAGE.items()}
    return part


def _tokens(generation: Generation) -> Sequence[Token]:
    """The tokens of a response that is a text.

    Raises:
        UsageError: Where a test prepared what a completion cannot say.
    """
    if other := [block.kind for block in generation.blocks if block.kind != "text"]:
        request = generation.request
        raise refused_response(
            f"the response prepared for {request!r} has a {other[0]}, which {request.format} cannot express. "
            "Prepare a text for a prompt, or let the code send messages"
        )
    return [token for block in generation.blocks for token in block.tokens]


def _openai_logprobs(request: InferenceRequest, tokens: Sequence[Token], start: int) -> dict[str, Any]:
    """The log probabilities of a choice, from this place of its text on, if the request wants them."""
    if (wanted := request.body.get("logprobs")) is None:
        return {}
    texts = [token.text for token in tokens]
    return {
        "logprobs": {
            "tokens": texts,
            "token_logprobs": [LOGPROB] * len(texts),
            "top_logprobs": [{text: LOGPROB} for text in texts] if wanted else None,
            "text_offset": list(itertools.accumulate(map(len, texts), initial=start))[: len(texts)],
        }
    }
