"""Immutable copies of JSON values, for what a test reads of the mock's state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn


class FrozenDict(dict[str, Any]):
    """An immutable dictionary, equal to any other with the same content, hashable and picklable."""

    __slots__ = ()

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self))

    def __reduce__(self) -> tuple[type[FrozenDict], tuple[dict[str, Any]]]:
        return FrozenDict, (dict(self),)


class FrozenList(list[Any]):
    """An immutable list, likewise."""

    __slots__ = ()

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self))

    def __reduce__(self) -> tuple[type[FrozenList], tuple[list[Any]]]:
        return FrozenList, (list(self),)


def _refuse(value: object, *_: object, **__: object) -> NoReturn:
    plain = "dict" if isinstance(value, dict) else "list"
    raise TypeError(f"a record of the mock does not change; copy it with {plain}(...) first")


_CHANGES = {
    FrozenDict: ("__setitem__", "__delitem__", "__ior__", "clear", "pop", "popitem", "setdefault", "update"),
    FrozenList: (
        *("__setitem__", "__delitem__", "__iadd__", "__imul__"),
        *("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"),
    ),
}
for _frozen, _names in _CHANGES.items():
    for _name in _names:
        setattr(_frozen, _name, _refuse)


def frozen(value: Any) -> Any:
    """An immutable copy of a JSON value."""
    if isinstance(value, dict):
        return FrozenDict({name: frozen(item) for name, item in value.items()})
    if isinstance(value, (list, tuple)):
        return FrozenList(map(frozen, value))
    return value


NO_TAGS: Mapping[str, str] = FrozenDict()
