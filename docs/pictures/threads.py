"""Threads that sleep in virtual time: the clock jumps from one wake-up to the next."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import svg

WIDTH, HEIGHT, LEFT, RIGHT, END = 400, 300, 16, 384, 300
SLEEPS = {"thread 1: sleep(60)": 60, "thread 2: sleep(90)": 90, "event loop: asyncio.sleep(150)": 150}
COLOURS = (svg.BLUE, svg.GREEN, svg.AMBER)


def draw() -> str:
    """A lane for each sleeper, and below them the clock."""
    body = [svg.text(16, 28, "Sleeping side by side", 16, font_weight=600)]
    for number, (name, seconds) in enumerate(SLEEPS.items()):
        body += _lane(58 + 56 * number, name, range(0, END + 1, seconds), COLOURS[number])
    wakes = sorted({wake for seconds in SLEEPS.values() for wake in range(0, END + 1, seconds)})
    y = 242
    body.append(svg.text(LEFT, y - 16, "the clock jumps to the next wake-up", 12, font_weight=600))
    for before, after in itertools.pairwise(wakes):
        middle = (_x(before) + _x(after)) / 2
        path = f"M {_x(before):g} {y} Q {middle:g} {y - 22} {_x(after) - 2:g} {y - 2}"
        body.append(svg.tag("path", d=path, fill="none", stroke=svg.GREY, stroke_width=1.5))
    for wake in wakes:
        body.append(svg.tag("circle", cx=_x(wake), cy=y, r=3, fill=svg.INK))
        body.append(svg.text(_x(wake), y + 18, str(wake), 11, text_anchor="middle", fill=svg.GREY))
    body.append(svg.text(LEFT, y + 40, "seconds, none of which really pass", 11, fill=svg.GREY))
    title = "Two threads and an event loop sleep in virtual time, and wake in the order in which they would have woken"
    return svg.document(title, WIDTH, HEIGHT, body)


def _lane(y: float, name: str, wakes: range, colour: str) -> Iterator[str]:
    yield svg.text(LEFT, y, name, 12, fill=colour, font_weight=600)
    yield svg.line(_x(0), y + 18, _x(wakes[-1]), y + 18, stroke=colour, stroke_width=2, stroke_dasharray="2 4")
    for wake in wakes:
        yield svg.tag("circle", cx=_x(wake), cy=y + 18, r=5, fill=svg.PAPER, stroke=colour, stroke_width=2.5)


def _x(seconds: float) -> float:
    return round(LEFT + 8 + seconds / END * (RIGHT - LEFT - 16), 1)
