"""What an operation knows besides its parameters."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from ..arns import Place
from ..store import Store


class Request(NamedTuple):
    """One request: from whom and where, when, to which state.

    Attributes:
        operation: The API operation's name.
        place: Account, Region and partition of the client.
        time: The mock's time.
        store: All state; its lock is held.
        quotas: Whether AWS's default quotas apply.
    """

    operation: str
    place: Place
    time: datetime.datetime
    store: Store
    quotas: bool
