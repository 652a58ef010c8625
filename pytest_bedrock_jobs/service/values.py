"""Small values, most of them made for every request.

They are classes with slots: CPython 3.11 reads their attributes many times faster than the fields of a NamedTuple.
"""

from __future__ import annotations

from typing import Any, TypeVar

V = TypeVar("V", bound="Value")


class Value:
    """A value that nothing changes once it is made; its constructor takes the slots by name."""

    __slots__: tuple[str, ...] = ()

    def changed(self: V, **attributes: Any) -> V:
        """The same value with other values of these attributes."""
        return type(self)(**{name: getattr(self, name) for name in self.__slots__} | attributes)
