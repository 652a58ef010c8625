"""Clients with fake keys, and the floor: a client whose responses come from a null handler, signed or not."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import boto3
from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse

from pytest_bedrock_jobs import mock_bedrock_jobs

from .scenes import Scene

REGION = "us-east-1"
KEYS = {"aws_access_key_id": "AKIABENCHMARK", "aws_secret_access_key": "benchmark"}


class RecordedResponse(NamedTuple):
    """A response that was received once."""

    status: int
    headers: Mapping[str, str]
    content: bytes


def new_client(service: str = "bedrock") -> Any:
    """A client of a new session."""
    return boto3.session.Session(region_name=REGION, **KEYS).client(service)


def null_client(recorded: RecordedResponse, *, service: str = "bedrock", signed: bool = True) -> Any:
    """A client that gets this response to all of its requests."""
    client = new_client(service)
    if not signed:
        client.meta.events.register(f"choose-signer.{service}", lambda **_: UNSIGNED)

    def handler(request: Any, **_: Any) -> AWSResponse:
        return AWSResponse(request.url, recorded.status, recorded.headers, _Body(recorded.content))

    client.meta.events.register(f"before-send.{service}", handler)
    return client


def null_call(scene: Scene, *, service: str = "bedrock", signed: bool = True) -> Callable[[], object]:
    """The scene's call on a null client, with the response that the mock gave to the same call."""
    client = new_client(service)
    with mock_bedrock_jobs() as jobs:
        call = scene(jobs)
        recorded = _response_to(client, lambda: call(client))
    null = null_client(recorded, service=service, signed=signed)
    return lambda: call(null)


def _response_to(client: Any, call: Callable[[], object]) -> RecordedResponse:
    seen: list[RecordedResponse] = []

    def keep(http_response: Any, parsed: dict[str, Any], **_: Any) -> None:
        content = http_response.content
        seen.append(RecordedResponse(http_response.status_code, dict(http_response.headers), content))
        if "body" in parsed:  # a body that the call would read now, for the first time
            parsed["body"] = _Body(content)

    client.meta.events.register("after-call", keep)
    call()
    client.meta.events.unregister("after-call", keep)
    return seen[-1]


class _Body(io.BytesIO):
    """A response's body as botocore reads one from the network."""

    def stream(self) -> Iterator[bytes]:
        yield self.read()
