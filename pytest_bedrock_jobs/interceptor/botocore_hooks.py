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

from ..service.errors import NoResponseError, NotStubbedError, UnsupportedOperationError, UsageError, see
from ..service.inference.targets import SERVICES, is_for_the_mock
from ..service.wire.codec import OperationCodec, Response
from . import active
from .intercepted_call import Caller, InterceptedCall, current
from .patching import wrap
from .retries import rate_limiters, without_delay
from .service_models import example_of
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
    wrap(module, "BaseClient", "_make_request", _make_request)


def _make_request(wrapped: Callable[..., Any], client: Any, args: Any, kwargs: Any) -> Any:
    call = intercepted(client, args, _before_send, FirstResponseEmitter)
    if call is None:
        return wrapped(*args, **kwargs)
    with call:
        return wrapped(*args, **kwargs)


def intercepted(
    client: Any, args: tuple[Any, ...], before_send: Callable[..., Any], emitter: type[FirstResponseEmitter]
) -> InterceptedCall | None:
    """The call, if the latest mock responds to it: one to Bedrock, or to a model that it invokes.

    Args:
        client: The client that makes it.
        args: The arguments of ``_make_request``: the model of the operation, and the request.
        before_send: The handler that passes the client's requests to the mock.
        emitter: The kind of emitter that the client gets for it.
    """
    service = active.latest()
    if service is None:
        return None
    attached = client._endpoint._event_emitter
    if not isinstance(attached, FirstResponseEmitter):
        if client.meta.service_model.service_name not in SERVICES:
            return None
        attached = _attached(client, before_send, emitter)
    operation_model, request = args[:2]
    if attached.caller.is_runtime and not is_for_the_mock(request["url_path"], request["body"]):
        return None
    context = request["context"]
    if context.get(_INTERCEPTED):  # by another wrapper of this package, or of another copy of it
        return None
    context[_INTERCEPTED] = True
    return InterceptedCall(service, attached.caller, operation_model)


def _attached(
    client: Any, before_send: Callable[..., Any], emitter: type[FirstResponseEmitter]
) -> FirstResponseEmitter:
    """Pass a client's requests to the mock, whenever one is active; once per client."""
    endpoint = client._endpoint
    with _lock:
        found = endpoint._event_emitter
        while found is not None and not isinstance(found, FirstResponseEmitter):
            found = vars(found).get("_emitter")  # below that of another copy of this package
        if found is None:
            name = client.meta.service_model.service_id.hyphenize()
            # First, so that no other handler gets a request signed: that may refresh credentials.
            client.meta.events.register_first(f"choose-signer.{name}", _choose_signer)
            client.meta.events.register_last(f"before-send.{name}", before_send)
            found = endpoint._event_emitter = emitter(endpoint._event_emitter, Caller(client))
        return found


def _choose_signer(**_: Any) -> Any:
    """Unsigned while a mock responds: no real key is used, no token is refreshed."""
    now = current()
    return now.caller.library.UNSIGNED if now else None


class FirstResponseEmitter:
    """An endpoint's emitter that stops ``before-send`` at the first response, and retries without waiting.

    botocore calls every handler and takes the first response, so moto's would run, and raise, after ours has responded.
    Handlers of Bedrock's own event run before ours, those of every service's event after it, so that handlers which
    replace the network there, or block it, are not called.

    Args:
        emitter: The endpoint's own.
        caller: The endpoint's client.
    """

    def __init__(self, emitter: Any, caller: Caller) -> None:
        self.caller: Caller = caller
        self._emitter = emitter
        self._emit = emitter.emit  # bound once, for every event of every call
        self._rate_limiters = rate_limiters(emitter)
        # Not by __getattr__, which would make every access to an attribute slow.
        for name in ("emit_until_response", "register", "register_first", "register_last", "unregister"):
            setattr(self, name, getattr(emitter, name))

    def emit(self, event_name: str, /, **kwargs: Any) -> Any:
        """Ask the handlers of an event, as botocore's emitter does."""
        if event_name.startswith(("before-send.", "needs-retry.")) and (now := current()):
            if event_name.startswith("before-send."):
                return self._first_response(now, event_name, kwargs)
            return without_delay(now, self._emit(event_name, **kwargs))
        return self._emit(event_name, **kwargs)

    def _first_response(self, now: InterceptedCall, event_name: str, kwargs: dict[str, Any]) -> Any:
        if now.codec:  # otherwise nothing of ours responds, and the emitter asks them itself
            for limiter in self._rate_limiters:
                limiter(event_name=event_name, **kwargs)
        try:
            first = self._emitter.emit_until_response(event_name, **kwargs)
        except NotImplementedError as error:  # moto raises it for an operation that it does not have either
            raise unsupported(now) from error
        if first[1] is None:  # the request would go to the network
            raise unsupported(now)
        return [first]


def unsupported(now: InterceptedCall) -> UnsupportedOperationError:
    """The error for a call of an operation that the mock does not have."""
    return now.service.unsupported_operation(now.call, example_of(now.call.operation))


def _before_send(request: Any, **_: Any) -> Any:
    now = current()
    if now is None or now.codec is None:
        return None
    return respond(now, now.codec, request, _library_response)


def _library_response(now: InterceptedCall, request: Any, sent_back: Response) -> Any:
    delivery = now.call.delivery
    body = StreamingBody(delivery) if delivery else _Body(sent_back.body)
    return now.caller.library.awsrequest.AWSResponse(request.url, sent_back.status, sent_back.headers, body)


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
    raise getattr(now.caller.library.exceptions, name)(endpoint_url=request.url, error=reason)


_CONNECTION_ERRORS = {
    NoResponseError.CONNECT_TIMEOUT: ("ConnectTimeoutError", "timed out"),
    NoResponseError.READ_TIMEOUT: ("ReadTimeoutError", "timed out"),
    NoResponseError.RESPONSE_LOST: ("ReadTimeoutError", "timed out"),
    NoResponseError.CONNECTION_RESET: ("ConnectionClosedError", "reset by peer"),
    NoResponseError.ENDPOINT_UNREACHABLE: ("EndpointConnectionError", "unreachable"),
}


def _refuse_without_mock(**_: Any) -> None:
    if current() is None:
        raise UsageError(
            "this client was made by bedrock_jobs.client(), and no mock is active: use it within the fixture, the "
            f"decorator or the context manager. {see('A client that is used after its mock')}"
        )


class _Body(bytes):
    """A response's body as botocore reads one from the network."""

    def stream(self) -> tuple[bytes]:
        return (self,)
