"""From an HTTP request to the mock and back: which operation, which Region, and what an injected fault does here."""

from __future__ import annotations

import functools
import json
import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple

from ..service.calls import ApiCall
from ..service.dispatcher import Service
from ..service.errors import NoResponseError, NotStubbedError, UnsupportedOperationError, see
from ..service.inference.targets import is_for_the_mock
from ..service.wire.codec import OperationCodec
from ..service.wire.routing import Routes
from .http_server import LARGEST_BODY, Disconnect, HttpRequest, HttpResponse

# AWS4-HMAC-SHA256 Credential=<key>/<date>/<Region>/<service>/aws4_request, ...
_SCOPE = re.compile(r"Credential=[^/\s,]+/\d{8}/([a-z0-9-]{1,20})/[a-z-]+/aws4_request\b")
_RETRYABLE_CALLS = 256  # how many calls are remembered by their ids, in case of another attempt


class Api(NamedTuple):
    """The operations that can be called.

    Attributes:
        routes: The operations, by method and path.
        codec_of: From botocore's model of an operation to its codec.
        example_of: From the name of an operation to a response that a stub may return, as Python writes it.
    """

    routes: Routes
    codec_of: Callable[[Any], OperationCodec]
    example_of: Callable[[str], str | None]


class Caller(NamedTuple):
    """What a request does not say about its caller.

    Attributes:
        region: The Region of requests whose signature names none.
        account_id: The account of all requests; None for the mock's.
        partition_of: From a Region to its partition.
    """

    region: str
    account_id: str | None
    partition_of: Callable[[str], str]


class Responder:
    """Responds to HTTP requests as one mock, or as whichever is active.

    Args:
        mock: The mock that responds; None while there is none.
        api: The operations that can be called.
        caller: What requests do not say about their caller.
        longest_wait: How many seconds a fault may keep a client waiting.

    Attributes:
        closing: Set when the server closes: waiting requests end.
    """

    def __init__(
        self,
        mock: Callable[[], Service | None],
        api: Api,
        caller: Caller,
        longest_wait: float,
    ) -> None:
        self._mock = mock
        self._caller = caller
        self._longest_wait = longest_wait
        self._api = api
        self._calls: OrderedDict[tuple[str, str], tuple[Service, ApiCall]] = OrderedDict()
        self._lock = threading.Lock()
        self.closing: threading.Event = threading.Event()

    def __call__(self, request: HttpRequest) -> HttpResponse | Disconnect:
        """Respond to a request; an error in here is kept for the end of the test."""
        service = self._mock()
        if service is None or self.closing.is_set():
            return _error(503, "ServiceUnavailableException", "No mock of pytest-bedrock-jobs is active now.")
        try:
            return self._respond(service, request)
        except Exception as failure:
            service.state.server_errors.append(failure)
            return _error(500, "InternalFailure", f"{type(failure).__name__}: {failure}")

    def _respond(self, service: Service, request: HttpRequest) -> HttpResponse | Disconnect:
        path = request.target.partition("?")[0]
        operation_model = self._api.routes.find(request.method, path)
        if operation_model is None:
            return self._no_operation(service, request, path)
        call = self._call_of(service, request, operation_model.name)
        error = None
        try:
            if error := self._unsupported(service, call, operation_model, request):
                return _not_implemented(error)
            codec = self._api.codec_of(operation_model)
            response = service.respond(call, codec, request.target, request.body)
            if call.delivery:
                call.delivery.take()  # how much a client in another process reads is not known
            return HttpResponse(response.status, response.headers, response.body, response.breaks)
        except NotStubbedError:
            error = service.unsupported_operation(call, self._api.example_of(call.operation))
            return _not_implemented(error)
        except NoResponseError as broken:
            return self._disconnect(service, broken.kind)
        finally:
            service.end(call, error)

    def _call_of(self, service: Service, request: HttpRequest, operation: str) -> ApiCall:
        """The call that a request belongs to: SDKs give all attempts of a call the same id."""
        key = (operation, request.headers.get("amz-sdk-invocation-id", ""))
        with self._lock:
            known, call = self._calls.get(key, (None, None))
            if call and known is service:
                service.state.resume(call)
                return call
        region = _region_of(request) or self._caller.region
        partition = self._caller.partition_of(region)
        wait = functools.partial(self._wait, service)
        call = service.begin(operation, self._caller.account_id, region, partition, wait=wait)
        with self._lock:
            if key[1]:
                self._calls[key] = (service, call)
            while len(self._calls) > _RETRYABLE_CALLS:
                self._calls.popitem(last=False)
        return call

    def _wait(self, service: Service, seconds: float) -> None:
        """Keep a client waiting in real time, up to a limit; the rest passes on the mock's clock."""
        real = min(seconds, self._longest_wait)
        self.closing.wait(real)
        service.clock.advance(seconds - real)

    def _disconnect(self, service: Service, kind: str) -> Disconnect:
        """End a connection without a response, as similar to the fault as a server can make it."""
        if kind in (NoResponseError.CONNECT_TIMEOUT, NoResponseError.READ_TIMEOUT):
            self._wait(service, self._longest_wait)
        return Disconnect(reset=kind in (NoResponseError.CONNECTION_RESET, NoResponseError.ENDPOINT_UNREACHABLE))

    def _no_operation(self, service: Service, request: HttpRequest, path: str) -> HttpResponse:
        methods = self._api.routes.methods(path)
        text = f"{request.method} {path} is not an operation of bedrock or bedrock-runtime"
        if "Authorization" in request.headers:  # from an SDK: a mistake in the code under test
            service.state.unsupported.append(f"{text} (by another process). {see('A mock that is served')}")
        if methods:
            return _error(405, "MethodNotAllowed", f"{text}; methods here: {', '.join(methods)}.", allow=methods)
        return _error(404, "UnknownOperationException", f"{text}.")

    def _unsupported(
        self, service: Service, call: ApiCall, operation_model: Any, request: HttpRequest
    ) -> UnsupportedOperationError | None:
        if not service.supports(call.operation):
            prepared = service.prepares(call.operation)
            return None if prepared else service.unsupported_operation(call, self._api.example_of(call.operation))
        if operation_model.service_model.service_name == "bedrock" or is_for_the_mock(request.target, request.body):
            return None
        error = UnsupportedOperationError(
            f"{call.operation} is served for imported models and deployments of custom models, by their ARNs; this "
            f"request is {request.method} {request.target} (by another process). {see('A mock that is served')}"
        )
        service.state.unsupported.append(str(error))
        return error


def _not_implemented(error: UnsupportedOperationError) -> HttpResponse:
    return _error(501, "NotImplemented", str(error))


def _region_of(request: HttpRequest) -> str | None:
    """The Region in the scope of a request's signature; None without a signature, or with a bearer token."""
    scope = _SCOPE.search(request.headers.get("Authorization", ""))
    return scope[1] if scope else None


def _error(status: int, code: str, message: str, allow: list[str] | None = None) -> HttpResponse:
    """An error of the server, in the form of the service's."""
    headers = {"content-type": "application/json", "x-amzn-ErrorType": code}
    if allow:
        headers["allow"] = ", ".join(allow)
    return HttpResponse(status, headers, json.dumps({"message": message}).encode())


TOO_LARGE = _error(413, "RequestEntityTooLargeException", f"The body of a request has at most {LARGEST_BODY:,} bytes.")
"""The response to a body that no operation accepts."""
