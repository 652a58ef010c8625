"""What is found by a name that several can have: the newest, whichever of them come and go."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

T = TypeVar("T", bound="Named")


class Named:
    """One of those that have a name, between its neighbours in age."""

    __slots__ = ("newer", "older")

    def __init__(self) -> None:
        self.newer: Any = None
        self.older: Any = None


class Names(Generic[T]):
    """The newest of each name; the older ones hang on it, so that taking one out needs no search."""

    def __init__(self) -> None:
        self._newest: dict[str, T] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._newest

    def get(self, name: str) -> T | None:
        """The newest with this name."""
        return self._newest.get(name)

    def add(self, name: str, item: T) -> None:
        """Put in the newest with this name."""
        older = self._newest.get(name)
        if older:
            item.older, older.newer = older, item
        self._newest[name] = item

    def remove(self, name: str, item: T) -> None:
        """Take one out, and let its neighbours close up."""
        if item.older:
            item.older.newer = item.newer
        if item.newer:
            item.newer.older = item.older
        elif item.older:
            self._newest[name] = item.older
        else:
            del self._newest[name]
