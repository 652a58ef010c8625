"""One vocabulary in everything that is read: the terms of the field, and one word for one thing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
READ = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "docs/behaviour.json", "examples/*.py", ".github/**/*.yml", "noxfile.py")
    for path in ROOT.glob(pattern)
)
# What was said once, and what is said instead.
INSTEAD = {
    r"\bdoors?\b": "a way to activate the mock",
    r"\bby looks?\b|\ba look\b": "polls",
    r'"hand"|\bby hand or\b': "manual",
    r"\barm(?:ed|s|ing)?\b": "inject",
    r"\banswer(?:s|ed|ing)?\b": "response, respond",
    r"(?<![.\d])\bmembers?\b(?! must\b)(?!\.)(?!:)": "field",
    r"\bworlds?\b": "what a test adds",
    r"\btold\b|\btells\b": "returns, reports, says",
    r"\bnobody\b|\bmend\b|\bBeside moto\b|\bway out\b": "plain words",
}


CODE = sorted(
    path
    for folder in ("pytest_bedrock_jobs", "conformance", "benchmarks", "docs/pictures", "docs/_ext")
    for path in (ROOT / folder).rglob("*.py")
)
# Code has the service model's words too, such as `member`.
NOT_IN_CODE = (
    r"(?i)\btells\b|\btold\b|\banswer(?:s|ed|ing)?\b|\bsomebody\b|\bnobody(?:'s)?\b|\bminds\b|\bdoors\b|\bworlds\b"
    r"|\bstrikes?\b|\bin vain\b|\bmade up\b|\bcomes in its place\b|\brequests?(?: that| has| have)* (?:meets?|met)\b"
)


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_code_uses_them_too(path):
    """In names, comments, docstrings and messages."""
    assert re.findall(NOT_IN_CODE, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", READ, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_it_uses_the_words_of_the_vocabulary(path):
    """Not those that only their authors understood."""
    text = path.read_text(encoding="utf-8")
    used = {word: instead for word, instead in INSTEAD.items() if re.search(word, text)}
    assert not used
