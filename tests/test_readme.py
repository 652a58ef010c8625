"""The README holds what it says: its code runs, its commands are the ones CI runs, its headings exist."""

import inspect
import re
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

import pytest_bedrock_jobs.decorator
from pytest_bedrock_jobs import faults
from pytest_bedrock_jobs.mock import BedrockJobs
from pytest_bedrock_jobs.service.errors import TROUBLESHOOTING
from pytest_bedrock_jobs.service.operations import OPERATIONS
from pytest_bedrock_jobs.service.options import Settings
from pytest_bedrock_jobs.service.records import Call

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
SET_UP = "python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]' && "
PACKAGE = Path(pytest_bedrock_jobs.decorator.__file__).parent


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("block", [pytest.param(block, id=f"block{n}") for n, block in enumerate(blocks("python"), 1)])
def test_every_python_block_is_a_passing_test_module(pytester: pytest.Pytester, block: str) -> None:
    """Copied into an empty directory, without a word added."""
    pytester.makepyfile(test_block=block)

    outcomes = pytester.runpytest_inprocess("-W", "error", "--strict-markers").parseoutcomes()

    assert set(outcomes) == {"passed"}


def test_the_first_screen_has_a_complete_test() -> None:
    """A newcomer sees what a test looks like without scrolling."""
    first = blocks("python")[0]
    assert "def test_" in first
    assert "assert" in first
    assert README[: README.index(first) + len(first)].count("\n") <= 40


@pytest.mark.parametrize(
    ("variable", "end"),
    [
        ("tests", ".venv/bin/coverage run -m pytest && .venv/bin/coverage report"),
        ("examples", ".venv/bin/pytest examples"),
    ],
)
def test_ci_runs_the_commands_of_the_readme(variable: str, end: str) -> None:
    """It takes them from the README and has no copy, so that the two cannot drift apart."""
    assert f"{SET_UP}{end}\n" in blocks("console")
    script = (ROOT / ".ci" / "run").read_text()
    assert "pip install" not in script
    [extraction] = re.findall(rf"^{variable}=.*$", script, flags=re.MULTILINE)
    extracted = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f'{extraction}\nprintf %s "${variable}"'],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert extracted.stdout == SET_UP + end
    assert re.search(rf'^run "\${variable}"$', script, flags=re.MULTILINE)


def test_headings_that_messages_name_exist() -> None:
    """A message of the package that says "see ..." leads somewhere."""
    page = (ROOT / TROUBLESHOOTING).read_text(encoding="utf-8")
    headings = set(re.findall(r"^#+ (.*)$", page, flags=re.MULTILINE))
    named = {
        name
        for source in PACKAGE.rglob("*.py")
        for name in re.findall(r"\bsee\(['\"]([^'\"\n]+)['\"]", source.read_text())
    }
    assert named
    assert named <= headings


def test_links_within_the_readme_lead_somewhere() -> None:
    """Files exist, and an anchor is the slug of a heading."""
    slugs = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", README, flags=re.MULTILINE)
    }
    for target in re.findall(r"\]\((?!https:)([^)]+)\)", README):
        assert target[1:] in slugs if target.startswith("#") else (ROOT / target).exists(), target


def section(heading: str) -> str:
    [text] = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", README, flags=re.MULTILINE | re.DOTALL)
    return str(text)


def first_cells(text: str) -> set[str]:
    """The names in backticks in the first column of a section's tables."""
    cells = re.findall(r"^\| ([^|]*) \|", text, flags=re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\w+)[^`]*`", cell)}


def test_the_table_of_options_has_every_option() -> None:
    """And no other."""
    assert first_cells(section("The doors")) == {field.name for field in fields(Settings)}


def test_the_table_of_what_a_test_can_do_has_every_public_name() -> None:
    """And no other."""
    public = {name for name in vars(BedrockJobs) if not name.startswith("_")}
    assert first_cells(section("What a test can look at and do")) == {"bedrock_jobs"} | public


def test_the_table_of_faults_has_every_fault() -> None:
    """And no other; each row says whether the request was carried out."""
    table = section("Faults")
    made = {name for name, make in inspect.getmembers(faults, inspect.isfunction) if make.__module__ == faults.__name__}
    constants = {name for name, value in vars(faults).items() if repr(value).startswith("<fault: ")}
    assert {"lost_response", "PASS"} <= made | constants
    assert first_cells(table) == {name for name in made | constants if not name.startswith("_")}
    assert len(re.findall(r" \| (?:no|\**yes\**) \|$", table, flags=re.MULTILINE)) == len(first_cells(table))


def test_the_table_of_a_calls_record_has_every_attribute() -> None:
    """And no other."""
    properties = {name for name, _ in inspect.getmembers(Call, inspect.isdatadescriptor) if not name.startswith("_")}
    assert first_cells(section("What happened")) == properties


def test_the_list_of_mocked_operations_is_that_of_the_code() -> None:
    """Each operation once."""
    listed = re.findall(r"^- (`.*)$", section("What is mocked and what is not"), flags=re.MULTILINE)
    assert sorted(re.findall(r"`(\w+)`", " ".join(listed))) == sorted(OPERATIONS)


def test_each_row_of_the_last_table_has_a_source() -> None:
    """One of the words explained above the table, or AWS by name."""
    rows = re.findall(r"^\| (.*) \| (.*) \|$", section("Where the behaviour comes from"), flags=re.MULTILINE)
    assert rows
    for behaviour, source in rows[1:]:
        assert re.search(r"documented|boto3's page|seen|inferred|own|AWS's", source), behaviour
