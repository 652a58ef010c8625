"""From an HTTP request to the mock and back: which operation, which Region, and what an injected fault does here."""

from __future__ import annotations

import functools
import json
import re
import threading
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from ..interceptor import active_mocks, latest_mock
from ..interceptor.gate import unsupported_request
from ..interceptor.service_models import bedrock_operations, codec_of, partition_of
from ..service.arns import Scope
from ..service.dispatcher import Service
from ..service.errors import NoResponseError, NotStubbedError, see
from ..service.faults import ApiCall
from ..service.inference.models import is_for_the_mock
from ..service.wire.api_names import RUNTIME_OPERATIONS
from ..service.wire.codec import Response
from ..service.wire.event_streams import Delivery
from .http_server import LARGEST_BODY, HttpRequest, HttpResponse

# AWS4-HMAC-SHA256 Credential=<key>/<date>/<Region>/<service>/aws4_request, ...
_SCOPE = re.compile(r"Credential=[^/\s,]+/\d{8}/([a-z0-9-]{1,20})/[a-z-]+/aws4_request\b")


@functools.cache
def _routes() -> list[tuple[re.Pattern[str], Any]]:
    """Each operation's path and botocore's model of it; paths with fewer parameters come later."""
    models = sorted(bedrock_operations().values(), key=lambda model: model.http["requestUri"].count("{"), reverse=True)
    paths = [model.http["requestUri"].partition("?")[0].rstrip("/") for model in models]
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), model) for path, model in zip(paths, models, strict=True)]


def operations_at(path: str) -> Mapping[str, Any]:
    """By their methods, botocore's models of the operations with this path, which is still percent-encoded."""
    # For an empty identifier, an SDK sends a path that ends with "/": AWS takes it for that of the list.
    path = path.rstrip("/")
    # Of two with the same method, the later one counts: its path has a literal segment for the other's parameter.
    return {model.http["method"]: model for pattern, model in _routes() if pattern.fullmatch(path)}


class Responder:
    """Responds to HTTP requests as one mock, or as whichever is active.

    Args:
        mock: The mock that responds while it is active; None for whichever is.
        region: The Region of requests whose signature names none.
        account_id: The account of all requests; None for the mock's.
        longest_wait: How many seconds a fault may keep a client waiting.

    Attributes:
        closing: Set when the server closes: waiting requests end.
    """

    def __init__(self, mock: Service | None, region: str, account_id: str | None, longest_wait: float) -> None:
        self._mock = mock
        self._region = region
        self._account_id = account_id
        self._longest_wait = longest_wait
        self.closing: threading.Event = threading.Event()

    def __call__(self, request: HttpRequest) -> HttpResponse | NoResponseError:
        """Respond to a request; whatever is raised in here is kept for the end of the test."""
        if len(request.body) > LARGEST_BODY:
            text = f"The body of a request has at most {LARGEST_BODY:,} bytes."
            return _error(413, "RequestEntityTooLargeException", text)
        service = self._mock or latest_mock()
        if service is None or service not in active_mocks or self.closing.is_set():
            return _error(503, "ServiceUnavailableException", "No mock of pytest-bedrock-jobs is active now.")
        try:
            return self._respond(service, request)
        except NoResponseError as broken:
            if broken.kind in (NoResponseError.CONNECT_TIMEOUT, NoResponseError.READ_TIMEOUT):
                self._wait(service, self._longest_wait)
            return broken
        except BaseException as failure:
            service.state.errors.append(failure)
            return _error(500, "InternalFailure", f"{type(failure).__name__}: {failure}")

    def _respond(self, service: Service, request: HttpRequest) -> HttpResponse:
        path = request.target.partition("?")[0]
        operation_model = operations_at(path).get(request.method)
        if operation_model is None:
            return _no_operation(service, request, path)
        call = self._call_of(service, request, operation_model.name)
        call.codec = codec_of(operation_model)
        call.foreign = call.operation in RUNTIME_OPERATIONS and not is_for_the_mock(path, request.body)
        try:
            response = service.respond(call, request.target, request.body, request.headers)
        except NotStubbedError:
            error = unsupported_request(service, call, path)
            service.end(call, error)
            return _error(501, "NotImplemented", str(error))
        except BaseException as failure:
            service.end(call, None if isinstance(failure, NoResponseError) else failure)
            raise
        service.end(call)
        return _http_response(response, call.delivery)

    def _call_of(self, service: Service, request: HttpRequest, operation: str) -> ApiCall:
        """The call that a request belongs to: SDKs give all attempts of a call the same id."""
        attempt_of = request.headers.get("amz-sdk-invocation-id") or object()
        signed = _SCOPE.search(request.headers.get("authorization", ""))  # none with a bearer token
        region = signed[1] if signed else self._region
        scope = Scope(self._account_id or service.settings["account_id"], region, partition_of(region))
        call = ApiCall(operation, scope, wait=functools.partial(self._wait, service))
        return service.state.served_calls.setdefault((operation, attempt_of), call)

    def _wait(self, service: Service, seconds: float) -> None:
        """Keep a client waiting in real time, up to a limit; the rest passes on the mock's clock."""
        real = min(seconds, self._longest_wait)
        self.closing.wait(real)
        service.clock.advance(seconds - real)


def _http_response(response: Response, delivery: Delivery | None) -> HttpResponse:
    headers, length = dict(response.headers), len(response.body)
    if response.status == HTTPStatus.NO_CONTENT:
        headers.pop("content-length", None)
    whole = int(headers.get("content-length", length + response.breaks))
    parts = iter(delivery.take_part, b"") if delivery else (response.body,)
    return HttpResponse(response.status, headers, parts, breaks_off_before=whole if whole > length else 0)


def _no_operation(service: Service, request: HttpRequest, path: str) -> HttpResponse:
    allowed = ", ".join(sorted(operations_at(path)))
    text = f"{request.method} {path} is not an operation of bedrock or bedrock-runtime"
    if "authorization" in request.headers:  # from an SDK: a mistake in the code under test
        service.refuse(path, f"{text} (by another process). {see('A mock that is served')}")
    if allowed:
        return _error(405, "MethodNotAllowed", f"{text}; methods here: {allowed}.", allow=allowed)
    return _error(404, "UnknownOperationException", f"{text}.")


def _error(status: int, code: str, message: str, **headers: str) -> HttpResponse:
    """An error of the server, in the form of the service's."""
    body = json.dumps({"message": message}).encode()
    form = {"content-type": "application/json", "content-length": str(len(body)), "x-amzn-ErrorType": code}
    return HttpResponse(status, {**form, **headers}, (body,))
