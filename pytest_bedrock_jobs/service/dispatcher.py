"""One request to the mocked Bedrock, from start to end."""

from __future__ import annotations

import datetime
import functools
import math
from collections.abc import Callable, Collection, Mapping
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from .arns import Ids, Scope
from .clock import Clock, time_travel
from .clock.endless_loops import EndlessLoops
from .errors import NoResponseError, ServiceError, UnsupportedOperationError, UsageError, access_denied
from .faults import NOT_CARRIED_OUT, ApiCall, AttemptOutcome, any_action, no_response, refusal
from .operations import KINDS, arn_type_of, function_of, permission_of
from .operations.operation import Deferred, Output, Request, stubbed
from .options import Options, ProgressOption
from .store.outcomes import Outcome
from .store.resources import Store
from .store.tokens import TOKEN_PARAMETER, FirstResponse
from .wire.api_names import RUNTIME_OPERATIONS, denied
from .wire.codec import Response
from .wire.frozen import frozen

if TYPE_CHECKING:
    from .faults.injected import InjectedFault
    from .operations.model_files import Files
    from .records import Call


class State:
    """Everything that a mock forgets at ``reset()``.

    Args:
        settings: The options of the mock.
        new_id: Returns another id at each call.

    Attributes:
        progress: The option of this name, as the test has set it.
        store: Jobs, models and tokens.
        faults: The injected faults, fired or not, in order.
        denials: The denied actions, in the order they were denied.
        ended_calls: The calls that have ended, in that order; of another process those that seem to have, because it
            does not say when it gives up.
        served_calls: Those of other processes, by their operations and the ids that SDKs give them, if they do.
        errors: What a test fails for at its end: operations that the mock does not have, usage errors that were raised
            in the code under test, and whatever was raised while the mock was served to other processes.
        loops: The watch for loops that never end.
        reported: Which of all these, and of what was prepared and not used, a test has failed for already.
    """

    def __init__(self, settings: Options, new_id: Callable[[], str]) -> None:
        self.progress: ProgressOption = settings["progress"]
        self.store: Store = Store(KINDS, settings, new_id)
        self.faults: list[InjectedFault] = []
        self.denials: dict[str, None] = {}
        self.ended_calls: dict[ApiCall, None] = {}
        self.served_calls: dict[tuple[str, object], ApiCall] = {}
        self.errors: list[BaseException] = []
        self.reported: list[object] = []
        self.loops: EndlessLoops = EndlessLoops(settings["max_polls_after_end"], settings["max_virtual_time"])

    @property
    def calls(self) -> tuple[Call, ...]:
        """The records of the calls that have ended."""
        return tuple(call.record for call in tuple(self.ended_calls))

    def denies(self, permission: str) -> bool:
        """Whether the test has denied it."""
        return any(any_action(denial, [permission]) for denial in tuple(self.denials))


class Service:
    """A small Bedrock: responds to requests from memory and remembers every call.

    Args:
        settings: The options of the mock.
        files_in_s3: Lists the files of a bucket below a prefix, in a Region of the S3 that something in the process
            mocks.

    Attributes:
        state: All state. Code that uses it reads this attribute only once, for ``reset`` may replace it at any time.
        begun: Whether the mock has been activated.
        expected_unsupported: Each has the operations of which a test expects for a while that one is unsupported.
        refused: The operations that were, in order.
        retried: Whether a client got an injected fault, also before a reset: its retry quota is smaller then.
    """

    def __init__(self, settings: Options, files_in_s3: Callable[[str, str, str], Files]) -> None:
        self.settings = settings
        self._files_in_s3 = files_in_s3
        self.clock: Clock = Clock()
        self.retried: bool = False
        self.begun: bool = False
        self.expected_unsupported: list[Collection[str]] = []
        self.refused: list[str] = []
        self._new_id = Ids(settings["seed"]).new_id
        self.state: State = State(settings, self._new_id)

    def reset(self) -> None:
        """Forget everything: jobs, models, tokens, faults, calls; also what a request in progress will create."""
        self.state = State(self.settings, self._new_id)

    def begin(self, operation: str, scope: Scope, read_timeout: float | None) -> ApiCall:
        """Begin an API call of this process.

        Args:
            operation: The operation's name.
            scope: The client's.
            read_timeout: How many seconds the client waits for a response; None for any time.
        """
        if self.clock.on_call:
            self.clock.on_call()
            if _polls(operation):
                self.state.loops.end()
        return ApiCall(operation, scope, math.inf if read_timeout is None else read_timeout)

    def prepares(self, operation: str) -> bool:
        """Whether the test has prepared something for an operation that the mock does not have."""
        state = self.state
        return (
            any(stub.operation == operation for stub in state.store.stubs)
            or any(fault.concerns(operation) for fault in state.faults)
            or state.denies(permission_of(operation))
        )

    def respond(
        self, call: ApiCall, url: str, body: bytes | str | None, headers: Mapping[str, str | bytes]
    ) -> Response:
        """Respond to one request of a call; botocore may send more of them if it does not like the response.

        Raises:
            NoResponseError: Where an injected fault breaks the connection.
        """
        state, now, codec = self.state, self.clock.now(), call.codec
        call.time = call.time or now
        call.parameters = {}
        try:
            call.parameters = codec.decode(url, body, headers)
            outcome = self._under_faults(state, call, now) if state.faults else self._carry_out(state, call, now)
        except ServiceError as error:
            outcome = refusal(codec, error)
        call.attempts.append(outcome._replace(response=None))
        response = outcome.received()
        call.delivery = codec.delivery(response)
        if call.delivery:
            call.delivery.wait = functools.partial(self._pass, call)
        response.headers["date"] = format_datetime(now, usegmt=True)
        return response

    def _under_faults(self, state: State, call: ApiCall, now: datetime.datetime) -> AttemptOutcome:
        """Carry one request out, unless the first of the injected faults that applies to it prevents that."""
        with state.store.lock:
            due = next((fault for fault in state.faults if fault.applies_to(call)), None)
            fault = due.take(call) if due else None
        if fault is None:
            return self._carry_out(state, call, now)
        self._pass(call, fault.seconds)
        carried_out = self._carry_out(state, call, self.clock.now()) if fault.carries_out else NOT_CARRIED_OUT
        return fault.apply(call, carried_out)

    def _carry_out(self, state: State, call: ApiCall, now: datetime.datetime) -> AttemptOutcome:
        """Check a request, and perform its operation unless its token was used before."""
        store, perform = state.store, stubbed if call.foreign else function_of(call.operation)
        parameters, files_outcome = call.parameters, None
        try:
            if state.denials:
                _authorize(state, call)
            if perform is not stubbed:  # what a test stubs may have any values
                call.codec.check(parameters)
            if call.operation == "CreateModelImportJob" and (store.model_files or self.settings["check_model_files"]):
                files_outcome = self._files_outcome(store, call)
            with store.lock:
                token = parameters.get(TOKEN_PARAMETER)
                first = store.first_responses.get((call.scope, call.operation, token)) if token else None
                made: dict[str, Any] | Deferred
                if first:
                    made = first.output
                else:
                    store.settle(now)
                    names = call.codec.output_names
                    made = perform(Request(call.operation, call.scope, now, store, files_outcome, names), parameters)
                    if isinstance(made, dict):
                        if self.clock.on_call and call.wait is None and _polls(call.operation):
                            state.loops.polled(store, self.clock, made)
                        if token:
                            store.first_responses[call.scope, call.operation, token] = FirstResponse(parameters, made)
            # Without the lock: a function of the test may take its time, and call Bedrock.
            output = Output(made) if isinstance(made, dict) else made()
        except ServiceError as error:
            return refusal(call.codec, error)
        except UsageError as error:  # it is raised in the code under test, which may catch it
            state.errors.append(error)
            raise
        if first:
            first.warn_if_changed(call.operation, parameters)
        if output.seconds and not self._pass(call, output.seconds):
            return no_response(NoResponseError.READ_TIMEOUT)
        sent_back = call.codec.encode(output.fields, output.headers, output.pauses)
        # The functions of the test may keep, and change, what they have returned.
        fields = output.fields if isinstance(made, dict) else frozen(output.fields)
        return AttemptOutcome(str(sent_back.status), sent_back, output=fields, replayed=first is not None)

    def _pass(self, call: ApiCall, seconds: float) -> bool:
        """Let time pass before a caller receives something; False if it does not wait that long."""
        (call.wait or self.clock.pause)(min(seconds, call.read_timeout))
        return seconds <= call.read_timeout

    def _files_outcome(self, store: Store, call: ApiCall) -> Outcome | None:
        """How an import of these files will end, if they are known; without the lock, because S3 may be slow."""
        from .operations import model_files

        bucket, prefix = model_files.bucket_and_prefix(call.parameters["modelDataSource"]["s3DataSource"]["s3Uri"])
        try:
            files = model_files.below(store.model_files, bucket, prefix)
            if files is None and self.settings["check_model_files"]:
                files = self._files_in_s3(bucket, prefix, call.scope.region)
            return None if files is None else model_files.outcome_of(bucket, prefix, files)
        except model_files.ImportFailedError as error:
            return Outcome(str(error))

    def refuse(self, operation: str, text: str) -> UnsupportedOperationError:
        """The error for a request that nothing responds to, kept for the end of the test unless it is expected.

        Args:
            operation: The operation's name.
            text: What the error says.
        """
        self.refused.append(operation)
        if not any(operation in expected for expected in self.expected_unsupported):
            self.state.errors.append(UnsupportedOperationError(text))
        return UnsupportedOperationError(text)  # another one, which the code under test may keep and change

    def sleep(self, call: ApiCall, seconds: float) -> None:
        """Wait between two attempts, on the mock's clock only: no test waits for a mocked service to recover.

        A frozen time does not pass.
        """
        call.slept += seconds
        if not time_travel.stands_still():
            self.clock.pause(seconds)

    def check_loop(self, reads: int = 0) -> None:
        """End a loop that never stops sleeping or reading the time.

        Virtual time calls this after each sleep, in the thread that slept.

        Args:
            reads: How often the time was read while it stood still, where that is too often.

        Raises:
            UsageError: In such a loop.
        """
        state = self.state
        state.loops.check(state.store, self.clock, reads)

    def end(self, call: ApiCall, error: BaseException | None = None) -> None:
        """Record an API call that has ended, with a response or an exception for its caller."""
        call.time = call.time or self.clock.now()
        state = self.state
        with state.store.lock:
            call.end(error)
            state.ended_calls[call] = None
        self.retried |= any(attempt.fault for attempt in call.attempts)


def _polls(operation: str) -> bool:
    return operation.startswith(("Get", "List"))


def _authorize(state: State, call: ApiCall) -> None:
    """Refuse what the test denied; creating something with tags needs the permission to tag as well."""
    actions = [permission_of(call.operation)]
    if any(tags for name, tags in call.parameters.items() if name.lower().endswith("tags")):
        actions.append("TagResource")
    if action := next(filter(state.denies, actions), None):
        arn = call.parameters.get("modelId") if call.operation in RUNTIME_OPERATIONS else None
        raise access_denied(action, call.scope, arn) if arn else denied(action, call.scope, arn_type_of(call.operation))
