"""What a mock remembers of the calls."""

from __future__ import annotations

import dataclasses
import datetime

import pytest
from faulting import error_of, impatient, in_threads, retrying
from support import OTHER_ACCOUNT, copy_parameters, import_parameters, make_client

from pytest_bedrock_jobs import ModelResponse, UnsupportedOperationError, UsageError, faults, mock_bedrock_jobs

THROTTLED = faults.service_error("ThrottlingException")


def test_each_call_has_one_record(bedrock_jobs):
    """A record has all that the caller sent and got, the oldest comes first."""
    parameters = import_parameters()
    received = impatient().create_model_import_job(**parameters)
    impatient().list_model_import_jobs(maxResults=3)

    created, listed = bedrock_jobs.calls

    assert (created.operation, listed.operation) == ("CreateModelImportJob", "ListModelImportJobs")
    assert created.parameters == parameters
    assert listed.parameters == {"maxResults": 3}
    assert created.output == {"jobArn": received["jobArn"]}
    assert (created.error_code, created.error_message) == (None, None)
    assert (created.responses, created.attempts, created.faults) == (("201",), 1, ())
    assert (created.replayed, created.slept_seconds) == (False, 0)
    assert (created.region, created.account_id) == ("us-east-1", "123456789012")


def test_a_record_has_the_mocks_time_at_which_its_call_began(bedrock_jobs):
    """A record has the time at which its call began, retries and latency come after."""
    bedrock_jobs.clock.advance(datetime.timedelta(days=400))
    before = bedrock_jobs.clock.now()
    bedrock_jobs.inject("ListModelImportJobs", faults.latency(30))
    impatient().list_model_import_jobs()
    impatient().list_model_import_jobs()

    first, second = (call.time for call in bedrock_jobs.calls)

    assert before <= first <= second - datetime.timedelta(seconds=30)
    assert second <= bedrock_jobs.clock.now()
    assert first.tzinfo == datetime.timezone.utc


def test_a_record_has_the_region_and_the_account_of_the_client(bedrock_jobs):
    """They are those of the client."""
    make_client(region_name="eu-central-1", aws_account_id=OTHER_ACCOUNT).list_model_import_jobs()
    impatient("ap-south-1").list_model_import_jobs()

    assert [(call.region, call.account_id) for call in bedrock_jobs.calls] == [
        ("eu-central-1", OTHER_ACCOUNT),
        ("ap-south-1", "123456789012"),
    ]


def test_a_retried_call_is_one_record_with_all_its_responses_and_faults(bedrock_jobs):
    """A call that was retried is one record with one response for each request."""
    bedrock_jobs.inject("ListModelImportJobs", THROTTLED, faults.read_timeout(), faults.empty_response(), faults.PASS)
    retrying(4).list_model_import_jobs()

    [call] = bedrock_jobs.calls

    assert call.attempts == 4
    assert call.responses == ("ThrottlingException", "read timeout", "status 503 without a body", "200")
    assert call.faults == call.responses[:3]
    assert (call.error_code, call.output) == (None, {"modelImportJobSummaries": []})


def test_a_record_has_the_error_that_the_caller_got(bedrock_jobs):
    """The record has what the caller got last."""
    bedrock_jobs.fail_next_call("CreateModelImportJob", "ServiceQuotaExceededException", "one at a time")
    error_of(impatient().create_model_import_job, **import_parameters())

    [call] = bedrock_jobs.calls

    assert (call.error_code, call.error_message) == ("ServiceQuotaExceededException", "one at a time")
    assert (call.output, call.responses) == (None, ("ServiceQuotaExceededException",))
    assert call.faults == call.responses


def test_an_error_that_was_not_injected_is_no_fault_of_its_record(bedrock_jobs):
    """It is no fault."""
    error_of(impatient().get_model_import_job, jobIdentifier="nobody")

    assert bedrock_jobs.calls[0].responses == ("ValidationException",)
    assert bedrock_jobs.calls[0].faults == ()


def test_a_record_says_whether_its_token_was_replayed(bedrock_jobs):
    """The record distinguishes the response of an earlier call from a new one."""
    parameters = import_parameters(clientRequestToken="once")
    impatient().create_model_import_job(**parameters)
    impatient().create_model_import_job(**parameters)

    assert [call.replayed for call in bedrock_jobs.calls] == [False, True]
    assert bedrock_jobs.calls[0].output == bedrock_jobs.calls[1].output


def test_an_unsupported_operation_is_recorded_without_a_request(bedrock_jobs):
    """It is recorded, without a request."""
    with pytest.raises(UnsupportedOperationError):
        impatient().list_guardrails()

    [call] = bedrock_jobs.calls
    assert (call.operation, call.error_code, call.attempts) == ("ListGuardrails", "UnsupportedOperationError", 0)
    bedrock_jobs.reset()


def test_calls_can_be_picked_by_operation(bedrock_jobs):
    """They can be picked by operation, in order."""
    model = bedrock_jobs.add_custom_model()
    impatient().create_model_copy_job(**copy_parameters(model, targetModelName="one"))
    impatient().list_model_copy_jobs()
    impatient().create_model_copy_job(**copy_parameters(model, targetModelName="two"))

    copies = bedrock_jobs.calls_to("CreateModelCopyJob")

    assert [call.parameters["targetModelName"] for call in copies] == ["one", "two"]
    assert bedrock_jobs.calls_to("GetModelCopyJob") == ()


def test_calls_to_an_operation_that_does_not_exist_are_refused(bedrock_jobs):
    """It is refused, with the nearest that does: an assertion that there were none would always hold."""
    with pytest.raises(UsageError, match="'CreateModelImport'; there are: CreateModelImportJob, ") as caught:
        bedrock_jobs.calls_to("CreateModelImport")

    assert 'See: python -m pytest_bedrock_jobs help "An operation that does not exist"' in str(caught.value)


def test_records_are_immutable(bedrock_jobs):
    """Neither a record nor the mock's memory can be changed by way of it."""
    parameters = import_parameters(clientRequestToken="once")
    received = impatient().create_model_import_job(**parameters)
    [call] = bedrock_jobs.calls

    with pytest.raises(dataclasses.FrozenInstanceError):
        call.region = "mars-north-1"
    for mapping in (call.parameters, call.output):
        with pytest.raises(TypeError):
            mapping["jobArn"] = "another"
    assert isinstance(bedrock_jobs.calls, tuple)
    assert impatient().create_model_import_job(**parameters)["jobArn"] == received["jobArn"]


def test_what_a_function_of_the_test_changes_is_its_own(bedrock_jobs):
    """Neither the parameters that it gets nor what it has returned is the record's, or the request's."""
    model = bedrock_jobs.add_imported_model("llama")
    kept = {"toolUse": {"toolUseId": "1", "name": "weather", "input": {"city": "Bonn"}}}

    def respond(request):
        request.body["messages"][0]["content"].clear()
        return ModelResponse(content=[kept])

    bedrock_jobs.respond(model, respond)
    bedrock_jobs.stub("ListGuardrails", lambda sent: sent.clear() or {"guardrails": []})
    bedrock_jobs.inject("*", THROTTLED, where=lambda sent: sent.clear(), allow_unused=True)
    sent = import_parameters()
    impatient().create_model_import_job(**sent)
    impatient().list_guardrails(maxResults=3)
    runtime = make_client("bedrock-runtime")
    runtime.converse(modelId=model.arn, messages=[{"role": "user", "content": [{"text": "Rain?"}]}])
    kept["toolUse"]["input"]["city"] = "Rome"

    created, guarded, conversed = bedrock_jobs.calls
    assert created.parameters == sent
    assert guarded.parameters == {"maxResults": 3}
    assert conversed.parameters["messages"] == [{"role": "user", "content": [{"text": "Rain?"}]}]
    assert conversed.output["output"]["message"]["content"][0]["toolUse"]["input"] == {"city": "Bonn"}


def test_the_repr_of_a_call_says_what_was_asked_and_what_came_of_it(bedrock_jobs):
    """A record says in a line what was asked and what came of it."""
    bedrock_jobs.inject("ListModelImportJobs", THROTTLED, times=2)
    bedrock_jobs.inject("ListModelCopyJobs", THROTTLED)
    parameters = import_parameters(clientRequestToken="once")
    retrying(3).list_model_import_jobs()
    error_of(impatient().list_model_copy_jobs, maxResults=5)
    arn = impatient().create_model_import_job(**parameters)["jobArn"]
    impatient().create_model_import_job(**parameters)

    sent = ", ".join(f"{name}={value!r}" for name, value in bedrock_jobs.calls[-1].parameters.items())[:97] + "..."
    assert list(map(repr, bedrock_jobs.calls)) == [
        "<Call ListModelImportJobs() in us-east-1 -> modelImportJobSummaries=[], 3 attempts>",
        "<Call ListModelCopyJobs(maxResults=5) in us-east-1 -> "
        "ThrottlingException: Too many requests, please wait before trying again.>",
        f"<Call CreateModelImportJob({sent}) in us-east-1 -> jobArn='{arn}'>",
        f"<Call CreateModelImportJob({sent}) in us-east-1 -> jobArn='{arn}', token replayed>",
    ]


def test_threads_lose_no_call(bedrock_jobs):
    """Each call has its own record, whichever thread made it."""
    in_threads(8, lambda number: [impatient().list_model_import_jobs(maxResults=number + 1) for _ in range(20)])

    assert sorted(call.parameters["maxResults"] for call in bedrock_jobs.calls) == sorted([*range(1, 9)] * 20)
    assert {call.responses for call in bedrock_jobs.calls} == {("200",)}


def test_a_mock_that_ended_remembers_its_calls():
    """Its records can be read afterwards, and no call is added to them."""
    with mock_bedrock_jobs() as jobs:
        impatient().list_model_import_jobs()
    with mock_bedrock_jobs():
        impatient().list_model_import_jobs()

    assert [call.operation for call in jobs.calls] == ["ListModelImportJobs"]


@pytest.mark.parametrize("kind", [Exception, BaseException])
def test_an_exception_whose_text_cannot_be_made_reaches_the_caller_and_is_recorded(bedrock_jobs, kind):
    """The code under test gets its own exception, though making its text fails, and the call is recorded."""

    class Untold(kind):
        def __str__(self):
            raise ZeroDivisionError

    def refuse(**_):
        raise Untold

    client = make_client()
    client.meta.events.register_first("before-send.bedrock", refuse)
    with pytest.raises(Untold):
        client.list_model_import_jobs()

    [call] = bedrock_jobs.calls
    assert (call.error_code, call.error_message) == ("Untold", "(cannot be shown: ZeroDivisionError)")
