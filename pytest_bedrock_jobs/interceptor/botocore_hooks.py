"""Between botocore and the mock: this file and aio.py are the only ones that touch botocore's internals.

``BaseClient._make_request`` is wrapped once and stays wrapped; without an active mock the wrapper passes everything
through. With one it puts the call into a context variable, and all else polls there: the handlers and the emitter that
each Bedrock client gets at its first call. So a call belongs to one mock from its first request to its last, in
whatever thread or task, even if the mock ends meanwhile.
"""

from __future__ import annotations

import functools
import importlib
import sys
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import wrapt

from ..service.calls import ApiCall
from ..service.dispatcher import Service
from ..service.errors import NoResponseError, UsageError, see
from ..service.protocol import OperationCodec

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

# botocore, and where another package carries a copy of it under its own name.
_LIBRARIES = ("botocore", "awscli.botocore")
_WRAPPED = "_bedrock_jobs_wrapped"


class InterceptedCall:
    """One API call with the mock, all attempts of it; within the block it is the ``current`` one.

    Attributes:
        service: The mock that answers.
        call: What it keeps of the call.
        codec: The operation's form, or None for one that the mock does not have.
        library: botocore or its copy.
    """

    __slots__ = ("_token", "call", "codec", "library", "service")

    def __init__(self, service: Service, client: Any, operation_model: Any, library: Any) -> None:
        meta, operation = client.meta, operation_model.name
        self.service: Service = service
        self.call: ApiCall = service.begin(
            operation, _account_of(client), meta.region_name, meta.partition, meta.config.read_timeout
        )
        self.codec: OperationCodec | None = _codecs.get(operation) or _compiled(service, operation_model)
        self.library: Any = library

    def __enter__(self) -> None:
        self._token = current.set(self)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        current.reset(self._token)
        if error is not None:
            self.call.raised(error)
        self.service.end(self.call)


current: ContextVar[InterceptedCall | None] = ContextVar("bedrock_jobs_exchange", default=None)
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


def _install() -> None:
    """Wrap what is imported already and what will be, each module once.

    An import that no hook sees is made up for here: what restores ``sys.meta_path``, as pytester does after each of
    its runs, takes the hooks away.
    """
    _hook_imports()
    for name, wrap in _wrappers().items():
        if name in sys.modules:
            wrap(sys.modules[name])


@functools.cache
def _hook_imports() -> None:
    for name, wrap in _wrappers().items():
        wrapt.register_post_import_hook(wrap, name)


@functools.cache
def _wrappers() -> dict[str, Callable[[Any], None]]:
    """What is done to which module."""
    wrappers = {
        "aiobotocore.client": _once(lambda module: _aio().wrap_client(module)),
        "aiobotocore.retries.bucket": _once(lambda module: _aio().wrap_token_bucket(module)),
    }
    for name in _LIBRARIES:
        wrappers[f"{name}.client"] = _once(_wrap_client)
        wrappers[f"{name}.endpoint"] = _once(_replace_time)
        wrappers[f"{name}.retries.bucket"] = _once(_wrap_token_bucket)
    return wrappers


def _once(wrap: Callable[[Any], None]) -> Callable[[Any], None]:
    def wrap_once(module: Any) -> None:
        with _lock:
            wrapped, module.__dict__[_WRAPPED] = module.__dict__.get(_WRAPPED, False), True
        if not wrapped:
            wrap(module)

    return wrap_once


def _aio() -> Any:
    return importlib.import_module(f"{__package__}.aiobotocore_hooks")


def _wrap_client(module: Any) -> None:
    # _make_request and not _make_api_call: tracers wrap the latter, and unwrap it by taking off the outermost layer.
    # Not by the module's own name: awscli.botocore.client has classes of its own, and takes the rest from botocore.
    library = importlib.import_module(module.prepare_request_dict.__module__.rpartition(".")[0])

    def make_request(wrapped: Callable[..., Any], client: Any, args: Any, kwargs: Any) -> Any:
        service = answering(client)
        if service is None:
            return wrapped(*args, **kwargs)
        attach(client, _before_send, FirstResponseEmitter)
        with InterceptedCall(service, client, args[0], library):
            return wrapped(*args, **kwargs)

    wrapt.wrap_function_wrapper(module, "BaseClient._make_request", make_request)


def answering(client: Any) -> Service | None:
    """The mock that answers this client: the innermost, if it is a client of Bedrock."""
    active = _active
    return active[-1] if active and client.meta.service_model.service_name == "bedrock" else None


_codecs: dict[str, OperationCodec] = {}


def _compiled(service: Service, operation_model: Any) -> OperationCodec | None:
    """The operation's form: each client has its own copy of the service model, one compilation does for all."""
    if not service.supports(operation_model.name):
        return None
    codec = _codecs[operation_model.name] = OperationCodec(operation_model)
    return codec


def _account_of(client: Any) -> str | None:
    """The account in the client's credentials, without the refresh that asking them would set off."""
    known = getattr(client._request_signer._credentials, "__dict__", {})
    return known.get("account_id") or known.get("_account_id")


def attach(client: Any, before_send: Callable[..., Any], emitter: type[FirstResponseEmitter]) -> None:
    """Let a client's requests come to the mock, whenever there is one; once per client."""
    endpoint = client._endpoint
    if isinstance(endpoint._event_emitter, FirstResponseEmitter):
        return
    with _lock:
        if not isinstance(endpoint._event_emitter, FirstResponseEmitter):
            client.meta.events.register("choose-signer.bedrock", _choose_signer)
            client.meta.events.register_last("before-send.bedrock", before_send)
            endpoint._event_emitter = emitter(endpoint._event_emitter)


def _choose_signer(**_: Any) -> Any:
    """Unsigned while a mock answers: no real key is used, no token is refreshed."""
    now = current.get()
    return now.library.UNSIGNED if now else None


class FirstResponseEmitter:
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
        """Ask the handlers of an event, as botocore's emitter does."""
        now = current.get() if event_name.startswith("before-send.") else None
        if now is None:
            return self._emitter.emit(event_name, **kwargs)
        for limiter in self.rate_limiters(now):
            limiter(event_name=event_name, **kwargs)
        try:
            first = self._emitter.emit_until_response(event_name, **kwargs)
        except NotImplementedError as error:  # moto's word for an operation that it does not have either
            raise now.service.refuse(now.call) from error
        return [answered(now, first)]

    def rate_limiters(self, now: InterceptedCall) -> list[Any]:
        """List botocore's own handlers for every service: adaptive retries wait there, and ours would come before."""
        if now.codec is None:
            return []  # nothing of ours: the emitter will ask them itself
        hierarchy = self._emitter._emitter
        handlers = hierarchy._lookup_cache.get("before-send")
        if handlers is None:
            handlers = hierarchy._lookup_cache["before-send"] = hierarchy._handlers.prefix_search("before-send")
        return [handler for handler in handlers if ".retries." in handler.__module__]


def answered(now: InterceptedCall, first: tuple[Any, Any]) -> tuple[Any, Any]:
    """The first handler that answered, and its answer.

    Raises:
        UnsupportedOperationError: Without one: the request would go to the network.
    """
    if first[1] is None:
        raise now.service.refuse(now.call)
    return first


def _before_send(request: Any, **_: Any) -> Any:
    now = current.get()
    if now is None or now.codec is None:
        return None
    return answer(now, now.codec, request, now.library.awsrequest.AWSResponse, _Body)


def answer(now: InterceptedCall, codec: OperationCodec, request: Any, response: Any, body: Any) -> Any:
    """The mock's answer as the library's response, or the library's own exception for a broken connection."""
    try:
        status, headers, content = now.service.answer(now.call, codec, request.url, request.body)
    except NoResponseError as error:
        name, reason = _CONNECTION_ERRORS[error.kind]
    else:
        return response(request.url, status, headers, body(content))
    # Not where NoResponseError would be its context: that one is the mock's own affair.
    raise getattr(now.library.exceptions, name)(endpoint_url=request.url, error=reason)


_CONNECTION_ERRORS = {
    NoResponseError.CONNECT_TIMEOUT: ("ConnectTimeoutError", "timed out"),
    NoResponseError.READ_TIMEOUT: ("ReadTimeoutError", "timed out"),
    NoResponseError.CONNECTION_RESET: ("ConnectionClosedError", "reset by peer"),
    NoResponseError.ENDPOINT_UNREACHABLE: ("EndpointConnectionError", "unreachable"),
}


def _refuse_without_mock(**_: Any) -> None:
    if current.get() is None:
        raise UsageError(
            "this client was made by bedrock_jobs.client(), and no mock is active: use it within the fixture, the "
            f"decorator or the context manager. {see('A client that is used after its mock')}"
        )


class _Body(bytes):
    """A response's body as botocore reads one from the network."""

    def stream(self) -> tuple[bytes]:
        return (self,)


def _replace_time(module: Any) -> None:
    module.time = _Time()


class _Time:
    """The ``time`` that botocore sleeps by between two attempts: nobody waits for a mocked service to recover."""

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    def sleep(self, seconds: float) -> None:
        now = current.get()
        if now is None:
            time.sleep(seconds)
        else:
            now.service.sleep(now.call, seconds)


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
