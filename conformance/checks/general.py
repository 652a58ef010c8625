"""Rules of all operations, of creates, tokens, KMS keys and quotas, and those of boto3's two pages."""

from __future__ import annotations

import datetime
import re

from ..observing import Blocked, Finding, Level, accepted, fact, refused
from ..registry import check
from ..target import Target
from .imports import unknown_arn

KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"


@check("parameters")
def parameters(target: Target) -> list[Finding]:
    """Limits and statuses of the service model, seen from a few of each kind."""
    long_name = target.call("create_model_import_job", **target.import_parameters(jobName="a" * 64))
    number = target.call("list_model_import_jobs", maxResults=1001)
    order = target.call("list_model_import_jobs", sortOrder="Sideways")
    return [
        refused("a name of 64 characters", long_name, "ValidationException"),
        refused("maxResults=1001", number, "ValidationException"),
        refused("sortOrder that is not in the enum", order, "ValidationException"),
        accepted("a list without parameters", target.call("list_model_import_jobs")),
    ]


@check("violations-in-one-message")
def violations_in_one_message(target: Target) -> list[Finding]:
    """Two violations in one request."""
    two = target.import_parameters(jobName="two words", importedModelName="two words")
    observed = target.call("create_model_import_job", **two)
    begins = "2 validation errors detected: Value 'two words' at '"
    return [
        refused("a create with two wrong names", observed, "ValidationException"),
        fact("its message begins", begins, (observed.message or "")[: len(begins)]),
    ]


@check("serialization-exception")
def serialization_exception(target: Target) -> list[Finding]:
    """A number where a string belongs."""
    observed = target.call("create_model_import_job", **target.import_parameters(jobName=1))
    return [refused("jobName=1", observed, "SerializationException")]


@check("error-headers")
def error_headers(target: Target) -> list[Finding]:
    """The header and the body of an error."""
    observed = target.call("get_model_import_job", jobIdentifier="two words")
    code = observed.headers.get("x-amzn-errortype", "").partition(":")[0]
    return [
        fact("the code in the header", observed.code, code),
        fact("there is a message", True, bool(observed.message)),
    ]


@check("every-region")
def every_region(target: Target) -> list[Finding]:
    """A Region in which no import runs on AWS."""
    return [accepted("a list in sa-east-1", target.call("list_model_import_jobs", "sa-east-1"))]


@check("kms-key-arn", Level.IMPORT)
def kms_key_arn(target: Target) -> list[Finding]:
    """A key by its id."""
    made = target.copied(modelKmsKeyId=KEY)
    given = made["running"].get("targetModelKmsKeyArn", "")
    return [fact("the key is given as an ARN", True, bool(re.fullmatch(rf"arn:aws:kms:.*:key/{KEY}", given)))]


@check("token-repeated", Level.IMPORT)
def token_repeated(target: Target) -> list[Finding]:
    """The same request twice."""
    with_token = target.import_parameters(clientRequestToken=f"token-{target.run_id}")
    first = target.call("create_model_import_job", **with_token)
    if first.code:
        raise Blocked(f"the first create failed: {first.code}: {first.message}")
    second = target.call("create_model_import_job", **with_token)
    return [
        Finding("the same request again", {"status": first.status, "code": None}, {"code": None, **second.facts}),
        fact("it has the same jobArn", True, second.output.get("jobArn") == first.output["jobArn"]),
    ]


@check("token-before-name", Level.IMPORT)
def token_before_name(target: Target) -> list[Finding]:
    """A repeated token whose job's name is in use."""
    with_token = target.import_parameters(clientRequestToken=f"before-{target.run_id}")
    target.succeed("create_model_import_job", **with_token)
    return [
        Finding(
            "the token came before, and so did the name",
            {"code": None},
            {"code": None, **target.call("create_model_import_job", **with_token).facts},
        )
    ]


@check("token-other-parameters", Level.IMPORT)
def token_other_parameters(target: Target) -> list[Finding]:
    """A repeated token with another name."""
    token = f"other-{target.run_id}"
    first = target.succeed("create_model_import_job", **target.import_parameters(clientRequestToken=token))
    second = target.call("create_model_import_job", **target.import_parameters(clientRequestToken=token))
    return [fact("the first job's ARN comes again", True, second.output.get("jobArn") == first["jobArn"])]


@check("token-of-failed-request", Level.IMPORT)
def token_of_failed_request(target: Target) -> list[Finding]:
    """A token whose first request was refused."""
    token = f"failed-{target.run_id}"
    wrong = target.call(
        "create_model_import_job", **target.import_parameters(jobName="two words", clientRequestToken=token)
    )
    right = target.call("create_model_import_job", **target.import_parameters(clientRequestToken=token))
    return [
        refused("a refused create with a token", wrong, "ValidationException"),
        Finding("a right one with the same token", {"code": None}, {"code": None, **right.facts}),
    ]


@check("quota-values", Level.IMPORT, quotas=True, progress="manual")
def quota_values(target: Target) -> list[Finding]:
    """A second import while one runs."""
    target.succeed("create_model_import_job", **target.import_parameters())
    second = target.call("create_model_import_job", **target.import_parameters())
    return [refused("a second import while the first runs", second, "ServiceQuotaExceededException")]


@check("quota-running-copies", Level.IMPORT, quotas=True, progress="manual")
def quota_running_copies(target: Target) -> list[Finding]:
    """100 custom models are too many to create on AWS for this."""
    if target.is_aws:
        raise Blocked("it would take 100 custom models")
    model = target.new_custom_model_without_end()
    copies = [
        target.call("create_model_copy_job", sourceModelArn=model, targetModelName=target.name("copy"))
        for _ in range(100)
    ]
    return [
        Finding("the 99th copy beside the model", {"code": None}, {"code": None, **copies[98].facts}),
        refused("the 100th", copies[99], "ServiceQuotaExceededException"),
    ]


@check("spec-import-required")
def spec_import_required(target: Target) -> list[Finding]:
    """Each required parameter left out."""
    found = []
    for name in ("jobName", "importedModelName", "roleArn", "modelDataSource"):
        without = target.import_parameters()
        del without[name]
        found.append(
            refused(f"without {name}", target.call("create_model_import_job", **without), "ValidationException")
        )
    return found


@check("spec-import-vpc")
def spec_import_vpc(target: Target) -> list[Finding]:
    """VpcConfig needs both lists."""
    subnets_only = target.import_parameters(vpcConfig={"subnetIds": ["subnet-0123456789abcdef0"]})
    return [
        refused(
            "vpcConfig without securityGroupIds",
            target.call("create_model_import_job", **subnets_only),
            "ValidationException",
        )
    ]


@check("spec-import-response", Level.IMPORT)
def spec_import_response(target: Target) -> list[Finding]:
    """The response of a create."""
    created = target.call("create_model_import_job", **target.import_parameters())
    arn = str(created.output.get("jobArn"))
    return [
        Finding("a create", {"status": 201, "fields": ["jobArn"]}, created.facts),
        fact(
            "the form of the ARN",
            True,
            bool(re.fullmatch(r"arn:aws:bedrock:[a-z0-9-]+:\d{12}:model-import-job/[a-z0-9]{12}", arn)),
        ),
    ]


@check("spec-copy-required")
def spec_copy_required(target: Target) -> list[Finding]:
    """Each required parameter left out."""
    whole = {
        "sourceModelArn": unknown_arn(target, "custom-model/amazon.nova-lite-v1"),
        "targetModelName": target.name("copy"),
    }
    return [
        refused(
            f"without {name}",
            target.call("create_model_copy_job", **{other: value for other, value in whole.items() if other != name}),
            "ValidationException",
        )
        for name in whole
    ]


@check("spec-copy-response", Level.IMPORT)
def spec_copy_response(target: Target) -> list[Finding]:
    """The response of a copy."""
    copy = {"sourceModelArn": target.custom_model_arn(), "targetModelName": target.name("copy")}
    created = target.call("create_model_copy_job", target.other_region, **copy)
    return [Finding("a copy", {"status": 201, "fields": ["jobArn"]}, created.facts)]


@check("spec-copy-imported-model")
def spec_copy_imported_model(target: Target) -> list[Finding]:
    """The ARN of an imported model, which cannot be copied."""
    arn = f"arn:aws:bedrock:{target.region}:123456789012:imported-model/abcdef123456"
    observed = target.call("create_model_copy_job", sourceModelArn=arn, targetModelName=target.name("copy"))
    return [refused("a copy of an imported model", observed, "ValidationException")]


@check("spec-import-tags", Level.IMPORT)
def spec_import_tags(target: Target) -> list[Finding]:
    """Tags of the job are on the job."""
    tagged = target.import_parameters(jobTags=[{"key": "team", "value": "search"}])
    arn = target.succeed("create_model_import_job", **tagged)["jobArn"]
    return [fact("the job's tags", {"team": "search"}, target.tags(arn))]


@check("spec-times", Level.IMPORT)
def spec_times(target: Target) -> list[Finding]:
    """Times are times, and in order."""
    ended = target.imported()["ended"]
    created, end = ended.get("creationTime"), ended.get("endTime")
    are_times = isinstance(created, datetime.datetime) and isinstance(end, datetime.datetime)
    return [fact("creationTime and endTime are there, in this order", True, are_times and created <= end)]
