"""The results: a table, a JSON file, and the differences between two of those."""

from __future__ import annotations

import collections
import json
from collections.abc import Iterable, Mapping
from typing import Any

from .running import DIFFERENT, EXPECTED, KNOWN, Row


def table(rows: Iterable[Row]) -> str:
    """The rows that are not as expected, with what was observed, and the counts of all."""
    rows = list(rows)
    lines = [line for row in rows if row.result not in EXPECTED or row.result == KNOWN for line in _lines(row)]
    counts = collections.Counter(row.result for row in rows)
    counted = ", ".join(f"{number} {result}" for result, number in counts.most_common())
    return "\n".join([*lines, f"{len(rows)} rows: {counted}"])


def _lines(row: Row) -> list[str]:
    lines = [f"{row.id}: {row.result}{': ' + row.reason if row.reason else ''}", f"    {row.rule} [{row.source}]"]
    for found in row.findings:
        if not found["same"]:
            lines += [
                f"    {found['what']}",
                f"      expected {_short(found['expected'])}",
                f"      observed {_short(found['observed'])}",
            ]
    return lines


def _short(facts: Mapping[str, Any]) -> str:
    return json.dumps(facts, ensure_ascii=False)


def as_json(target: str, rows: Iterable[Row], versions: Mapping[str, str]) -> str:
    """The file: the target, the versions and every row."""
    content = {"target": target, "versions": dict(versions), "rows": [row._asdict() for row in rows]}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def comparison(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[str]:
    """The differences between two files: rows that only one has, results, and facts that were observed.

    Args:
        first: What one of the files contains.
        second: What the other one contains.
    """
    sides = [{row["id"]: row for row in side["rows"]} for side in (first, second)]
    names = [str(first["target"]), str(second["target"])]
    lines = []
    for name in dict.fromkeys([*sides[0], *sides[1]]):
        rows = [side.get(name) for side in sides]
        if rows[0] is None or rows[1] is None:
            lines.append(f"{name}: only in {names[rows.index(None) ^ 1]}")
            continue
        seen = [{found["what"]: found["observed"] for found in row["findings"]} for row in rows if row]
        if rows[0]["result"] != rows[1]["result"]:
            lines.append(f"{name}: {names[0]} {rows[0]['result']}, {names[1]} {rows[1]['result']}")
        elif seen[0] != seen[1]:
            lines.append(f"{name}: both {rows[0]['result']}, with other facts")
        else:
            continue
        for what in dict.fromkeys([*seen[0], *seen[1]]):
            if seen[0].get(what) != seen[1].get(what):
                lines += [
                    f"    {what}",
                    *(
                        f"      {side}: {_short(facts.get(what) or {})}"
                        for side, facts in zip(names, seen, strict=True)
                    ),
                ]
    return lines


def is_as_expected(rows: Iterable[Row]) -> bool:
    """Whether the exit status is 0."""
    return all(row.result in EXPECTED for row in rows)


__all__ = ["DIFFERENT", "as_json", "comparison", "is_as_expected", "table"]
