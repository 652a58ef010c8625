"""What the mock records of an API call, from its first request to its end; only the dispatcher writes it."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from .arns import Scope
from .errors import ServiceError
from .records import Call, frozen

if TYPE_CHECKING:
    from .attempts import AttemptOutcome
    from .inference.delivery import Delivery
    from .literal_types import Operation
    from .protocol import OperationCodec


class ApiCall:
    """One API call, with all requests that are sent for it.

    Args:
        operation: Its name.
        scope: Account, Region and partition of the caller.
        read_timeout: How many seconds the caller waits for a response; None for any time.
        wait: Makes a caller in another process wait for so many seconds; None where only the mock's clock moves.

    Attributes:
        foreign: Whether it invokes a model that is not the mock's, for which only stubs and faults respond.
    """

    __slots__ = (
        "_body",
        "_codec",
        "_headers",
        "_url",
        "delivery",
        "error_code",
        "error_message",
        "faults",
        "foreign",
        "operation",
        "output",
        "read_timeout",
        "replayed",
        "responses",
        "scope",
        "slept",
        "time",
        "wait",
    )

    def __init__(
        self,
        operation: str,
        scope: Scope,
        read_timeout: float | None = None,
        wait: Callable[[float], None] | None = None,
    ) -> None:
        self.operation: str = operation
        self.scope: Scope = scope
        self.time: datetime.datetime  # set by its first request; at the end of a call that sent none
        self.read_timeout: float = math.inf if read_timeout is None else read_timeout
        self.wait: Callable[[float], None] | None = wait
        self.foreign: bool = False
        self._codec: OperationCodec | None = None
        self.output: Mapping[str, Any] | None = None
        self.error_code: str | None = None
        self.error_message: str | None = None
        self.delivery: Delivery | None = None  # a body or stream that is read after the call has returned
        self.responses: tuple[str, ...] = ()
        self.faults: tuple[str, ...] = ()
        self.replayed: bool = False
        self.slept: float = 0.0

    def request(
        self, codec: OperationCodec, url: str, body: bytes | str | None, headers: Mapping[str, str | bytes] | None
    ) -> None:
        """Keep a request as it was sent, which takes a third of the memory of the decoded parameters."""
        self._codec, self._body, self._headers = codec, body, headers if codec.reads_headers else None
        self._url = url if codec.reads_url else ""

    def parameters(self) -> dict[str, Any]:
        """The parameters of the latest request, by the API's names; empty before the first one.

        Raises:
            ServiceError: See ``OperationCodec.decode``.
        """
        return self._codec.decode(self._url, self._body, self._headers) if self._codec else {}

    def attempted(self, outcome: AttemptOutcome, codec: OperationCodec) -> None:
        """Record the outcome of a request; of several, the last one counts."""
        error = outcome.error
        self.responses += (outcome.label,)
        self.output, self.replayed = outcome.output, outcome.replayed
        self.error_code, self.error_message = (error.code, error.message) if error else (None, None)
        if outcome.response:
            self.delivery = codec.delivery(outcome.response)
        if outcome.fault:
            self.faults += (outcome.fault,)

    def raised(self, error: BaseException) -> None:
        """Record the exception that its caller gets, whatever the response was."""
        self.output, self.error_code, self.error_message = None, type(error).__name__, str(error)

    def record(self) -> Call:
        """This call as a test sees it."""
        try:
            parameters = self.parameters()
        except ServiceError:
            parameters = {}
        return Call(
            operation=cast("Operation", self.operation),
            region=self.scope.region,
            account_id=self.scope.account_id,
            time=self.time,
            parameters=frozen(parameters),
            output=frozen(self.output),
            error_code=self.error_code,
            error_message=self.error_message,
            responses=self.responses,
            faults=self.faults,
            replayed=self.replayed,
            slept_seconds=self.slept,
            _delivery=self.delivery,
        )
