"""A loop that sleeps a minute between Gets, around an import of 45 minutes, under virtual time."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable

from pytest_bedrock_jobs import mock_bedrock_jobs

from . import scenes
from .clients import new_client, null_call
from .measuring import Bound, Effort, Measured, Row, Side, each, paired

_IMPORT = datetime.timedelta(minutes=45)
_GETS = 46


def _polling() -> Side:
    client = new_client()

    def wait_for(arn: str) -> int:
        gets = 1
        while client.get_model_import_job(jobIdentifier=arn)["status"] == "InProgress":
            gets += 1
            time.sleep(60)
        return gets

    def side(_: int) -> float:
        with mock_bedrock_jobs(virtual_time=True, progress=_IMPORT):
            arn = client.create_model_import_job(**scenes.import_parameters())["jobArn"]
            gets: list[int] = []
            seconds = each(1, lambda: gets.append(wait_for(arn)))
            assert gets == [_GETS]
            return seconds

    return side


def _same_gets(call: Callable[[], object]) -> Side:
    return lambda _: each(_GETS, call) * _GETS


def _measure(effort: Effort) -> Measured:
    return paired(_polling(), _same_gets(null_call(scenes.get_import)), effort.rounds, 1)


ROWS = (Row("polling a 45-minute import each minute", f"{_GETS} null Gets", Bound(1.05, ours=25e-3), _measure),)
