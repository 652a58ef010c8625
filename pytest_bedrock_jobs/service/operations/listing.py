"""Pages of a list: filters on time, order, size, and tokens that are valid for one list only."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import ServiceError, validation
from ..store.resources import ResourceKind
from ..store.table import Position, R, Row
from .operation import Request

DEFAULT_PAGE_SIZE = 100
"""The rows of a page without ``maxResults``: AWS does not document its default, this is the mock's own."""

_PAGING = frozenset({"maxResults", "nextToken"})


def page(
    request: Request,
    parameters: Mapping[str, Any],
    kind: ResourceKind[R],
    *,
    seen: Callable[[R], bool],
    matches: Callable[[R], bool],
) -> tuple[list[R], dict[str, str]]:
    """One page of the scope's resources of a kind, newest first by default (seen in AWS's samples).

    Args:
        request: The request, whose scope's rows are listed.
        parameters: ``maxResults``, ``nextToken``, ``sortOrder``, ``creationTimeAfter`` and ``creationTimeBefore``.
        kind: What is listed. Running jobs that will create one count this as a poll, unless the request is refused.
        seen: Whether a row passes the filters on fields that never change; listing such a row polls it.
        matches: Whether a row, once polled, passes the filters on fields that the poll may have changed.

    Returns:
        The rows, and ``{"nextToken": ...}`` if there are more.

    Raises:
        ServiceError: ValidationException for a token that is invented, or from another list or other filters.
    """
    size = parameters.get("maxResults", DEFAULT_PAGE_SIZE)
    after, before = parameters.get("creationTimeAfter"), parameters.get("creationTimeBefore")
    descending = parameters.get("sortOrder") != "Ascending"
    start = _resume(request, parameters)
    request.poll_for_models(request.store.pending(kind, request.scope))
    found: list[Row[R]] = []
    running, table = request.store.running, request.store.table(kind)
    for entry in table.walk(request.scope, start, descending=descending):
        row = entry.record
        # "after" and "before" are taken literally: a row of exactly that time is neither.
        if (after and row.creation_time <= after) or (before and row.creation_time >= before) or not seen(row):
            continue
        if len(found) < size or not matches(row):
            # Rows after a full page too: a loop that waits for a status must reach the rows that do not have it yet.
            if row.arn in running:  # few rows of a long list are
                request.poll(row.arn)
                if table.get(row.arn) is None:  # it was being deleted
                    continue
            if not matches(entry.record):
                continue
        if len(found) == size:
            return [entry.record for entry in found], {"nextToken": _token(request, parameters, found[-1].position)}
        found.append(entry)
    return [entry.record for entry in found], {}


def _token(request: Request, parameters: Mapping[str, Any], last: Position) -> str:
    time, serial = last
    text = f"{serial} {time.isoformat()}"
    return _sealed(request, parameters, text)


def _resume(request: Request, parameters: Mapping[str, Any]) -> Position | None:
    token = parameters.get("nextToken")
    if token is None:
        return None
    try:
        _, text = base64.b64decode(token).decode().split(" ", 1)
    except ValueError:
        raise _invalid() from None
    if token != _sealed(request, parameters, text):  # as a whole: base64 ignores some characters
        raise _invalid()
    serial, time = text.split(" ")
    return datetime.datetime.fromisoformat(time), int(serial)


def _sealed(request: Request, parameters: Mapping[str, Any], text: str) -> str:
    """A token with a signature that only this mock can make, for this list, scope and filters."""
    filters = sorted((name, str(value)) for name, value in parameters.items() if name not in _PAGING)
    listed = json.dumps([request.operation, request.scope, filters, text])
    seal = hashlib.blake2b(listed.encode(), digest_size=12, key=request.store.page_key).hexdigest()
    return base64.b64encode(f"{seal} {text}".encode()).decode()


def _invalid() -> ServiceError:
    return validation(
        "The provided nextToken is not valid: send the one from the page before, with the same filters and order."
    )
