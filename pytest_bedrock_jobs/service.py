"""One request to the mocked Bedrock, from start to end."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from . import lifecycle, sender, tokens
from .arming import Arsenal
from .arns import Place
from .calls import PendingCall
from .clock import Clock
from .codes import denied
from .errors import ServiceError, UnsupportedOperationError, nearest_first
from .faults import Attempt
from .operations import OPERATIONS
from .operations.request import Request
from .progress import progress_from
from .records import Call
from .settings import Settings
from .store import Store
from .wire import Response, Wire

if TYPE_CHECKING:
    from .virtual_time import VirtualTime

_TAG_LISTS = ("jobTags", "importedModelTags", "targetModelTags", "modelTags")


class Service:
    """A small Bedrock: answers requests from memory and remembers every call.

    Args:
        settings: The options of the mock.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.progress = progress_from(settings.progress)
        self.clock = Clock()
        self.virtual_time: VirtualTime | None = None
        self.retried = False
        self.reset()

    def reset(self) -> None:
        """Forget everything: jobs, models, tokens, faults, calls."""
        self.store = Store()
        self.arsenal = Arsenal()
        self.calls: list[Call] = []
        self.unsupported: list[str] = []

    def begin(self, operation: str, place: Place, read_timeout: float | None) -> PendingCall:
        """An API call starts; its client waits this many seconds for an answer, None for ever."""
        if self.virtual_time:
            self.virtual_time.observe()
        return PendingCall(operation, place, self.clock.now(), read_timeout)

    def place(self, region: str, partition: str, account_id: str | None) -> Place:
        """The account in this Region, the mock's own account by default."""
        return Place(account_id or self.settings.account_id, region, partition)

    def request(self, operation: str, place: Place) -> Request:
        """A request at this moment, when all that is due has ended."""
        now = self.clock.now()
        lifecycle.settle(self.store, self.progress, now)
        return Request(operation, place, now, self.store, self.progress, self.settings.quotas)

    def supports(self, operation: str) -> bool:
        """Whether the mock has this operation."""
        return operation in OPERATIONS

    def answer(self, call: PendingCall, wire: Wire, url: str, body: bytes | str | None) -> Response:
        """Answer one request of a call; botocore may send more of them if it does not like the answer.

        Raises:
            NoAnswerError: Where an armed fault breaks the connection.
        """
        try:
            call.parameters = wire.decode(url, body)
        except ServiceError as error:
            return self._refuse(call, wire, error)
        with self.store.lock:
            fault = self.arsenal.due(call)
        if fault is None:
            return self._perform(call, wire)
        before = len(call.answers)
        perform, refuse = partial(self._perform, call, wire), partial(self._refuse, call, wire)
        try:
            return fault.strike(Attempt(call, self.clock, perform, refuse))
        finally:
            call.met(fault, before)

    def _refuse(self, call: PendingCall, wire: Wire, error: ServiceError) -> Response:
        call.answered(error.code, None, error)
        return wire.encode_error(error)

    def _perform(self, call: PendingCall, wire: Wire) -> Response:
        store, parameters = self.store, call.parameters
        try:
            with store.lock:
                self._authorize(call)
                wire.check(parameters)
                first = tokens.first_use(store, call.place, call.operation, parameters)
                output = first.output if first else self._operate(call, store)
        except ServiceError as error:
            return self._refuse(call, wire, error)
        if first:
            call.replayed = True
            tokens.warn_if_changed(call.operation, first, parameters)
        response = wire.encode(output)
        call.answered(str(response.status), output, None)
        return response

    def _authorize(self, call: PendingCall) -> None:
        """Hold the call to what the test denied; a create with tags needs the permission to tag as well."""
        if not self.arsenal.denies:
            return
        actions = [call.operation]
        if call.operation.startswith("Create") and any(call.parameters.get(name) for name in _TAG_LISTS):
            actions.append("TagResource")
        if action := self.arsenal.denied(actions):
            raise denied(action, call.operation, call.place)

    def _operate(self, call: PendingCall, store: Store) -> Mapping[str, Any]:
        output = OPERATIONS[call.operation](self.request(call.operation, call.place), call.parameters)
        tokens.remember(store, call.place, call.operation, call.parameters, output)
        return output

    def refuse(self, call: PendingCall) -> UnsupportedOperationError:
        """The error for an operation the mock does not have, kept for the end of the test."""
        error = UnsupportedOperationError(
            f"{call.operation} is not mocked, and nothing was sent ({sender.line()}). pytest-bedrock-jobs has: "
            f"{', '.join(nearest_first(call.operation, OPERATIONS))}. "
            'See "An operation that is not mocked" in the README.'
        )
        self.unsupported.append(str(error))
        return error

    def sleep(self, call: PendingCall, seconds: float) -> None:
        """Wait between two attempts, on the mock's clock only: nobody waits for a mocked service to recover."""
        call.slept += seconds
        self.clock.advance(seconds)

    def end(self, call: PendingCall) -> None:
        """An API call ended, with an answer or an exception: keep its record."""
        if self.virtual_time:
            self.virtual_time.observe()  # its caller has seen the time that retries and latency took
        self.calls.append(call.record())
        self.retried |= bool(call.faults)
