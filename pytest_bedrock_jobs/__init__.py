"""Test code that imports and copies Amazon Bedrock models: in memory, through real boto3."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from .interceptor import environment as _environment  # noqa: F401  # before a test can change it
from .timekeeping import real_functions as _real_functions  # noqa: F401  # before a test can patch them

if TYPE_CHECKING:
    from . import failures as failures
    from . import faults as faults
    from .decorator import mock_bedrock_jobs
    from .mock import BedrockJobs
    from .server.serving import Server
    from .service.errors import (
        BedrockJobsError,
        IdempotencyTokenWarning,
        UnfiredFaultError,
        UnknownOptionError,
        UnsupportedOperationError,
        UsageError,
    )
    from .service.inference.request import InferenceRequest
    from .service.records import Call, CopyJob, CustomModel, CustomModelDeployment, ImportedModel, ImportJob
    from .service.store.planned_outcomes import NEXT_JOB
    from .serving import serve
else:

    def __getattr__(name: str) -> object:
        # pytest imports this package at every start, so modules that need botocore are imported on first use (PEP 562).
        # Type checkers read the names above; to them any other name is an error.
        if name in ("failures", "faults"):
            return importlib.import_module(f"{__name__}.{name}")
        if name not in __all__:
            raise importlib.import_module(f"{__name__}.service.errors").unknown_name(__name__, name, __all__)
        return getattr(importlib.import_module(f"{__name__}.{_HOMES.get(name, 'service.errors')}"), name)


__all__ = [
    "NEXT_JOB",
    "BedrockJobs",
    "BedrockJobsError",
    "Call",
    "CopyJob",
    "CustomModel",
    "CustomModelDeployment",
    "IdempotencyTokenWarning",
    "ImportJob",
    "ImportedModel",
    "InferenceRequest",
    "Server",
    "UnfiredFaultError",
    "UnknownOptionError",
    "UnsupportedOperationError",
    "UsageError",
    "mock_bedrock_jobs",
    "serve",
]

_HOMES = {
    "BedrockJobs": "mock",
    "InferenceRequest": "service.inference.request",
    "NEXT_JOB": "service.store.planned_outcomes",
    "Server": "server.serving",
    "mock_bedrock_jobs": "decorator",
    "serve": "serving",
} | dict.fromkeys(
    ("Call", "CopyJob", "CustomModel", "CustomModelDeployment", "ImportJob", "ImportedModel"), "service.records"
)


def __dir__() -> list[str]:
    return __all__
