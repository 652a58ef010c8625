"""Measure, and print the table.

Each family of rows runs in a separate process, so that no mock, patch or client of one affects another.
"""

from __future__ import annotations

import argparse
import multiprocessing

from .families import FAMILIES, measure, rows
from .measuring import FULL, QUICK, Effort
from .table import HEAD, line


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="The mock compared with its floors and peers."
    )
    parser.add_argument("--row", default="", metavar="TEXT", help="only rows with this in their name, or this family")
    parser.add_argument("--quick", action="store_true", help="rough figures: few rounds, and stores a fifth as large")
    parser.add_argument(
        "--cpu", action="store_true", help="the processor's time, for machines that are busy with other work"
    )
    parser.add_argument("--list", action="store_true", help="print the names of the rows, by family")
    options = parser.parse_args()
    families = [family for family in FAMILIES if rows(family, options.row)]
    if not families:
        parser.error(f"no row has {options.row!r} in its name; --list prints them")
    if options.list:
        _list(families, options.row)
    else:
        _run(families, options.row, QUICK if options.quick else FULL, options.cpu)


def _list(families: list[str], part: str) -> None:
    for family in families:
        for row in rows(family, part):
            print(f"{family:12}{row.name}")


def _run(families: list[str], part: str, effort: Effort, cpu: bool) -> None:
    print(line(*HEAD), flush=True)
    for family in families:
        process = multiprocessing.get_context("spawn").Process(target=measure, args=(family, part, effort, cpu))
        process.start()
        process.join()
        if process.exitcode:
            raise SystemExit(f"{family}: the process ended with {process.exitcode}")


if __name__ == "__main__":
    main()
