"""Calls through boto3, compared with a null handler on ``before-send`` of a client, signed and unsigned.

The mock's own calls are not signed, so the unsigned null handler is their floor: what botocore takes by itself.

The null client's calls pass the wrapper that the mock has put around botocore's ``_make_request``: part of a
microsecond, on the floor's side.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytest_bedrock_jobs import mock_bedrock_jobs

from . import scenes
from .clients import new_client, null_call
from .measuring import SHOWN, Bound, Effort, Measured, Row, Side, each, paired, repeated
from .scenes import Scene


def mocked(scene: Scene, client: Any) -> Side:
    """Our side of a scene: a new mock each time, the client stays."""

    def side(number: int) -> float:
        with mock_bedrock_jobs() as jobs:
            call = scene(jobs)
            return each(number, lambda: call(client))

    return side


def _beside_null(
    scene: Scene, fraction: int = 1, *, service: str = "bedrock", signed: bool = True
) -> Callable[[Effort], Measured]:
    def measure(effort: Effort) -> Measured:
        call = null_call(scene, service=service, signed=signed)
        rounds, calls = effort.rounds // fraction, max(effort.calls // fraction, 1)
        return paired(mocked(scene, new_client(service)), repeated(call), rounds, calls)

    return measure


def _row(name: str, scene: Scene, *, service: str = "bedrock") -> Row:
    return Row(name, "null handler", SHOWN, _beside_null(scene, service=service))


def _unsigned_row(name: str, scene: Scene) -> Row:
    return Row(f"{name}, nothing signed", "unsigned null handler", SHOWN, _beside_null(scene, signed=False))


ROWS = (
    Row(
        "ListModelImportJobs of 1000 rows",
        "null handler",
        Bound(1.10),
        _beside_null(scenes.list_imports(1000), fraction=10),
    ),
    *(_row(name, scene) for name, scene in scenes.ORDINARY.items()),
    _row("InvokeModel, and its body", scenes.invoke, service="bedrock-runtime"),
    _row("Converse", scenes.converse, service="bedrock-runtime"),
    _unsigned_row("CreateModelImportJob", scenes.create_import),
    _unsigned_row("CreateModelCopyJob", scenes.create_copy),
    _unsigned_row("GetModelImportJob", scenes.get_import),
)
