"""Every documented exception, by fail_next_call."""

from __future__ import annotations

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from support import copy_parameters, import_parameters, make_client, service_model

from pytest_bedrock_jobs import UsageError
from pytest_bedrock_jobs.service.wire.api_names import MODELLED

OPERATIONS = ("CreateModelImportJob", "CreateModelCopyJob")
DOCUMENTED = [
    (operation, shape.name)
    for operation in OPERATIONS
    for shape in service_model().operation_model(operation).error_shapes
]
RETRIED = {"ThrottlingException", "InternalServerException"}
# The oldest supported botocore does not have these in its models.
LATER = {"ResourceInUseException": 400, "ServiceUnavailableException": 503}


@pytest.fixture
def send(bedrock_jobs, client):
    """Sends one of the two requests, the same each time for one operation."""
    parameters = {
        "CreateModelImportJob": import_parameters(),
        "CreateModelCopyJob": copy_parameters(bedrock_jobs.add_custom_model(), clientRequestToken="token"),
    }
    methods = {
        "CreateModelImportJob": client.create_model_import_job,
        "CreateModelCopyJob": client.create_model_copy_job,
    }
    return lambda operation: methods[operation](**parameters[operation])


def jobs_of(bedrock_jobs):
    """All jobs of both kinds."""
    return bedrock_jobs.import_jobs + bedrock_jobs.copy_jobs


def test_the_pages_document_eight_errors_of_an_import_and_four_of_a_copy():
    """The service model lists the errors of the two documentation pages."""
    assert [operation for operation, _ in DOCUMENTED] == ["CreateModelImportJob"] * 8 + ["CreateModelCopyJob"] * 4


@pytest.mark.parametrize(("operation", "code"), DOCUMENTED)
def test_every_documented_exception_can_be_met(bedrock_jobs, client, send, operation, code):
    """An injected error comes as the service's own class, with its status and headers, and changes nothing."""
    bedrock_jobs.fail_next_call(operation, code)
    with pytest.raises(getattr(client.exceptions, code)) as caught:
        send(operation)
    response = caught.value.response
    [shape] = [shape for shape in service_model().error_shapes if shape.name == code]
    metadata = response["ResponseMetadata"]
    assert response["Error"]["Code"] == code
    assert response["Error"]["Message"] == response["message"]
    assert response["Error"]["Message"].startswith(MODELLED[code][1] or "User: arn:aws:sts::123456789012:")
    assert metadata["HTTPStatusCode"] == shape.metadata["error"]["httpStatusCode"]
    assert metadata["HTTPHeaders"]["x-amzn-errortype"] == (
        f"{code}:http://internal.amazon.com/coral/com.amazon.bedrock/"
    )
    assert metadata["HTTPHeaders"]["content-type"] == "application/json"
    assert metadata["RequestId"]
    assert jobs_of(bedrock_jobs) == ()
    [call] = bedrock_jobs.calls
    assert (call.error_code, call.error_message) == (code, response["Error"]["Message"])
    assert (call.attempts > 1) == (code in RETRIED)
    assert ("resourceName" in response) == (code == "TooManyTagsException")


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("code", sorted(shape.name for shape in service_model().error_shapes))
def test_every_error_of_the_service_can_come_from_every_operation(bedrock_jobs, client, send, operation, code):
    """Codes that an operation does not document still reach the caller as the service's class."""
    bedrock_jobs.fail_next_call(operation, code, "the reason")
    with pytest.raises(getattr(client.exceptions, code), match="the reason"):
        send(operation)


@pytest.mark.parametrize(("code", "status"), LATER.items())
def test_an_error_that_this_botocore_may_not_know_has_its_status(bedrock_jobs, client, code, status):
    """Botocore retries by the status, and code under test reads the code: both are AWS's."""
    bedrock_jobs.fail_next_call("ListModelImportJobs", code)
    with pytest.raises(ClientError) as caught:
        client.list_model_import_jobs()
    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_failed_call_changes_nothing(bedrock_jobs, client, send, operation):
    """The same request after the failed one is a first request: name and token are free."""
    bedrock_jobs.fail_next_call(operation, "AccessDeniedException")
    with pytest.raises(client.exceptions.AccessDeniedException):
        send(operation)
    arn = send(operation)["jobArn"]
    assert [job.arn for job in jobs_of(bedrock_jobs)] == [arn]
    assert [call.replayed for call in bedrock_jobs.calls] == [False, False]


@pytest.mark.parametrize(
    ("operation", "resource"),
    [("CreateModelImportJob", "model-import-job"), ("CreateModelCopyJob", "model-copy-job")],
)
def test_a_denial_names_caller_action_and_resource(bedrock_jobs, client, send, operation, resource):
    """Without a text of the test's own, AccessDeniedException has AWS's sentence."""
    bedrock_jobs.fail_next_call(operation, "AccessDeniedException")
    with pytest.raises(client.exceptions.AccessDeniedException) as caught:
        send(operation)
    assert caught.value.response["Error"]["Message"] == (
        f"User: arn:aws:sts::123456789012:assumed-role/mock/bedrock-jobs is not authorized to perform: "
        f"bedrock:{operation} on resource: arn:aws:bedrock:us-east-1:123456789012:{resource}/* because no "
        f"identity-based policy allows the bedrock:{operation} action"
    )


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_fail_next_call_fails_every_attempt_by_default(bedrock_jobs, mode):
    """The code under test gets the error whatever its retry configuration, and nothing sleeps."""
    client = make_client(config=Config(retries={"mode": mode, "total_max_attempts": 4}))
    bedrock_jobs.fail_next_call("CreateModelImportJob", "ThrottlingException")
    with pytest.raises(client.exceptions.ThrottlingException) as caught:
        client.create_model_import_job(**import_parameters())
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 3
    [call] = bedrock_jobs.calls
    assert call.attempts == 4
    assert call.slept_seconds > 0
    client.create_model_import_job(**import_parameters())
    assert len(bedrock_jobs.import_jobs) == 1


def test_fail_next_call_with_times_fails_so_many_requests(bedrock_jobs, send):
    """With times=n the next n requests fail, so botocore's retry can succeed."""
    bedrock_jobs.fail_next_call("CreateModelImportJob", "InternalServerException", times=2)
    assert send("CreateModelImportJob")["ResponseMetadata"]["RetryAttempts"] == 2
    [call] = bedrock_jobs.calls
    assert (call.attempts, call.error_code) == (3, None)
    assert len(bedrock_jobs.import_jobs) == 1


def test_a_number_of_failing_requests_spans_calls(bedrock_jobs, client):
    """Errors that botocore does not retry use up one of the n per call."""
    bedrock_jobs.fail_next_call("CreateModelImportJob", "ConflictException", times=2)
    for _ in range(2):
        with pytest.raises(client.exceptions.ConflictException):
            client.create_model_import_job(**import_parameters())
    client.create_model_import_job(**import_parameters())
    assert [call.error_code for call in bedrock_jobs.calls] == ["ConflictException", "ConflictException", None]


def test_errors_come_in_the_order_they_were_injected(bedrock_jobs, client):
    """Two injected errors apply to the next two calls of their operation, and to no other operation's."""
    model = bedrock_jobs.add_custom_model()
    bedrock_jobs.fail_next_call("CreateModelImportJob", "ConflictException")
    bedrock_jobs.fail_next_call("CreateModelImportJob", "ServiceQuotaExceededException", "no more")
    client.create_model_copy_job(**copy_parameters(model))
    for code in ("ConflictException", "ServiceQuotaExceededException"):
        with pytest.raises(ClientError) as caught:
            client.create_model_import_job(**import_parameters())
        assert caught.value.response["Error"]["Code"] == code
    client.create_model_import_job(**import_parameters())


@pytest.mark.parametrize(
    ("arguments", "reported"),
    [
        (
            ("CreateModelImportJobs", "ConflictException"),
            "there is no operation 'CreateModelImportJobs'; there are: CreateModelImportJob, GetModel",
        ),
        (
            ("CreateModelCopyJob", "ThrotlingException"),
            "there is no error code 'ThrotlingException'; there are: ThrottlingException, ",
        ),
    ],
)
def test_an_unknown_operation_or_code_is_reported_with_the_nearest(bedrock_jobs, arguments, reported):
    """An unknown operation or code is a UsageError that lists those that exist, the nearest first."""
    with pytest.raises(UsageError) as caught:
        bedrock_jobs.fail_next_call(*arguments)
    assert str(caught.value).startswith(reported)


@pytest.mark.parametrize("times", [0, -1])
def test_less_than_one_failing_request_is_refused(bedrock_jobs, times):
    """Less than one request is a UsageError."""
    with pytest.raises(UsageError, match=f"1 or more, .*not {times}"):
        bedrock_jobs.fail_next_call("CreateModelImportJob", "ConflictException", times=times)
