"""API calls, from the first request to the answer: what the mock keeps of them. A test sees them as records."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from .arns import Scope
from .errors import ServiceError
from .records import Call, FrozenDict

if TYPE_CHECKING:
    from .inference.delivery import Delivery
    from .literal_types import Operation
    from .protocol import OperationCodec


class ApiCall:
    """One API call, with all requests that are sent for it.

    Args:
        operation: Its name.
        scope: Account, Region and partition of the caller.
        read_timeout: How many seconds the caller waits for a response; None for ever.
        wait: Makes a caller in another process wait for so many seconds; None where only the mock's clock moves.
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
        "operation",
        "output",
        "read_timeout",
        "replayed",
        "responses",
        "scope",
        "slept",
        "time",
        "token_output",
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
        self.time: datetime.datetime  # when its first request comes; a call that sends none ends with one
        self.read_timeout: float = math.inf if read_timeout is None else read_timeout
        self.wait: Callable[[float], None] | None = wait
        self._codec: OperationCodec | None = None
        self.output: Mapping[str, Any] | None = None
        self.error_code: str | None = None
        self.error_message: str | None = None
        self.token_output: Mapping[str, Any] = {}  # the answer to its token, whatever its own caller heard
        self.delivery: Delivery | None = None  # what is read after the call has returned
        self.responses: tuple[str, ...] = ()
        self.faults: tuple[str, ...] = ()
        self.replayed: bool = False
        self.slept: float = 0.0

    def sent(
        self, codec: OperationCodec, url: str, body: bytes | str | None, headers: Mapping[str, str | bytes] | None
    ) -> None:
        """A request comes. It is kept as it was sent, which takes a third of the memory of what it decodes to."""
        self._codec, self._body, self._headers = codec, body, headers
        self._url = url if codec.reads_url else ""

    def parameters(self) -> dict[str, Any]:
        """What the latest request says, by the API's names; nothing without one.

        Raises:
            ServiceError: See ``OperationCodec.decode``.
        """
        return self._codec.decode(self._url, self._body, self._headers) if self._codec else {}

    def answered(self, answer: str, output: Mapping[str, Any]) -> None:
        """One more request was answered; the last answer is the one that counts."""
        self.responses += (answer,)
        self.output, self.error_code, self.error_message = output, None, None

    def refused(self, error: ServiceError) -> None:
        """One more request was answered, with an error."""
        self.responses += (error.code,)
        self.output, self.error_code, self.error_message = None, error.code, error.message

    def raised(self, error: BaseException) -> None:
        """Its caller meets an exception, whatever the answer was."""
        self.output, self.error_code, self.error_message = None, type(error).__name__, str(error)

    def met(self, fault: str, answers_before: int, heard: str) -> None:
        """The latest request met a fault: what its caller heard is another thing than what it was answered."""
        self.responses = (*self.responses[:answers_before], heard)
        self.faults += (fault,)

    def record(self) -> Call:
        """What a test sees of this call."""
        try:
            parameters = self.parameters()
        except ServiceError:
            parameters = {}
        return Call(
            operation=cast("Operation", self.operation),
            region=self.scope.region,
            account_id=self.scope.account_id,
            time=self.time,
            parameters=FrozenDict(parameters),
            output=None if self.output is None else FrozenDict(self.output),
            error_code=self.error_code,
            error_message=self.error_message,
            responses=self.responses,
            faults=self.faults,
            replayed=self.replayed,
            slept_seconds=self.slept,
            _delivery=self.delivery,
        )
