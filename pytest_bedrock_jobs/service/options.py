"""The options, the same however the mock is activated."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypedDict

from .errors import (
    UNKNOWN_ATTRIBUTE,
    UnknownAttributeError,
    UnknownOptionError,
    UsageError,
    nearest_first,
    no_such,
    see,
)
from .store.progress import ProgressOption, progress_from

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it


class Options(TypedDict, total=False):
    """The keyword-only options, for type checkers; ``Settings`` documents them."""

    account_id: str
    region: str | None
    quotas: bool
    progress: ProgressOption
    virtual_time: bool
    allow_unfired_faults: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The options, checked.

    Attributes:
        account_id: The account of clients whose credentials name none; twelve digits.
        region: The Region of clients created without one while the mock is active. None leaves
            ``AWS_DEFAULT_REGION`` as it is, or ``us-east-1`` where it is not set.
        quotas: Whether AWS's default quotas apply. Off unless asked for: the concurrency quota allows one import.
        progress: When jobs end: ``"polls"`` (the second Get or List that sees a job finds it Completed), ``"time"``
            (after 15 minutes of the mock's clock) or a timedelta (after that long), or ``"manual"``
            (when the test calls ``complete`` or ``fail``).
        virtual_time: Whether ``time.sleep`` and ``asyncio.sleep`` return at once and move the mock's clock instead,
            and with it what ``time.time`` and ``time.monotonic`` return.
        allow_unfired_faults: Whether injected faults and planned outcomes may remain unused. Unless allowed, each one
            that no request met, or no job took, fails the test.
    """

    account_id: str = "123456789012"
    region: str | None = None
    quotas: bool = False
    progress: ProgressOption = "polls"
    virtual_time: bool = False
    allow_unfired_faults: bool = False

    def __post_init__(self) -> None:
        checked_account_id(self.account_id)
        checked_region(self.region)
        for name in ("quotas", "virtual_time", "allow_unfired_faults"):
            if not isinstance(getattr(self, name), bool):
                raise _refused(f"{name} is True or False, not {getattr(self, name)!r}.")
        progress_from(self.progress)


_OPTIONS = tuple(field.name for field in fields(Settings))


def checked_account_id(account_id: str) -> str:
    """The account id, if it can be one.

    Raises:
        UsageError: If it is no string of 12 digits.
    """
    if isinstance(account_id, str) and re.fullmatch("[0-9]{12}", account_id):
        return account_id
    raise _refused(f"account_id is a string of 12 digits, not {account_id!r}.")


def checked_region(region: str | None) -> str | None:
    """The Region, if its name can be one; None stands for the mock's Region.

    Raises:
        UsageError: If it is no string that an ARN could hold.
    """
    if region is None or (isinstance(region, str) and re.fullmatch(r"[a-z0-9-]{1,20}", region)):
        return region
    raise _refused(f"region is a Region's name such as 'us-east-1', not {region!r}.")


def settings_from(options: Mapping[str, Any]) -> Settings:
    """Check options.

    Raises:
        UnknownOptionError: For an option that does not exist; it lists those that do.
        UsageError: For a value that cannot be.
    """
    for name in options:
        if name not in _OPTIONS:
            known = no_such("option", name, _OPTIONS)
            raise UnknownOptionError(f"bedrock_jobs: {known}. {see('An option or a target that is refused')}")
    return Settings(**options)


def check_settable(mock: type, name: str, value: object) -> None:
    """Refuse to set an attribute of a mock that would change nothing.

    Raises:
        UnknownAttributeError: For an option, which is set where the mock is made; for what a mock only shows; and for
            what it does not have.
    """
    attribute = getattr(mock, name, None)
    if callable(attribute) or (isinstance(attribute, property) and attribute.fset):
        return  # a method may be replaced, by a spy for example
    if name in _OPTIONS:
        option = f"bedrock_jobs({name}={reprlib.repr(value)})"
        text = (
            f"bedrock_jobs.{name} cannot be set: an option is given where the mock is made, as in "
            f"@pytest.mark.{option} or mock_{option}"
        )
    elif attribute is not None:
        text = f"bedrock_jobs.{name} cannot be set: it shows what there is. The attribute that can be set is progress"
    else:
        nearest = nearest_first(name, ("progress", *_OPTIONS))[0]
        text = (
            f"bedrock_jobs has no attribute {name!r}; the nearest is {nearest}. The attribute that can be set is "
            "progress; options are given where the mock is made"
        )
    raise UnknownAttributeError(f"{text}. {see(UNKNOWN_ATTRIBUTE)}")


def _refused(text: str) -> UsageError:
    return UsageError(f"{text} {see('An option or a target that is refused')}")
