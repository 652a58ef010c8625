"""Mocks within each other: which of them responds to a test's calls."""

from __future__ import annotations

from collections.abc import Iterator

import svg

WIDTH, HEIGHT = 400, 432
TESTS = (
    ("def test_a(session_bedrock_jobs):", ()),
    ("def test_b(session_bedrock_jobs,\n           bedrock_jobs):", ("bedrock_jobs, for this test",)),
    ("def test_c(bedrock_jobs):", ("bedrock_jobs, for this test", "with mock_bedrock_jobs():")),
)
COLOURS = (svg.BLUE, svg.GREEN, svg.AMBER)


def draw() -> str:
    """The session's mock around three tests, two of which have mocks of their own."""
    body = [
        svg.text(16, 28, "The innermost mock responds", 16, font_weight=600),
        svg.rect(12, 44, WIDTH - 24, HEIGHT - 56, fill=svg.PAPER, stroke=COLOURS[0], stroke_width=2, rx=8),
        svg.text(24, 66, "session_bedrock_jobs, for the whole session", 12, fill=COLOURS[0], font_weight=600),
    ]
    y = 80
    for code, mocks in TESTS:
        height = 40 + 16 * code.count("\n") + 34 * len(mocks) + 26
        body += _test(y, height, code, mocks)
        y += height + 10
    title = "Of a session's mock, a test's own mock and a block's mock, the innermost one responds to a call"
    return svg.document(title, WIDTH, HEIGHT, body)


def _test(y: float, height: float, code: str, mocks: tuple[str, ...]) -> Iterator[str]:
    yield svg.rect(24, y, WIDTH - 48, height, fill=svg.PAPER, stroke=svg.LINE, rx=6)
    yield from svg.lines(34, y + 20, code, 12, 16, font=svg.FONT)
    x, top = 34, y + 30 + 16 * code.count("\n")
    for depth, name in enumerate(mocks, 1):
        right = WIDTH - 24 - 10 * depth
        yield svg.rect(x, top, right - x, y + height - top - 10 * depth, fill=svg.PAPER, stroke=COLOURS[depth], rx=6)
        yield svg.text(x + 10, top + 18, name, 12, fill=COLOURS[depth], font_weight=600)
        x, top = x + 10, top + 26
    yield svg.tag("circle", cx=x + 14, cy=top + 14, r=5, fill=COLOURS[len(mocks)])
    yield svg.text(x + 26, top + 18, "a call: this mock's response", 12, fill=COLOURS[len(mocks)])
