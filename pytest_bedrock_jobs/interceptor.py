"""Between botocore and the mock: this file and aio.py are the only ones that touch botocore's internals.

``BaseClient._make_request`` is wrapped once and stays wrapped; without an active mock the wrapper passes everything
through. With one it puts the call into a context variable, and all else looks there: what each Bedrock client gets at
its first call, a choice of signer and an emitter whose requests end at the mock. So a call belongs to one mock from
its first request to its last, in whatever thread or task, even if the mock ends meanwhile.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, NamedTuple

import wrapt

from .calls import PendingCall
from .errors import NoAnswerError, UsageError
from .service import Service
from .wire import Wire

# botocore, and where another package carries a copy of it under its own name.
_LIBRARIES = ("botocore", "awscli.botocore")


class Exchange(NamedTuple):
    """The call in progress, the mock that answers it, and botocore or its copy."""

    service: Service
    call: PendingCall
    wire: Wire | None
    library: Any


current: ContextVar[Exchange | None] = ContextVar("bedrock_jobs_exchange", default=None)
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


def keep_offline(client: Any) -> None:
    """Make a client useless without a mock, for clients that exist only for mocks."""
    client.meta.events.register_first("before-send.bedrock", _refuse_without_mock)


@functools.cache
def _install() -> None:
    for name in _LIBRARIES:
        wrapt.register_post_import_hook(_wrap_client, f"{name}.client")
        wrapt.register_post_import_hook(_wrap_token_bucket, f"{name}.retries.bucket")
    wrapt.register_post_import_hook(f"{__package__}.aio:wrap_client", "aiobotocore.client")
    wrapt.register_post_import_hook(f"{__package__}.aio:wrap_token_bucket", "aiobotocore.retries.bucket")


def _wrap_client(module: Any) -> None:
    # _make_request and not _make_api_call: tracers wrap the latter, and unwrap it by taking off the outermost layer.
    library = importlib.import_module(module.__name__.rpartition(".")[0])

    def make_request(wrapped: Callable[..., Any], client: Any, args: Any, kwargs: Any) -> Any:
        service = answering(client)
        if service is None:
            return wrapped(*args, **kwargs)
        attach(client, MockedNetwork)
        with exchange(service, client, args[0], library):
            return wrapped(*args, **kwargs)

    wrapt.wrap_function_wrapper(module, "BaseClient._make_request", make_request)


def answering(client: Any) -> Service | None:
    """The mock that answers this client: the innermost, if it is a client of Bedrock."""
    active = _active
    return active[-1] if active and client.meta.service_model.service_name == "bedrock" else None


@contextlib.contextmanager
def exchange(service: Service, client: Any, operation_model: Any, library: Any) -> Iterator[None]:
    """One API call goes to the mock, all attempts of it."""
    meta, operation = client.meta, operation_model.name
    place = service.place(meta.region_name, meta.partition, _account_of(client))
    call = service.begin(operation, place, meta.config.read_timeout)
    wire = _wire(operation_model) if service.supports(operation) else None
    token = current.set(Exchange(service, call, wire, library))
    try:
        yield
    except BaseException as error:
        call.output, call.error = None, error
        raise
    finally:
        current.reset(token)
        service.end(call)


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


def attach(client: Any, network: type[MockedNetwork]) -> None:
    """Let a client's requests end at the mock, whenever there is one; once per client."""
    endpoint = client._endpoint
    if isinstance(endpoint._event_emitter, MockedNetwork):
        return
    with _lock:
        if not isinstance(endpoint._event_emitter, MockedNetwork):
            client.meta.events.register("choose-signer.bedrock", _choose_signer)
            endpoint._event_emitter = network(endpoint._event_emitter)


def _choose_signer(**_: Any) -> Any:
    """Unsigned while a mock answers: no real key is used, no token is refreshed."""
    now = current.get()
    return now.library.UNSIGNED if now else None


class MockedNetwork:
    """An endpoint's emitter whose ``before-send`` ends where the network would begin: at the mock.

    botocore's own handlers and the user's run first, as in life, and one that answers keeps its right to.
    """

    def __init__(self, emitter: Any) -> None:
        self._emitter = emitter

    def __getattr__(self, name: str) -> Any:
        return getattr(self._emitter, name)

    def emit(self, event_name: str, **kwargs: Any) -> Any:
        """Ask the handlers of an event, as botocore's emitter does."""
        now = current.get()
        if now is None:
            return self._emitter.emit(event_name, **kwargs)
        if event_name.startswith("needs-retry."):
            return without_delay(now, self._emitter.emit(event_name, **kwargs))
        if not event_name.startswith("before-send."):
            return self._emitter.emit(event_name, **kwargs)
        kwargs["event_name"] = event_name
        for handler in self.handlers(now, event_name):
            with refusals_of_moto(now, handler):
                response = handler(**kwargs)
            if response is not None:
                return [(handler, response)]
        return [(self, answer(now, kwargs["request"], now.library.awsrequest.AWSResponse, _Body))]

    def handlers(self, now: Exchange, event_name: str) -> list[Any]:
        """Who is asked before the mock. The emitter's own loop would ask moto for what is ours."""
        hierarchy = self._emitter._emitter
        found = hierarchy._lookup_cache.get(event_name)
        if found is None:
            found = hierarchy._lookup_cache[event_name] = hierarchy._handlers.prefix_search(event_name)
        return [handler for handler in found if now.wire is None or not _is_moto(handler)]


def without_delay(now: Exchange, responses: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """The decision to retry, but at once: the delay passes on the mock's clock, nobody waits for a mock to recover."""
    return [(handler, _passed(now, response)) for handler, response in responses]


def _passed(now: Exchange, delay: Any) -> Any:
    if delay is None or delay is False:
        return delay
    now.service.sleep(now.call, delay)
    return 0


def _is_moto(handler: Any) -> bool:
    """Whether moto asks: it answers or refuses every request it sees, and operations of ours are not for it."""
    return type(handler).__module__.startswith("moto.")


@contextlib.contextmanager
def refusals_of_moto(now: Exchange, handler: Any) -> Iterator[None]:
    """Turn moto's word for an operation it does not have into ours."""
    try:
        yield
    except NotImplementedError as error:
        if _is_moto(handler):
            raise now.service.refuse(now.call) from error
        raise


def answer(now: Exchange, request: Any, response: Any, body: Any) -> Any:
    """The mock's answer as the library's response.

    Raises:
        UnsupportedOperationError: For an operation the mock does not have.
    """
    if now.wire is None:
        raise now.service.refuse(now.call)
    try:
        status, headers, content = now.service.answer(now.call, now.wire, request.url, request.body)
    except NoAnswerError as error:
        name, reason = _CONNECTION_ERRORS[error.kind]
        raise getattr(now.library.exceptions, name)(endpoint_url=request.url, error=reason) from None
    return response(request.url, status, headers, body(content))


_CONNECTION_ERRORS = {
    NoAnswerError.CONNECT_TIMEOUT: ("ConnectTimeoutError", "timed out"),
    NoAnswerError.READ_TIMEOUT: ("ReadTimeoutError", "timed out"),
    NoAnswerError.CONNECTION_RESET: ("ConnectionClosedError", "reset by peer"),
    NoAnswerError.ENDPOINT_UNREACHABLE: ("EndpointConnectionError", "unreachable"),
}


def _refuse_without_mock(**_: Any) -> None:
    if current.get() is None:
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


def _wrap_token_bucket(module: Any) -> None:
    """Let the rate limiter of the adaptive retry mode wait on the mock's clock only."""

    def acquire(wrapped: Callable[..., Any], bucket: Any, args: Any, kwargs: Any) -> Any:
        now = current.get()
        if now is None:
            return wrapped(*args, **kwargs)
        try:
            return wrapped(block=False)
        except now.library.exceptions.CapacityNotAvailableError:
            now.service.sleep(now.call, bucket._sleep_amount(1))
            return True

    wrapt.wrap_function_wrapper(module, "TokenBucket.acquire", acquire)


@functools.cache
def partition_of(region: str) -> str:
    """The partition of a Region, by botocore's own table."""
    from botocore.endpoint_provider import RuleSetStandardLibrary
    from botocore.loaders import Loader

    return str(RuleSetStandardLibrary(Loader().load_data("partitions")).aws_partition(region)["name"])
