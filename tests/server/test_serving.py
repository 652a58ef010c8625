"""The life of a server, and other processes that reach the mock through it."""

from __future__ import annotations

import contextlib
import gc
import json
import multiprocessing
import os
import socket
import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path
from unittest import mock
from urllib.parse import urlsplit

import boto3
import freezegun
import pytest
from wire import CHILD, IMPORT, LIST, connected, exchange, nobody_listens, send, signed

from pytest_bedrock_jobs import UsageError, faults, mock_bedrock_jobs, serve
from pytest_bedrock_jobs.server import http_server


def child(environment, operation="list_model_import_jobs", attempts=1, **parameters):
    """What a program in another process gets from one call with boto3."""
    arguments = [*CHILD, operation, json.dumps(parameters), str(attempts)]
    done = subprocess.run(arguments, env=environment, check=True, capture_output=True, text=True, timeout=60)
    return json.loads(done.stdout)


@pytest.mark.parametrize("tls", [False, True])
def test_a_program_in_another_process_reaches_the_mock(bedrock_jobs, tls):
    with bedrock_jobs.serve(tls=tls) as url:
        assert urlsplit(url).scheme == ("https" if tls else "http")
        created = child(bedrock_jobs.environment(), "create_model_import_job", **IMPORT)
    [job] = bedrock_jobs.import_jobs
    assert created["jobArn"] == job.arn
    assert nobody_listens(url)


@pytest.mark.skipif(find_spec("awscli") is None, reason="the AWS CLI is not installed")
def test_the_aws_cli_in_a_process_of_its_own_reaches_the_mock(bedrock_jobs):
    arn = bedrock_jobs.add_import_job("llama").arn
    command = [sys.executable, "-m", "awscli", "bedrock", "get-model-import-job", "--job-identifier", arn]
    with bedrock_jobs.serve():
        done = subprocess.run(command, env=bedrock_jobs.environment(), check=True, capture_output=True, text=True)
    assert json.loads(done.stdout)["jobName"] == "llama"


def test_fail_next_call_fails_all_attempts_of_a_call_from_another_process(bedrock_jobs):
    bedrock_jobs.fail_next_call("ListModelImportJobs", "ThrottlingException")
    with bedrock_jobs.serve():
        result = child(bedrock_jobs.environment(), attempts=2)
    assert result["error"] == "ThrottlingException"
    assert bedrock_jobs.calls[0].responses == ("ThrottlingException",) * 2


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.connection_reset(), "ConnectionClosedError"),
        (faults.lost_response(), "ConnectionClosedError"),
        (faults.proxy_page(), "ClientError"),
    ],
    ids=lambda value: getattr(value, "label", value),
)
def test_a_program_in_another_process_meets_a_broken_connection(bedrock_jobs, fault, error):
    bedrock_jobs.inject("ListModelImportJobs", fault)
    with bedrock_jobs.serve():
        assert child(bedrock_jobs.environment())["error"] == error


READS_A_STREAM = """
import sys

import boto3

runtime = boto3.client("bedrock-runtime")
response = runtime.invoke_model_with_response_stream(modelId=sys.argv[1], body='{"prompt": "Hi"}')
try:
    print(len(list(response["body"])))
except Exception as error:
    print(type(error).__name__)
"""


def test_a_program_in_another_process_meets_a_broken_stream(bedrock_jobs):
    """urllib3 notices the end of a connection within a chunked body; botocore has it ignore a missing rest."""
    bedrock_jobs.inject("InvokeModelWithResponseStream", faults.broken_stream())
    command = [sys.executable, "-W", "ignore", "-c", READS_A_STREAM, bedrock_jobs.add_imported_model().arn]
    with bedrock_jobs.serve():
        output = subprocess.check_output(command, env=bedrock_jobs.environment(), text=True, timeout=60)
    assert output == "ProtocolError\n"


def list_jobs(results):
    """What a spawned child does."""
    results.put(boto3.client("bedrock").list_model_import_jobs()["modelImportJobSummaries"])


def test_a_spawned_child_reaches_the_mock(bedrock_jobs):
    arn = bedrock_jobs.add_import_job().arn
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    with bedrock_jobs.serve(), mock.patch.dict(os.environ, bedrock_jobs.environment(), clear=True):
        process = context.Process(target=list_jobs, args=(results,))
        process.start()
        [row] = results.get(timeout=60)
        process.join()
    assert row["jobArn"] == arn


def test_the_environment_has_nothing_of_the_machines_own(bedrock_jobs, monkeypatch):
    own = {"AWS_PROFILE": "prod", "AWS_SESSION_TOKEN": "token", "AWS_WEB_IDENTITY_TOKEN_FILE": "/token"}
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://localhost:4566")
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK", "http://localhost:4566")
    with bedrock_jobs.serve() as url:
        environment = bedrock_jobs.environment()
    assert not {*own, "AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"} & environment.keys()
    assert environment["PATH"] == os.environ["PATH"]
    assert environment["AWS_ENDPOINT_URL_S3"] == "http://localhost:4566"
    assert environment["AWS_ENDPOINT_URL_BEDROCK"] == environment["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"] == url
    assert environment["AWS_REGION"] == environment["AWS_DEFAULT_REGION"] == bedrock_jobs.region
    assert environment["AWS_CONFIG_FILE"] == environment["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert environment["AWS_ACCESS_KEY_ID"] == "AKIABEDROCKJOBSMOCK"


def test_a_proxy_is_not_asked_for_the_mock(bedrock_jobs, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://proxy:3128")
    monkeypatch.setenv("NO_PROXY", "intranet")
    with bedrock_jobs.serve():
        assert bedrock_jobs.environment()["NO_PROXY"] == "intranet,127.0.0.1"
        assert bedrock_jobs.environment()["no_proxy"].endswith("127.0.0.1")
        assert "error" not in child(bedrock_jobs.environment())


def test_with_https_the_environment_names_the_authority(bedrock_jobs):
    with bedrock_jobs.serve(tls=True):
        environment = bedrock_jobs.environment()
        [file] = {environment[name] for name in ("AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE")}
        assert "BEGIN CERTIFICATE" in Path(file).read_text()
    assert not Path(file).exists()


def test_the_environment_is_that_of_the_innermost_server(bedrock_jobs):
    with bedrock_jobs.serve() as outer:
        with bedrock_jobs.serve() as inner:
            assert bedrock_jobs.environment()["AWS_ENDPOINT_URL_BEDROCK"] == inner != outer
        assert bedrock_jobs.environment()["AWS_ENDPOINT_URL_BEDROCK"] == outer


def test_serving_changes_nothing_in_the_environment_of_the_process(bedrock_jobs):
    before = dict(os.environ)
    with bedrock_jobs.serve():
        bedrock_jobs.environment()
        assert dict(os.environ) == before


def test_an_open_connection_ends_with_the_server(bedrock_jobs):
    with bedrock_jobs.serve() as url:
        parts = urlsplit(url)
        with connected(url) as connection:
            exchange(connection)
            opened = connection.sock
            assert parts.port
        threads = {thread.name for thread in threading.enumerate()}
        assert "bedrock-jobs-server" in threads
    assert opened
    assert nobody_listens(url)
    assert "bedrock-jobs-server" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.parametrize("number", [1, 100])
def test_connections_that_are_made_as_the_server_closes_end(number):
    """They end too, and nothing is left for the garbage collector to complain about."""
    with contextlib.ExitStack() as stack:
        with mock_bedrock_jobs() as jobs, jobs.serve() as url:
            address = ("127.0.0.1", urlsplit(url).port)
            clients = [stack.enter_context(socket.create_connection(address, timeout=10)) for _ in range(number)]
        for client in clients:
            with contextlib.suppress(ConnectionResetError):
                assert client.recv(1) == b""
    gc.collect()


def test_a_connection_that_its_client_has_ended_ends(bedrock_jobs):
    with bedrock_jobs.serve() as url, connected(url) as connection:
        exchange(connection)
        connection.sock.shutdown(socket.SHUT_WR)
        assert connection.sock.recv(1) == b""


def test_a_connection_ends_after_the_responses_to_a_client_that_sends_no_more(bedrock_jobs):
    request = f"GET {LIST} HTTP/1.1\r\nHost: mock\r\n\r\n".encode()
    with bedrock_jobs.serve() as url:
        parts = urlsplit(url)
        with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
            connection.sendall(request * 2)  # the end comes while the first of them is read
            connection.shutdown(socket.SHUT_WR)
            assert b"".join(iter(lambda: connection.recv(65_536), b"")).count(b"HTTP/1.1 200 ") == 2


def test_whoever_waits_for_a_fault_is_let_go_when_the_server_closes(bedrock_jobs):
    waiting, result = threading.Event(), []

    def ask(url):
        try:
            send(url)
        except ConnectionError as error:
            result.append(error)

    bedrock_jobs.inject("ListModelImportJobs", faults.read_timeout(), where=lambda _: waiting.set() or True)
    with bedrock_jobs.serve(longest_wait=3600) as url:
        thread = threading.Thread(target=ask, args=(url,))
        thread.start()
        waiting.wait(30)
    thread.join(30)
    assert len(result) == 1


def test_a_server_closes_although_a_function_of_the_test_does_not_return(bedrock_jobs, monkeypatch):
    monkeypatch.setattr(http_server, "_GRACE", 0)
    begun, go_on = threading.Event(), threading.Event()
    bedrock_jobs.inject("ListModelImportJobs", faults.PASS, where=lambda _: begun.set() or go_on.wait(30))
    with bedrock_jobs.serve() as url, connected(url) as connection:
        connection.request("GET", LIST, headers=signed())
        begun.wait(30)
    assert nobody_listens(url)
    go_on.set()
    for call in [thread for thread in threading.enumerate() if thread.name == "bedrock-jobs-call"]:
        call.join(30)
        assert not call.is_alive()


def test_a_server_closes_while_time_is_frozen(bedrock_jobs, monkeypatch):
    monkeypatch.setattr(http_server, "_GRACE", 0.01)
    context = bedrock_jobs.serve()
    parts = urlsplit(context.__enter__())
    closing = threading.Thread(target=context.__exit__, args=(None, None, None), daemon=True)
    with socket.create_connection((parts.hostname, parts.port)) as connection, freezegun.freeze_time("2030-01-01"):
        request = f"POST {LIST} HTTP/1.1\r\nHost: mock\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"
        connection.sendall(request.encode())
        assert connection.recv(65_536).startswith(b"HTTP/1.1 100 ")  # the server waits for the body
        closing.start()
        closing.join(10)
    assert not closing.is_alive()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # of a process with threads, from Python 3.12
def test_a_forked_child_does_not_go_on_listening(bedrock_jobs):
    (started, start), (ended, end) = os.pipe(), os.pipe()
    with bedrock_jobs.serve() as url:
        pid = os.fork()
        if not pid:
            os.close(end)
            os.write(start, b"!")
            os.read(ended, 1)  # until the parent is done
            os._exit(0)
        os.read(started, 1)
    try:
        assert nobody_listens(url)
    finally:
        os.close(end)
        os.waitpid(pid, 0)
        for pipe in (started, start, ended):
            os.close(pipe)


FORKS = """
import os
import sys

from wire import send

from pytest_bedrock_jobs import serve

with serve() as server:
    child = os.fork()
    if child:
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.exit(status or send(server.endpoint_url)[0] - 503)
"""


def test_a_forked_child_leaves_the_block_without_the_server():
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1] / "helpers")}
    command = [sys.executable, "-W", "ignore", "-c", FORKS]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_a_mock_that_has_ended_responds_to_nothing():
    with mock_bedrock_jobs() as jobs:
        context = jobs.serve()
        url = context.__enter__()
    try:
        assert send(url)[0] == 503
        assert jobs.calls == ()
    finally:
        context.__exit__(None, None, None)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"region": "US East"}, "region is a Region's name such as 'us-east-1', not 'US East'"),
        ({"region": ""}, "region is a Region's name such as 'us-east-1', not ''"),
        ({"account_id": "1"}, "12 digits"),
        ({"longest_wait": -1}, "longest_wait takes the seconds that a thread can wait, 0 or more, not -1"),
        ({"longest_wait": float("inf")}, "longest_wait takes the seconds"),
        ({"longest_wait": 1e10}, "longest_wait takes the seconds"),
        ({"longest_wait": "1"}, "longest_wait takes the seconds"),
        ({"tls": "yes"}, "tls is True or False, not 'yes'"),
    ],
)
def test_serve_refuses_values_that_cannot_be(bedrock_jobs, options, text):
    for form in (bedrock_jobs.serve, serve):
        with pytest.raises(UsageError, match=text), form(**options):
            pytest.fail("it was served")


def test_a_mock_that_has_ended_is_not_served():
    with mock_bedrock_jobs() as jobs:
        pass
    with pytest.raises(UsageError, match="this mock has ended"), jobs.serve():
        pytest.fail("it was served")


def test_without_a_server_there_is_no_environment(bedrock_jobs):
    with pytest.raises(UsageError, match=r"call it within `with bedrock_jobs.serve\(\):`"):
        bedrock_jobs.environment()


def uninstall(monkeypatch, missing):
    for module in [name for name in sys.modules if name.startswith(("pytest_bedrock_jobs.server.", f"{missing}."))]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, missing, None)


@pytest.mark.parametrize(("missing", "tls"), [("hypercorn", False), ("trustme", True)])
def test_without_the_extra_the_message_says_what_to_install(bedrock_jobs, monkeypatch, missing, tls):
    uninstall(monkeypatch, missing)
    expected = rf"needs {missing}[.\w]*, which is not installed: pip install 'pytest-bedrock-jobs\[server\]'"
    with pytest.raises(UsageError, match=expected), bedrock_jobs.serve(tls=tls):
        pytest.fail("it was served")


def test_without_the_extra_the_fixture_says_what_it_needs_and_no_more(pytester, monkeypatch):
    uninstall(monkeypatch, "hypercorn")
    pytester.makepyfile("def test_it(bedrock_jobs_server): pass")
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*serve() needs hypercorn*"])
    result.stdout.no_fnmatch_line("*plugin.py*")


@pytest.fixture(scope="session")
def session_url(bedrock_jobs_server):
    return bedrock_jobs_server.endpoint_url


def test_the_session_wide_form_serves_whichever_mock_is_active(bedrock_jobs_server):
    url = bedrock_jobs_server.endpoint_url
    assert repr(bedrock_jobs_server) == f"<Server {url}>"
    with connected(url) as connection:
        for account in ("111111111111", "222222222222"):
            with mock_bedrock_jobs(account_id=account) as jobs:
                created = exchange(connection, "POST", LIST, content=IMPORT)[2]
                assert created["jobArn"] == jobs.import_jobs[0].arn
                assert created["jobArn"].split(":")[4] == account
        status, headers, error = exchange(connection)
    assert (status, headers["x-amzn-ErrorType"]) == (503, "ServiceUnavailableException")
    assert error == {"message": "No mock of pytest-bedrock-jobs is active now."}


def test_a_call_that_is_retried_in_the_next_test_belongs_to_the_next_mock(session_url):
    for _ in range(2):
        with mock_bedrock_jobs() as jobs:
            send(session_url, headers=signed(**{"amz-sdk-invocation-id": "one"}))
            assert [call.responses for call in jobs.calls] == [("200",)]


def test_the_environment_of_the_session_wide_form_is_clean_without_a_mock(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "prod")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    with serve() as server:
        environment = server.environment()
    assert "AWS_PROFILE" not in environment
    assert environment["AWS_REGION"] == "eu-west-3"


PARALLEL = """
    import subprocess
    import sys

    import pytest
    from wire import IMPORT, LIST, send

    @pytest.mark.parametrize("number", range(2))
    def test_one(bedrock_jobs, bedrock_jobs_server, number):
        with bedrock_jobs.serve() as url:
            for endpoint_url in (url, bedrock_jobs_server.endpoint_url):
                names = {"jobName": f"job-{endpoint_url[-5:]}", "importedModelName": f"model-{endpoint_url[-5:]}"}
                assert send(endpoint_url, "POST", LIST, content=IMPORT | names)[0] == 201
            assert len(bedrock_jobs.import_jobs) == 2
"""


def test_workers_of_xdist_have_servers_of_their_own(pytester, monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "helpers")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1] / "helpers"))
    pytester.makepyfile(PARALLEL)
    pytester.runpytest_subprocess("-n", "2", "-W", "error").assert_outcomes(passed=2)


def test_a_server_goes_on_after_a_program_was_killed_in_the_middle_of_a_request(bedrock_jobs):
    begun = threading.Event()
    bedrock_jobs.inject("ListModelImportJobs", faults.latency(3600), where=lambda _: begun.set() or True)
    with bedrock_jobs.serve(longest_wait=3600) as url:
        arguments = [*CHILD, "list_model_import_jobs", "{}", "1"]
        program = subprocess.Popen(arguments, env=bedrock_jobs.environment(), stdout=subprocess.DEVNULL)
        begun.wait(60)
        program.kill()
        program.wait()
        assert send(url)[0] == 200
    assert nobody_listens(url)


ENDS = """
import contextlib
import threading

from wire import connected, exchange

from pytest_bedrock_jobs import faults, mock_bedrock_jobs, serve


def ask(url):
    with contextlib.suppress(ConnectionError), connected(url) as connection:
        exchange(connection)


def served(**options):
    with mock_bedrock_jobs() as jobs, jobs.serve(**options) as url:
        ask(url)
        yield jobs


def stack_that_is_not_closed():
    stack.enter_context(serve())
    ask(stack.enter_context(stack.enter_context(mock_bedrock_jobs()).serve()))


def started():
    stack.enter_context(mock_bedrock_jobs().start().serve(tls=True))


def suspended():
    next(generator)


def waiting(function=lambda: None):
    reached = threading.Event()
    jobs = mock_bedrock_jobs().start()
    jobs.inject("ListModelImportJobs", faults.read_timeout(), where=lambda _: reached.set() or function() or True)
    url = stack.enter_context(jobs.serve(longest_wait=3600))
    threading.Thread(target=ask, args=(url,), daemon=True).start()
    reached.wait()


def stuck():
    waiting(threading.Event().wait)


stack = contextlib.ExitStack()
generator = served()
"""


@pytest.mark.parametrize("case", ["stack_that_is_not_closed", "started", "suspended", "waiting", "stuck"])
def test_a_process_that_ends_ends_its_server(case):
    """And it ends with nothing to say, whatever goes on in the server."""
    command = [sys.executable, "-W", "error", "-c", f"{ENDS}\n{case}()"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1] / "helpers")}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout + done.stderr == ""
