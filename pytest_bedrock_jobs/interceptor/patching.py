"""How functions of botocore and aiobotocore are wrapped: once each, whenever their module is imported or reloaded.

A wrapper stays for the life of the process and passes calls through while no mock is active. Whether a function is
wrapped is decided by looking at the function itself: modules are reloaded, and other libraries wrap and unwrap.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Mapping
from types import MethodType, ModuleType
from typing import Any

from ..service.errors import UsageError, see

Hooks = Mapping[str, Callable[[ModuleType], None]]
"""What to do to the module of each name, after every import; doing it twice has no further effect."""

_wrapped_methods: set[Any] = set()


def wrap(module: Any, class_name: str, name: str, wrapper: Callable[..., Any]) -> None:
    """Wrap a method of a class, such as ``_make_request`` of ``BaseClient``, unless that has been done.

    Args:
        module: The module of the class.
        class_name: The class.
        name: The method.
        wrapper: Called with the bound method, its object, the positional and the keyword arguments.

    Raises:
        UsageError: If there is no such class or method.
    """
    owner = getattr(module, class_name, None)
    method = getattr(owner, "__dict__", {}).get(name)
    if method is None:
        raise _missing(module, f"{class_name}.{name}")
    if not _is_wrapped(method):
        setattr(owner, name, _wrapped(method, wrapper))


def _wrapped(method: Any, wrapper: Callable[..., Any]) -> Any:
    @functools.wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        return wrapper(MethodType(method, self), self, args, kwargs)

    _wrapped_methods.add(call)
    return call


def _is_wrapped(method: Any) -> bool:
    while method is not None:
        if method in _wrapped_methods:
            return True
        method = getattr(method, "__wrapped__", None)
    return False


def _missing(module: Any, path: str) -> UsageError:
    library = sys.modules[module.__name__.partition(".")[0]]
    return UsageError(
        f"{library.__name__} {getattr(library, '__version__', '(version unknown)')} has no {module.__name__}.{path}, "
        "without which the mock cannot intercept its requests, so nothing is mocked. Install a version that this "
        f"package has been tested with. {see('A hook point that is not there')}"
    )


class Importer:
    """A finder of ``sys.meta_path`` that lets the others find modules, and applies hooks to those that are imported.

    Args:
        hooks: What to do to which module.
    """

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks

    def apply(self) -> None:
        """Apply the hooks to the modules that are imported already, and to those that will be.

        This also makes up for imports that were missed: code that restores ``sys.meta_path``, as pytester does after
        each of its runs, removes this finder.
        """
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)
        for name, hook in self._hooks.items():
            if module := sys.modules.get(name):
                hook(module)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Find a module that has a hook, as the other finders would."""
        if name not in self._hooks:
            return None
        finders = (finder for finder in sys.meta_path if finder is not self and hasattr(finder, "find_spec"))
        spec = next((spec for finder in finders if (spec := finder.find_spec(name, path, target))), None)
        if spec and spec.loader:
            loader: Any = spec.loader
            loader.exec_module = functools.partial(self._execute, name, loader.exec_module)
        return spec

    def _execute(self, name: str, execute: Callable[[ModuleType], None], module: ModuleType) -> None:
        execute(module)
        self._hooks[name](module)
