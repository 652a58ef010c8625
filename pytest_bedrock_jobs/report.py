"""What happened, as a screen of text: for the report of a failed test."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .mock import BedrockJobs
from .service.records import Call, CopyJob, CustomModel, ImportedModel, ImportJob

if TYPE_CHECKING:
    from .activation import RunningTest

_ROWS = 13  # of a table: three tables with titles and notes make 45 lines
_WIDEST_VALUE = 40
_WIDEST_ANSWER = 48
_WIDEST_LINE = 160
_UNTOLD = ("clientRequestToken", "roleArn")
# Should a parameter carry one: access key ids, secret keys, session tokens, Bedrock API keys, bearer tokens.
_SECRET = re.compile(
    r"(?:AKIA|ASIA)[A-Z0-9]{12,}"
    r"|(?<![A-Za-z0-9/+=])(?=[a-z0-9/+]*[A-Z])(?=[A-Z0-9/+]*[a-z])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])"
    r"|(?:IQoJ|FQoG|FwoG)[A-Za-z0-9+/=]{32,}"
    r"|(?:ABSK|bedrock-api-key-)[A-Za-z0-9+/=]{8,}"
    r"|eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?"
    r"|(?i:bearer)[\s:=]+[\w.~+/=-]{8,}"
)

_Resource = ImportJob | CopyJob | ImportedModel | CustomModel


def report_of(test: RunningTest) -> str:
    """What the mocks of a test have to tell, in order; they share the screen."""
    mocks = test.mocks()
    texts = [text for jobs in mocks if (text := report(jobs, _ROWS // len(mocks)))]
    if test.dropped:
        texts.insert(0, f"... {test.dropped} earlier mocks of this test not shown ...")
    return "\n".join(texts)


def report(jobs: BedrockJobs, rows: int = _ROWS) -> str:
    """The calls in order, the jobs and models there are, and the faults still active; empty if there is nothing."""
    # As the test left them: by now the clock may be another, and what ran would seem to have ended.
    store = jobs._service.store
    tables = (store.import_jobs, store.imported_models, store.copy_jobs, store.custom_models)
    resources: Iterable[_Resource] = itertools.chain.from_iterable(table.all() for table in tables)
    lines = [
        *_table("calls", _runs(map(_call, jobs.calls)), rows),
        *_table("jobs and models", [_resource(resource) for resource in resources], rows),
        *_table("faults still active", [[repr(fault)] for fault in jobs.injected_faults], rows),
    ]
    return "\n".join(_cut(line, _WIDEST_LINE) for line in lines)


def _runs(rows: Iterable[list[str]]) -> list[list[str]]:
    """SortedRows that differ only in their time become one, with their number: polling fills no screen."""
    runs: list[list[str]] = []
    for _, run in itertools.groupby(rows, key=lambda row: row[1:]):
        [time, region, operation, *rest], *more = run
        runs.append([time, region, f"{operation} x{len(more) + 1}" if more else operation, *rest])
    return runs


def _table(title: str, rows: Sequence[Sequence[str]], room: int) -> Iterable[str]:
    """Aligned rows under a title; of too many, the middle is cut, and it says so."""
    if not rows:
        return
    first = room // 4
    cut = range(first, len(rows) - (room - first))
    shown = [*rows[:first], *rows[cut.stop :]] if cut else rows
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    lines = ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in shown]
    if cut:
        lines.insert(first, f"  ... {len(cut)} not shown ...")
    yield f"{title}:"
    yield from lines


def _call(call: Call) -> list[str]:
    time = call.time.strftime("%H:%M:%S.%f")[:-3]
    return [time, call.region, call.operation, _answer(call), _parameters(call.parameters)]


def _answer(call: Call) -> str:
    """What each attempt met, runs of the same counted, and what the last one says if it is an error."""
    answers = call.responses or (call.error_code or "",)
    runs = [(answer, len(list(run))) for answer, run in itertools.groupby(answers)]
    text = " > ".join(answer if times == 1 else f"{answer} x{times}" for answer, times in runs)
    if call.error_message and answers[-1] == call.error_code:
        text = f"{text}: {call.error_message}"
    return _short(f"{text}, token replayed" if call.replayed else text, _WIDEST_ANSWER)


def _parameters(parameters: Mapping[str, Any]) -> str:
    """The parameters that tell calls apart, structures by what is in them."""
    return " ".join(
        _parameters(value) if isinstance(value, dict) else f"{name}={_value(value)}"
        for name, value in parameters.items()
        if name not in _UNTOLD
    )


def _value(value: Any) -> str:
    """A value in few characters; of an ARN, what tells it from others."""
    if isinstance(value, list):
        return _short(",".join(map(_item, value)))
    text = str(value)
    return _short(text.rpartition(":")[2] if text.startswith("arn:") else text)


def _item(item: Any) -> str:
    """An item of a list; a tag as key and value."""
    return ":".join(map(str, item.values())) if isinstance(item, dict) else str(item)


def _short(text: str, width: int = _WIDEST_VALUE) -> str:
    """One line of a text without secrets: they go first, or half of one could remain."""
    return _cut(" ".join(_SECRET.sub("[secret]", text).split()), width)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 3]}..."


def _resource(resource: _Resource) -> list[str]:
    status = getattr(resource, "status", "")
    why = _short(getattr(resource, "failure_message", None) or "", _WIDEST_LINE)
    arn = resource.arn.rpartition(":")[2]
    return [type(resource).__name__, resource.region, _short(resource.name), status, arn, why]
