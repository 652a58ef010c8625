"""docs/behaviour.json: where each rule of the mock comes from, for the pages and for the conformance suite."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path

from pytest_bedrock_jobs.service.operations import OPERATIONS

ROWS = json.loads((Path(__file__).parents[1] / "docs" / "behaviour.json").read_text(encoding="utf-8"))
FIELDS = ["id", "operation", "rule", "source", "note", "verified"]
SOURCES = {"documented", "boto3's page", "seen", "inferred", "own"}
GROUPS = {
    "All operations",
    "Creates",
    "Creates with a KMS key",
    "Lists",
    "Tags",
    "Quotas",
    "Faults",
    "Permissions",
    "Progress",
    "Failure messages",
}


def test_every_row_has_every_field():
    """All of them strings, in one order."""
    for row in ROWS:
        assert list(row) == FIELDS, row
        assert all(isinstance(value, str) for value in row.values()), row


def test_ids_are_unique():
    """The conformance suite and its results name rows by them."""
    ids = [row["id"] for row in ROWS]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", name) for name in ids)


def test_each_row_is_of_one_operation_or_more_or_of_a_group():
    """The operations are those of the code."""
    for row in ROWS:
        assert row["operation"] in GROUPS or set(row["operation"].split(", ")) <= OPERATIONS.keys(), row


def test_rows_of_one_operation_are_neighbours():
    """The page has one table for each operation."""
    operations = [row["operation"] for row in ROWS]
    runs = [name for name, before in zip(operations, [None, *operations], strict=False) if name != before]
    assert len(set(runs)) == len(runs)


def test_each_row_has_a_kind_of_source():
    """One of those that the page explains."""
    page = (Path(__file__).parents[1] / "docs" / "reference" / "behaviour.md").read_text(encoding="utf-8")
    assert {row["source"] for row in ROWS} <= SOURCES
    assert set(re.findall(r"^(.*)\n: ", page, flags=re.MULTILINE)) == SOURCES


def test_verified_is_empty_or_a_date():
    """The day of the run against AWS that confirmed the rule."""
    for row in ROWS:
        assert not row["verified"] or datetime.date.fromisoformat(row["verified"]), row
