"""Faults that happen while a body or a stream is read."""

from __future__ import annotations

import botocore.exceptions
import pytest
import urllib3.exceptions
from invoking import converse, invoke, runtime_client, user

from pytest_bedrock_jobs import UsageError, faults
from pytest_bedrock_jobs.service.wire import api_names


@pytest.fixture
def model(bedrock_jobs):
    """An imported model."""
    return bedrock_jobs.add_imported_model("llama")


def stream_of(model):
    """The events of a stream, as they are read."""
    return iter(runtime_client().converse_stream(modelId=model.arn, messages=user("Hello"))["stream"])


@pytest.mark.parametrize("code", sorted({*api_names.STREAM_ERRORS} - {"ModelTimeoutException"}))
@pytest.mark.parametrize("events", [0, 2])
def test_an_injected_exception_comes_after_so_many_events_of_a_stream(bedrock_jobs, model, code, events):
    """After so many events; the call itself was fine."""
    bedrock_jobs.inject("ConverseStream", faults.stream_error(code, "the reason", after_events=events))

    stream = stream_of(model)
    for _ in range(events):
        next(stream)
    with pytest.raises(botocore.exceptions.EventStreamError, match="the reason") as caught:
        next(stream)

    assert caught.value.response["Error"]["Code"] == code[0].lower() + code[1:]
    [call] = bedrock_jobs.calls
    assert call.error_code is None
    assert call.responses == (f"200 ({code} in the stream)",)
    assert call.body_read[-1] == {code[0].lower() + code[1:]: {"message": "the reason"}}


def test_a_stream_of_chunks_may_end_in_a_timeout_and_one_of_converse_may_not(bedrock_jobs, model):
    """Chunks may end in one, the events of ConverseStream may not."""
    bedrock_jobs.inject("*", faults.stream_error("ModelTimeoutException"), times=2)
    response = runtime_client().invoke_model_with_response_stream(modelId=model.arn, body='{"prompt": "Hello"}')
    with pytest.raises(botocore.exceptions.EventStreamError, match="modelTimeoutException"):
        list(response["body"])
    with pytest.raises(UsageError, match="streams of ConverseStream have no ModelTimeoutException"):
        stream_of(model)


def test_an_exception_in_a_stream_has_a_text_by_default(bedrock_jobs, model):
    """Also for chunks of InvokeModelWithResponseStream."""
    bedrock_jobs.inject("InvokeModelWithResponseStream", faults.stream_error())
    response = runtime_client().invoke_model_with_response_stream(modelId=model.arn, body='{"prompt": "Hello"}')
    with pytest.raises(botocore.exceptions.EventStreamError, match="The system encountered an unexpected error"):
        list(response["body"])


def test_a_connection_that_breaks_in_a_stream_is_an_exception_of_urllib3(bedrock_jobs, model):
    """As in life: botocore lets urllib3's exception pass."""
    bedrock_jobs.inject("ConverseStream", faults.broken_stream(after_events=3))

    stream = stream_of(model)
    assert len([next(stream) for _ in range(3)]) == 3
    with pytest.raises(urllib3.exceptions.ProtocolError, match="Connection broken"):
        next(stream)
    assert len(bedrock_jobs.calls[0].body_read) == 3


@pytest.mark.parametrize("read", [lambda body: body.read(), lambda body: list(body.iter_chunks(20))])
def test_a_connection_that_breaks_in_a_body_is_an_exception_of_botocore(bedrock_jobs, model, read):
    """Botocore has an exception of its own for it."""
    bedrock_jobs.inject("InvokeModel", faults.broken_stream())
    body = runtime_client().invoke_model(modelId=model.arn, body='{"prompt": "Hello"}')["body"]
    assert body.read(5) == b'{"gen'
    with pytest.raises(botocore.exceptions.ResponseStreamingError):
        read(body)


@pytest.mark.parametrize("fault", [faults.stream_error(), faults.broken_stream()])
def test_a_fault_in_a_stream_leaves_what_is_no_stream_as_it_is(bedrock_jobs, client, model, fault):
    """An error of the service, or a plain response."""
    bedrock_jobs.inject("*", fault, times=None, allow_unused=True)
    assert client.list_imported_models()["modelSummaries"]
    assert converse(model.arn)
    with pytest.raises(runtime_client().exceptions.ValidationException):
        invoke(model.arn)
    with pytest.raises(runtime_client().exceptions.ValidationException, match="is blank"):
        runtime_client().converse_stream(modelId=model.arn, messages=user(" "))


def test_errors_of_the_runtime_are_not_for_other_operations(bedrock_jobs):
    """Bedrock itself has no such error, and no status for it."""
    with pytest.raises(UsageError, match="ModelNotReadyException> cannot apply to CreateModelImportJob; "):
        bedrock_jobs.fail_next_call("CreateModelImportJob", "ModelNotReadyException")
    bedrock_jobs.fail_next_call("*", "ModelErrorException").remove()


@pytest.mark.parametrize(
    "fault",
    [faults.stream_error(), faults.broken_stream(), faults.service_error("ModelErrorException")],
    ids=lambda fault: fault.label,
)
def test_a_fault_of_any_operation_waits_for_one_that_can_get_it(bedrock_jobs, client, model, fault):
    """Other operations let it wait, so the code under test meets it where it can happen."""
    injected = bedrock_jobs.inject("*", fault)
    assert client.list_imported_models()["modelSummaries"]
    assert (injected.fired, injected.misfit(bedrock_jobs.calls)) == (0, None)

    with pytest.raises((botocore.exceptions.ClientError, urllib3.exceptions.ProtocolError)):
        list(stream_of(model))
    assert [call.faults for call in bedrock_jobs.calls] == [(), (fault.label,)]


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (lambda: faults.stream_error("ModelNotReadyException"), "there is no error code 'ModelNotReadyException'"),
        (lambda: faults.stream_error(after_events=-1), "after_events is the number of events"),
        (lambda: faults.broken_stream(after_events="1"), "after_events is the number of events"),
    ],
)
def test_a_fault_in_a_stream_that_cannot_be_is_refused(wrong, text):
    """Where it is written."""
    with pytest.raises(UsageError, match=text):
        wrong()


def test_an_invocation_whose_connection_fails_is_sent_again(bedrock_jobs, model):
    """There is no body to read of the first request."""
    bedrock_jobs.inject("InvokeModel", faults.connect_timeout())

    assert "Hello" in str(invoke(model.arn, runtime_client(attempts=2), prompt="Hello"))
    assert bedrock_jobs.calls[0].responses == ("connect timeout", "200")
