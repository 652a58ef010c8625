"""Each kind of fault, as a boto3 client sees it."""

from __future__ import annotations

import datetime
import math
import time

import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from faulting import code_of, error_of, impatient, retrying
from invoking import runtime_client
from support import copy_parameters, import_parameters, runtime_model, service_model

from pytest_bedrock_jobs import ModelResponse, UsageError, faults
from pytest_bedrock_jobs.service.arns import Scope
from pytest_bedrock_jobs.service.operations import OPERATIONS, arn_type_of
from pytest_bedrock_jobs.service.wire import api_names

MODELLED = {shape.error_code: shape.metadata["error"]["httpStatusCode"] for shape in service_model().error_shapes}
FRAMEWORK = {code: status for code, (status, _) in api_names.FRAMEWORK.items()}
NO_ANSWER = [
    (faults.connect_timeout, ConnectTimeoutError, "connect timeout"),
    (faults.read_timeout, ReadTimeoutError, "read timeout"),
    (faults.connection_reset, ConnectionClosedError, "connection reset"),
    (faults.endpoint_unreachable, EndpointConnectionError, "endpoint unreachable"),
]


@pytest.fixture
def model(bedrock_jobs):
    """A custom model to copy."""
    return bedrock_jobs.add_custom_model("ranker")


def test_every_error_of_the_service_model_has_a_text():
    """And its status; the oldest supported botocore does not have some errors that AWS sends to its users as well."""
    later = {"ResourceInUseException", "ServiceUnavailableException"}
    assert MODELLED.keys() <= api_names.MODELLED.keys() <= MODELLED.keys() | later
    for shape in (*service_model().error_shapes, *runtime_model().error_shapes):
        assert api_names.ERRORS[shape.error_code][0] == shape.metadata["error"]["httpStatusCode"]
    assert api_names.RUNTIME.keys().isdisjoint(api_names.MODELLED)
    assert api_names.FRAMEWORK.keys().isdisjoint(api_names.MODELLED | api_names.RUNTIME)


@pytest.mark.parametrize(("code", "status"), [*MODELLED.items(), *FRAMEWORK.items()])
def test_every_service_error_reaches_the_caller_with_its_status_and_a_text(bedrock_jobs, model, code, status):
    """Every code reaches the caller with its status and a text, whether the operation lists it or not."""
    bedrock_jobs.inject("CreateModelCopyJob", faults.service_error(code))

    error = error_of(impatient().create_model_copy_job, **copy_parameters(model))

    assert error.response["Error"]["Code"] == code
    assert len(error.response["Error"]["Message"]) > 20
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert error.response["ResponseMetadata"]["HTTPHeaders"]["x-amzn-errortype"].startswith(f"{code}:")
    assert type(error).__name__ == (code if code in MODELLED else "ClientError")
    assert bedrock_jobs.copy_jobs == ()


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("InternalServerException", "The system encountered an unexpected error during processing. Try"),
        (
            "ModelErrorException",
            "The system encountered an unexpected error during processing. Try your request again.",
        ),
        ("ModelTimeoutException", "Model has timed out in processing the request. Try your request again."),
        ("ServiceUnavailableException", "Bedrock is unable to process your request."),
        ("ThrottlingException", "Too many requests, please wait before trying again."),
        ("InvalidSignatureException", "The request signature we calculated does not match the signature you provided."),
    ],
)
def test_errors_of_an_invocation_have_the_texts_that_clients_look_for(bedrock_jobs, code, text):
    """Code distinguishes errors by their texts, which are those seen on AWS."""
    model = bedrock_jobs.add_imported_model()
    bedrock_jobs.inject("InvokeModel", faults.service_error(code))
    error = error_of(runtime_client().invoke_model, modelId=model.arn, body='{"prompt": "Hello"}')
    assert (error.response["Error"]["Code"], error.response["Error"]["Message"][: len(text)]) == (code, text)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_can_be_throttled_and_its_denial_names_it(bedrock_jobs, operation):
    """Throttling can be injected for all operations, and each message of a denial names operation and resource."""
    assert bedrock_jobs.inject(operation, faults.service_error("ThrottlingException")).active
    place = Scope("123456789012", "us-east-1", "aws")
    arn_type = arn_type_of(operation)
    error = api_names.default_error("AccessDeniedException", operation, place, arn_type)
    resource = f"arn:aws:bedrock:us-east-1:123456789012:{arn_type}/*" if arn_type else "*"
    assert f"to perform: bedrock:{operation} on resource: {resource} because" in error.message

    bedrock_jobs.reset()


def test_a_service_error_takes_a_message_a_status_and_members(bedrock_jobs):
    """All of an error can be said."""
    fault = faults.service_error("TooManyTagsException", "51 tags", status=418, resourceName="arn:of:mine")
    bedrock_jobs.inject("CreateModelImportJob", fault)

    error = error_of(impatient().create_model_import_job, **import_parameters())

    assert isinstance(error, impatient().exceptions.TooManyTagsException)
    assert error.response["Error"]["Message"] == "51 tags"
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 418
    assert error.response["resourceName"] == "arn:of:mine"


def test_too_many_tags_names_a_resource_by_default(bedrock_jobs):
    """The member that the service model requires is there."""
    bedrock_jobs.inject("CreateModelImportJob", faults.service_error("TooManyTagsException"))

    error = error_of(impatient().create_model_import_job, **import_parameters())

    assert error.response["resourceName"].startswith("arn:aws:bedrock:us-east-1:123456789012:model-import-job/")


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [
        ("ThrotlingException", "ThrottlingException"),
        ("throttlingexception", "ThrottlingException"),
        ("AccessDenied", "AccessDeniedException"),
        ("ExpiredToken", "ExpiredTokenException"),
        ("NotFoundException", "ResourceNotFoundException"),
        (None, ""),
    ],
)
def test_a_code_that_does_not_exist_is_refused_with_the_nearest_first(bedrock_jobs, wrong, nearest):
    """It is refused when it is written, with the nearest one first."""
    for ask in (faults.service_error, lambda code: bedrock_jobs.fail_next_call("CreateModelCopyJob", code)):
        with pytest.raises(UsageError, match="there is no error code") as caught:
            ask(wrong)
        assert f"there are: {nearest}" in str(caught.value)
        assert 'See: python -m pytest_bedrock_jobs help "A fault that is refused"' in str(caught.value)


@pytest.mark.parametrize(
    "shape", [shape for model in (service_model(), runtime_model()) for shape in model.error_shapes], ids=repr
)
def test_an_error_takes_the_fields_of_the_service_model(shape):
    """And no others: a misspelt ``message`` is not one more field that nobody reads."""
    types = {"string": "text", "integer": 5}
    fields = {name: types[member.type_name] for name, member in shape.members.items() if name != "message"}
    assert faults.service_error(shape.name, **fields)
    for name, value in fields.items():
        with pytest.raises(UsageError, match=f"{name} is a (text|number), not "):
            faults.service_error(shape.name, **{name: "5" if value == 5 else 5})
    with pytest.raises(UsageError, match=f"no field of {shape.name} 'mesage'; there are: message, "):
        faults.service_error(shape.name, mesage="too fast")


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: faults.service_error("ThrottlingException", status=200), "from 400 to 599, not 200"),
        (lambda: faults.service_error("ThrottlingException", status=600), "not 600"),
        (lambda: faults.proxy_page("502"), "not '502'"),
        (lambda: faults.empty_response(199), "from 200 to 599, not 199"),
        (lambda: faults.latency(-1), "0 or more, not -1"),
        (lambda: faults.latency(math.nan), "not nan"),
        (lambda: faults.latency(math.inf), "not inf"),
        (lambda: faults.latency(datetime.timedelta(1)), "not datetime"),
    ],
)
def test_a_status_or_a_time_that_cannot_be_is_refused(make, text):
    """Statuses and times are checked where they are written."""
    with pytest.raises(UsageError, match=text):
        make()


@pytest.mark.parametrize(("make", "exception", "label"), NO_ANSWER)
def test_a_fault_without_a_response_raises_botocores_exception(bedrock_jobs, model, make, exception, label):
    """Where the network fails the caller gets botocore's exception; nothing was carried out."""
    bedrock_jobs.inject("CreateModelCopyJob", make())

    error = error_of(impatient().create_model_copy_job, **copy_parameters(model))

    assert type(error) is exception
    assert "https://bedrock.us-east-1.amazonaws.com/model-copy-jobs" in str(error)
    assert bedrock_jobs.copy_jobs == ()
    [call] = bedrock_jobs.calls
    assert (call.responses, call.faults, call.error_code) == ((label,), (label,), exception.__name__)


@pytest.mark.parametrize("make", [make for make, *_ in NO_ANSWER] + [faults.lost_response])
def test_the_mocks_own_exception_stays_inside(bedrock_jobs, model, make):
    """Neither the error nor anything in its chain is of the mock's making."""
    bedrock_jobs.inject("CreateModelCopyJob", make())

    error = error_of(impatient().create_model_copy_job, **copy_parameters(model))

    while error is not None:
        assert not type(error).__module__.startswith("pytest_bedrock_jobs")
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize(("make", "exception", "label"), NO_ANSWER)
def test_botocore_retries_where_nothing_responded(bedrock_jobs, model, make, exception, label):
    """A network that fails twice is a success for a client with three attempts."""
    bedrock_jobs.inject("CreateModelCopyJob", make(), times=2)

    received = retrying(3).create_model_copy_job(**copy_parameters(model))

    assert received["ResponseMetadata"]["RetryAttempts"] == 2
    assert [job.arn for job in bedrock_jobs.copy_jobs] == [received["jobArn"]]
    assert bedrock_jobs.calls[0].responses == (label, label, "201")


def test_read_timeouts_without_an_end_end_when_botocore_gives_up(bedrock_jobs, model):
    """A service that never responds ends in botocore's exception after all attempts."""
    injected = bedrock_jobs.inject("CreateModelCopyJob", faults.read_timeout(), times=None)

    assert type(error_of(retrying(4).create_model_copy_job, **copy_parameters(model))) is ReadTimeoutError
    assert injected.fired == 4
    assert bedrock_jobs.calls[0].attempts == 4


def test_a_lost_response_of_a_copy_is_one_job(bedrock_jobs, model):
    """Botocore sends its token again, and the second response is the first job."""
    bedrock_jobs.inject("CreateModelCopyJob", faults.lost_response())

    received = retrying(2).create_model_copy_job(**copy_parameters(model))

    assert [job.arn for job in bedrock_jobs.copy_jobs] == [received["jobArn"]]
    [call] = bedrock_jobs.calls
    assert call.responses == ("201 (lost response)", "201")
    assert call.faults == ("lost response",)
    assert call.replayed
    assert call.output == {"jobArn": received["jobArn"]}


def test_a_lost_response_of_an_import_without_a_token_is_a_name_clash(bedrock_jobs):
    """The job exists, and the caller gets the error that its name is in use."""
    bedrock_jobs.inject("CreateModelImportJob", faults.lost_response())
    parameters = import_parameters()

    error = error_of(retrying(2).create_model_import_job, **parameters)

    assert error.response["Error"] == {
        "Code": "ValidationException",
        "Message": "The provided job name is currently in use.",
    }
    [job] = bedrock_jobs.import_jobs
    assert job.name == parameters["jobName"]
    assert bedrock_jobs.calls[0].responses == ("201 (lost response)", "ValidationException")


def test_a_lost_response_of_an_import_with_a_token_is_one_job(bedrock_jobs):
    """The same request with a token finds the job that it started."""
    bedrock_jobs.inject("CreateModelImportJob", faults.lost_response())

    received = retrying(2).create_model_import_job(**import_parameters(clientRequestToken="once"))

    assert [job.arn for job in bedrock_jobs.import_jobs] == [received["jobArn"]]


def test_a_later_call_with_the_token_of_a_lost_response_finds_its_job(bedrock_jobs):
    """The caller's own second call with the token finds the job too."""
    bedrock_jobs.inject("CreateModelImportJob", faults.lost_response())
    parameters = import_parameters(clientRequestToken="once")

    assert type(error_of(impatient().create_model_import_job, **parameters)) is ReadTimeoutError
    assert bedrock_jobs.calls[0].output is None
    received = impatient().create_model_import_job(**parameters)

    assert [job.arn for job in bedrock_jobs.import_jobs] == [received["jobArn"]]


def test_a_lost_response_may_have_been_an_error(bedrock_jobs):
    """What was carried out and lost can be a refusal; the caller hears neither."""
    bedrock_jobs.inject("GetModelImportJob", faults.lost_response())

    assert type(error_of(impatient().get_model_import_job, jobIdentifier="nobody")) is ReadTimeoutError
    assert bedrock_jobs.calls[0].responses == ("ValidationException (lost response)",)


def test_latency_passes_on_the_mocks_clock(bedrock_jobs):
    """A slow response moves the mock's clock and is otherwise as ever."""
    before = bedrock_jobs.clock.added
    bedrock_jobs.inject("CreateModelImportJob", faults.latency(2.5))

    assert impatient().create_model_import_job(**import_parameters())["jobArn"]
    assert bedrock_jobs.clock.added - before == datetime.timedelta(seconds=2.5)
    [call] = bedrock_jobs.calls
    assert (call.responses, call.faults) == (("201 (latency of 2.5 s)",), ("latency of 2.5 s",))
    assert call.slept_seconds == 0


def test_latency_beyond_the_read_timeout_is_a_timeout_of_a_request_that_is_carried_out(bedrock_jobs):
    """The client stops waiting when its patience ends; the request is carried out all the same."""
    before = bedrock_jobs.clock.added
    bedrock_jobs.inject("CreateModelImportJob", faults.latency(100))
    client = retrying(1, read_timeout=7)

    assert type(error_of(client.create_model_import_job, **import_parameters())) is ReadTimeoutError
    assert bedrock_jobs.clock.added - before == datetime.timedelta(seconds=7)
    assert len(bedrock_jobs.import_jobs) == 1


def test_a_client_without_a_timeout_waits_for_ever(bedrock_jobs):
    """No latency is too long for it."""
    bedrock_jobs.inject("CreateModelImportJob", faults.latency(86_400))

    assert retrying(1, read_timeout=None).create_model_import_job(**import_parameters())["jobArn"]
    assert bedrock_jobs.clock.added >= datetime.timedelta(days=1)


@pytest.mark.bedrock_jobs(progress="time")
def test_jobs_end_while_a_response_is_late(bedrock_jobs):
    """What is due when the request arrives has happened."""
    impatient().create_model_import_job(**import_parameters(jobName="slow"))
    bedrock_jobs.inject("GetModelImportJob", faults.latency(3600))

    job = retrying(1, read_timeout=None).get_model_import_job(jobIdentifier="slow")

    assert job["status"] == "Completed"


@pytest.mark.bedrock_jobs(virtual_time=True)
def test_virtual_sleep_begins_where_a_call_ended(bedrock_jobs):
    """Latency and retries have passed for the code under test before it sleeps."""
    bedrock_jobs.inject("ListModelImportJobs", faults.latency(40))
    impatient().list_model_import_jobs()
    time.sleep(60)

    assert bedrock_jobs.clock.added == datetime.timedelta(seconds=100)


def test_truncated_json_is_an_empty_output_of_a_request_that_was_carried_out(bedrock_jobs, model):
    """The job exists; botocore parses nothing of the response and says nothing, so the caller finds no ARN."""
    bedrock_jobs.inject("CreateModelCopyJob", faults.truncated_json())

    received = impatient().create_model_copy_job(**copy_parameters(model))

    assert received.keys() == {"ResponseMetadata"}
    assert received["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert len(bedrock_jobs.copy_jobs) == 1
    [call] = bedrock_jobs.calls
    assert (call.responses, call.output, call.error_code) == (("201 (truncated JSON)",), {}, None)


def test_truncated_json_of_an_error_keeps_its_code(bedrock_jobs):
    """The code is in a header and arrives, the text does not."""
    bedrock_jobs.inject("GetModelImportJob", faults.truncated_json())

    assert code_of(impatient().get_model_import_job, jobIdentifier="nobody") == "ValidationException"
    assert bedrock_jobs.calls[0].error_code == "ValidationException"


@pytest.mark.parametrize("fault", [faults.truncated_json(), faults.broken_stream()], ids=lambda fault: fault.label)
def test_a_response_that_is_too_late_has_nothing_to_break(bedrock_jobs, fault):
    """The caller has given up; the record says so."""
    arn = bedrock_jobs.add_imported_model().arn
    bedrock_jobs.respond(arn, ModelResponse(text="later", pause=100))
    bedrock_jobs.inject("InvokeModel", fault)

    with pytest.raises(ReadTimeoutError):
        runtime_client().invoke_model(modelId=arn, body='{"prompt": "Hello"}')

    assert bedrock_jobs.calls[0].responses == (f"read timeout ({fault.label})",)


@pytest.mark.parametrize(
    ("fault", "code", "message"),
    [
        (faults.proxy_page(), "502", "Bad Gateway"),
        (faults.proxy_page(504), "504", "Gateway Timeout"),
        (faults.proxy_page(403), "403", "<html><body><h1>403</h1>"),
        (faults.empty_response(), "503", "Service Unavailable"),
        (faults.empty_response(404), "404", ""),
    ],
)
def test_a_broken_body_is_an_error_of_its_status(bedrock_jobs, model, fault, code, message):
    """Of a response that is not the service's, botocore makes an error of its status; so does the record."""
    bedrock_jobs.inject("CreateModelCopyJob", fault)

    error = error_of(impatient().create_model_copy_job, **copy_parameters(model))

    assert error.response["Error"]["Code"] == code
    assert error.response["Error"]["Message"].startswith(message)
    assert "RequestId" not in error.response["ResponseMetadata"]
    assert bedrock_jobs.copy_jobs == ()
    [call] = bedrock_jobs.calls
    assert call.error_code == code
    assert call.error_message == error.response["Error"]["Message"]


@pytest.mark.parametrize("fault", [faults.proxy_page(200), faults.empty_response(200)])
def test_a_broken_body_that_says_ok_is_an_empty_output(bedrock_jobs, fault):
    """As for a login page on the way: no error, and nothing in the response."""
    bedrock_jobs.inject("ListModelImportJobs", fault)

    assert impatient().list_model_import_jobs().keys() == {"ResponseMetadata"}
    assert (bedrock_jobs.calls[0].output, bedrock_jobs.calls[0].error_code) == ({}, None)


@pytest.mark.parametrize("fault", [faults.proxy_page(), faults.empty_response()])
def test_botocore_retries_after_a_broken_body(bedrock_jobs, model, fault):
    """Botocore tries again after a 502 or 503, whoever sent it."""
    bedrock_jobs.inject("CreateModelCopyJob", fault)

    received = retrying(2).create_model_copy_job(**copy_parameters(model))

    assert received["ResponseMetadata"]["RetryAttempts"] == 1
    assert len(bedrock_jobs.copy_jobs) == 1


@pytest.mark.parametrize("make", [faults.read_timeout, faults.lost_response, faults.truncated_json, faults.proxy_page])
def test_the_repr_of_a_fault_has_its_label(make):
    """Its repr is what reports call it."""
    assert repr(make()) == f"<fault: {make().label}>"
