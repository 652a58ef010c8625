"""The README holds what it says: its code runs, its commands are the ones CI runs, its names are those of the code."""

import re
import subprocess
from pathlib import Path

import pytest
from code_blocks import blocks

from pytest_bedrock_jobs.service.options import OPTIONS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CODE, WITH_A_MAGIC_MOCK, WITH_THE_FIXTURE, *EXAMPLES = blocks(README, "python")
SET_UP = "python3 -m venv --upgrade-deps .venv && .venv/bin/pip install -q -e '.[aio,server,time]' --group dev && "


def section(heading):
    """The text below a heading."""
    [text] = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", README, flags=re.MULTILINE | re.DOTALL)
    return text


def outcomes(pytester, *code):
    """What comes of it as a test module, without a word added."""
    pytester.makepyfile(test_block="\n\n".join(code))
    return pytester.runpytest_inprocess("-W", "error", "--strict-markers").parseoutcomes()


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_a_passing_test_module(pytester, example):
    """Copied into an empty directory."""
    assert set(outcomes(pytester, example)) == {"passed"}


def test_the_bug_passes_with_a_magic_mock_and_fails_with_the_fixture(pytester):
    """The bug passes with a MagicMock and fails with the fixture, which the corrected code passes."""
    assert outcomes(pytester, CODE, WITH_A_MAGIC_MOCK) == {"passed": 1}
    assert outcomes(pytester, CODE, WITH_THE_FIXTURE) == {"failed": 1}
    assert outcomes(pytester, CODE.replace("Complete", "Completed"), WITH_THE_FIXTURE) == {"passed": 1}


def test_the_readme_has_at_most_110_lines():
    """What does not fit belongs on a page."""
    assert README.count("\n") <= 110


def test_the_readme_begins_with_one_short_sentence():
    """Of at most twelve words."""
    sentence = README.splitlines()[2]
    assert sentence.endswith(".")
    assert len(sentence.split()) <= 12


def test_the_first_example_needs_nothing_but_the_fixture():
    """In at most ten lines, and on the first two screens."""
    first = EXAMPLES[0]
    assert first.count("\n") <= 10
    assert "pytest" not in first
    assert README[: README.index(first) + len(first)].count("\n") <= 45


@pytest.mark.parametrize(
    ("variable", "end", "run"),
    [
        ("examples", ".venv/bin/pytest examples", '"$examples"'),
        (
            "tests",
            ".venv/bin/coverage erase && .venv/bin/coverage run -m pytest -n auto --dist worksteal"
            " && .venv/bin/coverage combine -q && .venv/bin/coverage report",
            '"${tests#"$set_up"}"',  # what both begin with is run once
        ),
    ],
)
def test_ci_runs_the_commands_of_the_readme(variable, end, run):
    """It takes them from the README and has no copy, so that the two cannot drift apart."""
    assert f"{SET_UP}{end}\n" in "".join(blocks(README, "sh"))
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
    assert f"\nrun {run}\n" in script


def test_links_of_the_readme_lead_to_files_of_the_repository():
    """To a file; the package's description has only their text, see pyproject.toml."""
    targets = re.findall(r"\]\((?!https:)([^)#]+)[^)]*\)", README)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_each_page_that_the_readme_names_is_a_link():
    """A name in backticks could not be clicked."""
    assert not re.findall(r"`[^`]*\.md`", README)


def test_the_options_that_the_readme_names_exist():
    """As options of the mock, and with the prefix of an ini option."""
    text = section("Options, and ways to activate it")
    named = {*re.findall(r"`(\w+)(?:=\w+)?`", text.partition("|")[0]), *re.findall(r"bedrock_jobs_(\w+) =", text)}
    assert named == {"progress", "quotas", "region", "virtual_time"}
    assert named <= set(OPTIONS)
