"""Why imports and copies fail: messages as Bedrock writes them in ``failureMessage``, and some of refused creates."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from .service.errors import unknown_name
from .service.operations.model_files import (
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


if not TYPE_CHECKING:  # with this, a type checker would accept any name

    def __getattr__(name: str) -> NoReturn:
        raise unknown_name(__name__, name, __all__)
