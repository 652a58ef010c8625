"""Which model can be copied, deployed, provisioned and invoked, by AWS's rules."""

from __future__ import annotations

from collections.abc import Iterator

import svg

WIDTH, HEIGHT = 400, 484
LEFT, RIGHT, BOX = 12, 206, 182


def draw() -> str:
    """Imported models at the left, custom models at the right."""
    title = "An imported model can only be invoked; a custom model can be copied, deployed and provisioned"
    return svg.document(title, WIDTH, HEIGHT, _body())


def _body() -> Iterator[str]:
    yield from svg.box((LEFT, 12, BOX, 34), "files in S3", "", svg.GREY)
    yield from svg.box((RIGHT, 12, BOX, 34), "files or training data", "", svg.GREY)
    yield from _step(LEFT, 46, 82, "CreateModelImportJob")
    yield svg.arrow(RIGHT + 20, 46, RIGHT + 20, 82)
    yield from svg.lines(RIGHT + 32, 60, "CreateCustomModel, or a\ncustomization job", 11, 14)
    yield from svg.box((LEFT, 82, BOX, 88), "imported model")
    yield from svg.lines(LEFT + 12, 124, "no copy\nno deployment\nno provisioned throughput", 12, fill=svg.RED)
    yield from svg.box((RIGHT, 82, BOX, 88), "custom model", "one's own, or shared\nby another account")
    yield from _step(RIGHT, 170, 206, "CreateModelCopyJob")
    yield from svg.box((RIGHT, 206, BOX, 88), "its copy", "a custom model of one's\nown, in the Region of\nthe request")
    yield svg.arrow(RIGHT + 20, 294, RIGHT + 20, 316)
    words = "or provisioned throughput\nof a copy, or of a model\nthat is one's own already"
    yield from svg.box((RIGHT, 316, BOX, 88), "deployment", words)
    yield svg.arrow(LEFT + 20, 170, LEFT + 20, 438)
    yield svg.text(LEFT + 32, 424, "InvokeModel, Converse", 11, font=svg.FONT)
    yield svg.arrow(RIGHT + 20, 404, RIGHT + 20, 438)
    yield svg.rect(LEFT, 438, WIDTH - 2 * LEFT, 34, fill=svg.PAPER, stroke=svg.GREEN, stroke_width=1.5, rx=6)
    yield svg.text(LEFT + 12, 460, "responses, by the ARN of what the arrow comes from", 12)


def _step(x: float, above: float, below: float, label: str) -> Iterator[str]:
    yield svg.arrow(x + 20, above, x + 20, below)
    yield svg.text(x + 32, (above + below) / 2 + 4, label, 11, font=svg.FONT)
