"""Permissions that a test takes away."""

from __future__ import annotations

import contextlib

import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from faulting import code_of, error_of, impatient
from support import copy_parameters, import_parameters, make_client, runtime_model, service_model, tags

from pytest_bedrock_jobs import UsageError
from pytest_bedrock_jobs.service.operations import ACTIONS, OPERATIONS
from pytest_bedrock_jobs.service.wire.api_names import RUNTIME_OPERATIONS

USER = "arn:aws:sts::123456789012:assumed-role/mock/bedrock-jobs"


def denial(action, resource):
    """AWS's words for a missing permission."""
    return (
        f"User: {USER} is not authorized to perform: bedrock:{action} on resource: {resource} because no "
        f"identity-based policy allows the bedrock:{action} action"
    )


def test_a_denied_action_fails_until_it_is_allowed_again(bedrock_jobs):
    """The operation fails as AWS says it, and does nothing, until it is allowed again."""
    bedrock_jobs.deny("bedrock:CreateModelImportJob")
    parameters = import_parameters()

    error = error_of(impatient().create_model_import_job, **parameters)

    assert isinstance(error, impatient().exceptions.AccessDeniedException)
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert error.response["Error"]["Message"] == denial(
        "CreateModelImportJob", "arn:aws:bedrock:us-east-1:123456789012:model-import-job/*"
    )
    assert bedrock_jobs.import_jobs == ()
    assert bedrock_jobs.calls[0].error_code == "AccessDeniedException"

    bedrock_jobs.allow("bedrock:CreateModelImportJob")
    assert impatient().create_model_import_job(**parameters)["jobArn"]


@pytest.mark.parametrize("member", ["jobTags", "importedModelTags"])
def test_an_import_with_tags_needs_the_permission_to_tag(bedrock_jobs, member):
    """Without it a create with tags fails in AWS's words for bedrock:TagResource; one without tags does not."""
    bedrock_jobs.deny("bedrock:TagResource")
    create = impatient().create_model_import_job

    error = error_of(create, **import_parameters(**{member: tags(1)}))

    assert error.response["Error"] == {
        "Code": "AccessDeniedException",
        "Message": denial("TagResource", "arn:aws:bedrock:us-east-1:123456789012:model-import-job/*"),
    }
    assert bedrock_jobs.import_jobs == ()
    assert create(**import_parameters())["jobArn"]
    assert create(**import_parameters(**{member: []}))["jobArn"]


@pytest.mark.needs("CreateCustomModel")
def test_a_copy_and_a_custom_model_with_tags_need_the_permission_to_tag(bedrock_jobs):
    """A copy's and a custom model's tags need it as well."""
    model = bedrock_jobs.add_custom_model()
    bedrock_jobs.deny("bedrock:TagResource")
    custom = {"modelName": "mine", "modelSourceConfig": {"s3DataSource": {"s3Uri": "s3://my-bucket/nova/"}}}
    client = impatient()

    copying = error_of(client.create_model_copy_job, **copy_parameters(model, targetModelTags=tags(1)))
    creating = error_of(client.create_custom_model, **custom, modelTags=tags(1))

    assert "bedrock:TagResource on resource: arn:aws:bedrock:us-east-1:123456789012:model-copy-job/*" in str(copying)
    assert "bedrock:TagResource on resource: arn:aws:bedrock:us-east-1:123456789012:custom-model/*" in str(creating)
    assert client.create_model_copy_job(**copy_parameters(model))["jobArn"]


@pytest.mark.needs("CreateGuardrail")
def test_a_stubbed_create_with_tags_needs_the_permission_to_tag(bedrock_jobs):
    """It needs the permission too, as it does on AWS."""
    bedrock_jobs.deny("bedrock:TagResource")
    created = {"guardrailId": "g1", "guardrailArn": "arn", "version": "1", "createdAt": bedrock_jobs.clock.now()}
    bedrock_jobs.stub("CreateGuardrail", created)
    texts = {"name": "mine", "blockedInputMessaging": "no", "blockedOutputsMessaging": "no"}

    assert code_of(impatient().create_guardrail, **texts, tags=tags(1)) == "AccessDeniedException"
    assert impatient().create_guardrail(**texts)["guardrailId"] == "g1"


def test_the_operation_that_tags_needs_the_permission_to_tag(bedrock_jobs):
    """The action is of course the operation's own, too."""
    model = bedrock_jobs.add_custom_model()
    bedrock_jobs.deny("bedrock:TagResource")

    assert code_of(impatient().tag_resource, resourceARN=model.arn, tags=tags(1)) == "AccessDeniedException"
    assert impatient().list_tags_for_resource(resourceARN=model.arn)["tags"] == []


@pytest.mark.parametrize("pattern", ["bedrock:*", "*", "bedrock:List*", "BEDROCK:listmodelimportjob?", "*:L*Jobs"])
def test_an_action_is_denied_by_a_pattern_with_wildcards(bedrock_jobs, pattern):
    """Patterns are those of a policy, where upper and lower case are one."""
    bedrock_jobs.deny(pattern)

    assert code_of(impatient().list_model_import_jobs) == "AccessDeniedException"

    bedrock_jobs.allow(pattern)
    assert impatient().list_model_import_jobs()


def test_operations_that_a_denied_pattern_does_not_match_may_be_used(bedrock_jobs):
    """Other operations may still be used."""
    bedrock_jobs.deny("bedrock:Get*")

    assert impatient().list_model_import_jobs()


def test_allowing_an_action_once_ends_two_denials_of_it(bedrock_jobs):
    """One word of permission ends it."""
    bedrock_jobs.deny("bedrock:ListModelImportJobs")
    bedrock_jobs.deny("bedrock:ListModelImportJobs")
    bedrock_jobs.allow("bedrock:ListModelImportJobs")

    assert impatient().list_model_import_jobs()


def test_a_denial_comes_before_the_check_of_the_token(bedrock_jobs):
    """A caller without the permission does not learn of a job that an earlier request created."""
    parameters = import_parameters(clientRequestToken="once")
    impatient().create_model_import_job(**parameters)
    bedrock_jobs.deny("bedrock:CreateModelImportJob")

    assert code_of(impatient().create_model_import_job, **parameters) == "AccessDeniedException"


def test_an_unused_denial_fails_no_test(bedrock_jobs):
    """A policy is not a fault that has to fire; reset allows everything again."""
    bedrock_jobs.deny("bedrock:DeleteImportedModel")
    assert bedrock_jobs.injected_faults == ()

    bedrock_jobs.deny("bedrock:ListModelImportJobs")
    bedrock_jobs.reset()
    assert impatient().list_model_import_jobs()


@pytest.mark.parametrize("action", [pytest.param(action, marks=pytest.mark.needs(action)) for action in ACTIONS])
@pytest.mark.parametrize("allowed", [False, True])
def test_every_permission_can_be_denied(bedrock_jobs, action, allowed):
    """Then a request that needs it is refused, whatever else is wrong with it; allowed again, that comes to light."""
    assert action in OPERATIONS
    model = runtime_model() if action in RUNTIME_OPERATIONS else service_model()
    client = make_client(
        model.service_name, config=Config(parameter_validation=False, retries={"total_max_attempts": 1})
    )
    arn = bedrock_jobs.add_imported_model().arn
    shape = model.operation_model(action).input_shape
    values = {"string": arn, "structure": {}, "list": []}
    parameters = {name: values.get(shape.members[name].type_name) for name in shape.required_members}
    bedrock_jobs.deny(f"bedrock:{action}")
    if allowed:
        bedrock_jobs.allow(f"bedrock:{action}")

    method = getattr(client, xform_name(action))
    with contextlib.suppress(ClientError):
        method(**parameters)

    assert (bedrock_jobs.calls[-1].error_code == "AccessDeniedException") is not allowed


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (lambda jobs: jobs.deny("TagResource"), "no action 'TagResource'; there are: bedrock:TagResource, "),
        (lambda jobs: jobs.deny("s3:*"), "no action 's3:\\*'"),
        (lambda jobs: jobs.deny("bedrock:Converse"), "that Converse needs is 'bedrock:InvokeModel', not 'bedrock:Conv"),
        (lambda jobs: jobs.deny("bedrock:Converse?*"), "no action 'bedrock:Converse"),
        (lambda jobs: jobs.allow("bedrock:TagResources"), "there are: bedrock:TagResource, "),
        (lambda jobs: jobs.allow("bedrock:TagResource"), "is not denied; no action is"),
        (lambda jobs: (jobs.deny("bedrock:*"), jobs.allow("bedrock:TagResource")), r"denied are: bedrock:\*"),
    ],
)
def test_an_action_that_cannot_be_denied_or_allowed_is_refused(bedrock_jobs, wrong, text):
    """It is refused, with what can be."""
    with pytest.raises(UsageError, match=text) as caught:
        wrong(bedrock_jobs)

    assert 'See: python -m pytest_bedrock_jobs help "A fault that is refused"' in str(caught.value)
