"""What is found by a name that several can have: the newest, whichever of them come and go."""

from __future__ import annotations

from typing import Any, TypeVar

T = TypeVar("T", bound="Named")


class Named:
    """One of those that have a name, between its neighbours in age."""

    __slots__ = ("newer", "older")

    newer: Any
    older: Any


class Names(dict[str, T]):
    """The newest of each name; the older ones hang on it, so that taking one out needs no search."""

    def add(self, name: str, item: T) -> None:
        """Put in the newest with this name."""
        item.newer, item.older = None, self.get(name)
        if item.older:
            item.older.newer = item
        self[name] = item

    def remove(self, name: str, item: T) -> None:
        """Take one out, and let its neighbours close up."""
        if item.older:
            item.older.newer = item.newer
        if item.newer:
            item.newer.older = item.older
        elif item.older:
            self[name] = item.older
        else:
            del self[name]
