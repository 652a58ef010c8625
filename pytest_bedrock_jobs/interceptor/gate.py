"""The gate that every call of a client passes while a mock is active: the mock responds, something else does, or none.

What nothing responds to is not sent to AWS. A call belongs to one mock from its first request to its last, in whatever
thread or task, even if the mock ends meanwhile. It is tied to its request, and made by a double of its client, so
calls that are made while it runs are calls of their own, and the client is left as it was.
"""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Collection
from typing import Any, NoReturn
from urllib.parse import unquote, urlsplit

from ..service.arns import Scope
from ..service.dispatcher import Service
from ..service.errors import (
    NoResponseError,
    NotStubbedError,
    UnsupportedOperationError,
    UsageError,
    nearest_first,
    no_such,
    see,
    sender_line,
)
from ..service.faults import ApiCall
from ..service.inference.models import RUNTIME, SERVICES, is_for_the_mock
from ..service.operations import OPERATIONS
from . import credentials, latest_mock, responses
from .service_models import botocores_data, codec_of, example_of

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

_MAY_LEAVE = "bedrock_jobs_may_leave"
_LIMITERS = "botocore.retries.adaptive"
_MOST_MODELS = 5


async def resolved(result: Any) -> Any:
    """What a function of botocore has returned, or what one of aiobotocore lets its caller await."""
    return await result if hasattr(type(result), "__await__") else result


class Passage:
    """One API call, with all its attempts: a context in which its requests come to the gate.

    Meanwhile it stands in for the event emitter of the client's endpoint.

    Args:
        service: The mock.
        method: ``_make_request`` of the client.
        client: The client.
        model: The model of the operation.
        request: What the client passes to its endpoint.
    """

    def __init__(self, service: Service, method: Any, client: Any, model: Any, request: dict[str, Any]) -> None:
        meta = client.meta
        self._service = service
        self._method = method
        self._client = client
        self._endpoint = client._endpoint
        self._request = request
        self._operation: str = model.name
        self._service_name: str = meta.service_model.service_name
        # A model of someone else's: the mock responds only if the test has prepared something.
        foreign = self._service_name == RUNTIME and not is_for_the_mock(request["url_path"], request["body"])
        self._concerned = not foreign
        self._call: ApiCall | None = None
        self._responds: bool = False  # whether the mock does
        if self._service_name in SERVICES:
            account = credentials.account_of(client._request_signer._credentials) or service.settings["account_id"]
            scope = Scope(account, meta.region_name, meta.partition)
            self._call = service.begin(self._operation, scope, meta.config.read_timeout)
            self._call.codec, self._call.foreign = codec_of(model), foreign
            self._responds = (self._operation in OPERATIONS and not foreign) or service.prepares(self._operation)
            may_leave = foreign or self._service_name in service.settings["passthrough"]
            if self._responds or not may_leave:
                request["context"]["auth_type"] = "none"  # no key is used, and no token refreshed, to sign it

    @classmethod
    def of(
        cls, method: Any, client: Any, operation_model: Any, request_dict: dict[str, Any], *_: Any, **__: Any
    ) -> contextlib.AbstractContextManager[Any]:
        """The method with which a client makes a call; if a mock is active, the requests of that call come here.

        Args:
            method: ``_make_request``.
            client: The client.
            operation_model: The model of the operation.
            request_dict: What the client passes to its endpoint.
        """
        service = latest_mock()
        outer = getattr(client._endpoint, "_event_emitter", None)  # the endpoint may be one of the code's own
        # Another wrapper of this package, or of another copy of it, may have this request already.
        if service is None or getattr(outer, "_request", None) is request_dict:
            return contextlib.nullcontext(method)
        if isinstance(outer, Passage):  # of a call of which a tracer has got the double
            client = outer._client
        return cls(service, method, client, operation_model, request_dict)

    def __enter__(self) -> Any:
        """The same method of a double of the client, whose requests come here."""
        method = self._method
        double = _double(self._client, _endpoint=_double(self._endpoint, _event_emitter=self))
        # Bound by another wrapper of wrapt's, by Python, or by wrapt for a call of the class's method.
        function = getattr(method, "_self_parent", None) or getattr(method, "__func__", None) or method.__wrapped__
        return function.__get__(double, type(double))

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Record the call, with the exception that its caller gets."""
        if self._call and self._concerned:
            self._service.end(self._call, error)

    @property
    def _library(self) -> str:
        """The library of the client: botocore, a copy of it, or aiobotocore; the AWS CLI mixes the first two."""
        return credentials.library_of(self._endpoint.__class__)

    @property
    def _botocore(self) -> Any:
        """The botocore, or the copy of it, that the client or aiobotocore is from."""
        return sys.modules[self._library.removeprefix("aio")]

    def emit(self, event_name: str, /, **kwargs: Any) -> Any:
        """Ask the handlers of an event, as the library's emitter does; what is about to be sent comes to the gate."""
        if not event_name.startswith(("before-send.", "needs-retry.")):
            return self._endpoint._event_emitter.emit(event_name, **kwargs)
        asking = (self._before_send if event_name.startswith("before") else self._needs_retry)(event_name, kwargs)
        if self._library == "aiobotocore":
            return asking
        try:
            while True:
                asking.send(None)  # none of botocore's handlers is awaited, so it ends at once
        except StopIteration as end:
            return end.value

    async def _before_send(self, event_name: str, kwargs: dict[str, Any]) -> list[tuple[Any, Any]]:
        """Decide about a request that is about to be sent.

        botocore calls every handler and takes the first response, so moto's would run, and raise, after the mock's own
        response to Bedrock. Here the first response ends it: handlers of Bedrock's own event come first, then the mock,
        then those of every service's event, where other mocks are.
        """
        request, emitter, call = kwargs["request"], self._endpoint._event_emitter, self._call
        if call is None:
            found: list[tuple[Any, Any]] = await resolved(emitter.emit(event_name, **kwargs))
            if any(response is not None for _, response in found):
                return found
        else:
            handlers = _handlers(emitter, event_name)
            every = _handlers(emitter, "before-send") if handlers else []
            limiters = [each for each in every if str(getattr(each, "__module__", "")).endswith(_LIMITERS)]
            others = [each for each in every if each not in limiters]
            ours: list[Any] = [functools.partial(self._limit, call, each.__self__) for each in limiters]
            ours = [*ours, functools.partial(self._respond, call)] if self._responds else []
            for handler in [*(each for each in handlers if each not in every), *ours, *others]:
                try:
                    response = await resolved(handler(event_name=event_name, **kwargs))
                except NotImplementedError as error:
                    if handler in others:  # moto raises it for an operation that it does not have either
                        raise self._refusal() from error
                    raise
                if response is not None:
                    return [(handler, response)]
        if not self._may_leave(request.url):
            raise self._refusal()
        setattr(request, _MAY_LEAVE, True)
        return []

    async def _limit(self, call: ApiCall, limiter: Any, **_: Any) -> None:
        """Wait where the adaptive retry mode does, on the mock's clock only."""
        if limiter._enabled:
            bucket = limiter._token_bucket
            try:
                await resolved(bucket.acquire(block=False))
            except self._botocore.exceptions.CapacityNotAvailableError:
                bucket._current_capacity = max(bucket._current_capacity, 0)  # negative where virtual time was ahead
                self._service.sleep(call, bucket._sleep_amount(1))

    async def _needs_retry(self, event_name: str, kwargs: dict[str, Any]) -> list[tuple[Any, Any]]:
        """Decide about a retry, and let its delay pass on the mock's clock.

        As in botocore, the first handler that returns something decides.
        """
        found: list[tuple[Any, Any]] = await resolved(self._endpoint._event_emitter.emit(event_name, **kwargs))
        if self._call and self._concerned:
            for handler, delay in found:
                if delay is not None:
                    self._service.sleep(self._call, delay)
                    return [(handler, 0)]
        return found

    def _respond(self, call: ApiCall, request: Any, **_: Any) -> Any:
        """The mock's response as the library's, or the library's own exception for a broken connection."""
        sent = request.body
        if hasattr(sent, "read"):  # botocore sends files, and rewinds them before it sends them again
            sent = sent.read()
        try:
            sent_back = self._service.respond(call, request.url, sent, request.headers)
        except NotStubbedError:
            return None  # moto or another handler may respond
        except NoResponseError as error:
            name, reason = _CONNECTION_ERRORS[error.kind]
        else:
            self._concerned = True
            return responses.of_library(self._library, self._endpoint.http_session, request, sent_back, call.delivery)
        self._concerned = True
        # Not where NoResponseError would be its context, which is internal to the mock.
        raise getattr(self._botocore.exceptions, name)(endpoint_url=request.url, error=reason)

    def _may_leave(self, url: str) -> bool:
        """Whether the test lets requests of this service pass, or they go to an emulator."""
        if self._service_name in self._service.settings["passthrough"]:
            return True
        if self._call and not self._call.foreign:
            return False  # Bedrock is here: none of its requests goes to an emulator of all services
        return isinstance(self._endpoint.http_session, NoNetwork) or not _is_of_aws(url)

    def _refusal(self) -> UnsupportedOperationError:
        """The error for a request that nothing responds to, kept for the end of the test."""
        self._concerned = True
        if self._call:
            return unsupported_request(self._service, self._call, self._request["url_path"])
        return self._service.refuse(
            self._operation,
            f"{self._operation} of {self._service_name} is not mocked, and nothing was sent ({sender_line()}): nothing "
            "in this process responds to it. Mock the service, with moto for example; stub the client with botocore's "
            "Stubber; give it the endpoint_url of an emulator; or let its requests leave: "
            f"passthrough=({self._service_name!r},). {see('A request that was not sent')}",
        )


def unsupported_request(service: Service, call: ApiCall, path: str) -> UnsupportedOperationError:
    """The error for a request of Bedrock to which nothing responds, kept for the end of the test.

    Args:
        service: The mock.
        call: The call.
        path: The path of the request, percent-encoded.
    """
    example, sender = example_of(call.operation), "by another process" if call.wait else sender_line()
    stubs = ", ".join(repr(stub) for stub in service.state.store.stubs if stub.operation == call.operation)
    not_sent = f"nothing was sent ({sender}).{f' No stub fits: {stubs}.' if stubs else ''}"
    if call.operation not in OPERATIONS:
        stub = f' Stub it: bedrock_jobs.stub("{call.operation}", {example}).' if example else ""
        known = ", ".join(nearest_first(call.operation, OPERATIONS))
        text = f"{call.operation} is not mocked, and {not_sent}{stub} pytest-bedrock-jobs has: {known}."
        return service.refuse(call.operation, f"{text} {see('An operation that is not mocked')}")
    _, _, rest = path.partition("/model/")
    model = unquote(rest.partition("/")[0])
    models = service.state.store.invokable
    arns = ", ".join(each.arn for each in models[:_MOST_MODELS]) or "none yet; bedrock_jobs.add_imported_model adds one"
    more = ", ..." if len(models) > _MOST_MODELS else ""
    advice = (
        f"{model!r} is no imported model, and no deployment or provisioned throughput of a custom model. Those of the "
        f"mock: {arns}{more}. For a foundation model or an inference profile, stub it: "
        f"bedrock_jobs.stub({call.operation!r}, {example}, model={model!r})."
    )
    for each in models:
        served_or_made_by = getattr(each, "model_arn", None) or getattr(each, "job_arn", None)
        if model in (each.name, each.arn.rpartition("/")[2], served_or_made_by):
            advice = f"Invoke {model!r} by the ARN {each.arn}."
    text = f"{call.operation} is not mocked for this model, and {not_sent} {advice}"
    return service.refuse(call.operation, f"{text} {see('A model that is not invoked')}")


class NoNetwork:
    """Replaces the network, for clients that only mocks use: what nothing in the process responds to is an error.

    Args:
        text: Its text.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    def send(self, request: Any) -> NoReturn:
        """Refuse."""
        raise UsageError(self._text)

    def close(self) -> None:
        """There is nothing to close."""


_CONNECTION_ERRORS = {
    NoResponseError.CONNECT_TIMEOUT: ("ConnectTimeoutError", "timed out"),
    NoResponseError.READ_TIMEOUT: ("ReadTimeoutError", "timed out"),
    NoResponseError.RESPONSE_LOST: ("ReadTimeoutError", "timed out"),
    NoResponseError.CONNECTION_RESET: ("ConnectionClosedError", "reset by peer"),
    NoResponseError.ENDPOINT_UNREACHABLE: ("EndpointConnectionError", "unreachable"),
}


def _double(original: Any, **changes: Any) -> Any:
    """A shallow copy of an object, with other values of these attributes."""
    double = object.__new__(type(original))
    double.__dict__.update(original.__dict__, **changes)
    return double


def _handlers(emitter: Any, event_name: str) -> list[Any]:
    """The handlers of an event, in the order in which botocore asks them."""
    emitter = getattr(emitter, "_emitter", emitter)  # behind botocore's aliases of events
    return list(emitter._handlers.prefix_search(event_name))


def send(wrapped: Any, http_session: Any, args: Any, kwargs: Any) -> Any:
    """Send a request, unless it goes to AWS and has come here past the gate.

    Raises:
        UnsupportedOperationError: If it does.
    """
    request, service = (*args, *kwargs.values())[0], latest_mock()
    if service is None or hasattr(request, _MAY_LEAVE) or not _is_of_aws(request.url):
        return wrapped(*args, **kwargs)
    raise service.refuse(
        f"{request.method} {request.url}",
        f"A request to {urlsplit(request.url).hostname} went past the mock, and was not sent ({sender_line()}): it was "
        "not made by a client, but by a client's private endpoint, as where a test spies on a method of "
        "client._endpoint. Spy on the client's own method, or on the class botocore.endpoint.Endpoint. "
        f"{see('A request that was not sent')}",
    )


def _is_of_aws(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return f".{host.rstrip('.')}".endswith(_domains_of_aws())


# Those of sign-in, from which `aws login` has its keys, and AWS's own top-level domain.
_DOMAINS_BESIDES = """
.aws .aws.amazon.com .amazonaws.cn .amazonaws-eusc.eu .amazonaws-us-gov.com
.c2shome.ic.gov .csphome.adc-e.uk .csphome.hci.ic.gov .sc2shome.sgov.gov
"""


@functools.cache
def _domains_of_aws() -> tuple[str, ...]:
    """The suffixes of all host names of AWS, from botocore's own table and besides."""
    partitions = botocores_data().load_data("partitions")["partitions"]
    outputs = [partition["outputs"] for partition in partitions]
    in_table = {f".{output[name]}" for output in outputs for name in ("dnsSuffix", "dualStackDnsSuffix")}
    return (*in_table, *_DOMAINS_BESIDES.split())


def check_services(names: Collection[str]) -> None:
    """Refuse names of services, in the option ``passthrough``, that botocore does not have.

    Raises:
        UsageError: If there is one.
    """
    if not names:
        return
    from botocore.loaders import Loader

    known = Loader().list_available_services("service-2")
    for name in names:
        if name not in known:
            text = no_such("service of botocore", name, known)
            raise UsageError(f"passthrough: {text}. {see('An option or a target that is refused')}")
