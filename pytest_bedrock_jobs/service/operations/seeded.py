"""What a test creates itself, by the rules of the operations; see the ``add_`` methods of BedrockJobs."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from .. import arns
from ..errors import ServiceError, UsageError, no_such, shown
from ..records import NO_TAGS, ImportedModel, ImportJob
from ..store import lifecycle
from ..store.custom_records import CopyJob, CustomizationJob, CustomModel, CustomModelDeployment, ProvisionedThroughput
from ..store.outcomes import Outcome, check_outcome
from ..store.resources import LongRunningKind, Store
from ..store.table import R
from . import model_files
from .copy_jobs import COPY_JOB, new_copy_job
from .custom_models import CUSTOM_MODEL, check_name_is_free, imported_custom_model
from .customization_jobs import CUSTOMIZATION_JOB, new_customization_job, stop
from .deployments import DEPLOYMENT, new_deployment
from .imports import IMPORT_JOB, IMPORTED_MODEL, new_import_job
from .operation import Request
from .provisioned_throughputs import PROVISIONED_THROUGHPUT, TERMS, new_provisioned_throughput
from .tags import merged_tags

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

_JOB_STATUSES = ("InProgress", "Completed", "Failed")
_CUSTOMIZATION_STATUSES = (*_JOB_STATUSES, "Stopping", "Stopped")
_PROVISIONED_STATUSES = ("Creating", "InService", "Failed")
_DEPLOYMENT_STATUSES = ("Creating", "Active", "Failed")
_BASE_MODEL = "amazon.nova-lite-v1"
_S3_URI = r"(?=.{1,1024}$)s3://[a-z0-9][-.a-z0-9]{1,61}[a-z0-9](/[-!_*'().a-z0-9A-Z]+)*/?"
_DESCRIPTION = ".{1,2048}"
_TAG_TEXT = r"[a-zA-Z0-9\s._:/=+@-]"


def import_job(
    request: Request,
    name: str | None,
    status: str,
    model_name: str | None,
    s3_uri: str,
    tags: Mapping[str, str],
    model_tags: Mapping[str, str],
    failure_message: str | None,
) -> ImportJob:
    """An import job, as ``add_import_job`` describes it."""
    outcome = _outcome(status, _JOB_STATUSES, failure_message)
    return _import_job(request, name, status, model_name, s3_uri, tags, model_tags, outcome)


def copy_job(
    request: Request,
    name: str | None,
    status: str,
    source: CustomModel | str | None,
    tags: Mapping[str, str],
    failure_message: str | None,
) -> CopyJob:
    """A copy job, as ``add_copy_job`` describes it."""
    outcome = _outcome(status, _JOB_STATUSES, failure_message)
    name = _checked_name(request, "copy", name)
    target = {"targetModelName": name, "targetModelTags": _tag_list("tags", tags)}
    creating = replace(request, operation="CreateModelCopyJob")  # which is what a refusal names
    with _custom_model_arn(request, "source", source) as arn:
        job = new_copy_job(creating, {"sourceModelArn": arn, **target})
    return _started(request, COPY_JOB, job, status, outcome)


def imported_model(
    request: Request,
    name: str | None,
    outcome: Outcome,
    tags: Mapping[str, str],
) -> ImportedModel:
    """An imported model, with the job that made it, as ``add_imported_model`` describes it."""
    check_outcome(outcome)
    s3_uri, names = "s3://models/imported/", ("name", "tags")
    job = _import_job(request, None, "Completed", name, s3_uri, NO_TAGS, tags, outcome, names)
    request.store.invented.add(job.arn)
    return request.store.table(IMPORTED_MODEL).record(str(job.imported_model_arn))


def deployment(
    request: Request,
    name: str | None,
    status: str,
    model: CustomModel | str | None,
    description: str | None,
    tags: Mapping[str, str],
    failure_message: str | None,
) -> CustomModelDeployment:
    """A deployment of a custom model, as ``add_custom_model_deployment`` describes it."""
    outcome = _outcome(status, _DEPLOYMENT_STATUSES, failure_message)
    name = _checked_name(request, "deployment", name)
    parameters = {"modelDeploymentName": name, "tags": _tag_list("tags", tags)}
    if description is not None:
        _check("description", description, _DESCRIPTION, "one line of 1 to 2048 characters")
        parameters["description"] = description
    creating = replace(request, operation="CreateCustomModelDeployment")
    with _custom_model_arn(request, "model", model) as arn:
        deployment = new_deployment(creating, {"modelArn": arn, **parameters})
    return _started(request, DEPLOYMENT, deployment, status, outcome)


def customization_job(
    request: Request,
    name: str | None,
    status: str,
    base_model: str,
    custom_model_name: str | None,
    tags: Mapping[str, str],
    custom_model_tags: Mapping[str, str],
    failure_message: str | None,
) -> CustomizationJob:
    """A customization job, as ``add_customization_job`` describes it."""
    outcome = _outcome(status, _CUSTOMIZATION_STATUSES, failure_message)
    job = _new_customization_job(request, name, base_model, custom_model_name, tags, custom_model_tags)
    if status not in ("Stopping", "Stopped"):
        return _started(request, CUSTOMIZATION_JOB, job, status, outcome)
    stop(request, _started(request, CUSTOMIZATION_JOB, job, "InProgress", outcome))
    if status == "Stopped":
        lifecycle.end(request.store, request.store.running[job.arn], request.time)
    return request.store.table(CUSTOMIZATION_JOB).record(job.arn)


def provisioned_throughput(
    request: Request,
    name: str | None,
    status: str,
    model: CustomModel | str | None,
    model_units: int,
    commitment_duration: str | None,
    tags: Mapping[str, str],
    failure_message: str | None,
) -> ProvisionedThroughput:
    """Provisioned throughput of a custom model, as ``add_provisioned_throughput`` describes it."""
    outcome = _outcome(status, _PROVISIONED_STATUSES, failure_message)
    name = _checked_name(request, "throughput", name)
    if type(model_units) is not int or model_units < 1:
        raise UsageError(f"model_units is a number of units, 1 or more, not {shown(model_units)}")
    parameters = {"provisionedModelName": name, "modelUnits": model_units, "tags": _tag_list("tags", tags)}
    if commitment_duration is not None:
        if commitment_duration not in TERMS:
            raise UsageError(no_such("commitment_duration", commitment_duration, TERMS))
        parameters["commitmentDuration"] = commitment_duration
    creating = replace(request, operation="CreateProvisionedModelThroughput")
    with _custom_model_arn(request, "model", model) as arn:
        provisioned = new_provisioned_throughput(creating, {"modelId": arn, **parameters})
    return _started(request, PROVISIONED_THROUGHPUT, provisioned, status, outcome)


def _import_job(
    request: Request,
    name: str | None,
    status: str,
    model_name: str | None,
    s3_uri: str,
    tags: Mapping[str, str],
    model_tags: Mapping[str, str],
    outcome: Outcome,
    option_names: tuple[str, str] = ("imported_model_name", "imported_model_tags"),
) -> ImportJob:
    """An import job; the option names are those that the caller has for the model's name and tags."""
    scope, new_id = request.scope, request.store.new_id()
    name = f"import-{new_id}" if name is None else name
    model_name = f"model-{new_id}" if model_name is None else model_name
    _check_job_name(name)
    _check_name(option_names[0], model_name)
    _check("s3_uri", s3_uri, _S3_URI, "an S3 URI such as 's3://bucket/llama/'")
    job = new_import_job(
        request,
        {
            "jobName": name,
            "importedModelName": model_name,
            "roleArn": f"arn:{scope.partition}:iam::{scope.account_id}:role/BedrockModelImport",
            "modelDataSource": {"s3DataSource": {"s3Uri": s3_uri}},
            "jobTags": _tag_list("tags", tags),
            "importedModelTags": _tag_list(option_names[1], model_tags),
        },
    )
    return _started(request, IMPORT_JOB, job, status, outcome)


def custom_model(
    request: Request,
    name: str | None = None,
    base_model: str = _BASE_MODEL,
    shared_with: Iterable[str] = (),
    tags: Mapping[str, str] = NO_TAGS,
) -> CustomModel:
    """A custom model, as ``add_custom_model`` describes it."""
    table = request.store.table(CUSTOM_MODEL)
    name = _checked_name(request, "model", name)
    _check("base_model", base_model, arns.BASE_MODEL, "a foundation model's id, or 'imported'")
    sharing = accounts("shared_with", shared_with)
    if base_model == "imported":
        arn = request.new_arn(f"{CUSTOM_MODEL.arn_type}/imported")
        check_name_is_free(request, name)
        model = imported_custom_model(request, arn, name, merged_tags(_tag_list("tags", tags), lambda: arn))
        table.add(request.scope, replace(model, status="Active"))
    else:
        job = _new_customization_job(request, None, base_model, name, NO_TAGS, tags, "tags")
        arn = str(_started(request, CUSTOMIZATION_JOB, job, "Completed", Outcome()).output_model_arn)
        request.store.invented.add(job.arn)
    return shared(request.store, arn, sharing)


def shared(store: Store, arn: str, accounts: frozenset[str]) -> CustomModel:
    """The model with this ARN, which these accounts can see from now on."""
    table = store.table(CUSTOM_MODEL)
    model = table.record(arn)
    partition = arn.split(":", 2)[1]
    table.update(replace(model, shared_with=model.shared_with | accounts - {model.account_id}))
    table.share(arn, [arns.scope(account_id, model.region, partition) for account_id in accounts])
    return table.record(arn)


def _new_customization_job(
    request: Request,
    name: str | None,
    base_model: str,
    model_name: str | None,
    tags: Mapping[str, str],
    model_tags: Mapping[str, str],
    tags_option: str = "custom_model_tags",
) -> CustomizationJob:
    """A customization job; the last argument is the name that the caller has for the tags of the model."""
    scope, new_id = request.scope, request.store.new_id()
    name = f"customization-{new_id}" if name is None else name
    model_name = f"model-{new_id}" if model_name is None else model_name
    _check_job_name(name)
    _check_name("custom_model_name", model_name)
    _check("base_model", base_model, arns.FOUNDATION_MODEL, "a foundation model's id")
    return new_customization_job(
        request,
        {
            "jobName": name,
            "customModelName": model_name,
            "baseModelIdentifier": base_model,
            "roleArn": f"arn:{scope.partition}:iam::{scope.account_id}:role/BedrockCustomization",
            "trainingDataConfig": {"s3Uri": "s3://training/train.jsonl"},
            "outputDataConfig": {"s3Uri": "s3://training/output/"},
            "jobTags": _tag_list("tags", tags),
            "customModelTags": _tag_list(tags_option, model_tags),
        },
    )


def _outcome(status: str, statuses: tuple[str, ...], failure_message: str | None) -> Outcome:
    """How something with this status has ended."""
    if status not in statuses:
        raise UsageError(no_such("status", status, statuses))
    if failure_message is not None and status != "Failed":
        raise UsageError(f"failure_message goes with status='Failed', not {shown(status)}")
    failed = model_files.internal() if failure_message is None else failure_message
    outcome = Outcome(failed if status == "Failed" else None)
    check_outcome(outcome)
    return outcome


def _started(request: Request, kind: LongRunningKind[R], job: R, status: str, outcome: Outcome) -> R:
    """Keep what is in progress, and end it unless its status says so. No outcome planned for the next job is for it."""
    store = request.store
    lifecycle.start(store, request.progress, request.scope, kind, job)
    if status not in ("InProgress", "Creating"):
        lifecycle.end(store, store.running[job.arn], request.time, outcome)
    return store.table(kind).record(job.arn)


def _checked_name(request: Request, prefix: str, name: str | None) -> str:
    """The name that was given, or a new one with this prefix."""
    name = f"{prefix}-{request.store.new_id()}" if name is None else name
    _check_name("name", name)
    return name


def _check_job_name(name: str) -> None:
    _check("name", name, r"[a-zA-Z0-9][a-zA-Z0-9+\-.]{0,62}", "up to 63 letters, digits, '+', '-' and '.'")


def _check_name(option: str, name: str) -> None:
    """Refuse what cannot be the name of a model, a deployment or provisioned throughput."""
    _check(option, name, r"(?=.{1,63}$)([0-9a-zA-Z][_-]?){1,63}", "up to 63 letters, digits, '-' and '_'")


def _check(option: str, value: str, pattern: str, meaning: str) -> None:
    if not (isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII)):
        raise UsageError(f"{option} takes {meaning}, not {shown(value)}")


@contextlib.contextmanager
def _custom_model_arn(request: Request, option: str, model: CustomModel | str | None) -> Iterator[str]:
    """The ARN of a model to copy, deploy or provision; by default one is created, and removed if it is refused."""
    if model is None:
        created = custom_model(request)
        request.store.invented.add(created.arn)
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


def accounts(option: str, given: Any) -> frozenset[str]:
    """The accounts that an option names."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise UsageError(f"{option} takes several account ids, such as ['111122223333'], not {shown(given)}")
    accounts = list(given)
    for account_id in accounts:
        _check(option, account_id, "[0-9]{12}", "account ids of 12 digits")
    return frozenset(accounts)


def _tag_list(option: str, tags: Any) -> list[dict[str, str]]:
    if not isinstance(tags, Mapping):
        raise UsageError(f"{option} takes a mapping from key to value, such as {{'team': 'search'}}, not {shown(tags)}")
    for key, value in tags.items():
        _check("a tag key", key, _TAG_TEXT + "{1,128}", "1 to 128 letters, digits, spaces and '._:/=+@-'")
        _check("a tag value", value, _TAG_TEXT + "{0,256}", "up to 256 letters, digits, spaces and '._:/=+@-'")
    return [{"key": key, "value": value} for key, value in tags.items()]
