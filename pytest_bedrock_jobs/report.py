"""What happened, as a screen of text: for the report of a failed test."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .mock import BedrockJobs
from .records import Call, CopyJob, CustomModel, ImportedModel, ImportJob

_FIRST, _LAST = 3, 12
_WIDEST_VALUE = 40
_WIDEST_LINE = 160
_UNTOLD = ("clientRequestToken", "roleArn")
# Access key ids, Bedrock API keys and bearer tokens, should a parameter carry one.
_SECRET = re.compile(r"\b(?:(?:AKIA|ASIA)[A-Z0-9]{12,}|ABSK[A-Za-z0-9+/=]{16,})|(?i:bearer)\s+[\w.~+/=-]{8,}")


def report(jobs: BedrockJobs) -> str:
    """The calls in order, the jobs and models there are, and the faults still armed; empty if there is nothing."""
    resources: tuple[ImportJob | CopyJob | ImportedModel | CustomModel, ...]
    resources = (*jobs.import_jobs, *jobs.imported_models, *jobs.copy_jobs, *jobs.custom_models)
    lines = [
        *_table("calls", _runs(map(_call, jobs.calls))),
        *_table("jobs and models", [_resource(resource) for resource in resources]),
        *_table("faults still armed", [[repr(armed)] for armed in jobs.armed]),
    ]
    return _SECRET.sub("[secret]", "\n".join(line[:_WIDEST_LINE] for line in lines))


def _runs(rows: Iterable[list[str]]) -> list[list[str]]:
    """Rows that differ only in their time become one, with their number: polling fills no screen."""
    runs: list[list[str]] = []
    for _, run in itertools.groupby(rows, key=lambda row: row[1:]):
        first, *more = run
        runs.append([*first, f"x{len(more) + 1}" if more else ""])
    return runs


def _table(title: str, rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """Aligned rows under a title; of too many, the middle is cut, and it says so."""
    if not rows:
        return
    yield f"{title}:"
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    cut = len(rows) - _FIRST - _LAST
    for number, row in enumerate(rows):
        if number < _FIRST or number >= len(rows) - _LAST:
            yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        elif number == _FIRST:
            yield f"  ... {cut} not shown ..."


def _call(call: Call) -> list[str]:
    time = call.time.strftime("%H:%M:%S.%f")[:-3]
    return [time, call.region, call.operation, _answer(call), _parameters(call.parameters)]


def _answer(call: Call) -> str:
    """What each attempt met, runs of the same counted."""
    answers = call.answers or (call.error_code or "",)
    runs = [(answer, len(list(run))) for answer, run in itertools.groupby(answers)]
    text = " > ".join(answer if times == 1 else f"{answer} x{times}" for answer, times in runs)
    return f"{text}, token replayed" if call.replayed else text


def _parameters(parameters: Mapping[str, Any]) -> str:
    """The parameters that tell calls apart, structures by what is in them."""
    return " ".join(
        _parameters(value) if isinstance(value, dict) else f"{name}={_short(value)}"
        for name, value in parameters.items()
        if name not in _UNTOLD
    )


def _short(value: Any) -> str:
    """A value in few characters; of an ARN, what tells it from others."""
    text = value.rpartition(":")[2] if isinstance(value, str) and value.startswith("arn:") else str(value)
    return text if len(text) <= _WIDEST_VALUE else f"{text[: _WIDEST_VALUE - 3]}..."


def _resource(resource: ImportJob | CopyJob | ImportedModel | CustomModel) -> list[str]:
    status = getattr(resource, "status", "")
    why = getattr(resource, "failure_message", None) or ""
    return [type(resource).__name__, resource.region, resource.name, status, resource.arn.rpartition(":")[2], why]
