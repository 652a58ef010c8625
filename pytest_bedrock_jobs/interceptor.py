"""Between botocore and the mock: the only file that touches botocore's internals.

``BaseClient._make_request`` is wrapped once and stays wrapped; without an active mock the wrapper passes everything
through. With one it puts the call into a context variable, and everything else looks there: what each Bedrock client
gets at its first call, a choice of signer and an end of ``before-send``, and the clock botocore sleeps by. So a call
belongs to one mock from its first request to its last, in whatever thread, even if the mock ends meanwhile.
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
import wrapt
from botocore.awsrequest import AWSResponse
from botocore.exceptions import (
    CapacityNotAvailableError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from .calls import PendingCall
from .errors import NoAnswerError, UsageError
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
    wrapt.wrap_function_wrapper("botocore.retries.bucket", "TokenBucket.acquire", _acquire)
    botocore.endpoint.time = _Time()


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
        exchange.call.output, exchange.call.error = None, error
        raise
    finally:
        _current.reset(token)
        exchange.service.end(exchange.call)


def _open(service: Service, client: BaseClient, operation_model: Any) -> _Exchange:
    meta, operation = client.meta, operation_model.name
    place = service.place(meta.region_name, meta.partition, _account_of(client))
    call = service.begin(operation, place, meta.config.read_timeout)
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
    if isinstance(endpoint._event_emitter, _MockedNetwork):
        return
    with _lock:
        if not isinstance(endpoint._event_emitter, _MockedNetwork):
            client.meta.events.register("choose-signer.bedrock", _choose_signer)
            endpoint._event_emitter = _MockedNetwork(endpoint._event_emitter)


class _MockedNetwork:
    """An endpoint's emitter whose ``before-send`` ends where the network would begin: at the mock.

    botocore's own handlers and the user's run first, as in life, and one that answers keeps its right to.
    """

    def __init__(self, emitter: Any) -> None:
        self._emitter = emitter

    def __getattr__(self, name: str) -> Any:
        return getattr(self._emitter, name)

    def emit(self, event_name: str, **kwargs: Any) -> Any:
        exchange = _current.get()
        if exchange is None or not event_name.startswith("before-send."):
            return self._emitter.emit(event_name, **kwargs)
        kwargs["event_name"] = event_name
        for handler in self._handlers(event_name):
            if exchange.wire is None or not _is_moto(handler):
                response = _ask(handler, kwargs, exchange)
                if response is not None:
                    return [(handler, response)]
        return [(self, _answer(exchange, kwargs["request"]))]

    def _handlers(self, event_name: str) -> Any:
        # The emitter's own loop would let moto answer after the user's hooks and raise before ours.
        hierarchy = self._emitter._emitter
        cache = hierarchy._lookup_cache
        if event_name not in cache:
            cache[event_name] = hierarchy._handlers.prefix_search(event_name)
        return cache[event_name]


def _is_moto(handler: Any) -> bool:
    """Whether moto asks: it answers or refuses every request it sees, and operations of ours are not for it."""
    return type(handler).__module__.startswith("moto.")


def _ask(handler: Any, kwargs: dict[str, Any], exchange: _Exchange) -> Any:
    try:
        return handler(**kwargs)
    except NotImplementedError as error:
        if _is_moto(handler):  # it does not have the operation either
            raise exchange.service.refuse(exchange.call) from error
        raise


def _answer(exchange: _Exchange, request: Any) -> AWSResponse:
    if exchange.wire is None:
        raise exchange.service.refuse(exchange.call)
    try:
        status, headers, body = exchange.service.answer(exchange.call, exchange.wire, request.url, request.body)
    except NoAnswerError as error:
        broken = _CONNECTION_ERRORS[error.kind](request.url)
    else:
        return AWSResponse(request.url, status, headers, _Body(body))
    raise broken  # not where NoAnswerError would be its context: that one is the mock's own affair


_CONNECTION_ERRORS: dict[str, Callable[[str], Exception]] = {
    NoAnswerError.CONNECT_TIMEOUT: lambda url: ConnectTimeoutError(endpoint_url=url, error="timed out"),
    NoAnswerError.READ_TIMEOUT: lambda url: ReadTimeoutError(endpoint_url=url, error="timed out"),
    NoAnswerError.CONNECTION_RESET: lambda url: ConnectionClosedError(endpoint_url=url, error="reset by peer"),
    NoAnswerError.ENDPOINT_UNREACHABLE: lambda url: EndpointConnectionError(endpoint_url=url, error="unreachable"),
}


def _choose_signer(**_: Any) -> Any:
    """Unsigned while a mock answers: no real key is used, no token is refreshed."""
    return None if _current.get() is None else botocore.UNSIGNED


def _refuse_without_mock(**_: Any) -> None:
    if _current.get() is None:
        raise UsageError(
            "this client was made by bedrock_jobs.client(), and no mock is active: use it within the fixture, the "
            'decorator or the context manager. See "A client that is used after its mock" in the README.'
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


def _acquire(wrapped: Callable[..., Any], bucket: Any, args: Any, kwargs: Any) -> Any:
    """The rate limiter of the adaptive retry mode: it waits on a condition, not by sleeping."""
    exchange = _current.get()
    if exchange is None:
        return wrapped(*args, **kwargs)
    try:
        return wrapped(block=False)
    except CapacityNotAvailableError:
        exchange.service.sleep(exchange.call, bucket._sleep_amount(1))
        return True


@functools.cache
def partition_of(region: str) -> str:
    """The partition of a Region, by botocore's own table."""
    from botocore.endpoint_provider import RuleSetStandardLibrary
    from botocore.loaders import Loader

    return str(RuleSetStandardLibrary(Loader().load_data("partitions")).aws_partition(region)["name"])
