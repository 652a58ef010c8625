"""Ready-made clients: one per Region and process, which all mocks share."""

from __future__ import annotations

import threading
from typing import Any

from . import botocore_hooks
from .isolation import KEYS

_sessions: list[Any] = []
_clients: dict[str, Any] = {}
_lock = threading.Lock()


def client(region: str) -> Any:
    """The process's Bedrock client of this Region; it works only while a mock is active."""
    with _lock:  # a boto3 session makes one client at a time
        if region not in _clients:
            new = _session().client("bedrock", region_name=region, config=_config())
            botocore_hooks.keep_offline(new)
            _clients[region] = new
        return _clients[region]


def forget() -> None:
    """Make new clients from now on: retries leave a client changed, which must not affect later tests."""
    _clients.clear()


def _config() -> Any:
    """The same for all tests, whatever the environment says in the first one that needs it."""
    from botocore.config import Config

    return Config(ignore_configured_endpoint_urls=True, retries={"mode": "standard", "total_max_attempts": 3})


def _session() -> Any:
    if not _sessions:
        # The only import of boto3: tests that make clients themselves, or use aiobotocore's, do not pay for it.
        import boto3

        _sessions.append(
            boto3.Session(
                aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"], aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"]
            )
        )
    return _sessions[0]
