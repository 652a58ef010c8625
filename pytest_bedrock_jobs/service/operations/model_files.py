"""The files of models: what a test adds, how they decide how an import ends, and why imports and copies fail."""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from ..errors import UsageError, see, shown
from ..inference import models
from ..store.outcomes import Outcome

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

GivenFiles: TypeAlias = "Mapping[str, Any] | str | os.PathLike[str]"
"""Names and contents (a text, bytes, or a mapping that becomes JSON), or a folder on this machine."""

Files: TypeAlias = "Mapping[str, Callable[[], bytes]]"
"""The files below a prefix: from the rest of the key to a function that reads the content."""

_S3_URI = r"(?s)s3://([a-z0-9][-.a-z0-9]{1,61}[a-z0-9])(?:/(.*))?"


class ImportFailedError(Exception):
    """The import fails, with this message."""


def bucket_and_prefix(s3_uri: str) -> tuple[str, str]:
    """The bucket, and what the keys of files below this URI begin with.

    Raises:
        UsageError: If it is not an S3 URI, which a request cannot have.
    """
    match = re.fullmatch(_S3_URI, s3_uri) if isinstance(s3_uri, str) else None
    if match is None:
        raise _refused(f"the first argument is the URI of a prefix such as 's3://my-bucket/llama/', not {s3_uri!r}")
    prefix = match[2]
    return match[1], f"{prefix.rstrip('/')}/" if prefix else ""


def add(buckets: dict[str, Files], s3_uri: str, files: GivenFiles) -> None:
    """Add files below a URI, and replace those with the same keys.

    Raises:
        UsageError: For what is not an S3 URI, a folder or a file.
    """
    bucket, prefix = bucket_and_prefix(s3_uri)
    if isinstance(files, Mapping):
        given = {_name(name): _reader(name, content) for name, content in files.items()}
    else:
        given = _in_folder(files)
    # A new dictionary: an import may be reading the files of this bucket, without the lock.
    added = {prefix + name: functools.partial(_content, bucket, prefix + name, read) for name, read in given.items()}
    buckets[bucket] = {**buckets.get(bucket, {}), **added}


def below(buckets: Mapping[str, Files], bucket: str, prefix: str) -> Files | None:
    """The files of a bucket below a prefix; None if the test added none to the bucket."""
    if bucket not in buckets:
        return None
    return {key[len(prefix) :]: read for key, read in buckets[bucket].items() if key.startswith(prefix)}


def _content(bucket: str, key: str, read: Callable[[], bytes]) -> bytes:
    try:
        return read()
    except OSError:  # a file on this machine that is gone, or may not be read
        raise ImportFailedError(s3_permission(bucket, key)) from None


def _name(name: object) -> str:
    if isinstance(name, str) and name.strip("/"):
        return name.lstrip("/")
    raise _refused(f"a file has a name such as 'config.json', not {name!r}")


def _reader(name: str, content: Any) -> Callable[[], bytes]:
    if isinstance(content, Mapping):
        try:
            content = json.dumps(dict(content))
        except (TypeError, ValueError) as error:
            raise _refused(f"{name} cannot be written as JSON: {error}") from None
    if not isinstance(content, str | bytes):
        raise _refused(f"{name} is a text, bytes, or a mapping that becomes JSON, not {content!r}")
    data = content.encode() if isinstance(content, str) else content
    return lambda: data


def _in_folder(folder: Any) -> dict[str, Callable[[], bytes]]:
    """The present files of a folder on this machine; weights may be large, so each is read only when it is needed."""
    # Unlike Path.is_dir, isdir is False for an empty text, which would be the current folder, and for a name too long.
    if not (isinstance(folder, str | os.PathLike) and os.path.isdir(folder)):  # noqa: PTH112
        raise _refused(f"the second argument is a mapping of names and contents, or a folder, not {shown(folder)}")
    path = Path(folder)
    return {file.relative_to(path).as_posix(): file.read_bytes for file in path.rglob("*") if file.is_file()}


def _refused(text: str) -> UsageError:
    return UsageError(f"add_model_files: {text}. {see('Files of a model that are refused')}")


_MODEL_TYPES = {
    "LlamaForCausalLM": "llama",
    "MistralForCausalLM": "mistral",
    "T5ForConditionalGeneration": "t5",
    "MixtralForCausalLM": "mixtral",
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

ARCHITECTURES = (*_MODEL_TYPES.values(), "poolside")
"""The Hugging Face ``model_type`` of each architecture that Bedrock imports (AWS documentation, 2026)."""


def unsupported_architecture(architecture: str = "phi3") -> str:
    """The model has an architecture that Bedrock does not import (seen on AWS, with fewer architectures).

    Args:
        architecture: The Hugging Face ``model_type`` found in the files.
    """
    return (
        f"Amazon bedrock does not support the architecture ({architecture}) of the model that you are importing. "
        f"Try again with one of the following supported architectures: [{', '.join(ARCHITECTURES)}]"
    )


def s3_permission(bucket: str = "my-bucket", key: str = "config.json") -> str:
    """The role may not read the model's files (AWS documentation).

    Args:
        bucket: The bucket in ``s3Uri``.
        key: The object that could not be read.
    """
    return f"Could not validate GetObject permissions to access Amazon S3 bucket: {bucket} at key {key}"


def missing_file(file: str = "tokenizer_config.json") -> str:
    """A file that an import needs is missing (the text is the mock's own).

    Args:
        file: Its name, or a pattern such as ``*.safetensors``.
    """
    return f"The model's files do not contain {file}, which an import needs. Add it and try again."


def invalid_file(file: str = "config.json") -> str:
    """A file is no JSON object, or lacks what an import reads from it (the text is the mock's own).

    Args:
        file: Its name.
    """
    return f"The file {file} of the model is no JSON object, or lacks what an import needs. Correct it and try again."


def internal() -> str:
    """The service itself failed (AWS documentation)."""
    return "Encountered an unexpected error when processing the request, please try again"


def not_entitled() -> str:
    """The account may not import yet: the text of a create's ValidationException (seen on a sibling operation)."""
    return "Your account is not authorized to perform this action. Please create a support case..."


def region_without_imports() -> str:
    """Bedrock does not import in this Region: the text of a create's ValidationException (seen on a sibling)."""
    return "Unknown operation"


_CONFIG, _TOKENIZER_CONFIG = "config.json", "tokenizer_config.json"
_INDEX = "model.safetensors.index.json"
_TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json", "spiece.model")
_TEMPLATES = ("chat_template.jinja", "chat_template.json")


def outcome_of(bucket: str, prefix: str, files: Files) -> Outcome:
    """How an import of these files ends.

    AWS documents that it needs ``config.json``, weights in ``*.safetensors`` and the tokenizer's files. The weights are
    not read (the mock's own); each file that their index names has to exist.

    Args:
        bucket: Where they are.
        prefix: What their keys begin with.
        files: All of them.

    Raises:
        ImportFailedError: If it fails.
    """
    if not files:
        raise ImportFailedError(s3_permission(bucket, prefix + _CONFIG))
    architecture = _architecture(_json(files, _CONFIG))
    _check_weights(files)
    chats = _has_chat_template(files)
    return Outcome(None, architecture, chats and models.converses(architecture))


def _architecture(config: Mapping[str, Any]) -> str:
    model_type, names = config.get("model_type"), config.get("architectures")
    name = str(names[0]) if isinstance(names, list) and names else "unknown"
    architecture = str(model_type) if model_type else _MODEL_TYPES.get(name, name)
    if architecture not in ARCHITECTURES:
        raise ImportFailedError(unsupported_architecture(architecture[:100]))
    return architecture


def _check_weights(files: Files) -> None:
    if not any(name.endswith(".safetensors") and "/" not in name for name in files):
        raise ImportFailedError(missing_file("*.safetensors"))
    if _INDEX in files:
        weights = _json(files, _INDEX).get("weight_map")
        if not isinstance(weights, dict):
            raise ImportFailedError(invalid_file(_INDEX))
        for name in map(str, weights.values()):
            if name not in files:
                raise ImportFailedError(missing_file(name[:100]))


def _has_chat_template(files: Files) -> bool:
    """Whether the tokenizer, which has to exist, has a chat template."""
    config = _json(files, _TOKENIZER_CONFIG)
    if not any(name in files for name in _TOKENIZERS):
        raise ImportFailedError(missing_file(_TOKENIZERS[0]))
    return bool(config.get("chat_template")) or any(name in files for name in _TEMPLATES)


def _json(files: Files, name: str) -> dict[str, Any]:
    if name not in files:
        raise ImportFailedError(missing_file(name))
    try:
        content = json.loads(files[name]())
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise ImportFailedError(invalid_file(name))
    return content
