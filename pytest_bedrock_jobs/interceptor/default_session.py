"""boto3's default session while mocks are active: if the process has none, one that only mocks use.

Loading the service models takes longer than a test, so mocks share one, as code outside of mocks shares boto3's. What a
test changes in it ends with the last mock.
"""

from __future__ import annotations

import os
import sys
from typing import Any


class DefaultSession:
    """The value of ``boto3.DEFAULT_SESSION``; mocks are counted, and the last that ends restores the original."""

    def __init__(self) -> None:
        self._count = 0
        self._boto3: Any = None
        self._original: Any = None
        self._shared: Any = None
        self._environ: Any = None  # which it keeps, even if a test replaces it for a while
        self._emitter: Any = None
        self._handlers: Any = None

    def push(self) -> None:
        """Begin a mock."""
        self._count += 1
        if self._count > 1:
            return
        self._boto3 = sys.modules.get("boto3")
        if self._boto3 is None:
            return
        self._original = self._boto3.DEFAULT_SESSION
        if self._original is self._shared:  # restored by code that had found it in a mock
            self._original = None
        if self._original is None:
            if type(self._shared) is not self._boto3.Session or self._environ is not os.environ:
                self._shared, self._environ = self._boto3.Session(), os.environ
                self._emitter = self._shared.events._emitter
                # A different object after every change of the handlers.
                self._handlers = self._emitter._lookup_cache
            self._boto3.DEFAULT_SESSION = self._shared

    def pop(self) -> None:
        """End a mock."""
        self._count -= 1
        if self._count:
            return
        for boto3 in {self._boto3, sys.modules.get("boto3")} - {None}:
            # A module that was imported meanwhile had no session; a session that replaced another one is not ours.
            if self._original is None or boto3.DEFAULT_SESSION is self._shared:
                boto3.DEFAULT_SESSION = self._original
        self._boto3 = self._original = None
        if self._shared is not None and not self._is_plain(self._shared):
            self._shared = None

    def _is_plain(self, session: Any) -> bool:
        """Whether nothing is changed in it that another test would notice."""
        core = session._session
        return (
            self._emitter._lookup_cache is self._handlers
            and not core.instance_variables()
            and core._credentials is None
            and core.get_default_client_config() is None
        )


default_session: DefaultSession = DefaultSession()
