"""Ids and Amazon Resource Names, and the scopes they belong to."""

from __future__ import annotations

import functools
import itertools
import os
import uuid
from collections.abc import Iterator
from typing import NamedTuple

BASE_MODEL = r"imported|(?=[^:]{1,63}(:|$))[a-z0-9-]{1,60}[.][a-z0-9-]{2,61}(:[a-z0-9-]{1,63}){0,2}"
"""What may stand between ``custom-model/`` and the id according to every pattern in the service model."""

_IDS = 16**12
# Odd, so coprime to 16**12: counting in steps of this reaches every id once before any repeats.
_STEP = 0x9E3779B97F4B
_numbers: Iterator[int]


def _restart() -> None:
    """Start anywhere, whatever ``random.seed()`` was called with, as test runners do before every test."""
    global _numbers
    _numbers = itertools.count(int.from_bytes(os.urandom(8), "big"))


_restart()
if hasattr(os, "register_at_fork"):  # two children of one process make different ids
    os.register_at_fork(after_in_child=_restart)


class Scope(NamedTuple):
    """An account in a Region: names are unique and quotas count per scope, and no scope sees another's jobs."""

    account_id: str
    region: str
    partition: str


@functools.cache
def scope(account_id: str, region: str, partition: str) -> Scope:
    """The account in this Region: one object, which everything kept for this scope shares."""
    return Scope(account_id, region, partition)


def new_id() -> str:
    """Twelve characters of ``[a-z0-9]``, never the same twice in a process."""
    return f"{next(_numbers) * _STEP % _IDS:012x}"


def make(scope: Scope, kind: str, resource_id: str) -> str:
    """The ARN of a Bedrock resource, such as ``arn:aws:bedrock:us-east-1:123456789012:model-copy-job/<id>``."""
    return f"{_prefix(scope)}{kind}/{resource_id}"


@functools.cache
def _prefix(scope: Scope) -> str:
    return f"arn:{scope.partition}:bedrock:{scope.region}:{scope.account_id}:"


def foundation_model_arn(scope: Scope, base_model: str) -> str:
    """The ARN of the foundation model that a custom model of this scope was made from."""
    return f"arn:{scope.partition}:bedrock:{scope.region}::foundation-model/{base_model}"


def foundation_model_in(identifier: str) -> str:
    """The id of the foundation model that an ARN or an id names; empty for every other identifier of a model."""
    if identifier.startswith("arn:"):
        return identifier.partition(":foundation-model/")[2]
    return identifier if "." in identifier else ""


def base_model_of(custom_model_arn: str) -> str:
    """The segment between ``custom-model/`` and the id: a foundation model's id, or ``imported``."""
    return custom_model_arn.rsplit("/", 2)[1]


def kms_key_arn(scope: Scope, key: str) -> str:
    """The full ARN of a KMS key given by id, alias, alias ARN or ARN.

    AWS responds with the key that an alias points to. The mock chooses that key itself, the same for the same alias.
    """
    if not key.startswith("arn:"):
        kind = "" if key.startswith("alias/") else "key/"
        key = f"arn:{scope.partition}:kms:{scope.region}:{scope.account_id}:{kind}{key}"
    owner, _, alias = key.partition(":alias/")
    return f"{owner}:key/{uuid.uuid5(uuid.NAMESPACE_URL, key)}" if alias else key
