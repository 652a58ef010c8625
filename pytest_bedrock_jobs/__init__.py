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

if TYPE_CHECKING:  # each by its own name again: that makes it public to type checkers
    from . import failures as failures
    from . import faults as faults
    from .decorator import MockBedrockJobs as MockBedrockJobs
    from .decorator import mock_bedrock_jobs as mock_bedrock_jobs
    from .jobs_and_models import Records as Records
    from .mock import BedrockJobs as BedrockJobs
    from .server import Server as Server
    from .server import serve as serve
    from .service.clock import Clock as Clock
    from .service.errors import BedrockJobsError as BedrockJobsError
    from .service.errors import IdempotencyTokenWarning as IdempotencyTokenWarning
    from .service.errors import UnknownAttributeError as UnknownAttributeError
    from .service.errors import UnknownOptionError as UnknownOptionError
    from .service.errors import UnsupportedOperationError as UnsupportedOperationError
    from .service.errors import UnusedError as UnusedError
    from .service.errors import UsageError as UsageError
    from .service.faults.injected import InjectedFault as InjectedFault
    from .service.inference.model_response import InferenceRequest as InferenceRequest
    from .service.inference.model_response import ModelResponse as ModelResponse
    from .service.options import Options as Options
    from .service.records import Call as Call
    from .service.records import ImportedModel as ImportedModel
    from .service.records import ImportJob as ImportJob
    from .service.store.custom_records import CopyJob as CopyJob
    from .service.store.custom_records import CustomizationJob as CustomizationJob
    from .service.store.custom_records import CustomModel as CustomModel
    from .service.store.custom_records import CustomModelDeployment as CustomModelDeployment
    from .service.store.custom_records import ProvisionedThroughput as ProvisionedThroughput
    from .service.store.outcomes import NEXT_JOB as NEXT_JOB
    from .service.store.outcomes import NextJob as NextJob
    from .service.store.outcomes import PlannedOutcome as PlannedOutcome
    from .service.store.prepared_responses import Stub as Stub
else:
    _MODULES = {
        "decorator": ("MockBedrockJobs", "mock_bedrock_jobs"),
        "jobs_and_models": ("Records",),
        "mock": ("BedrockJobs",),
        "server": ("Server", "serve"),
        "service.clock": ("Clock",),
        "service.errors": (
            "BedrockJobsError",
            "IdempotencyTokenWarning",
            "UnknownAttributeError",
            "UnknownOptionError",
            "UnsupportedOperationError",
            "UnusedError",
            "UsageError",
        ),
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
    }
    _HOMES = {name: module for module, names in _MODULES.items() for name in names}
    __all__ = sorted(_HOMES)

    def __dir__() -> list[str]:
        return __all__

    def __getattr__(name: str) -> object:
        # pytest imports this package at every start, so modules that need botocore are imported on first use (PEP 562).
        # Type checkers read the names above; to them any other name is an error.
        if name in ("failures", "faults"):
            return importlib.import_module(f"{__name__}.{name}")
        if name not in _HOMES:
            raise importlib.import_module(f"{__name__}.service.errors").unknown_name(__name__, name, __all__)
        value: Any = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
        kind = value if hasattr(value, "__name__") else type(value)
        for shown in getattr(kind, "__mro__", (kind,)):  # help() names the place from which it is imported
            functions = [each for each in vars(shown).values() if isinstance(each, FunctionType)]
            for part in (shown, *functions):
                if part.__module__.startswith(f"{__name__}."):
                    part.__module__ = __name__
        return value
