"""The options, which are the same however the mock is activated, and their defaults, which an ini file can change."""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypedDict

from . import ini_options
from .errors import (
    UNKNOWN_ATTRIBUTE,
    UnknownAttributeError,
    UnknownOptionError,
    UsageError,
    nearest_first,
    no_such,
    see,
    shown,
)
from .store.progress import LONGEST, ProgressOption, progress_from
from .store.readiness import ColdModelsOption, restore_from

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it


class Options(TypedDict, total=False):
    """The keyword-only options, for type checkers; ``Settings`` documents them."""

    account_id: str
    region: str | None
    quotas: bool
    progress: ProgressOption
    cold_models: ColdModelsOption
    check_model_files: bool
    virtual_time: bool
    seed: int | str | None
    max_polls_after_end: int | None
    max_virtual_time: datetime.timedelta | None
    allow_unfired_faults: bool
    passthrough: Sequence[str]
    profiles: Sequence[str] | Mapping[str, Mapping[str, str]]


def _progress_from_text(text: str) -> ProgressOption:
    """Read a number as minutes: an ini file has no timedelta."""
    if re.fullmatch(r"[0-9]+([.][0-9]+)?", text):
        return datetime.timedelta(minutes=float(text))
    try:
        progress_from(text)
    except UsageError:
        raise UsageError(
            "progress is polls, a number of polls such as 3 polls, time, manual or a number of minutes, "
            f"not {shown(text)}."
        ) from None
    return text


def _cold_models_from_text(text: str) -> ColdModelsOption:
    """Read a number as a number of requests."""
    if re.fullmatch(r"[1-9][0-9]*", text):
        return int(text)
    if text in ("true", "false", "manual"):
        return "manual" if text == "manual" else text == "true"
    raise UsageError(f"cold_models is false, true, manual or a number of requests, not {text!r}.")


def _number_from_text(text: str) -> int | None:
    if text != "none" and not re.fullmatch("[0-9]+", text):
        raise UsageError(f"max_polls_after_end is a number or none, not {shown(text)}.")
    return None if text == "none" else int(text)


def _minutes_from_text(text: str) -> datetime.timedelta | None:
    if text != "none" and not re.fullmatch(r"[0-9]+([.][0-9]+)?", text):
        raise UsageError(f"max_virtual_time is a number of minutes or none, not {shown(text)}.")
    return None if text == "none" else datetime.timedelta(minutes=float(text))


def _names_from_text(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


_FROM_TEXT: Mapping[str, Callable[[str], Any]] = {
    "progress": _progress_from_text,
    "cold_models": _cold_models_from_text,
    "max_polls_after_end": _number_from_text,
    "max_virtual_time": _minutes_from_text,
    "passthrough": _names_from_text,
    "profiles": _names_from_text,
}
"""How to read the text of an ini option; every other text is the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The options, checked.

    Attributes:
        account_id: The account of clients whose credentials name none; twelve digits.
        region: The Region of clients created without one while the mock is active. None leaves
            ``AWS_DEFAULT_REGION`` as it is, or ``us-east-1`` where it is not set.
        quotas: Whether AWS's default quotas apply. Off by default: the concurrency quota allows only one import.
        progress: When jobs end: ``"polls"`` (the second Get or List that sees a job finds it Completed), a number of
            polls such as ``"3 polls"`` (three find it InProgress), ``"time"`` (after 15 minutes of the mock's clock)
            or a timedelta (after that long), or ``"manual"`` (when the test calls ``complete`` or ``fail``).
        cold_models: Whether an imported model has to be restored before it responds: after its import, and after an
            hour of the mock's clock without a call. Off by default: most tests of what models say are not about it.
            True: six requests get ModelNotReadyException first; a number: that many do; a timedelta: the restore
            takes that long; ``"manual"``: it takes until the test calls ``restore_model``.
        check_model_files: Whether an import reads its files in S3, which something else has to mock in the process,
            such as moto: real S3 is never read. Files added with ``add_model_files`` are read without this option.
        virtual_time: Whether ``time.sleep`` and ``asyncio.sleep`` return at once and move the mock's clock instead,
            and with it what ``time.time`` and ``time.monotonic`` return.
        seed: Makes the ids of jobs and models, and with them ARNs and generated names, the same in each run: they
            derive from this number or text and from the test's id, and no two are the same in a run. None leaves them
            random. Requests from several threads get them in the order in which they arrive.
        max_polls_after_end: How often a job may be polled after it has ended, with virtual sleeps between and while no
            other job runs, before that counts as a loop that never ends and is a usage error. None: no limit.
        max_virtual_time: How far virtual sleeps may move the clock, besides the time that a job takes, before that
            counts as a loop that never ends. None: no limit.
        allow_unfired_faults: Whether injected faults and planned outcomes may remain unused. If not, each one that no
            request got, or no job took, fails the test.
        passthrough: Services, by their names in botocore such as ``("s3",)``, whose requests leave the process if
            nothing in it responds to them. None by default: they are refused.
        profiles: Profiles that exist, such as ``("prod",)``, each with fake keys; or from the name of each to its
            ``account_id``, its ``region``, or both.
    """

    account_id: str = "123456789012"
    region: str | None = None
    quotas: bool = False
    progress: ProgressOption = "polls"
    cold_models: ColdModelsOption = False
    check_model_files: bool = False
    virtual_time: bool = False
    seed: int | str | None = None
    max_polls_after_end: int | None = 1000
    max_virtual_time: datetime.timedelta | None = datetime.timedelta(days=2)
    allow_unfired_faults: bool = False
    passthrough: Sequence[str] = ()
    profiles: Sequence[str] | Mapping[str, Mapping[str, str]] = ()

    def __post_init__(self) -> None:
        checked_account_id(self.account_id)
        checked_region(self.region)
        for name in _FLAGS:
            value = getattr(self, name)
            if not isinstance(value, bool):
                raise _refused(f"{name} is True or False, not {shown(value)}.")
        if isinstance(self.seed, bool) or not isinstance(self.seed, int | str | None):
            raise _refused(f"seed is a number, a text or None, not {shown(self.seed)}.")
        polls, time = self.max_polls_after_end, self.max_virtual_time
        if polls is not None and (type(polls) is not int or polls < 0):
            raise _refused(f"max_polls_after_end is a number of polls or None, not {shown(polls)}.")
        if time is not None and not (isinstance(time, datetime.timedelta) and datetime.timedelta() <= time <= LONGEST):
            raise _refused(f"max_virtual_time is a timedelta or None, not {shown(time)}.")
        progress_from(self.progress)
        restore_from(self.cold_models)
        if not _are_names(self.passthrough):
            raise _refused(f"passthrough is a tuple of services such as ('s3',), not {shown(self.passthrough)}.")
        if not _are_names(self.profiles):
            raise _refused(f"profiles is a tuple or a mapping of profiles, not {shown(self.profiles)}.")
        for name, values in self.declared_profiles().items():
            if not isinstance(values, Mapping) or not {"account_id", "region"}.issuperset(values):
                raise _refused(f"profiles: {name!r} has an account_id, a region, or both, not {shown(values)}.")
            checked_account_id(values.get("account_id", "123456789012"))
            checked_region(values.get("region"))

    def declared_profiles(self) -> Mapping[str, Mapping[str, str]]:
        """The profiles that exist, each with what it says."""
        profiles = self.profiles
        return profiles if isinstance(profiles, Mapping) else {name: {} for name in profiles}


def _are_names(names: object) -> bool:
    kinds = (tuple, list, set, frozenset, Mapping)
    return isinstance(names, kinds) and all(isinstance(name, str) and name for name in names)


_NAMES = [option.name for option in fields(Settings)]
_FLAGS = [name for name, (kind, _) in ini_options.INI_OPTIONS.items() if kind == ini_options.FLAG]


def from_ini(name: str, value: Any) -> Any:
    """The value of an option that pytest has read from an ini file.

    Raises:
        UsageError: For a value that the option cannot have.
    """
    value = _FROM_TEXT.get(name, str)(value) if isinstance(value, str) else value
    Settings(**{name: value})
    return value


def settings_from(options: Mapping[str, Any]) -> Settings:
    """Check options; those that are not given have the ini file's values.

    Raises:
        UnknownOptionError: For an option that does not exist; the message lists those that do.
        UsageError: For a value that an option cannot have.
    """
    for name in options:
        if name not in _NAMES:
            known = no_such("option", name, _NAMES)
            raise UnknownOptionError(f"bedrock_jobs: {known}. {see('An option or a target that is refused')}")
    chosen = {**ini_options.values(), **options}
    return Settings(**chosen) if chosen else _without_options()


@functools.cache
def _without_options() -> Settings:
    return Settings()


def checked_account_id(account_id: str) -> str:
    """The account id, if it can be one.

    Raises:
        UsageError: If it is not a string of 12 digits.
    """
    if isinstance(account_id, str) and re.fullmatch("[0-9]{12}", account_id):
        return account_id
    raise _refused(f"account_id is a string of 12 digits, not {shown(account_id)}.")


def checked_region(region: str | None) -> str | None:
    """The Region, if its name can be one; None stands for the mock's Region.

    Raises:
        UsageError: If it is not the name of a Region.
    """
    if region is None or (isinstance(region, str) and re.fullmatch(_REGION, region)):
        return region
    raise _refused(f"region is a Region's name such as 'us-east-1', not {shown(region)}.")


# Fits all of AWS's: us-east-1, us-gov-west-1, us-iso-east-1, us-isob-east-1, eusc-de-east-1, ap-southeast-5.
_REGION = "[a-z]{2,4}(-[a-z]{2,10}){1,2}-[0-9]{1,2}"


def check_settable(mock: type, name: str, value: object) -> None:
    """Refuse to set an attribute of a mock where that would change nothing.

    Raises:
        UnknownAttributeError: For an option, which is given where the mock is made; for an attribute that can only be
            read; and for one that does not exist.
    """
    attribute = getattr(mock, name, None)
    if callable(attribute) or (isinstance(attribute, property) and attribute.fset):
        return  # a method may be replaced, by a spy for example
    if name in _NAMES:
        option = f"bedrock_jobs({name}={shown(value)})"
        text = (
            f"bedrock_jobs.{name} cannot be set: an option is given where the mock is made, as in "
            f"@pytest.mark.{option} or mock_{option}"
        )
    elif attribute is not None:
        text = f"bedrock_jobs.{name} can only be read. The attribute that can be set is progress"
    else:
        nearest = nearest_first(name, ("progress", *_NAMES))[0]
        text = (
            f"bedrock_jobs has no attribute {name!r}; the nearest is {nearest}. The attribute that can be set is "
            "progress; options are given where the mock is made"
        )
    raise UnknownAttributeError(f"{text}. {see(UNKNOWN_ATTRIBUTE)}")


def _refused(text: str) -> UsageError:
    return UsageError(f"{text} {see('An option or a target that is refused')}")
