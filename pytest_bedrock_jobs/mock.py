"""BedrockJobs: the object that a test uses, however the mock was activated."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Literal, NoReturn

from .interceptor import active_mocks, clients
from .interceptor.environment import default_region
from .jobs_and_models import YIELD
from .seeding import Seeding
from .service.clock import Clock
from .service.dispatcher import Service
from .service.errors import UsageError, explain_arguments, see, unknown_attribute
from .service.options import LONGEST_WAIT, ProgressOption, check_settable, checked, settings_from
from .service.store.progress import progress_from

if TYPE_CHECKING:
    from mypy_boto3_bedrock import BedrockClient  # where it is not installed, type checkers make it Any
    from typing_extensions import Unpack

    from .server import Server
    from .service.faults.injected import Fault, InjectedFault, Times, Where
    from .service.options import Options
    from .service.records import Call
    from .service.store.prepared_responses import Stub, StubResponse
    from .service.wire.api_names import ErrorCode, Operation, OtherOperation

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it


class BedrockJobs(Seeding):
    """A small Bedrock in memory: what a test can see of it and do to it.

    The fixture, the decorator and the context manager each make a new one.

    Args:
        options: Keyword-only; docs/reference/options.md explains them.

    Raises:
        UnknownOptionError: For an option that does not exist.
        UsageError: For a value that an option cannot have.
    """

    def __init__(self, **options: Unpack[Options]) -> None:
        settings = settings_from(options)
        self._service = Service(settings, clients.files_in_s3)
        self._servers: list[Server] = []
        self._region = settings["region"] or default_region()

    if not TYPE_CHECKING:  # with these methods, a type checker would accept any attribute

        def __setattr__(self, name: str, value: object) -> None:
            if not name.startswith("_"):
                check_settable(type(self), name, value)
            object.__setattr__(self, name, value)

        def __getattr__(self, name: str) -> NoReturn:
            raise unknown_attribute(self, name)

        def __enter__(self) -> NoReturn:
            text = "a BedrockJobs object does not activate itself: with mock_bedrock_jobs() as jobs"
            raise UsageError(f"{text}. {see('Starting and stopping a mock')}")

        __exit__ = __aenter__ = __aexit__ = __enter__  # `with` asks for all of them first

    def __repr__(self) -> str:
        tables = self._settled().tables.items()
        counts = {kind.words: len(table.all()) for kind, table in tables} | {"call": len(self.calls)}
        existing = [f"{number} {words}{'s' if number > 1 else ''}" for words, number in counts.items() if number]
        return f"<BedrockJobs {self.account_id} {self.region}: {', '.join(existing) or 'nothing yet'}>"

    @property
    def calls(self) -> tuple[Call, ...]:
        """All finished calls that the mock has responded to or refused, oldest first."""
        return self._service.state.calls

    def client(self, region: str | None = None) -> BedrockClient:
        """A ready-made boto3 client of Bedrock, with standard retries and three attempts in all.

        It is the same one each time, and works only while a mock is active. Later mocks use it too, unless a test has
        changed it or injected faults. Code that tries another configuration makes its own client.

        Args:
            region: The client's Region; the mock's Region by default.

        Raises:
            UsageError: If this mock is not active: a client made now would read the machine's AWS configuration. For
                a name that no Region can have.

        Example:
            >>> client = bedrock_jobs.client("eu-west-1")
            >>> client.meta.region_name
            'eu-west-1'
        """
        if self._service not in active_mocks:
            state = "is not active; use the fixture or `with mock_bedrock_jobs() as jobs`, and ask that one"
            if self._service.begun:
                state = f"has ended; ask the active one for a client. {YIELD}"
            raise UsageError(f"bedrock_jobs.client(): this mock {state}. {see('A client that is used after its mock')}")
        client: BedrockClient = clients.ready_made.client(self._service, checked("region", region) or self.region)
        return client

    @property
    def clock(self) -> Clock:
        """The mock's clock; ``clock.now()`` reads it, and ``clock.advance(seconds)`` moves it."""
        return self._service.clock

    @property
    def progress(self) -> ProgressOption:
        """When jobs end; set it to ``"polls"``, ``"time"``, a timedelta or ``"manual"`` at any time."""
        return self._service.state.progress

    @progress.setter
    def progress(self, option: ProgressOption) -> None:
        with self._changing("progress") as store:
            store.progress = progress_from(option)
            self._service.state.progress = option

    def inject(
        self,
        operation: Operation | Literal["*"],
        *faults: Fault,
        region: str | None = None,
        where: Where | None = None,
        after: int = 0,
        times: Times = 1,
        allow_unused: bool = False,
    ) -> InjectedFault:
        """Inject faults into future requests: each request that fits gets the next fault of the sequence.

        botocore retries what it would retry on AWS, and no real time passes between its attempts. A fault that no
        request gets fails the test at its end.

        Args:
            operation: The API operation, such as ``CreateModelImportJob``, or ``"*"`` for any that can get the faults.
            faults: From ``pytest_bedrock_jobs.faults``; ``faults.PASS`` lets a request of the sequence pass.
            region: Only requests to this Region.
            where: Only requests with these parameters, or those for whose parameters this function returns True.
            after: How many requests that fit pass first.
            times: How often the sequence is repeated: a number; ``"one call"``, for over and over in every attempt of
                one call; or None, for until the returned fault is removed.
            allow_unused: Whether the test may end although no request got the fault.

        Returns:
            The injected fault: ``fired`` counts the requests that got it, ``remove()`` ends it.

        Raises:
            UsageError: For an operation that does not exist, for what is not a fault, or for a number out of range.

        Example:
            >>> fault = bedrock_jobs.inject("ListModelImportJobs", faults.connection_reset())
            >>> client.list_model_import_jobs()["modelImportJobSummaries"]
            []
            >>> bedrock_jobs.calls[-1].responses
            ('connection reset', '200')
        """
        from .interceptor import stubbing
        from .service.faults.injected import ANY, InjectedFault, refused_fault

        if operation != ANY and (unknown := stubbing.unknown_operation(operation)):
            raise refused_fault(f"{unknown}; '*' stands for any.")
        stubbing.check_condition(operation, where)
        state = self._service.state
        region, calls_before = checked("region", region), len(state.ended_calls)
        injected = InjectedFault(operation, faults, region, where, after, times, allow_unused, calls_before)
        with self._changing("inject"):
            state.faults.append(injected)
        return injected

    def fail_next_call(
        self,
        operation: Operation | Literal["*"],
        code: ErrorCode,
        message: str | None = None,
        *,
        times: Times = "one call",
        allow_unused: bool = False,
    ) -> InjectedFault:
        """Make the next call of an operation fail with an error of the service; a failed call changes nothing.

        botocore retries some errors, such as ThrottlingException and InternalServerException. By default every
        attempt of that one call fails, so the code under test sees the error whatever its retry configuration. With
        ``times=n`` the next *n requests* fail, so a retry can succeed.

        Args:
            operation: As for ``inject``.
            code: The error code, such as ``ThrottlingException``.
            message: The service's text; AWS's own, as far as it is known, by default.
            times: As for ``inject``: a number of requests; ``"one call"``, every request of one call; or None, all
                requests until the returned fault is removed.
            allow_unused: As for ``inject``.

        Returns:
            The injected fault.

        Raises:
            UsageError: For an operation or a code that does not exist, or a number out of range.

        Example:
            >>> fault = bedrock_jobs.fail_next_call("ListModelImportJobs", "ThrottlingException")
            >>> client.list_model_import_jobs()
            Traceback (most recent call last):
                ...
            botocore.errorfactory.ThrottlingException: An error occurred (ThrottlingException) when calling ...
        """
        from .faults import service_error

        return self.inject(operation, service_error(code, message), times=times, allow_unused=allow_unused)

    def deny(self, action: str) -> None:
        """Take a permission away from every caller, as an IAM policy would.

        Args:
            action: Such as ``bedrock:TagResource``, without which a create with tags fails too; ``*`` and ``?`` as
                in a policy.

        Raises:
            UsageError: For an action that no operation of the mock needs.

        Example:
            >>> bedrock_jobs.deny("bedrock:ListModelImportJobs")
            >>> client.list_model_import_jobs()
            Traceback (most recent call last):
                ...
            botocore.errorfactory.AccessDeniedException: An error occurred (AccessDeniedException) when calling ...
        """
        from .interceptor import stubbing

        stubbing.check_action(action)
        with self._changing("deny"):
            self._service.state.denials[action] = None  # denying it twice is like denying it once, as in a policy

    def allow(self, action: str) -> None:
        """Give back a permission; ``action`` is the string with which it was denied.

        Raises:
            UsageError: If it was not denied.
        """
        from .interceptor import stubbing
        from .service.faults.injected import refused_fault

        stubbing.check_action(action)
        denials = self._service.state.denials
        with self._changing("allow"):
            if action not in denials:
                denied = f"denied are: {', '.join(denials)}" if denials else "no action is"
                raise refused_fault(f"allow: {action!r} is not denied; {denied}.")
            del denials[action]

    def stub(
        self,
        operation: OtherOperation,
        response: StubResponse,
        *,
        region: str | None = None,
        where: Where | None = None,
        model: str | None = None,
        allow_unused: bool = False,
    ) -> Stub:
        """Define the response of an operation that the mock does not have, such as ListGuardrails.

        Operations that invoke a model are the mock's own for imported models, deployments and provisioned throughput; a
        stub of Converse, say, responds for all others, such as foundation models.

        Faults, denied permissions, ``calls`` and retries work as with any operation. The newest stub that fits a
        request responds; a request that no stub fits is unsupported, or goes to moto where moto has the operation.
        A stub that no request got fails the test at its end.

        Args:
            operation: The API operation.
            response: The fields of the response, or a function that makes them from the parameters of a request.
            region: Only requests to this Region.
            where: Only requests with these parameters, or those for whose parameters this function returns True.
            model: Only requests to this model; ``*`` and ``?`` as in ``"anthropic.*"``.
            allow_unused: Whether the test may end although no request got it.

        Returns:
            The stub; ``remove()`` removes it.

        Raises:
            UsageError: For an operation that the mock has, or that Bedrock does not have; for a response that the
                operation cannot return, with the path of each field that is missing, unknown or of another type.

        Example:
            >>> stub = bedrock_jobs.stub("ListGuardrails", {"guardrails": []})
            >>> client.list_guardrails()["guardrails"]
            []
        """
        from .interceptor import stubbing
        from .service.store.prepared_responses import Stub

        stubbing.check_operation("stub", operation)
        applies = stubbing.condition_of(operation, where, model)
        output = stubbing.output_of(operation, response)
        stub = Stub(operation, checked("region", region), model, applies, output, checked("allow_unused", allow_unused))
        with self._changing("stub") as store:
            store.stubs.append(stub)
        return stub

    def expect_unsupported(self, *operations: OtherOperation) -> AbstractContextManager[None]:
        """Let the code in a ``with`` block call operations that the mock does not have, and see it fail.

        Each such call raises UnsupportedOperationError as usual, but does not fail the test at its end; an error that
        the code does not catch only ends the block.

        Args:
            operations: The API operations, such as ``ListGuardrails``.

        Raises:
            UsageError: For an operation that the mock has, or that Bedrock does not have. At the end of the block, if
                none of them was called.
        """
        from .interceptor import stubbing

        return stubbing.expect_unsupported(self._service, operations)

    def calls_to(self, operation: Operation) -> tuple[Call, ...]:
        """The finished calls of one operation, oldest first.

        Raises:
            UsageError: For an operation that neither the mock nor Bedrock has.
        """
        from .interceptor import stubbing

        if unknown := stubbing.unknown_operation(operation):
            raise UsageError(f"calls_to: {unknown}. {see('An operation that does not exist')}")
        return tuple(call for call in self.calls if call.operation == operation)

    def serve(
        self,
        *,
        region: str | None = None,
        account_id: str | None = None,
        tls: bool = False,
        longest_wait: float = LONGEST_WAIT,
    ) -> AbstractContextManager[str]:
        """Serve this mock over HTTP on the loopback interface, for other processes and other languages.

        Args:
            region: The Region of requests whose signature names none, such as those with a bearer token; the mock's
                own by default.
            account_id: The account of all requests; the mock's own by default.
            tls: Whether it speaks HTTPS, with a certificate made for the occasion.
            longest_wait: How many seconds of real time a fault such as ``latency(60)`` may keep a client waiting.

        Returns:
            A context manager for the endpoint's URL; ``environment()`` passes the endpoint on to a child process.

        Raises:
            UsageError: On entering, if this mock has ended, the extra ``server`` is not installed, or an option has a
                value that it cannot have.
        """
        from .server import serve_mock

        region = self.region if region is None else region
        return serve_mock(self._service, self._servers, region, account_id, tls, longest_wait)

    def environment(self) -> dict[str, str]:
        """The whole environment of a child process whose AWS SDK should use this mock; see ``Server.environment``.

        Raises:
            UsageError: If this mock is not being served.
        """
        from .server import innermost

        return innermost(self._servers).environment()

    @property
    def injected_faults(self) -> tuple[InjectedFault, ...]:
        """The faults that can still fire, in the order they were injected."""
        return tuple(fault for fault in self._service.state.faults if fault.active)

    def reset(self) -> None:
        """Begin anew: without jobs, models, tokens and calls, and with ``progress`` as the mock was made.

        The clock stays where it is, because time does not go back. What the test has prepared, and what it would have
        failed for by now, is forgotten. What happened to a mock of a wider scope in earlier tests has been reported at
        each of them.

        Raises:
            UsageError: If this mock has ended.
        """
        with self._changing("reset"):
            self._service.reset()


explain_arguments(BedrockJobs)


def service_of(jobs: BedrockJobs) -> Service:
    """The service behind a mock, for the parts of this package that activate it and report on it."""
    return jobs._service
