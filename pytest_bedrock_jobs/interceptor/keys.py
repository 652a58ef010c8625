"""Which credentials a session has while a mock is active: never the machine's, unless it speaks to an emulator.

Nothing here uses a provider of botocore that would leave the process or the test's own files: no assumed role, SSO,
web identity, container or instance. Sessions are not changed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

from .isolation import KEYS, environment


class Keys(NamedTuple):
    """An access key, and what belongs to it."""

    access_key: str
    secret_key: str
    token: str | None = None
    account_id: str | None = None

    @classmethod
    def of(cls, credentials: Any) -> Keys:
        """The keys in botocore's credentials, which have no account in the oldest botocore."""
        account_id = getattr(credentials, "account_id", None)
        return cls(credentials.access_key, credentials.secret_key, credentials.token, account_id)


FAKE = Keys(*KEYS.values())


def explicit_credentials(session: Any) -> Any:
    """The credentials that code has given to a botocore session, if they are not the environment's real ones."""
    credentials = session._credentials
    if getattr(credentials, "method", None) == "explicit" and not is_real(credentials.access_key):
        return credentials
    return None


def keys_of(session: Any) -> Keys:
    """The keys of a botocore session: those given to it, those in the environment, or those of a profile.

    Within ``environment.outside()`` these are the machine's, otherwise those that the test has set, or the fake ones.
    """
    if credentials := explicit_credentials(session):
        return Keys.of(credentials)
    profile = session.instance_variables().get("profile")
    found = (None if profile else _of_environment()) or _of_files(profile)
    return FAKE if found is None or is_real(found.access_key) else found


def is_real(access_key: str) -> bool:
    """Whether a key is the environment's real one, which an active mock hides here."""
    return not environment.is_outside() and access_key == environment.original("AWS_ACCESS_KEY_ID")


def profile_of_environment() -> str:
    """The profile of sessions that name none."""
    return os.environ.get("AWS_DEFAULT_PROFILE") or os.environ.get("AWS_PROFILE") or "default"


def config_file() -> str:
    """The path of the configuration file."""
    return os.environ.get("AWS_CONFIG_FILE") or str(Path("~/.aws/config").expanduser())


def _of_environment() -> Keys | None:
    access_key, secret_key = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
    if not access_key or not secret_key:
        return None
    token = os.environ.get("AWS_SECURITY_TOKEN") or os.environ.get("AWS_SESSION_TOKEN")
    return Keys(access_key, secret_key, token, os.environ.get("AWS_ACCOUNT_ID"))


def _of_files(profile: str | None) -> Keys | None:
    from botocore.credentials import ConfigProvider, SharedCredentialProvider
    from botocore.exceptions import BotoCoreError

    profile = profile or profile_of_environment()
    credentials_file = os.environ.get("AWS_SHARED_CREDENTIALS_FILE") or str(Path("~/.aws/credentials").expanduser())
    for provider in (SharedCredentialProvider(credentials_file, profile), ConfigProvider(config_file(), profile)):
        try:
            if credentials := provider.load():
                return Keys.of(credentials)
        except BotoCoreError:  # a broken file has no keys
            continue
    return None
