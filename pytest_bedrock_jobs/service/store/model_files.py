"""The files of models in S3: the places that hold them, and those that a test added."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from ..errors import UsageError, see

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

GivenFiles: TypeAlias = "Mapping[str, Any] | str | os.PathLike[str]"
"""Names and contents (a text, bytes, or a mapping that becomes JSON), or a folder on this machine."""

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


def add(buckets: dict[str, Files], s3_uri: str, files: GivenFiles) -> None:
    """Add files below a URI, and replace those with the same keys.

    Raises:
        UsageError: For what is not an S3 URI, a folder or a file.
    """
    place = bucket_and_prefix(s3_uri) if isinstance(s3_uri, str) else None
    if place is None:
        raise _refused(f"the first argument is the URI of a prefix such as 's3://my-bucket/llama/', not {s3_uri!r}")
    bucket, prefix = place
    given = _in_mapping(files) if isinstance(files, Mapping) else _in_folder(files)
    # A new dictionary: an import may be reading the files of this bucket, without the lock.
    added = {prefix + name: read for name, read in given.items()}
    buckets[bucket] = {**buckets.get(bucket, {}), **added}


def below(buckets: Mapping[str, Files], s3_uri: str) -> Files | None:
    """The files below a URI; None if the test added none to its bucket, or it is no URI."""
    bucket, prefix = bucket_and_prefix(s3_uri) or ("", "")
    if bucket not in buckets:
        return None
    return {key[len(prefix) :]: read for key, read in buckets[bucket].items() if key.startswith(prefix)}


def _in_mapping(files: Mapping[str, Any]) -> dict[str, Callable[[], bytes]]:
    return {_name(name): _reader(name, content) for name, content in files.items()}


def _name(name: object) -> str:
    if isinstance(name, str) and name.strip("/"):
        return name.lstrip("/")
    raise _refused(f"a file has a name such as 'config.json', not {name!r}")


def _reader(name: str, content: Any) -> Callable[[], bytes]:
    if isinstance(content, bytes):
        data = content
    elif isinstance(content, str):
        data = content.encode()
    elif isinstance(content, Mapping):
        try:
            data = json.dumps(dict(content)).encode()
        except (TypeError, ValueError) as error:
            raise _refused(f"{name} cannot be written as JSON: {error}") from None
    else:
        raise _refused(f"{name} is a text, bytes, or a mapping that becomes JSON, not {content!r}")
    return lambda: data


def _in_folder(folder: Any) -> dict[str, Callable[[], bytes]]:
    """The present files of a folder on this machine; weights may be large, so each is read only when it is needed."""
    try:
        path = Path(folder)
    except TypeError:
        path = None
    if path is None or not path.is_dir():
        raise _refused(f"the second argument is a mapping of names and contents, or a folder, not {folder!r}")
    return {file.relative_to(path).as_posix(): file.read_bytes for file in path.rglob("*") if file.is_file()}


def _refused(text: str) -> UsageError:
    return UsageError(f"add_model_files: {text}. {see('Files of a model that are refused')}")
