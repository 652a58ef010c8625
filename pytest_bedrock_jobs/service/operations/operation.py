"""What an operation of the API is to the dispatcher; each is declared once, beside its function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..store.kinds import Kind
from .request import Request


class Operation(NamedTuple):
    """One operation of the API.

    Attributes:
        perform: From request and parameters to the output, or a ServiceError.
        kind: What it is about; None where that depends on the parameters.
        tag_parameters: The parameters that hold tags: with one of them it needs the permission to tag as well.
    """

    perform: Callable[[Request, Mapping[str, Any]], dict[str, Any]]
    kind: Kind[Any] | None = None
    tag_parameters: tuple[str, ...] = ()

    @property
    def arn_type(self) -> str | None:
        """What the ARNs of its kind of resource have before the id."""
        return self.kind.arn_type if self.kind else None
