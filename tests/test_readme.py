"""The README holds what it says: its code runs, its commands are the ones CI runs, its names are those of the code."""

import re
import subprocess
from pathlib import Path

import pytest
from code_blocks import blocks

from pytest_bedrock_jobs.service.operations import OPERATIONS
from pytest_bedrock_jobs.service.options import OPTIONS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = [pytest.param(block, id=f"block{number}") for number, block in enumerate(blocks(README, "python"), 1)]
SET_UP = "python3 -m venv --upgrade-deps .venv && .venv/bin/pip install -q -e '.[aio,server,time]' --group dev && "


def section(heading):
    [text] = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", README, flags=re.MULTILINE | re.DOTALL)
    return text


@pytest.mark.parametrize("block", BLOCKS)
def test_every_python_block_is_a_passing_test_module(pytester, block):
    """Copied into an empty directory, without a word added."""
    pytester.makepyfile(test_block=block)

    outcomes = pytester.runpytest_inprocess("-W", "error", "--strict-markers").parseoutcomes()

    assert set(outcomes) == {"passed"}


def test_it_has_at_most_180_lines():
    """What does not fit belongs on a page."""
    assert README.count("\n") <= 180


def test_the_first_screen_has_a_complete_test():
    """A newcomer sees what a test looks like without scrolling."""
    first = blocks(README, "python")[0]
    assert "def test_" in first
    assert "assert" in first
    assert README[: README.index(first) + len(first)].count("\n") <= 45


@pytest.mark.parametrize(
    ("variable", "end"),
    [
        ("tests", ".venv/bin/coverage run -m pytest && .venv/bin/coverage report"),
        ("examples", ".venv/bin/pytest examples"),
    ],
)
def test_ci_runs_the_commands_of_the_readme(variable, end):
    """It takes them from the README and has no copy, so that the two cannot drift apart."""
    assert f"{SET_UP}{end}\n" in blocks(README, "sh")
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


def test_it_has_no_link_that_breaks_elsewhere():
    """Package indexes show it without the repository: a link leads within the page or to another site."""
    slugs = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", README, flags=re.MULTILINE)
    }
    for target in re.findall(r"\]\((?!https:)([^)]+)\)", README):
        assert target.startswith("#"), target
        assert target[1:] in slugs, target


def test_the_paths_that_it_names_exist():
    """Files and folders in backticks."""
    named = re.findall(r"`((?:docs|examples|tests|conformance)/[^`]*|[A-Z]+\.md)`", README)
    assert named
    for path in named:
        assert (ROOT / path).exists(), path


def test_it_names_every_option():
    """The pages explain them."""
    named = re.findall(r"`(\w+)`", section("Ways to activate it").partition("|")[0])
    assert set(named) - {"BedrockJobs"} == set(OPTIONS)


def test_the_list_of_mocked_operations_is_that_of_the_code():
    """Each operation once."""
    listed = re.findall(r"^- (`.*)$", section("What is mocked and what is not"), flags=re.MULTILINE)
    assert sorted(re.findall(r"`(\w+)`", " ".join(listed))) == sorted(OPERATIONS)
