"""Ids and Amazon Resource Names, and the scopes they belong to."""

from __future__ import annotations

import contextlib
import contextvars
import itertools
import os
import uuid
from collections.abc import Iterator
from typing import NamedTuple

FOUNDATION_MODEL = r"(?=[^:]{1,63}(:|$))[a-z0-9-]{1,60}[.][a-z0-9-]{2,61}(:[a-z0-9-]{1,63}){0,2}"
BASE_MODEL = rf"imported|{FOUNDATION_MODEL}"
"""What may stand between ``custom-model/`` and the id according to every pattern in the service model."""


class Scope(NamedTuple):
    """An account in a Region: names are unique and quotas count per scope, and no scope sees another's jobs."""

    account_id: str
    region: str
    partition: str


def make(scope: Scope, kind: str, resource_id: str) -> str:
    """The ARN of a Bedrock resource, such as ``arn:aws:bedrock:us-east-1:123456789012:model-copy-job/<id>``."""
    return f"arn:{scope.partition}:bedrock:{scope.region}:{scope.account_id}:{kind}/{resource_id}"


def foundation_model_arn(scope: Scope, base_model: str) -> str:
    """The ARN of the foundation model that a custom model of this scope was made from."""
    return f"arn:{scope.partition}:bedrock:{scope.region}::foundation-model/{base_model}"


def foundation_model_in(identifier: str) -> str:
    """The id of the foundation model that an ARN or an id names; empty for every other identifier of a model."""
    if identifier.startswith("arn:"):
        return identifier.partition(":foundation-model/")[2]
    return identifier if "." in identifier else ""


def base_model_of(model_arn: str) -> str:
    """A foundation model's id, or that of a custom model's foundation model: ``imported`` if its ARN has none."""
    return model_arn.rsplit("/", 2)[1]


def kms_key_arn(scope: Scope, key: str | None) -> str | None:
    """The full ARN of a KMS key given by id, alias, alias ARN or ARN; None for none.

    AWS responds with the key that an alias points to. The mock chooses that key itself, the same for the same alias.
    """
    if key is None:
        return None
    if not key.startswith("arn:"):
        kind = "" if key.startswith("alias/") else "key/"
        key = f"arn:{scope.partition}:kms:{scope.region}:{scope.account_id}:{kind}{key}"
    owner, _, alias = key.partition(":alias/")
    return f"{owner}:key/{uuid.uuid5(uuid.NAMESPACE_URL, key)}" if alias else key


_IDS = 16**12
# Odd, so coprime to 16**12: counting in steps of this reaches every id once before any repeats.
_STEP = 0x9E3779B97F4B

_owner: contextvars.ContextVar[str | None] = contextvars.ContextVar("bedrock_jobs_owner", default=None)
# For each owner, the number of its next mock.
_mocks_of_tests: dict[str, Iterator[int]] = {}
_mocks_of_others: dict[str, Iterator[int]] = {}


class Ids:
    """The ids of one mock, none of them twice: with a seed, the same in each run, but for those of forked children.

    Args:
        seed: The option ``seed``. The ids follow from it, from the test, and from how many mocks the test had before;
            without one, from nothing, whatever ``random.seed()`` was called with, as test runners do before every test.
    """

    def __init__(self, seed: int | str | None) -> None:
        test, other = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0], _owner.get()
        owner, mocks = (test, _mocks_of_tests) if test and other is None else (f"{other}", _mocks_of_others)
        origin: object = os.urandom(16)
        if seed is not None:
            origin = str(seed), owner, next(mocks.setdefault(owner, itertools.count(1)))
        self._begin(origin)

    def _begin(self, origin: object) -> None:
        self._process = os.getpid()
        self._numbers = itertools.count(uuid.uuid5(uuid.NAMESPACE_OID, repr(origin)).int % _IDS)

    def new_id(self) -> str:
        """Twelve characters of ``[a-z0-9]``."""
        if self._process != os.getpid():  # a forked child makes other ids than its parent, also with a seed
            self._begin(os.urandom(16))
        return f"{next(self._numbers) * _STEP % _IDS:012x}"


@contextlib.contextmanager
def seeded_for(owner: str) -> Iterator[None]:
    """Let mocks made in this block belong to a module or session instead of the first test that runs in it."""
    token = _owner.set(owner)
    try:
        yield
    finally:
        _owner.reset(token)


def begin_seeded_test() -> None:
    """Begin another test, or the same again: the ids of its first mock are those of a first mock."""
    _mocks_of_tests.clear()
