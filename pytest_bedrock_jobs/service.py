"""One request to the mocked Bedrock, from start to end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import sender, tokens
from .arns import Place
from .calls import PendingCall
from .clock import Clock
from .errors import ServiceError, UnsupportedOperationError, nearest_first
from .faults import Faults
from .operations import OPERATIONS
from .operations.request import Request
from .records import Call
from .settings import Settings
from .store import Store
from .wire import Response, Wire


class Service:
    """A small Bedrock: answers requests from memory and remembers every call.

    Args:
        settings: The options of the mock.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = Clock()
        self.reset()

    def reset(self) -> None:
        """Forget everything: jobs, models, tokens, faults, calls."""
        self.store = Store()
        self.faults = Faults()
        self.calls: list[Call] = []
        self.unsupported: list[str] = []

    def begin(self, operation: str, region: str, partition: str, account_id: str | None) -> PendingCall:
        """An API call starts; a client whose credentials name no account acts for the mock's."""
        return PendingCall(operation, Place(account_id or self.settings.account_id, region, partition))

    def supports(self, operation: str) -> bool:
        """Whether the mock has this operation."""
        return operation in OPERATIONS

    def answer(self, call: PendingCall, wire: Wire, body: bytes | str | None) -> Response:
        """Answer one request of a call; botocore may send more of them if it does not like the answer."""
        call.attempts += 1
        store = self.store
        try:
            call.parameters = parameters = wire.decode(body)
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
        request = Request(call.operation, call.place, self.clock.now(), store, self.settings.quotas)
        output = OPERATIONS[call.operation](request, parameters)
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

    def end(self, call: PendingCall) -> None:
        """An API call ended, with an answer or an exception: keep its record."""
        self.calls.append(call.record())
