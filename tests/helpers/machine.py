"""A machine with credentials of every kind, as tests of isolation need it."""

from __future__ import annotations

import os

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
}


def aws():
    """The AWS variables of this process."""
    return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
