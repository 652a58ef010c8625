"""The process while a mock is active: it has fake keys and a Region, and none of the machine's AWS configuration."""

from __future__ import annotations

import os

from .environment import Environment

DEFAULT_REGION = "us-east-1"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIABEDROCKJOBSMOCK", "AWS_SECRET_ACCESS_KEY": "bedrock-jobs-mock"}
_INSTEAD = "bedrock-jobs-mock"
_SET = {
    **KEYS,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
# Through each of these botocore, the AWS CLI or another SDK in a child process could find real credentials.
_REMOVED = frozenset(
    (
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        "AWS_ACCOUNT_ID",
        "AWS_CREDENTIAL_EXPIRATION",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
    )
)
_REPLACED_IF_SET: dict[str, str] = dict.fromkeys(
    ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_BEARER_TOKEN_BEDROCK"), _INSTEAD
)

# In-process runs of pytester import this package again: all copies of it share their changes of the environment.
environment: Environment = getattr(type(os.environ), "watcher", None) or Environment(signs=frozenset(KEYS.values()))


def isolate(mock: object, region: str) -> None:
    """Let clients be created without credentials, Region, ``~/.aws`` or metadata service, and hide all of these.

    Args:
        mock: The mock for which this is done, until ``environment.pop`` of it.
        region: The Region for clients created without one.
    """
    environment.push(mock, _set_for(region), _REMOVED, _REPLACED_IF_SET)


def variables(region: str) -> dict[str, str | None]:
    """The environment variables of a mock; None stands for those that are not set.

    Args:
        region: The Region for clients created without one.
    """
    return {**_set_for(region), **dict.fromkeys(_REMOVED)}


def _set_for(region: str) -> dict[str, str]:
    return {**_SET, "AWS_DEFAULT_REGION": region}
