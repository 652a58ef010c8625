"""A request to a model, whatever its format, and what a test lets the model say."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from ..errors import cut, explained_as, shown

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

_BLOCKS = ("text", "toolUse", "reasoningContent")
_SAID = ("text", "content", "chunks", "body")
_PIECE = r"\s{0,16}\S{1,16}|\s{1,16}"

Check: TypeAlias = Callable[[Mapping[str, Any]], "str | None"]
"""From an output of Converse to what its shape does not allow in it; None if nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelResponse:
    """One response of a model, for ``bedrock_jobs.respond``: what it says, and how.

    It has exactly one of ``text``, ``content``, ``chunks`` and ``body``. All but a body, or chunks of one, are
    rendered in the format of the request, so one response serves Converse, InvokeModel and their streams.

    Attributes:
        text: What the model says; tokens, and so the chunks of a stream, are derived from it (the mock's own).
        content: Converse's content blocks, each with ``text``, ``toolUse`` or ``reasoningContent``. In the chat format
            a ``toolUse`` is one of ``tool_calls``, reasoning is ``reasoning_content``.
        chunks: The pieces of a text, each of them a token and a chunk of its stream. Or whole chunks for
            InvokeModelWithResponseStream, each a mapping that becomes JSON or bytes, passed on as they are.
        body: The whole body for InvokeModel, a mapping that becomes JSON or bytes, passed on as it is; a stream has it
            in one chunk.
        usage: ``inputTokens``, ``outputTokens`` and so on, as Converse names them; what is missing is counted.
        stop_reason: Why the model stopped, as Converse names it, such as ``"max_tokens"``; by default ``"tool_use"``
            after a ``toolUse``, otherwise what the limits of the request say. Other formats have names of their own.
        pause: Seconds that pass on the mock's clock before the first chunk of a stream; several numbers: before each
            of its chunks. A response that is no stream takes all of them together. A client waits as long as its
            read timeout.

    Example:
        >>> model = bedrock_jobs.add_imported_model("llama")
        >>> bedrock_jobs.respond("llama", ModelResponse(text="Once upon a", stop_reason="max_tokens"))
        >>> messages = [{"role": "user", "content": [{"text": "Hi!"}]}]
        >>> runtime.converse(modelId=model.arn, messages=messages)["stopReason"]
        'max_tokens'
    """

    text: str | None = None
    content: Sequence[Mapping[str, Any]] | None = None
    chunks: Sequence[str] | Sequence[Mapping[str, Any] | bytes] | None = None
    body: Mapping[str, Any] | bytes | None = None
    usage: Mapping[str, int] | None = None
    stop_reason: str | None = None
    pause: float | Sequence[float] = ()

    @property
    def pauses(self) -> tuple[float, ...]:
        """The seconds before each chunk, as far as there are any."""
        pause: Any = self.pause
        return tuple(pause) if isinstance(pause, list | tuple) else (pause,)

    @property
    def as_it_is(self) -> tuple[bytes, ...]:
        """The chunks that are passed on as they are; none of a response that is rendered in a format."""
        chunks = (self.body,) if self.body is not None else self.chunks or ()
        return tuple(_encoded(chunk) for chunk in chunks if not isinstance(chunk, str))

    @property
    def blocks(self) -> Sequence[tuple[Mapping[str, Any], Sequence[str]]]:
        """What is rendered in a format: content blocks with their tokens."""
        if pieces := [piece for piece in self.chunks or () if isinstance(piece, str)]:
            return [({"text": "".join(pieces)}, pieces)]
        content = self.content or ([] if self.text is None else [{"text": self.text}])
        return [(block, tokens_of(_words(block))) for block in content]


ModelResponse.__init__ = explained_as("ModelResponse")(ModelResponse.__init__)  # type: ignore[method-assign]

Said: TypeAlias = "str | Mapping[str, Any] | bytes | ModelResponse"
"""One response: a text, the whole body of a response to InvokeModel, or a ModelResponse."""

Response: TypeAlias = "Said | Sequence[Said] | Iterator[Said] | Callable[[InferenceRequest], Said]"
"""One response for every request, several for one request after the other, or a function that makes it."""


def tokens_of(text: str) -> list[str]:
    """The tokens of a text: each is a word, or a part of a long one, with the spaces before it (the mock's own)."""
    return re.findall(_PIECE, text)


def from_shorthand(value: object, check: Check) -> ModelResponse | str:
    """The response that a test wrote; in words, what is wrong with it.

    Args:
        value: What it wrote.
        check: Finds what botocore's model of Converse does not allow.
    """
    if isinstance(value, str):
        return ModelResponse(text=value)
    if isinstance(value, Mapping | bytes):
        value = ModelResponse(body=value)
    if not isinstance(value, ModelResponse):
        return f"{shown(value)} is neither a text nor a body (a mapping or bytes) nor a ModelResponse"
    return _problem_of_parts(value) or _problem_of_shape(value, check) or _problem_of_pauses(value) or value


def _problem_of_parts(response: ModelResponse) -> str | None:
    given = [name for name in _SAID if getattr(response, name) is not None]
    if len(given) != 1:
        return f"a ModelResponse has exactly one of {', '.join(_SAID)}, not {' and '.join(given) or 'none of them'}"
    [name] = given
    value = getattr(response, name)
    if name == "text":
        return None if isinstance(value, str) else f"text is a text, not {shown(value)}"
    if name == "body":
        return _problem_of_body(value)
    if not isinstance(value, list | tuple) or not value:
        return f"{name} is a list with at least one item, not {shown(value)}"
    if name == "content":
        return next(filter(None, map(_problem_of_block, value)), None)
    whole = [chunk for chunk in value if not isinstance(chunk, str)]
    if 0 < len(whole) < len(value):
        return "chunks are all texts, or all whole chunks: mappings or bytes"
    return next(filter(None, map(_problem_of_body, whole)), None)


def _problem_of_block(block: Any) -> str | None:
    if not _is_block(block):
        return f"a content block of a response has one of {', '.join(_BLOCKS)}, not {shown(block)}"
    reasoning = block.get("reasoningContent")
    redacted = isinstance(reasoning, dict) and "redactedContent" in reasoning
    return "reasoningContent has a reasoningText here, not a redactedContent" if redacted else None


def _is_block(value: object) -> bool:
    return isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in _BLOCKS


def _problem_of_body(body: object) -> str | None:
    if not isinstance(body, Mapping | bytes):
        return f"a body, or a whole chunk of one, is a mapping or bytes, not {shown(body)}"
    if _is_block(body):
        return f"{shown(body)} is a content block of Converse: write ModelResponse(content=[...])"
    try:
        _encoded(body)
    except (TypeError, ValueError) as error:
        return f"a body that is a mapping becomes JSON, and this one cannot: {error}"
    return None


def _problem_of_pauses(response: ModelResponse) -> str | None:
    for pause in response.pauses:
        if not isinstance(pause, int | float) or isinstance(pause, bool) or not 0 <= pause < math.inf:
            return f"pause is seconds, 0 or more, or a list of them, not {shown(response.pause)}"
    chunks = len(response.as_it_is) + sum(len(tokens) for _, tokens in response.blocks)
    if len(response.pauses) > chunks:
        return f"pause has {len(response.pauses)} numbers, and the response has {chunks} chunks"
    return None


def _problem_of_shape(response: ModelResponse, check: Check) -> str | None:
    """What botocore's model of Converse does not allow, if there is anything that it could refuse."""
    usage = response.usage
    if not (usage is None or (isinstance(usage, dict) and not any(isinstance(each, bool) for each in usage.values()))):
        return f"usage is a dict such as {{'inputTokens': 12}}, not {shown(usage)}"
    if response.content is None and response.usage is None and response.stop_reason is None:
        return None
    return check(
        {
            "output": {"message": {"role": "assistant", "content": list(response.content or ())}},
            "stopReason": "end_turn" if response.stop_reason is None else response.stop_reason,
            "usage": dict.fromkeys(("inputTokens", "outputTokens", "totalTokens"), 0) | (usage or {}),
            "metrics": {"latencyMs": 0},
        }
    )


def _words(block: Mapping[str, Any]) -> str:
    """What counts as a content block's tokens."""
    if "toolUse" in block:
        return json.dumps(block["toolUse"]["input"])
    return str(block["text"] if "text" in block else block["reasoningContent"]["reasoningText"]["text"])


def _encoded(chunk: Mapping[str, Any] | bytes) -> bytes:
    return chunk if isinstance(chunk, bytes) else json.dumps(dict(chunk), allow_nan=False).encode()


_LONGEST_QUOTE = 63


class Message(NamedTuple):
    """One message of a conversation.

    Attributes:
        role: ``system``, ``user``, ``assistant`` or ``tool``.
        text: Its text, and what the tools returned; other parts are left out.
    """

    role: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class InferenceRequest:
    """A request to a model: the argument of a function passed to ``bedrock_jobs.respond``.

    Attributes:
        operation: ``InvokeModel``, ``InvokeModelWithResponseStream``, ``Converse`` or ``ConverseStream``.
        model_arn: The ARN of the imported model, the deployment or the provisioned throughput.
        format: ``BedrockCompletion``, ``OpenAICompletion``, ``MistralCompletion``, ``OpenAIChatCompletion``,
            ``messages-v1`` (Nova's), ``Converse``, or ``the model's own``.
        messages: The conversation, oldest message first; a prompt is one message of the user.
        images: How many images come with it.
        max_tokens: The most tokens to generate, or None.
        temperature: Or None.
        top_p: Or None.
        stop_sequences: ``stopSequences`` or ``stop``; BedrockCompletion has none.
        body: The request as it was sent, with the fields that have no attribute here. Of a model with a format of its
            own, only this is read, and its JSON is the only message.
    """

    operation: str
    model_arn: str
    format: str
    messages: tuple[Message, ...]
    images: int = 0
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop_sequences: tuple[str, ...] = ()
    body: Mapping[str, Any]

    @property
    def prompt(self) -> str:
        """The text of the user's last message; of the last message where none is the user's."""
        users = [message.text for message in self.messages if message.role == "user"]
        return users[-1] if users else self.messages[-1].text

    def __repr__(self) -> str:
        return f"<InferenceRequest {self.operation} ({self.format}) {cut(self.prompt, _LONGEST_QUOTE)!r}>"
