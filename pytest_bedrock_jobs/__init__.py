"""Test code that imports and copies Amazon Bedrock models: in memory, through real boto3."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .doors import mock_bedrock_jobs
    from .errors import (
        BedrockJobsError,
        IdempotencyTokenWarning,
        UnfiredFaultError,
        UnknownOptionError,
        UnsupportedOperationError,
        UsageError,
    )
    from .hand import NEXT_JOB
    from .mock import BedrockJobs
    from .records import Call, CopyJob, CustomModel, ImportedModel, ImportJob

__all__ = [
    "NEXT_JOB",
    "BedrockJobs",
    "BedrockJobsError",
    "Call",
    "CopyJob",
    "CustomModel",
    "IdempotencyTokenWarning",
    "ImportJob",
    "ImportedModel",
    "UnfiredFaultError",
    "UnknownOptionError",
    "UnsupportedOperationError",
    "UsageError",
    "mock_bedrock_jobs",
]

_HOMES = {"BedrockJobs": "mock", "NEXT_JOB": "hand", "mock_bedrock_jobs": "doors"} | dict.fromkeys(
    ("Call", "CopyJob", "CustomModel", "ImportJob", "ImportedModel"), "records"
)


def __getattr__(name: str) -> object:
    # pytest imports this package at every start: the modules that need botocore wait for first use (PEP 562).
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES.get(name, 'errors')}"), name)


def __dir__() -> list[str]:
    return __all__
