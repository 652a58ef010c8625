"""Ids that are the same in each run of a test, for tests that compare whole responses."""

from __future__ import annotations

import contextlib
import contextvars
import hashlib
import itertools
import os
import threading
from collections.abc import Iterator

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LENGTH = 12
_IDS = len(_DIGITS) ** _LENGTH
_STEP = 2_862_933_555_777_941_757  # coprime to the number of ids, so that all are used before any is used again

_owner: contextvars.ContextVar[str | None] = contextvars.ContextVar("bedrock_jobs_owner", default=None)
_mocks_of_tests: dict[str, int] = {}
_mocks_of_others: dict[str, int] = {}
_lock = threading.Lock()
_forks: list[int] = [0]
"""Of each ancestor process, oldest first, the number of its fork that led here; last, how often this one has forked."""


def _before_fork() -> None:
    _forks[-1] += 1


if hasattr(os, "register_at_fork"):  # two children of one process make different ids, the same in each run
    os.register_at_fork(before=_before_fork, after_in_child=lambda: _forks.append(0))


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
        self._origin = (str(seed), owner, number)
        self._forks = list(_forks)
        self._begin()

    def _begin(self) -> None:
        self._generation = len(_forks)
        forks = _forks[len(self._forks) - 1 : -1]  # those that led from the mock's process to this one
        forks[:1] = [number - self._forks[-1] for number in forks[:1]]
        origin = repr((*self._origin, *forks)).encode("utf-8", "surrogatepass")
        self._numbers = itertools.count(int.from_bytes(hashlib.sha256(origin).digest(), "big"))

    def new_id(self) -> str:
        """The next id."""
        if self._generation != len(_forks):
            self._begin()
        number, text = next(self._numbers) * _STEP % _IDS, ""
        for _ in range(_LENGTH):
            number, digit = divmod(number, len(_DIGITS))
            text += _DIGITS[digit]
        return text


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
