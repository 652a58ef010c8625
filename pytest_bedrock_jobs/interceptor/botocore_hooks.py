"""Between botocore's clients and the mock; ``aiobotocore_hooks`` does the same for aiobotocore's.

``BaseClient._make_request`` is wrapped once and stays wrapped; without an active mock the wrapper passes calls through.
With one it sets a context variable to the call, for the handlers and the emitter that each Bedrock client gets at its
first call. So a call belongs to one mock from its first request to its last, in whatever thread or task, even if the
mock ends meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from ..service.dispatcher import Service
from ..service.errors import NoResponseError, NotStubbedError, UnsupportedOperationError, UsageError, see
from ..service.inference.targets import is_for_the_mock
from ..service.protocol import OperationCodec, Response
from . import active, stub_shapes
from .intercepted_call import InterceptedCall, current, library_of
from .patching import wrap
from .retries import rate_limiters, without_delay
from .streaming_bodies import StreamingBody

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

_lock = threading.Lock()
_INTERCEPTED = "bedrock_jobs_intercepted"


def keep_offline(client: Any) -> None:
    """Make a client useless without a mock, for clients that exist only for mocks."""
    client.meta.events.register_first("before-send.bedrock", _refuse_without_mock)


def wrap_client(module: Any) -> None:
    """Pass the calls of botocore's clients, or of a copy of it, to the mock, whenever one is active."""
    # _make_request and not _make_api_call: tracers wrap the latter, and unwrap it by taking off the outermost layer.
    wrap(module, "BaseClient._make_request", _make_request)


def _make_request(wrapped: Callable[..., Any], client: Any, args: Any, kwargs: Any) -> Any:
    service = responding_service(client, args)
    if service is None or is_intercepted(args):
        return wrapped(*args, **kwargs)
    attach(client, _before_send, FirstResponseEmitter)
    with InterceptedCall(service, client, args[0], library_of(client._endpoint.__module__)):
        return wrapped(*args, **kwargs)


def responding_service(client: Any, args: tuple[Any, ...]) -> Service | None:
    """The mock that responds to this request: the latest, if it is one to Bedrock or to a model that it invokes."""
    service = active.latest()
    if service is None:
        return None
    name, request = client.meta.service_model.service_name, args[1]
    is_ours = name == "bedrock" or (name == "bedrock-runtime" and is_for_the_mock(request["url_path"], request["body"]))
    return service if is_ours else None


def is_intercepted(args: tuple[Any, ...]) -> bool:
    """Whether a mock has the call already: this one by another wrapper, or that of another copy of this package."""
    context = args[1]["context"]
    found: bool = context.get(_INTERCEPTED, False)
    context[_INTERCEPTED] = True
    return found


def attach(client: Any, before_send: Callable[..., Any], emitter: type[FirstResponseEmitter]) -> None:
    """Pass a client's requests to the mock, whenever one is active; once per client."""
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

    botocore calls every handler and takes the first response, so moto's would run, and raise, after ours has responded.
    Handlers of Bedrock's own event run before ours, those of every service's event after it, so that handlers which
    replace the network there, or block it, are not called.
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
        for limiter in rate_limiters(self._emitter, now):
            limiter(event_name=event_name, **kwargs)
        try:
            first = self._emitter.emit_until_response(event_name, **kwargs)
        except NotImplementedError as error:  # moto raises it for an operation that it does not have either
            raise unsupported(now) from error
        return [responded(now, first)]


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
    # Not where NoResponseError would be its context, which is internal to the mock.
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
