"""An API operation as the dispatcher sees it; each is declared once, beside its function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..store.kinds import Kind
from ..values import Value
from .request import Request


class Output(NamedTuple):
    """An output.

    Attributes:
        fields: By the API's names.
        headers: Headers of its response that the service model does not have.
        seconds: How long it takes on the mock's clock.
        pauses: The seconds before each event of a stream, which come on top.
    """

    fields: Mapping[str, Any]
    headers: Mapping[str, str] = {}
    seconds: float = 0.0
    pauses: tuple[float, ...] = ()


class Deferred(NamedTuple):
    """An output that is made after the store's lock has been released."""

    make: Callable[[], Output]


class Operation(Value):
    """One operation of the API.

    Attributes:
        perform: From request and parameters to the output, or a ServiceError.
        kind: The kind of resource that it applies to; None where that depends on the parameters.
        tag_parameters: The parameters that hold tags: with one of them, it needs the permission to tag as well.
        files_of: From its parameters, which may have any values, to the URI of the files that it imports.
        permission: The permission it needs; None where the permission has the operation's name.
        arn_parameter: The parameter with the ARN of the resource, for operations without a ``kind``.
    """

    __slots__ = ("arn_parameter", "files_of", "kind", "perform", "permission", "tag_parameters")

    def __init__(
        self,
        perform: Callable[[Request, Mapping[str, Any]], dict[str, Any] | Deferred],
        kind: Kind[Any] | None = None,
        tag_parameters: tuple[str, ...] = (),
        files_of: Callable[[Mapping[str, Any]], Any] | None = None,
        permission: str | None = None,
        arn_parameter: str | None = None,
    ) -> None:
        self.perform: Callable[[Request, Mapping[str, Any]], dict[str, Any] | Deferred] = perform
        self.kind: Kind[Any] | None = kind
        self.tag_parameters: tuple[str, ...] = tag_parameters
        self.files_of: Callable[[Mapping[str, Any]], Any] | None = files_of
        self.permission: str | None = permission
        self.arn_parameter: str | None = arn_parameter

    @property
    def arn_type(self) -> str | None:
        """The part before the id in the ARNs of its kind of resource."""
        return self.kind.arn_type if self.kind else None
