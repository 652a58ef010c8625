"""Seeding: jobs and models that a test creates itself, which would take hours on AWS."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal, NamedTuple

from .. import arns
from ..errors import ServiceError, UsageError, no_such, see, shown
from ..records import NO_TAGS, CopyJob, CustomModel, CustomModelDeployment, ImportJob
from ..store import lifecycle
from ..store.outcomes import Outcome, check_outcome
from ..store.resources import LongRunningKind, Store
from ..store.table import R
from .copy_jobs import COPY_JOB, new_copy_job
from .custom_models import CUSTOM_MODEL, check_name_is_free, imported_custom_model
from .customization_jobs import CUSTOMIZATION_JOB, new_customization_job
from .deployments import DEPLOYMENT, new_deployment
from .import_jobs import IMPORT_JOB, new_import_job
from .operation import Request
from .tags import merged_tags

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

_JOB_STATUSES = ("InProgress", "Completed", "Failed")
_DEPLOYMENT_STATUSES = ("Creating", "Active", "Failed")
_S3_URI = r"(?=.{1,1024}$)s3://[a-z0-9][-.a-z0-9]{1,61}[a-z0-9](/[-!_*'().a-z0-9A-Z]+)*/?"
_DESCRIPTION = ".{1,2048}"
_TAG_TEXT = r"[a-zA-Z0-9\s._:/=+@-]"


class ModelOptions(NamedTuple):
    """The names that the called method has for the options of the imported model."""

    model_name: str
    model_tags: str


_OF_IMPORT_JOB = ModelOptions("imported_model_name", "imported_model_tags")


def add_import_job(
    request: Request,
    name: str | None,
    status: str,
    model_name: str | None,
    s3_uri: str,
    tags: Mapping[str, str],
    model_tags: Mapping[str, str],
    outcome: Outcome,
    option_names: ModelOptions = _OF_IMPORT_JOB,
) -> ImportJob:
    """Create an import job; see ``BedrockJobs.add_import_job``."""
    scope, new_id = request.scope, request.store.new_id()
    name = f"import-{new_id}" if name is None else name
    model_name = f"model-{new_id}" if model_name is None else model_name
    with _as_usage_errors(request.operation):
        _check_end(status, _JOB_STATUSES, outcome)
        _check("name", name, r"[a-zA-Z0-9][a-zA-Z0-9+\-.]{0,62}", "up to 63 letters, digits, '+', '-' and '.'")
        _check_name(option_names.model_name, model_name)
        _check("s3_uri", s3_uri, _S3_URI, "an S3 URI such as 's3://bucket/llama/'")
        job = new_import_job(
            request,
            {
                "jobName": name,
                "importedModelName": model_name,
                "roleArn": f"arn:{scope.partition}:iam::{scope.account_id}:role/BedrockModelImport",
                "modelDataSource": {"s3DataSource": {"s3Uri": s3_uri}},
                "jobTags": _tag_list("tags", tags),
                "importedModelTags": _tag_list(option_names.model_tags, model_tags),
            },
        )
    return _started(request, IMPORT_JOB, job, status, outcome)


def add_copy_job(
    request: Request,
    name: str | None,
    status: str,
    source: CustomModel | str | None,
    tags: Mapping[str, str],
    outcome: Outcome,
) -> CopyJob:
    """Create a copy job; see ``BedrockJobs.add_copy_job``."""
    name = f"copy-{request.store.new_id()}" if name is None else name
    with _as_usage_errors(request.operation):
        _check_end(status, _JOB_STATUSES, outcome)
        _check_name("name", name)
        target = {"targetModelName": name, "targetModelTags": _tag_list("tags", tags)}
        creating = replace(request, operation="CreateModelCopyJob")  # which is what a refusal names
        with _custom_model_arn(request, "source", source) as arn:
            job = new_copy_job(creating, {"sourceModelArn": arn, **target})
    return _started(request, COPY_JOB, job, status, outcome)


def add_custom_model_deployment(
    request: Request,
    name: str | None,
    status: str,
    model: CustomModel | str | None,
    description: str | None,
    tags: Mapping[str, str],
    outcome: Outcome,
) -> CustomModelDeployment:
    """Create a deployment; see ``BedrockJobs.add_custom_model_deployment``."""
    name = f"deployment-{request.store.new_id()}" if name is None else name
    with _as_usage_errors(request.operation):
        _check_end(status, _DEPLOYMENT_STATUSES, outcome)
        _check_name("name", name)
        parameters = {"modelDeploymentName": name, "tags": _tag_list("tags", tags)}
        if description is not None:
            _check("description", description, _DESCRIPTION, "one line of 1 to 2048 characters")
            parameters["description"] = description
        creating = replace(request, operation="CreateCustomModelDeployment")
        with _custom_model_arn(request, "model", model) as arn:
            deployment = new_deployment(creating, {"modelArn": arn, **parameters})
    return _started(request, DEPLOYMENT, deployment, status, outcome)


def add_custom_model(
    request: Request, name: str | None, base_model: str, shared_with: Iterable[str], tags: Mapping[str, str]
) -> CustomModel:
    """Create a custom model; see ``BedrockJobs.add_custom_model``."""
    table = request.store.table(CUSTOM_MODEL)
    name = f"model-{request.store.new_id()}" if name is None else name
    with _as_usage_errors(request.operation):
        _check_name("name", name)
        _check("base_model", base_model, arns.BASE_MODEL, "a foundation model's id, or 'imported'")
        _accounts(shared_with)
        tag_list = _tag_list("tags", tags)
        if base_model == "imported":
            arn = request.new_arn(f"{CUSTOM_MODEL.arn_type}/imported")
            check_name_is_free(request, name)
            model = imported_custom_model(request, arn, name, merged_tags(tag_list, lambda: arn))
            table.add(request.scope, replace(model, status="Active"))
        else:
            arn = _trained(request, base_model, name, tag_list)
        share_custom_model(request.store, arn, shared_with)
    return table.record(arn)


def share_custom_model(store: Store, arn: str, accounts: Iterable[str]) -> None:
    """Let further accounts see and copy a model, as its owner does on AWS with a resource share."""
    table = store.table(CUSTOM_MODEL)
    model = table.record(arn)
    others = _accounts(accounts) - {model.account_id}
    partition = arn.split(":", 2)[1]
    table.update(replace(model, shared_with=model.shared_with | others))
    table.share(arn, tuple(arns.scope(account_id, model.region, partition) for account_id in others))


def _trained(request: Request, base_model: str, name: str, tag_list: list[dict[str, str]]) -> str:
    """The ARN of a model that a customization job has made, as each custom model on AWS that was not imported."""
    scope = request.scope
    bucket = f"s3://customization-{scope.account_id}"
    job = new_customization_job(
        replace(request, operation="CreateModelCustomizationJob"),
        {
            "jobName": f"customization-{request.store.new_id()}",
            "customModelName": name,
            "baseModelIdentifier": base_model,
            "roleArn": f"arn:{scope.partition}:iam::{scope.account_id}:role/BedrockCustomization",
            "trainingDataConfig": {"s3Uri": f"{bucket}/training.jsonl"},
            "outputDataConfig": {"s3Uri": f"{bucket}/output/"},
            "customModelTags": tag_list,
        },
    )
    ended = _started(request, CUSTOMIZATION_JOB, job, "Completed", Outcome())
    return str(ended.output_model_arn)


def outcome_of(method: str, status: str, failure_message: str | None, default_message: str) -> Outcome:
    """How a job with this status has ended.

    Raises:
        UsageError: For a failure message of a job that has not failed.
    """
    if status == "Failed":
        return Outcome(default_message if failure_message is None else failure_message)
    if failure_message is not None:
        text = f"failure_message goes with status='Failed', not {shown(status)}"
        raise UsageError(f"{method}: {text}. {see(_HEADING)}")
    return Outcome()


_HEADING: Literal["Something that cannot be added"] = "Something that cannot be added"


def _started(request: Request, kind: LongRunningKind[R], job: R, status: str, outcome: Outcome) -> R:
    """Keep what is in progress, and end it unless its status says so. No outcome planned for the next job is for it."""
    store = request.store
    lifecycle.start(store, request.progress, request.scope, kind, job)
    if status not in ("InProgress", "Creating"):
        lifecycle.end(store, store.running[job.arn], request.time, outcome)
    return store.table(kind).record(job.arn)


def _check_end(status: str, statuses: tuple[str, ...], outcome: Outcome) -> None:
    if status not in statuses:
        raise UsageError(no_such("status", status, statuses))
    check_outcome(outcome)


@contextlib.contextmanager
def _as_usage_errors(method: str) -> Iterator[None]:
    """Raise the service's errors as usage errors, for the author of the test."""
    try:
        yield
    except (ServiceError, UsageError) as error:
        text = str(getattr(error, "message", error)).partition(" See: ")[0].rstrip(".")
        raise UsageError(f"{method}: {text}. {see(_HEADING)}") from None


def _check_name(option: str, name: str) -> None:
    """Refuse what cannot be the name of a model or a deployment."""
    _check(option, name, r"(?=.{1,63}$)([0-9a-zA-Z][_-]?){1,63}", "up to 63 letters, digits, '-' and '_'")


def _check(option: str, value: str, pattern: str, meaning: str) -> None:
    if not (isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII)):
        raise UsageError(f"{option} takes {meaning}, not {shown(value)}")


@contextlib.contextmanager
def _custom_model_arn(request: Request, option: str, model: CustomModel | str | None) -> Iterator[str]:
    """The ARN of a model that is copied or deployed; one that is created for that goes again if it is refused."""
    if model is None:
        created = add_custom_model(request, None, "amazon.nova-lite-v1", (), NO_TAGS)
        try:
            yield created.arn
        except ServiceError:
            request.store.table(CUSTOM_MODEL).remove(created.arn)
            request.store.table(CUSTOMIZATION_JOB).remove(str(created.job_arn))
            raise
    elif isinstance(model, str | CustomModel):
        yield model if isinstance(model, str) else model.arn
    else:
        raise UsageError(f"{option} is the ARN or the record of a custom model, not {shown(model)}")


def _accounts(shared_with: Any) -> frozenset[str]:
    if isinstance(shared_with, str) or not isinstance(shared_with, Iterable):
        raise UsageError(f"shared_with takes several account ids, such as ['111122223333'], not {shown(shared_with)}")
    accounts = list(shared_with)
    for account_id in accounts:
        _check("shared_with", account_id, "[0-9]{12}", "account ids of 12 digits")
    return frozenset(accounts)


def _tag_list(option: str, tags: Any) -> list[dict[str, str]]:
    if not isinstance(tags, Mapping):
        raise UsageError(f"{option} takes a mapping from key to value, such as {{'team': 'search'}}, not {shown(tags)}")
    for key, value in tags.items():
        _check("a tag key", key, _TAG_TEXT + "{1,128}", "1 to 128 letters, digits, spaces and '._:/=+@-'")
        _check("a tag value", value, _TAG_TEXT + "{0,256}", "up to 256 letters, digits, spaces and '._:/=+@-'")
    return [{"key": key, "value": value} for key, value in tags.items()]
