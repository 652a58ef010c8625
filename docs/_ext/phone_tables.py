"""Name the column in each cell of a table, so that a phone can show a row's cells one below the other."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Any

from sphinx.application import Sphinx


def label_cells(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Add the heading of its column to each cell of the page's tables; custom.css shows it."""
    if "body" in context:
        context["body"] = re.sub(r"<table\b.*?</table>", _labelled, context["body"], flags=re.DOTALL)


def _labelled(table: re.Match[str]) -> str:
    headings = [
        " ".join(unescape(re.sub(r"<[^>]+>", "", cell)).split())
        for cell in re.findall(r"<th\b[^>]*>(.*?)</th>", table[0], flags=re.DOTALL)
    ]

    def row(match: re.Match[str]) -> str:
        columns = iter(headings)
        return re.sub(r"<td\b", lambda _: f'<td data-column="{escape(next(columns))}"', match[0])

    return re.sub(r"<tr\b.*?</tr>", row, table[0], flags=re.DOTALL) if headings else table[0]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the event handler."""
    app.connect("html-page-context", label_cells)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
