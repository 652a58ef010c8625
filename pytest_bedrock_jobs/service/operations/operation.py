"""What an operation of the API is to the dispatcher; each is declared once, beside its function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..store.kinds import Kind
from .request import Request


class Output(NamedTuple):
    """An output, and headers of its response that the service model does not have."""

    fields: Mapping[str, Any]
    headers: Mapping[str, str] = {}


class Deferred(NamedTuple):
    """An output that is made when the store's lock is free again."""

    make: Callable[[], Output]


class Operation(NamedTuple):
    """One operation of the API.

    Attributes:
        perform: From request and parameters to the output, or a ServiceError.
        kind: What it is about; None where that depends on the parameters.
        tag_parameters: The parameters that hold tags: with one of them it needs the permission to tag as well.
        files_of: The URI of the files that it is given, from its parameters, which may be any.
        permission: The permission it needs; None where that has its own name.
        arn_parameter: The parameter that is the ARN of what it is about, for operations with no ``kind``.
    """

    perform: Callable[[Request, Mapping[str, Any]], dict[str, Any] | Deferred]
    kind: Kind[Any] | None = None
    tag_parameters: tuple[str, ...] = ()
    files_of: Callable[[Mapping[str, Any]], Any] | None = None
    permission: str | None = None
    arn_parameter: str | None = None

    @property
    def arn_type(self) -> str | None:
        """What the ARNs of its kind of resource have before the id."""
        return self.kind.arn_type if self.kind else None
