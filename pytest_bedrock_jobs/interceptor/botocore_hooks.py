"""Between botocore's clients and the mock; ``aiobotocore_hooks`` does the same for aiobotocore's.

``BaseClient._make_request`` is wrapped once and stays wrapped; without an active mock the wrapper passes everything
through. With one it puts the call into a context variable, where the handlers and the emitter that each Bedrock client
gets at its first call find it. So a call belongs to one mock from its first request to its last, in whatever thread or
task, even if the mock ends meanwhile.
"""

from __future__ import annotations

import functools
import importlib
import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from ..service.calls import ApiCall
from ..service.dispatcher import OPERATIONS, Service
from ..service.errors import NoResponseError, NotStubbedError, UnsupportedOperationError, UsageError, see
from ..service.inference.codec import InferenceCodec
from ..service.inference.targets import is_for_the_mock
from ..service.protocol import OperationCodec, Response
from . import active, stub_shapes
from .patching import wrap
from .streaming_bodies import StreamingBody

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

_lock = threading.Lock()
_INTERCEPTED = "bedrock_jobs_intercepted"


class InterceptedCall:
    """One API call with the mock, all attempts of it; within the block it is the ``current`` one.

    Attributes:
        service: The mock that responds.
        client: Whose call it is.
        call: What the mock keeps of it.
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


def keep_offline(client: Any) -> None:
    """Make a client useless without a mock, for clients that exist only for mocks."""
    client.meta.events.register_first("before-send.bedrock", _refuse_without_mock)


def wrap_client(module: Any) -> None:
    """Let the calls of botocore's clients, or of a copy of it, go to the mock, whenever there is one."""
    # _make_request and not _make_api_call: tracers wrap the latter, and unwrap it by taking off the outermost layer.
    wrap(module, "BaseClient._make_request", _make_request)


def _make_request(wrapped: Callable[..., Any], client: Any, args: Any, kwargs: Any) -> Any:
    service = responding_service(client, args)
    if service is None or is_intercepted(args):
        return wrapped(*args, **kwargs)
    attach(client, _before_send, FirstResponseEmitter)
    with InterceptedCall(service, client, args[0], _library_of(client._endpoint.__module__)):
        return wrapped(*args, **kwargs)


def wrap_token_bucket(module: Any) -> None:
    """Let the rate limiter of the adaptive retry mode wait on the mock's clock only."""
    wrap(module, "TokenBucket.acquire", _acquire)


def _acquire(wrapped: Callable[..., Any], bucket: Any, args: Any, kwargs: Any) -> Any:
    now = current.get()
    if now is None:
        return wrapped(*args, **kwargs)
    try:
        return wrapped(block=False)
    except now.library.exceptions.CapacityNotAvailableError:
        now.service.sleep(now.call, bucket._sleep_amount(1))
        return True


def responding_service(client: Any, args: tuple[Any, ...]) -> Service | None:
    """The mock that responds to this request: the latest, if it is one to Bedrock or to a model that it invokes."""
    service = active.latest()
    if service is None:
        return None
    name, request = client.meta.service_model.service_name, args[1]
    is_ours = name == "bedrock" or (name == "bedrock-runtime" and is_for_the_mock(request["url_path"], request["body"]))
    return service if is_ours else None


def is_intercepted(args: tuple[Any, ...]) -> bool:
    """Whether a call has come to a mock already: to this one by another wrapper, or to another copy of this package."""
    context = args[1]["context"]
    found: bool = context.get(_INTERCEPTED, False)
    context[_INTERCEPTED] = True
    return found


@functools.cache
def _library_of(module: str) -> Any:
    """botocore, or the copy of it, to which the module of a client's endpoint belongs; the AWS CLI mixes the two."""
    return importlib.import_module(module.rpartition(".")[0])


_codecs: dict[str, OperationCodec] = {}


def _compiled(service: Service, operation_model: Any) -> OperationCodec | None:
    """The operation's form: each client has its own copy of the service model, one compilation does for all."""
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
    """The account in the client's credentials, without the refresh that asking them would set off."""
    known = getattr(client._request_signer._credentials, "__dict__", {})
    return known.get("account_id") or known.get("_account_id")


def attach(client: Any, before_send: Callable[..., Any], emitter: type[FirstResponseEmitter]) -> None:
    """Let a client's requests come to the mock, whenever there is one; once per client."""
    endpoint = client._endpoint
    if isinstance(endpoint._event_emitter, FirstResponseEmitter):
        return
    with _lock:
        if not _is_attached(endpoint._event_emitter):
            name = client.meta.service_model.service_id.hyphenize()
            # First, so that no other handler gets a request signed: that may refresh credentials.
            client.meta.events.register_first(f"choose-signer.{name}", _choose_signer)
            client.meta.events.register_last(f"before-send.{name}", before_send)
            endpoint._event_emitter = emitter(endpoint._event_emitter)


def _is_attached(emitter: Any) -> bool:
    while emitter is not None and not isinstance(emitter, FirstResponseEmitter):
        emitter = vars(emitter).get("_emitter")  # below that of another copy of this package
    return emitter is not None


def _choose_signer(**_: Any) -> Any:
    """Unsigned while a mock responds: no real key is used, no token is refreshed."""
    now = current.get()
    return now.library.UNSIGNED if now else None


class FirstResponseEmitter:
    """An endpoint's emitter that stops ``before-send`` at the first response, and retries without waiting.

    botocore asks every handler and takes the first response, so moto's would run, and raise, after ours has responded.
    Handlers of Bedrock's own event come before ours, those of every service's event after it, so that what stands in
    for the network there, or guards it, is left alone.
    """

    def __init__(self, emitter: Any) -> None:
        self._emitter = emitter

    def __getattr__(self, name: str) -> Any:
        return getattr(self._emitter, name)

    def emit(self, event_name: str, **kwargs: Any) -> Any:
        """Ask the handlers of an event, as botocore's emitter does."""
        now = current.get()
        if now and event_name.startswith("before-send."):
            return self._first_response(now, event_name, kwargs)
        if now and event_name.startswith("needs-retry."):
            return without_delay(now, self._emitter.emit(event_name, **kwargs))
        return self._emitter.emit(event_name, **kwargs)

    def _first_response(self, now: InterceptedCall, event_name: str, kwargs: dict[str, Any]) -> Any:
        for limiter in self.rate_limiters(now):
            limiter(event_name=event_name, **kwargs)
        try:
            first = self._emitter.emit_until_response(event_name, **kwargs)
        except NotImplementedError as error:  # moto raises it for an operation that it does not have either
            raise unsupported(now) from error
        return [responded(now, first)]

    def rate_limiters(self, now: InterceptedCall) -> list[Any]:
        """List botocore's own handlers for every service: adaptive retries wait there, and ours would come before."""
        if now.codec is None:
            return []  # nothing of ours: the emitter will ask them itself
        hierarchy = self._emitter
        while "_lookup_cache" not in vars(hierarchy):  # botocore's alias of events, and another copy of this package
            hierarchy = hierarchy._emitter
        handlers = hierarchy._lookup_cache.get("before-send")
        if handlers is None:
            handlers = hierarchy._lookup_cache["before-send"] = hierarchy._handlers.prefix_search("before-send")
        return [handler for handler in handlers if ".retries." in handler.__module__]


def without_delay(now: InterceptedCall, responses: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """The decision about a retry, but not to wait for it: the delay passes on the mock's clock.

    As in botocore the first handler that has something to say decides.
    """
    first = next(((handler, delay) for handler, delay in responses if delay is not None), None)
    if first is None or first[1] is False:
        return responses
    now.service.sleep(now.call, first[1])
    return [(first[0], 0)]


def responded(now: InterceptedCall, first: tuple[Any, Any]) -> tuple[Any, Any]:
    """The first handler that responded, and its response.

    Raises:
        UnsupportedOperationError: Without one: the request would go to the network.
    """
    if first[1] is None:
        raise unsupported(now)
    return first


def unsupported(now: InterceptedCall) -> UnsupportedOperationError:
    """The error for a call of an operation that the mock does not have."""
    return now.service.unsupported_operation(now.call, stub_shapes.example_of(now.call.operation))


def _before_send(request: Any, **_: Any) -> Any:
    now = current.get()
    if now is None or now.codec is None:
        return None
    return respond(now, now.codec, request, _library_response)


def _library_response(now: InterceptedCall, request: Any, sent_back: Response) -> Any:
    delivery = now.call.delivery
    body = StreamingBody(delivery) if delivery else _Body(sent_back.body)
    return now.library.awsrequest.AWSResponse(request.url, sent_back.status, sent_back.headers, body)


def respond(
    now: InterceptedCall,
    codec: OperationCodec,
    request: Any,
    library_response: Callable[[InterceptedCall, Any, Response], Any],
) -> Any:
    """The mock's response as the library's response, or the library's own exception for a broken connection."""
    sent = request.body
    if hasattr(sent, "read"):  # botocore sends files, and rewinds them before it sends them again
        sent = sent.read()
    try:
        sent_back = now.service.respond(now.call, codec, request.url, sent, request.headers)
    except NotStubbedError:
        return None  # moto or another handler may respond
    except NoResponseError as error:
        name, reason = _CONNECTION_ERRORS[error.kind]
    else:
        return library_response(now, request, sent_back)
    # Not where NoResponseError would be its context: that one is the mock's own affair.
    raise getattr(now.library.exceptions, name)(endpoint_url=request.url, error=reason)


_CONNECTION_ERRORS = {
    NoResponseError.CONNECT_TIMEOUT: ("ConnectTimeoutError", "timed out"),
    NoResponseError.READ_TIMEOUT: ("ReadTimeoutError", "timed out"),
    NoResponseError.RESPONSE_LOST: ("ReadTimeoutError", "timed out"),
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


@functools.cache
def partition_of(region: str) -> str:
    """The partition of a Region, by botocore's own table."""
    from botocore.endpoint_provider import RuleSetStandardLibrary
    from botocore.loaders import Loader

    return str(RuleSetStandardLibrary(Loader().load_data("partitions")).aws_partition(region)["name"])
