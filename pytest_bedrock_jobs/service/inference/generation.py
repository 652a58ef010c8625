"""The text that a model generates: cut at its limits and split into tokens (all of it the mock's own choice).

The mock is a test double for the code around a model, not a language model.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .request import InferenceRequest

STOP = "stop"
LENGTH = "length"
STOP_SEQUENCE = "stop_sequence"

_PIECE = r"\s{0,16}\S{1,16}|\s{1,16}"
_LONGEST_QUOTE = 200


class Generation(NamedTuple):
    """What a model generated.

    Attributes:
        tokens: The tokens of the text, which together are the text.
        prompt_tokens: How many tokens its prompt has.
        stop_reason: ``STOP``, ``LENGTH`` or ``STOP_SEQUENCE``.
    """

    tokens: tuple[str, ...]
    prompt_tokens: int
    stop_reason: str

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self.tokens)


def tokens_of(text: str) -> list[str]:
    """The tokens of a text: each is a word, or a part of a long one, with the spaces before it."""
    return re.findall(_PIECE, text)


def default_text(request: InferenceRequest) -> str:
    """What a model says if nothing was prepared for it: the same for the same prompt."""
    prompt = request.prompt
    quoted = prompt if len(prompt) <= _LONGEST_QUOTE else f"{prompt[:_LONGEST_QUOTE]}..."
    return f'A test double, not a language model, received: "{quoted}"'


def generate(request: InferenceRequest, text: str) -> Generation:
    """The text as the model would return it: up to the first stop sequence, and within the limit of tokens."""
    stop_reason = STOP
    ends = [end for sequence in request.stop_sequences if (end := text.find(sequence)) >= 0]
    if ends:
        text, stop_reason = text[: min(ends)], STOP_SEQUENCE
    tokens = tokens_of(text)
    if request.max_tokens is not None and len(tokens) > request.max_tokens:
        tokens, stop_reason = tokens[: request.max_tokens], LENGTH
    prompt_tokens = sum(len(tokens_of(message.text)) for message in request.messages)
    return Generation(tuple(tokens), prompt_tokens, stop_reason)
