"""Every response to every request is one that botocore's model of the service describes."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given, note
from hypothesis import strategies as st
from lives import custom_model_parameters
from model_validity import faults_of
from recorder import ACCOUNTS, recorder
from request_strategies import draw_request
from support import BEDROCK_OPERATIONS, service_model

from pytest_bedrock_jobs import IdempotencyTokenWarning, UsageError, failures, mock_bedrock_jobs

# CustomModelArn's pattern knows no partitions but these and two more.
REGIONS = (("us-east-1", "eu-west-1"), ("cn-north-1", "cn-northwest-1"), ("us-gov-west-1", "us-gov-east-1"))
BASE_MODELS = ("imported", "amazon.nova-lite-v1", "amazon.nova-lite-v1:0:300k", "meta.llama3-1-8b-instruct-v1:0")
LISTS = (
    "ListCustomModelDeployments",
    "ListCustomModels",
    "ListImportedModels",
    "ListModelCopyJobs",
    "ListModelCustomizationJobs",
    "ListModelImportJobs",
    "ListProvisionedModelThroughputs",
)
KMS_KEY = "0123abcd-0123-0123-0123-0123456789ab"

_SELDOM_SECOND = st.sampled_from([0, 0, 0, 1])


@pytest.mark.needs("CreateCustomModel")  # its model of the service has all that is returned
@pytest.mark.parametrize("operation", BEDROCK_OPERATIONS)
@given(data=st.data())
def test_every_response_is_valid_against_the_service_model(operation, data):
    """Whatever is asked: success or error, with members, patterns, lengths, enums and status as the model has them."""
    regions = data.draw(st.sampled_from(REGIONS))
    progress = data.draw(st.sampled_from(["polls", "manual"]))
    with mock_bedrock_jobs(region=regions[0], progress=progress, quotas=data.draw(st.booleans())) as jobs:
        known = populate(data.draw, jobs, regions, operation)
        for _ in range(data.draw(st.integers(min_value=1, max_value=4))):
            region, account_id = place(data.draw, regions)
            sender = recorder(region, account_id, validated=data.draw(st.booleans()))
            parameters = draw_request(data.draw, sender.model(operation).input_shape, known)
            note(f"{operation} {parameters}")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", IdempotencyTokenWarning)
                try:
                    received = sender.call(operation, parameters)
                except UsageError:
                    assert operation == "CreateProvisionedModelThroughput"  # of a foundation model, which is not mocked
                    jobs.reset()
                    break
            sender.check(operation)
            known[0].extend(text for text in (received or {}).values() if isinstance(text, str))


def place(draw, regions):
    """A Region and an account, mostly the same ones: requests shall often find what is there."""
    return regions[draw(_SELDOM_SECOND)], ACCOUNTS[draw(_SELDOM_SECOND)]


def populate(draw, jobs, regions, operation):
    """Put things there, in every state they can be in.

    Returns:
        The texts they are known by, and some that are nearly these.
    """
    fitting = [makers for part, makers in _MAKERS.items() if part in operation]
    records = []
    for number in range(draw(st.integers(min_value=1, max_value=5))):
        where = dict(zip(("region", "account_id"), place(draw, regions), strict=True))
        makers = fitting[0] if fitting and draw(st.booleans()) else _ALL_MAKERS
        records += draw(st.sampled_from(makers))(draw, jobs, number, where)
    known = [text for record in records for text in (record.arn, record.name)]
    known += [model.arn for model in jobs.imported_models] + [job.target_model_arn for job in jobs.copy_jobs]
    near = [arn.replace(regions[0], regions[1]) for arn in known] + [arn[:-1] + "0" for arn in known]
    near += [arn.replace(ACCOUNTS[0], ACCOUNTS[1]) for arn in known] + [arn.upper() for arn in known]
    tokens = [first_token(jobs, each, regions[0]) for each in LISTS if operation in LISTS]
    constants = ["token-1", "m", "alias/key", KMS_KEY, "s3://models/llama/"]
    return [*known, *filter(None, tokens), *constants], near


def first_token(jobs, operation, region):
    """What a list's first page of one gives for the second."""
    sender = recorder(region, ACCOUNTS[0], validated=True)
    received = sender.call(operation, {"maxResults": 1})
    sender.check(operation)
    return received.get("nextToken")


def _import_job(draw, jobs, number, where):
    status = draw(st.sampled_from(["InProgress", "Completed", "Failed"]))
    job = jobs.add_import_job(f"job-{number}", status=status, tags={"a": "b"}, **where)
    return [job]


def _imported_model(draw, jobs, number, where):
    return [jobs.add_imported_model(f"model-{number}", tags={"a": "b"}, **where)]


def _custom_model(draw, jobs, number, where):
    base_model = draw(st.sampled_from(BASE_MODELS))
    shared_with = draw(st.lists(st.sampled_from(ACCOUNTS), unique=True))
    shared_with = [account for account in shared_with if account != where["account_id"]]
    return [jobs.add_custom_model(f"custom-{number}", base_model=base_model, shared_with=shared_with, **where)]


def _copy(draw, jobs, number, where):
    [model] = _custom_model(draw, jobs, number, where)
    sender = recorder(where["region"], where["account_id"], validated=True)
    keys = draw(st.sampled_from([{}, {"modelKmsKeyId": "alias/key"}, {"modelKmsKeyId": KMS_KEY}]))
    tags = draw(st.sampled_from([{}, {"targetModelTags": [{"key": "a", "value": "b"}]}]))
    sender.client.create_model_copy_job(sourceModelArn=model.arn, targetModelName=f"copy-{number}", **keys, **tags)
    return _ended(draw, jobs, jobs.copy_jobs[-1], model)


def _created_model(draw, jobs, number, where):
    sender = recorder(where["region"], where["account_id"], validated=True)
    sender.client.create_custom_model(**custom_model_parameters(modelName=f"created-{number}"))
    return _ended(draw, jobs, jobs.custom_models[-1])


def _deployment(draw, jobs, number, where):
    for deployment in jobs.custom_model_deployments:
        if deployment.status == "Creating":  # with quotas, only two may be created at a time
            jobs.complete(deployment)
    [model] = _custom_model(draw, jobs, number, where)
    client = recorder(where["region"], where["account_id"], validated=True).client
    optional = draw(st.sampled_from([{}, {"description": "first"}, {"tags": [{"key": "a", "value": "b"}]}]))
    client.create_custom_model_deployment(modelArn=model.arn, modelDeploymentName=f"deployed-{number}", **optional)
    deployment = jobs.custom_model_deployments[-1]
    if draw(st.booleans()):
        jobs.complete(deployment)
        client.update_custom_model_deployment(customModelDeploymentIdentifier=deployment.arn, modelArn=model.arn)
    return _ended(draw, jobs, deployment, model)


def _customization_job(draw, jobs, number, where):
    base_model = draw(st.sampled_from(BASE_MODELS[1:]))
    status = draw(st.sampled_from(["InProgress", "Completed", "Failed", "Stopping", "Stopped"]))
    return [jobs.add_customization_job(f"train-{number}", status=status, base_model=base_model, **where)]


def _throughput(draw, jobs, number, where):
    [model] = _custom_model(draw, jobs, number, where)
    term = draw(st.sampled_from([None, "OneMonth"]))
    options = {"model": model, "commitment_duration": term, "status": draw(st.sampled_from(["Creating", "InService"]))}
    return [jobs.add_provisioned_throughput(f"throughput-{number}", **options, **where), model]


def _ended(draw, jobs, record, *others):
    way = draw(st.sampled_from([None, jobs.complete, jobs.fail]))
    if way:
        way(record)
    return [record, *others]


_MAKERS = {
    "ImportJob": [_import_job],
    "ImportedModel": [_imported_model],
    "CopyJob": [_copy],
    "CustomModelDeployment": [_deployment],
    "CustomizationJob": [_customization_job],
    "ProvisionedModelThroughput": [_throughput],
    "CustomModel": [_custom_model, _created_model],
}
_ALL_MAKERS = [maker for makers in _MAKERS.values() for maker in makers]


@pytest.mark.parametrize("operation", [name for name in BEDROCK_OPERATIONS if name in service_model().operation_names])
@pytest.mark.parametrize("code", sorted(shape.name for shape in service_model().error_shapes))
def test_every_injected_error_is_valid_against_the_service_model(bedrock_jobs, operation, code):
    """Each error of the service model has its status and its members, whichever operation it is injected for."""
    sender = recorder("us-east-1", ACCOUNTS[0], validated=False)
    bedrock_jobs.fail_next_call(operation, code)

    in_paths = ("jobIdentifier", "modelIdentifier", "jobArn", "customModelDeploymentIdentifier", "provisionedModelId")
    identifiers = dict.fromkeys(in_paths, "a")
    members = sender.model(operation).input_shape.members
    assert sender.call(operation, {name: text for name, text in identifiers.items() if name in members}) is None

    assert sender.responses
    for response in sender.responses:
        found = faults_of(sender.model(operation), response)
        # Which codes make sense for an operation is the choice of the test that injects them.
        assert [fault for fault in found if "is neither an error of" not in fault] == []
        shape = sender.client.meta.service_model.shape_for(code)
        assert response["status_code"] == shape.metadata["error"]["httpStatusCode"]


@pytest.mark.parametrize("message", [failures.internal(), failures.s3_permission(), "x" * 2048])
def test_every_failure_message_is_valid_against_the_service_model(bedrock_jobs, message):
    """A failed job's responses fit the model, up to the longest message."""
    job = bedrock_jobs.add_import_job("job", status="Failed", failure_message=message)
    sender = recorder("us-east-1", ACCOUNTS[0], validated=True)

    assert sender.call("GetModelImportJob", {"jobIdentifier": job.arn})["failureMessage"] == message
    sender.check("GetModelImportJob")
