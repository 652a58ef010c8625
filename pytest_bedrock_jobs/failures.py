"""Why imports and copies fail: messages as Bedrock gives them in ``failureMessage``."""

from __future__ import annotations

_ARCHITECTURES = ("llama", "mistral", "t5", "mixtral", "gpt_bigcode", "mllama", "poolside")


def unsupported_architecture(architecture: str = "qwen2") -> str:
    """The model's files are of an architecture that Bedrock does not import (seen on AWS).

    Args:
        architecture: The Hugging Face ``model_type`` found in the files.
    """
    return (
        f"Amazon bedrock does not support the architecture ({architecture}) of the model that you are importing. "
        f"Try again with one of the following supported architectures: [{', '.join(_ARCHITECTURES)}]"
    )


def s3_permission(bucket: str = "my-bucket", key: str = "config.json") -> str:
    """The role may not read the model's files (AWS documentation).

    Args:
        bucket: The bucket in ``s3Uri``.
        key: The object that could not be read.
    """
    return f"Could not validate GetObject permissions to access Amazon S3 bucket: {bucket} at key {key}"


def internal() -> str:
    """The service failed by itself (AWS documentation)."""
    return "Encountered an unexpected error when processing the request, please try again"
