"""What a test puts there itself: a world that AWS would have taken hours to make."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping

from .. import arns
from ..errors import ServiceError, UsageError, no_such, see
from ..records import CustomModel, ImportJob
from ..store import lifecycle, manual_progress
from ..store.kinds import Outcome
from .custom_models import CUSTOM_MODEL
from .import_jobs import IMPORT_JOB, new_import_job
from .request import Request
from .tags import merged_tags

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

_STATUSES = ("InProgress", "Completed", "Failed")
_MODEL_NAME = r"(?=.{1,63}$)([0-9a-zA-Z][_-]?){1,63}"
_S3_URI = r"(?=.{1,1024}$)s3://[a-z0-9][-.a-z0-9]{1,61}[a-z0-9](/[-!_*'().a-z0-9A-Z]+)*/?"
_TAG_TEXT = r"[a-zA-Z0-9\s._:/=+@-]"


def add_import_job(
    request: Request,
    name: str | None,
    status: str,
    model_name: str | None,
    s3_uri: str,
    tags: Mapping[str, str],
    model_tags: Mapping[str, str],
    outcome: Outcome,
) -> ImportJob:
    """Put an import job there; see ``BedrockJobs.add_import_job``."""
    scope, store, new_id = request.scope, request.store, arns.new_id()
    name, model_name = name or f"import-{new_id}", model_name or f"model-{new_id}"
    with _telling(request.operation):
        if status not in _STATUSES:
            raise UsageError(no_such("status", status, _STATUSES))
        _check("name", name, r"[a-zA-Z0-9][a-zA-Z0-9+\-.]{0,62}", "up to 63 letters, digits, '+', '-' and '.'")
        _check("imported_model_name", model_name, _MODEL_NAME, "up to 63 letters, digits, '-' and '_'")
        _check("s3_uri", s3_uri, _S3_URI, "an S3 URI")
        manual_progress.check_message(outcome)
        job = new_import_job(
            request,
            {
                "jobName": name,
                "importedModelName": model_name,
                "roleArn": f"arn:{scope.partition}:iam::{scope.account_id}:role/BedrockModelImport",
                "modelDataSource": {"s3DataSource": {"s3Uri": s3_uri}},
                "jobTags": _tag_list(tags),
                "importedModelTags": _tag_list(model_tags),
            },
        )
    lifecycle.start(store, request.progress, scope, IMPORT_JOB, job)
    if status != "InProgress":
        lifecycle.end(store, store.running[job.arn], request.time, outcome)
    return store.table(IMPORT_JOB).record(job.arn)


def add_custom_model(
    request: Request, name: str | None, base_model: str, shared_with: Iterable[str], tags: Mapping[str, str]
) -> CustomModel:
    """Put a custom model there; see ``BedrockJobs.add_custom_model``."""
    scope, table, new_id = request.scope, request.store.table(CUSTOM_MODEL), arns.new_id()
    name, others = name or f"model-{new_id}", frozenset(shared_with) - {scope.account_id}
    with _telling(request.operation):
        _check("name", name, _MODEL_NAME, "up to 63 letters, digits, '-' and '_'")
        _check("base_model", base_model, arns.BASE_MODEL, "a foundation model's id, or 'imported'")
        for account_id in others:
            _check("shared_with", account_id, "[0-9]{12}", "account ids of 12 digits")
        if other := table.named(scope, name):
            raise UsageError(f"the name {name!r} is in use by {other.arn}")
        arn = arns.make(scope, f"{CUSTOM_MODEL.arn_type}/{base_model}", new_id)
        model = CustomModel(
            arn=arn,
            name=name,
            status="Active",
            region=scope.region,
            account_id=scope.account_id,
            base_model=base_model,
            shared_with=others,
            kms_key_arn=None,
            tags=merged_tags(_tag_list(tags), lambda: arn),
            creation_time=request.time,
        )
    table.add(scope, model, tuple(arns.scope(account_id, scope.region, scope.partition) for account_id in others))
    return model


@contextlib.contextmanager
def _telling(method: str) -> Iterator[None]:
    """Tell the test's author what the service would tell its caller."""
    try:
        yield
    except (ServiceError, UsageError) as error:
        text = str(getattr(error, "message", error)).rstrip(".")
        raise UsageError(f"{method}: {text}. {see('Something that cannot be added')}") from None


def _check(option: str, value: str, pattern: str, meaning: str) -> None:
    if not (isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII)):
        raise UsageError(f"{option} takes {meaning}, not {value!r}")


def _tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    for key, value in tags.items():
        _check("a tag key", key, _TAG_TEXT + "{1,128}", "1 to 128 letters, digits, spaces and '._:/=+@-'")
        _check("a tag value", value, _TAG_TEXT + "{0,256}", "up to 256 letters, digits, spaces and '._:/=+@-'")
    return [{"key": key, "value": value} for key, value in tags.items()]
