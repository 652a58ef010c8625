"""Clients and sessions that mocks share, because making them takes longer than a test; each test finds them as new."""

from __future__ import annotations

import functools
import itertools
import operator
import os
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

from ..service.dispatcher import Service
from ..service.errors import see
from . import latest_mock
from .environment import KEYS
from .gate import NoNetwork

if TYPE_CHECKING:
    from ..service.operations.model_files import Files

_KEYS = {"aws_access_key_id": KEYS["AWS_ACCESS_KEY_ID"], "aws_secret_access_key": KEYS["AWS_SECRET_ACCESS_KEY"]}


def _watched(emitter: Any, used: str, *holders: Any) -> Callable[[], bool]:
    """A function that says whether an object of botocore's, as far as a test can change it, is still as it is now.

    Args:
        emitter: Its event emitter, which replaces its cache whenever a handler is added or removed.
        used: The attribute that using it changes.
        holders: The objects and dictionaries that have its attributes.
    """

    def state() -> list[object]:  # names, which Python keeps once, and values
        dicts = [{**getattr(holder, "__dict__", holder), used: None} for holder in holders]
        return [emitter._lookup_cache, *itertools.chain(*dicts, *map(dict.values, dicts))]

    def is_as_new() -> bool:
        now = state()
        # The identity of values: a test may have put anything there, with any __eq__.
        return len(now) == len(new) and all(map(operator.is_, now, new))

    new = state()
    return is_as_new


_lock = threading.RLock()
"""A boto3 session makes one client at a time, and threads may ask for the first session at once."""


class _Clients:
    """The ready-made Bedrock clients of the process: each mock has one of its own per Region."""

    def __init__(self) -> None:
        self._session: Any = None
        self._in_use: WeakKeyDictionary[Service, dict[str, tuple[Any, Callable[[], bool]]]] = WeakKeyDictionary()
        self._spare: dict[str, list[tuple[Any, Callable[[], bool]]]] = {}

    def client(self, service: Service, region: str) -> Any:
        """The client of this Region, which works only while a mock is active."""
        with _lock:
            mine = self._in_use.setdefault(service, {})
            if region not in mine:
                spare = self._spare.get(region)
                mine[region] = spare.pop() if spare else self._new(region)
            return mine[region][0]

    def end(self, service: Service) -> None:
        """End a mock: its clients are for others if they are as new, their quota of retries included."""
        with _lock:
            for region, (client, is_as_new) in self._in_use.pop(service, {}).items():
                if is_as_new() and not service.retried:
                    self._spare.setdefault(region, []).append((client, is_as_new))

    def _new(self, region: str) -> tuple[Any, Callable[[], bool]]:
        import boto3  # only here: tests that make clients themselves, or use aiobotocore's, do not pay for it
        from botocore.config import Config

        # The same for all tests, whatever the environment says in the first one that needs it.
        config = Config(ignore_configured_endpoint_urls=True, retries={"mode": "standard", "total_max_attempts": 3})
        session = self._session or boto3.Session(**_KEYS)
        client = session.client("bedrock", region_name=region, config=config)
        self._session = session  # only now: one that failed may have seen another file system than the next test's
        client._endpoint.http_session = NoNetwork(
            "this client was made by bedrock_jobs.client(), and no mock is active: use it within the fixture, the "
            f"decorator or the context manager. {see('A client that is used after its mock')}"
        )
        meta, endpoint, signer = client.meta, client._endpoint, client._request_signer
        holders = (client, type(client), meta, meta.config, meta.config.retries, endpoint, signer)
        return client, _watched(meta.events._emitter, "_exceptions", *holders)


class _DefaultSession:
    """The value of ``boto3.DEFAULT_SESSION``: if the process has none, one that only mocks use.

    The last mock that ends restores the original. What a test changes in the session ends with it.
    """

    def __init__(self) -> None:
        self._boto3: Any = None
        self._original: Any = None
        self._shared: Any = None
        self._made_of: list[Any] = []
        self._is_unchanged: Callable[[], bool]

    def begin_mock(self) -> None:
        """Put the original away, before the first mock becomes active."""
        if latest_mock():
            return
        self._boto3 = sys.modules.get("boto3")
        self._original = getattr(self._boto3, "DEFAULT_SESSION", None)
        if self._original and self._original is self._shared:  # restored by code that had found it in a mock
            self._original = self._boto3.DEFAULT_SESSION = None

    def get(self, wrapped: Callable[..., Any], _module: Any, args: Any, kwargs: Any) -> Any:
        """Stand in for ``boto3._get_default_session``, which makes one if there is none."""
        with _lock:
            if self._boto3 and self._boto3.DEFAULT_SESSION is None:
                if not self._is_as_new():
                    self._shared, self._made_of = self._boto3.Session(), self._sources()
                    core = self._shared._session
                    holders = (self._shared, core, core._session_instance_vars)
                    self._is_unchanged = _watched(core._events._emitter, "_last_client_region_used", *holders)
                self._boto3.DEFAULT_SESSION = self._shared
        return wrapped(*args, **kwargs)

    def end_mock(self) -> None:
        """Restore the original, after the last mock has been active."""
        if latest_mock():
            return
        for boto3 in {self._boto3, sys.modules.get("boto3")} - {None}:
            # A module that was imported meanwhile had no session; a session that replaced another one is not ours.
            if self._original is None or boto3.DEFAULT_SESSION is self._shared:
                boto3.DEFAULT_SESSION = self._original

    def _is_as_new(self) -> bool:
        # A list of services that is empty was read in a file system that a test had put in place of the machine's.
        return self._made_of == self._sources() and self._is_unchanged() and all(self._shared._loader._cache.values())

    def _sources(self) -> list[Any]:
        """What makes a new session what it is: moto, imported meanwhile, adds a handler, and responds only there."""
        from botocore.handlers import BUILTIN_HANDLERS

        # A session keeps the environment in which it was made, even if a test has replaced that for a while.
        return [self._boto3.Session, id(os.environ), *BUILTIN_HANDLERS]


default_session: _DefaultSession = _DefaultSession()
ready_made: _Clients = _Clients()


def files_in_s3(bucket: str, prefix: str, region: str) -> Files:
    """The files of a model, in the S3 that something else mocks in this process; nothing is ever sent.

    Raises:
        ImportFailedError: If that S3 has no such bucket, or denies access.
        UsageError: If nothing mocks S3.
    """
    from botocore.config import Config
    from botocore.session import Session

    from ..service.operations.model_files import ImportFailedError, s3_permission

    config = Config(ignore_configured_endpoint_urls=True, retries={"total_max_attempts": 1, "mode": "standard"})
    # A new client each time: a mock of S3 may have been loaded since the last one, and it hooks new sessions only.
    client = Session().create_client("s3", region_name=region, config=config, **_KEYS)
    client._endpoint.http_session = NoNetwork(
        "check_model_files: nothing in this process mocks S3, and the real one is never read. Mock it, with moto "
        "for example, or add the files with bedrock_jobs.add_model_files(...). "
        f"{see('Files of a model that are refused')}"
    )

    def ask(operation: Callable[..., Any], key: str, **parameters: str) -> Any:
        try:
            return operation(Bucket=bucket, **parameters)
        except client.exceptions.ClientError:
            raise ImportFailedError(s3_permission(bucket, key)) from None

    def read(key: str) -> bytes:
        return cast("bytes", ask(client.get_object, key, Key=key)["Body"].read())

    page = ask(client.list_objects_v2, f"{prefix}config.json", Prefix=prefix)
    keys = [entry["Key"] for entry in page.get("Contents", ()) if not entry["Key"].endswith("/")]
    return {key[len(prefix) :]: functools.partial(read, key) for key in keys}
