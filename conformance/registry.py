"""Checks: each has the id of its row, what it costs on AWS, and a function that observes a target."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .observing import Finding, Level
from .target import Target


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes:
        row: The id of its row in ``docs/behaviour.json``, or of a rule of boto3's pages in ``specification.json``.
        level: What it costs on AWS.
        run: Returns the findings.
        mock_options: Options of the mock that the rule needs; other targets do not have them.
    """

    row: str
    level: Level
    run: Callable[[Target], list[Finding]]
    mock_options: Mapping[str, Any] = field(default_factory=dict)


CHECKS: dict[str, Check] = {}

Run: TypeAlias = Callable[[Target], list[Finding]]


def check(row: str, level: Level = Level.FREE, **mock_options: Any) -> Callable[[Run], Run]:
    """Register a function as the check of a row."""

    def register(run: Run) -> Run:
        if row in CHECKS:
            raise ValueError(f"two checks of the row {row}")
        CHECKS[row] = Check(row, level, run, mock_options)
        return run

    return register
