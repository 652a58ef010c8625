"""From a request's method and path to the API operation, by the templates of the service models."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple


class _Route(NamedTuple):
    matches: Callable[[str], object]
    method: str
    operation_model: Any


class Routes:
    """The operations of some services.

    Args:
        operation_models: botocore's model of each operation.
    """

    def __init__(self, operation_models: Iterable[Any]) -> None:
        # By the first segment of the path, which is not a parameter in any operation.
        self._routes: defaultdict[str, list[_Route]] = defaultdict(list)
        templates = [(_template(model), model) for model in operation_models]
        # Routes with a literal segment come before those with a parameter there: the first match counts.
        for template, model in sorted(templates, key=lambda pair: pair[0].count("{")):
            matches = re.compile(re.sub(r"\{\w+\}", "[^/]+", template)).fullmatch
            self._routes[_first(template)].append(_Route(matches, model.http["method"], model))

    def find(self, method: str, path: str) -> Any | None:
        """The model of the operation with this method and path, still percent-encoded; None where there is none."""
        return next((route.operation_model for route in self._at(path) if route.method == method), None)

    def methods(self, path: str) -> list[str]:
        """The methods that operations have at this path."""
        return sorted({route.method for route in self._at(path)})

    def _at(self, path: str) -> list[_Route]:
        # For an empty identifier, an SDK sends a path that ends with "/": AWS takes it for that of the list.
        path = path.rstrip("/")
        return [route for route in self._routes.get(_first(path), ()) if route.matches(path)]


def _template(operation_model: Any) -> str:
    return str(operation_model.http["requestUri"]).partition("?")[0].rstrip("/")


def _first(path: str) -> str:
    return path[1:].partition("/")[0]
