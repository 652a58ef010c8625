"""Why imports and copies fail: messages as Bedrock writes them in ``failureMessage``, and some of refused creates."""

from __future__ import annotations

ARCHITECTURES = (
    "llama",
    "mistral",
    "t5",
    "mixtral",
    "gpt_bigcode",
    "mllama",
    "qwen2",
    "qwen2_vl",
    "qwen2_5_vl",
    "qwen3",
    "qwen3_moe",
    "gpt_oss",
    "poolside",
)
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
    """A file that an import reads is not a JSON object (the text is the mock's own).

    Args:
        file: Its name.
    """
    return f"The file {file} of the model is not a JSON object. Correct it and try again."


def internal() -> str:
    """The service itself failed (AWS documentation)."""
    return "Encountered an unexpected error when processing the request, please try again"


def not_entitled() -> str:
    """The account may not import yet: the text of a create's ValidationException (seen on a sibling operation)."""
    return "Your account is not authorized to perform this action. Please create a support case..."


def region_without_imports() -> str:
    """Bedrock does not import in this Region: the text of a create's ValidationException (seen on a sibling)."""
    return "Unknown operation"
