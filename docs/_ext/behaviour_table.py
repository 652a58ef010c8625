"""The directive ``behaviour-table``: the rows of ``behaviour.json`` as tables, one for each operation."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROWS = Path(__file__).parents[1] / "behaviour.json"


class BehaviourTable(SphinxDirective):
    """Write the tables as Markdown, and let the page's own parser read them."""

    def run(self) -> list[nodes.Node]:
        """One heading and one table for each run of rows with the same operation."""
        self.env.note_dependency(str(ROWS))
        rows = json.loads(ROWS.read_text(encoding="utf-8"))
        lines = [
            line
            for operation, group in itertools.groupby(rows, key=lambda row: row["operation"])
            for line in table_of(operation, list(group))
        ]
        container = nodes.container()
        self.state.nested_parse(StringList(lines, source=str(ROWS)), 0, container)
        return container.children


def table_of(operation: str, rows: list[dict[str, str]]) -> list[str]:
    """The Markdown of one operation's table."""
    return [
        f"**{operation}**",
        "",
        "| Id | Rule | Source | Verified on AWS |",
        "|---|---|---|---|",
        *(f"| `{row['id']}` | {row['rule']} | {source_of(row)} | {row['verified'] or 'not yet'} |" for row in rows),
        "",
    ]


def source_of(row: dict[str, str]) -> str:
    """The kind of source, and what else there is to say of it."""
    return f"{row['source']}; {row['note']}" if row["note"] else row["source"]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("behaviour-table", BehaviourTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
