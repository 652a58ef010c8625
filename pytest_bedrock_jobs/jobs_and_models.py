"""The part of BedrockJobs about jobs and models: which exist, how they end, and what a test creates itself."""

from __future__ import annotations

import contextlib
import datetime
import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, SupportsIndex, TypeAlias, TypedDict, get_args, overload

from .interceptor import active_mocks
from .service.dispatcher import Service
from .service.errors import (
    UNKNOWN_ATTRIBUTE,
    UnknownAttributeError,
    UsageError,
    no_such,
    refused_response,
    see,
    shown,
)
from .service.options import checked
from .service.store.outcomes import NextJob, Outcome, PlannedOutcome, checked_outcome
from .service.store.resources import ResourceKind, Running, Store
from .service.store.table import R
from .service.wire.api_names import PromptFormat, StartingOperation

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .service.inference.model_response import Response
    from .service.operations.model_files import GivenFiles
    from .service.records import ImportedModel, ImportJob
    from .service.store.custom_records import (
        CopyJob,
        CustomizationJob,
        CustomModel,
        CustomModelDeployment,
        ProvisionedThroughput,
    )

    class _Description(TypedDict, total=False):
        """How an imported model is described where a job completes."""

        architecture: str | None
        instruct_supported: bool | None
        custom_model_units: int | None
        invoke_format: PromptFormat | None


__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

_Custom: TypeAlias = "CustomizationJob | CustomModel | CustomModelDeployment | ProvisionedThroughput"
Job: TypeAlias = "str | ImportJob | CopyJob | _Custom | NextJob"
"""An ARN, a name, a record, or NEXT_JOB."""

Model: TypeAlias = "str | ImportedModel | CustomModelDeployment | ProvisionedThroughput"
"""An ARN, a name or a record."""

_ONLY_IMPORTS = (
    "architecture, instruct_supported, custom_model_units and invoke_format describe an imported model, which only "
    "import jobs make"
)
"""Why other jobs refuse an outcome that describes a model."""

YIELD = "A fixture that gives its mock to a test does so with `yield`, not `return`"
"""What to do where a mock is used that has ended."""

_NAME = "[*]|[0-9a-zA-Z][0-9a-zA-Z_-]{0,62}"  # of a model, or any
_WHAT = (
    "a tuple of records, which are found by their position, name or ARN, as in import_jobs['llama']. "
    f"{see(UNKNOWN_ATTRIBUTE)}"
)


class Records(tuple[R, ...]):
    """Records in order, which are found by their position, name or ARN, or by an earlier record of the same."""

    __slots__ = ()

    @overload
    def __getitem__(self, key: SupportsIndex | str | R) -> R: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[R, ...]: ...
    def __getitem__(self, key: Any) -> Any:
        """The record at a position, or the one with this name or ARN, or that of a record.

        Raises:
            UsageError: If no record has the name or ARN, or more than one has the name.
        """
        if isinstance(key, SupportsIndex | slice):
            return super().__getitem__(key)
        return _found("", "record", getattr(key, "arn", key), self, see(UNKNOWN_ATTRIBUTE))

    def __contains__(self, key: object) -> bool:
        """Whether this record is here, or one with this name or ARN."""
        return any(key in (record, record.name, record.arn) for record in self)

    if not TYPE_CHECKING:  # to type checkers this is no function, which is right

        def __getattr__(self, name: str) -> NoReturn:
            raise UnknownAttributeError(f"there is no attribute {name!r}: this is {_WHAT}")

        def __call__(self, *_: object, **__: object) -> NoReturn:
            """Say what it is instead."""
            raise UsageError(f"leave out the parentheses: this is {_WHAT}")


class JobsAndModels:
    """What a test can see of jobs and models, and do to them; see ``BedrockJobs``."""

    _service: Service
    _region: str

    @property
    def account_id(self) -> str:
        """The account of every client whose credentials name none."""
        return self._service.settings["account_id"]

    @property
    def region(self) -> str:
        """The Region of ``client()`` and of what a test adds, unless the call names another."""
        return self._region

    @property
    def import_jobs(self) -> Records[ImportJob]:
        """All import jobs of all accounts and Regions, in the order they were made."""
        from .service.operations.imports import IMPORT_JOB

        return self._all(IMPORT_JOB)

    @property
    def copy_jobs(self) -> Records[CopyJob]:
        """All copy jobs of all accounts and Regions, in the order they were made."""
        from .service.operations.copy_jobs import COPY_JOB

        return self._all(COPY_JOB)

    @property
    def imported_models(self) -> Records[ImportedModel]:
        """All imported models of all accounts and Regions, in the order their jobs ended."""
        from .service.operations.imports import IMPORTED_MODEL

        return self._all(IMPORTED_MODEL)

    @property
    def custom_models(self) -> Records[CustomModel]:
        """All custom models of all accounts and Regions, in the order they were created."""
        from .service.operations.custom_models import CUSTOM_MODEL

        return self._all(CUSTOM_MODEL)

    @property
    def custom_model_deployments(self) -> Records[CustomModelDeployment]:
        """All deployments of custom models of all accounts and Regions, in the order they were made."""
        from .service.operations.deployments import DEPLOYMENT

        return self._all(DEPLOYMENT)

    @property
    def customization_jobs(self) -> Records[CustomizationJob]:
        """All customization jobs of all accounts and Regions, in the order they were made."""
        from .service.operations.customization_jobs import CUSTOMIZATION_JOB

        return self._all(CUSTOMIZATION_JOB)

    @property
    def provisioned_throughputs(self) -> Records[ProvisionedThroughput]:
        """All provisioned throughput of all accounts and Regions, in the order they were made."""
        from .service.operations.provisioned_throughputs import PROVISIONED_THROUGHPUT

        return self._all(PROVISIONED_THROUGHPUT)

    @overload
    def complete(self, job: NextJob, **description: Unpack[_Description]) -> PlannedOutcome: ...
    @overload
    def complete(self, job: Job, **description: Unpack[_Description]) -> PlannedOutcome | None: ...
    def complete(
        self,
        job: Job,
        *,
        architecture: str | None = None,
        instruct_supported: bool | None = None,
        custom_model_units: int | None = None,
        invoke_format: PromptFormat | None = None,
    ) -> PlannedOutcome | None:
        """Complete a job, or plan for the next one to complete.

        The keyword arguments describe the model that an import creates, so other jobs refuse them, and a plan that has
        one is for the next import job.

        Args:
            job: Its ARN, its name or a record; a custom model that is being created; or NEXT_JOB: the next job that
                starts completes when its time comes, or at once where ``progress`` is ``"manual"``.
                ``NEXT_JOB(name="llama", operation="CreateModelImportJob", region="eu-west-1")`` is the next one that
                fits. A test that ends before such a job has started fails, unless NEXT_JOB also has
                ``allow_unused=True``.
            architecture: The imported model's ``modelArchitecture``; by default what the model's files say, otherwise
                ``llama``.
            instruct_supported: The imported model's ``instructSupported``; by default what the model's files say,
                otherwise True, unless Converse refuses the architecture.
            custom_model_units: The imported model's ``customModelUnitsPerModelCopy``; 1 by default.
            invoke_format: How the imported model responds to every ``prompt``: ``"BedrockCompletion"``,
                ``"OpenAICompletion"`` or ``"MistralCompletion"``; by default as the request and the architecture say.

        Returns:
            For NEXT_JOB the planned outcome: ``job_arn`` is the ARN of the job that took it, ``remove()`` cancels it.

        Raises:
            UsageError: If there is no such job, if it has ended, or if a model is described that it does not create.

        Example:
            >>> job = bedrock_jobs.add_import_job("llama")
            >>> bedrock_jobs.complete("llama", architecture="mistral")
            >>> client.get_model_import_job(jobIdentifier="llama")["status"]
            'Completed'
        """
        return self._end(job, Outcome(None, architecture, instruct_supported, custom_model_units, invoke_format))

    @overload
    def fail(self, job: NextJob, message: str | None = None) -> PlannedOutcome: ...
    @overload
    def fail(self, job: Job, message: str | None = None) -> PlannedOutcome | None: ...
    def fail(self, job: Job, message: str | None = None) -> PlannedOutcome | None:
        """Fail a job, or plan for the next one to fail.

        Args:
            job: As for ``complete``.
            message: Its ``failureMessage``, such as one of ``pytest_bedrock_jobs.failures``; the service's internal
                error by default.

        Returns:
            As for ``complete``.

        Raises:
            UsageError: If there is no such job, if it has ended, if it is being stopped or deleted, or if the message
                has more than 2048 characters.

        Example:
            >>> plan = bedrock_jobs.fail(NEXT_JOB, failures.missing_file("config.json"))
            >>> bedrock_jobs.progress = "manual"
            >>> arn = client.create_model_import_job(**parameters)["jobArn"]
            >>> client.get_model_import_job(jobIdentifier=arn)["status"]
            'Failed'
        """
        from .service.operations import model_files

        return self._end(job, Outcome(model_files.internal() if message is None else message))

    def _end(self, job: Job, outcome: Outcome) -> PlannedOutcome | None:
        with self._changing("complete and fail") as store:
            return end_job(store, job, outcome, self._service.clock.now())

    @property
    def planned_outcomes(self) -> tuple[PlannedOutcome, ...]:
        """The outcomes planned with NEXT_JOB that no job has taken, in the order they were planned."""
        return tuple(self._service.state.store.planned_outcomes)

    def add_model_files(self, s3_uri: str, files: GivenFiles) -> None:
        """Provide the files of a model, without any S3: imports that the code starts from this bucket read them.

        As on AWS, the files decide how the import ends, some time later: with the architecture of ``config.json``, or
        Failed, for example because the prefix has no files. ``complete``, ``fail`` and planned outcomes take
        precedence; what they do not say about the model comes from its files.

        Args:
            s3_uri: The prefix, such as ``s3://my-bucket/llama/``.
            files: Names and contents (a text, bytes, or a mapping that becomes JSON), or a folder on this machine.
                AWS needs ``config.json``, ``*.safetensors``, ``tokenizer_config.json`` and the tokenizer; the content
                of the weights does not matter here.

        Raises:
            UsageError: For a prefix, file or folder that cannot be one.
        """
        from .service.operations import model_files

        with self._changing("add_model_files") as store:
            model_files.add(store.model_files, s3_uri, files)

    def respond(self, model: Model, response: Response, *, allow_unused: bool = False) -> None:
        """Set what a model says when it is invoked; without this it quotes its prompt.

        The mock is a test double for the code around a model: tokens, stop reason and stream chunks are derived from
        the response (the mock's own). A response that no request got fails the test at its end.

        Args:
            model: The ARN of an imported model, of a custom model deployment or of provisioned throughput, its name,
                its record, or ``"*"`` for every model for which nothing else was prepared. It need not exist yet.
            response: A text; a mapping or bytes, the whole body of InvokeModel's response; or a ModelResponse: tool
                uses, chunks, usage and more. A list or an iterator has one of these for each request that the model
                responds to. A function takes the ``InferenceRequest`` and returns one; what it raises reaches the code
                under test.
            allow_unused: Whether the test may end although no request got the response, or not all of a list.

        Raises:
            UsageError: For what cannot be a model or a response: each field of content, usage and stop reason has to
                be one that Converse returns. In the code under test, for a request when the list has no response left,
                for what a function or an iterator returns that is no response, and for a response that the format of
                the request cannot express.

        Example:
            >>> model = bedrock_jobs.add_imported_model("llama")
            >>> bedrock_jobs.respond("llama", "Hello.")
            >>> messages = [{"role": "user", "content": [{"text": "Hi!"}]}]
            >>> response = runtime.converse(modelId=model.arn, messages=messages)
            >>> response["output"]["message"]["content"]
            [{'text': 'Hello.'}]
        """
        from .interceptor.stubbing import conversation_problems
        from .service.inference import models
        from .service.inference.model_response import from_shorthand
        from .service.store.prepared_responses import PreparedResponse

        with self._changing("respond") as store:
            identifier = getattr(model, "arn", model)
            if not isinstance(identifier, str) or not (re.fullmatch(_NAME, identifier) or models.kind_of(identifier)):
                raise refused_response(
                    "a model is the ARN of an imported model, of a custom model deployment or of provisioned "
                    f"throughput, a name, a record, or '*' for every model, not {model!r}"
                )
            shorthand = functools.partial(from_shorthand, check=conversation_problems)
            store.prepared_responses[identifier] = PreparedResponse(
                identifier, response, shorthand, allow_unused=checked("allow_unused", allow_unused)
            )

    def evict_model(self, model: Model) -> None:
        """Make an imported model cold, as an hour without a call does on AWS: it has to be restored first.

        The option ``cold_models`` says how; where it is False, six requests get ModelNotReadyException.

        Args:
            model: Its ARN, its name or its record.

        Raises:
            UsageError: If there is no such model.
        """
        from .service.operations.imports import IMPORTED_MODEL

        with self._changing("evict_model") as store:
            store.readiness.evict(arn_of("evict_model", store, IMPORTED_MODEL, model))

    def restore_model(self, model: Model) -> None:
        """Make an imported model ready, whatever its restore is waiting for.

        Args:
            model: Its ARN, its name or its record.

        Raises:
            UsageError: If there is no such model.
        """
        from .service.operations.imports import IMPORTED_MODEL

        with self._changing("restore_model") as store:
            store.readiness.restore(arn_of("restore_model", store, IMPORTED_MODEL, model), self._service.clock.now())

    def _all(self, kind: ResourceKind[R]) -> Records[R]:
        """Every record of a kind."""
        return Records(self._settled().table(kind).all())

    @contextlib.contextmanager
    def _changing(self, method: str) -> Iterator[Store]:
        """The store, locked, for a method that changes it; not that of a mock that has ended."""
        if self._service.begun and self._service not in active_mocks:
            text = f"this mock has ended, so this would have no effect; use the active one. {YIELD}"
            raise UsageError(f"{method}: {text}. {see('A mock that has ended')}")
        store = self._settled()
        with store.lock:
            yield store

    def _settled(self) -> Store:
        """The store, after everything that is due has ended."""
        store = self._service.state.store
        with store.lock:
            store.settle(self._service.clock.now())
        return store


def arn_of(method: str, store: Store, kind: ResourceKind[R], model: object) -> str:
    """The ARN of a model of this kind that exists, given as its ARN, its name or its record."""
    identifier, models = getattr(model, "arn", model), store.table(kind).all()
    return _found(f"{method}: ", kind.words, identifier, models, see("A model that is not there")).arn


def _found(prefix: str, words: str, identifier: object, records: Iterable[R], advice: str) -> R:
    """The one record with this ARN or name."""
    found = [record for record in records if identifier in (record.arn, record.name)]
    if len(found) == 1:
        return found[0]
    text = no_such(words, identifier, {record.name for record in records})
    if found:
        text = f"{len(found)} {words}s are called {identifier!r}; give the ARN of one: {', '.join(map(repr, found))}"
    raise UsageError(f"{prefix}{text}. {advice}")


def _check_next_job(job: NextJob, outcome: Outcome) -> None:
    """Refuse a description that no job could fit.

    Raises:
        UsageError: For an operation that starts no job, or no job that could end so; for a Region that cannot be one,
            a name that is not a string, or an ``allow_unused`` that is not True or False.
    """
    starting = get_args(StartingOperation)
    if job.operation not in (None, *starting):
        raise _refused(f"NEXT_JOB: {no_such('operation that starts a job', job.operation, starting)}.")
    if job.operation not in (None, "CreateModelImportJob") and outcome.description:
        raise _refused(f"NEXT_JOB: {job.operation} makes no imported model: {_ONLY_IMPORTS}.")
    if not (job.name is None or isinstance(job.name, str)):
        raise _refused(f"NEXT_JOB: name is the name of a job, not {job.name!r}.")
    checked("region", job.region)
    checked("allow_unused", job.allow_unused)


def end_job(store: Store, job: Job, outcome: Outcome, now: datetime.datetime) -> PlannedOutcome | None:
    """End a job now, or plan how the next one ends.

    Raises:
        UsageError: If there is no such job, if it has ended, or if it cannot end so.
    """
    checked_outcome(outcome)
    if isinstance(job, NextJob):
        _check_next_job(job, outcome)
        planned = PlannedOutcome(job, outcome, store.planned_outcomes)
        store.planned_outcomes.append(planned)
        return planned
    if isinstance(job, str) and job.upper() == "NEXT_JOB":
        raise _refused("NEXT_JOB is a constant, not a text: from pytest_bedrock_jobs import NEXT_JOB.")
    identifier = getattr(job, "arn", job)
    if not isinstance(identifier, str):
        got = "a response; give its 'jobArn'" if isinstance(job, Mapping) else shown(job)
        raise _refused(f"a job is an ARN, a name, a record or NEXT_JOB, not {got}.")
    running = _running(store, identifier)
    if outcome.description and running.kind.arn_type != "model-import-job":
        raise _refused(f"{identifier} is a {running.kind.words}: {_ONLY_IMPORTS}.")
    record = store.table(running.kind).record(running.arn)
    if running.kind.state(record) in ("Stopping", "Deleting") and outcome.failure_message is not None:
        raise _refused(f"{record!r} is being stopped or deleted, which does not fail; complete() ends that at once.")
    store.end(running, now, outcome)
    return None


def _running(store: Store, identifier: str) -> Running:
    """The job, or the model being created, with this ARN or name: of several with one name, the one in progress."""
    # Imported models have no status: they only exist once they are there.
    records = [record for table in store.tables.values() for record in table.all() if hasattr(type(record), "status")]
    found = [record for record in records if identifier in (record.arn, record.name)]
    running = [record for record in found if record.arn in store.running]
    if found and not running:
        raise _refused(f"{found[0]!r} has ended and does not change any more. Start another, or plan with NEXT_JOB.")
    advice = f"For a job that does not exist yet, use NEXT_JOB. {see('A job that cannot be ended')}"
    return store.running[_found("", "job", identifier, running or records, advice).arn]


def _refused(text: str) -> UsageError:
    return UsageError(f"{text} {see('A job that cannot be ended')}")
