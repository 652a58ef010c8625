"""What happened in a test's mocks, as one screen of text for the report of a failed test."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .end_checks import prepared
from .service.errors import cut, safe_text, short, without_secrets
from .service.records import Call

if TYPE_CHECKING:
    from .activation import RunningTest
    from .service.dispatcher import Service

_ROWS = 13  # of a table: three tables with titles and notes make 45 lines
_WIDEST_VALUE = 40
_WIDEST_COLUMN = 48
_WIDEST_LINE = 160  # a terminal's width, if that is more
_LEFT_OUT = ("clientRequestToken", "roleArn")


def report_of(test: RunningTest) -> str:
    """What happened in the mocks of a test, in order, on one screen.

    It never raises: an error in making it becomes a line of it.
    """
    dropped = f"... {test.dropped} earlier mocks of this test not shown ..." if test.dropped else ""
    return "\n".join(filter(None, [dropped, safe_text(_reports, test)]))


def _reports(test: RunningTest) -> str:
    services = test.services()
    return "\n".join(filter(None, [report(service, _ROWS // len(services)) for service in services]))


def report(service: Service, rows: int = _ROWS) -> str:
    """The calls in order, the existing jobs and models, and the faults still active; empty if there are none."""
    # As the test left them: settling the store now would end jobs that were still running in the test.
    state = service.state
    resources = (resource for table in state.store.tables.values() for resource in table.all())
    invented = state.store.invented
    lines = [
        *_table("calls", _runs(map(_call, state.calls)), rows),
        *_table("jobs and models", [_resource(each) for each in resources if each.arn not in invented], rows),
        *_table("faults still active", [[without_secrets(safe_text(repr, each))] for each in prepared(state)], rows),
    ]
    lines += [
        f"quotas are off: with quotas=True, more than {most} would be refused: {name}."
        for name, most in state.store.quotas_ignored
    ]
    if lines and service.clock.datetime_stays:
        lines.append(
            "datetime.now has not moved with virtual time: names made from it may collide. Install time-machine."
        )
    widest = max(_WIDEST_LINE, shutil.get_terminal_size((0, 0)).columns)
    return "\n".join(_printable(cut(line, widest)) for line in lines)


def _runs(rows: Iterable[list[str]]) -> list[list[str]]:
    """Merge rows that differ only in their time, and count them, so that polling does not fill the screen."""
    runs: list[list[str]] = []
    for _, run in itertools.groupby(rows, key=lambda row: row[1:]):
        [time, region, operation, *rest], *more = run
        runs.append([time, region, f"{operation} x{len(more) + 1}" if more else operation, *rest])
    return runs


def _table(title: str, rows: Sequence[Sequence[str]], room: int) -> Iterable[str]:
    """Aligned rows under a title; if there are too many, a line says how many are left out in the middle."""
    first = room // 4
    cut = range(first, len(rows) - (room - first))
    shown = [*rows[:first], *rows[cut.stop :]] if cut else rows
    # A longer cell, such as the text of an error, moves only what follows in its own row.
    widths = [max(min(len(cell), _WIDEST_COLUMN) for cell in column) for column in zip(*shown, strict=True)]
    lines = ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in shown]
    if cut:
        lines.insert(first, f"  ... {len(cut)} not shown ...")
    return [f"{title}:", *lines] if lines else []


def _call(call: Call) -> list[str]:
    time = call.time.strftime("%H:%M:%S.%f")[:-3]
    return [time, call.region, call.operation, safe_text(_response, call), safe_text(_parameters, call.parameters)]


def _response(call: Call) -> str:
    """The response to each attempt, equal ones counted, and the message of the last one if it is an error."""
    responses = call.responses or (call.error_code or "",)
    runs = [(response, len(list(run))) for response, run in itertools.groupby(responses)]
    text = " > ".join(response if times == 1 else f"{response} x{times}" for response, times in runs)
    if responses[-1] == call.error_code:
        text = f"{text}: {call.error_message}"
    return without_secrets(f"{text}, token replayed" if call.replayed else text)


def _parameters(parameters: Mapping[str, Any]) -> str:
    """The parameters that distinguish calls, structures by their fields."""
    return " ".join(
        _parameters(value) if isinstance(value, dict) else f"{name}={_value(value)}"
        for name, value in parameters.items()
        if name not in _LEFT_OUT
    )


def _value(value: Any) -> str:
    """A value in few characters; of an ARN, the part that identifies the resource."""
    if isinstance(value, list):
        return short(",".join(map(_item, value)), _WIDEST_VALUE)
    text = str(value)
    return short(text.rpartition(":")[2] if text.startswith("arn:") else text, _WIDEST_VALUE)


def _item(item: Any) -> str:
    """An item of a list; a tag as key and value."""
    return ":".join(map(str, item.values())) if isinstance(item, dict) else str(item)


def _printable(line: str) -> str:
    """A line that every terminal, encoding and report format takes."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in line
    )


def _resource(resource: Any) -> list[str]:
    status = getattr(resource, "status", "")
    why = without_secrets(getattr(resource, "failure_message", None) or "")
    arn = resource.arn.split(":", 5)[-1]
    tags = short(",".join(f"{key}:{value}" for key, value in getattr(resource, "tags", {}).items()), _WIDEST_VALUE)
    return [type(resource).__name__, resource.region, short(resource.name, _WIDEST_VALUE), status, arn, tags, why]
