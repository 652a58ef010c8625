"""As much SVG as the pictures need. Their colours follow the page, light or dark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace"
PROSE = "system-ui, 'Segoe UI', Helvetica, Arial, sans-serif"
COLOURS = {  # each on a light page, and on a dark one
    "ink": ("#24292f", "#d1d7e0"),
    "paper": ("#ffffff", "#1b1f24"),
    "line": ("#d0d7de", "#4a525c"),
    "grey": ("#57606a", "#9aa4af"),
    "blue": ("#0969da", "#6cb6ff"),
    "green": ("#1a7f37", "#57ab5a"),
    "red": ("#cf222e", "#ff7b72"),
    "amber": ("#9a6700", "#d4a72c"),
}
INK, PAPER, LINE, GREY, BLUE, GREEN, RED, AMBER = (f"var(--{name})" for name in COLOURS)


def document(title: str, width: int, height: int, body: Iterable[str], paper: str = PAPER) -> str:
    """A picture with a title, which screen readers read."""
    light, dark = (" ".join(f"--{name}: {both[page]};" for name, both in COLOURS.items()) for page in (0, 1))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'role="img" aria-label="{escape(title)}">',
            f"<title>{escape(title)}</title>",
            f"<style>:root {{ {light} }} @media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}</style>",
            rect(0.5, 0.5, width - 1, height - 1, fill=paper, stroke=LINE, rx=8),
            *body,
            "</svg>\n",
        ]
    )


def tag(name: str, content: str = "", **attributes: object) -> str:
    """An element; ``_`` in the name of an attribute stands for ``-``."""
    written = " ".join(f'{key.replace("_", "-")}="{escape(str(value))}"' for key, value in attributes.items())
    return f"<{name} {written}>{content}</{name}>" if content else f"<{name} {written}/>"


def rect(x: float, y: float, width: float, height: float, **attributes: object) -> str:
    """A rectangle."""
    return tag("rect", x=x, y=y, width=width, height=height, **attributes)


def text(x: float, y: float, words: str, size: int = 13, *, fill: str = INK, font: str = PROSE, **more: object) -> str:
    """One line of text; its spaces stay as they are."""
    style = "white-space: pre"
    return tag("text", escape(words), x=x, y=y, font_size=size, font_family=font, fill=fill, style=style, **more)


def line(x1: float, y1: float, x2: float, y2: float, **attributes: object) -> str:
    """A straight line."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, **attributes)


def lines(x: float, y: float, words: str, size: int = 13, leading: int = 18, **style: Any) -> Iterator[str]:
    """Several lines of text, one below the other."""
    for number, one in enumerate(words.splitlines()):
        yield text(x, y + leading * number, one, size, **style)


def box(place: tuple[float, float, float, float], title: str, words: str = "", colour: str = BLUE) -> Iterator[str]:
    """A box with a title, and lines of text in it."""
    x, y, _, _ = place
    yield rect(*place, fill=PAPER, stroke=colour, stroke_width=1.5, rx=6)
    yield text(x + 12, y + 22, title, 14, fill=colour, font_weight=600)
    yield from lines(x + 12, y + 42, words, 12)


def arrow(x1: float, y1: float, x2: float, y2: float) -> str:
    """A horizontal or vertical arrow."""
    along, across = (0, 1) if x1 == x2 else (1, 0)
    back = -6 if (x2 - x1) + (y2 - y1) > 0 else 6
    head = [
        (x2, y2),
        (x2 + back * along - 4 * across, y2 + back * across - 4 * along),
        (x2 + back * along + 4 * across, y2 + back * across + 4 * along),
    ]
    points = " ".join(f"{x:g},{y:g}" for x, y in head)
    return line(x1, y1, x2, y2, stroke=GREY, stroke_width=1.5) + tag("polygon", points=points, fill=GREY)
