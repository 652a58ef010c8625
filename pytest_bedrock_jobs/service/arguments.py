"""Errors for arguments that a method does not take: they name the nearest that it does take."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

from .errors import UnknownOptionError, no_such, see

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

T = TypeVar("T")
F = TypeVar("F", bound="Callable[..., Any]")


def explained(cls: type[T]) -> type[T]:
    """Let the public methods of a class say which arguments they take, where Python says only what was wrong."""
    for name, method in list(vars(cls).items()):
        if inspect.isfunction(method) and not name.startswith("_"):
            setattr(cls, name, explained_as(name)(method))
    return cls


def explained_as(name: str) -> Callable[[F], F]:
    """Do the same for one method; messages call it by this name."""

    def decorate(method: F) -> F:
        signature = inspect.signature(method)

        @functools.wraps(method)
        def explaining(*args: Any, **kwargs: Any) -> Any:
            try:
                signature.bind(*args, **kwargs)
            except TypeError as error:
                raise _refused(name, signature, kwargs, error) from None
            return method(*args, **kwargs)

        return cast("F", explaining)

    return decorate


def _refused(method: str, signature: inspect.Signature, kwargs: dict[str, Any], error: TypeError) -> UnknownOptionError:
    arguments = [name for name in signature.parameters if name != "self"]
    unknown = [name for name in kwargs if name not in arguments]
    if unknown:
        text = no_such("argument", unknown[0], arguments)
    else:
        plain = [
            argument.replace(annotation=argument.empty)
            for argument in signature.parameters.values()
            if argument.name != "self"
        ]
        text = f"{error}; it is called as {method}{inspect.Signature(plain)}"
    return UnknownOptionError(f"{method}: {text}. {see('An option or a target that is refused')}")
