"""The service model's constraints: what botocore lets through and Bedrock does not."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, ParamValidationError
from invoking import runtime_client
from support import copy_parameters, import_parameters, runtime_model, service_model, tags, unvalidated_client

from pytest_bedrock_jobs.service.errors import ServiceError
from pytest_bedrock_jobs.service.operations import OPERATIONS
from pytest_bedrock_jobs.service.wire.codec import reject, violations

S3_URI = "modelDataSource.s3DataSource.s3Uri"
ARN = "arn:aws:bedrock:us-east-1:123456789012:custom-model/imported/abcdefghijkl"


def pattern_of(operation, *path):
    """The pattern of a member, as the service model has it."""
    shape = service_model().operation_model(operation).input_shape
    for name in path:
        shape = shape.member if name == "member" else shape.members[name]
    return shape.metadata["pattern"]


def refused(call, **parameters):
    """The text of the ValidationException that a request gets."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert type(caught.value).__name__ == "ValidationException"
    return error["Message"]


@pytest.fixture(params=["validated", "unvalidated"])
def any_client(request, bedrock_jobs):
    """A client as it is by default, and one that validates nothing."""
    return bedrock_jobs.client() if request.param == "validated" else unvalidated_client()


def test_one_violation_is_reported_in_the_services_sentence(bedrock_jobs, any_client):
    """A name that violates its pattern gets the service's exact sentence, and creates nothing."""
    described = refused(any_client.create_model_import_job, **import_parameters(jobName="two words"))
    assert described == (
        "1 validation error detected: Value 'two words' at 'jobName' failed to satisfy constraint: "
        f"Member must satisfy regular expression pattern: {pattern_of('CreateModelImportJob', 'jobName')}"
    )
    assert bedrock_jobs.import_jobs == ()
    assert bedrock_jobs.calls[0].error_code == "ValidationException"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"jobName": "-starts-with-hyphen"}, "jobName"),
        ({"jobName": "under_score"}, "jobName"),
        ({"jobName": "ends-with-newline\n"}, "jobName"),
        ({"jobName": "größe"}, "jobName"),
        ({"importedModelName": "two--hyphens"}, "importedModelName"),
        ({"importedModelName": "dot.ted"}, "importedModelName"),
        ({"roleArn": "BedrockImport"}, "roleArn"),
        ({"roleArn": "arn:aws:iam::123456789012:user/Import"}, "roleArn"),
        (
            {"modelDataSource": {"s3DataSource": {"s3Uri": "S3://my-bucket/llama/"}}},
            S3_URI,
        ),
        ({"modelDataSource": {"s3DataSource": {"s3Uri": "https://my-bucket/x"}}}, S3_URI),
        ({"jobTags": [{"key": "te#am", "value": "x"}]}, "jobTags.1.member.key"),
        ({"importedModelTags": [{"key": "team", "value": "x#"}]}, "importedModelTags.1.member.value"),
        ({"clientRequestToken": "under_score"}, "clientRequestToken"),
        ({"clientRequestToken": "ends-with-"}, "clientRequestToken"),
        ({"vpcConfig": {"subnetIds": ["a", "b_"], "securityGroupIds": ["c"]}}, "vpcConfig.subnetIds.2.member"),
        ({"vpcConfig": {"subnetIds": ["a"], "securityGroupIds": ["c_"]}}, "vpcConfig.securityGroupIds.1.member"),
        ({"importedModelKmsKeyId": "not-a-key"}, "importedModelKmsKeyId"),
    ],
)
def test_every_pattern_of_an_import_is_checked(any_client, changes, path):
    """Each member of an import is held to the service model's pattern, and named by its path."""
    described = refused(any_client.create_model_import_job, **import_parameters(**changes))
    members = ["member" if part.isdigit() else part for part in path.replace(".member", "").split(".")]
    pattern = pattern_of("CreateModelImportJob", *members)
    assert described.startswith("1 validation error detected: Value '")
    assert described.endswith(
        f"' at '{path}' failed to satisfy constraint: Member must satisfy regular expression pattern: {pattern}"
    )


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"sourceModelArn": "arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdefghijkl"}, "sourceModelArn"),
        ({"sourceModelArn": "custom-model/imported/abcdefghijkl"}, "sourceModelArn"),
        ({"targetModelName": "_starts"}, "targetModelName"),
        ({"modelKmsKeyId": "alias/"}, "modelKmsKeyId"),
        (
            {"targetModelTags": [{"key": "a", "value": "b"}, {"key": "c", "value": "?"}]},
            "targetModelTags.2.member.value",
        ),
        ({"clientRequestToken": "two words"}, "clientRequestToken"),
    ],
)
def test_every_pattern_of_a_copy_is_checked(bedrock_jobs, any_client, changes, path):
    """Each member of a copy is held to the service model's pattern, and named by its path."""
    parameters = copy_parameters(bedrock_jobs.add_custom_model(), **changes)
    described = refused(any_client.create_model_copy_job, **parameters)
    members = ["member" if part.isdigit() else part for part in path.replace(".member", "").split(".")]
    assert f"at '{path}' failed" in described
    assert described.endswith(f"pattern: {pattern_of('CreateModelCopyJob', *members)}")
    assert bedrock_jobs.copy_jobs == ()


@pytest.mark.parametrize(
    ("changes", "path", "longest"),
    [
        ({"jobName": "a" * 64}, "jobName", 63),
        ({"importedModelName": "a" * 64}, "importedModelName", 63),
        ({"roleArn": "arn:aws:iam::123456789012:role/" + "a" * 2018}, "roleArn", 2048),
        ({"clientRequestToken": "a" * 257}, "clientRequestToken", 256),
        ({"jobTags": [{"key": "k" * 129, "value": ""}]}, "jobTags.1.member.key", 128),
        ({"importedModelTags": [{"key": "k", "value": "v" * 257}]}, "importedModelTags.1.member.value", 256),
        ({"importedModelKmsKeyId": "alias/" + "a" * 2043}, "importedModelKmsKeyId", 2048),
        ({"vpcConfig": {"subnetIds": ["s" * 33], "securityGroupIds": ["g"]}}, "vpcConfig.subnetIds.1.member", 32),
        (
            {"modelDataSource": {"s3DataSource": {"s3Uri": "s3://my-bucket/" + "a" * 1010}}},
            S3_URI,
            1024,
        ),
    ],
)
def test_every_maximum_length_is_checked(any_client, changes, path, longest):
    """A value one character too long is refused, by the number the service model gives."""
    described = refused(any_client.create_model_import_job, **import_parameters(**changes))
    assert (
        f"at '{path}' failed to satisfy constraint: Member must have length less than or equal to {longest}"
        in described
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"jobName": "a" * 63},
        {"importedModelName": "a" * 63},
        {"roleArn": "arn:aws:iam::123456789012:role/" + "a" * 2017},
        {"clientRequestToken": "a" * 256},
        {"jobTags": [{"key": "k" * 128, "value": "v" * 256}]},
        {"importedModelKmsKeyId": "alias/" + "a" * 2042},
        {"vpcConfig": {"subnetIds": ["s" * 32] * 16, "securityGroupIds": ["g" * 32] * 5}},
        {"modelDataSource": {"s3DataSource": {"s3Uri": "s3://my-bucket/" + "a" * 1009}}},
    ],
)
def test_the_longest_values_pass(bedrock_jobs, any_client, changes):
    """A value of exactly the maximum is accepted."""
    any_client.create_model_import_job(**import_parameters(**changes))
    assert len(bedrock_jobs.import_jobs) == 1


@pytest.mark.parametrize(
    ("subnets", "groups", "path", "most"),
    [(17, 1, "vpcConfig.subnetIds", 16), (1, 6, "vpcConfig.securityGroupIds", 5)],
)
def test_list_sizes_are_checked(any_client, subnets, groups, path, most):
    """Lists longer than the service takes are refused, whatever their items."""
    vpc = {"subnetIds": ["subnet-1"] * subnets, "securityGroupIds": ["sg-1"] * groups}
    described = refused(any_client.create_model_import_job, **import_parameters(vpcConfig=vpc))
    said = ", ".join(vpc[path.rpartition(".")[2]])
    assert described == (
        f"1 validation error detected: Value '[{said}]' at '{path}' failed to satisfy constraint: "
        f"Member must have length less than or equal to {most}"
    )


def test_minimum_lengths_are_checked(unvalidated):
    """What botocore checks itself is checked here too, for clients that leave it to the service."""
    changes = {"jobName": "", "vpcConfig": {"subnetIds": [], "securityGroupIds": ["sg-1"]}}
    described = refused(unvalidated.create_model_import_job, **import_parameters(**changes))
    assert described.startswith("3 validation errors detected: ")
    assert (
        "Value '' at 'jobName' failed to satisfy constraint: Member must have length greater than or equal to 1"
        in described
    )
    assert (
        "Value '[]' at 'vpcConfig.subnetIds' failed to satisfy constraint: Member must have length greater" in described
    )


def test_a_union_needs_exactly_one_member(unvalidated):
    """A source of data without a kind is refused by the service's side too."""
    described = refused(unvalidated.create_model_import_job, **import_parameters(modelDataSource={}))
    assert described == (
        "1 validation error detected: Value '{}' at 'modelDataSource' failed to satisfy constraint: "
        "Member must have exactly one of: [s3DataSource]"
    )


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        import_parameters(modelDataSource={}),
        import_parameters(jobName=""),
        import_parameters(jobName=5),
        import_parameters(jobTags="team"),
        import_parameters(extra="x"),
    ],
)
def test_what_botocore_itself_refuses_is_never_sent(bedrock_jobs, client, parameters):
    """Where botocore itself refuses, its own error comes out and no call is recorded."""
    with pytest.raises(ParamValidationError):
        client.create_model_import_job(**parameters)
    assert bedrock_jobs.calls == ()


def test_missing_members_are_reported_as_null(unvalidated):
    """Every missing required field is reported, in the model's order, fields of lists' items too."""
    described = refused(unvalidated.create_model_import_job, jobTags=[{"key": "team"}])
    found = described.removeprefix("5 validation errors detected: ").split("; ")
    paths = ["jobName", "importedModelName", "roleArn", "modelDataSource", "jobTags.1.member.value"]
    assert found == [f"Value null at '{path}' failed to satisfy constraint: Member must not be null" for path in paths]


def test_a_null_is_as_good_as_missing(unvalidated):
    """A member that is sent as null breaks only the rule that it is required."""
    source = {"s3DataSource": {"s3Uri": None}}
    described = refused(unvalidated.create_model_import_job, **import_parameters(modelDataSource=source))
    assert described == (
        "1 validation error detected: Value null at 'modelDataSource.s3DataSource.s3Uri' failed to satisfy "
        "constraint: Member must not be null"
    )


def test_all_violations_come_in_one_message(client):
    """A request gets every constraint that it violates, two on one field too, each by its path."""
    parameters = import_parameters(
        jobName="_" * 64,
        roleArn="role",
        jobTags=[{"key": "fine", "value": "#"}, {"key": "#", "value": "fine"}],
        importedModelTags=tags(201),
    )
    described = refused(client.create_model_import_job, **parameters)
    assert described.startswith("6 validation errors detected: ")
    for path in ("jobName", "roleArn", "jobTags.1.member.value", "jobTags.2.member.key", "importedModelTags"):
        assert f" at '{path}' failed to satisfy constraint: " in described
    assert described.count(" at 'jobName' failed") == 2


def test_a_copys_source_can_be_too_short_and_too_long(unvalidated):
    """SourceModelArn has a minimum and a maximum length besides its pattern."""
    short = refused(unvalidated.create_model_copy_job, sourceModelArn="arn", targetModelName="copy")
    long = refused(unvalidated.create_model_copy_job, sourceModelArn=ARN + "a" * 1000, targetModelName="copy")
    assert "greater than or equal to 20" in short
    assert "less than or equal to 1011" in long


@pytest.mark.parametrize(
    ("changes", "described"),
    [
        ({"jobName": 5}, "NUMBER_VALUE can not be converted to a String"),
        ({"jobName": ["a"]}, "Start of list found where not expected"),
        ({"jobName": {"a": 1}}, "Start of structure or map found where not expected."),
        ({"jobTags": [{"key": True, "value": "x"}]}, "TRUE_VALUE can not be converted to a String"),
    ],
)
def test_a_value_of_a_wrong_type_is_a_serialization_exception(bedrock_jobs, unvalidated, changes, described):
    """A value of another type is a SerializationException with status 400, and creates nothing."""
    with pytest.raises(ClientError) as caught:
        unvalidated.create_model_import_job(**import_parameters(**changes))
    assert caught.value.response["Error"] == {"Code": "SerializationException", "Message": described}
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert bedrock_jobs.import_jobs == ()


def violations_of(operation, **parameters):
    """What the check of an operation's input shape finds, in the service's sentence."""
    found = list(violations(service_model().operation_model(operation).input_shape, parameters))
    return reject(found).message if found else ""


def test_enums_are_read_from_the_service_model():
    """A value that an enum does not have is refused with the enum's values, in the model's order."""
    assert violations_of("ListModelImportJobs", statusEquals="Complete") == (
        "1 validation error detected: Value 'Complete' at 'statusEquals' failed to satisfy constraint: "
        "Member must satisfy enum value set: [InProgress, Completed, Failed]"
    )
    assert violations_of("ListModelImportJobs", statusEquals="Completed") == ""


@pytest.mark.parametrize(
    ("value", "described"),
    [(0, "greater than or equal to 1"), (1, ""), (1000, ""), (1001, "less than or equal to 1000")],
)
def test_ranges_are_read_from_the_service_model(value, described):
    """A number outside its range is refused in the service's words."""
    found = violations_of("ListModelImportJobs", maxResults=value)
    assert found.endswith(
        described and f"at 'maxResults' failed to satisfy constraint: Member must have value {described}"
    )
    assert bool(found) == bool(described)


def test_what_is_no_number_is_in_no_range():
    """Python reads NaN in JSON; botocore itself sends a text."""
    shape = runtime_model().operation_model("Converse").input_shape.members["inferenceConfig"]
    [found] = violations(shape, {"temperature": float("nan")})
    assert found.constraint == "have value greater than or equal to 0"


@pytest.mark.needs("Converse.requestMetadata")
def test_keys_and_values_of_a_map_are_checked():
    """Each is named by its key."""
    shape = runtime_model().operation_model("Converse").input_shape.members["requestMetadata"]
    metadata = {"a!": "fine", "fine": "b!"} | {f"{number}": "" for number in range(15)}
    found = list(violations(shape, metadata, "requestMetadata"))
    assert [violation.path for violation in found] == [
        "requestMetadata",
        "requestMetadata.a!.key",
        "requestMetadata.fine.value",
    ]
    assert found[0].constraint == "have length less than or equal to 16"


def test_a_body_that_is_too_long_is_refused(bedrock_jobs):
    """A body of InvokeModel has at most so many bytes; it is sensitive, and so long, that the message leaves it out."""
    model = bedrock_jobs.add_imported_model()
    longest = runtime_model().operation_model("InvokeModel").input_shape.members["body"].metadata["max"]
    found = refused(runtime_client().invoke_model, modelId=model.arn, body=bytes(longest + 1))
    assert found == (
        "1 validation error detected: Value at 'body' failed to satisfy constraint: "
        f"Member must have length less than or equal to {longest}"
    )


def test_an_empty_image_is_refused(bedrock_jobs):
    """The bytes of an image are at least one; botocore does not check this minimum."""
    model = bedrock_jobs.add_imported_model()
    image = {"image": {"format": "png", "source": {"bytes": b""}}}
    found = refused(runtime_client().converse, modelId=model.arn, messages=[{"role": "user", "content": [image]}])
    assert "image.source.bytes' failed" in found
    assert found.endswith("Member must have length greater than or equal to 1")


def blobs_in(shape, above=()):
    """Every blob below a shape."""
    if shape.type_name == "blob":
        yield shape
    inner = {"structure": lambda: shape.members.values(), "list": lambda: [shape.member], "map": lambda: [shape.value]}
    for member in inner.get(shape.type_name, list)():
        if member.name not in above:
            yield from blobs_in(member, (*above, member.name))


@pytest.mark.parametrize("model", [service_model, runtime_model])
def test_no_blob_in_json_has_a_longest_length(model):
    """Only its Base64 is at hand there, which is longer; a shortest length can only be 1."""
    for name in OPERATIONS.keys() & set(model().operation_names):
        shape = model().operation_model(name).input_shape
        in_json = [blob.metadata for blob in blobs_in(shape) if blob.name != "Body"]
        assert all("max" not in limits and limits.get("min", 1) == 1 for limits in in_json)


def test_timestamps_and_booleans_have_no_constraints():
    """Fields without limits pass, and fields that the model does not have are ignored."""
    assert violations_of("ListCustomModels", creationTimeAfter=0, isOwned=True, unheardOf=object()) == ""


@pytest.mark.parametrize(
    ("tags", "described"),
    [
        ({}, "Start of structure or map found where not expected."),
        ("team", "Expected list or null"),
        (["team"], "Expected null"),
        ([["team"]], "Start of list found where not expected"),
    ],
)
def test_lists_and_structures_are_of_their_type(tags, described):
    """What botocore cannot even serialize is refused all the same, should another SDK send it."""
    with pytest.raises(ServiceError) as caught:
        violations_of("TagResource", resourceARN=ARN, tags=tags)
    assert caught.value.message == described


@pytest.mark.parametrize(("value", "found"), [("1", "STRING_VALUE"), (1.5, "NUMBER_VALUE"), (False, "FALSE_VALUE")])
def test_numbers_are_of_their_type(value, found):
    """Texts, fractions and booleans are no integers."""
    with pytest.raises(ServiceError) as caught:
        violations_of("CreateProvisionedModelThroughput", modelUnits=value)
    assert caught.value.message == f"{found} can not be converted to an Integer"


def test_an_item_that_is_null_is_reported_as_missing():
    """It is missing, like a field that is null."""
    text = violations_of("TagResource", resourceARN=ARN, tags=[None])
    assert text.endswith("Value null at 'tags.1.member' failed to satisfy constraint: Member must not be null")
