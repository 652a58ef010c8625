"""Measure, and print the table.

Each family of rows runs in a separate process, so that no mock, patch or client of one affects another. All of them
stay on one processor: Python's threads take turns anyway, and code is half as fast for the first milliseconds on
another one, where new threads begin.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os

from .families import FAMILIES, measure, rows
from .measuring import FULL, QUICK, Effort
from .table import HEAD, line


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="The mock compared with its floors and peers."
    )
    parser.add_argument("--all", action="store_true", help="also what nobody feels: rows without a bound")
    parser.add_argument("--row", default="", metavar="TEXT", help="only rows with this in their name, or this family")
    parser.add_argument("--quick", action="store_true", help="rough figures: few rounds, and stores a fifth as large")
    parser.add_argument(
        "--cpu", action="store_true", help="the processor's time, for machines that are busy with other work"
    )
    parser.add_argument("--list", action="store_true", help="print the names of the rows, by family")
    options = parser.parse_args()
    kinds = (True, False) if options.all or options.row else (True,)
    groups = [
        (family, options.row, bounded)
        for bounded in kinds
        for family in FAMILIES
        if rows(family, options.row, bounded=bounded)
    ]
    if not groups:
        parser.error(f"no row has {options.row!r} in its name; --all --list prints them")
    if options.list:
        for family, part, bounded in groups:
            for row in rows(family, part, bounded=bounded):
                print(f"{family:12}{row.name}")
    else:
        _run(groups, QUICK if options.quick else FULL, options.cpu)


def _run(groups: list[tuple[str, str, bool]], effort: Effort, cpu: bool) -> None:
    if hasattr(os, "sched_setaffinity"):  # on Linux; processes inherit it
        os.sched_setaffinity(0, [max(os.sched_getaffinity(0))])
    print(line(*HEAD), flush=True)
    for group in groups:
        process = multiprocessing.get_context("spawn").Process(target=measure, args=(*group, effort, cpu))
        process.start()
        process.join()
        if process.exitcode:
            raise SystemExit(f"{group[0]}: the process ended with {process.exitcode}")


if __name__ == "__main__":
    main()
