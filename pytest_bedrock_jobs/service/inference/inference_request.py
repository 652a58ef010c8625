"""A request to a model, whatever its format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

_LONGEST_QUOTE = 60


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
            ``messages-v1`` (Nova's) or ``Converse``.
        messages: The conversation, oldest message first; a prompt is one message of the user.
        images: How many images come with it.
        max_tokens: The most tokens to generate, or None.
        temperature: Or None.
        top_p: Or None.
        stop_sequences: ``stopSequences`` or ``stop``; BedrockCompletion has none.
        body: The request as it was sent, with the fields that have no attribute here.
    """

    operation: str
    model_arn: str
    format: str
    messages: tuple[Message, ...]
    images: int
    max_tokens: int | None
    temperature: float | None
    top_p: float | None
    stop_sequences: tuple[str, ...]
    body: Mapping[str, Any]

    @property
    def prompt(self) -> str:
        """The text of the user's last message; of the last message where none is the user's."""
        users = [message.text for message in self.messages if message.role == "user"]
        return users[-1] if users else self.messages[-1].text

    def __repr__(self) -> str:
        prompt = self.prompt
        quoted = prompt if len(prompt) <= _LONGEST_QUOTE else f"{prompt[:_LONGEST_QUOTE]}..."
        return f"<InferenceRequest {self.operation} ({self.format}) {quoted!r}>"
