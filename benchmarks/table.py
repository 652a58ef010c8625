"""The rows of the table as text."""

from __future__ import annotations

from .measuring import Bound, Measured, Row

_WIDTHS = (70, 32, 10, 10, 20, 19, 3)
HEAD = ("what", "beside", "ours", "peer", "ratio (quartiles)", "must be", "met")


def line(*cells: str) -> str:
    """One aligned line."""
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()


def row_line(row: Row, measured: Measured | str) -> str:
    """A row and what was measured, or why it was not."""
    if isinstance(measured, str):
        return line(row.name, row.beside, measured, "", "", _bound(row), "-")
    met = "" if row.bound == Bound() else "yes" if row.bound.met(measured) else "NO"
    peer = "" if measured.peer is None else _figure(measured.peer, row.unit)
    return line(row.name, row.beside, _figure(measured.ours, row.unit), peer, _ratio(row, measured), _bound(row), met)


def _ratio(row: Row, measured: Measured) -> str:
    if measured.ratios is None:
        return ""
    if row.bound.more is not None and measured.more is not None:
        return f"{_figure(measured.more, row.unit)} more"
    lower, middle, upper = measured.ratios
    return f"{middle:.3f} ({lower:.2f}-{upper:.2f})"


def _bound(row: Row) -> str:
    ratio, ours, more = row.bound
    limits = [] if ratio is None else [f"<= {ratio:.2f}"]
    limits += [] if ours is None else [f"< {_figure(ours, row.unit)}"]
    limits += [] if more is None else [f"< {_figure(more, row.unit)} more"]
    return ", ".join(limits) or "shown"


def _figure(value: float, unit: str) -> str:
    if unit == "B":
        return f"{value:.0f} B"
    if unit == "instr.":
        return f"{value / 1e6:.1f} M"
    for size, name in ((1.0, "s"), (1e-3, "ms"), (1e-6, "us")):
        if abs(value) >= size:
            return f"{value / size:.3g} {name}"
    return f"{value / 1e-6:.2g} us"
