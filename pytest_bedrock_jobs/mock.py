"""BedrockJobs: the object that a test uses, however the mock was activated."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Literal, NoReturn, overload

from . import failures
from .faults import service_error
from .interceptor import active, botocore_hooks, clients, s3_files, stubbing, surroundings
from .interceptor.isolation import DEFAULT_REGION
from .server import serving
from .service import arns
from .service.arguments import explained
from .service.clock import Clock
from .service.dispatcher import Service
from .service.errors import UsageError, no_such, see, unknown_attribute
from .service.fault_injection import InjectedFault, Times, Where, checked, checked_action
from .service.fault_kinds import Fault
from .service.literal_types import ErrorCode, JobStatus, Operation
from .service.operations import check_next_job, model_control, seeding
from .service.operations.copy_jobs import COPY_JOB
from .service.operations.custom_models import CUSTOM_MODEL
from .service.operations.deployments import DEPLOYMENT
from .service.operations.import_jobs import IMPORT_JOB
from .service.operations.imported_models import IMPORTED_MODEL
from .service.operations.model_control import Model
from .service.operations.request import Request
from .service.options import check_settable, checked_account_id, checked_region, settings_from
from .service.records import NO_TAGS, Call, CopyJob, CustomModel, CustomModelDeployment, ImportedModel, ImportJob
from .service.store import lifecycle, manual_progress
from .service.store.kinds import Kind, Outcome, R
from .service.store.manual_progress import Job
from .service.store.model_files import GivenFiles
from .service.store.planned_outcomes import NextJob, PlannedOutcome
from .service.store.prepared_responses import Response
from .service.store.progress import ProgressOption, progress_from
from .service.store.state import Store
from .service.stubs import Stub, StubResponse

if TYPE_CHECKING:
    from mypy_boto3_bedrock import BedrockClient  # where it is not installed, type checkers make it Any
    from typing_extensions import Unpack

    from .service.options import Options

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it


@explained
class BedrockJobs:
    """A small Bedrock in memory: what a test can see of it and do to it.

    The fixture, the decorator and the context manager each make a new one.

    Args:
        options: See ``pytest_bedrock_jobs.service.options.Settings``.

    Raises:
        UnknownOptionError: For an option that does not exist.
        UsageError: For a value that an option cannot have.
    """

    def __init__(self, **options: Unpack[Options]) -> None:
        settings = settings_from(options)
        self._service = Service(settings, s3_files.files_in_s3)
        self._servers: list[serving.Server] = []
        self._progress: ProgressOption = settings.progress
        self._region = settings.region or os.environ.get("AWS_DEFAULT_REGION") or DEFAULT_REGION

    if not TYPE_CHECKING:  # a checker would let any attribute of a class that has these methods pass

        def __setattr__(self, name: str, value: object) -> None:
            if not name.startswith("_"):
                check_settable(type(self), name, value)
            object.__setattr__(self, name, value)

        def __getattr__(self, name: str) -> NoReturn:
            raise unknown_attribute(self, "BedrockJobs", name)

    def __repr__(self) -> str:
        return (
            f"<BedrockJobs {self.account_id} {self.region}: {len(self.import_jobs)} import jobs, "
            f"{len(self.copy_jobs)} copy jobs, {len(self.calls)} calls>"
        )

    @property
    def account_id(self) -> str:
        """The account of every client whose credentials name none."""
        return self._service.settings.account_id

    @property
    def region(self) -> str:
        """The Region of ``client()`` and of what a test adds, unless it names another."""
        return self._region

    @property
    def import_jobs(self) -> tuple[ImportJob, ...]:
        """All import jobs of all accounts and Regions, oldest first."""
        return self._all(IMPORT_JOB)

    @property
    def copy_jobs(self) -> tuple[CopyJob, ...]:
        """All copy jobs of all accounts and Regions, oldest first."""
        return self._all(COPY_JOB)

    @property
    def calls(self) -> tuple[Call, ...]:
        """All finished Bedrock calls, failed and unsupported ones included, oldest first."""
        return self._service.state.calls()

    def client(self, region: str | None = None) -> BedrockClient:
        """A boto3 client of Bedrock in its default configuration, made once per process and Region.

        It works only while a mock is active. Code that tries another configuration makes its own client.

        Args:
            region: The client's Region; the mock's Region by default.

        Raises:
            UsageError: If this mock is not active: a client made now would read the machine's AWS configuration. For
                a Region that cannot be one.
        """
        if not active.has(self._service):
            state = (
                "has ended; ask the active one"
                if self._service.begun
                else ("is not active; use the fixture or `with mock_bedrock_jobs() as jobs`, and ask that one")
            )
            raise UsageError(
                f"bedrock_jobs.client(): this mock {state} for a client. {see('A client that is used after its mock')}"
            )
        client: BedrockClient = clients.client(checked_region(region) or self.region)
        return client

    @property
    def imported_models(self) -> tuple[ImportedModel, ...]:
        """All imported models of all accounts and Regions, in the order their jobs ended."""
        return self._all(IMPORTED_MODEL)

    @property
    def custom_models(self) -> tuple[CustomModel, ...]:
        """All custom models of all accounts and Regions, in the order they were made."""
        return self._all(CUSTOM_MODEL)

    @property
    def custom_model_deployments(self) -> tuple[CustomModelDeployment, ...]:
        """All deployments of custom models of all accounts and Regions, oldest first."""
        return self._all(DEPLOYMENT)

    @property
    def clock(self) -> Clock:
        """The mock's clock; ``clock.now()`` reads it, and ``clock.advance(seconds)`` moves it."""
        return self._service.clock

    @property
    def progress(self) -> ProgressOption:
        """When jobs end; set it to ``"polls"``, ``"time"``, a timedelta or ``"manual"`` at any time."""
        return self._progress

    @progress.setter
    def progress(self, option: ProgressOption) -> None:
        self._service.progress = progress_from(option)
        self._progress = option

    @overload
    def complete(
        self, job: NextJob, *, architecture: str = ..., instruct_supported: bool = ..., custom_model_units: int = ...
    ) -> PlannedOutcome: ...
    @overload
    def complete(
        self, job: Job, *, architecture: str = ..., instruct_supported: bool = ..., custom_model_units: int = ...
    ) -> PlannedOutcome | None: ...
    def complete(
        self, job: Job, *, architecture: str = "llama", instruct_supported: bool = True, custom_model_units: int = 1
    ) -> PlannedOutcome | None:
        """End a job as Completed, or plan that the next one will end so.

        Args:
            job: Its ARN, its name or a record; a custom model that is being created; or NEXT_JOB: the next job that
                starts ends so when its time comes, at once where ``progress`` is ``"manual"``. ``NEXT_JOB(name="llama",
                operation="CreateModelImportJob", region="eu-west-1")`` is the next one that fits; a test that ends
                before there was one fails, unless ``allow_unfired=True`` is given there, too.
            architecture: The imported model's ``modelArchitecture``.
            instruct_supported: The imported model's ``instructSupported``.
            custom_model_units: The imported model's ``customModelUnitsPerModelCopy``.

        Returns:
            For NEXT_JOB the planned outcome: ``job_arn`` is the job that took it, ``remove()`` takes it back.

        Raises:
            UsageError: If there is no such job, or it has ended.
        """
        return self._end(job, Outcome(None, architecture, instruct_supported, custom_model_units))

    @overload
    def fail(self, job: NextJob, message: str | None = None) -> PlannedOutcome: ...
    @overload
    def fail(self, job: Job, message: str | None = None) -> PlannedOutcome | None: ...
    def fail(self, job: Job, message: str | None = None) -> PlannedOutcome | None:
        """End a job as Failed, or plan that the next one will end so.

        Args:
            job: As for ``complete``.
            message: Its ``failureMessage``, such as one of ``pytest_bedrock_jobs.failures``; the service's internal
                error by default.

        Returns:
            As for ``complete``.

        Raises:
            UsageError: If there is no such job, it has ended, or the message has more than 2048 characters.
        """
        return self._end(job, Outcome(failures.internal() if message is None else message))

    def _end(self, job: Job, outcome: Outcome) -> PlannedOutcome | None:
        if isinstance(job, NextJob):
            check_next_job(job)
        store = self._settled()
        with store.lock:
            return manual_progress.end(store, job, outcome, self.clock.now())

    @property
    def planned_outcomes(self) -> tuple[PlannedOutcome, ...]:
        """The outcomes planned with NEXT_JOB that no job has taken, in the order they were planned."""
        return self._service.state.store.planned_outcomes.waiting()

    def add_model_files(self, s3_uri: str, files: GivenFiles) -> None:
        """Give the files of a model, without any S3: imports from this bucket look at them.

        The import ends as the files say, some time later, as on AWS: with the architecture of ``config.json``, or
        Failed, such as for a prefix without files. What ``complete``, ``fail`` or a planned outcome says comes first.

        Args:
            s3_uri: The prefix, such as ``s3://my-bucket/llama/``.
            files: Names and contents (a text, bytes, or a mapping that becomes JSON), or a folder of this machine.
                AWS needs ``config.json``, ``*.safetensors``, ``tokenizer_config.json`` and the tokenizer; what is in
                the weights does not matter here.

        Raises:
            UsageError: For what is no such prefix, file or folder.
        """
        store = self._service.state.store
        with store.lock:
            store.model_files.add(s3_uri, files)

    def respond(self, model: Model, response: Response) -> None:
        """Let a model say something when it is invoked; without this it quotes its prompt.

        The mock is a test double for the code around a model: tokens, stop reason and stream chunks are derived from
        the text (the mock's own).

        Args:
            model: The ARN of an imported model or of a custom model deployment, its name, its record, or ``"*"`` for
                every model for which nothing else was prepared. It need not exist yet.
            response: A text for every request; a list of texts, one for each request that the model responds to; or a
                function that is given the ``InferenceRequest`` and returns the text. What the function raises reaches
                the code under test.

        Raises:
            UsageError: For what is no model or no response. For a request to which no text of the list is left, and
                for a function that returns no text, in the code under test.
        """
        store = self._service.state.store
        with store.lock:
            model_control.respond(store, model, response)

    def evict_model(self, model: Model) -> None:
        """Make an imported model cold, as an hour without a call does on AWS: it has to be restored first.

        The option ``cold_models`` says how; where it is False, six requests meet ModelNotReadyException.

        Args:
            model: Its ARN, its name or its record.

        Raises:
            UsageError: If there is no such model.
        """
        store = self._settled()
        with store.lock:
            model_control.evict(store, model)

    def restore_model(self, model: Model) -> None:
        """Make an imported model ready, whatever its restore is waiting for.

        Args:
            model: Its ARN, its name or its record.

        Raises:
            UsageError: If there is no such model.
        """
        store = self._settled()
        with store.lock:
            model_control.restore(store, model, self.clock.now())

    def add_import_job(
        self,
        name: str | None = None,
        *,
        status: JobStatus = "InProgress",
        region: str | None = None,
        account_id: str | None = None,
        imported_model_name: str | None = None,
        s3_uri: str = "s3://models/llama/",
        tags: Mapping[str, str] = NO_TAGS,
        imported_model_tags: Mapping[str, str] = NO_TAGS,
        failure_message: str | None = None,
    ) -> ImportJob:
        """Create an import job, so that a test can begin in the middle.

        Args:
            name: ``jobName``, unique in its account and Region; made up by default.
            status: ``InProgress``, ``Completed`` (then its model exists, too) or ``Failed``.
            region: Where it is; the mock's Region by default.
            account_id: Whose it is; the mock's account by default.
            imported_model_name: ``importedModelName``; made up by default.
            s3_uri: Where the files are.
            tags: The job's tags.
            imported_model_tags: The model's tags.
            failure_message: Why it failed, with ``status="Failed"``; the service's internal error by default.

        Raises:
            UsageError: If a name is taken, or a value is none the service would take.
        """
        outcome = seeding.outcome_of("add_import_job", status, failure_message, failures.internal())
        with self._request("add_import_job", region, account_id) as request:
            return seeding.add_import_job(
                request, name, status, imported_model_name, s3_uri, tags, imported_model_tags, outcome
            )

    def add_copy_job(
        self,
        name: str | None = None,
        *,
        status: JobStatus = "InProgress",
        source: CustomModel | str | None = None,
        region: str | None = None,
        account_id: str | None = None,
        tags: Mapping[str, str] = NO_TAGS,
        failure_message: str | None = None,
    ) -> CopyJob:
        """Create a copy job, so that a test can begin in the middle.

        Args:
            name: ``targetModelName``; made up by default.
            status: ``InProgress``, ``Completed`` (then the custom model that it made exists, too) or ``Failed``.
            source: The custom model that is copied, as its ARN or its record; by default one is created, in the same
                Region.
            region: Where the copy goes; the mock's Region by default.
            account_id: Whose it is; the mock's account by default.
            tags: The target model's tags.
            failure_message: Why it failed, with ``status="Failed"``; the service's internal error by default.

        Raises:
            UsageError: If the source does not exist or may not be copied, or a value is none the service would take.
        """
        outcome = seeding.outcome_of("add_copy_job", status, failure_message, failures.internal())
        with self._request("add_copy_job", region, account_id) as request:
            return seeding.add_copy_job(request, name, status, source, tags, outcome)

    def add_imported_model(
        self,
        name: str | None = None,
        *,
        region: str | None = None,
        account_id: str | None = None,
        architecture: str = "llama",
        instruct_supported: bool = True,
        custom_model_units: int = 1,
        tags: Mapping[str, str] = NO_TAGS,
    ) -> ImportedModel:
        """Create an imported model, with the completed import job that made it.

        Args:
            name: Its name, unique in its account and Region; made up by default.
            region: Where it is; the mock's Region by default.
            account_id: Whose it is; the mock's account by default.
            architecture: ``modelArchitecture``.
            instruct_supported: ``instructSupported``.
            custom_model_units: ``customModelUnitsPerModelCopy``.
            tags: The model's tags.

        Raises:
            UsageError: If the name is taken, or a value is none the service would take.
        """
        outcome = Outcome(None, architecture, instruct_supported, custom_model_units)
        with self._request("add_imported_model", region, account_id) as request:
            job = seeding.add_import_job(
                request, None, "Completed", name, "s3://models/imported/", NO_TAGS, tags, outcome
            )
            return request.store.table(IMPORTED_MODEL).record(str(job.imported_model_arn))

    def add_custom_model(
        self,
        name: str | None = None,
        *,
        region: str | None = None,
        account_id: str | None = None,
        base_model: str = "amazon.nova-lite-v1",
        shared_with: Iterable[str] = (),
        tags: Mapping[str, str] = NO_TAGS,
    ) -> CustomModel:
        """Create an active custom model, ready to be copied.

        Args:
            name: Its name, unique in its account and Region; made up by default.
            region: Where it is; the mock's Region by default.
            account_id: Whose it is; the mock's account by default.
            base_model: The id of its foundation model, or ``imported``.
            shared_with: Accounts beside the owner's that see it and may copy it.
            tags: Its tags.

        Returns:
            The record; its ``arn`` is the ``sourceModelArn`` of a copy.

        Raises:
            UsageError: If the name is taken, or a value is none the service would take.
        """
        with self._request("add_custom_model", region, account_id) as request:
            return seeding.add_custom_model(request, name, base_model, shared_with, tags)

    @contextlib.contextmanager
    def _request(self, method: str, region: str | None, account_id: str | None) -> Iterator[Request]:
        """What the service would see of a request by an account in a Region."""
        region = checked_region(region) or self.region
        owner = self.account_id if account_id is None else checked_account_id(account_id)
        scope = arns.scope(owner, region, botocore_hooks.partition_of(region))
        store = self._service.state.store
        with store.lock:
            yield self._service.request(store, method, scope, self.clock.now())

    def _all(self, kind: Kind[R]) -> tuple[R, ...]:
        """Every record of a kind."""
        return self._settled().table(kind).all()

    def _settled(self) -> Store:
        """The store, after everything has ended whose time has come."""
        store = self._service.state.store
        with store.lock:
            lifecycle.settle(store, self._service.progress, self.clock.now())
        return store

    def inject(
        self,
        operation: Operation | Literal["*"],
        *faults: Fault,
        region: str | None = None,
        where: Where | None = None,
        after: int = 0,
        times: Times = 1,
        allow_unfired: bool = False,
    ) -> InjectedFault:
        """Inject faults into requests to come: each request that fits meets the next one of the sequence.

        botocore retries what it would retry on AWS, and no real time passes between its attempts. A fault that no
        request met fails the test at its end.

        Args:
            operation: The API operation, such as ``CreateModelImportJob``, or ``"*"`` for any.
            faults: From ``pytest_bedrock_jobs.faults``; ``faults.PASS`` lets a request of the sequence pass.
            region: Only requests to this Region.
            where: Only requests with these parameters, or for whose parameters this returns True.
            after: How many requests that fit pass first.
            times: How often the sequence comes: a number; ``"one call"``, again and again in every attempt of one call;
                or None, until ``remove()`` of what this returns.
            allow_unfired: Whether the test may end without a request that met the fault.

        Returns:
            The injected fault: ``fired`` counts the requests that met it, ``remove()`` ends it.

        Raises:
            UsageError: For an operation that does not exist, no fault, or a number that cannot be.
        """
        checked(operation, faults, where, after, times, stubbing.operations_with(operation))
        stubbing.check_condition(operation, where)
        injected = InjectedFault(
            operation,
            faults,
            region=checked_region(region),
            where=where,
            after=after,
            times=times,
            allow_unfired=allow_unfired,
        )
        state = self._service.state
        with state.store.lock:
            return state.fault_plan.inject(injected, len(state.ended))

    def fail_next_call(
        self,
        operation: Operation | Literal["*"],
        code: ErrorCode,
        message: str | None = None,
        *,
        times: Times = "one call",
        allow_unfired: bool = False,
    ) -> InjectedFault:
        """Make the next call of an operation fail with an error of the service; a failed call changes nothing.

        botocore retries some errors, such as ThrottlingException and InternalServerException. By default every
        attempt of that one call fails, so the code under test meets the error whatever its retry configuration. With
        ``times=n`` the next *n requests* fail, so a retry can succeed.

        Args:
            operation: The API operation, such as ``CreateModelImportJob``, or ``"*"`` for any.
            code: The error code, such as ``ThrottlingException``.
            message: The service's text; AWS's own, as far as it is known, by default.
            times: As for ``inject``: a number of requests; ``"one call"``, every request of one call; or None, all
                requests until ``remove()`` of what this returns.
            allow_unfired: As for ``inject``.

        Returns:
            The injected fault.

        Raises:
            UsageError: For an operation or a code that does not exist, or a number that cannot be.
        """
        return self.inject(operation, service_error(code, message), times=times, allow_unfired=allow_unfired)

    def deny(self, action: str) -> None:
        """Take a permission away from every caller, as an IAM policy would.

        Args:
            action: Such as ``bedrock:TagResource``, without which a create with tags fails too; ``*`` and ``?`` as
                in a policy.

        Raises:
            UsageError: For an action that no operation of the mock needs.
        """
        checked_action(action, stubbing.actions_with(action))
        state = self._service.state
        with state.store.lock:
            state.fault_plan.deny(action)

    def allow(self, action: str) -> None:
        """Give back a permission that was denied in these words.

        Raises:
            UsageError: If it was not.
        """
        checked_action(action, stubbing.actions_with(action))
        state = self._service.state
        with state.store.lock:
            state.fault_plan.allow(action)

    def stub(
        self,
        operation: Operation,
        response: StubResponse,
        *,
        region: str | None = None,
        where: Where | None = None,
    ) -> Stub:
        """Say what an operation returns that the mock does not have, such as ListGuardrails.

        Faults, denied permissions, ``calls`` and retries work as with any operation. The newest stub that fits a
        request responds; one that none fits is unsupported, or moto's where moto has the operation.

        Args:
            operation: The API operation.
            response: The fields of the response, or a function that makes them from the parameters of a request.
            region: Only requests to this Region.
            where: Only requests with these parameters, or for whose parameters this returns True.

        Returns:
            The stub; ``remove()`` takes it back.

        Raises:
            UsageError: For an operation that the mock has, or that Bedrock does not have; for a response that the
                operation cannot return, with the path of each field that is missing, unknown or of another type.
        """
        stub = stubbing.new_stub(operation, response, checked_region(region), where)
        store = self._service.state.store
        with store.lock:
            store.stubs.append(stub)
        return stub

    def expect_unsupported(self, *operations: Operation) -> AbstractContextManager[None]:
        """Let the code in a ``with`` block call operations that the mock does not have, and see it fail.

        Each such call raises UnsupportedOperationError as always, but does not fail the test at its end; one that the
        code does not catch ends the block.

        Args:
            operations: The API operations, such as ``ListGuardrails``.

        Raises:
            UsageError: For an operation that the mock has, or that Bedrock does not have. At the end of the block, if
                none of them was called.
        """
        return stubbing.expect_unsupported(self._service, operations)

    def calls_to(self, operation: Operation) -> tuple[Call, ...]:
        """The finished calls of one operation, oldest first.

        Raises:
            UsageError: For an operation that neither the mock nor Bedrock has.
        """
        known = stubbing.operations_with(operation)
        if operation not in known:
            text = no_such("operation", operation, known)
            raise UsageError(f"calls_to: {text}. {see('An operation that does not exist')}")
        return tuple(call for call in self.calls if call.operation == operation)

    def serve(
        self,
        *,
        region: str | None = None,
        account_id: str | None = None,
        tls: bool = False,
        longest_wait: float = serving.LONGEST_WAIT,
    ) -> AbstractContextManager[str]:
        """Serve this mock over HTTP on the loopback interface, for other processes and other languages.

        Args:
            region: The Region of requests whose signature names none, such as those with a bearer token; the mock's
                own by default.
            account_id: The account of all requests; the mock's own by default.
            tls: Whether it speaks HTTPS, with a certificate that is made on the spot.
            longest_wait: How many seconds of real time a fault such as ``latency(60)`` may keep a client waiting.

        Returns:
            A context manager that gives the endpoint's URL; a child process finds it by ``environment()``.

        Raises:
            UsageError: On entering, if this mock has ended, the extra ``server`` is not installed, or for a value that
                cannot be.
        """
        options = serving.ServerOptions(region or self.region, account_id, tls, longest_wait)
        return serving.serve_mock(self._service, self._servers, surroundings, options)

    def environment(self) -> dict[str, str]:
        """The whole environment of a child process whose AWS SDK shall reach this mock; see ``Server.environment``.

        Raises:
            UsageError: If this mock is not being served.
        """
        return serving.innermost(self._servers).environment()

    @property
    def injected_faults(self) -> tuple[InjectedFault, ...]:
        """The faults that can still fire, in the order they were injected."""
        return tuple(self._service.state.fault_plan.active())

    def reset(self) -> None:
        """Empty everything: jobs, models, tokens, injected faults, recorded calls, unsupported calls."""
        self._service.reset()


def service_of(jobs: BedrockJobs) -> Service:
    """The service behind a mock, for the parts of this package that activate it and report on it."""
    return jobs._service
