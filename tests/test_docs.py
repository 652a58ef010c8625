"""The pages hold what they say: their code runs, their tables have what the code has."""

from __future__ import annotations

import collections.abc
import contextlib
import inspect
import re
import typing
from pathlib import Path

import botocore_has
import pytest
from code_blocks import blocks
from support import runtime_model, service_model

import pytest_bedrock_jobs
from pytest_bedrock_jobs import failures, faults
from pytest_bedrock_jobs.mock import BedrockJobs
from pytest_bedrock_jobs.service.operations import OPERATIONS
from pytest_bedrock_jobs.service.options import OPTIONS
from pytest_bedrock_jobs.service.records import Call
from pytest_bedrock_jobs.service.wire import api_names
from pytest_bedrock_jobs.service.wire.api_names import RUNTIME_OPERATIONS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PACKAGE = Path(pytest_bedrock_jobs.__file__).parent
PAGES = {path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8") for path in sorted(DOCS.rglob("*.md"))}
API = "\n".join(text for name, text in PAGES.items() if name.startswith("reference/api/"))
# What is in a block that needs something which an older botocore lacks.
NEEDS = {
    "create_custom_model_deployment": "CreateCustomModelDeployment",
    "delete_custom_model_deployment": "CreateCustomModelDeployment",
    "cold_models=True": "retries of cold models",
    "aws_account_id=": "aws_account_id",
}
BLOCKS = [
    pytest.param(
        block,
        id=f"{name}-{number}",
        marks=[pytest.mark.needs(needed) for text, needed in NEEDS.items() if text in block],
    )
    for name, text in PAGES.items()
    for number, block in enumerate(blocks(text, "python"), 1)
]


def public_functions(module):
    """The public functions that a module defines."""
    made = inspect.getmembers(module, inspect.isfunction)
    return {name for name, make in made if make.__module__ == module.__name__ and not name.startswith("_")}


def section(page, heading):
    """The text below a heading, up to the next one of its level."""
    return PAGES[page].partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def first_cells(text):
    """The names in backticks in the first column of tables."""
    cells = re.findall(r"^\| ([^|]*) \|", text, flags=re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\w+)[^`]*`", cell)}


def rows_of(text):
    """The cells of each row of a table, by the name in the row's first cell."""
    rows = [re.split(r" \| ", line.strip("| ")) for line in text.splitlines() if line.startswith("| ")]
    return {re.search(r"`(\w+)`", row[0])[1]: row[1:] for row in rows if "`" in row[0]}


@pytest.mark.parametrize("block", BLOCKS)
def test_every_python_block_is_a_passing_test_module(pytester, block):
    """Copied into an empty directory, without a word added."""
    pytester.makepyfile(test_block=block)

    outcomes = pytester.runpytest_inprocess("-W", "error", "--strict-markers").parseoutcomes()

    assert set(outcomes) == {"passed"}


def test_the_table_of_options_has_every_option():
    """And no other, with the default that it has."""
    table = rows_of(PAGES["reference/options.md"])
    assert {name: row[0] for name, row in table.items()} == {
        name: f"`{option.default!r}`".replace("'", '"') for name, option in OPTIONS.items()
    }


def test_the_table_of_what_a_test_can_do_has_every_public_name():
    """And no other."""
    public = {name for name in dir(BedrockJobs) if not name.startswith("_")}
    assert first_cells(PAGES["reference/bedrock-jobs.md"]) == {"bedrock_jobs"} | public


def test_the_table_of_faults_has_every_fault():
    """And no other; each row says whether the request was carried out."""
    table = PAGES["reference/faults.md"]
    constants = {name for name, value in vars(faults).items() if repr(value).startswith("<fault: ")}
    everything = public_functions(faults) | constants
    assert {"lost_response", "PASS"} <= everything
    assert first_cells(table) == everything
    assert len(re.findall(r" \| (?:no|\**yes\**) \|$", table, flags=re.MULTILINE)) == len(everything)


def test_the_table_of_a_calls_record_has_every_attribute():
    """And no other."""
    properties = {name for name, _ in inspect.getmembers(Call, inspect.isdatadescriptor) if not name.startswith("_")}
    assert first_cells(section("reference/records.md", "Calls")) == properties


def test_the_table_of_operations_is_that_of_the_code():
    """Every operation, each with the link to its own page at AWS."""
    page = PAGES["reference/operations.md"]
    assert rows_of(page).keys() == OPERATIONS.keys()
    assert re.findall(r"API_(?:runtime_)?(\w+)\.html", page) == list(rows_of(page))


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if botocore_has.has(name)])
def test_operations_list_the_errors_of_the_service_model(operation):
    """And the status of the service model; two errors that all of them have are named above the table."""
    service = runtime_model() if operation in RUNTIME_OPERATIONS else service_model()
    model = service.operation_model(operation)
    _, status, errors = rows_of(PAGES["reference/operations.md"])[operation]
    assert int(status) == model.http.get("responseCode", 200)
    everywhere = {"AccessDeniedException", "InternalServerException"}
    assert {f"{name}Exception" for name in errors.split(", ")} | everywhere == {s.name for s in model.error_shapes}


def test_the_table_of_errors_is_that_of_the_code():
    """Every code that can be injected, with the status that it comes with."""
    table = rows_of(section("reference/errors.md", "Errors of the service"))
    assert {code: int(row[0]) for code, row in table.items()} == {
        code: status for code, (status, _) in api_names.ERRORS.items()
    }


def test_the_table_of_the_mock_s_errors_has_every_public_one():
    """Each class that speaks to the author of a test."""
    public = {name for name in pytest_bedrock_jobs.__all__ if name.endswith(("Error", "Warning"))}
    assert rows_of(section("reference/errors.md", "Errors of the mock")).keys() == public


def test_the_api_reference_has_every_public_name():
    """And every member of a mock, each on one of its pages; the two public modules document themselves."""
    entries = re.findall(r"^\.\. auto(?:function|class|data|exception):: (\w+)(?:\(\))?$", API, flags=re.MULTILINE)
    assert sorted(entries) == sorted(pytest_bedrock_jobs.__all__)
    members = re.findall(r"^\.\. auto(?:method|property):: BedrockJobs\.(\w+)$", API, flags=re.MULTILINE)
    assert sorted(members) == sorted(name for name in dir(BedrockJobs) if not name.startswith("_"))
    assert sorted(re.findall(r"automodule:: (\S+)", API)) == [failures.__name__, faults.__name__]


def test_the_api_reference_explains_every_name_in_signatures():
    """Those that are neither public, nor documented on its pages, nor Python's own."""
    members = [inspect.getattr_static(BedrockJobs, name) for name in dir(BedrockJobs)]
    members = [getattr(member, "fget", member) for member in members]
    functions = [*filter(inspect.isfunction, members), *(getattr(faults, name) for name in public_functions(faults))]
    annotations = [
        str(annotation)
        for function in functions
        if not function.__name__.startswith("_")
        for signature in [inspect.signature(function)]
        for annotation in [signature.return_annotation, *(p.annotation for p in signature.parameters.values())]
    ]
    named = set(re.findall(r"\b[A-Z]\w+", " ".join(annotations)))
    known = {
        *pytest_bedrock_jobs.__all__,
        *faults.__all__,
        "None",
        *dir(collections.abc),
        *dir(contextlib),
        *typing.__all__,
        "Unpack",
    }
    assert named <= known | first_cells(PAGES["reference/api/names.md"])


def test_headings_that_messages_name_exist():
    """The command that ends a message of the package prints something."""
    headings = set(re.findall(r"^### (.*)$", PAGES["troubleshooting.md"], flags=re.MULTILINE))
    named = {
        name
        for source in PACKAGE.rglob("*.py")
        for name in re.findall(r"\bsee\(['\"]([^'\"\n]+)['\"]", source.read_text(encoding="utf-8"))
    }
    assert named
    assert named <= headings
    assert all(re.fullmatch("[A-Za-z -]+", name) for name in named)  # no shell reads anything into them


def test_every_page_is_in_the_navigation():
    """And the navigation has no page that does not exist."""
    listed = [
        (Path(page).parent / line).as_posix()
        for page, text in PAGES.items()
        for tree in re.findall(r"^```\{toctree\}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
        for line in tree.splitlines()
        if line and not line.startswith(":")
    ]
    assert sorted(f"{page}.md" for page in [*listed, "index"]) == sorted(PAGES)
