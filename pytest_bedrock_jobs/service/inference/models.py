"""Which models the mock responds for, and what the architecture of an imported one decides about its invocation."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import unquote

from ..wire.api_names import PromptFormat

RUNTIME = "bedrock-runtime"
SERVICES = ("bedrock", RUNTIME)
"""The services to which the mock responds, as botocore names them."""

# As text: `re` compiles a pattern when it is first used, and most tests invoke no model.
_MODEL_IN_PATH = r"/model/([^/]+)/"
# Also if the rest of the ARN is malformed: it is a request about such a model nevertheless.
_INVOKABLE = r"arn:[^:]*:bedrock:[^:]*:[^:]*:(imported-model|custom-model-deployment|provisioned-model)/"
# In the body of StartAsyncInvoke, the only operation that names the model in its body.
_MODEL_IN_BODY = rb'"modelId"\s*:\s*"(arn:[^"\\]*)"'


def kind_of(model_id: str) -> str | None:
    """The type of what an ARN would invoke; None for every other model id."""
    match = re.match(_INVOKABLE, model_id)
    return match[1] if match else None


def is_for_the_mock(url_path: str, body: object) -> bool:
    """Whether a request to bedrock-runtime names something that the mock could have, whether it has it or not.

    Args:
        url_path: The path of the request, percent-encoded.
        body: Its body.
    """
    if match := re.search(_MODEL_IN_PATH, url_path):
        return kind_of(unquote(match[1])) is not None
    named = re.search(_MODEL_IN_BODY, body) if isinstance(body, bytes) and url_path.endswith("/async-invoke") else None
    return named is not None and kind_of(named[1].decode()) is not None


BEDROCK: PromptFormat = "BedrockCompletion"
MISTRAL: PromptFormat = "MistralCompletion"
OPENAI: PromptFormat = "OpenAICompletion"

# AWS documentation. Qwen2.5 has the model_type of Qwen2. Qwen3 is not among them, but a sample of AWS says that it does
# not converse either: that it does is the mock's own choice.
_REFUSED_BY_CONVERSE = frozenset({"qwen2", "qwen2_vl", "qwen2_5_vl", "gpt_oss"})
_MISTRAL = ("mistral", "mixtral")
_CHAT_TEMPLATE_IN_ANY_CASE = ("qwen", "gpt_oss", "openai.gpt-oss")


def converses(architecture: str) -> bool:
    """Whether Converse accepts models of this architecture, provided that they have a chat template."""
    return architecture not in _REFUSED_BY_CONVERSE


def has_chat_template(architecture: str, instruct_supported: bool) -> bool:
    """Whether such a model takes messages: ``instructSupported`` says so, except where Converse is refused anyway."""
    return instruct_supported or architecture.startswith(_CHAT_TEMPLATE_IN_ANY_CASE)


def prompt_format(architecture: str, body: Collection[str]) -> PromptFormat:
    """The format of a response to a ``prompt``.

    AWS documents that ``max_gen_len`` asks for BedrockCompletion and ``max_tokens`` for OpenAICompletion, and without
    either BedrockCompletion for all models; clients in the field read these (the mock's own choice).

    Args:
        architecture: The architecture, or the id of a custom model's foundation model, which says the same.
        body: The fields of the request's body that are not null.
    """
    if "max_gen_len" in body:
        return BEDROCK
    if architecture.startswith(_MISTRAL):
        return MISTRAL
    return OPENAI if "max_tokens" in body or architecture.startswith(_CHAT_TEMPLATE_IN_ANY_CASE) else BEDROCK
