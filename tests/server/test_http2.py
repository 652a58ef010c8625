"""HTTP/2, which some SDKs speak only: one connection for many requests at once."""

from __future__ import annotations

import gc
import threading
import time
from urllib.parse import quote

import pytest
from botocore.eventstream import EventStreamBuffer
from h2.exceptions import ProtocolError
from http2 import http2
from wire import IMPORT, LIST, connected, nobody_listens, send, signed

from pytest_bedrock_jobs import faults
from pytest_bedrock_jobs.server.http_server import LARGEST_BODY, HttpResponse, http_server


@pytest.fixture(params=[False, True], ids=["plain", "tls"])
def connection(request, bedrock_jobs):
    """A connection to the mock."""
    with bedrock_jobs.serve(tls=request.param, longest_wait=0) as url:
        authority = bedrock_jobs.environment()["SSL_CERT_FILE"] if request.param else None
        with http2(url, authority) as connection:
            yield connection


@pytest.fixture
def in_two_parts():
    """Where bodies come in two parts, the second of them after an event."""
    go_on = threading.Event()

    def parts():
        yield b"first "
        assert go_on.wait(30)
        yield b"second"

    with http_server(lambda request: HttpResponse(200, {}, parts()), None) as url:
        yield url, go_on


@pytest.fixture
def model(bedrock_jobs):
    """The path of a model."""
    return f"/model/{quote(bedrock_jobs.add_imported_model('llama').arn, safe='')}"


def test_requests_reach_the_mock_one_after_another(bedrock_jobs, connection):
    status, headers, created = connection.exchange("POST", LIST, signed("eu-central-1"), IMPORT)
    assert (status, headers["content-type"]) == (201, "application/json")
    assert [job.arn for job in bedrock_jobs.import_jobs] == [created["jobArn"]]

    _, _, page = connection.exchange("GET", f"{LIST}?maxResults=1", signed("eu-central-1"))
    assert [row["jobName"] for row in page["modelImportJobSummaries"]] == [IMPORT["jobName"]]


def test_requests_of_one_connection_overlap(bedrock_jobs, connection):
    begun, go_on = threading.Event(), threading.Event()
    bedrock_jobs.inject("ListModelImportJobs", faults.empty_response(), where=lambda _: begun.set() or go_on.wait(30))
    first = connection.request()
    begun.wait(30)
    assert connection.exchange(target="/", headers={})[0] == 404
    go_on.set()
    assert connection.response(first)[0] == 503


def test_a_connection_is_kept_for_as_many_requests_as_a_suite_has(bedrock_jobs, connection):
    for _ in range(1_100):  # hypercorn's own limit is 1,000
        assert connection.exchange(target="/", headers={})[0] == 404


def test_a_large_body_is_read(bedrock_jobs, connection, model):
    prompt = "word " * 100_000
    status, _, _ = connection.exchange("POST", f"{model}/invoke", content={"prompt": prompt, "max_gen_len": 8})
    assert status == 200
    assert bedrock_jobs.calls[0].parameters["body"].count(b"word") == 100_000


def test_a_body_that_is_too_large_is_413(bedrock_jobs, connection):
    status, headers, _ = connection.exchange("POST", content="x" * LARGEST_BODY)
    assert (status, headers["x-amzn-errortype"]) == (413, "RequestEntityTooLargeException")
    assert bedrock_jobs.calls == ()


def test_an_event_stream_has_all_its_events(bedrock_jobs, connection, model):
    stream = connection.request("POST", f"{model}/invoke-with-response-stream", content={"prompt": "Hi"})
    _, headers, body = connection.response(stream)
    assert (headers["content-type"], "content-length" in headers) == ("application/vnd.amazon.eventstream", False)
    events = EventStreamBuffer()
    events.add_data(body)
    assert len(list(events)) == len(bedrock_jobs.calls[0].body_read) > 1


@pytest.mark.parametrize("open_connection", [http2, connected], ids=["http2", "http1"])
def test_a_part_of_a_body_is_sent_before_the_next_is_there(in_two_parts, open_connection):
    url, go_on = in_two_parts
    with open_connection(url) as connection:
        if open_connection is http2:
            stream = connection.request()
            while len(connection.received[stream]) < 2:
                connection.receive()
            go_on.set()
            assert connection.response(stream)[2] == b"first second"
        else:
            connection.request("GET", "/")
            response = connection.getresponse()
            assert response.read1() == b"first "
            go_on.set()
            assert response.read() == b"second"


def test_a_client_that_sends_no_more_requests_gets_its_responses(in_two_parts):
    """The AWS SDK for JavaScript announces that as soon as a response begins."""
    url, go_on = in_two_parts
    with http2(url) as connection:
        stream = connection.request()
        while len(connection.received[stream]) < 2:
            connection.receive()
        connection.go_away()
        go_on.set()
        assert connection.response(stream)[2] == b"first second"


@pytest.mark.parametrize("fault", [faults.proxy_page(), faults.proxy_page(204), faults.empty_response(429)])
def test_injected_pages_and_empty_responses_have_their_status_and_length(bedrock_jobs, connection, fault):
    bedrock_jobs.inject("ListModelImportJobs", fault)
    status, headers, body = connection.response(connection.request())
    assert str(status) in fault.label
    assert int(headers.get("content-length", 0)) == len(body)


@pytest.mark.parametrize("fault", [faults.connection_reset(), faults.endpoint_unreachable()])
def test_an_injected_reset_resets_the_connection(bedrock_jobs, fault):
    bedrock_jobs.inject("ListModelImportJobs", fault)
    with bedrock_jobs.serve() as url, http2(url) as connection, pytest.raises(ConnectionResetError):
        connection.exchange()


@pytest.mark.parametrize("fault", [faults.lost_response(), faults.read_timeout(), faults.connection_reset()])
def test_a_fault_without_a_response_ends_the_connection(bedrock_jobs, connection, fault):
    bedrock_jobs.inject("ListModelImportJobs", fault)
    stream = connection.request()
    with pytest.raises((EOFError, OSError)):
        connection.response(stream)
    assert connection.received[stream] == []


def test_truncated_json_is_shorter_than_it_says(bedrock_jobs, connection):
    bedrock_jobs.inject("ListModelImportJobs", faults.truncated_json())
    stream = connection.request()
    with pytest.raises(ProtocolError, match="Expected 30 bytes, received 15"):
        connection.response(stream)


@pytest.mark.parametrize("operation", ["invoke", "invoke-with-response-stream"])
def test_a_body_that_breaks_is_shorter_than_it_says(bedrock_jobs, connection, model, operation):
    bedrock_jobs.inject("*", faults.broken_stream())
    stream = connection.request("POST", f"{model}/{operation}", content={"prompt": "Hi"})
    with pytest.raises(ProtocolError, match="Expected"):
        connection.response(stream)


def test_an_open_connection_ends_with_the_server(bedrock_jobs):
    with bedrock_jobs.serve() as url:
        with http2(url) as connection:
            connection.exchange()
        with http2(url) as connection:
            connection.exchange()
            opened = connection
    assert nobody_listens(url)
    with pytest.raises((EOFError, OSError)):
        opened.receive()


def test_one_port_speaks_http1_and_http2(bedrock_jobs):
    with bedrock_jobs.serve() as url, http2(url) as connection:
        assert connection.exchange()[0] == send(url)[0] == 200


def slowly(parts):
    """Responds with these parts at the root, and at once elsewhere."""
    return lambda request: HttpResponse(200, {}, parts() if request.target == "/" else [b"null"])


def leave_after_the_first_part(url):
    """A client of HTTP/2 that is gone before its response is complete."""
    with http2(url) as connection:
        stream = connection.request(target="/")
        while not connection.received[stream]:
            connection.receive()


def wait_for_the_loop(url):
    """Wait until the server has seen what happened before: its loop takes events in their order."""
    for _ in range(2):
        with http2(url) as connection:
            assert connection.exchange(target="/null")[0] == 200


@pytest.mark.parametrize("version", [1, 2])
def test_a_client_that_is_gone_is_forgotten(version, caplog):
    """The server does not write to it, or wait for it at its end."""
    gone, written = threading.Event(), threading.Event()

    def parts():
        yield b"first "
        assert gone.wait(30)
        yield from [b"more "] * 20
        written.set()

    with http_server(slowly(parts), None) as url:
        if version == 1:
            with connected(url) as connection:
                connection.request("GET", "/")
                connection.getresponse()
        else:
            leave_after_the_first_part(url)
        wait_for_the_loop(url)  # in HTTP/2, it has seen by then that the client is gone
        gone.set()
        assert written.wait(30)
        wait_for_the_loop(url)
        start = time.monotonic()
    assert time.monotonic() - start < 1
    gc.collect()
    assert caplog.records == []


def test_the_end_of_the_server_does_not_wait_for_a_client_that_is_gone():
    """Its response waits for a part that has not come. In HTTP/1.1 only a write shows that a client is gone."""
    go_on = threading.Event()

    def parts():
        yield b"first"
        go_on.wait(30)

    with http_server(slowly(parts), None) as url:
        leave_after_the_first_part(url)
        wait_for_the_loop(url)
        start = time.monotonic()
    took = time.monotonic() - start
    go_on.set()
    assert took < 1
