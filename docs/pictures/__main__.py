"""Draw the pictures of the pages: ``python docs/pictures`` writes them all, each made from what it shows.

A test draws them again and compares. The chart of the benchmarks is drawn from ``benchmarks.txt``, the output of
``python -m benchmarks``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import benchmarks_chart
import failed_test
import fault_sequence
import models
import parts
import scopes
import threads
import timeline

PICTURES = {
    "benchmarks.svg": benchmarks_chart.draw,
    "failed-test.svg": failed_test.draw,
    "fault-sequence.svg": fault_sequence.draw,
    "job-timeline.svg": timeline.draw,
    "models.svg": models.draw,
    "parts.svg": parts.draw,
    "scopes.svg": scopes.draw,
    "threads.svg": threads.draw,
}


def main() -> None:
    """Write the pictures into the folder of the pages, or into another one."""
    parser = argparse.ArgumentParser(prog="python docs/pictures", description="Draw the pictures of the pages.")
    parser.add_argument("--into", type=Path, default=Path(__file__).parents[1] / "_static", metavar="FOLDER")
    folder = parser.parse_args().into
    for name, draw in PICTURES.items():
        (folder / name).write_text(draw(), encoding="utf-8")


if __name__ == "__main__":
    main()
