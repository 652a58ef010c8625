"""One codec for every operation: what botocore writes is read, and what is written botocore reads."""

from __future__ import annotations

import copy

import pytest
from botocore.awsrequest import HeadersDict
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from botocore.utils import percent_encode_sequence
from botocore.validate import ParamValidator
from hypothesis import given, note, settings
from hypothesis import strategies as st
from shape_values import in_json, values

from pytest_bedrock_jobs.interceptor.service_models import bedrock_operations
from pytest_bedrock_jobs.service.errors import ServiceError
from pytest_bedrock_jobs.service.wire.codec import OperationCodec, example

MODELS = bedrock_operations().values()
CODECS = {model.name: OperationCodec(model) for model in MODELS}
SERIALIZER = create_serializer("rest-json", include_validation=False)
# One that boto3 has no method for.
CALLABLE = [model for model in MODELS if model.name != "InvokeModelWithBidirectionalStream"]
each_operation = pytest.mark.parametrize("model", CALLABLE, ids=lambda model: model.name)


class Stream:
    """The body of a response as botocore reads it from the network."""

    def __init__(self, content):
        self.content = content

    def stream(self):
        """All of it."""
        yield self.content

    def read(self):
        """All of it."""
        return self.content


def shapes_of(shape, above=()):
    """A shape and all within it."""
    yield shape
    if shape.name not in above:
        inner = {
            "structure": lambda: shape.members.values(),
            "list": lambda: [shape.member],
            "map": lambda: [shape.key, shape.value],
        }.get(shape.type_name, list)()
        for each in inner:
            yield from shapes_of(each, (*above, shape.name))


@each_operation
@settings(max_examples=8)
@given(data=st.data())
def test_the_parameters_of_a_request_are_those_that_botocore_wrote(model, data):
    """From path, query, headers and body, whatever characters they have; blobs in JSON stay Base64."""
    parameters = data.draw(values(model.input_shape))
    request = SERIALIZER.serialize_to_request(parameters, model)
    url = f"{request['url_path']}?{percent_encode_sequence(request['query_string'])}"
    note(f"{url} {request['headers']} {request['body']!r}")

    decoded = CODECS[model.name].decode(url, request["body"], HeadersDict(request["headers"]))

    sent = {name: expected_of(model.input_shape.members[name], value) for name, value in parameters.items()}
    payload = model.input_shape.serialization.get("payload")
    if payload and model.input_shape.members[payload].type_name == "blob":
        sent[payload] = parameters.get(payload, b"")
    # botocore's serializer adds headers of its own.
    added = {name for name in decoded.keys() - sent if name in ("contentType", "accept")}
    assert {name: value for name, value in decoded.items() if name not in added} == sent


def expected_of(shape, value):
    """A parameter as it is decoded: times in the query are times."""
    return value if shape.serialization.get("location") == "querystring" else in_json(shape, value)


@each_operation
@settings(max_examples=8)
@given(data=st.data())
def test_an_output_is_what_botocore_reads_from_its_response(model, data):
    """Every field in its place: the body, a payload of its own, headers, the events of a stream."""
    shape, codec = model.output_shape, CODECS[model.name]
    output = data.draw(values(shape))
    payload = shape.serialization.get("payload")
    member = shape.members.get(payload)
    if model.has_event_stream_output:
        events = {name: event for name, event in member.members.items() if not event.metadata.get("exception")}
        some = st.sampled_from(sorted(events)).flatmap(lambda name: values(events[name]).map(lambda one: {name: one}))
        output[payload] = data.draw(st.lists(some, max_size=3))
    elif payload:
        output.setdefault(payload, data.draw(values(member)))
    if shape.members.get("contentType"):
        output["contentType"] = "application/json"

    response = codec.encode(output, {"X-Amzn-Extra": "extra"}, ())

    assert response.status == model.http.get("responseCode", 200)
    assert response.headers["X-Amzn-Extra"] == "extra"
    delivery = codec.delivery(response)
    raw = {
        "status_code": response.status,
        "headers": HeadersDict(response.headers),
        "context": {"operation_name": model.name},
        "body": Stream(delivery.take()) if delivery else response.body,
    }
    received = create_parser("rest-json").parse(raw, shape)
    del received["ResponseMetadata"]
    if delivery:
        received[payload] = list(received[payload]) if model.has_event_stream_output else received[payload].read()
    assert received == output


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_the_service_models_have_nothing_that_the_codec_leaves_out(model):
    """Times are ISO 8601, bodies name their fields as the API does, and fields stand in no other places than these."""
    for shape, places in (
        (model.input_shape, {None, "uri", "querystring", "header"}),
        (model.output_shape, {None, "header"}),
    ):
        for name, member in shape.members.items():
            location = member.serialization.get("location")
            assert location in places
            assert location != "header" or member.type_name == "string"
            assert location != "querystring" or member.type_name in ("boolean", "integer", "string", "timestamp")
            assert location in ("querystring", "header") or member.serialization.get("name", name) == name
        for inner in shapes_of(shape):
            if inner.type_name == "timestamp":
                assert inner.serialization["timestampFormat"] == "iso8601"
    # What stands in headers is not in the body.
    headers = [name for name, member in model.output_shape.members.items() if member.serialization.get("location")]
    assert not headers or model.output_shape.serialization["payload"]


@pytest.mark.parametrize("model", CALLABLE, ids=lambda model: model.name)
def test_the_example_of_a_shape_is_a_value_of_it(model):
    """As botocore's own validation has it, minimum lengths included."""
    for shape in (model.input_shape, model.output_shape):
        if not shape.serialization.get("eventstream") and not (
            shape is model.output_shape and model.has_event_stream_output
        ):
            assert ParamValidator().validate(example(shape), shape).generate_report() == ""


@pytest.mark.parametrize("kind", ["imported-model", "custom-model-deployment"])
def test_models_that_are_newer_than_the_service_model_can_be_invoked(kind):
    """Their ARNs are accepted; whatever else is wrong is not."""
    loader = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
    older = copy.deepcopy(loader.load_service_model("bedrock-runtime", "service-2"))
    name = older["shapes"]["InvokeModelRequest"]["members"]["modelId"]["shape"]
    older["shapes"][name] = {"type": "string", "min": 1, "max": 10, "pattern": "[a-z.]+"}
    codec = OperationCodec(ServiceModel(older, "bedrock-runtime").operation_model("InvokeModel"))
    arn = f"arn:aws:bedrock:us-east-1:123456789012:{kind}/abcdefghijkl"

    codec.check({"modelId": arn, "body": b""})
    with pytest.raises(ServiceError, match="1 validation error detected: Value 'MAYBE' at 'trace' failed"):
        codec.check({"modelId": arn, "body": b"", "trace": "MAYBE"})
    for other in (arn + "!", arn.replace("us-", "US-"), arn.replace(kind, "base-model")):
        with pytest.raises(ServiceError, match=r"2 validation errors detected: Value 'arn:.*' at 'modelId' failed"):
            codec.check({"modelId": other, "body": b""})


HOSTILE = [
    b"{",
    b"}",
    b"[]",
    b"5",
    b"null",
    b'"{}"',
    b"{}{}",
    b"{} x",
    b"{},",
    b"{}\0",
    b"\xff",
    b"\xef\xbb\xbf{}",
    "{}".encode("utf-16"),
    b"{'a': 1}",
    b'{"a": 1,}',
    b'{"a": 01}',
    b'{"a": ' + b"9" * 5000 + b"}",
    b"\0",
    b" ",
]


@pytest.mark.parametrize("operation", ["CreateModelImportJob", "Converse", "CreateGuardrail"])
@pytest.mark.parametrize("body", HOSTILE, ids=lambda body: repr(body[:20]))
def test_a_body_that_is_not_one_json_object_is_refused(operation, body):
    """Of operations that the mock has and others, as bytes and as text."""
    for sent in (body, body.decode("latin-1")):
        with pytest.raises(ServiceError, match="The body of the request is not a JSON object") as caught:
            CODECS[operation].decode("/model/m/converse", sent, {})
        assert caught.value.code == "SerializationException"


@pytest.mark.parametrize("space", [b"", b" ", b"\r\n\t "])
def test_white_space_around_the_object_is_nothing(space):
    """As JSON has it."""
    body = space + b'{"jobName": "a"}' + space
    assert CODECS["CreateModelImportJob"].decode("/", body, {}) == {"jobName": "a"}
    assert CODECS["CreateModelImportJob"].decode("/", body.decode(), {}) == {"jobName": "a"}


@pytest.mark.parametrize("body", HOSTILE)
def test_a_body_of_bytes_is_whatever_was_sent(body):
    """What a model makes of it is no matter of the codec's."""
    for operation in ("InvokeModel", "InvokeModelWithResponseStream"):
        assert CODECS[operation].decode("/model/m/invoke", body, {})["body"] == body
    assert CODECS["InvokeModel"].decode("/model/m/invoke", "prompt", {})["body"] == b"prompt"
    assert CODECS["InvokeModel"].decode("/model/m/invoke", None, {})["body"] == b""
    assert CODECS["InvokeModel"].decode("/model/m/invoke", bytearray(b"a"), {})["body"] == b"a"


def test_a_header_that_is_no_text_is_read_as_far_as_it_is():
    """It is no error: the service gets many headers that it does not know."""
    decoded = CODECS["InvokeModel"].decode("/model/m/invoke", b"", {"accept": b"a\xff"})
    assert decoded == {"modelId": "m", "body": b"", "accept": "a\ufffd"}


@pytest.mark.needs("StartAutomatedReasoningPolicyBuildWorkflow")
@pytest.mark.parametrize("body", HOSTILE)
def test_a_body_that_is_one_field_is_a_json_object_too(body):
    """An empty one is a field that is missing; a null in it is a field of the field."""
    codec = CODECS["StartAutomatedReasoningPolicyBuildWorkflow"]
    url = "/automated-reasoning-policies/p/build-workflows/INGEST_CONTENT/start"
    placed = {"policyArn": "p", "buildWorkflowType": "INGEST_CONTENT"}
    with pytest.raises(ServiceError, match="is not a JSON object"):
        codec.decode(url, body, {})
    assert codec.decode(url, b"", {}) == placed
    assert codec.decode(url, b'{"policyDefinition": null}', {}) == placed | {"sourceContent": {}}


@pytest.mark.parametrize(
    ("content", "described"),
    [
        ({"document": {"source": {"bytes": 5}}}, "NUMBER_VALUE can not be converted to a Blob"),
        ({"document": {"citations": {"enabled": "yes"}}}, "STRING_VALUE can not be converted to a Boolean"),
        ({"document": {"citations": {"enabled": 1}}}, "NUMBER_VALUE can not be converted to a Boolean"),
        ({"toolResult": {"content": [{"json": 5}]}}, ""),
        ([], "Start of list found where not expected"),
        ("text", "Expected null"),
    ],
)
@pytest.mark.needs("CountTokens")
def test_a_part_of_a_conversation_is_of_its_type(content, described):
    """At any depth; a document may be any JSON value."""
    parameters = {"modelId": "m" * 20, "messages": [{"role": "user", "content": [content]}]}
    try:
        CODECS["Converse"].check(parameters)
    except ServiceError as error:
        found = error.message if error.code == "SerializationException" else ""
    assert found == described
