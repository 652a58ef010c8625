"""The options that an ini file can set; pytest imports this at every start, so it imports nothing of the package."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FLAG = "bool"
_TEXT = "string"

INI_OPTIONS: Mapping[str, tuple[str, str]] = {
    "account_id": (_TEXT, "the account of clients whose credentials name none: 12 digits"),
    "region": (_TEXT, "the Region of clients made without one, such as eu-central-1"),
    "quotas": (FLAG, "whether AWS's default quotas apply"),
    "progress": (_TEXT, "when jobs end: polls, 3 polls, time, manual, or a number of minutes"),
    "cold_models": (
        _TEXT,
        "whether imported models have to be restored first: false, true, manual, or how many requests fail",
    ),
    "check_model_files": (FLAG, "whether imports read their files, in an S3 that something else mocks"),
    "virtual_time": (FLAG, "whether time.sleep and asyncio.sleep return at once and move the mock's clock"),
    "seed": (_TEXT, "makes ids of jobs and models the same in each run: any text or number"),
    "max_polls_after_end": (_TEXT, "how often virtual time lets an ended job be polled: a number, or none"),
    "max_virtual_time": (_TEXT, "how far virtual sleeps may move the clock: a number of minutes, or none"),
    "allow_unfired_faults": (
        FLAG,
        "whether injected faults and planned outcomes may remain unused without failing the test",
    ),
    "passthrough": (_TEXT, "services whose requests may leave the process, such as: s3 sts"),
    "profiles": (_TEXT, "AWS profiles that exist, such as: prod staging"),
}
"""Each option's type in pytest's ini file, and what ``pytest --help`` says about it."""

# The innermost pytest run is the last: a run within another, as pytester starts it, has its own ini file.
_runs: list[Mapping[str, Any]] = []


def values() -> Mapping[str, Any]:
    """The values that the ini file of this run sets."""
    return _runs[-1] if _runs else {}


def begin_run(values: Mapping[str, Any]) -> None:
    """Use these values of options wherever a mock is made without them, until ``end_run``."""
    _runs.append(values)


def end_run(values: Mapping[str, Any]) -> None:
    """Return to the values that were used before."""
    _runs[:] = [other for other in _runs if other is not values]
