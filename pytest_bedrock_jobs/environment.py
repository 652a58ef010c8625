"""The environment while a mock is active: fake keys and a Region, nothing of the machine's own AWS set-up."""

from __future__ import annotations

import os
import sys

import pytest

DEFAULT_REGION = "us-east-1"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIABEDROCKJOBSMOCK", "AWS_SECRET_ACCESS_KEY": "bedrock-jobs-mock"}
_REPLACED_IF_SET = ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_BEARER_TOKEN_BEDROCK")
_REMOVED = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCOUNT_ID")
_NO_FILES = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}


def isolate(monkeypatch: pytest.MonkeyPatch, region: str | None) -> None:
    """Let clients be created without credentials, Region, ``~/.aws`` or metadata service.

    Args:
        monkeypatch: Keeps what was there and restores it.
        region: The Region for clients created without one; None keeps the one that is set.
    """
    for name, value in (KEYS | _NO_FILES | {"AWS_EC2_METADATA_DISABLED": "true"}).items():
        monkeypatch.setenv(name, value)
    for name in _REPLACED_IF_SET:
        if name in os.environ:
            monkeypatch.setenv(name, "bedrock-jobs-mock")
    for name in _REMOVED:
        monkeypatch.delenv(name, raising=False)
    if region or "AWS_DEFAULT_REGION" not in os.environ:
        monkeypatch.setenv("AWS_DEFAULT_REGION", region or DEFAULT_REGION)
    # A default session made meanwhile would carry the fake keys out of the mock.
    boto3 = sys.modules.get("boto3")
    if boto3 and boto3.DEFAULT_SESSION is None:
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
