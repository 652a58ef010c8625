"""Workflows and pre-commit run what .ci/run and nox have, and no copy of it that could differ."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHECKS = set(re.findall(r'^run "(\.venv/bin/(?:ruff|mypy)[^"]*)"$', (ROOT / ".ci" / "run").read_text(), re.MULTILINE))


@pytest.mark.parametrize("check", sorted(CHECKS))
def test_pre_commit_runs_the_quick_checks_of_ci(check):
    """Those that read the code without running it; the formatter may write."""
    hooks = re.findall(r"^ *entry: (.*)$", (ROOT / ".pre-commit-config.yaml").read_text(), flags=re.MULTILINE)
    command = check.removesuffix(" .").removesuffix(" --check")
    assert {hook.removesuffix(" --fix") for hook in hooks} >= {command, ".ci/run"}


@pytest.mark.parametrize("workflow", ["ci", "release"])
def test_the_workflows_of_changes_and_of_releases_run_everything(workflow):
    """A release passes what a change passes."""
    assert "- run: .ci/run\n" in (ROOT / ".github" / "workflows" / f"{workflow}.yml").read_text()


def test_the_matrix_has_sessions_that_nox_has():
    """Each by its name, on the Python that it names."""
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    noxfile = (ROOT / "noxfile.py").read_text()
    sessions = set(re.findall(r"^def (\w+)\(session: nox\.Session\)", noxfile, flags=re.MULTILINE))
    matrix = re.findall(r'session: ([a-z0-9]+)(?:-([0-9.]+))?, python: "([0-9.]+)"', workflow)
    assert len(matrix) == workflow.count("{ session: ")
    for session, python, installed in matrix:
        assert session in sessions
        assert python in ("", installed)


def test_the_version_stands_in_one_place():
    """pyproject.toml; the release's tag and the pages are compared with it or read it."""
    version = re.search(r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(), flags=re.MULTILINE)[1]
    for path in [*ROOT.glob("pytest_bedrock_jobs/**/*.py"), ROOT / "docs" / "conf.py", *ROOT.glob(".github/**/*.yml")]:
        assert f'"{version}"' not in path.read_text(encoding="utf-8"), path
