"""A machine with credentials of every kind, as tests of isolation need it."""

from __future__ import annotations

import collections
import os

from pytest_bedrock_jobs.interceptor import environment

REAL = {
    "AWS_ACCESS_KEY_ID": "AKIAREAL",
    "AWS_SECRET_ACCESS_KEY": "real",
    "AWS_SESSION_TOKEN": "real",
    "AWS_PROFILE": "work",
    "AWS_CONFIG_FILE": "/home/me/config",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.2/credentials",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/credentials",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN": "real",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/var/run/token",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_REGION": "eu-west-9",
}


def begin(monkeypatch, variables, home=None):
    """Make this process one whose machine has set these AWS variables, and no others, and has this home."""
    for name in aws():
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(environment, "_machine", dict(variables))
    monkeypatch.setattr(environment, "_ended", collections.deque())  # else another machine would get them back
    if home:
        monkeypatch.setenv("HOME", str(home))
        monkeypatch.setattr(
            environment, "_home_files", [str(home / ".aws" / name) for name in ("config", "credentials")]
        )


def aws():
    """The AWS variables of this process."""
    return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
