"""Where a request came from: the line of the code under test that is above the frames of botocore and of the mock."""

from __future__ import annotations

import sys
from types import FrameType

_MACHINERY = frozenset(
    {
        "aioboto3",
        "aiobotocore",
        "awscli",
        "boto3",
        "botocore",
        "opentelemetry",
        "pytest_bedrock_jobs",
        "s3transfer",
        "wrapt",
    }
)


def stack_level() -> int:
    """The ``stacklevel`` with which the caller of this function can warn at the sender's line."""
    return _sender()[1] - 1


def line() -> str:
    """The sender's ``file:line``."""
    frame, _ = _sender()
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def _sender() -> tuple[FrameType, int]:
    frame, depth = sys._getframe(1), 1
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] in _MACHINERY:
        frame, depth = frame.f_back, depth + 1
    return frame, depth
