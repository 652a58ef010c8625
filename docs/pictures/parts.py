"""The three parts of the package, and the way of a request through them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import svg

WIDTH, HEIGHT = 860, 424
UNCHANGED = """unchanged

boto3, aiobotocore:
build requests, sign
nothing, parse, retry,
raise"""
ARROWS = (
    (397, 88, 397, 150),
    (693, 88, 693, 150),
    (204, 190, 278, 190),
    (278, 222, 204, 222),
    (510, 190, 550, 190),
    (550, 222, 510, 222),
    (204, 348, 278, 348),
    (510, 348, 550, 348),
    (693, 300, 693, 330),
)
LABELS = (
    (407, 124, "activates"),
    (703, 124, "reads, adds, injects"),
    (216, 182, "request"),
    (216, 238, "response"),
    (222, 340, "sleep"),
    (517, 340, "time"),
)


def draw() -> str:
    """The top level above, the code under test and botocore at the left, the parts at the right."""
    body = [
        *_box((24, 24, 812, 64), "top level", "fixture, marker, decorator, context manager, BedrockJobs, report"),
        *_box((24, 150, 180, 250), "code under test", UNCHANGED, svg.GREY),
        *_box((278, 150, 232, 104), "interceptor", "hooks in botocore, aiobotocore;\nisolation, ready-made clients"),
        *_box((278, 296, 232, 104), "timekeeping", "virtual time: sleeping moves\nthe mock's clock"),
        *_box((550, 150, 286, 250), "service: Bedrock in memory", "dispatcher: fault, permission,\nconstraints, token"),
        *_box((572, 244, 242, 56), "operations", "one function per API operation", size=12),
        *_box((572, 330, 242, 56), "store", "what exists, and how jobs progress", size=12),
        *itertools.starmap(svg.arrow, ARROWS),
        *(svg.text(x, y, words, 11, fill=svg.GREY) for x, y, words in LABELS),
    ]
    return svg.document("The parts of the package, and a request's way through them", WIDTH, HEIGHT, body)


def _box(
    place: tuple[int, int, int, int], title: str, words: str, colour: str = svg.BLUE, size: int = 14
) -> Iterator[str]:
    x, y, _, _ = place
    yield svg.rect(*place, fill=svg.PAPER, stroke=colour, stroke_width=1.5, rx=6)
    yield svg.text(x + 14, y + size + 9, title, size, fill=colour, font_weight=600)
    for number, line in enumerate(words.splitlines()):
        yield svg.text(x + 14, y + size + 29 + 18 * number, line, size - 2)
