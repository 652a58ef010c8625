"""What the pages share with the README is taken from it when they are built, so that the two cannot differ."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put a section of the README where a page has `<!-- README: its heading -->` (a hook of mkdocs)."""
    return re.sub(r"<!-- README: (.*) -->", lambda match: section(match[1]), markdown)


def section(heading: str) -> str:
    """The section's text; of its links only those to other sites stay links."""
    [text] = re.findall(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", README, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"\[([^]]+)\]\((?!https:)[^)]+\)", r"\1", text).strip()
