"""BedrockJobs: the object a test holds, whichever door it came through."""

from __future__ import annotations

import contextlib
import functools
import os
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from . import arns, interceptor
from .environment import DEFAULT_REGION, KEYS, isolate
from .errors import UnsupportedOperationError, UsageError
from .operations import OPERATIONS
from .records import Call, CopyJob, CustomModel, ImportJob
from .service import Service
from .settings import settings_from

if TYPE_CHECKING:
    import pytest
    from typing_extensions import Unpack

    from .settings import Options


class BedrockJobs:
    """A small Bedrock in memory, and what a test asks of it.

    The fixture, the decorator and the context manager each make a new one.

    Args:
        options: See ``pytest_bedrock_jobs.settings.Settings``.

    Raises:
        UnknownOptionError: For an option that does not exist.
        UsageError: For a value that an option cannot have.
    """

    def __init__(self, **options: Unpack[Options]) -> None:
        settings = settings_from(options)
        self._service = Service(settings)
        self._region = settings.region or os.environ.get("AWS_DEFAULT_REGION", DEFAULT_REGION)

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
        return self._service.store.import_jobs.all()

    @property
    def copy_jobs(self) -> tuple[CopyJob, ...]:
        """All copy jobs of all accounts and Regions, oldest first."""
        return self._service.store.copy_jobs.all()

    @property
    def calls(self) -> tuple[Call, ...]:
        """All finished Bedrock calls, failed and unsupported ones included, oldest first."""
        return tuple(self._service.calls)

    def client(self, region: str | None = None) -> Any:
        """A boto3 client of Bedrock in its default configuration, made once per process and Region.

        It works only while a mock is active. Code that tries another configuration makes its own client.

        Args:
            region: The client's Region; the mock's own by default.

        Raises:
            UsageError: If this mock is not active: a client made now would read the machine's AWS configuration.
        """
        if not interceptor.is_active(self._service):
            raise UsageError("bedrock_jobs.client(): this mock has ended; ask the active one for a client.")
        return _client(region or self.region)

    def add_custom_model(
        self,
        name: str | None = None,
        *,
        region: str | None = None,
        account_id: str | None = None,
        base_model: str = "amazon.nova-lite-v1:0",
        shared_with: Iterable[str] = (),
    ) -> CustomModel:
        """Put a custom model there, ready to be copied (the mock's own: AWS trains or imports one).

        Args:
            name: Its name, unique in its account and Region; made up by default.
            region: Where it is; the mock's own Region by default.
            account_id: Who owns it; the mock's own account by default.
            base_model: The id of its foundation model, or ``imported``.
            shared_with: Accounts beside the owner's that may copy it.

        Returns:
            The record; its ``arn`` is the ``sourceModelArn`` of a copy.

        Raises:
            UsageError: If the name is taken, or a value cannot be one of AWS.
        """
        model_id = arns.new_id()
        name = name or f"model-{model_id}"
        owner, others = account_id or self.account_id, frozenset(shared_with)
        _check("name", name, r"([0-9a-zA-Z][_-]?){1,63}", "a custom model's name")
        _check("base_model", base_model, arns.BASE_MODEL, "a foundation model's id, or 'imported'")
        for account in (owner, *others):
            _check("account_id and shared_with", account, "[0-9]{12}", "accounts of 12 digits")
        region = region or self.region
        place = arns.Place(owner, region, interceptor.partition_of(region))
        store = self._service.store
        with store.lock:
            if store.custom_models.named(place, name):
                raise UsageError(f"add_custom_model: {owner} has a custom model named {name!r} in {region} already.")
            model = CustomModel(
                arn=arns.make(place, f"custom-model/{base_model}", model_id),
                name=name,
                region=region,
                account_id=owner,
                base_model=base_model,
                shared_with=others,
                creation_time=self._service.clock.now(),
            )
            store.custom_models.add(place, model)
        return model

    def fail_next(self, operation: str, code: str, message: str | None = None, *, times: int | None = None) -> None:
        """Make the next call of an operation fail with an error of the service; a failed call changes nothing.

        botocore retries some errors (ThrottlingException, InternalServerException, ServiceUnavailableException).
        By default every attempt of that one call fails, so the code under test meets the error whatever its retry
        configuration. With ``times=n`` the next *n requests* fail, so a retry can succeed. Nobody really sleeps
        between attempts.

        Args:
            operation: The API operation, such as ``CreateModelImportJob``.
            code: The error code, such as ``ThrottlingException``.
            message: The service's text; AWS's own, as far as it is known, by default.
            times: How many requests fail; None for every request of one call.

        Raises:
            UsageError: For an operation or a code that does not exist.
        """
        store = self._service.store
        with store.lock:
            self._service.faults.arm(operation, code, message, times, OPERATIONS)

    def reset(self) -> None:
        """Empty everything: jobs, models, tokens, armed faults, recorded calls, unsupported calls."""
        self._service.reset()


@contextlib.contextmanager
def activated(options: Options, monkeypatch: pytest.MonkeyPatch) -> Iterator[BedrockJobs]:
    """A new mock answers all Bedrock clients of the process, until the block ends.

    Args:
        options: See ``BedrockJobs``.
        monkeypatch: Undoes the environment; whoever made it does so.

    Raises:
        UnsupportedOperationError: At the end, if the code under test met one and swallowed it.
    """
    jobs = BedrockJobs(**options)
    service = jobs._service
    isolate(monkeypatch, service.settings.region)
    interceptor.activate(service)
    try:
        yield jobs
    finally:
        interceptor.deactivate(service)
    if service.unsupported:
        raise UnsupportedOperationError(service.unsupported[0])


def _check(option: str, value: str, pattern: str, meaning: str) -> None:
    if not re.fullmatch(pattern, value):
        raise UsageError(f"add_custom_model: {option} takes {meaning}, not {value!r}.")


@functools.cache
def _client(region: str) -> Any:
    # The only import of boto3: tests that bring their own clients, or aiobotocore's, do not pay for it.
    import boto3

    session = boto3.session.Session(
        aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        region_name=region,
    )
    client = session.client("bedrock")
    interceptor.keep_offline(client)
    return client
