"""Why imports and copies fail: messages as Bedrock writes them in ``failureMessage``, and some of refused creates."""

from __future__ import annotations

from .service.failure_messages import (
    internal,
    invalid_file,
    missing_file,
    not_entitled,
    region_without_imports,
    s3_permission,
    unsupported_architecture,
)

__all__ = [
    "internal",
    "invalid_file",
    "missing_file",
    "not_entitled",
    "region_without_imports",
    "s3_permission",
    "unsupported_architecture",
]
