"""The code of the pages under mypy: names, attributes and arguments that do not exist are found there too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from code_blocks import blocks

DOCS = Path(__file__).parents[1] / "docs"
_FIXTURE = re.compile(r"(def \w+\([^)]*?)\b(\w*bedrock_jobs)(?=[,)])")


def test_mypy_accepts_the_pages(tmp_path):
    """With the fixtures' type; the values of boto3's own arguments are no matter of this package."""
    mypy = pytest.importorskip("mypy.api")
    for page in DOCS.rglob("*.md"):
        for number, block in enumerate(blocks(page.read_text(encoding="utf-8"), "python"), 1):
            code = _FIXTURE.sub(r'\1\2: "BedrockJobs"', block)
            module = f"{page.stem.replace('-', '_')}_{number}.py"
            (tmp_path / module).write_text(f"from pytest_bedrock_jobs import BedrockJobs\n{code}", encoding="utf-8")

    report, errors, _ = mypy.run(
        [
            "--config-file=",
            f"--cache-dir={tmp_path / 'cache'}",
            "--check-untyped-defs",
            "--ignore-missing-imports",
            "--disable-error-code=arg-type",
            "--disable-error-code=union-attr",
            "--disable-error-code=index",
            str(tmp_path),
        ]
    )

    assert report.startswith("Success: "), report + errors
