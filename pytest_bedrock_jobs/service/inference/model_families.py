"""What the architecture of an imported model decides about its invocation, by its Hugging Face ``model_type``."""

from __future__ import annotations

from ..wire.api_names import PromptFormat

BEDROCK: PromptFormat = "BedrockCompletion"
MISTRAL: PromptFormat = "MistralCompletion"
OPENAI: PromptFormat = "OpenAICompletion"

# AWS documentation. Qwen2.5 has the model_type of Qwen2. Qwen3 is not among them, but a sample of AWS says that it does
# not converse either: that it does is the mock's own choice.
_REFUSED_BY_CONVERSE = frozenset({"qwen2", "qwen2_vl", "qwen2_5_vl", "gpt_oss"})
_MISTRAL = ("mistral", "mixtral")
_CHAT_TEMPLATE_IN_ANY_CASE = ("qwen", "gpt_oss")


def converses(architecture: str) -> bool:
    """Whether Converse accepts models of this architecture, provided that they have a chat template."""
    return architecture not in _REFUSED_BY_CONVERSE


def has_chat_template(architecture: str, instruct_supported: bool) -> bool:
    """Whether such a model takes messages: ``instructSupported`` says so, except where Converse is refused anyway."""
    return instruct_supported or architecture.startswith(_CHAT_TEMPLATE_IN_ANY_CASE)


def prompt_format(architecture: str) -> PromptFormat:
    """The format of a response to a ``prompt`` that does not ask for one with ``max_gen_len`` or ``max_tokens``.

    AWS documents BedrockCompletion for all of them; clients in the field read these (the mock's own choice).
    """
    if architecture.startswith(_MISTRAL):
        return MISTRAL
    return OPENAI if architecture.startswith(_CHAT_TEMPLATE_IN_ANY_CASE) else BEDROCK
