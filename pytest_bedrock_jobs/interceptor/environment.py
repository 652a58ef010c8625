"""``os.environ`` while mocks are active: each mock sets variables, and may end before those that began after it.

For each variable its settings are kept in order: the original value, those of mocks, and those of other code since. The
last one counts. When a mock ends, its setting is removed, wherever it is in that order. The end of a mock never
overwrites what other code has set. When other code restores a value that it had read within a mock, the setting of that
mock counts instead of the value while the mock is active, and none of it after its end.

Most mocks are alone from start to end, and nothing else touches their variables. Of such a mock, only its values and
those before it are kept; settings are made of them when one of the two changes.
"""

from __future__ import annotations

import contextlib
import functools
import os
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, MutableMapping
from contextvars import ContextVar
from typing import Any


class _Setting:
    """One value of a variable; None where it is not set.

    Attributes:
        owner: The mock that has set it, None for other code.
        replaced: The value that other code replaced, and may restore.
    """

    __slots__ = ("owner", "replaced", "value")

    def __init__(self, value: str | None, owner: object = None, replaced: str | None = None) -> None:
        self.value: str | None = value
        self.owner: object = owner
        self.replaced: str | None = replaced


class _Variable:
    """The settings of one variable, oldest first; the first one is the value before any mock.

    Attributes:
        ours: The value that a mock has set last.
    """

    __slots__ = ("ours", "settings")

    def __init__(self, original: str | None) -> None:
        self.settings: list[_Setting] = [_Setting(original)]
        self.ours: str | None = None

    def of_others(self) -> str | None:
        """The value without any mock."""
        return next(setting.value for setting in reversed(self.settings) if setting.owner is None)

    def changed(self, value: str | None) -> None:
        """Note that other code has set this value."""
        for setting in reversed(self.settings[1:]):
            if setting.owner is None and setting.replaced == value:
                self.settings.remove(setting)  # its replacement has been undone
                return
        last = self.settings[-1]
        if value == last.value:
            return
        if last.owner is None:
            last.value = value
        else:
            self.settings.append(_Setting(value, replaced=last.value))

    def remove(self, owner: object) -> None:
        """Remove what this mock has set."""
        self.settings = [setting for setting in self.settings if setting.owner is not owner]


class Environment:
    """The variables that mocks set.

    Args:
        signs: Values that only mocks set. If one is written after the end of all mocks, other code has restored a copy
            of the environment that was made within a mock.

    Attributes:
        is_outside: Whether this thread or task is in a block of ``outside``.
    """

    def __init__(self, signs: Collection[str]) -> None:
        self._signs = signs
        self._lock = threading.RLock()
        self._outside: ContextVar[bool] = ContextVar("bedrock_jobs_outside", default=False)
        self.is_outside: Callable[[], bool] = self._outside.get
        self._environ: MutableMapping[str, str] = os.environ
        self._variables: dict[str, _Variable] = {}
        self._owners: list[object] = []
        # What the only mock has set, and the values before: not in ``_variables`` while it is alone.
        self._alone: dict[str, tuple[str | None, str | None]] = {}
        # What the last mock had set, and the values before: see ``signs``.
        self._past: dict[str, tuple[str | None, str | None]] = {}

    def push(
        self, owner: object, values: Mapping[str, str], removed: frozenset[str], replacements: Mapping[str, str]
    ) -> None:
        """Set variables for a mock.

        Args:
            owner: The mock.
            values: What to set.
            removed: Which variables to remove.
            replacements: What to set instead of variables that are set.
        """
        with self._lock:
            if not self._owners:
                self._past.clear()
                if self._environ is not os.environ:
                    self._variables.clear()
                self._environ = _watched(os.environ, self)
            variables = self._all_variables()
            self._owners.append(owner)
            found = self._set_of((*values, *removed, *replacements))
            changes: dict[str, str | None] = {
                name: value for name, value in values.items() if value != found.get(name) or name in variables
            }
            changes |= dict.fromkeys(removed & (found.keys() | variables.keys()))
            changes |= {name: replacements[name] for name in found.keys() & replacements.keys()}
            if variables or len(self._owners) > 1:
                for name, value in changes.items():
                    self._push(owner, name, found.get(name), value)
            else:
                self._alone = {name: (value, found.get(name)) for name, value in changes.items()}
                self._put_all(changes)

    def _push(self, owner: object, name: str, found: str | None, value: str | None) -> None:
        variable = self._variables.get(name)
        if variable is None:
            variable = self._variables[name] = _Variable(found)
        elif found != variable.settings[-1].value:
            variable.changed(found)
        if found != value:
            self._put(name, value)
        variable.settings.append(_Setting(value, owner))
        variable.ours = value

    def pop(self, owner: object) -> None:
        """Remove what this mock has set."""
        with self._lock:
            if self._is_untouched(owner):
                self._owners, self._alone, self._past = [], {}, self._alone
                self._put_all({name: original for name, (_, original) in self._past.items()})
                return
            variables = self._all_variables()
            self._owners = [other for other in self._owners if other is not owner]
            found = self._set_of(variables)
            for name, variable in list(variables.items()):
                value = found.get(name)
                if value != variable.settings[-1].value:
                    variable.changed(value)
                variable.remove(owner)
                self._settle(name, variable, value)

    def _is_untouched(self, owner: object) -> bool:
        """Whether this mock is alone, and its variables are as it has set them."""
        ours = {name: value for name, (value, _) in self._alone.items() if value is not None}
        return bool(self._alone) and owner is self._owners[0] and ours == self._set_of(self._alone)

    def _all_variables(self) -> dict[str, _Variable]:
        """The variables that mocks have changed; after this, no mock counts as alone. Its callers hold the lock."""
        for name, (ours, original) in self._alone.items():
            variable = self._variables[name] = _Variable(original)
            variable.settings.append(_Setting(ours, self._owners[0]))
            variable.ours = ours
        self._alone = {}
        return self._variables

    def _set_of(self, names: Iterable[str]) -> dict[str, str]:
        """The values of those of these variables that are set."""
        if set_of := getattr(self._environ, "set_of", None):
            found: dict[str, str] = set_of(names)
            return found
        return {name: self._environ[name] for name in names if name in self._environ}

    @contextlib.contextmanager
    def outside(self) -> Iterator[None]:
        """Within the block this thread or task reads the environment as it is without mocks."""
        token = self._outside.set(True)
        try:
            yield
        finally:
            self._outside.reset(token)

    def forget(self) -> None:
        """Unless a mock is active, expect no more values to be restored: another test begins."""
        with self._lock:
            if not self._owners:
                self._variables.clear()

    def original(self, name: str) -> str | None:
        """The value that a variable had before all mocks, if they have changed it."""
        if alone := self._alone.get(name):
            return alone[1]
        variable = self._variables.get(name)
        return variable.settings[0].value if variable else None

    def of_others(self, name: str) -> tuple[str | None] | None:
        """The value that a variable has without mocks, alone in a tuple, if they have changed it."""
        if alone := self._alone.get(name):
            return (alone[1],)
        variable = self._variables.get(name)
        return (variable.of_others(),) if variable else None

    def names_of_others(self, names: Iterable[str]) -> Iterator[str]:
        """The names of the variables that are set without mocks, of these and those that mocks have removed."""
        for name in {**dict.fromkeys(names), **self._alone, **self._variables}:
            others = self.of_others(name)
            if others is None or others[0] is not None:
                yield name

    def written(self, name: str, value: str | None) -> None:
        """Note that other code has set a variable, or removed it."""
        with self._lock:
            variables = self._all_variables() if name in self._alone else self._variables
            if name not in variables and self._past and value in self._signs:
                self._recall()
            if variable := variables.get(name):
                variable.changed(value)
                self._settle(name, variable, value)

    def _recall(self) -> None:
        """Take back everything that the last mock had set: other code is restoring it, one variable after the other."""
        past, self._past = self._past, {}
        for name, (ours, original) in past.items():
            found = self._environ.get(name)
            if found == ours:
                self._past[name] = ours, original  # as of those that are settled: it may be restored again
                self._put(name, original)
            else:  # it will be written or removed next
                variable = self._variables[name] = _Variable(original)
                variable.settings.append(_Setting(found, replaced=ours))
                variable.ours = ours

    def _settle(self, name: str, variable: _Variable, found: str | None) -> None:
        """Write the value that counts, and forget a variable that is as it was."""
        value = variable.settings[-1].value
        if found != value:
            self._put(name, value)
        # A variable that a mock had removed and other code restored: if it is removed again, that is meant.
        restored = variable.ours is None and value == variable.settings[0].value and not self._owners
        if len(variable.settings) == 1 or restored:
            del self._variables[name]
            if not self._owners:
                self._past[name] = (variable.ours, value)

    def _put(self, name: str, value: str | None) -> None:
        self._put_all({name: value})

    def _put_all(self, values: Mapping[str, str | None]) -> None:
        """Set these variables, or remove those without a value, and do not count it as a change by other code."""
        if put_all := getattr(self._environ, "put_all", None):
            put_all(values)
            return
        for name, value in values.items():
            if value is None:
                self._environ.pop(name, None)
            else:
                self._environ[name] = value


def _watched(environ: Any, environment: Environment) -> Any:
    """``os.environ``, which reports every change from now on; a dict that a test has put in its place does not."""
    kind = type(environ)
    if not issubclass(kind, os._Environ) or getattr(kind, "watcher", None) is environment:
        return environ

    watched = _watching(kind, environment, functools.cache(environ.encodekey))
    watched.__name__ = watched.__qualname__ = kind.__name__
    environ.__class__ = watched
    return environ


def _watching(kind: Any, environment: Environment, key_of: Callable[[str], Any]) -> type:
    """A subclass of the class of ``os.environ`` that reports changes to ``environment``.

    Args:
        kind: The class.
        environment: What changes are reported to.
        key_of: From a name to its key in ``_data``; a cache, for mocks ask for the same few variables again and again.
    """

    @functools.cache
    def names_by_key(names: tuple[str, ...]) -> dict[Any, str]:
        return {key_of(name): name for name in names}

    class Watched(kind):  # type: ignore[misc]
        watcher = environment
        _data: dict[Any, Any]  # where os.environ keeps them

        def set_of(self, names: Iterable[str]) -> dict[str, str]:
            """The same as ``Environment._set_of``, in one call for all of them."""
            known = names_by_key(tuple(names))
            return {known[key]: self.decodevalue(self._data[key]) for key in known.keys() & self._data.keys()}

        def put_all(self, values: Mapping[str, str | None]) -> None:
            """See ``Environment._put_all``."""
            data = self._data
            for name, value in values.items():
                key = key_of(name)
                if value is None:
                    os.unsetenv(key)
                    data.pop(key, None)
                else:
                    encoded = self.encodevalue(value)
                    os.putenv(key, encoded)
                    data[key] = encoded

        def __getitem__(self, name: str) -> Any:
            if environment.is_outside() and (others := environment.of_others(name)):
                if others[0] is None:
                    raise KeyError(name)
                return others[0]
            return super().__getitem__(name)

        def __iter__(self) -> Iterator[str]:
            names = super().__iter__()
            return environment.names_of_others(names) if environment.is_outside() else names

        def __setitem__(self, name: str, value: str) -> None:
            super().__setitem__(name, value)
            environment.written(name, value)

        def __delitem__(self, name: str) -> None:
            super().__delitem__(name)
            environment.written(name, None)

    return Watched
