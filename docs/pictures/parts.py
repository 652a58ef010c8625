"""The three parts of the package, and the way of a request through them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import svg

WIDTH, HEIGHT = 860, 500
UNCHANGED = """unchanged

boto3, aiobotocore:
build requests, sign
nothing, parse, retry,
raise"""
ARROWS = (
    (397, 88, 397, 150),
    (693, 88, 693, 150),
    (204, 182, 278, 182),
    (278, 212, 204, 212),
    (510, 182, 550, 182),
    (550, 212, 510, 212),
    (204, 312, 278, 312),
    (510, 312, 550, 312),
    (204, 422, 278, 422),
    (278, 452, 204, 452),
    (510, 422, 550, 422),
    (550, 452, 510, 452),
)
LABELS = (
    (407, 124, "activates"),
    (703, 124, "reads, adds, injects"),
    (216, 174, "request"),
    (216, 228, "response"),
    (222, 304, "sleep"),
    (517, 304, "time"),
    (222, 414, "HTTP"),
)
ROOMS = {
    "wire": "codec, constraints",
    "faults": "what goes wrong",
    "operations": "one function each",
    "store": "what exists",
    "clock": "the one clock",
    "inference": "what models say",
}


def draw() -> str:
    """The top level above, the code under test and botocore at the left, the parts at the right."""
    body = [
        *_box((24, 24, 812, 64), "top level", "fixture, marker, decorator, context manager, BedrockJobs, report"),
        *_box((24, 150, 180, 206), "code under test", UNCHANGED, svg.GREY),
        *_box((24, 380, 180, 96), "other processes", "the AWS CLI, SDKs of\nother languages", svg.GREY),
        *_box((278, 150, 232, 96), "interceptor", "hooks in botocore, aiobotocore;\nisolation, ready-made clients"),
        *_box((278, 270, 232, 86), "timekeeping", "virtual time: sleeping moves\nthe mock's clock"),
        *_box((278, 380, 232, 96), "server", "the mock as an endpoint\non this machine"),
        *_box((550, 150, 286, 326), "service: Bedrock in memory", "dispatcher: a request from start to end"),
        *itertools.chain.from_iterable(_room(number, *room) for number, room in enumerate(ROOMS.items())),
        *itertools.starmap(svg.arrow, ARROWS),
        *(svg.text(x, y, words, 11, fill=svg.GREY) for x, y, words in LABELS),
    ]
    return svg.document("The parts of the package, and a request's way through them", WIDTH, HEIGHT, body)


def _room(number: int, name: str, words: str) -> Iterator[str]:
    return _box((562 + 132 * (number % 2), 214 + 86 * (number // 2), 126, 76), name, words, size=12)


def _box(
    place: tuple[int, int, int, int], title: str, words: str, colour: str = svg.BLUE, size: int = 14
) -> Iterator[str]:
    x, y, _, _ = place
    yield svg.rect(*place, fill=svg.PAPER, stroke=colour, stroke_width=1.5, rx=6)
    yield svg.text(x + 14, y + size + 9, title, size, fill=colour, font_weight=600)
    for number, line in enumerate(words.splitlines()):
        yield svg.text(x + 14, y + size + 29 + 18 * number, line, size - 2)
