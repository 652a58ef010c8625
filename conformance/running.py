"""Run the checks against a target, one result for each row."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from . import checks as _checks
from .observing import Blocked, Finding, NotThereError, masked
from .registry import CHECKS, Check
from .target import Target

SAME, DIFFERENT, KNOWN = "same", "different", "known difference"
NOT_THERE, BLOCKED, NOT_RUN, NOT_OBSERVABLE = "not there", "blocked", "not run", "not observable"
EXPECTED = frozenset({SAME, KNOWN, NOT_RUN, NOT_OBSERVABLE})
"""Results that leave the exit status 0."""

_HERE = Path(__file__).parent
_assembled = _checks.__all__  # importing them registers the checks


class Row(NamedTuple):
    """One rule, and its result on the target.

    Attributes:
        id: The rule's id.
        rule: The rule.
        source: Where it comes from.
        level: What its check costs on AWS.
        result: One of the words above.
        reason: Why it was not run, or is a known difference.
        findings: What was compared.
    """

    id: str
    rule: str
    source: str
    level: str
    result: str
    reason: str
    findings: list[dict[str, Any]]


def rules() -> list[Mapping[str, str]]:
    """All rules: those of the page of behaviours, then those of boto3's pages."""
    files = (_HERE.parent / "docs" / "behaviour.json", _HERE / "specification.json")
    return [rule for file in files for rule in json.loads(file.read_text(encoding="utf-8"))]


def exceptions() -> Mapping[str, Any]:
    """The file of rules that cannot be observed, and of known and intended differences."""
    loaded: Mapping[str, Any] = json.loads((_HERE / "exceptions.json").read_text(encoding="utf-8"))
    return loaded


def run(target: Target, name: str, wanted: Callable[[str], bool], say: Callable[[str], None]) -> list[Row]:
    """Try every rule, and clean up whatever happens.

    Args:
        target: The target.
        name: Its name, by which known differences are found.
        wanted: Whether a rule, by its id, is to be tried.
        say: Prints a line.
    """
    known = exceptions()
    rows = []
    try:
        for rule in rules():
            if wanted(rule["id"]):
                rows.append(_row(target, rule, known["not observable"], known["known differences"].get(name, {})))
                say(f"{rows[-1].result:17} {rows[-1].id}")
    finally:
        target.clean_up(say)
    return rows


def _row(target: Target, rule: Mapping[str, str], not_observable: Mapping[str, str], known: Mapping[str, str]) -> Row:
    check = CHECKS.get(rule["id"])
    if check is None:
        reason = not_observable.get(rule["id"], "")
        return _made(rule, check, NOT_OBSERVABLE if reason else BLOCKED, reason or "it has no check", [])
    if check.level > target.level:
        return _made(rule, check, NOT_RUN, f"needs the level {check.level.name.lower()}", [])
    result, reason, findings = _tried(target, check)
    if result == DIFFERENT and rule["id"] in known:
        result, reason = KNOWN, known[rule["id"]]
    names = {target.run_id: "<run>"}
    shown = [
        masked({"what": found.what, "expected": found.expected, "observed": found.observed, "same": found.same}, names)
        for found in findings
    ]
    return _made(rule, check, result, masked(reason, names), shown)


def _tried(target: Target, check: Check) -> tuple[str, str, list[Finding]]:
    try:
        with target.ready(check.mock_options):
            findings = check.run(target)
    except NotThereError as error:
        return NOT_THERE, str(error), []
    except Blocked as error:
        return BLOCKED, str(error), []
    except (BotoCoreError, ClientError, KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        return DIFFERENT, f"the response cannot be read: {type(error).__name__}: {error}", []
    return (SAME if all(found.same for found in findings) else DIFFERENT), "", findings


def _made(
    rule: Mapping[str, str], check: Check | None, result: str, reason: str, findings: list[dict[str, Any]]
) -> Row:
    level = check.level.name.lower() if check else ""
    return Row(rule["id"], rule["rule"], rule["source"], level, result, reason, findings)
