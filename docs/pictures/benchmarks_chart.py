"""What a user feels of the benchmarks, beside moto and a Stubber, from the output of ``python -m benchmarks``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import svg

TABLE = Path(__file__).with_name("benchmarks.txt")
WIDTH, LEFT, RIGHT, BAR = 400, 16, 336, 14
TESTS = 200
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
SIDES = {"this mock": svg.BLUE, "a Stubber": svg.AMBER, "moto": svg.GREY}


class Bar(NamedTuple):
    """A side's time, and where the table of the benchmarks has it.

    Attributes:
        side: One of the sides.
        label: What is said of it.
        row: How the row begins.
        column: 0 for our time, 1 for the other side's.
        parts: How many of what the chart shows the row's time is.
    """

    side: str
    label: str
    row: str
    column: int
    parts: int = 1


SUITE = f"{TESTS} tests over {TESTS} empty ones, "
GROUPS = {
    "A test with three calls, beyond an empty test": (
        Bar("this mock", "with bedrock_jobs.client()", f"{SUITE}bedrock_jobs.client()  ", 0, TESTS),
        Bar("this mock", "with a new client", f"{SUITE}a client per test  ", 0, TESTS),
        Bar("a Stubber", "with a new client", f"{SUITE}a client per test  ", 1, TESTS),
        Bar("moto", "with a new client", f"{SUITE}a client per test, moto  ", 1, TESTS),
    ),
    "Starting and stopping a mock": (
        Bar("this mock", "", "start and stop of an empty mock  ", 0),
        Bar("moto", "", "start and stop of an empty mock  ", 1),
    ),
    "Polling a 45-minute import each minute": (
        Bar("this mock", "in virtual time", "polling a 45-minute import each minute  ", 0),
    ),
}


def draw() -> str:
    """Groups of bars on one scale, and a legend."""
    table = TABLE.read_text(encoding="utf-8").splitlines()
    groups = {name: [(bar, _milliseconds(table, bar)) for bar in bars] for name, bars in GROUPS.items()}
    longest = max(time for bars in groups.values() for _, time in bars)
    body = [svg.text(LEFT, 30, "Milliseconds: shorter is faster", 15, font_weight=600)]
    x = LEFT
    for side, colour in SIDES.items():
        body += [svg.rect(x, 46, 12, 12, fill=colour), svg.text(x + 18, 56, side, 12)]
        x += 44 + 7 * len(side)
    y = 74
    for group, bars in groups.items():
        y += 20
        body.append(svg.text(LEFT, y, group, 12, font_weight=600))
        y += 8
        for bar, time in bars:
            body += _drawn(y, bar, time, time / longest)
            y += BAR + 8
        y += 8
    title = "A test takes a fraction of its time with moto, and 0.5 or 1.5 of that with a Stubber"
    return svg.document(title, WIDTH, y + 8, body)


def _milliseconds(table: list[str], bar: Bar) -> float:
    """The time in the row, or the part of it that the chart shows."""
    [line] = [line for line in table if line.startswith(bar.row)]
    number, unit = re.findall(r"(\d[\d.]*) (us|ms|s)\b", line.removeprefix(bar.row))[bar.column]
    return float(number) * UNITS[unit] / bar.parts


def _drawn(y: float, bar: Bar, time: float, share: float) -> Iterator[str]:
    width = round(max(share * (RIGHT - LEFT), 2), 1)
    yield svg.rect(LEFT, y, width, BAR, fill=SIDES[bar.side])
    digits = 0 if time >= 1 else 1
    after = f"{time:.{digits}f} ms" if share > 0.5 else f"{time:.{digits}f} ms  {bar.label}"
    yield svg.text(LEFT + width + 6, y + 12, after, 12)
