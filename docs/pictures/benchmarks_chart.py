"""The benchmarks as a chart: the time of the mock compared with others, from the output of ``python -m benchmarks``."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import svg

TABLE = Path(__file__).with_name("benchmarks.txt")
WIDTH, ROW, LEFT, RIGHT = 860, 20, 410, 790
SMALLEST, LARGEST = 0.02, 1.6
TICKS = (0.02, 0.05, 0.1, 0.2, 0.5, 1)


class Bar(NamedTuple):
    """One row of the table that has a peer."""

    name: str
    beside: str
    low: float
    ratio: float
    high: float


def draw() -> str:
    """A bar for each row, in groups by what they are compared with."""
    bars = list(_bars(TABLE.read_text(encoding="utf-8")))
    groups = [(peer, [bar for bar in bars if bar.beside == peer]) for peer in dict.fromkeys(bar.beside for bar in bars)]
    height = 96 + ROW * len(bars) + 30 * len(groups)
    body = [
        svg.text(24, 32, "Time compared with others: shorter is faster", 18, font_weight=600),
        svg.text(
            24, 52, "ratio on a logarithmic scale, with quartiles; the line at 1 is the other side", 12, fill=svg.GREY
        ),
    ]
    for tick in TICKS:
        colour, thickness = (svg.GREY, 1.5) if tick == 1 else (svg.LINE, 1)
        body.append(svg.line(_x(tick), 72, _x(tick), height - 24, stroke=colour, stroke_width=thickness))
        body.append(svg.text(_x(tick), height - 10, f"{tick:g}", 11, fill=svg.GREY, text_anchor="middle"))
    y = 62
    for peer, group in groups:
        y += 30
        body.append(svg.text(24, y, f"compared with {peer}", 12, font_weight=600))
        for bar in group:
            y += ROW
            body += _row(y, bar)
    return svg.document("Benchmarks: time of the mock compared with others", WIDTH, height, body)


def _bars(table: str) -> Iterator[Bar]:
    """The rows with a ratio that are not floors of other rows."""
    for line in table.splitlines():
        cells = re.split(r" {2,}", line.strip())
        ratio = re.search(r"  (\d+\.\d+) \((\d+\.\d+)-(\d+\.\d+)\)", line)
        if ratio and "floor" not in cells[0]:
            middle, low, high = map(float, ratio.groups())
            peer = "moto" if cells[1].startswith("moto") else cells[1]
            yield Bar(cells[0].removesuffix(", moto").removesuffix(", nothing signed"), peer, low, middle, high)


def _row(y: float, bar: Bar) -> Iterator[str]:
    faster = bar.ratio <= 1
    yield svg.text(36, y, bar.name, 12)
    yield svg.rect(LEFT, y - 10, _x(bar.ratio) - LEFT, 12, fill="#8cc8ff" if faster else "#ffc680")
    yield svg.line(_x(bar.low), y - 4, _x(bar.high), y - 4, stroke=svg.INK)
    yield svg.text(WIDTH - 16, y, f"{bar.ratio:.2f}", 11, fill=svg.GREY, text_anchor="end")


def _x(ratio: float) -> float:
    """The place of a ratio; beyond the ends it stays at them."""
    share = math.log(min(max(ratio, SMALLEST), LARGEST) / SMALLEST) / math.log(LARGEST / SMALLEST)
    return round(LEFT + share * (RIGHT - LEFT), 1)
