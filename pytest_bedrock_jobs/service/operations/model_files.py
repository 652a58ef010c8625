"""How the files of a model decide how its import ends, which AWS reports after some minutes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..inference import models
from ..store.model_files import Files, UnreadableFilesError, bucket_and_prefix
from ..store.outcomes import Outcome
from . import failure_messages

_CONFIG, _TOKENIZER_CONFIG = "config.json", "tokenizer_config.json"
_INDEX = "model.safetensors.index.json"
_TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json", "spiece.model")
_TEMPLATES = ("chat_template.jinja", "chat_template.json")
_MODEL_TYPES = {
    "LlamaForCausalLM": "llama",
    "MistralForCausalLM": "mistral",
    "MixtralForCausalLM": "mixtral",
    "T5ForConditionalGeneration": "t5",
    "GPTBigCodeForCausalLM": "gpt_bigcode",
    "MllamaForConditionalGeneration": "mllama",
    "Qwen2ForCausalLM": "qwen2",
    "Qwen2VLForConditionalGeneration": "qwen2_vl",
    "Qwen2_5_VLForConditionalGeneration": "qwen2_5_vl",
    "Qwen3ForCausalLM": "qwen3",
    "Qwen3MoeForCausalLM": "qwen3_moe",
    "GptOssForCausalLM": "gpt_oss",
}
"""The ``model_type`` of a ``config.json`` that has only ``architectures``."""


class _FailedError(Exception):
    """The import fails, with this message."""


def unreadable(s3_uri: str, error: UnreadableFilesError) -> Outcome:
    """How an import ends whose files Bedrock cannot read (AWS documentation)."""
    bucket, prefix = bucket_and_prefix(s3_uri) or ("", "")
    return Outcome(failure_messages.s3_permission(bucket, prefix + error.name))


def outcome_of(s3_uri: str, files: Files) -> Outcome:
    """How an import of these files ends.

    AWS documents that it needs ``config.json``, weights in ``*.safetensors`` and the tokenizer's files. The weights are
    not read (the mock's own); each file that their index names has to exist.

    Args:
        s3_uri: Where they are.
        files: All below it.
    """
    if not files:
        return unreadable(s3_uri, UnreadableFilesError(_CONFIG))
    try:
        architecture = _architecture(_json(files, _CONFIG))
        _check_weights(files)
        chats = _has_chat_template(files)
    except UnreadableFilesError as error:
        return unreadable(s3_uri, error)
    except _FailedError as error:
        return Outcome(str(error))
    return Outcome(None, architecture, chats and models.converses(architecture))


def _architecture(config: Mapping[str, Any]) -> str:
    model_type, names = config.get("model_type"), config.get("architectures")
    name = str(names[0]) if isinstance(names, list) and names else "unknown"
    architecture = str(model_type) if model_type else _MODEL_TYPES.get(name, name)
    if architecture not in failure_messages.ARCHITECTURES:
        raise _FailedError(failure_messages.unsupported_architecture(architecture[:100]))
    return architecture


def _check_weights(files: Files) -> None:
    if not any(name.endswith(".safetensors") and "/" not in name for name in files):
        raise _FailedError(failure_messages.missing_file("*.safetensors"))
    if _INDEX in files:
        weights = _json(files, _INDEX).get("weight_map")
        if not isinstance(weights, dict):
            raise _FailedError(failure_messages.invalid_file(_INDEX))
        for name in sorted(map(str, weights.values())):
            if name not in files:
                raise _FailedError(failure_messages.missing_file(name[:100]))


def _has_chat_template(files: Files) -> bool:
    """Whether the tokenizer, which has to exist, has a chat template."""
    config = _json(files, _TOKENIZER_CONFIG)
    if not any(name in files for name in _TOKENIZERS):
        raise _FailedError(failure_messages.missing_file(_TOKENIZERS[0]))
    return bool(config.get("chat_template")) or any(name in files for name in _TEMPLATES)


def _json(files: Files, name: str) -> dict[str, Any]:
    if name not in files:
        raise _FailedError(failure_messages.missing_file(name))
    try:
        content = json.loads(files[name]())
    except (ValueError, RecursionError):
        content = None
    except OSError:  # a file on this machine that is gone, or may not be read
        raise UnreadableFilesError(name) from None
    if not isinstance(content, dict):
        raise _FailedError(failure_messages.invalid_file(name))
    return content
