"""Clients with fake keys, and the floor: a client whose requests are answered by a null handler, signed or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import boto3
from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse

from pytest_bedrock_jobs import mock_bedrock_jobs

from .scenes import Scene

REGION = "us-east-1"
KEYS = {"aws_access_key_id": "AKIABENCHMARK", "aws_secret_access_key": "benchmark"}


class Answer(NamedTuple):
    """What went over the wire once."""

    status: int
    headers: Mapping[str, str]
    content: bytes


def new_client() -> Any:
    """A Bedrock client of a session of its own."""
    return boto3.session.Session(region_name=REGION, **KEYS).client("bedrock")


def null_client(answer: Answer, *, signed: bool = True) -> Any:
    """A client that gets this answer to all of its requests."""
    client = new_client()
    if not signed:
        client.meta.events.register("choose-signer.bedrock", lambda **_: UNSIGNED)

    def handler(request: Any, **_: Any) -> AWSResponse:
        return AWSResponse(request.url, answer.status, answer.headers, _Body(answer.content))

    client.meta.events.register("before-send.bedrock", handler)
    return client


def null_call(scene: Scene, *, signed: bool = True) -> Callable[[], object]:
    """The scene's call on a null client, with an answer that the mock gave to the same call."""
    client = new_client()
    with mock_bedrock_jobs() as jobs:
        call = scene(jobs)
        answer = _answer_to(client, lambda: call(client))
    null = null_client(answer, signed=signed)
    return lambda: call(null)


def _answer_to(client: Any, call: Callable[[], object]) -> Answer:
    seen: list[Answer] = []

    def keep(http_response: Any, **_: Any) -> None:
        seen.append(Answer(http_response.status_code, dict(http_response.headers), http_response.content))

    client.meta.events.register("after-call.bedrock", keep)
    call()
    client.meta.events.unregister("after-call.bedrock", keep)
    return seen[-1]


class _Body:
    """A response's body as botocore reads one from the network."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        yield self._content
