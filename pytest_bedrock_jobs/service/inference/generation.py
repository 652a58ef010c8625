"""What a model generates for one request: a prepared response, cut at the request's limits.

The mock is a test double for the code around a model, not a language model.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeAlias

from ..errors import cut
from .model_response import InferenceRequest, ModelResponse, tokens_of

FIRST_BYTE_LATENCY = 100
"""The milliseconds that the first token supposedly takes (the mock's own)."""

_LONGEST_QUOTE = 203

Event: TypeAlias = "tuple[float, dict[str, Any]]"
"""One event of a stream, and the seconds that pass before it."""


class Token(NamedTuple):
    """A token, and the seconds that pass before it."""

    text: str
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class GeneratedBlock:
    """One block of what was generated.

    Attributes:
        prepared: The content block of Converse from which it comes, with its whole text.
        tokens: What is left of it within the limits; of a tool use, the JSON of its input.
    """

    prepared: Mapping[str, Any]
    tokens: tuple[Token, ...] = ()

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(token.text for token in self.tokens)

    @property
    def kind(self) -> str:
        """What it is: ``text``, ``toolUse`` or ``reasoningContent``."""
        return next(iter(self.prepared))

    def up_to(self, length: int) -> GeneratedBlock:
        """The same up to this length of its text."""
        starts = itertools.accumulate((len(token.text) for token in self.tokens), initial=0)
        places = zip(self.tokens, starts, strict=False)
        kept = [Token(token.text[: length - start], token.pause) for token, start in places if start < length]
        return replace(self, tokens=tuple(kept))


@dataclass(frozen=True, slots=True)
class Generation:
    """What a model generated.

    Attributes:
        request: For which request.
        created: When, in whole seconds since 1970.
        blocks: Its blocks.
        stop_reason: As Converse names it.
        usage: ``inputTokens``, ``outputTokens`` and so on, as Converse names them.
        as_it_is: The chunks of a response that is passed on as it is, with the seconds before each; they replace the
            blocks.
        id: What its id ends with in OpenAI's formats.
    """

    request: InferenceRequest
    created: int
    blocks: tuple[GeneratedBlock, ...]
    stop_reason: str
    usage: Mapping[str, int]
    as_it_is: tuple[tuple[float, bytes], ...] = ()
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def seconds(self) -> float:
        """How long it takes on the mock's clock."""
        said = sum(token.pause for block in self.blocks for token in block.tokens)
        return said + sum(pause for pause, _ in self.as_it_is)

    @property
    def latency(self) -> int:
        """The milliseconds that it supposedly took: its pauses, and some time for each token (the mock's own)."""
        return FIRST_BYTE_LATENCY + 10 * self.usage["outputTokens"] + int(1000 * self.seconds)


def default_text(request: InferenceRequest) -> str:
    """What a model says if nothing was prepared for it: the same for the same prompt."""
    return f'A test double, not a language model, received: "{cut(request.prompt, _LONGEST_QUOTE)}"'


def generate(request: InferenceRequest, response: ModelResponse, created: int) -> Generation:
    """The response as the model would return it: up to the first stop sequence, and within the limit of tokens."""
    pauses = itertools.chain(response.pauses, itertools.repeat(0.0))
    as_it_is = tuple((next(pauses), chunk) for chunk in response.as_it_is)
    prepared = [
        GeneratedBlock(block, tuple(Token(text, next(pauses)) for text in tokens)) for block, tokens in response.blocks
    ]
    blocks, reason = _within_the_limits(prepared, request)
    text = b"".join(chunk for _, chunk in as_it_is).decode(errors="replace")
    prompted = sum(len(tokens_of(message.text)) for message in request.messages)
    generated = sum(len(block.tokens) for block in blocks) + len(tokens_of(text))
    usage = {"inputTokens": prompted, "outputTokens": generated, **(response.usage or {})}
    usage.setdefault("totalTokens", usage["inputTokens"] + usage["outputTokens"])
    return Generation(request, created, tuple(blocks), response.stop_reason or reason, usage, as_it_is)


def _within_the_limits(prepared: list[GeneratedBlock], request: InferenceRequest) -> tuple[list[GeneratedBlock], str]:
    """What is left of the blocks, and why the model stopped; a tool use that is cut is lost."""
    left = sum(len(block.tokens) for block in prepared) if request.max_tokens is None else request.max_tokens
    kept: list[GeneratedBlock] = []
    for whole in prepared:
        said = whole.text if whole.kind == "text" else ""
        ends = [said.find(sequence) for sequence in request.stop_sequences if sequence in said]
        block = whole.up_to(min(ends)) if ends else whole
        if len(block.tokens) > left:
            if left and block.kind != "toolUse":
                kept.append(replace(block, tokens=block.tokens[:left]))
            return kept or [GeneratedBlock({"text": ""})], "max_tokens"
        kept.append(block)
        left -= len(block.tokens)
        if ends:
            return kept, "stop_sequence"
    return kept, "tool_use" if any(block.kind == "toolUse" for block in kept) else "end_turn"
