"""The options every door of the mock takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypedDict

from .errors import UnknownOptionError, UsageError, no_such


class Options(TypedDict, total=False):
    """The keyword-only options, for type checkers; ``Settings`` documents them."""

    account_id: str
    region: str | None
    quotas: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The options, checked.

    Attributes:
        account_id: The account of clients whose credentials name none; twelve digits.
        region: The Region of clients created without one while the mock is active. None leaves
            ``AWS_DEFAULT_REGION`` as it is, or ``us-east-1`` where it is not set.
        quotas: Whether AWS's default quotas apply. Off unless asked for: the concurrency quota allows one import.
    """

    account_id: str = "123456789012"
    region: str | None = None
    quotas: bool = False

    def __post_init__(self) -> None:
        if not (isinstance(self.account_id, str) and re.fullmatch(r"[0-9]{12}", self.account_id)):
            raise UsageError(f"account_id is a string of 12 digits, not {self.account_id!r}")
        if self.region is not None and not (
            isinstance(self.region, str) and re.fullmatch(r"[a-z0-9-]{1,20}", self.region)
        ):
            raise UsageError(f"region is a Region's name such as 'us-east-1', not {self.region!r}")
        if not isinstance(self.quotas, bool):
            raise UsageError(f"quotas is True or False, not {self.quotas!r}")


def settings_from(options: Mapping[str, Any]) -> Settings:
    """Check a door's options.

    Raises:
        UnknownOptionError: For an option that does not exist; it lists those that do.
        UsageError: For a value that cannot be.
    """
    known = [field.name for field in fields(Settings)]
    for name in options:
        if name not in known:
            raise UnknownOptionError(f"bedrock_jobs: {no_such('option', name, known)}")
    return Settings(**options)
