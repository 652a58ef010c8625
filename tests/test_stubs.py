"""Operations that the mock does not have: stubs, faults, denied permissions, and errors that a test expects."""

from __future__ import annotations

import datetime
import io
import re
from ast import literal_eval

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from faulting import code_of, impatient, retrying
from moto import mock_aws
from support import make_client

from pytest_bedrock_jobs import UnsupportedOperationError, UsageError, faults, mock_bedrock_jobs
from pytest_bedrock_jobs.interceptor import service_models
from pytest_bedrock_jobs.service.operations import OPERATIONS
from pytest_bedrock_jobs.service.wire.codec import example

THROTTLED = faults.service_error("ThrottlingException")
UTC = datetime.timezone.utc
GUARDRAIL = {
    "id": "g-1",
    "arn": "arn:aws:bedrock:us-east-1:123456789012:guardrail/g-1",
    "status": "READY",
    "name": "polite",
    "version": "DRAFT",
    "createdAt": datetime.datetime(2026, 1, 31, 12),
    "updatedAt": datetime.datetime(2026, 1, 31, 13, tzinfo=UTC),
}


def fields_of(response):
    """A response without what describes its HTTP response."""
    return {name: value for name, value in response.items() if name != "ResponseMetadata"}


def names_of(response):
    """The names of the guardrails that a response lists."""
    return [guardrail["name"] for guardrail in response["guardrails"]]


def guardrails(name):
    """A response that lists one guardrail."""
    return {"guardrails": [GUARDRAIL | {"name": name}]}


def as_received(value):
    """A value of a stub as botocore gives it to the caller."""
    if isinstance(value, dict):
        return {name: as_received(item) for name, item in value.items()}
    if isinstance(value, list):
        return [as_received(item) for item in value]
    return datetime.datetime(2026, 1, 31, 12, tzinfo=UTC) if value == "2026-01-31T12:00:00Z" else value


def test_the_stub_that_an_error_proposes_is_valid_for_every_other_operation(bedrock_jobs):
    """What an error proposes as a stub is valid, and arrives through botocore's own parser; so do the parameters."""
    clients = impatient(), boto3.client("bedrock-runtime")
    methods = {
        operation: getattr(client, name)
        for client in clients
        for name, operation in client.meta.method_to_api_mapping.items()
        if name in dir(client)  # streams in both directions are not botocore's
    }
    others = [name for name in service_models.bedrock_operations() if name in methods and name not in OPERATIONS]
    assert len(others) > 20  # the oldest botocore has 29
    for operation in others:
        model = service_models.bedrock_operations()[operation]
        parameters = example(model.input_shape)
        response = literal_eval(service_models.example_of(operation))
        bedrock_jobs.stub(operation, response)

        received = fields_of(methods[operation](**parameters))

        assert received == as_received(response), operation
        [call] = bedrock_jobs.calls_to(operation)
        assert set(parameters) - set(call.parameters) <= {"clientRequestToken"}, operation
        assert call.error_code is None


def test_what_a_stub_returns_is_recorded_with_its_times_in_utc(bedrock_jobs):
    """Times without a zone are UTC; calls and the report have it like any other."""
    bedrock_jobs.stub("ListGuardrails", guardrails("polite") | {"ResponseMetadata": {"HTTPStatusCode": 200}})

    response = impatient().list_guardrails(maxResults=5)

    [guardrail] = response["guardrails"]
    assert guardrail["createdAt"] == datetime.datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert guardrail["updatedAt"] == datetime.datetime(2026, 1, 31, 13, tzinfo=UTC)
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 200
    [call] = bedrock_jobs.calls_to("ListGuardrails")
    assert (call.parameters, call.responses) == ({"maxResults": 5}, ("200",))


@pytest.mark.parametrize("operation", ["ListEvaluationJobs", "ListGuardrails"])
def test_an_empty_list_is_a_response(bedrock_jobs, operation):
    """Minimum lengths are for requests: Bedrock lists nothing in an empty list, whatever its model says."""
    client = impatient()
    [name] = [name for name, of in client.meta.method_to_api_mapping.items() if of == operation]
    members = service_models.bedrock_operations()[operation].output_shape.members
    [rows] = [member for member, shape in members.items() if shape.type_name == "list"]
    bedrock_jobs.stub(operation, {rows: []})

    assert fields_of(getattr(client, name)()) == {rows: []}


def test_an_empty_text_is_valid_within_a_response(bedrock_jobs):
    """Made by a function, too; what else is wrong with a response is said without the length."""
    bedrock_jobs.stub("ListGuardrails", lambda sent: {"guardrails": [GUARDRAIL | {"name": ""}], "nextToken": ""})
    assert names_of(impatient().list_guardrails()) == [""]
    with pytest.raises(UsageError) as caught:
        bedrock_jobs.stub("ListGuardrails", {"guardrails": [GUARDRAIL | {"name": "", "version": 1}]})
    assert "guardrails[0].version" in str(caught.value)
    assert "length" not in str(caught.value)


@pytest.mark.parametrize(
    "time",
    [
        "2026-01-31T12:00:00Z",
        "2026-01-31T13:00:00+01:00",
        "31 January 2026, 12:00",
        1769860800,
        datetime.datetime(2026, 1, 31, 12),
        datetime.datetime(2026, 1, 31, 13, tzinfo=datetime.timezone(datetime.timedelta(hours=1))),
    ],
)
def test_a_time_is_sent_in_the_form_of_the_service(bedrock_jobs, time):
    """Programs in other languages read one form only; the record has the time."""
    bedrock_jobs.stub("ListGuardrails", {"guardrails": [GUARDRAIL | {"createdAt": time}]})
    client, sent = make_client(), []
    client.meta.events.register(
        "response-received.bedrock", lambda response_dict, **_: sent.append(response_dict["body"])
    )

    [guardrail] = client.list_guardrails()["guardrails"]

    assert guardrail["createdAt"] == datetime.datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert b'"createdAt":"2026-01-31T12:00:00.000Z"' in sent[0]
    assert bedrock_jobs.calls[0].output["guardrails"][0]["createdAt"] == guardrail["createdAt"]


@pytest.mark.needs("GetUseCaseForModelAccess")
@pytest.mark.parametrize("content", ["a form", b"a form", bytearray(b"a form"), io.BytesIO(b"a form")])
def test_a_blob_arrives_as_it_was_written(bedrock_jobs, content):
    """In each form that botocore takes for one in a request."""
    bedrock_jobs.stub("GetUseCaseForModelAccess", {"formData": content})
    for _ in range(2):
        assert impatient().get_use_case_for_model_access()["formData"] == b"a form"


@pytest.mark.needs("ExportAutomatedReasoningPolicyVersion")
def test_a_field_that_is_the_payload_is_the_whole_body(bedrock_jobs):
    """One field is the payload."""
    definition = {"version": "1.0", "types": [], "rules": [], "variables": []}
    bedrock_jobs.stub("ExportAutomatedReasoningPolicyVersion", {"policyDefinition": definition})
    arn = "arn:aws:bedrock:us-east-1:123456789012:automated-reasoning-policy/abcdefghijkl:1"
    response = impatient().export_automated_reasoning_policy_version(policyArn=arn)
    assert fields_of(response) == {"policyDefinition": definition}


@pytest.mark.needs("GetAdvancedPromptOptimizationJob")
def test_a_null_in_a_document_is_a_value(bedrock_jobs):
    """Which botocore passes on; a field of the service that is None is of a wrong type."""
    operation = "GetAdvancedPromptOptimizationJob"
    response = literal_eval(service_models.example_of(operation))
    fields = {"modelId": "m", "additionalModelRequestFields": {"stop": {"words": [None, {"a": None}]}}}
    bedrock_jobs.stub(operation, response | {"modelConfigurations": [fields]})
    sent = example(service_models.bedrock_operations()[operation].input_shape)

    assert impatient().get_advanced_prompt_optimization_job(**sent)["modelConfigurations"] == [fields]

    with pytest.raises(UsageError, match="Invalid type for field nextToken, value: None"):
        bedrock_jobs.stub("ListGuardrails", {"guardrails": [], "nextToken": None})


def test_the_newest_stub_that_fits_responds(bedrock_jobs):
    """The newest that fits, by Region and by parameters; removed ones no longer."""
    first = bedrock_jobs.stub("ListGuardrails", guardrails("everywhere"))
    second = bedrock_jobs.stub("ListGuardrails", guardrails("Ireland"), region="eu-west-1")
    third = bedrock_jobs.stub("ListGuardrails", guardrails("five"), where={"maxResults": 5})
    fourth = bedrock_jobs.stub("ListGuardrails", guardrails("many"), where=lambda sent: sent.get("maxResults", 0) > 5)

    def names():
        client, ireland = impatient(), impatient("eu-west-1")
        responses = (
            client.list_guardrails(),
            ireland.list_guardrails(),
            *(ireland.list_guardrails(maxResults=number) for number in (5, 6)),
        )
        return [name for response in responses for name in names_of(response)]

    assert names() == ["everywhere", "Ireland", "five", "many"]
    third.remove()
    fourth.remove()
    assert names() == ["everywhere", "Ireland", "Ireland", "Ireland"]
    assert [repr(stub) for stub in (first, second, third)] == [
        "<stub of ListGuardrails>",
        "<stub of ListGuardrails in eu-west-1>",
        "<stub of ListGuardrails, removed>",
    ]
    bedrock_jobs.reset()
    with bedrock_jobs.expect_unsupported("ListGuardrails"):
        impatient().list_guardrails()


def test_a_stub_may_be_a_function_of_the_parameters(bedrock_jobs):
    """It may ask Bedrock itself, and counts what it likes."""
    client = impatient()
    bedrock_jobs.add_custom_model("ranker")

    def respond(parameters):
        [model] = client.list_custom_models()["modelSummaries"]
        return guardrails(f"{model['modelName']}-{parameters['maxResults']}")

    bedrock_jobs.stub("ListGuardrails", respond)

    assert names_of(client.list_guardrails(maxResults=7)) == ["ranker-7"]


def test_a_function_with_a_wrong_response_is_an_error_even_if_it_was_swallowed():
    """It is an error at once, and again at the end if the code swallowed it."""

    def use():
        with mock_bedrock_jobs() as jobs:
            jobs.stub("ListGuardrails", lambda parameters: {})
            with pytest.raises(UsageError, match='"guardrails"'):
                impatient().list_guardrails()

    with pytest.raises(UsageError, match="stub of ListGuardrails: Missing required field: "):
        use()


@pytest.mark.parametrize(
    ("operation", "response", "texts"),
    [
        ("ListGuardrails", {}, ['Missing required field: "guardrails"', "can return: {'guardrails': []}. See"]),
        (
            "ListGuardrails",
            {"guardrail": [], "guardrails": []},
            ['Unknown field: "guardrail", must be one of: guardrails, '],
        ),
        (
            "ListGuardrails",
            {"guardrails": [GUARDRAIL, GUARDRAIL | {"version": 1}]},
            ["Invalid type for field guardrails[1].version, value: 1, ", "valid types: <class 'str'>"],
        ),
        ("ListGuardrails", {"guardrails": [{}]}, ['Missing required field in guardrails[0]: "arn"']),
        ("ListGuardrails", None, ["a response is a mapping of fields, not NoneType"]),
        ("ListGuardrail", {}, ["there is no operation of Bedrock 'ListGuardrail'; there are: ListGuardrails, "]),
        ("ListModelImportJobs", {}, ["stub: the mock has ListModelImportJobs itself.", "fail_next_call or inject"]),
        (
            "ConverseStream",
            {"stream": [{"messageStart": {"rol": "assistant"}}]},
            ['Missing required field in stream.messageStart: "role"; Unknown field in stream.messageStart: '],
        ),
        ("ConverseStream", {"stream": [{"messageStop": "end_turn"}]}, ["Invalid type for field stream.messageStop, "]),
        ("ConverseStream", {"stream": [], "more": 1}, ['Unknown field: "more", must be one of: stream']),
        (
            "ConverseStream",
            {},
            ["a stream is a list of events, ", "can return: {'stream': [{'messageStart': {'role': 'user'}}]}. See"],
        ),
        (
            "InvokeModelWithResponseStream",
            {"body": [{"chunk": b"{}"}]},
            ["Invalid type for field body.chunk, ", "can return: {'body': [{'chunk': {}}], "],
        ),
        ("InvokeModel", {}, ['Missing required field: "body"', "A response that it can return: {'body': b'', "]),
        ("Converse", {}, ['Missing required field: "output"', "A response that it can return: {'output': "]),
    ],
)
def test_a_wrong_stub_is_refused(bedrock_jobs, operation, response, texts):
    """Where it is written, with what is wrong and where, and what could be written instead."""
    with pytest.raises(UsageError) as caught:
        bedrock_jobs.stub(operation, response)

    for text in (*texts, 'See: python -m pytest_bedrock_jobs help "An operation that is not mocked"'):
        assert text in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"region": "Frankfurt"}, "'us-east-1', not 'Frankfurt'"),
        ({"where": {"maxresults": 5}}, "there is no parameter of ListGuardrails 'maxresults'; there are: maxResults, "),
        ({"where": 5}, "where is a mapping of parameters, .* not 5"),
    ],
)
def test_a_wrong_condition_of_a_stub_or_a_fault_is_refused(bedrock_jobs, arguments, text):
    """The error is the same for stubs and for faults."""
    with pytest.raises(UsageError, match=text):
        bedrock_jobs.stub("ListGuardrails", {"guardrails": []}, **arguments)
    with pytest.raises(UsageError, match=text):
        bedrock_jobs.inject("ListGuardrails", THROTTLED, **arguments)


def test_a_condition_names_a_parameter_of_the_operation(bedrock_jobs):
    """Of an operation of the mock too; any operation may have any parameter."""
    with pytest.raises(UsageError, match="no parameter of CreateModelImportJob 'jobname'; there are: jobName, "):
        bedrock_jobs.inject("CreateModelImportJob", THROTTLED, where={"jobname": "a"})
    bedrock_jobs.inject("*", THROTTLED, where={"jobname": "a"}).remove()


def test_faults_need_no_stub(bedrock_jobs):
    """Every kind that carries nothing out; what comes after them is as it would be without."""
    injected = bedrock_jobs.inject("ListGuardrails", THROTTLED, faults.read_timeout(), faults.proxy_page())
    assert code_of(impatient().list_guardrails) == "ThrottlingException"
    with pytest.raises(ReadTimeoutError):
        impatient().list_guardrails()
    assert code_of(impatient().list_guardrails) == "502"
    assert injected.fired == 3
    bedrock_jobs.fail_next_call("ListGuardrails", "AccessDeniedException")
    assert code_of(retrying(3).list_guardrails) == "AccessDeniedException"
    with pytest.raises(UnsupportedOperationError):
        impatient().list_guardrails()
    bedrock_jobs.reset()


def test_faults_come_before_the_response_of_a_stub(bedrock_jobs):
    """Retries, sequences, faults that carry the request out; for any operation, too."""
    bedrock_jobs.stub("ListGuardrails", guardrails("polite"))
    bedrock_jobs.inject("*", THROTTLED, faults.lost_response(), faults.latency(2))

    assert names_of(retrying(3).list_guardrails()) == ["polite"]
    [call] = bedrock_jobs.calls
    assert call.responses == ("ThrottlingException", "200 (lost response)", "200 (latency of 2 s)")


def test_a_fault_cannot_carry_out_an_operation_that_is_not_stubbed(bedrock_jobs):
    """The operation is unsupported."""
    bedrock_jobs.inject("ListGuardrails", faults.lost_response())

    with bedrock_jobs.expect_unsupported("ListGuardrails"):
        impatient().list_guardrails()


def test_a_denied_operation_is_refused_with_and_without_a_stub(bedrock_jobs):
    """With and without a stub, until it is allowed again."""
    bedrock_jobs.deny("bedrock:ListGuardrails")
    assert code_of(impatient().list_guardrails) == "AccessDeniedException"
    assert "perform: bedrock:ListGuardrails on resource: *" in bedrock_jobs.calls[0].error_message
    bedrock_jobs.stub("ListGuardrails", guardrails("polite"))
    assert code_of(impatient().list_guardrails) == "AccessDeniedException"
    bedrock_jobs.allow("bedrock:ListGuardrails")
    assert names_of(impatient().list_guardrails()) == ["polite"]
    with pytest.raises(
        UsageError, match="there is no action 'bedrock:ListGuardrail'; there are: bedrock:ListGuardrails, "
    ):
        bedrock_jobs.deny("bedrock:ListGuardrail")


def test_a_stub_a_fault_or_a_denial_wins_over_moto(bedrock_jobs):
    """A stub, a fault or a denial wins; what they are not for stays moto's."""
    with mock_aws():
        client = boto3.client("bedrock", region_name="us-east-1")
        get, put = (getattr(client, f"{verb}_model_invocation_logging_configuration") for verb in ("get", "put"))
        stubbed, motos = ({"embeddingDataDeliveryEnabled": value} for value in (True, False))
        assert fields_of(get()) == {"loggingConfig": {}}
        bedrock_jobs.inject("GetModelInvocationLoggingConfiguration", faults.service_error("ValidationException"))
        assert code_of(get) == "ValidationException"
        bedrock_jobs.stub("PutModelInvocationLoggingConfiguration", {}, where={"loggingConfig": stubbed})
        put(loggingConfig=stubbed)
        assert fields_of(get()) == {"loggingConfig": {}}
        put(loggingConfig=motos)
        assert fields_of(get()) == {"loggingConfig": motos}
        bedrock_jobs.deny("bedrock:GetModelInvocationLoggingConfiguration")
        assert code_of(get) == "AccessDeniedException"


def swallow(client=None):
    """Code that survives any error."""
    try:
        (client or impatient()).list_guardrails()
    except Exception:
        return "swallowed"


def test_the_error_shows_a_stub_to_paste(bedrock_jobs):
    """As it stands there it works."""
    with pytest.raises(UnsupportedOperationError) as caught:
        impatient().list_guardrails()
    bedrock_jobs.reset()

    [line] = re.findall(r"Stub it: (bedrock_jobs\.stub\(.*?\))\.", str(caught.value))
    eval(line, {"bedrock_jobs": bedrock_jobs})

    assert impatient().list_guardrails()["guardrails"] == []


def test_an_expected_unsupported_operation_fails_nothing(bedrock_jobs):
    """Swallowed or not, it fails nothing, and no state is lost."""
    bedrock_jobs.add_import_job("llama")
    with bedrock_jobs.expect_unsupported("ListEvaluationJobs", "ListGuardrails"):
        assert swallow() == "swallowed"
    with bedrock_jobs.expect_unsupported("ListGuardrails"):
        impatient().list_guardrails()

    assert [job.name for job in bedrock_jobs.import_jobs] == ["llama"]
    assert [call.error_code for call in bedrock_jobs.calls] == ["UnsupportedOperationError"] * 2


@pytest.mark.parametrize("operation", ["ListEvaluationJobs", "ListGuardrails"])
def test_an_unsupported_operation_that_was_not_expected_is_an_error(operation):
    """Another error than the expected one, another operation: in the block, and at the end."""

    def call():
        with jobs.expect_unsupported("ListEvaluationJobs"):
            impatient().list_guardrails()

    def fail():
        with jobs.expect_unsupported(operation):
            raise KeyError

    mock = mock_bedrock_jobs()
    jobs = mock.__enter__()
    with pytest.raises(KeyError):
        fail()
    with pytest.raises(UnsupportedOperationError, match="ListGuardrails is not mocked"):
        call()
    with pytest.raises(UnsupportedOperationError, match="ListGuardrails is not mocked"):
        mock.__exit__(None, None, None)


@pytest.mark.parametrize(
    ("operations", "text"),
    [
        (("ListGuardrails", "ListEvaluationJobs"), "ListGuardrails or ListEvaluationJobs was not called"),
        ((), "takes the names of operations"),
        (("ListModelImportJobs",), "expect_unsupported: the mock has ListModelImportJobs itself"),
        (("ListGuardrail",), "there are: ListGuardrails, "),
    ],
)
def test_an_expectation_of_what_was_not_called_or_cannot_be_is_refused(bedrock_jobs, operations, text):
    """What was not called, or cannot be."""
    with pytest.raises(UsageError, match=text), bedrock_jobs.expect_unsupported(*operations):
        pass


def test_asking_for_calls_to_an_operation_that_does_not_exist_is_an_error(bedrock_jobs):
    """Any operation of Bedrock can have been called."""
    assert bedrock_jobs.calls_to("ListGuardrails") == ()
    with pytest.raises(UsageError, match="'ListGuardrail'; there are: ListGuardrails, "):
        bedrock_jobs.calls_to("ListGuardrail")


def test_stubs_that_do_not_fit_are_named(bedrock_jobs, client):
    """The error would advise to write what is there already."""
    bedrock_jobs.stub("ListGuardrails", {"guardrails": []}, region="eu-west-1", allow_unused=True)
    bedrock_jobs.stub("ListGuardrails", {"guardrails": []}).remove()
    bedrock_jobs.stub("InvokeModel", {"body": b"{}", "contentType": "text/plain"}, model="meta.*", allow_unused=True)

    with (
        bedrock_jobs.expect_unsupported("ListGuardrails"),
        pytest.raises(UnsupportedOperationError, match=r"No stub fits: <stub of ListGuardrails in eu-west-1>, <"),
    ):
        client.list_guardrails()
    with (
        bedrock_jobs.expect_unsupported("InvokeModel"),
        pytest.raises(UnsupportedOperationError, match=r"No stub fits: <stub of InvokeModel with meta\.\*>\."),
    ):
        boto3.client("bedrock-runtime").invoke_model(modelId="amazon.nova-lite-v1:0", body=b"{}")
