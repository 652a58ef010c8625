"""Frames of an event stream, and reading them as they arrive."""

from __future__ import annotations

import json
import time

import pytest
from botocore.eventstream import EventStreamBuffer
from hypothesis import given
from hypothesis import strategies as st
from invoking import runtime_client, user

from pytest_bedrock_jobs import faults
from pytest_bedrock_jobs.service.wire.event_streams import Delivery, Part, frame

EVENTS = st.lists(
    st.dictionaries(
        st.sampled_from(["chunk", "messageStart"]),
        st.dictionaries(st.text("abc", max_size=3), st.text()),
        min_size=1,
        max_size=1,
    ),
    max_size=6,
)


def stream_of(events):
    """The frames of an encoded stream."""
    return tuple(map(frame, events))


@given(EVENTS)
def test_a_frame_is_what_botocore_reads(events):
    """Headers, checksums and payload."""
    events.append({"chunk": {"bytes": b"\xff\x00"}})
    buffer = EventStreamBuffer()
    buffer.add_data(b"".join(part.data for part in stream_of(events)))
    messages = list(buffer)
    assert [next(iter(event)) for event in events] == [message.headers[":event-type"] for message in messages]
    contents = [json.loads(message.payload) for message in messages]
    assert [*contents[:-1], {"bytes": b"\xff\x00"}] == [next(iter(event.values())) for event in events]
    assert contents[-1] == {"bytes": "/wA="}


@given(EVENTS, st.lists(st.none() | st.integers(0, 60), max_size=12), st.integers(0, 40))
def test_every_byte_is_read_once_however_it_is_read(events, sizes, cut):
    """Part by part, which None stands for, or byte by byte; the events that have been read are the whole ones."""
    parts = [*stream_of(events), Part(b"." * cut)]
    content = b"".join(part.data for part in parts)
    delivery = Delivery(parts, is_stream=True, breaks=False)
    lengths = [len(part.data) for part in parts]
    taken = b""
    for size in sizes:
        before = len(taken)
        taken += delivery.take_part() if size is None else delivery.take(size)
        if size is None and before < len(content):
            assert any(sum(lengths[:number]) == len(taken) for number in range(1, len(lengths) + 1))
        whole = [number for number in range(len(events)) if sum(lengths[: number + 1]) <= len(taken)]
        assert delivery.read_so_far() == tuple(events[number] for number in whole)
        assert delivery.position == len(taken)
        assert delivery.at_end == (len(taken) == len(content))
    assert taken + delivery.take() == content
    assert delivery.take_part() == b""


def seconds_to_read(number):
    """How long it takes to read a stream of so many events, at best."""
    content = stream_of([{"chunk": {"bytes": b"a"}}] * number)
    best = float("inf")
    for _ in range(3):
        delivery = Delivery(content, is_stream=True, breaks=False)
        begun = time.process_time()
        while delivery.take_part():
            pass
        best = min(best, time.process_time() - begun)
    return best


def test_reading_a_stream_takes_time_in_proportion_to_its_length():
    """Ten times the events take ten times as long; by adding up what came before, a hundred times."""
    assert seconds_to_read(5000) < 40 * seconds_to_read(500)


@pytest.mark.parametrize("fault", [faults.truncated_json(), faults.proxy_page(200), faults.empty_response(200)])
def test_what_is_no_whole_event_is_not_recorded_as_one(bedrock_jobs, fault):
    """A stream that is cut, and bytes that are no stream."""
    model = bedrock_jobs.add_imported_model("llama")
    bedrock_jobs.inject("ConverseStream", fault)
    stream = runtime_client().converse_stream(modelId=model.arn, messages=user("Hello"))["stream"]
    received = list(stream) if fault.carries_out else b"".join(stream._raw_stream.stream())

    [call] = bedrock_jobs.calls
    assert call.body_read == (tuple(received) if fault.carries_out else ())
