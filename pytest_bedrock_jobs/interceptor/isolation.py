"""The environment while a mock is active: fake keys and a Region, nothing of the machine's own AWS set-up."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest

DEFAULT_REGION = "us-east-1"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIABEDROCKJOBSMOCK", "AWS_SECRET_ACCESS_KEY": "bedrock-jobs-mock"}
_REPLACED_IF_SET = ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_BEARER_TOKEN_BEDROCK")
_REMOVED = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCOUNT_ID")
_SET = KEYS | {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def isolate(monkeypatch: pytest.MonkeyPatch, region: str | None) -> None:
    """Let clients be created without credentials, Region, ``~/.aws`` or metadata service.

    Args:
        monkeypatch: Keeps what was there and restores it.
        region: The Region for clients created without one; None keeps the one that is set.
    """
    for name, value in _SET.items():
        monkeypatch.setenv(name, value)
    for name in _REPLACED_IF_SET:
        if name in os.environ:
            monkeypatch.setenv(name, "bedrock-jobs-mock")
    for name in _REMOVED:
        monkeypatch.delenv(name, raising=False)
    if region or not os.environ.get("AWS_DEFAULT_REGION"):
        monkeypatch.setenv("AWS_DEFAULT_REGION", region or DEFAULT_REGION)


_kept_session: Any = None


@contextlib.contextmanager
def default_session() -> Iterator[None]:
    """Keep a default session that is made meanwhile for mocks only: it carries the fake keys.

    The next mock finds it again, as code outside of mocks finds boto3's: loading the service models takes longer than
    a test. A session that was there before, or that a test set up in its own way, is not kept.
    """
    global _kept_session
    boto3: Any = sys.modules.get("boto3")
    if boto3 and boto3.DEFAULT_SESSION is not None:
        yield
        return
    if boto3:
        boto3.DEFAULT_SESSION = _kept_session
    try:
        yield
    finally:
        boto3 = sys.modules.get("boto3")
        if boto3:
            session, boto3.DEFAULT_SESSION = boto3.DEFAULT_SESSION, None
            _kept_session = session if _is_plain(session) else None


def _is_plain(session: Any) -> bool:
    if session is None or session._session.instance_variables():
        return False
    credentials = session.get_credentials()
    if credentials is None or credentials.access_key != KEYS["AWS_ACCESS_KEY_ID"]:
        return False
    return not getattr(credentials, "account_id", None)  # the oldest botocore's credentials have no such attribute
