"""What the server makes of requests, and what of them reaches the mock."""

from __future__ import annotations

import datetime
import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from http.client import IncompleteRead
from urllib.parse import quote, urlsplit

import pytest
from botocore.eventstream import EventStreamBuffer
from wire import IMPORT, LIST, connected, exchange, raw, send, signed

from pytest_bedrock_jobs import ModelResponse, UnsupportedOperationError, faults, mock_bedrock_jobs
from pytest_bedrock_jobs.server.http_server import LARGEST_BODY

NOVA = "/model/amazon.nova-lite-v1%3A0/invoke"


@pytest.fixture
def endpoint_url(bedrock_jobs):
    """Where the mock is served."""
    with bedrock_jobs.serve(longest_wait=0) as url:
        yield url


def test_a_job_created_over_http_is_there_in_the_process(bedrock_jobs, client, endpoint_url):
    bedrock_jobs.clock.advance(datetime.timedelta(days=500))
    status, headers, created = send(endpoint_url, "POST", LIST, content=IMPORT)

    assert status == 201
    assert headers["content-type"] == "application/json"
    assert headers["x-amzn-RequestId"]
    [sent] = headers.get_all("date")
    assert bedrock_jobs.clock.now() - parsedate_to_datetime(sent) < datetime.timedelta(days=1)
    assert client.get_model_import_job(jobIdentifier=created["jobArn"])["jobName"] == IMPORT["jobName"]
    assert [job.arn for job in bedrock_jobs.import_jobs] == [created["jobArn"]]


def test_a_job_is_found_by_its_percent_encoded_arn(bedrock_jobs, endpoint_url):
    arn = bedrock_jobs.add_import_job("llama").arn

    status, _, job = send(endpoint_url, target=f"{LIST}/{quote(arn, safe='')}")

    assert (status, job["jobName"]) == (200, "llama")


def test_a_list_is_sorted_and_paged_as_its_query_says(bedrock_jobs, endpoint_url):
    for name in ("old", "new"):
        bedrock_jobs.add_import_job(name)

    _, _, page = send(endpoint_url, target=f"{LIST}?maxResults=1&sortOrder=Ascending")

    assert [row["jobName"] for row in page["modelImportJobSummaries"]] == ["old"]
    assert page["nextToken"]


def test_a_target_in_absolute_form_is_understood(bedrock_jobs, endpoint_url):
    """As httpx sends it for aiobotocore; HTTP demands of every server that it takes one."""
    arn = bedrock_jobs.add_import_job("llama").arn

    status, _, job = send(endpoint_url, target=f"{endpoint_url}{LIST}/{quote(arn, safe='')}?a=b")

    assert (status, job["jobName"]) == (200, "llama")


def test_a_connection_is_kept_for_the_next_request(endpoint_url):
    with connected(endpoint_url) as connection:
        exchange(connection)
        socket_before = connection.sock
        exchange(connection)
        assert connection.sock is socket_before is not None


def test_sixteen_clients_at_once_lose_no_request(bedrock_jobs, endpoint_url):
    def create(number):
        names = {"jobName": f"import-{number}", "importedModelName": f"model-{number}"}
        return send(endpoint_url, "POST", LIST, content=IMPORT | names)[0]

    with ThreadPoolExecutor(16) as threads:
        assert set(threads.map(create, range(64))) == {201}
    assert len(bedrock_jobs.import_jobs) == 64


def test_the_error_of_the_service_has_its_status_code_and_message(bedrock_jobs, endpoint_url):
    unknown = quote("arn:aws:bedrock:us-east-1:123456789012:model-import-job/abcdefabcdef", safe="")

    status, headers, error = send(endpoint_url, target=f"{LIST}/{unknown}")

    assert status == 404
    assert headers["x-amzn-ErrorType"].startswith("ResourceNotFoundException:")
    assert "model-import-job/abcdefabcdef" in error["message"]
    [call] = bedrock_jobs.calls
    assert (call.operation, call.error_code) == ("GetModelImportJob", "ResourceNotFoundException")


def test_the_region_is_the_one_in_the_scope_of_the_signature(bedrock_jobs, endpoint_url):
    send(endpoint_url, "POST", LIST, signed("eu-central-1"), IMPORT)
    assert bedrock_jobs.calls[0].region == "eu-central-1"
    assert bedrock_jobs.import_jobs[0].arn.startswith("arn:aws:bedrock:eu-central-1:123456789012:")


def test_a_region_has_its_partition(bedrock_jobs, endpoint_url):
    send(endpoint_url, "POST", LIST, signed("us-gov-west-1"), IMPORT)
    assert bedrock_jobs.import_jobs[0].arn.startswith("arn:aws-us-gov:bedrock:us-gov-west-1:")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer key"}, signed("Not A Region")])
def test_without_a_signed_scope_the_region_is_the_mocks(headers):
    with mock_bedrock_jobs(region="eu-west-3") as jobs, jobs.serve() as url:
        send(url, headers=headers)
        assert jobs.calls[0].region == "eu-west-3"


def test_without_a_signed_scope_the_region_is_the_one_that_serve_was_given(bedrock_jobs):
    with bedrock_jobs.serve(region="ap-south-1") as url:
        send(url, headers={})
        send(url, headers=signed("eu-west-1"))
    assert [call.region for call in bedrock_jobs.calls] == ["ap-south-1", "eu-west-1"]


def test_two_servers_are_two_accounts_in_one_mock(bedrock_jobs):
    with bedrock_jobs.serve() as own, bedrock_jobs.serve(account_id="210987654321") as others:
        send(own, "POST", LIST, content=IMPORT)
        assert send(others)[2]["modelImportJobSummaries"] == []
        assert send(others, "POST", LIST, content=IMPORT)[0] == 201
    assert [job.arn.split(":")[4] for job in bedrock_jobs.import_jobs] == ["123456789012", "210987654321"]


def test_an_unknown_path_is_404(endpoint_url):
    status, headers, error = send(endpoint_url, target="/", headers={})
    assert (status, headers["x-amzn-ErrorType"]) == (404, "UnknownOperationException")
    assert error == {"message": "GET / is not an operation of bedrock or bedrock-runtime."}


def test_an_unknown_method_is_405_and_names_the_others(endpoint_url):
    status, headers, error = send(endpoint_url, "PUT", headers={})
    assert (status, headers["allow"]) == (405, "GET, POST")
    assert error["message"].endswith("methods here: GET, POST.")


def test_head_has_no_body_and_is_no_poll(bedrock_jobs, endpoint_url):
    bedrock_jobs.add_import_job()
    status, headers, content = send(endpoint_url, "HEAD", headers={})
    assert (status, headers["allow"], content) == (405, "GET, POST", None)
    assert bedrock_jobs.calls == ()
    assert bedrock_jobs.import_jobs[0].status == "InProgress"


def test_a_body_that_is_too_large_is_413(bedrock_jobs, endpoint_url):
    status, headers, error = send(endpoint_url, "POST", content="x" * LARGEST_BODY)
    assert (status, headers["x-amzn-ErrorType"]) == (413, "RequestEntityTooLargeException")
    assert error == {"message": "The body of a request has at most 25,000,000 bytes."}
    assert bedrock_jobs.calls == ()


def test_what_is_not_http_is_400(endpoint_url):
    assert raw(endpoint_url, b"nonsense\r\n\r\n").startswith(b"HTTP/1.1 400 ")


def test_a_websocket_is_refused(endpoint_url, caplog):
    headers = "Host: mock\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13"
    request = f"GET {LIST} HTTP/1.1\r\n{headers}\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    assert raw(endpoint_url, request.encode()).startswith(b"HTTP/1.1 500 ")
    assert caplog.records == []


def test_a_body_that_is_not_json_is_the_services_to_refuse(endpoint_url):
    with connected(endpoint_url) as connection:
        connection.request("POST", LIST, b"\xff", signed())
        response = connection.getresponse()
        assert (response.status, response.headers["x-amzn-ErrorType"].partition(":")[0]) == (
            400,
            "SerializationException",
        )


@pytest.mark.parametrize(
    ("before", "after", "status"), [("\r\n\t ", " \n", 201), ("", "x", 400), ("", "{}", 400), ("\ufeff", "", 400)]
)
def test_around_a_json_body_there_is_white_space_only(endpoint_url, before, after, status):
    with connected(endpoint_url) as connection:
        connection.request("POST", LIST, f"{before}{json.dumps(IMPORT)}{after}".encode(), signed())
        response = connection.getresponse()
    code = (response.headers["x-amzn-ErrorType"] or "").partition(":")[0]
    assert (response.status, code) == (status, "SerializationException" if status == 400 else "")


def test_an_sdk_that_asks_for_an_unknown_path_fails_the_test():
    def ask_for_a_bucket():
        with mock_bedrock_jobs() as jobs, jobs.serve() as url:
            assert send(url, target="/my-bucket")[0] == 404

    with pytest.raises(UnsupportedOperationError, match="GET /my-bucket is not an operation of bedrock"):
        ask_for_a_bucket()


def test_an_operation_that_is_not_mocked_is_501_and_fails_the_test():
    def list_guardrails():
        with mock_bedrock_jobs() as jobs, jobs.serve() as url:
            status, headers, error = send(url, target="/guardrails")
            assert (status, headers["x-amzn-ErrorType"]) == (501, "NotImplemented")
            assert error["message"].startswith("ListGuardrails is not mocked")
            [call] = jobs.calls
            assert (call.operation, call.error_code) == ("ListGuardrails", "UnsupportedOperationError")

    with pytest.raises(UnsupportedOperationError, match=r"nothing was sent \(by another process\)"):
        list_guardrails()


def test_what_goes_wrong_in_the_server_is_500_there_and_fails_the_test():
    def broken(parameters):
        raise RuntimeError("in the test's own function")

    def list_jobs():
        with mock_bedrock_jobs(allow_unused=True) as jobs, jobs.serve() as url:
            jobs.inject("*", faults.read_timeout(), where=broken)
            status, headers, error = send(url)
            assert (status, headers["x-amzn-ErrorType"]) == (500, "InternalFailure")
            assert error == {"message": "RuntimeError: in the test's own function"}
            assert [call.error_code for call in jobs.calls] == ["RuntimeError"]

    with pytest.raises(RuntimeError, match="in the test's own function"):
        list_jobs()


def test_an_injected_reset_resets_the_connection(bedrock_jobs, endpoint_url):
    bedrock_jobs.inject("ListModelImportJobs", faults.connection_reset(), faults.endpoint_unreachable())
    for _ in range(2):
        with pytest.raises(ConnectionResetError):
            raw(endpoint_url, f"GET {LIST} HTTP/1.1\r\nHost: mock\r\n\r\n".encode())


def test_an_injected_timeout_ends_the_connection_without_a_response(bedrock_jobs, endpoint_url):
    bedrock_jobs.inject("ListModelImportJobs", faults.read_timeout(), faults.connect_timeout())
    for _ in range(2):
        assert raw(endpoint_url, f"GET {LIST} HTTP/1.1\r\nHost: mock\r\n\r\n".encode()) == b""


def test_a_lost_response_ends_the_connection_after_the_work_is_done(bedrock_jobs, endpoint_url):
    bedrock_jobs.inject("CreateModelImportJob", faults.lost_response())
    body = json.dumps(IMPORT).encode()
    request = f"POST {LIST} HTTP/1.1\r\nHost: mock\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    assert raw(endpoint_url, request) == b""
    assert [job.name for job in bedrock_jobs.import_jobs] == [IMPORT["jobName"]]


def test_truncated_json_is_shorter_than_it_says(bedrock_jobs, endpoint_url):
    bedrock_jobs.inject("ListModelImportJobs", faults.truncated_json())
    header, _, body = raw(endpoint_url, f"GET {LIST} HTTP/1.1\r\nHost: mock\r\n\r\n".encode()).partition(b"\r\n\r\n")
    whole = b'{"modelImportJobSummaries":[]}'
    assert f"content-length: {len(whole)}".encode() in header.lower()
    assert body == whole[: len(whole) // 2]


def test_latency_beyond_the_longest_wait_passes_on_the_mocks_clock(bedrock_jobs, endpoint_url):
    bedrock_jobs.inject("ListModelImportJobs", faults.latency(3600))
    before = bedrock_jobs.clock.now()
    assert send(endpoint_url)[0] == 200
    assert (bedrock_jobs.clock.now() - before).total_seconds() >= 3600


@pytest.mark.parametrize("fault", [faults.proxy_page(), faults.empty_response(), faults.proxy_page(204)])
def test_injected_pages_and_empty_responses_have_their_status(bedrock_jobs, endpoint_url, fault):
    bedrock_jobs.inject("ListModelImportJobs", fault)
    response = raw(endpoint_url, f"GET {LIST} HTTP/1.1\r\nHost: mock\r\nConnection: close\r\n\r\n".encode())
    assert response.startswith(f"HTTP/1.1 {fault.label.partition('status ')[2][:3]} ".encode())


def test_attempts_of_one_call_have_one_id_and_are_one_call(bedrock_jobs, endpoint_url):
    bedrock_jobs.fail_next_call("ListModelImportJobs", "ThrottlingException")
    one, other = ({"amz-sdk-invocation-id": name} for name in ("one", "other"))
    for _ in range(3):
        assert send(endpoint_url, headers=signed(**one))[0] == 429
        assert len(bedrock_jobs.calls) == 1
    assert send(endpoint_url, headers=signed(**other))[0] == 200
    assert [call.responses for call in bedrock_jobs.calls] == [("ThrottlingException",) * 3, ("200",)]


def test_an_id_that_comes_again_after_a_reset_is_another_call(bedrock_jobs, endpoint_url):
    for _ in range(2):
        send(endpoint_url, headers=signed(**{"amz-sdk-invocation-id": "one"}))
        bedrock_jobs.reset()
    assert send(endpoint_url, headers=signed(**{"amz-sdk-invocation-id": "one"}))[0] == 200
    assert [call.responses for call in bedrock_jobs.calls] == [("200",)]


def test_attempts_of_one_call_are_one_call_if_they_overlap(bedrock_jobs, endpoint_url):
    """As those of a client that has not waited long enough for a response."""
    begun, go_on = threading.Event(), threading.Event()

    def slow_at_first(request):
        if not begun.is_set():
            begun.set()
            go_on.wait(30)
        return "Hi"

    model = bedrock_jobs.add_imported_model("llama")
    bedrock_jobs.respond(model, slow_at_first)
    request = (
        "POST",
        f"/model/{quote(model.arn, safe='')}/invoke",
        signed(**{"amz-sdk-invocation-id": "one"}),
        {"prompt": "Hi"},
    )
    with ThreadPoolExecutor(1) as thread:
        first = thread.submit(send, endpoint_url, *request)
        begun.wait(30)
        assert send(endpoint_url, *request)[0] == 200
        go_on.set()
        assert first.result()[0] == 200
    assert [call.responses for call in bedrock_jobs.calls] == [("200", "200")]


def test_a_request_whose_client_leaves_in_the_middle_of_its_body_does_nothing(bedrock_jobs, endpoint_url, caplog):
    parts = urlsplit(endpoint_url)
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.sendall(f"POST {LIST} HTTP/1.1\r\nHost: mock\r\nContent-Length: 1000\r\n\r\n{{".encode())
    assert send(endpoint_url)[0] == 200
    assert bedrock_jobs.import_jobs == ()
    assert caplog.records == []


def test_a_request_whose_client_leaves_before_the_response_is_carried_out(bedrock_jobs):
    begun, gone = threading.Event(), threading.Event()

    def hold(parameters):
        begun.set()
        return gone.wait(30)

    bedrock_jobs.inject("CreateModelImportJob", faults.lost_response(), where=hold)
    with bedrock_jobs.serve(longest_wait=0) as url:
        with connected(url) as connection:
            connection.request("POST", LIST, json.dumps(IMPORT), signed())
            begun.wait(30)
        assert send(url, target="/", headers={})[0] == 404  # by now the server knows that the client is gone
        gone.set()
        assert send(url)[0] == 200
    assert [job.name for job in bedrock_jobs.import_jobs] == [IMPORT["jobName"]]


def test_an_imported_model_is_invoked(bedrock_jobs, endpoint_url):
    model = bedrock_jobs.add_imported_model("llama")
    bedrock_jobs.respond(model, "Hello!")

    target = f"/model/{quote(model.arn, safe='')}/invoke"
    status, headers, body = send(endpoint_url, "POST", target, content={"prompt": "Hi", "max_gen_len": 8})

    assert (status, headers["content-type"], body["generation"]) == (200, "application/json", "Hello!")
    assert json.loads(bedrock_jobs.calls[0].body_read) == body


def test_headers_are_parameters_and_are_checked(bedrock_jobs, endpoint_url):
    target = f"/model/{quote(bedrock_jobs.add_imported_model('llama').arn, safe='')}/invoke"
    for trace, status in (("ENABLED", 200), ("MAYBE", 400)):
        headers = signed(**{"X-Amzn-Bedrock-Trace": trace})
        assert send(endpoint_url, "POST", target, headers, {"prompt": "Hi"})[0] == status
        assert bedrock_jobs.calls[-1].parameters["trace"] == trace


def test_an_event_stream_is_sent_whole(bedrock_jobs, endpoint_url):
    model = bedrock_jobs.add_imported_model("llama")

    with connected(endpoint_url) as connection:
        target = f"/model/{quote(model.arn, safe='')}/invoke-with-response-stream"
        connection.request("POST", target, json.dumps({"prompt": "Hi", "max_gen_len": 8}), signed())
        response = connection.getresponse()
        stream = EventStreamBuffer()
        stream.add_data(response.read())

    assert response.headers["content-type"] == "application/vnd.amazon.eventstream"
    assert len(list(stream)) == len(bedrock_jobs.calls[0].body_read) > 1


def test_a_pause_in_an_event_stream_passes_on_the_mocks_clock(bedrock_jobs):
    model = bedrock_jobs.add_imported_model("llama")
    bedrock_jobs.respond(model, ModelResponse(chunks=["one", "two"], pause=[0, 3600]))
    start = bedrock_jobs.clock.now()

    with bedrock_jobs.serve(longest_wait=0) as url, connected(url) as connection:
        target = f"/model/{quote(model.arn, safe='')}/invoke-with-response-stream"
        connection.request("POST", target, json.dumps({"prompt": "Hi"}), signed())
        assert connection.getresponse().read()

    assert (bedrock_jobs.clock.now() - start).total_seconds() >= 3600


def test_a_stream_that_breaks_has_no_end(bedrock_jobs, endpoint_url):
    model = bedrock_jobs.add_imported_model("llama")
    bedrock_jobs.inject("InvokeModelWithResponseStream", faults.broken_stream())

    with connected(endpoint_url) as connection:
        target = f"/model/{quote(model.arn, safe='')}/invoke-with-response-stream"
        connection.request("POST", target, json.dumps({"prompt": "Hi", "max_gen_len": 8}), signed())
        with pytest.raises(IncompleteRead) as broken:
            connection.getresponse().read()

    assert len(broken.value.partial) > 0


def test_a_model_that_is_not_of_the_mock_is_501_and_fails_the_test():
    def invoke_a_foundation_model():
        with mock_bedrock_jobs() as jobs, jobs.serve() as url:
            assert send(url, "POST", NOVA, content={"prompt": "Hi"})[0] == 501

    expected = (
        r"InvokeModel is not mocked for this model, and nothing was sent \(by another process\)\. 'amazon\.nova-lite"
    )
    with pytest.raises(UnsupportedOperationError, match=expected):
        invoke_a_foundation_model()


def test_an_expected_call_of_a_model_that_is_not_of_the_mock_fails_no_test(bedrock_jobs, endpoint_url):
    """A name is one of the models that are not of the mock, too."""
    arn = bedrock_jobs.add_imported_model("llama").arn
    with bedrock_jobs.expect_unsupported("InvokeModel"):
        status, _, error = send(endpoint_url, "POST", "/model/llama/invoke", content={"prompt": "Hi"})
    assert (status, f"Invoke 'llama' by the ARN {arn}." in error["message"]) == (501, True)


def test_a_stub_of_a_model_that_is_not_of_the_mock_is_served(bedrock_jobs, endpoint_url):
    bedrock_jobs.stub("InvokeModel", {"body": {"completion": "Hi"}}, model="amazon.*")
    bedrock_jobs.fail_next_call("InvokeModel", "ThrottlingException", times=1)

    assert send(endpoint_url, "POST", NOVA, content={"prompt": "Hi"})[0] == 429
    assert send(endpoint_url, "POST", NOVA, content={"prompt": "Hi"})[::2] == (200, {"completion": "Hi"})
    assert bedrock_jobs.calls[-1].parameters["modelId"] == "amazon.nova-lite-v1:0"


def test_a_stub_of_an_operation_that_is_not_mocked_is_served(bedrock_jobs, endpoint_url):
    """An operation that the mock does not have: stubbed for one Region, failing by a fault, else unsupported."""
    bedrock_jobs.stub("ListGuardrails", {"guardrails": []}, region="us-east-1")
    bedrock_jobs.inject("ListGuardrails", faults.service_error("ThrottlingException"))

    assert send(endpoint_url, target="/guardrails")[0] == 429
    assert send(endpoint_url, target="/guardrails")[::2] == (200, {"guardrails": []})
    with bedrock_jobs.expect_unsupported("ListGuardrails"):
        status, _, error = send(endpoint_url, target="/guardrails", headers=signed("eu-west-1"))
    assert (status, "Stub it: bedrock_jobs.stub(" in error["message"]) == (501, True)
