"""Between botocore and the mock: the only file that touches botocore's internals.

``BaseClient._make_request`` is wrapped once and stays wrapped; without an active mock the wrapper passes everything
through. With one it puts the call into a context variable, and everything else looks there: the handlers and the
emitter that each Bedrock client gets at its first call, and the clock botocore sleeps by. So a call belongs to one
mock from its first request to its last, in whatever thread, even if the mock ends meanwhile.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

import botocore
import botocore.endpoint
import botocore.retries.bucket
import wrapt
from botocore.awsrequest import AWSResponse

from .calls import PendingCall
from .errors import UsageError
from .service import Service
from .wire import Wire

if TYPE_CHECKING:
    from botocore.client import BaseClient


class _Exchange(NamedTuple):
    """The call in progress and the mock that answers it."""

    service: Service
    call: PendingCall
    wire: Wire | None


_current: ContextVar[_Exchange | None] = ContextVar("bedrock_jobs_exchange", default=None)
_active: tuple[Service, ...] = ()
_lock = threading.Lock()


def activate(service: Service) -> None:
    """Make this mock the one that answers, until it is deactivated or another comes on top."""
    global _active
    _install()
    with _lock:
        _active = (*_active, service)


def deactivate(service: Service) -> None:
    """Take this mock away, in whatever order mocks were activated."""
    global _active
    with _lock:
        _active = tuple(other for other in _active if other is not service)


def is_active(service: Service) -> bool:
    """Whether this mock was activated and not deactivated since."""
    return any(other is service for other in _active)


def keep_offline(client: BaseClient) -> None:
    """Make a client useless without a mock, for clients that exist only for mocks."""
    client.meta.events.register_first("before-send.bedrock", _refuse_without_mock)


@functools.cache
def _install() -> None:
    # _make_request and not _make_api_call: tracers wrap the latter, and unwrap it by taking off the outermost layer.
    wrapt.wrap_function_wrapper("botocore.client", "BaseClient._make_request", _make_request)
    botocore.endpoint.time = botocore.retries.bucket.time = _Time()


def _make_request(wrapped: Callable[..., Any], client: BaseClient, args: Any, kwargs: Any) -> Any:
    active = _active
    if not active or client.meta.service_model.service_name != "bedrock":
        return wrapped(*args, **kwargs)
    _attach(client)
    exchange = _open(active[-1], client, args[0])
    token = _current.set(exchange)
    try:
        return wrapped(*args, **kwargs)
    except BaseException as error:
        exchange.call.error = error
        raise
    finally:
        _current.reset(token)
        exchange.service.end(exchange.call)


def _open(service: Service, client: BaseClient, operation_model: Any) -> _Exchange:
    meta, operation = client.meta, operation_model.name
    call = service.begin(operation, meta.region_name, meta.partition, _account_of(client))
    return _Exchange(service, call, _wire(operation_model) if service.supports(operation) else None)


_wires: dict[str, Wire] = {}


def _wire(operation_model: Any) -> Wire:
    """The operation's compiled form: a client has its own copy of the service model, one compilation does for all."""
    wire = _wires.get(operation_model.name)
    if wire is None:
        wire = _wires[operation_model.name] = Wire(operation_model)
    return wire


def _account_of(client: Any) -> str | None:
    """The account in the client's credentials, without the refresh that asking them would set off."""
    known = getattr(client._request_signer._credentials, "__dict__", {})
    return known.get("account_id") or known.get("_account_id")


def _attach(client: Any) -> None:
    endpoint = client._endpoint
    if isinstance(endpoint._event_emitter, _FirstAnswer):
        return
    with _lock:
        if not isinstance(endpoint._event_emitter, _FirstAnswer):
            client.meta.events.register("choose-signer.bedrock", _choose_signer)
            client.meta.events.register_last("before-send.bedrock", _before_send)
            endpoint._event_emitter = _FirstAnswer(endpoint._event_emitter)


class _FirstAnswer:
    """An endpoint's emitter that stops ``before-send`` at the first answer.

    botocore asks every handler and takes the first answer, so moto's would run, and raise, after ours has answered.
    Handlers of Bedrock's own event come before ours, those of every service's event after it, so that what stands in
    for the network there, or guards it, is left alone.
    """

    def __init__(self, emitter: Any) -> None:
        self._emitter = emitter

    def __getattr__(self, name: str) -> Any:
        return getattr(self._emitter, name)

    def emit(self, event_name: str, **kwargs: Any) -> Any:
        exchange = _current.get()
        if exchange is None or not event_name.startswith("before-send."):
            return self._emitter.emit(event_name, **kwargs)
        if exchange.wire:
            for handler in self._rate_limiters():
                handler(event_name=event_name, **kwargs)
        try:
            handler, response = self._emitter.emit_until_response(event_name, **kwargs)
        except NotImplementedError as error:  # moto's word for an operation it does not have either
            raise exchange.service.refuse(exchange.call) from error
        if response is None:
            raise exchange.service.refuse(exchange.call)
        return [(handler, response)]

    def _rate_limiters(self) -> list[Any]:
        """List botocore's own handlers for every service: the adaptive retry mode waits there for its turn."""
        hierarchy = self._emitter._emitter
        handlers = hierarchy._lookup_cache.get("before-send")
        if handlers is None:
            handlers = hierarchy._lookup_cache["before-send"] = hierarchy._handlers.prefix_search("before-send")
        return [handler for handler in handlers if handler.__module__.startswith("botocore.")]


def _before_send(request: Any, **_: Any) -> AWSResponse | None:
    exchange = _current.get()
    if exchange is None or exchange.wire is None:
        return None
    status, headers, body = exchange.service.answer(exchange.call, exchange.wire, request.url, request.body)
    return AWSResponse(request.url, status, headers, _Body(body))


def _choose_signer(**_: Any) -> Any:
    """Unsigned while a mock answers: no real key is used, no token is refreshed."""
    return None if _current.get() is None else botocore.UNSIGNED


def _refuse_without_mock(**_: Any) -> None:
    if _current.get() is None:
        raise UsageError(
            "this client was made by bedrock_jobs.client(), and no mock is active: use it within the fixture, the "
            "decorator or the context manager."
        )


class _Body:
    """A response's body as botocore reads one from the network."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        yield self._content


class _Time:
    """botocore's ``time``, but nobody waits between two attempts at a mocked service."""

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    def sleep(self, seconds: float) -> None:
        exchange = _current.get()
        if exchange is None:
            time.sleep(seconds)
        else:
            exchange.service.sleep(exchange.call, seconds)


@functools.cache
def partition_of(region: str) -> str:
    """The partition of a Region, by botocore's own table."""
    from botocore.endpoint_provider import RuleSetStandardLibrary
    from botocore.loaders import Loader

    return str(RuleSetStandardLibrary(Loader().load_data("partitions")).aws_partition(region)["name"])
