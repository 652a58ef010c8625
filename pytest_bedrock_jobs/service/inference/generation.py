"""What a model generates for one request: a prepared response, cut at the request's limits.

The mock is a test double for the code around a model, not a language model.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeAlias

from ..errors import cut
from .model_response import InferenceRequest, ModelResponse, tokens_of

END_TURN = "end_turn"
MAX_TOKENS = "max_tokens"
STOP_SEQUENCE = "stop_sequence"
TOOL_USE = "tool_use"

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
    def tool_use(self) -> Mapping[str, Any] | None:
        """The tool use that it is, or None."""
        return self.prepared.get("toolUse")

    @property
    def reasoning(self) -> Mapping[str, Any] | None:
        """The reasoning text that it is, with its signature, or None."""
        content: Mapping[str, Any] = self.prepared.get("reasoningContent", {})
        return content.get("reasoningText")

    def up_to(self, length: int) -> GeneratedBlock:
        """The same up to this length of its text."""
        kept = []
        for token in self.tokens:
            if length <= 0:
                break
            kept.append(Token(token.text[:length], token.pause))
            length -= len(token.text)
        return replace(self, tokens=tuple(kept))


@dataclass(frozen=True, slots=True)
class Generation:
    """What a model generated.

    Attributes:
        request: For which request.
        created: When, in whole seconds since 1970.
        blocks: Its blocks, at least one.
        stop_reason: As Converse names it.
        usage: ``inputTokens``, ``outputTokens`` and so on, as Converse names them.
        as_it_is: The chunks of a response that is passed on as it is, with the seconds before each; they replace the
            blocks.
    """

    request: InferenceRequest
    created: int
    blocks: tuple[GeneratedBlock, ...]
    stop_reason: str
    usage: Mapping[str, int]
    as_it_is: tuple[tuple[float, bytes], ...] = ()

    @property
    def text(self) -> str:
        """What it says: without reasoning and tool uses."""
        return "".join(block.text for block in self.blocks if "text" in block.prepared)

    @property
    def tokens(self) -> tuple[Token, ...]:
        """The tokens of all blocks."""
        return tuple(token for block in self.blocks for token in block.tokens)

    @property
    def seconds(self) -> float:
        """How long it takes on the mock's clock."""
        return sum(pause for _, pause in self.tokens) + sum(pause for pause, _ in self.as_it_is)

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
    if chunks := response.as_it_is:
        text = b"".join(chunks).decode(errors="replace")
        usage = _usage(request, response, len(tokens_of(text)))
        as_it_is = tuple(zip(pauses, chunks, strict=False))
        return Generation(request, created, (), response.stop_reason or END_TURN, usage, as_it_is)
    blocks = [
        GeneratedBlock(block, tuple(Token(text, next(pauses)) for text in tokens)) for block, tokens in response.blocks
    ]
    blocks, stopped = _until_a_stop_sequence(blocks, request.stop_sequences)
    blocks, limited = _within_the_limit(blocks, request.max_tokens)
    reason = MAX_TOKENS if limited else STOP_SEQUENCE if stopped else END_TURN
    if reason == END_TURN and any(block.tool_use for block in blocks):
        reason = TOOL_USE
    usage = _usage(request, response, sum(len(block.tokens) for block in blocks))
    return Generation(request, created, tuple(blocks), response.stop_reason or reason, usage)


def _until_a_stop_sequence(blocks: list[GeneratedBlock], sequences: Sequence[str]) -> tuple[list[GeneratedBlock], bool]:
    for number, block in enumerate(blocks):
        ends = [end for sequence in sequences if "text" in block.prepared and (end := block.text.find(sequence)) >= 0]
        if ends:
            return [*blocks[:number], block.up_to(min(ends))], True
    return blocks, False


def _within_the_limit(blocks: list[GeneratedBlock], limit: int | None) -> tuple[list[GeneratedBlock], bool]:
    """What is left of the blocks; a tool use that is cut is lost."""
    kept: list[GeneratedBlock] = []
    for block in blocks:
        if limit is not None and len(block.tokens) > limit:
            if limit and not block.tool_use:
                kept.append(replace(block, tokens=block.tokens[:limit]))
            return kept or [GeneratedBlock({"text": ""})], True
        limit = None if limit is None else limit - len(block.tokens)
        kept.append(block)
    return kept, False


def _usage(request: InferenceRequest, response: ModelResponse, generated: int) -> dict[str, int]:
    prompted = sum(len(tokens_of(message.text)) for message in request.messages)
    usage = {"inputTokens": prompted, "outputTokens": generated, **(response.usage or {})}
    return {"totalTokens": usage["inputTokens"] + usage["outputTokens"]} | usage
