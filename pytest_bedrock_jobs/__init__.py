"""Test code that imports and copies Amazon Bedrock models: in memory, through real boto3."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from .timekeeping import real_functions as _real_functions  # noqa: F401  # before a test can patch them

if TYPE_CHECKING:
    from . import failures as failures
    from . import faults as faults
    from .decorator import MockBedrockJobs, mock_bedrock_jobs
    from .jobs_and_models import Records
    from .mock import BedrockJobs
    from .server.serving import Server
    from .service.clock import Clock
    from .service.errors import (
        BedrockJobsError,
        IdempotencyTokenWarning,
        UnknownAttributeError,
        UnknownOptionError,
        UnsupportedOperationError,
        UnusedError,
        UsageError,
    )
    from .service.fault_injection import InjectedFault
    from .service.inference.request import InferenceRequest
    from .service.options import Options
    from .service.records import Call, CopyJob, CustomModel, CustomModelDeployment, ImportedModel, ImportJob
    from .service.store.planned_outcomes import NEXT_JOB, NextJob, PlannedOutcome
    from .service.stubs import Stub
    from .serving import serve
else:

    def __getattr__(name: str) -> object:
        # pytest imports this package at every start, so modules that need botocore are imported on first use (PEP 562).
        # Type checkers read the names above; to them any other name is an error.
        if name in ("failures", "faults"):
            return importlib.import_module(f"{__name__}.{name}")
        if name not in _HOMES:
            raise importlib.import_module(f"{__name__}.service.errors").unknown_name(__name__, name, __all__)
        value: Any = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
        for shown in getattr(value, "__mro__", (value,)):  # help() names the place from which it is imported
            if hasattr(shown, "__name__") and shown.__module__.startswith(f"{__name__}."):
                shown.__module__ = __name__
        return value


_HOMES = {
    "BedrockJobs": "mock",
    "BedrockJobsError": "service.errors",
    "Call": "service.records",
    "Clock": "service.clock",
    "CopyJob": "service.records",
    "CustomModel": "service.records",
    "CustomModelDeployment": "service.records",
    "IdempotencyTokenWarning": "service.errors",
    "ImportJob": "service.records",
    "ImportedModel": "service.records",
    "InferenceRequest": "service.inference.request",
    "InjectedFault": "service.fault_injection",
    "MockBedrockJobs": "decorator",
    "NEXT_JOB": "service.store.planned_outcomes",
    "NextJob": "service.store.planned_outcomes",
    "Options": "service.options",
    "PlannedOutcome": "service.store.planned_outcomes",
    "Records": "jobs_and_models",
    "Server": "server.serving",
    "Stub": "service.stubs",
    "UnknownAttributeError": "service.errors",
    "UnknownOptionError": "service.errors",
    "UnsupportedOperationError": "service.errors",
    "UnusedError": "service.errors",
    "UsageError": "service.errors",
    "mock_bedrock_jobs": "decorator",
    "serve": "serving",
}

__all__ = [
    "NEXT_JOB",
    "BedrockJobs",
    "BedrockJobsError",
    "Call",
    "Clock",
    "CopyJob",
    "CustomModel",
    "CustomModelDeployment",
    "IdempotencyTokenWarning",
    "ImportJob",
    "ImportedModel",
    "InferenceRequest",
    "InjectedFault",
    "MockBedrockJobs",
    "NextJob",
    "Options",
    "PlannedOutcome",
    "Records",
    "Server",
    "Stub",
    "UnknownAttributeError",
    "UnknownOptionError",
    "UnsupportedOperationError",
    "UnusedError",
    "UsageError",
    "mock_bedrock_jobs",
    "serve",
]


def __dir__() -> list[str]:
    return __all__
