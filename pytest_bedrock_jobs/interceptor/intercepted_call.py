"""One API call that a mock has taken over from botocore or aiobotocore."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from ..service.dispatcher import Service
from ..service.faults.calls import ApiCall
from ..service.inference.targets import RUNTIME
from ..service.wire.codec import OperationCodec
from .service_models import codec_of

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it


class Caller:
    """What is the same for all calls of a client.

    Attributes:
        library: botocore, or the copy of it that the client belongs to; the AWS CLI mixes the two.
        is_runtime: Whether its service is bedrock-runtime.
        region: Its Region.
        partition: The Region's partition.
        read_timeout: How many seconds it waits for a response.
        http_session: What would send its requests.
    """

    __slots__ = ("_signer", "http_session", "is_runtime", "library", "partition", "read_timeout", "region")

    def __init__(self, client: Any) -> None:
        meta, endpoint = client.meta, client._endpoint
        self._signer = client._request_signer
        self.library: Any = importlib.import_module(
            "botocore" if "aiobotocore" in endpoint.__module__ else endpoint.__module__.rpartition(".")[0]
        )
        self.is_runtime: bool = meta.service_model.service_name == RUNTIME
        self.region: str = meta.region_name
        self.partition: str = meta.partition
        self.read_timeout: float | None = meta.config.read_timeout
        self.http_session: Any = endpoint.http_session

    def account(self) -> str | None:
        """The account in its credentials, without the refresh that reading it from them would cause."""
        known = getattr(self._signer._credentials, "__dict__", {})
        return known.get("account_id") or known.get("_account_id")


class InterceptedCall:
    """One API call to the mock, with all its attempts; within the block it is the ``current`` one.

    Attributes:
        service: The mock that responds.
        caller: The client that makes the call.
        call: The mock's record of it.
        codec: The operation's requests and responses, or None for one that the mock does not have.
    """

    __slots__ = ("_token", "call", "caller", "codec", "service")

    def __init__(self, service: Service, caller: Caller, operation_model: Any) -> None:
        operation = operation_model.name
        self.service: Service = service
        self.caller: Caller = caller
        self.call: ApiCall = service.begin(
            operation, caller.account(), caller.region, caller.partition, caller.read_timeout
        )
        self.codec: OperationCodec | None = None
        if service.supports(operation) or service.prepares(operation):
            self.codec = codec_of(operation_model)

    def __enter__(self) -> None:
        self._token = _current.set(self)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        _current.reset(self._token)
        self.service.end(self.call, error)


_current: ContextVar[InterceptedCall | None] = ContextVar("bedrock_jobs_call", default=None)
current: Callable[[], InterceptedCall | None] = _current.get
"""The call that this thread or task is making, if a mock has taken one over."""
