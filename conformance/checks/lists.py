"""Lists."""

from __future__ import annotations

import datetime
from typing import Any

from ..observing import Blocked, Finding, Level, accepted, fact, refused
from ..registry import check
from ..target import Target

KEY = "modelImportJobSummaries"
LONG_AGO = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)


@check("list-order", Level.IMPORT)
def list_order(target: Target) -> list[Finding]:
    """Two jobs, by default and ascending."""
    made = [target.imported()["created"]["jobArn"], target.imported(jobName=target.name("later"))["created"]["jobArn"]]
    found = []
    for what, order in (("by default", {}), ("Ascending", {"sortOrder": "Ascending"})):
        rows = target.succeed("list_model_import_jobs", nameContains=target.run_id, maxResults=1000, **order)[KEY]
        seen = [made.index(row["jobArn"]) for row in rows if row["jobArn"] in made]
        found.append(fact(f"two jobs, the older one is 0, {what}", [1, 0] if not order else [0, 1], seen))
    return found


@check("list-max-results", Level.IMPORT)
def list_max_results(target: Target) -> list[Finding]:
    """The limits, and the tokens of the first and the last page."""
    target.imported(jobName=target.name("one"))
    target.imported(jobName=target.name("two"))
    only: Any = {"nameContains": target.run_id, "maxResults": 1}
    tokens: list[str] = []
    page = target.succeed("list_model_import_jobs", **only)
    while "nextToken" in page and len(tokens) < 100:
        tokens.append(page["nextToken"])
        page = target.succeed("list_model_import_jobs", nextToken=page["nextToken"], **only)
    return [
        refused("maxResults=0", target.call("list_model_import_jobs", maxResults=0), "ValidationException"),
        accepted("maxResults=1000", target.call("list_model_import_jobs", maxResults=1000)),
        refused("maxResults=1001", target.call("list_model_import_jobs", maxResults=1001), "ValidationException"),
        fact("pages of one row follow each other by tokens", True, len(tokens) >= 1),
        fact("the last page has nextToken", False, "nextToken" in page),
    ]


@check("list-page-size", Level.IMPORT)
def list_page_size(target: Target) -> list[Finding]:
    """101 jobs, which are too many to import on AWS for this; there, the account has to have more jobs already."""
    if not target.is_aws:
        for _ in range(101):
            target.succeed("create_model_import_job", **target.import_parameters())
    page = target.succeed("list_model_import_jobs")
    if "nextToken" not in page:
        raise Blocked("this account has too few jobs")
    return [fact("rows of a page without maxResults", 100, len(page[KEY]))]


@check("list-name-contains-case", Level.IMPORT)
def list_name_contains_case(target: Target) -> list[Finding]:
    """A part of a name in capital letters."""
    name = target.imported(jobName=target.name("case"))["parameters"]["jobName"]
    rows = {part: target.succeed("list_model_import_jobs", nameContains=part)[KEY] for part in (name, name.upper())}
    return [fact("rows found, as written and in capitals", [1, 0], [len(found) for found in rows.values()])]


@check("list-creation-time-exclusive", Level.IMPORT)
def list_creation_time_exclusive(target: Target) -> list[Finding]:
    """Exactly the time of a job."""
    ended = target.imported()["ended"]
    only = {"nameContains": ended["jobName"]}
    found = {
        name: len(target.succeed("list_model_import_jobs", **only, **{name: ended["creationTime"]})[KEY])
        for name in ("creationTimeAfter", "creationTimeBefore")
    }
    return [fact(f"rows with {name} of their own time", 0, rows) for name, rows in found.items()]


@check("list-wrong-next-token")
def list_wrong_next_token(target: Target) -> list[Finding]:
    """A token that is not from any list."""
    observed = target.call("list_model_import_jobs", nextToken="bm90LWEtdG9rZW4=")
    return [refused("an invented nextToken", observed, "ValidationException")]


@check("spec-list-empty")
def spec_list_empty(target: Target) -> list[Finding]:
    """Nothing from before imports existed, in each of the lists."""
    return [
        Finding(
            operation,
            {"status": 200, "rows": 0},
            {"rows": len(next(iter(observed.output.values()), ())), **observed.facts},
        )
        for operation in (
            "list_model_import_jobs",
            "list_imported_models",
            "list_model_copy_jobs",
            "list_custom_models",
        )
        for observed in [target.call(operation, creationTimeBefore=LONG_AGO)]
    ]
