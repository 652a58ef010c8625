"""Checks: each has the id of its row, what it costs on AWS, and a function that observes a target."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .target import Target


class Level(enum.IntEnum):
    """What checks cost on AWS; each level includes those before it."""

    FREE = 0
    TAGS = 1
    IMPORT = 2


MEANING = {
    Level.FREE: "requests that AWS must refuse, reads and lists; creates name a role that cannot be assumed",
    Level.TAGS: "adds tags to a custom model that you name, and removes them",
    Level.IMPORT: "imports, copies and registers models: hours, and money for storage until they are deleted",
}


class Finding(NamedTuple):
    """One comparison.

    Attributes:
        what: What was tried.
        expected: What the rule says, by name.
        observed: What the target did; names that ``expected`` does not have are shown, and not compared.
    """

    what: str
    expected: Mapping[str, Any]
    observed: Mapping[str, Any]

    @property
    def same(self) -> bool:
        """Whether the target did what the rule says."""
        return all(self.observed.get(name) == value for name, value in self.expected.items())


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

Run = Callable[["Target"], "list[Finding]"]


def check(row: str, level: Level = Level.FREE, **mock_options: Any) -> Callable[[Run], Run]:
    """Register a function as the check of a row."""

    def register(run: Run) -> Run:
        if row in CHECKS:
            raise ValueError(f"two checks of the row {row}")
        CHECKS[row] = Check(row, level, run, mock_options)
        return run

    return register


class Blocked(Exception):  # noqa: N818  # it is not an error of the suite
    """A check cannot be made here: the text says why."""


class NotThereError(Exception):
    """The target does not have an operation."""
