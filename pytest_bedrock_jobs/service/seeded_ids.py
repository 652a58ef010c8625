"""Ids that are the same in each run of a test, for tests that compare whole responses."""

from __future__ import annotations

import contextlib
import contextvars
import hashlib
import itertools
import os
import threading
from collections.abc import Iterator

from . import arns

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LENGTH = 12
_IDS = len(_DIGITS) ** _LENGTH
_STEP = 2_862_933_555_777_941_757  # coprime to the number of ids, so that all are used before any is used again

_owner: contextvars.ContextVar[str | None] = contextvars.ContextVar("bedrock_jobs_owner", default=None)
_mocks_of_tests: dict[str, int] = {}
_mocks_of_others: dict[str, int] = {}
_lock = threading.Lock()


class SeededIds:
    """The ids of one mock: they derive from a seed, from the test, and from how many mocks the test had before.

    Args:
        seed: The option ``seed``.
    """

    def __init__(self, seed: int | str) -> None:
        test, other = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0], _owner.get()
        owner, mocks = (test, _mocks_of_tests) if test and other is None else (f"{other}", _mocks_of_others)
        with _lock:
            number = mocks[owner] = mocks.get(owner, 0) + 1
        digest = hashlib.sha256(repr((str(seed), owner, number)).encode("utf-8", "surrogatepass")).digest()
        self._numbers = itertools.count(int.from_bytes(digest, "big"))

    def new_id(self) -> str:
        """The next id."""
        number, text = next(self._numbers) * _STEP % _IDS, ""
        for _ in range(_LENGTH):
            number, digit = divmod(number, len(_DIGITS))
            text += _DIGITS[digit]
        return text


class SeededLock:
    """A lock within which new ids are those of one mock."""

    def __init__(self, ids: SeededIds) -> None:
        self._ids = ids
        self._lock = threading.RLock()

    def __enter__(self) -> bool:
        self._lock.acquire()
        arns.id_makers().append(self._ids.new_id)
        return True

    def __exit__(self, *_: object) -> None:
        arns.id_makers().pop()
        self._lock.release()


@contextlib.contextmanager
def owned_by(owner: str) -> Iterator[None]:
    """Let mocks made in this block belong to a module or session instead of the first test that runs in it."""
    token = _owner.set(owner)
    try:
        yield
    finally:
        _owner.reset(token)


def begin_test() -> None:
    """Begin another test, or the same again: its first mock has the number one."""
    _mocks_of_tests.clear()
