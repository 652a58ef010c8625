"""Put the rows of ``behaviour.json`` where a page says ``<!-- behaviour.json -->``: one table for each operation."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

ROWS = Path(__file__).parents[1] / "behaviour.json"
MARK = "<!-- behaviour.json -->"
HEAD = """```{table}
:class: fixed rules

| Rule | Source | Verified on AWS | Id |
|---|---|---|---|"""


def insert_tables(app: Sphinx, page: str, source: list[str]) -> None:
    """Write the tables as Markdown before the page is parsed."""
    if MARK not in source[0]:
        return
    rows = json.loads(ROWS.read_text(encoding="utf-8"))
    tables = [
        table_of(operation, rows) for operation, rows in itertools.groupby(rows, key=lambda row: row["operation"])
    ]
    source[0] = source[0].replace(MARK, "\n\n".join(tables))


def table_of(operation: str, rows: Any) -> str:
    """The heading and the table of one operation."""
    lines = [
        f"| {row['rule']} | {source_of(row)} | {row['verified'] or 'not yet'} | `{row['id']}` |".replace("\n", " ")
        for row in rows
    ]
    return "\n".join([f"## {operation}\n", HEAD, *lines, "```"])


def source_of(row: dict[str, str]) -> str:
    """The kind of source, and what else there is to say of it."""
    return f"{row['source']}; {row['note']}" if row["note"] else row["source"]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the event handler."""
    app.connect("source-read", insert_tables)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
