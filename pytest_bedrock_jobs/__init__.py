"""Test code that imports and copies Amazon Bedrock models: in memory, through real boto3."""

from __future__ import annotations

import importlib
import sys
from types import FunctionType
from typing import TYPE_CHECKING, Any

# pytest rewrites the assertions of plugins; there are none here. What it has rewritten it compiles again in each run
# where Python writes no bytecode, as in most containers, and otherwise reads slowly: a first test took a tenth longer.
for _finder in sys.meta_path:
    getattr(_finder, "_must_rewrite", set()).discard(__name__)

from .interceptor import environment as _environment  # noqa: E402, F401  # before a test can change it
from .timekeeping import real_time as _real_time  # noqa: E402, F401  # before a test can patch them

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

if TYPE_CHECKING:
    from . import failures as failures
    from . import faults as faults
    from .decorator import MockBedrockJobs, mock_bedrock_jobs
    from .jobs_and_models import Records
    from .mock import BedrockJobs
    from .server import Server, serve
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
    from .service.faults.injected import InjectedFault
    from .service.inference.model_response import InferenceRequest, ModelResponse
    from .service.options import Options
    from .service.records import Call, ImportedModel, ImportJob
    from .service.store.custom_records import (
        CopyJob,
        CustomizationJob,
        CustomModel,
        CustomModelDeployment,
        ProvisionedThroughput,
    )
    from .service.store.outcomes import NEXT_JOB, NextJob, PlannedOutcome
    from .service.store.prepared_responses import Stub
else:

    def __getattr__(name: str) -> object:
        # pytest imports this package at every start, so modules that need botocore are imported on first use (PEP 562).
        # Type checkers read the names above; to them any other name is an error.
        if name in ("failures", "faults"):
            return importlib.import_module(f"{__name__}.{name}")
        if name not in __all__:
            raise importlib.import_module(f"{__name__}.service.errors").unknown_name(__name__, name, __all__)
        value: Any = getattr(importlib.import_module(f"{__name__}.{_HOMES.get(name, 'service.errors')}"), name)
        kind = value if hasattr(value, "__name__") else type(value)
        for shown in getattr(kind, "__mro__", (kind,)):  # help() names the place from which it is imported
            functions = [each for each in vars(shown).values() if isinstance(each, FunctionType)]
            for part in (shown, *functions):
                if part.__module__.startswith(f"{__name__}."):
                    part.__module__ = __name__
        return value


_MODULES = {
    "decorator": ("MockBedrockJobs", "mock_bedrock_jobs"),
    "jobs_and_models": ("Records",),
    "mock": ("BedrockJobs",),
    "service.clock": ("Clock",),
    "service.faults.injected": ("InjectedFault",),
    "service.inference.model_response": ("InferenceRequest", "ModelResponse"),
    "service.options": ("Options",),
    "service.records": ("Call", "ImportJob", "ImportedModel"),
    "service.store.custom_records": (
        "CopyJob",
        "CustomModel",
        "CustomModelDeployment",
        "CustomizationJob",
        "ProvisionedThroughput",
    ),
    "service.store.outcomes": ("NEXT_JOB", "NextJob", "PlannedOutcome"),
    "service.store.prepared_responses": ("Stub",),
    "server": ("Server", "serve"),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "NEXT_JOB",
    "BedrockJobs",
    "BedrockJobsError",
    "Call",
    "Clock",
    "CopyJob",
    "CustomModel",
    "CustomModelDeployment",
    "CustomizationJob",
    "IdempotencyTokenWarning",
    "ImportJob",
    "ImportedModel",
    "InferenceRequest",
    "InjectedFault",
    "MockBedrockJobs",
    "ModelResponse",
    "NextJob",
    "Options",
    "PlannedOutcome",
    "ProvisionedThroughput",
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
