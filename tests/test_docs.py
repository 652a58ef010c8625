"""The pages hold what they say: their code runs, their tables have what the code has."""

from __future__ import annotations

import re
from pathlib import Path

import botocore_has
import pytest
from code_blocks import blocks
from support import service_model

import pytest_bedrock_jobs
from pytest_bedrock_jobs.service import error_codes
from pytest_bedrock_jobs.service.operations import OPERATIONS

DOCS = Path(__file__).parents[1] / "docs"
PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("*.md"))}
BLOCKS = [
    pytest.param(block, id=f"{name}-{number}")
    for name, text in PAGES.items()
    for number, block in enumerate(blocks(text, "python"), 1)
]


def rows_of(heading):
    """The cells of each row of the table below a heading of the reference."""
    text = PAGES["reference.md"].partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [re.split(r" \| ", line.strip("| ")) for line in text.splitlines() if line.startswith("| ")]
    return {re.search(r"`(\w+)`", row[0])[1]: row[1:] for row in rows if "`" in row[0]}


@pytest.mark.parametrize("block", BLOCKS)
def test_every_python_block_is_a_passing_test_module(pytester, block):
    """Copied into an empty directory, without a word added."""
    pytester.makepyfile(test_block=block)

    outcomes = pytester.runpytest_inprocess("-W", "error", "--strict-markers").parseoutcomes()

    assert set(outcomes) == {"passed"}


def test_the_table_of_operations_is_that_of_the_code():
    """Every operation, each with the link to its own page at AWS."""
    assert rows_of("Operations").keys() == OPERATIONS.keys()
    assert re.findall(r"API_(\w+)\.html", PAGES["reference.md"]) == list(rows_of("Operations"))


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if botocore_has.has(name)])
def test_operations_list_the_errors_of_the_service_model(operation):
    """And the status of the service model; two errors that all of them have are told above the table."""
    model = service_model().operation_model(operation)
    _, status, errors = rows_of("Operations")[operation]
    assert int(status) == model.http.get("responseCode", 200)
    everywhere = {"AccessDeniedException", "InternalServerException"}
    assert {f"{name}Exception" for name in errors.split(", ")} | everywhere == {s.name for s in model.error_shapes}


def test_the_table_of_errors_is_that_of_the_code():
    """Every code that can be injected, with the status that it comes with."""
    table = rows_of("Errors of the service")
    statuses = {shape.error_code: shape.metadata["error"]["httpStatusCode"] for shape in service_model().error_shapes}
    statuses |= error_codes.LATER | {code: status for code, (status, _) in error_codes.FRAMEWORK.items()}
    assert {code: int(row[0]) for code, row in table.items()} == statuses


def test_the_table_of_the_mock_s_errors_has_every_public_one():
    """Each class that speaks to the author of a test."""
    public = {name for name in pytest_bedrock_jobs.__all__ if name.endswith(("Error", "Warning"))}
    assert rows_of("Errors of the mock").keys() == public


def test_every_page_is_in_the_navigation():
    """And the navigation has no page that is not there."""
    navigation = (DOCS.parent / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    assert re.findall(r"- (\S+\.md)", navigation) == sorted(PAGES, key=navigation.index)
