"""Files below a prefix in S3, wherever they come from."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

Files: TypeAlias = "Mapping[str, Callable[[], bytes]]"
"""The files below a prefix: from the rest of the key to a function that reads the content."""

_S3_URI = r"(?s)s3://([a-z0-9][-.a-z0-9]{1,61}[a-z0-9])(?:/(.*))?"


class UnreadableFilesError(Exception):
    """A file cannot be read.

    Args:
        name: Its name below the prefix.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def bucket_and_prefix(s3_uri: str) -> tuple[str, str] | None:
    """The bucket, and what the keys of files below this URI begin with; None if it is not an S3 URI."""
    match = re.fullmatch(_S3_URI, s3_uri)
    if match is None:
        return None
    prefix = match[2] or ""
    return match[1], f"{prefix.rstrip('/')}/" if prefix else ""
