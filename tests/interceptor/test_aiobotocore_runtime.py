"""aiobotocore's clients of bedrock-runtime."""

from __future__ import annotations

import asyncio
import json

import aiobotocore.response
import aiohttp
import botocore.exceptions
import pytest
from aio_clients import BACK_ENDS, LEGACY_HTTPX, AioNetwork, HttpxSession, aio_client, error_of
from aiobotocore.httpsession import AIOHTTPSession
from invoking import user

from pytest_bedrock_jobs import ModelResponse, UnsupportedOperationError, faults

httpx_only = pytest.mark.filterwarnings(LEGACY_HTTPX)
both_back_ends = pytest.mark.parametrize("back_end", BACK_ENDS)


@pytest.fixture
def model(bedrock_jobs):
    """An imported model that says four tokens."""
    bedrock_jobs.respond("llama", "one two three four", allow_unused=True)
    return bedrock_jobs.add_imported_model("llama")


def with_client(use, **options):
    """Run a coroutine function with a client."""

    async def run():
        async with aio_client(service="bedrock-runtime", **options) as client:
            return await use(client)

    return asyncio.run(run())


def test_bodies_and_streams_of_all_operations_are_read_as_from_the_network(bedrock_jobs, model):
    """Bodies and streams are read as from the network."""

    async def use(client):
        response = await client.invoke_model(modelId=model.arn, body=json.dumps({"prompt": "Hello"}))
        async with response["body"] as body:
            assert json.loads(await body.read())["generation"] == "one two three four"
        stream = await client.invoke_model_with_response_stream(modelId=model.arn, body=json.dumps({"prompt": "Hello"}))
        chunks = [json.loads(event["chunk"]["bytes"]) async for event in stream["body"]]
        assert [chunk["generation"] for chunk in chunks] == ["one", " two", " three", " four", ""]
        response = await client.converse(modelId=model.arn, messages=user("Hello"))
        assert response["output"]["message"]["content"] == [{"text": "one two three four"}]
        stream = await client.converse_stream(modelId=model.arn, messages=user("Hello"))
        events = [event async for event in stream["stream"]]
        assert [next(iter(event)) for event in events][-2:] == ["messageStop", "metadata"]
        assert list(bedrock_jobs.calls[-1].body_read) == events

    with_client(use)
    assert [call.responses for call in bedrock_jobs.calls] == [("200",)] * 4


def test_a_body_is_read_in_pieces_that_are_recorded(bedrock_jobs, model):
    """What was read is recorded, piece by piece."""

    async def use(client):
        body = (await client.invoke_model(modelId=model.arn, body=b'{"prompt": "Hello"}'))["body"]
        assert await body.read(5) == b'{"gen'
        assert bedrock_jobs.calls[0].body_read == b'{"gen'
        rest = [piece async for piece in body.iter_chunks(50)]
        assert bedrock_jobs.calls[0].body_read == b'{"gen' + b"".join(rest)
        assert await body.read() == b""
        assert not body.readable()
        body.close()
        await error_of(body.read(), botocore.exceptions.ResponseStreamingError)

    with_client(use)


async def joined(chunks):
    """All bytes of an asynchronous iterable."""
    return b"".join([chunk async for chunk in chunks])


async def pieces(body):
    """What a body gives one by one."""
    while True:
        try:
            yield await body.__anext__()
        except StopAsyncIteration:
            return


async def joined_lines(body):
    """All lines of a body."""
    return b"".join(await body.readlines())


WAYS_TO_READ = {
    "read": lambda body: body.read(),
    "read a number of bytes": lambda body: joined(body.iter_chunks(7)),
    "async for": joined,
    "anext": lambda body: joined(pieces(body)),
    "iter_lines": lambda body: joined(body.iter_lines(7)),
    "readlines": joined_lines,
}


@both_back_ends
@pytest.mark.parametrize("way", WAYS_TO_READ)
def test_a_body_can_be_read_in_every_way_of_aiobotocore(bedrock_jobs, model, back_end, way):
    """With either library below aiobotocore, whose own type the body has."""

    async def use(client):
        async with (await client.invoke_model(modelId=model.arn, body=b'{"prompt": "Hello"}'))["body"] as body:
            assert json.loads(await WAYS_TO_READ[way](body))["generation"] == "one two three four"
            assert await body.read() == b""
            assert not body.readable()
        assert bedrock_jobs.calls[-1].body_read.startswith(b'{"gen')

    with_client(use, back_end=back_end)


@httpx_only
def test_a_body_of_httpx_is_closed_by_a_coroutine_and_raises_what_aiobotocore_makes(bedrock_jobs, model):
    """Its ``close`` is a coroutine, and a stream that breaks raises what aiobotocore makes of httpx's error."""

    async def use(client):
        body = (await client.invoke_model(modelId=model.arn, body=b'{"prompt": "Hello"}'))["body"]
        assert isinstance(body, aiobotocore.response.HttpxStreamingBody)
        assert await body.read(5) == b'{"gen'
        assert body.raw_stream.headers["content-type"] == "application/json"
        await body.close()
        assert body.raw_stream.is_closed
        bedrock_jobs.inject("InvokeModel", faults.broken_stream())
        body = (await client.invoke_model(modelId=model.arn, body=b'{"prompt": "Hello"}'))["body"]
        await error_of(body.read(), botocore.exceptions.ResponseStreamingError)

    with_client(use, back_end=HttpxSession)


@httpx_only
def test_a_stream_of_httpx_is_httpx_s_own_response(bedrock_jobs, model):
    """Aiobotocore gets httpx's own response, of which it can read as much as it can in life: nothing, up to 3.10."""

    async def use(client):
        stream = (await client.converse_stream(modelId=model.arn, messages=user("Hello")))["stream"]
        events = [part async for part in stream._raw_stream.aiter_raw()]
        assert len(events) == len(bedrock_jobs.calls[0].body_read)

    with_client(use, back_end=HttpxSession)


def test_other_models_pass_and_other_operations_are_unsupported(bedrock_jobs, model):
    """They pass, or are unsupported."""

    async def use(client):
        await error_of(
            client.count_tokens(modelId=model.arn, input={"converse": {"messages": user("Hello")}}),
            UnsupportedOperationError,
        )
        bedrock_jobs.reset()
        network = AioNetwork(client)
        await client.converse(modelId="my-model", messages=user("Hello"))
        assert len(network.requests) == 1

    with_client(use)
    assert bedrock_jobs.calls == ()


@pytest.mark.bedrock_jobs(cold_models=True)
def test_a_cold_model_needs_more_than_five_attempts(bedrock_jobs, model):
    """Five attempts are not enough, ten are."""

    async def use(attempts):
        config = {"retries": {"total_max_attempts": attempts, "mode": "standard"}}
        async with aio_client(service="bedrock-runtime", config=config) as client:
            return await client.converse(modelId=model.arn, messages=user("Hello"))

    async def run():
        error = await error_of(use(5), botocore.exceptions.ClientError)
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 429
        bedrock_jobs.evict_model(model)
        assert (await use(10))["stopReason"] == "end_turn"

    asyncio.run(run())


def test_an_exception_in_a_stream_is_an_event_stream_error(bedrock_jobs, model):
    """As botocore's own."""
    bedrock_jobs.inject("ConverseStream", faults.stream_error("ThrottlingException", after_events=1))

    async def use(client):
        stream = (await client.converse_stream(modelId=model.arn, messages=user("Hello")))["stream"]
        events = aiter(stream)
        assert "messageStart" in await anext(events)
        await error_of(anext(events), botocore.exceptions.EventStreamError)

    with_client(use)


def test_a_connection_that_breaks_while_reading_raises_aiohttps_exception(bedrock_jobs, model):
    """Aiohttp's exception, as in life."""
    bedrock_jobs.inject("ConverseStream", faults.broken_stream(after_events=2))
    bedrock_jobs.inject("InvokeModel", faults.broken_stream(), times=2)

    async def use(client):
        stream = (await client.converse_stream(modelId=model.arn, messages=user("Hello")))["stream"]
        events = aiter(stream)
        assert [next(iter(await anext(events))) for _ in range(2)] == ["messageStart", "contentBlockDelta"]
        await error_of(anext(events), aiohttp.ClientPayloadError)
        body = (await client.invoke_model(modelId=model.arn, body=b'{"prompt": "Hello"}'))["body"]
        await error_of(body.read(), aiohttp.ClientPayloadError)
        body = (await client.invoke_model(modelId=model.arn, body=b'{"prompt": "Hello"}'))["body"]
        assert await body.read(1000)
        await error_of(body.read(1000), aiohttp.ClientPayloadError)

    with_client(use)


def test_the_raw_response_has_what_an_older_aiobotocore_asks_for(bedrock_jobs, model):
    """Before 2.21 it read the raw response's headers, which are bytes, and entered the raw response itself."""
    raw = []

    async def use(client):
        client.meta.events.register("after-call", lambda http_response, **_: raw.append(http_response.raw))
        metadata = (await client.invoke_model(modelId=model.arn, body=b'{"prompt": "Hello"}'))["ResponseMetadata"]
        assert {name.decode().lower(): value.decode() for name, value in raw[0].raw_headers} == metadata["HTTPHeaders"]
        async with raw[0] as body:
            assert json.loads(await body.content.read())["generation"] == "one two three four"
        await error_of(body.read(), aiohttp.ClientConnectionError)

    with_client(use)


def test_reading_a_closed_stream_raises_aiohttps_exception(bedrock_jobs, model):
    """Reading on raises aiohttp's exception."""

    async def use(client):
        stream = (await client.converse_stream(modelId=model.arn, messages=user("Hello")))["stream"]
        stream.close()
        await error_of(anext(aiter(stream)), aiohttp.ClientConnectionError)

    with_client(use)
    assert bedrock_jobs.calls[0].body_read == ()


@pytest.mark.parametrize(
    ("back_end", "error"),
    [
        pytest.param(AIOHTTPSession, "ServerTimeoutError", id="aiohttp"),
        pytest.param(HttpxSession, "ReadTimeout", id="httpx", marks=httpx_only),
    ],
)
def test_a_pause_in_a_stream_passes_on_the_mocks_clock_or_times_out(bedrock_jobs, model, back_end, error):
    """It passes on the mock's clock; a client gives up in its library's way."""
    bedrock_jobs.respond(model, ModelResponse(chunks=["one", "two"], pause=[0, 30]))
    start = bedrock_jobs.clock.now()

    async def parts(client):
        stream = (await client.converse_stream(modelId=model.arn, messages=user("Hello")))["stream"]
        raw = stream._raw_stream  # aiobotocore up to 3.10 cannot read httpx's as events
        found = raw.content.iter_chunks() if back_end is AIOHTTPSession else raw.aiter_raw()
        return [part async for part in found]

    assert len(with_client(parts, back_end=back_end, config={"read_timeout": 60})) == 6
    assert (bedrock_jobs.clock.now() - start).total_seconds() >= 30
    caught = asyncio.run(_error_of(parts, back_end=back_end, config={"read_timeout": 10}))
    assert type(caught).__name__ == error
    assert len(bedrock_jobs.calls[-1].body_read) == 2


async def _error_of(use, **options):
    """The exception with which a coroutine function ends; the libraries' have no base of their own."""
    async with aio_client(service="bedrock-runtime", **options) as client:
        return await error_of(use(client), Exception)
