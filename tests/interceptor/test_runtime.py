"""Clients of bedrock-runtime: which requests are the mock's, bodies and streams as botocore reads them."""

from __future__ import annotations

import copy
import io
import json
import pickle
import threading
import time

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config
from botocore.response import StreamingBody
from invoking import chunks, converse, error_of, invoke, runtime_client, user
from support import Network, make_client

from pytest_bedrock_jobs import UnsupportedOperationError, faults, mock_bedrock_jobs

DEPLOYMENT = "arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/abcdefghijkl"
OTHER_MODELS = [
    "meta.llama3-8b-instruct-v1:0",
    "arn:aws:bedrock:us-east-1::foundation-model/meta.llama3-8b-instruct-v1:0",
    "arn:aws:bedrock:us-east-1:123456789012:custom-model/imported/abcdefghijkl",
    "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.meta.llama3-1-8b-instruct-v1:0",
    "my-model",
]


@pytest.fixture
def model(bedrock_jobs):
    """An imported model that says four tokens."""
    bedrock_jobs.respond("llama", "one two three four", allow_unused=True)
    return bedrock_jobs.add_imported_model("llama")


@pytest.mark.parametrize("model_id", OTHER_MODELS)
def test_requests_for_models_that_are_not_the_mocks_go_to_the_network(bedrock_jobs, model_id):
    """The network gets the request, signed, and the mock knows nothing of it."""
    client = make_client("bedrock-runtime")
    network = Network(client, b'{"from": "the network"}')

    assert invoke(model_id, client, prompt="Hello") == {"from": "the network"}

    [request] = network.requests
    assert "Authorization" in request.headers
    assert bedrock_jobs.calls == ()


def test_one_client_serves_models_of_the_mock_and_of_the_network(bedrock_jobs, model):
    """Each request goes its own way, also after the mock has ended."""
    client = make_client("bedrock-runtime")
    network = Network(client, b'{"from": "the network"}')

    for _ in range(2):
        assert invoke(model.arn, client, prompt="Hello")["generation"] == "one two three four"
        assert invoke("my-model", client, prompt="Hello") == {"from": "the network"}

    assert len(network.requests) == 2
    with mock_bedrock_jobs() as other:
        assert error_of(invoke, model.arn, client, prompt="Hello")[0] == "ResourceNotFoundException"
        assert [call.error_code for call in other.calls] == ["ResourceNotFoundException"]
    assert len(bedrock_jobs.calls) == 2


def test_a_request_for_a_model_of_the_mock_is_not_signed(bedrock_jobs, model):
    """No real key is used for a request that stays here."""
    client = make_client("bedrock-runtime")
    sent = []
    client.meta.events.register_first("before-send.bedrock-runtime", lambda request, **_: sent.append(request))

    converse(model.arn, client=client)

    assert "Authorization" not in sent[0].headers


@pytest.mark.parametrize(
    "kind", ["imported-model", "custom-model-deployment", "imported-model/UPPER", "imported-model/a"]
)
def test_an_arn_of_a_model_that_the_mock_lacks_gets_its_error(bedrock_jobs, kind):
    """Whether the model could exist or not, and however its id is written: nothing is sent."""
    client = make_client("bedrock-runtime")
    network = Network(client)
    arn = f"arn:aws:bedrock:us-east-1:123456789012:{kind}" + ("" if "/" in kind else "/abcdefghijkl")

    code, _, text = error_of(invoke, arn, client, prompt="Hello")

    assert network.requests == []
    if "/" in kind:
        assert (code, text.partition(":")[0]) == ("ValidationException", "1 validation error detected")
    else:
        assert code == "ResourceNotFoundException"
        assert arn in text


def test_a_model_of_another_region_is_an_invalid_identifier(bedrock_jobs):
    """The ARN says which."""
    model = bedrock_jobs.add_imported_model("llama", region="us-west-2")

    code, status, text = error_of(converse, model.arn)

    assert (code, status) == ("ValidationException", 400)
    assert text.startswith("The provided model identifier is invalid.")
    assert "us-west-2" in text
    assert converse(model.arn, client=runtime_client(region="us-west-2"))


@pytest.mark.parametrize(
    ("operation", "action"),
    [("converse", "InvokeModel"), ("converse_stream", "InvokeModelWithResponseStream")],
)
def test_an_imported_model_of_another_account_is_denied(bedrock_jobs, operation, action):
    """Imported models cannot be shared."""
    model = bedrock_jobs.add_imported_model("llama", account_id="210987654321")

    code, status, text = error_of(getattr(runtime_client(), operation), modelId=model.arn, messages=user("Hello"))

    assert (code, status) == ("AccessDeniedException", 403)
    assert f"is not authorized to perform: bedrock:{action} on resource: {model.arn}" in text


def test_a_deleted_model_is_not_found(bedrock_jobs, model):
    """It is gone for the runtime too."""
    bedrock_jobs.client().delete_imported_model(modelIdentifier=model.arn)

    code, status, text = error_of(invoke, model.arn, prompt="Hello")

    assert (code, status) == ("ResourceNotFoundException", 404)
    assert f"Could not find imported model {model.arn}" in text


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        pytest.param(
            "count_tokens",
            lambda arn: {"modelId": arn, "input": {"converse": {"messages": user("Hello")}}},
            marks=pytest.mark.needs("CountTokens"),
        ),
        pytest.param(
            "start_async_invoke",
            lambda arn: {
                "modelId": arn,
                "modelInput": {"prompt": "Hello"},
                "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": "s3://bucket/"}},
            },
            marks=pytest.mark.needs("StartAsyncInvoke"),
        ),
    ],
)
def test_other_operations_with_a_model_of_the_mock_are_unsupported(bedrock_jobs, model, operation, parameters):
    """Nothing is sent; for other models they pass."""
    client = make_client("bedrock-runtime")

    with pytest.raises(UnsupportedOperationError, match="is not mocked, and nothing was sent"):
        getattr(client, operation)(**parameters(model.arn))

    bedrock_jobs.reset()
    network = Network(client)
    getattr(client, operation)(**parameters("amazon.nova-reel-v1:0"))
    assert len(network.requests) == 1


def test_operations_without_a_model_pass(bedrock_jobs):
    """They are not about one."""
    client = make_client("bedrock-runtime")
    network = Network(client)

    client.apply_guardrail(guardrailIdentifier="g", guardrailVersion="1", source="INPUT", content=[])

    assert len(network.requests) == 1


def test_a_body_is_read_as_from_the_network(bedrock_jobs, model):
    """In pieces, by lines, as a context manager; its length is checked by botocore."""
    client = runtime_client()

    def body():
        return client.invoke_model(modelId=model.arn, body='{"prompt": "Hello"}')["body"]

    assert isinstance(body(), StreamingBody)
    whole = body().read()
    pieces = body()
    assert pieces.read(5) + pieces.read() == whole
    assert pieces.read() == body().read(0) == b""
    assert b"".join(body().iter_chunks(7)) == whole
    assert list(body().iter_lines()) == [whole]
    assert body().readlines() == [whole]
    assert b"".join(body()) == whole
    buffer = bytearray(10)
    with body() as raw:  # botocore's own body has this method since 1.36
        assert raw.readinto(buffer) == 10
    assert buffer == whole[:10]
    tell = body()
    tell.read(3)
    assert tell.tell() == 3
    assert tell.readable()
    assert json.load(io.TextIOWrapper(io.BytesIO(whole)))["generation"] == "one two three four"
    with body() as raw:
        assert raw.read() == whole
    closed = body()
    closed.close()
    with pytest.raises(ValueError, match="closed"):
        closed.read()


def test_a_stream_may_be_closed_before_its_end(bedrock_jobs, model):
    """A caller may stop reading."""
    stream = runtime_client().converse_stream(modelId=model.arn, messages=user("Hello"))["stream"]
    events = iter(stream)
    assert "messageStart" in next(events)
    stream.close()

    [call] = bedrock_jobs.calls
    assert call.body_read == ({"messageStart": {"role": "assistant"}},)
    with pytest.raises(TypeError, match="does not change"):
        call.body_read[0].clear()
    with pytest.raises(ValueError, match="closed"):
        list(runtime_client_stream_closed(model))


def runtime_client_stream_closed(model):
    """A stream that was closed before anybody read it."""
    stream = runtime_client().converse_stream(modelId=model.arn, messages=user("Hello"))["stream"]
    stream.close()
    return stream


def test_what_was_read_is_recorded_as_it_is_read(bedrock_jobs, model):
    """The call has ended before; its record follows the reading."""
    response = runtime_client().invoke_model(modelId=model.arn, body='{"prompt": "Hello"}')
    [call] = bedrock_jobs.calls
    assert call.output["contentType"] == "application/json"
    assert json.loads(call.output["body"])["generation"] == "one two three four"
    assert call.body_read == b""

    response["body"].read(4)
    assert call.body_read == call.output["body"][:4]
    response["body"].read()
    assert call.body_read == call.output["body"]

    stream = runtime_client().invoke_model_with_response_stream(modelId=model.arn, body='{"prompt": "Hello"}')["body"]
    call = bedrock_jobs.calls[-1]
    for number, event in enumerate(stream, 1):
        assert len(call.body_read) == number
        assert call.body_read[-1] == event
    assert list(call.body_read) == call.output["body"]

    converse(model.arn)
    assert bedrock_jobs.calls[-1].body_read is None


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda call: pickle.loads(pickle.dumps(call))])
def test_a_copied_record_keeps_what_was_read(bedrock_jobs, model, copied):
    """Copied or pickled while the body is being read, as any other record of a call can be."""
    body = runtime_client().invoke_model(modelId=model.arn, body='{"prompt": "Hello"}')["body"]
    body.read(4)
    [call] = bedrock_jobs.calls

    copy_of_call = copied(call)
    body.read()

    assert copy_of_call == call
    assert copy_of_call.body_read == call.output["body"][:4]


@pytest.mark.parametrize("body", [b'{"prompt": "Hello"}', bytearray(b'{"prompt": "Hello"}'), '{"prompt": "Hello"}'])
def test_a_body_may_be_of_every_type_that_botocore_takes(bedrock_jobs, model, body):
    """Whatever botocore takes."""
    assert runtime_client().invoke_model(modelId=model.arn, body=body)
    assert bedrock_jobs.calls[-1].parameters["body"] == b'{"prompt": "Hello"}'


def test_a_file_as_body_is_rewound_before_another_attempt(bedrock_jobs, model):
    """It is rewound before another attempt, as botocore does."""
    bedrock_jobs.fail_next_call("InvokeModel", "ThrottlingException", times=1)
    assert runtime_client(attempts=3).invoke_model(modelId=model.arn, body=io.BytesIO(b'{"prompt": "Hello"}'))
    [call] = bedrock_jobs.calls
    assert call.responses == ("ThrottlingException", "200")
    assert call.parameters["body"] == b'{"prompt": "Hello"}'


def test_parameters_in_headers_are_recorded(bedrock_jobs, model):
    """By the API's names, like all others."""
    runtime_client().invoke_model(
        modelId=model.arn, body='{"prompt": "Hello"}', accept="application/json", contentType="application/json"
    )
    assert bedrock_jobs.calls[-1].parameters == {
        "modelId": model.arn,
        "body": b'{"prompt": "Hello"}',
        "accept": "application/json",
        "contentType": "application/json",
    }


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ModelTimeoutException", 408),
        ("ModelErrorException", 424),
        ("ModelNotReadyException", 429),
        ("ThrottlingException", 429),
        ("ServiceQuotaExceededException", 400),
        ("AccessDeniedException", 403),
        ("InternalServerException", 500),
    ],
)
@pytest.mark.parametrize("operation", ["InvokeModel", "InvokeModelWithResponseStream", "Converse", "ConverseStream"])
def test_each_modelled_error_has_the_status_of_the_service_model(bedrock_jobs, model, operation, code, status):
    """Each with the status of the service model, as a plain response also where a stream was asked for."""
    client = runtime_client()
    bedrock_jobs.fail_next_call(operation, code, "the reason")
    calls = {
        "InvokeModel": lambda: invoke(model.arn, prompt="Hello"),
        "InvokeModelWithResponseStream": lambda: chunks(model.arn, prompt="Hello"),
        "Converse": lambda: converse(model.arn),
        "ConverseStream": lambda: client.converse_stream(modelId=model.arn, messages=user("Hello")),
    }

    with pytest.raises(getattr(client.exceptions, code)) as caught:
        calls[operation]()

    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert caught.value.response["Error"]["Message"] == "the reason"
    assert bedrock_jobs.calls[-1].body_read is None


def test_an_error_of_the_model_has_its_fields(bedrock_jobs, model):
    """What the model itself said."""
    error = faults.service_error("ModelErrorException", "broken", originalStatusCode=500, resourceName=model.arn)
    bedrock_jobs.inject("InvokeModel", error)
    client = runtime_client()
    with pytest.raises(client.exceptions.ModelErrorException) as caught:
        invoke(model.arn, prompt="Hello")
    assert caught.value.response["resourceName"] == model.arn
    assert caught.value.response["originalStatusCode"] == 500


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_a_failed_invocation_is_retried_in_every_mode(bedrock_jobs, model, mode):
    """Botocore's own, without sleeping."""
    bedrock_jobs.fail_next_call("InvokeModel", "ServiceUnavailableException", times=2)
    assert invoke(model.arn, runtime_client(attempts=5, mode=mode), prompt="Hello")
    assert len(bedrock_jobs.calls[-1].responses) == 3


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.read_timeout(), botocore.exceptions.ReadTimeoutError),
        (faults.connection_reset(), botocore.exceptions.ConnectionClosedError),
        (faults.lost_response(), botocore.exceptions.ReadTimeoutError),
    ],
)
def test_faults_of_the_connection_raise_botocores_exceptions(bedrock_jobs, model, fault, error):
    """As for Bedrock itself."""
    bedrock_jobs.inject("ConverseStream", fault)
    with pytest.raises(error):
        runtime_client().converse_stream(modelId=model.arn, messages=user("Hello"))


def test_a_truncated_body_is_an_error_and_a_truncated_stream_just_ends(bedrock_jobs, model):
    """Botocore misses the rest of a body; of a stream it does not know the length."""
    bedrock_jobs.inject("InvokeModel", faults.truncated_json())
    with pytest.raises(botocore.exceptions.IncompleteReadError):
        invoke(model.arn, prompt="Hello")

    bedrock_jobs.inject("ConverseStream", faults.truncated_json())
    stream = runtime_client().converse_stream(modelId=model.arn, messages=user("Hello"))["stream"]
    assert 0 < len(list(stream)) < 8


@pytest.mark.parametrize("action", ["bedrock:InvokeModel", "bedrock:Invoke*"])
def test_converse_needs_the_permission_of_invoke_model(bedrock_jobs, model, action):
    """Converse needs that of InvokeModel, as on AWS."""
    bedrock_jobs.deny(action)

    for call in (lambda: invoke(model.arn, prompt="Hello"), lambda: converse(model.arn)):
        code, _, text = error_of(call)
        assert code == "AccessDeniedException"
        assert f"bedrock:InvokeModel on resource: {model.arn}" in text


def test_models_respond_to_threads_side_by_side(bedrock_jobs, model):
    """A function of the test's runs without a lock: models respond side by side."""
    barrier = threading.Barrier(8, timeout=30)
    bedrock_jobs.respond(model, lambda request: f"{barrier.wait()} {request.prompt}")
    found = []
    prompts = [str(number) for number in range(8)]
    threads = [threading.Thread(target=lambda prompt=p: found.append(converse(model.arn, prompt))) for p in prompts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(text.split()[1] for text in found) == prompts


def test_a_client_of_the_default_session_invokes_a_model(bedrock_jobs, model):
    """Nothing but boto3."""
    client = boto3.client("bedrock-runtime", config=Config(retries={"total_max_attempts": 10, "mode": "standard"}))
    assert converse(model.arn, client=client) == "one two three four"


def test_prompts_of_100_kb_are_counted_and_not_repeated(bedrock_jobs):
    """In every operation; what the mock says of one stays short."""
    model, client, prompt = bedrock_jobs.add_imported_model("llama"), runtime_client(), "word " * 20_000

    whole = json.loads(client.invoke_model(modelId=model.arn, body=json.dumps({"prompt": prompt}))["body"].read())
    said = client.converse(modelId=model.arn, messages=user(prompt))
    events = list(client.converse_stream(modelId=model.arn, messages=user(prompt))["stream"])

    assert whole["prompt_token_count"] > 20_000
    assert said["usage"]["inputTokens"] == events[-1]["metadata"]["usage"]["inputTokens"] > 20_000
    assert len(whole["generation"]) < 300
    assert not any(prompt in repr(call) for call in bedrock_jobs.calls)


@pytest.mark.bedrock_jobs(cold_models=True, virtual_time=True)
def test_a_retry_loop_of_the_programs_own_sleeps_until_the_model_is_ready(bedrock_jobs):
    """It sleeps virtually until the model is ready."""
    model = bedrock_jobs.add_imported_model("llama")
    client = runtime_client(attempts=1)
    begun, attempts = bedrock_jobs.clock.now(), 0
    while True:
        attempts += 1
        try:
            client.converse(modelId=model.arn, messages=user("Hello"))
            break
        except client.exceptions.ModelNotReadyException:
            time.sleep(30)

    assert attempts == 7
    assert (bedrock_jobs.clock.now() - begun).total_seconds() >= 180
