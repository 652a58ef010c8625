"""The outcome of a call, as facts that can be compared, shown and pasted; and how far a check may go to get it."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

_MASKS = (
    (re.compile(r"\b[0-9]{12}\b"), "<account>"),
    (re.compile(r"(?<=/)[a-z0-9]{12}\b"), "<id>"),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "<uuid>"),
)


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


class Blocked(Exception):  # noqa: N818  # it is not an error of the suite
    """A check cannot be made here: the text says why."""


class NotThereError(Exception):
    """The target does not have an operation."""


class Observation:
    """The end of one API call.

    Attributes:
        status: The HTTP status.
        output: The fields of a success.
        headers: The HTTP headers, their names in small letters.
        code: The error code; None for a success.
        message: The error's text.
    """

    def __init__(
        self,
        status: int,
        output: Mapping[str, Any],
        headers: Mapping[str, str],
        code: str | None = None,
        message: str | None = None,
    ) -> None:
        self.status = status
        self.output = output
        self.headers = headers
        self.code = code
        self.message = message

    @property
    def facts(self) -> dict[str, Any]:
        """The facts that reports show."""
        if self.code:
            return {"status": self.status, "code": self.code, "message": self.message}
        return {"status": self.status, "fields": sorted(self.output)}


def refused(what: str, observation: Observation, code: str, status: int = 400, **more: Any) -> Finding:
    """The service must refuse this."""
    return Finding(what, {"status": status, "code": code, **more}, observation.facts)


def accepted(what: str, observation: Observation, status: int = 200) -> Finding:
    """The service must accept this."""
    return Finding(what, {"status": status, "code": None}, {"code": None, **observation.facts})


def fact(what: str, expected: Any, observed: Any) -> Finding:
    """One fact, such as an order or a value."""
    return Finding(what, {"value": expected}, {"value": observed})


def masked(value: Any, names: Mapping[str, str]) -> Any:
    """A copy that can be published: account numbers, ids and this run's names are replaced."""
    if isinstance(value, str):
        for name, replacement in names.items():
            value = value.replace(name, replacement)
        for pattern, replacement in _MASKS:
            value = pattern.sub(replacement, value)
        return value
    if isinstance(value, Mapping):
        return {key: masked(item, names) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [masked(item, names) for item in value]
    return value if value is None or isinstance(value, bool | int | float) else masked(str(value), names)
