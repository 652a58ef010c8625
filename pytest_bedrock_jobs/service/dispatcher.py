"""One request to the mocked Bedrock, from start to end."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from . import arns, call_site, idempotency
from .arns import Scope
from .calls import ApiCall
from .clock import Clock
from .error_codes import denied
from .errors import ServiceError, UnsupportedOperationError, access_denied, nearest_first, see
from .fault_injection import FaultPlan
from .fault_kinds import Attempt, Fault
from .operations import KINDS, OPERATIONS
from .operations.operation import Deferred
from .operations.request import Request
from .options import Settings
from .protocol import OperationCodec, Response
from .records import Call
from .store import lifecycle
from .store.progress import Progress, progress_from
from .store.state import Store
from .validation import reject

if TYPE_CHECKING:
    from ..timekeeping.virtual_time import VirtualTime


class Service:
    """A small Bedrock: answers requests from memory and remembers every call.

    Args:
        settings: The options of the mock.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.progress: Progress = progress_from(settings.progress)
        self.clock: Clock = Clock()
        self.virtual_time: VirtualTime | None = None
        self.retried: bool = False
        self.reset()

    def reset(self) -> None:
        """Forget everything: jobs, models, tokens, faults, calls."""
        self.store: Store = Store(KINDS, self.settings.cold_models)
        self.fault_plan: FaultPlan = FaultPlan()
        self.ended: list[ApiCall] = []
        self._records: list[Call] = []
        self.unsupported: list[str] = []
        self.server_errors: list[Exception] = []

    @property
    def calls(self) -> tuple[Call, ...]:
        """The records of all calls that have ended; each is made when somebody asks first."""
        with self.store.lock:
            self._records += [call.record() for call in self.ended[len(self._records) :]]
            return tuple(self._records)

    def begin(
        self,
        operation: str,
        account_id: str | None,
        region: str,
        partition: str,
        read_timeout: float | None = None,
        wait: Callable[[float], None] | None = None,
    ) -> ApiCall:
        """An API call starts: of an account, the mock's own by default, to a Region; for the rest see ``ApiCall``."""
        if self.virtual_time and wait is None:
            self.virtual_time.observe()
        scope = arns.scope(account_id or self.settings.account_id, region, partition)
        return ApiCall(operation, scope, read_timeout, wait)

    def resume(self, call: ApiCall) -> None:
        """Another request of a call that has ended: a caller in another process does not say when it gives up."""
        with self.store.lock:
            if call in self.ended:
                index = self.ended.index(call)
                del self.ended[index], self._records[index:]

    def request(self, operation: str, scope: Scope, now: datetime.datetime) -> Request:
        """A request at this moment, when all that is due has ended."""
        lifecycle.settle(self.store, self.progress, now)
        return Request(operation, scope, now, self.store, self.progress, self.settings.quotas)

    def supports(self, operation: str) -> bool:
        """Whether the mock has this operation."""
        return operation in OPERATIONS

    def answer(
        self,
        call: ApiCall,
        codec: OperationCodec,
        url: str,
        body: bytes | str | None,
        headers: Mapping[str, str | bytes] | None = None,
    ) -> Response:
        """Answer one request of a call; botocore may send more of them if it does not like the answer.

        Raises:
            NoResponseError: Where an injected fault breaks the connection.
        """
        now = self.clock.now()
        if not call.responses:
            call.time = now
        call.sent(codec, url, body, headers)
        try:
            parameters = codec.decode(url, body, headers)
        except ServiceError as error:
            return _refuse(call, codec, error)
        fault = self._fault(call, parameters) if self.fault_plan.faults else None
        if fault is None:
            return self._perform(call, codec, parameters, now)
        before = len(call.responses)
        attempt = Attempt(
            call,
            call.wait or self.clock.advance,
            perform=lambda: self._perform(call, codec, parameters, self.clock.now()),
            refuse=lambda error: _refuse(call, codec, error),
        )
        try:
            return fault.strike(attempt)
        finally:
            call.met(fault.label, before, fault.heard("".join(call.responses[before:])))

    def _fault(self, call: ApiCall, parameters: Mapping[str, Any]) -> Fault | None:
        with self.store.lock:
            return self.fault_plan.due(call, parameters)

    def _perform(
        self, call: ApiCall, codec: OperationCodec, parameters: Mapping[str, Any], now: datetime.datetime
    ) -> Response:
        store = self.store
        try:
            with store.lock:
                if self.fault_plan.denials:
                    self._authorize(call, parameters)
                if violations := codec.check(parameters):
                    raise reject(violations)
                first = idempotency.first_call(store, call, parameters)
                output = first.token_output if first else self._operate(call, parameters, now)
            # Without the lock: a function of the test's may take its time, and call Bedrock.
            headers: Mapping[str, str] = {}
            if isinstance(output, Deferred):
                output, headers = output.make()
        except ServiceError as error:
            return _refuse(call, codec, error)
        if first:
            call.replayed = True
            idempotency.warn_if_changed(first, parameters)
        response = codec.encode(output)
        response.headers.update(headers)
        call.answered(str(response.status), output)
        return response

    def _operate(
        self, call: ApiCall, parameters: Mapping[str, Any], now: datetime.datetime
    ) -> Mapping[str, Any] | Deferred:
        output = OPERATIONS[call.operation].perform(self.request(call.operation, call.scope, now), parameters)
        if not isinstance(output, Deferred):
            idempotency.remember(self.store, call, parameters, output)
        return output

    def _authorize(self, call: ApiCall, parameters: Mapping[str, Any]) -> None:
        """Hold the call to what the test denied; a create with tags needs the permission to tag as well."""
        operation = OPERATIONS[call.operation]
        actions = [operation.permission or call.operation]
        if any(parameters.get(name) for name in operation.tag_parameters):
            actions.append("TagResource")
        if action := self.fault_plan.denied(actions):
            arn = parameters.get(operation.arn_parameter or "")
            raise access_denied(action, call.scope, arn) if arn else denied(action, call.scope, operation.arn_type)

    def refuse(self, call: ApiCall) -> UnsupportedOperationError:
        """The error for an operation the mock does not have, kept for the end of the test."""
        sender = "by another process" if call.wait else call_site.line()
        error = UnsupportedOperationError(
            f"{call.operation} is not mocked, and nothing was sent ({sender}). pytest-bedrock-jobs has: "
            f"{', '.join(nearest_first(call.operation, OPERATIONS))}. "
            f"{see('An operation that is not mocked')}"
        )
        self.unsupported.append(str(error))
        return error

    def sleep(self, call: ApiCall, seconds: float) -> None:
        """Wait between two attempts, on the mock's clock only: nobody waits for a mocked service to recover."""
        call.slept += seconds
        self.clock.advance(seconds)

    def end(self, call: ApiCall) -> None:
        """An API call ended, with an answer or an exception: keep it."""
        if self.virtual_time and call.wait is None:
            self.virtual_time.observe()  # its caller has seen the time that retries and latency took
        if not call.responses:
            call.time = self.clock.now()
        self.ended.append(call)
        self.retried |= bool(call.faults)


def _refuse(call: ApiCall, codec: OperationCodec, error: ServiceError) -> Response:
    call.refused(error)
    return codec.encode_error(error)
