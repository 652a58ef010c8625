"""Immutable copies of JSON values, for what a test reads of the mock's state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn


def _refuse(value: object, *_: object, **__: object) -> NoReturn:
    plain = "dict" if isinstance(value, dict) else "list"
    raise TypeError(f"a record of the mock does not change; copy it with {plain}(...) first")


class FrozenDict(dict[str, Any]):
    """An immutable dictionary, equal to any other with the same content, hashable and picklable."""

    __slots__ = ()
    if not TYPE_CHECKING:  # type checkers know them as the dictionary's
        __setitem__ = __delitem__ = __ior__ = _refuse
        clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self))

    def __reduce__(self) -> tuple[type[FrozenDict], tuple[dict[str, Any]]]:
        return FrozenDict, (dict(self),)


class FrozenList(list[Any]):
    """An immutable list, likewise."""

    __slots__ = ()
    if not TYPE_CHECKING:
        __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
        append = clear = extend = insert = pop = remove = reverse = sort = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self))

    def __reduce__(self) -> tuple[type[FrozenList], tuple[list[Any]]]:
        return FrozenList, (list(self),)


def frozen(value: Any) -> Any:
    """An immutable copy of a JSON value."""
    if isinstance(value, dict):
        return FrozenDict({name: frozen(item) for name, item in value.items()})
    if isinstance(value, (list, tuple)):
        return FrozenList(map(frozen, value))
    return value


NO_TAGS: Mapping[str, str] = FrozenDict()
