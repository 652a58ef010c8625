"""One API call that a mock has taken over from botocore or aiobotocore."""

from __future__ import annotations

import functools
import importlib
from contextvars import ContextVar
from typing import Any

from ..service.calls import ApiCall
from ..service.dispatcher import OPERATIONS, Service
from ..service.inference.codec import InferenceCodec
from ..service.protocol import OperationCodec
from . import stub_shapes

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it


class InterceptedCall:
    """One API call to the mock, with all its attempts; within the block it is the ``current`` one.

    Attributes:
        service: The mock that responds.
        client: The client that makes the call.
        call: The mock's record of it.
        codec: The operation's requests and responses, or None for one that the mock does not have.
        library: botocore or its copy.
    """

    __slots__ = ("_token", "call", "client", "codec", "library", "service")

    def __init__(self, service: Service, client: Any, operation_model: Any, library: Any) -> None:
        meta, operation = client.meta, operation_model.name
        self.service: Service = service
        self.client: Any = client
        self.call: ApiCall = service.begin(
            operation, _account_of(client), meta.region_name, meta.partition, meta.config.read_timeout
        )
        self.codec: OperationCodec | None = _codecs.get(operation) or _compiled(service, operation_model)
        self.library: Any = library

    def __enter__(self) -> None:
        self._token = current.set(self)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        current.reset(self._token)
        self.service.end(self.call, error)


current: ContextVar[InterceptedCall | None] = ContextVar("bedrock_jobs_call", default=None)


@functools.cache
def library_of(module: str) -> Any:
    """botocore, or the copy of it, to which the module of a client's endpoint belongs; the AWS CLI mixes the two."""
    return importlib.import_module(module.rpartition(".")[0])


_codecs: dict[str, OperationCodec] = {}


def _compiled(service: Service, operation_model: Any) -> OperationCodec | None:
    """The operation's codec: each client has its own copy of the service model, but one compilation serves all."""
    if not service.supports(operation_model.name):
        return codec_of(operation_model) if service.prepares(operation_model.name) else None
    codec = _codecs[operation_model.name] = codec_of(operation_model)
    return codec


def codec_of(operation_model: Any) -> OperationCodec:
    """The requests and responses of an operation, of Bedrock or its runtime; one that a test has to stub, too."""
    if operation_model.name not in OPERATIONS:
        return stub_shapes.codec_of(operation_model)
    is_runtime = operation_model.service_model.service_name == "bedrock-runtime"
    return InferenceCodec(operation_model) if is_runtime else OperationCodec(operation_model)


def _account_of(client: Any) -> str | None:
    """The account in the client's credentials, without the refresh that reading it from them would cause."""
    known = getattr(client._request_signer._credentials, "__dict__", {})
    return known.get("account_id") or known.get("_account_id")
