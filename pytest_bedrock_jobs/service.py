"""One request to the mocked Bedrock, from start to end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from . import lifecycle, sender, tokens
from .arns import Place
from .calls import PendingCall
from .clock import Clock
from .errors import ServiceError, UnsupportedOperationError, nearest_first
from .faults import Faults
from .operations import OPERATIONS
from .operations.request import Request
from .progress import progress_from
from .records import Call
from .settings import Settings
from .store import Store
from .wire import Response, Wire

if TYPE_CHECKING:
    from .virtual_time import VirtualTime


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
        self.reset()

    def reset(self) -> None:
        """Forget everything: jobs, models, tokens, faults, calls."""
        self.store = Store()
        self.faults = Faults()
        self.calls: list[Call] = []
        self.unsupported: list[str] = []

    def begin(self, operation: str, region: str, partition: str, account_id: str | None) -> PendingCall:
        """An API call starts; a client whose credentials name no account acts for the mock's."""
        if self.virtual_time:
            self.virtual_time.observe()
        return PendingCall(operation, self.place(region, partition, account_id))

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
        """Answer one request of a call; botocore may send more of them if it does not like the answer."""
        call.attempts += 1
        store = self.store
        try:
            call.parameters = parameters = wire.decode(url, body)
            with store.lock:
                if error := self.faults.due(call):
                    raise error
                wire.check(parameters)
                first = tokens.first_use(store, call.place, call.operation, parameters)
                output = first.output if first else self._perform(call, store, parameters)
        except ServiceError as error:
            call.output, call.error = None, error
            return wire.encode_error(error)
        if first:
            call.replayed = True
            tokens.warn_if_changed(call.operation, first, parameters)
        call.output, call.error = output, None
        return wire.encode(output)

    def _perform(self, call: PendingCall, store: Store, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        output = OPERATIONS[call.operation](self.request(call.operation, call.place), parameters)
        tokens.remember(store, call.place, call.operation, parameters, output)
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
        self.calls.append(call.record())
