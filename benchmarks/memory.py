"""What one stored job takes, created through a client: the job, its token, the record of the call."""

from __future__ import annotations

import gc
import tracemalloc

from pytest_bedrock_jobs import mock_bedrock_jobs

from . import scenes
from .clients import new_client
from .measuring import SHOWN, Effort, Measured, Row
from .scenes import Scene

_WARM = 200
_JOBS = 5000
"""Dictionaries grow in steps: over few jobs the figure depends on where the last one was."""


def _row(name: str, scene: Scene) -> Row:
    def measure(effort: Effort) -> Measured:
        client = new_client()
        with mock_bedrock_jobs() as jobs:
            call = scene(jobs)
            for _ in range(_WARM):
                call(client)
            before = _traced()
            for _ in range(_JOBS):
                call(client)
            after = _traced()
            tracemalloc.stop()
        return Measured((after - before) / _JOBS)

    return Row(name, "", SHOWN, measure, "B")


def _traced() -> int:
    tracemalloc.start()  # does nothing where it has started
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


ROWS = (
    _row("memory per import job, with tags and token", scenes.create_import),
    _row("memory per import job, required parameters only", scenes.create_plain_import),
    _row("memory per copy job, with tags and token", scenes.create_copy),
)
