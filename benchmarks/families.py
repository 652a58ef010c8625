"""The families of rows, one module each."""

from __future__ import annotations

import importlib

from .measuring import CLOCK, Effort, Row
from .table import row_line

FAMILIES = (
    "calls",
    "moto_calls",
    "aio",
    "mocks",
    "suites",
    "unused",
    "scale",
    "pages",
    "memory",
    "polling",
    "threads",
)


def rows(family: str, part: str) -> list[Row]:
    """The rows of a family that have this part in their name; all of them if it is the family's."""
    found: tuple[Row, ...] = importlib.import_module(f"{__package__}.{family}").ROWS
    return [row for row in found if part == family or part.lower() in row.name.lower()]


def measure(family: str, part: str, effort: Effort, cpu: bool) -> None:
    """Measure these rows, in the processor's time if so, and print each as soon as it is known."""
    CLOCK.cpu = cpu
    for row in rows(family, part):
        print(row_line(row, row.measure(effort)), flush=True)
