"""AWS as a target: the permissions needed before anything is sent, and whose account it is."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import boto3

from .observing import Level
from .target import Target

PERMISSION = "BEDROCK_CONFORMANCE_ALLOW_AWS"
_FAKE = ("AKIABEDROCKJOBSMOCK", "FOOBARKEY", "mock", "test", "testing", "AKIAIOSFODNN7EXAMPLE")


_AT_HAND = ("env", "shared-credentials-file", "config-file")


class NotAllowedError(Exception):
    """AWS is not called: the text says why, and what would permit it."""


def aws_target(session: boto3.Session, options: Mapping[str, Any], environ: Mapping[str, str]) -> Target:
    """The user's own account, if they have permitted it in every way; nothing is sent here.

    Args:
        session: With the user's credentials.
        options: The arguments of the command line.
        environ: The environment.

    Raises:
        NotAllowedError: If something is missing.
    """
    _check_permission(options, environ)
    credentials = _credentials_at_hand(session)
    account = _account_of(credentials)
    if account is None or account != options["account"]:
        raise NotAllowedError(
            f"the credentials are of {f'account {account}' if account else 'an unknown account'}, and --account is "
            f"{options['account']}; nothing was sent. An account that is not part of the access key can be named in "
            "the profile, as aws_account_id."
        )
    level = Level[options["level"].upper()]
    if level is Level.TAGS and not options["model"]:
        raise NotAllowedError("the level tags needs --model, the ARN of a custom model of yours; nothing was sent.")
    if level is Level.IMPORT and not (options["role"] and options["s3_uri"]):
        raise NotAllowedError("the level import needs --role and --s3-uri, for a real import; nothing was sent.")
    region = options["region"] or session.region_name or "us-east-1"
    keys = boto3.Session(credentials.access_key, credentials.secret_key, credentials.token)
    target = Target(
        keys,
        region,
        options["other_region"],
        level=level,
        patience=2 * 3600,
        interval=30,
        role=options["role"],
        s3_uri=options["s3_uri"],
        model_artifacts=options["model_artifacts"],
        model=options["model"],
    )
    target.is_aws, target.account_id = True, account
    return target


def _check_permission(options: Mapping[str, Any], environ: Mapping[str, str]) -> None:
    if not options["allow_aws"] or environ.get(PERMISSION) != "yes":
        raise NotAllowedError(
            f"calls to AWS have to be allowed twice: --allow-aws, and {PERMISSION}=yes in the environment; nothing "
            "was sent."
        )
    if not options["account"]:
        raise NotAllowedError("--account is missing, the 12 digits of the account to be used; nothing was sent.")


def _credentials_at_hand(session: boto3.Session) -> Any:
    """Credentials from the environment or a file: fetching others would send a request."""
    for provider in session._session.get_component("credential_provider").providers:
        if provider.METHOD in _AT_HAND and (found := provider.load()):
            return found
    raise NotAllowedError(
        "there are no AWS credentials in the environment or in a profile's files; nothing was sent. Those of a role or "
        "of SSO can be exported with `aws configure export-credentials --format env`."
    )


def _account_of(credentials: Any) -> str | None:
    """The account that credentials name, or that is part of the access key; no request is made for it."""
    key = credentials.access_key
    if key in _FAKE:
        raise NotAllowedError(f"the access key {key} is a fake one, for tests; nothing was sent.")
    if named := getattr(credentials, "account_id", None):
        return str(named)
    try:
        number = int.from_bytes(base64.b32decode(key[4:])[:6], "big")
    except (binascii.Error, ValueError):
        return None
    return f"{(number & 0x7FFFFFFFFF80) >> 7:012d}"
