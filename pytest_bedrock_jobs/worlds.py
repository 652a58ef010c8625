"""What a test puts there itself: a world that AWS would have taken hours to make."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping

from . import arns, lifecycle
from .arns import Place
from .errors import ServiceError, UsageError, no_such
from .operations.import_jobs import new_import_job
from .operations.request import Request
from .operations.tags import new_tags
from .records import CustomModel, ImportJob
from .store import Outcome

_STATUSES = ("InProgress", "Completed", "Failed")
_MODEL_NAME = r"([0-9a-zA-Z][_-]?){1,63}"


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
    place, store, new_id = request.place, request.store, arns.new_id()
    name, model_name = name or f"import-{new_id}", model_name or f"model-{new_id}"
    with _telling("add_import_job"):
        if status not in _STATUSES:
            raise UsageError(no_such("status", status, _STATUSES))
        _check("name", name, r"[a-zA-Z0-9][a-zA-Z0-9+\-.]{0,62}", "up to 63 letters, digits, '+', '-' and '.'")
        _check("imported_model_name", model_name, _MODEL_NAME, "up to 63 letters, digits, '-' and '_'")
        _check("s3_uri", s3_uri, r"s3://[a-z0-9][-.a-z0-9]{1,61}[a-z0-9](/.*)?", "an S3 URI")
        job = new_import_job(
            request,
            {
                "jobName": name,
                "importedModelName": model_name,
                "roleArn": f"arn:{place.partition}:iam::{place.account_id}:role/BedrockModelImport",
                "modelDataSource": {"s3DataSource": {"s3Uri": s3_uri}},
                "jobTags": _tag_list(tags),
                "importedModelTags": _tag_list(model_tags),
            },
        )
    lifecycle.start_import(store, request.progress, place, job)
    if status != "InProgress":
        lifecycle.end(store, store.running[job.arn], request.time, outcome)
    return store.import_jobs.record(job.arn)


def add_custom_model(
    request: Request, name: str | None, base_model: str, shared_with: Iterable[str], tags: Mapping[str, str]
) -> CustomModel:
    """Put a custom model there; see ``BedrockJobs.add_custom_model``."""
    place, table, new_id = request.place, request.store.custom_models, arns.new_id()
    name, others = name or f"model-{new_id}", frozenset(shared_with)
    with _telling("add_custom_model"):
        _check("name", name, _MODEL_NAME, "up to 63 letters, digits, '-' and '_'")
        _check("base_model", base_model, arns.BASE_MODEL, "a foundation model's id, or 'imported'")
        for account_id in others:
            _check("shared_with", account_id, "[0-9]{12}", "account ids of 12 digits")
        if other := table.named(place, name):
            raise UsageError(f"the name {name!r} is in use by {other.arn}")
        arn = arns.make(place, f"custom-model/{base_model}", new_id)
        model = CustomModel(
            arn=arn,
            name=name,
            status="Active",
            region=place.region,
            account_id=place.account_id,
            base_model=base_model,
            shared_with=others,
            kms_key_arn=None,
            tags=new_tags(_tag_list(tags), arn),
            creation_time=request.time,
        )
    table.add(place, model, [Place(account_id, place.region, place.partition) for account_id in others])
    return model


@contextlib.contextmanager
def _telling(method: str) -> Iterator[None]:
    """Tell the test's author what the service would tell its caller."""
    try:
        yield
    except (ServiceError, UsageError) as error:
        text = str(getattr(error, "message", error)).rstrip(".")
        raise UsageError(f'{method}: {text}. See "Wrong use of the mock" in the README.') from None


def _check(option: str, value: str, pattern: str, meaning: str) -> None:
    if not re.fullmatch(pattern, value):
        raise UsageError(f"{option} takes {meaning}, not {value!r}")


def _tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]
