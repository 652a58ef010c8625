"""Which module of which library gets which hooks."""

from __future__ import annotations

import importlib
from types import ModuleType

from . import botocore_hooks, child_processes, retries, sessions
from .patching import Importer

# botocore, and the copies of it that other packages carry under their own names.
_LIBRARIES = ("botocore", "awscli.botocore")


def install() -> None:
    """Wrap the modules that are imported, now or later; what is wrapped already stays as it is."""
    _importer.apply()


def _wrap_async_client(module: ModuleType) -> None:
    importlib.import_module(f"{__package__}.aiobotocore_hooks").wrap_client(module)  # it imports aiobotocore


_importer = Importer(
    {
        f"{library}.{name}": hook
        for library in _LIBRARIES
        for name, hook in (
            ("client", botocore_hooks.wrap_client),
            ("retries.bucket", retries.wrap_token_bucket),
            ("session", sessions.wrap_session),
        )
    }
    | {
        "aiobotocore.client": _wrap_async_client,
        "aiobotocore.retries.bucket": retries.wrap_async_token_bucket,
        "aiobotocore.session": sessions.wrap_async_session,
        "multiprocessing.spawn": child_processes.wrap_spawn,
    }
)
