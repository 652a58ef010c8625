"""The rules for what a test adds itself, as those of the operations; see the ``add_`` methods of BedrockJobs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from .. import arns
from ..errors import UsageError, no_such, shown
from ..records import ImportJob
from ..store.custom_records import CustomizationJob, CustomModel
from ..store.outcomes import Outcome, check_outcome
from ..store.resources import LongRunningKind, Store
from ..store.table import R
from . import model_files
from .custom_models import CUSTOM_MODEL
from .customization_jobs import new_customization_job
from .imports import IMPORT_JOB, new_import_job
from .operation import Request

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

JOB_NAME = r"[a-zA-Z0-9][a-zA-Z0-9+\-.]{0,62}", "up to 63 letters, digits, '+', '-' and '.'"
MODEL_NAME = r"(?=.{1,63}$)([0-9a-zA-Z][_-]?){1,63}", "up to 63 letters, digits, '-' and '_'"
"""The names of import and customization jobs, and of everything else: a pattern, and what it means."""

_S3_URI = r"(?=.{1,1024}$)s3://[a-z0-9][-.a-z0-9]{1,61}[a-z0-9](/[-!_*'().a-z0-9A-Z]+)*/?"
_TAG_TEXT = r"[a-zA-Z0-9\s._:/=+@-]"


def import_job(
    request: Request, s3_uri: str, parameters: Mapping[str, Any], status: str, outcome: Outcome
) -> ImportJob:
    """An import job with these parameters of its create; it gets a role of its account."""
    scope = request.scope
    check("s3_uri", s3_uri, _S3_URI, "an S3 URI such as 's3://bucket/llama/'")
    role_arn = f"arn:{scope.partition}:iam::{scope.account_id}:role/BedrockModelImport"
    source = {"s3DataSource": {"s3Uri": s3_uri}}
    job = new_import_job(request, {"roleArn": role_arn, "modelDataSource": source, **parameters})
    return started(request, IMPORT_JOB, job, status, outcome)


def customization_job(request: Request, base_model: str, parameters: Mapping[str, Any]) -> CustomizationJob:
    """A customization job that may start, with these parameters of its create; it gets a role and files."""
    scope = request.scope
    check("base_model", base_model, arns.FOUNDATION_MODEL, "a foundation model's id")
    made_up = {
        "roleArn": f"arn:{scope.partition}:iam::{scope.account_id}:role/BedrockCustomization",
        "trainingDataConfig": {"s3Uri": "s3://training/train.jsonl"},
        "outputDataConfig": {"s3Uri": "s3://training/output/"},
    }
    return new_customization_job(request, {"baseModelIdentifier": base_model, **made_up, **parameters})


def shared(store: Store, arn: str, accounts: frozenset[str]) -> CustomModel:
    """The model with this ARN, which these accounts can see from now on."""
    table = store.table(CUSTOM_MODEL)
    model = table.record(arn)
    partition = arn.split(":", 2)[1]
    table.update(replace(model, shared_with=model.shared_with | accounts - {model.account_id}))
    table.share(arn, [arns.Scope(account_id, model.region, partition) for account_id in accounts])
    return table.record(arn)


def started(request: Request, kind: LongRunningKind[R], record: R, status: str, outcome: Outcome) -> R:
    """Keep what is in progress, and end it unless its status says so. No outcome planned for the next job is for it."""
    store = request.store
    store.start(request.scope, kind, record)
    if status not in ("InProgress", "Creating"):
        store.end(store.running[record.arn], request.time, outcome)
    return store.table(kind).record(record.arn)


def outcome_of(status: str, statuses: tuple[str, ...], failure_message: str | None) -> Outcome:
    """How something with this status has ended."""
    if status not in statuses:
        raise UsageError(no_such("status", status, statuses))
    if failure_message is not None and status != "Failed":
        raise UsageError(f"failure_message goes with status='Failed', not {shown(status)}")
    failed = model_files.internal() if failure_message is None else failure_message
    outcome = Outcome(failed if status == "Failed" else None)
    check_outcome(outcome)
    return outcome


def name_of(
    request: Request, prefix: str, name: str | None, option: str = "name", rule: tuple[str, str] = MODEL_NAME
) -> str:
    """The name that was given, or a new one with this prefix."""
    name = f"{prefix}-{request.store.new_id()}" if name is None else name
    check(option, name, *rule)
    return name


def check(option: str, value: str, pattern: str, meaning: str) -> None:
    """Refuse a value that does not fit a pattern; the message says what the pattern means."""
    if not (isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII)):
        raise UsageError(f"{option} takes {meaning}, not {shown(value)}")


def accounts(option: str, given: Any) -> frozenset[str]:
    """The accounts that an option names."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise UsageError(f"{option} takes several account ids, such as ['111122223333'], not {shown(given)}")
    accounts = list(given)
    for account_id in accounts:
        check(option, account_id, "[0-9]{12}", "account ids of 12 digits")
    return frozenset(accounts)


def tag_list(tags: Any, option: str = "tags") -> list[dict[str, str]]:
    """The tags that an option has, as the API has them."""
    if not isinstance(tags, Mapping):
        raise UsageError(f"{option} takes a mapping from key to value, such as {{'team': 'search'}}, not {shown(tags)}")
    for key, value in tags.items():
        check("a tag key", key, _TAG_TEXT + "{1,128}", "1 to 128 letters, digits, spaces and '._:/=+@-'")
        check("a tag value", value, _TAG_TEXT + "{0,256}", "up to 256 letters, digits, spaces and '._:/=+@-'")
    return [{"key": key, "value": value} for key, value in tags.items()]
