"""Lists of large stores: the time of a row returned, by the number of rows stored."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from pytest_bedrock_jobs import BedrockJobs

from .clients import new_client
from .measuring import SHOWN, Effort, Measured, Row, each, paired
from .stores import responding

_PAGE = 1000
Listing = Callable[[Any], int]
"""Lists something and returns by how many rows its time is divided."""


def _one_page(client: Any) -> int:
    return len(client.list_model_import_jobs(maxResults=_PAGE)["modelImportJobSummaries"])


def _all_pages(client: Any) -> int:
    pages = client.get_paginator("list_model_import_jobs").paginate(PaginationConfig={"PageSize": _PAGE})
    return sum(len(page["modelImportJobSummaries"]) for page in pages)


def _no_row(client: Any) -> int:
    assert not client.list_model_import_jobs(nameContains="nowhere")["modelImportJobSummaries"]
    return 1


@functools.cache
def _stored(number: int) -> BedrockJobs:
    jobs = BedrockJobs()
    for _ in range(number):
        jobs.add_import_job(status="Completed")
    return jobs


def _row(name: str, listing: Listing) -> Row:
    def measure(effort: Effort) -> Measured:
        client = new_client()

        def timed(stored: int) -> float:
            rows = 0

            def call() -> None:
                nonlocal rows
                rows = listing(client)

            with responding(_stored(stored)):
                return each(1, call) / rows

        return paired(lambda _: timed(effort.jobs), lambda _: timed(effort.jobs // 10), effort.runs * 2, 1)

    return Row(name, "the same of 10,000", SHOWN, measure)


ROWS = (
    _row("a page of 1000 out of 100,000, per row", _one_page),
    _row("paging of all 100,000, per row", _all_pages),
    _row("nameContains that none of 100,000 has", _no_row),
)
