"""Members of outputs."""

from __future__ import annotations

from typing import Any


def present(**members: Any) -> dict[str, Any]:
    """The members that have a value: the service leaves the others out, and code under test asks with ``in``."""
    if None not in members.values():  # so it is for most rows of a list
        return members
    return {name: value for name, value in members.items() if value is not None}
