"""The families of rows, one module each."""

from __future__ import annotations

import importlib

from .measuring import CLOCK, SHOWN, Effort, Row
from .table import row_line

FAMILIES = ("starts", "suites", "calls", "polling", "mocks", "moto_calls", "aio", "scale", "pages", "memory", "threads")


def rows(family: str, part: str, *, bounded: bool) -> list[Row]:
    """The rows of a family that have a bound, or none, and this part in their names, unless it is the family's name."""
    found: tuple[Row, ...] = importlib.import_module(f"{__package__}.{family}").ROWS
    named = [row for row in found if part == family or part.lower() in row.name.lower()]
    return [row for row in named if (row.bound != SHOWN) == bounded]


def measure(family: str, part: str, bounded: bool, effort: Effort, cpu: bool) -> None:
    """Measure these rows, in the processor's time if so, and print each as soon as it is known."""
    CLOCK.cpu = cpu
    for row in rows(family, part, bounded=bounded):
        print(row_line(row, row.measure(effort)), flush=True)
