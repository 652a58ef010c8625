"""What passes the gate while a mock is active: calls of every service, whatever responds to them."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import gzip
import importlib
import inspect
import re
import threading
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import boto3
import botocore
import botocore.session
import pytest
from botocore.awsrequest import AWSRequest
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import HTTPClientError, ReadTimeoutError
from botocore.stub import Stubber
from support import Network, import_parameters, make_client

from pytest_bedrock_jobs import UnsupportedOperationError, UsageError, faults, mock_bedrock_jobs
from pytest_bedrock_jobs.interceptor import gate

USER = [{"role": "user", "content": [{"text": "Hello"}]}]
ANSWER = {
    "output": {"message": {"role": "assistant", "content": [{"text": "Hi"}]}},
    "stopReason": "end_turn",
    "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
    "metrics": {"latencyMs": 1},
}
CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"
CALLS = {
    "s3": lambda client: client.list_buckets(),
    "sts": lambda client: client.get_caller_identity(),
    "sagemaker": lambda client: client.list_models(),
    "dynamodb": lambda client: client.list_tables(),
}


@pytest.fixture
def nothing_is_sent(monkeypatch):
    """What would be sent is an error of another kind."""

    def send(self, request):
        raise AssertionError(f"{request.url} was sent")

    monkeypatch.setattr("botocore.httpsession.URLLib3Session.send", send)


@pytest.mark.parametrize("service", CALLS)
@pytest.mark.parametrize("made", ["before", "within"])
def test_other_services_are_refused(nothing_is_sent, service, made):
    """The error names service, operation, line and ways on; code that swallows it fails at the end."""
    client = make_client(service) if made == "before" else None
    mock = mock_bedrock_jobs()
    mock.start()
    client = client or boto3.client(service)
    with pytest.raises(UnsupportedOperationError) as caught:
        CALLS[service](client)
    text = str(caught.value)
    with pytest.raises(UnsupportedOperationError) as swallowed:
        mock.stop()
    assert str(swallowed.value) == text
    for part in (f" of {service} is not mocked", f"({__file__}:", "moto", "Stubber", "endpoint_url", "passthrough=("):
        assert part in text


HOSTS = {
    "https://s3.us-east-1.amazonaws.com": True,
    "https://bucket.vpce-1.s3.us-east-1.vpce.amazonaws.com": True,
    "https://s3.cn-north-1.amazonaws.com.cn": True,
    "https://s3.dualstack.us-east-1.api.aws": True,
    "https://S3.us-east-1.amazonaws.com.:443": True,
    "http://localhost:4566": False,
    "http://127.0.0.1:9000": False,
    "https://amazonaws.com.example.com": False,
}


@pytest.mark.parametrize(("url", "refused"), HOSTS.items())
def test_an_endpoint_that_is_not_awss_is_left_alone(bedrock_jobs, monkeypatch, url, refused):
    """Emulators are; every domain of AWS's is refused."""
    sent = []
    monkeypatch.setattr("botocore.httpsession.URLLib3Session.send", lambda _, request: sent.append(request) or 1 / 0)
    client = boto3.client("sts", endpoint_url=url)
    with pytest.raises(UnsupportedOperationError if refused else ZeroDivisionError):
        client.get_caller_identity()
    assert len(sent) == (not refused)
    bedrock_jobs.reset()


def test_every_host_in_botocores_rules_for_endpoints_is_awss():
    """Sign-in has domains of its own, for instance; those that end with a parameter are for endpoints of the code's."""
    endings = set()
    for path in Path(botocore.__file__).parent.glob("data/*/*/endpoint-rule-set-1.json*"):
        rules = (gzip.decompress if path.suffix == ".gz" else bytes)(path.read_bytes()).decode()
        endings |= set(re.findall(r'"https://(?:[^"/]*\})?([^"/{}]+)["/]', rules))
    assert len(endings) > 50
    assert {ending for ending in endings if not gate._is_of_aws(f"https://x{ending}")} == set()


def test_the_machines_own_data_do_not_say_which_hosts_are_awss(bedrock_jobs, monkeypatch, tmp_path, nothing_is_sent):
    """A file in ``~/.aws/models`` replaces botocore's for whoever uses its default paths."""
    client = make_client("s3")
    (tmp_path / "partitions.json").write_text('{"version": "1.1", "partitions": []}')
    monkeypatch.setattr("botocore.loaders.Loader.CUSTOMER_DATA_PATH", str(tmp_path))
    gate._domains_of_aws.cache_clear()
    with pytest.raises(UnsupportedOperationError):
        client.list_buckets()
    bedrock_jobs.reset()


@pytest.mark.bedrock_jobs(passthrough=("sts", "bedrock-runtime", "bedrock"))
def test_requests_of_services_that_the_test_lets_pass_leave_with_fake_keys(bedrock_jobs, monkeypatch):
    """Their requests leave, with fake keys unless code gave others; of Bedrock, what the mock does not have."""
    sent = []
    monkeypatch.setattr("botocore.httpsession.URLLib3Session.send", lambda _, request: sent.append(request) or 1 / 0)
    for call in (
        boto3.client("sts").get_caller_identity,
        lambda: boto3.client("bedrock-runtime").converse(modelId=CLAUDE, messages=USER),
        boto3.client("bedrock").list_guardrails,
    ):
        with pytest.raises(ZeroDivisionError):
            call()
    assert len(sent) == 3
    assert all(b"Credential=AKIABEDROCKJOBSMOCK/" in request.headers["Authorization"] for request in sent)
    boto3.client("bedrock").list_model_import_jobs()
    with pytest.raises(UnsupportedOperationError):
        boto3.client("s3").list_buckets()
    bedrock_jobs.reset()


@pytest.mark.parametrize("names", ["s3", ("S3",), (5,), None])
def test_wrong_names_of_services_to_pass_are_refused(names):
    """The error says what the option takes."""
    with pytest.raises(UsageError, match="passthrough"):
        mock_bedrock_jobs(passthrough=names).start()


def test_a_stubber_and_a_handler_of_the_tests_own_respond_as_ever(bedrock_jobs, nothing_is_sent):
    """A Stubber and a handler of the test's own are asked as ever."""
    client = boto3.client("sts")
    with Stubber(client) as stubber:
        stubber.add_response("get_caller_identity", {"Account": "111122223333"})
        assert client.get_caller_identity()["Account"] == "111122223333"
    seen = []
    client.meta.events.register("before-send.sts", lambda **_: seen.append("first"))
    network = Network(client, b"<a><GetCallerIdentityResult/></a>")
    client.get_caller_identity()
    assert (len(network.requests), seen) == (1, ["first"])


def test_handlers_from_a_module_with_a_name_like_botocores_are_accepted(bedrock_jobs):
    """Only botocore's own limit the rate; others may come from anywhere, or nowhere."""
    client, name = make_client(), {"__name__": "app.retries.hooks"}
    for names in (name, {}):
        exec("def handle(**_): pass", names)
        client.meta.events.register("before-send", names["handle"])
    client.list_model_import_jobs()


def test_a_response_that_botocore_has_read_has_nothing_left_to_read(bedrock_jobs):
    """In the ways of urllib3, of which nothing is left once botocore has read it."""
    client, seen = make_client(), []

    def read(http_response, **_):
        raw = http_response.raw
        seen.append(
            (raw.read(amt=1), raw.read(decode_content=True), raw.read(1), b"".join(raw.stream()), http_response.text)
        )

    client.meta.events.register("after-call", read)
    client.list_model_import_jobs()
    assert seen == [(b"", b"", b"", b"", '{"modelImportJobSummaries":[]}')]


def runtime(**options):
    """A client of the runtime."""
    return boto3.client("bedrock-runtime", **options)


def test_invoking_a_model_that_is_not_the_mocks_is_an_error_about_models(bedrock_jobs, nothing_is_sent):
    """The error is about models: what there is, and how another one is stubbed."""
    for _ in range(5):
        bedrock_jobs.add_imported_model()
    with pytest.raises(UnsupportedOperationError, match=r"Those of the mock: [^.]+\. For a foundation model"):
        runtime().converse(modelId=CLAUDE, messages=USER)
    model = bedrock_jobs.add_imported_model()
    with pytest.raises(UnsupportedOperationError) as caught:
        runtime().converse(modelId=CLAUDE, messages=USER)
    text = str(caught.value)
    assert f"'{CLAUDE}' is no imported model, and no deployment or provisioned throughput of a custom model" in text
    assert bedrock_jobs.imported_models[0].arn in text
    assert ", ..." in text
    assert "bedrock_jobs.stub('Converse', {'output': " in text
    assert f"model='{CLAUDE}')" in text
    for name in (model.name, model.arn.rpartition("/")[2]):
        with pytest.raises(UnsupportedOperationError, match=f"Invoke '{name}' by the ARN {model.arn}"):
            runtime().invoke_model(modelId=name, body=b"{}")
    assert [call.error_code for call in bedrock_jobs.calls] == ["UnsupportedOperationError"] * 4
    bedrock_jobs.reset()
    with pytest.raises(UnsupportedOperationError, match="none yet"):
        runtime().converse(modelId=CLAUDE, messages=USER)
    bedrock_jobs.reset()


@pytest.mark.parametrize("add", ["add_custom_model_deployment", "add_provisioned_throughput"])
def test_a_custom_model_is_not_invoked_by_its_own_arn(bedrock_jobs, nothing_is_sent, add):
    """The error names what serves it; no stub is advised."""
    served_by = getattr(bedrock_jobs, add)()
    with pytest.raises(UnsupportedOperationError) as caught:
        runtime().converse(modelId=served_by.model_arn, messages=USER)
    assert f"Invoke '{served_by.model_arn}' by the ARN {served_by.arn}. See: " in str(caught.value)
    bedrock_jobs.reset()


def test_an_import_job_is_not_invoked(bedrock_jobs, nothing_is_sent):
    """The error names its model."""
    model = bedrock_jobs.add_imported_model()
    with pytest.raises(UnsupportedOperationError, match=f"Invoke '{model.job_arn}' by the ARN {model.arn}"):
        runtime().invoke_model(modelId=model.job_arn, body=b"{}")
    bedrock_jobs.reset()


def test_the_calls_of_an_endpoint_of_ones_own_pass(bedrock_jobs, monkeypatch):
    """A runtime that is emulated elsewhere gets what is not the mock's, and `calls` has none of it."""
    monkeypatch.setattr("botocore.httpsession.URLLib3Session.send", lambda _, request: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        runtime(endpoint_url="http://localhost:11434").converse(modelId=CLAUDE, messages=USER)
    assert bedrock_jobs.calls == ()


def test_what_goes_to_an_endpoint_of_ones_own_is_signed(bedrock_jobs, monkeypatch):
    """Faults that cannot apply to it, because of their operation or because they were removed, change nothing."""
    sent = []
    monkeypatch.setattr("botocore.httpsession.URLLib3Session.send", lambda _, request: sent.append(request) or 1 / 0)
    bedrock_jobs.inject("InvokeModel", faults.read_timeout(), allow_unused=True)
    bedrock_jobs.inject("Converse", faults.read_timeout()).remove()
    with pytest.raises(ZeroDivisionError):
        runtime(endpoint_url="http://localhost:11434").converse(modelId=CLAUDE, messages=USER)
    assert "Authorization" in sent[0].headers


def test_a_stub_responds_for_foundation_models_that_fit_its_pattern(bedrock_jobs):
    """By pattern, the newest first; imported models still say what they say."""
    imported = bedrock_jobs.add_imported_model("llama")
    bedrock_jobs.respond("llama", "from the mock")
    stub = bedrock_jobs.stub("Converse", ANSWER, model="anthropic.*")
    assert repr(stub) == "<stub of Converse with anthropic.*>"
    bedrock_jobs.stub("InvokeModel", {"body": {"completion": "Hi"}}, model=CLAUDE)
    bedrock_jobs.stub("InvokeModel", lambda parameters: {"body": parameters["modelId"]}, model="amazon.*")
    events = [{"messageStart": {"role": "assistant"}}, {"messageStop": {"stopReason": "end_turn"}}]
    bedrock_jobs.stub("ConverseStream", {"stream": events})
    chunks = [{"chunk": {"bytes": b"Hi"}}]
    bedrock_jobs.stub("InvokeModelWithResponseStream", {"body": chunks})

    assert runtime().converse(modelId=CLAUDE, messages=USER)["output"] == ANSWER["output"]
    assert runtime().converse(modelId=imported.arn, messages=USER)["stopReason"] == "end_turn"
    assert runtime().invoke_model(modelId=CLAUDE, body=b"{}")["body"].read() == b'{"completion": "Hi"}'
    assert runtime().invoke_model(modelId="amazon.nova", body=b"{}")["body"].read() == b"amazon.nova"
    assert list(runtime().converse_stream(modelId=CLAUDE, messages=USER)["stream"]) == events
    assert list(runtime().invoke_model_with_response_stream(modelId=CLAUDE, body=b"{}")["body"]) == chunks
    with pytest.raises(UnsupportedOperationError):
        runtime().converse(modelId="meta.llama", messages=USER)
    assert bedrock_jobs.calls[0].parameters["modelId"] == CLAUDE
    stub.remove()
    with pytest.raises(UnsupportedOperationError):
        runtime().converse(modelId=CLAUDE, messages=USER)
    with bedrock_jobs.expect_unsupported("Converse"), contextlib.suppress(UnsupportedOperationError):
        runtime().converse(modelId=CLAUDE, messages=USER)
    bedrock_jobs.reset()


def test_faults_and_permissions_work_for_foundation_models(bedrock_jobs):
    """They work as with the mock's own models."""
    client = runtime(config=Config(retries={"total_max_attempts": 1}))
    bedrock_jobs.fail_next_call("Converse", "ThrottlingException")
    with pytest.raises(client.exceptions.ThrottlingException):
        client.converse(modelId=CLAUDE, messages=USER)
    bedrock_jobs.deny("bedrock:InvokeModel")
    with pytest.raises(client.exceptions.AccessDeniedException):
        client.converse(modelId=CLAUDE, messages=USER)
    bedrock_jobs.inject("Converse", faults.read_timeout())
    with pytest.raises(ReadTimeoutError):
        client.converse(modelId=CLAUDE, messages=USER)
    assert [call.error_code for call in bedrock_jobs.calls] == [
        "ThrottlingException",
        "AccessDeniedException",
        "ReadTimeoutError",
    ]


@pytest.mark.parametrize(
    ("operation", "response", "options", "text"),
    [
        ("Converse", ANSWER, {"model": 5}, "model is the id of a model"),
        ("ListGuardrails", {"guardrails": []}, {"model": "x"}, "model is the id of a model that ListGuardrails"),
        ("Converse", {}, {}, "Missing required field"),
        ("ConverseStream", {"stream": [{"nothing": {}}]}, {}, "a stream is a list of events"),
        ("ConverseStream", {"stream": 5}, {}, "a stream is a list of events"),
        (
            "Converse",
            ANSWER,
            {"model": "arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdefghijkl"},
            "Prepare what it says with respond",
        ),
    ],
)
def test_wrong_stubs_of_models_are_refused(bedrock_jobs, operation, response, options, text):
    """Where they are written."""
    with pytest.raises(UsageError, match=text):
        bedrock_jobs.stub(operation, response, **options)


def test_a_not_implemented_error_of_the_tests_function_is_its_own(bedrock_jobs):
    """Its error is its own: only that of another mock says that nothing responds."""

    def respond(_):
        raise NotImplementedError("not yet")

    bedrock_jobs.stub("ListGuardrails", respond)
    with pytest.raises(NotImplementedError, match="not yet"):
        make_client().list_guardrails()


def test_calls_within_a_call_are_calls_of_their_own(bedrock_jobs):
    """Of a function that responds, a handler, and a context that was copied: each has its own operation."""
    models = [bedrock_jobs.add_imported_model(name) for name in ("outer", "inner")]
    client = runtime()

    def ask(arn):
        return client.converse(modelId=arn, messages=USER)["output"]["message"]["content"][0]["text"]

    bedrock_jobs.respond("inner", "inner")
    bedrock_jobs.respond("outer", lambda request: f"asked {ask(models[1].arn)}")
    assert ask(models[0].arn) == "asked inner"

    arns, contexts = [], []

    def create(**_):
        arns.append(bedrock_jobs.client().create_model_import_job(**import_parameters())["jobArn"])
        with pytest.raises(UnsupportedOperationError, match="ListBuckets of s3"):
            boto3.client("s3").list_buckets()
        contexts.append(contextvars.copy_context())

    client.meta.events.register("before-send.bedrock-runtime", create)
    bedrock_jobs.respond("inner", "inner")
    assert ask(models[1].arn) == "inner"
    thread = threading.Thread(target=lambda: contexts[0].run(create))
    thread.start()
    thread.join()
    assert set(arns) <= {job.arn for job in bedrock_jobs.import_jobs}
    assert len(arns) == 2
    bedrock_jobs.reset()


def test_a_client_is_left_as_it_was(bedrock_jobs):
    """Nothing of a mock stays in it."""
    client = make_client()
    before, endpoint = dict(vars(client)), dict(vars(client._endpoint))
    cache = client.meta.events._emitter._lookup_cache
    client.create_model_import_job(**import_parameters())
    assert dict(vars(client)) == before
    assert dict(vars(client._endpoint)) == endpoint
    assert client.meta.events._emitter._lookup_cache is cache


@pytest.mark.parametrize("is_first", [True, False])
def test_a_tracer_may_make_calls_itself(monkeypatch, nothing_is_sent, is_first):
    """Around the hook or within it: others with the client it has, and the same again, after it or meanwhile."""
    client, again, seen = make_client(), [], []

    def trace():
        original = BaseClient._make_request

        def make(self, operation_model, request_dict, request_context):
            if operation_model.name == "ListImportedModels":
                self.list_model_import_jobs()
                again.append(lambda: original(self, operation_model, request_dict, request_context))
                original(self, operation_model, request_dict, request_context)
            return original(
                self, operation_model=operation_model, request_dict=request_dict, request_context=request_context
            )

        monkeypatch.setattr(BaseClient, "_make_request", make)

    if is_first:
        monkeypatch.setattr(BaseClient, "_make_request", inspect.unwrap(BaseClient._make_request))
        trace()
    with mock_bedrock_jobs() as jobs:
        if not is_first:
            trace()
        client.meta.events.register("before-send.bedrock", lambda **_: again.pop()() and None if again else None)
        client.meta.events.register("after-call", lambda context, **_: seen.extend(context))
        client.list_imported_models()
    # Within the hook, all requests belong to one call.
    assert {call.operation for call in jobs.calls} == {"ListImportedModels", "ListModelImportJobs"}
    assert sum(len(call.responses) for call in jobs.calls) == 4
    assert not [name for name in seen if "bedrock_jobs" in name]


def test_an_endpoint_object_of_ones_own_responds_itself(bedrock_jobs):
    """It need not have what botocore's has."""

    class Endpoint:
        def make_request(self, *_):
            return SimpleNamespace(status_code=200), {"modelSummaries": ["mine"]}

    client = make_client()
    client._endpoint = Endpoint()
    assert client.list_imported_models()["modelSummaries"] == ["mine"]


def spied(client):
    """A client whose endpoint is spied on, which takes its calls past the double that the mock makes of it."""
    client._endpoint.make_request = Mock(wraps=client._endpoint.make_request)
    return client.list_buckets


def replaced_by_a_spy(client):
    client._endpoint = Mock(wraps=client._endpoint)
    return client.list_buckets


def sent_by_itself(client):
    request = AWSRequest("GET", "https://s3.us-east-1.amazonaws.com/").prepare()
    return lambda: client._endpoint.http_session.send(request=request)


@pytest.fixture
def nothing_is_connected(monkeypatch):
    """What would open a connection is an error of another kind."""
    monkeypatch.setattr("botocore.httpsession.URLLib3Session._get_connection_manager", lambda *_: 1 / 0)


@pytest.mark.parametrize("way", [spied, replaced_by_a_spy, sent_by_itself])
def test_a_request_past_the_gate_is_refused_where_it_would_be_sent(nothing_is_connected, way):
    """It is refused where botocore would send it, and at the end of the mock if that was swallowed."""
    mock = mock_bedrock_jobs()
    mock.start()
    with pytest.raises(
        UnsupportedOperationError, match=r"s3\.(us-east-1\.)?amazonaws\.com went past the mock, .*test_gate"
    ):
        way(boto3.client("s3"))()
    with pytest.raises(UnsupportedOperationError, match="Spy on the client's own method"):
        mock.stop()


@pytest.mark.parametrize(
    ("options", "arguments"), [({"passthrough": ("s3",)}, {}), ({}, {"endpoint_url": "http://localhost:4566"})]
)
def test_a_request_that_may_leave_is_sent(nothing_is_connected, options, arguments):
    with mock_bedrock_jobs(**options), pytest.raises(HTTPClientError, match="division by zero"):
        make_client("s3", config=Config(retries={"total_max_attempts": 1}), **arguments).list_buckets()


@pytest.mark.needs("aiobotocore")
def test_calls_of_aiobotocore_are_refused_and_stubbed_as_those_of_botocore(bedrock_jobs):
    """Asynchronous clients are refused, are stubbed, and may call within a call."""
    aiobotocore = importlib.import_module("aiobotocore.session")
    session = aiobotocore.get_session()

    async def run():
        async with session.create_client("s3", region_name="us-east-1") as s3:
            with pytest.raises(UnsupportedOperationError, match=r"ListBuckets of s3 .*test_gate.py"):
                await s3.list_buckets()
            assert "AKIABEDROCKJOBSMOCK" in await s3.generate_presigned_url("list_buckets")
        async with session.create_client("bedrock-runtime", region_name="us-east-1") as client:
            with pytest.raises(UnsupportedOperationError, match="not mocked for this model"):
                await client.converse(modelId=CLAUDE, messages=USER)
            bedrock_jobs.stub("Converse", ANSWER, model="anthropic.*")

            once = [True]

            async def twice(**_):
                if once and once.pop():
                    await client.converse(modelId=CLAUDE, messages=USER)

            client.meta.events.register("before-send.bedrock-runtime", twice)
            assert (await client.converse(modelId=CLAUDE, messages=USER))["output"] == ANSWER["output"]

    asyncio.run(run())
    assert [call.operation for call in bedrock_jobs.calls] == ["Converse"] * 3
    bedrock_jobs.reset()


def test_without_any_environment_clients_have_a_region_and_ask_for_no_keys(bedrock_jobs, monkeypatch):
    """A test that clears it has clients nevertheless, and nothing is asked for a Region or keys."""
    monkeypatch.setattr("os.environ", {})
    client = botocore.session.get_session().create_client("s3", config=Config(defaults_mode="auto"))
    assert client.meta.region_name == "us-east-1"
    with pytest.raises(UnsupportedOperationError):
        client.list_buckets()
    bedrock_jobs.reset()
