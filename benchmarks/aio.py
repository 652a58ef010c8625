"""Calls through aiobotocore, compared with its own null handler."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any, TypeVar

from pytest_bedrock_jobs import mock_bedrock_jobs

from . import scenes
from .clients import KEYS, REGION, RecordedResponse
from .measuring import CLOCK, SHOWN, Effort, Measured, Row, Side, paired
from .scenes import Call, Scene

T = TypeVar("T")
Run = Callable[[Coroutine[Any, Any, Any]], Any]


class _Body:
    """A response's body as aiobotocore reads one from the network."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def read(self) -> bytes:
        return self._content


async def _each(number: int, call: Callable[[], Awaitable[object]]) -> float:
    start = CLOCK.now()
    for _ in range(number):
        await call()
    return (CLOCK.now() - start) / number


async def _new_client(stack: AsyncExitStack) -> Any:
    from aiobotocore.session import get_session

    return await stack.enter_async_context(get_session().create_client("bedrock", region_name=REGION, **KEYS))


def _mocked(scene: Scene, client: Any, run: Run) -> Side:
    def side(number: int) -> float:
        with mock_bedrock_jobs() as jobs:
            call = scene(jobs)
            return float(run(_each(number, lambda: call(client))))

    return side


def _null(call: Call, recorded: RecordedResponse, client: Any, run: Run) -> Side:
    from aiobotocore.awsrequest import AioAWSResponse

    def handler(request: Any, **_: Any) -> Any:
        return AioAWSResponse(request.url, recorded.status, recorded.headers, _Body(recorded.content))

    client.meta.events.register("before-send.bedrock", handler)
    return lambda number: float(run(_each(number, lambda: call(client))))


def _recorded(scene: Scene, client: Any, run: Run) -> tuple[Call, RecordedResponse]:
    seen: list[RecordedResponse] = []

    async def keep(http_response: Any, **_: Any) -> None:
        content = await http_response.content
        seen.append(RecordedResponse(http_response.status_code, dict(http_response.headers), content))

    client.meta.events.register("after-call.bedrock", keep)
    with mock_bedrock_jobs() as jobs:
        call = scene(jobs)
        run(call(client))
    client.meta.events.unregister("after-call.bedrock", keep)
    return call, seen[-1]


def _measure(scene: Scene, effort: Effort) -> Measured:
    loop = asyncio.new_event_loop()
    run, stack = loop.run_until_complete, AsyncExitStack()
    try:
        client, null = run(_new_client(stack)), run(_new_client(stack))
        call, recorded = _recorded(scene, client, run)
        ours = _mocked(scene, client, run)
        return paired(ours, _null(call, recorded, null, run), effort.rounds, effort.calls)
    finally:
        run(stack.aclose())
        loop.close()


def _row(name: str, scene: Scene) -> Row:
    def measure(effort: Effort) -> Measured | str:
        if importlib.util.find_spec("aiobotocore") is None:
            return "aiobotocore is not installed"
        return _measure(scene, effort)

    return Row(f"{name}, aiobotocore", "its null handler", SHOWN, measure)


ROWS = tuple(_row(name, scene) for name, scene in scenes.ORDINARY.items())
