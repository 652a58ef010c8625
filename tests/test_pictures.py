"""The pictures of the pages are what the command that draws them draws."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHECKED_IN = ROOT / "docs" / "_static"
PICTURES = sorted(path.name for path in CHECKED_IN.glob("*.svg"))


def lines_of(picture):
    """The lines of text in a picture."""
    written = (CHECKED_IN / picture).read_text(encoding="utf-8")
    return [html.unescape(line) for line in re.findall(r"<text [^>]*>(.*)</text>", written)]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A folder with the pictures, drawn now."""
    folder = tmp_path_factory.mktemp("pictures")
    command = [sys.executable, str(ROOT / "docs" / "pictures"), "--into", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_command_draws_all_pictures(drawn):
    """And no other."""
    assert sorted(path.name for path in drawn.iterdir()) == PICTURES


@pytest.mark.parametrize("picture", PICTURES)
def test_each_picture_is_as_the_command_draws_it(drawn, picture):
    """If this fails, `python docs/pictures` draws it anew; look at it before you commit it."""
    assert (CHECKED_IN / picture).read_text(encoding="utf-8") == (drawn / picture).read_text(encoding="utf-8")


@pytest.mark.parametrize("picture", PICTURES)
def test_each_picture_is_shown_on_a_page(picture):
    """With a text for those who do not see it."""
    pages = [path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md")]
    assert any(re.search(rf"!\[[^]]+\]\([./]*_static/{re.escape(picture)}\)", page) for page in pages)


def test_the_readme_shows_a_failed_test_s_report():
    """The plugin's part of it is what a newcomer would not expect."""
    assert re.search(r"!\[[^]]+\]\(docs/_static/failed-test\.svg\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert any(" bedrock_jobs " in line for line in lines_of("failed-test.svg"))


def test_the_text_for_readers_of_the_chart_has_its_numbers():
    """In their order."""
    page = (ROOT / "docs" / "explanation" / "speed.md").read_text(encoding="utf-8")
    [text] = re.findall(r"!\[([^]]+)\]\([./]*_static/benchmarks\.svg\)", page)
    shown = [line.split(" ms")[0] for line in lines_of("benchmarks.svg") if " ms" in line]
    assert [number.rstrip(".") for number in re.findall(r"(?<=[ :])\d[\d.]*(?![\d-])", text)] == shown
