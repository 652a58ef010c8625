"""Projects of Bedrock, which the newest service model has and the mock has not."""

from __future__ import annotations

import pytest
from invoking import error_of, runtime_client, user
from support import ACCOUNT

pytestmark = pytest.mark.needs("InvokeModel.projectIdentifier")

OTHER = f"proj_{'a' * 20}"
BODY = '{"prompt": "Hello", "max_gen_len": 16}'


def arn_of(project, region="us-east-1"):
    """The ARN of a project."""
    return f"arn:aws:bedrock:{region}:{ACCOUNT}:project/{project}"


@pytest.fixture(params=["invoke_model", "invoke_model_with_response_stream", "converse", "converse_stream"])
def invoke(request, bedrock_jobs):
    """Invokes a model for a project, by one of the four operations."""
    model = bedrock_jobs.add_imported_model("llama")
    content = {"messages": user("Hello")} if "converse" in request.param else {"body": BODY}
    method = getattr(runtime_client(), request.param)
    return lambda project: method(modelId=model.arn, projectIdentifier=project, **content)


@pytest.mark.parametrize("project", ["default", arn_of("default")])
def test_the_default_project_changes_nothing(bedrock_jobs, invoke, project):
    """By its id or ARN; the call's record has it."""
    assert invoke(project)["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert bedrock_jobs.calls[-1].parameters["projectIdentifier"] == project


@pytest.mark.parametrize("project", [OTHER, arn_of(OTHER), arn_of("default", "eu-west-1")])
def test_another_project_cannot_be_used_with_an_imported_model(invoke, project):
    """AWS documents so; nor is it one of another Region."""
    code, status, text = error_of(invoke, project)
    assert (code, status) == ("ValidationException", 400)
    assert text.startswith(f"The project {project} cannot be used with arn:aws:bedrock:")


@pytest.mark.parametrize("project", ["", "a b", "x" * 2049, arn_of("a/b")])
def test_an_identifier_that_no_project_can_have_is_refused(invoke, project):
    """The limits of the service model."""
    code, _, text = error_of(invoke, project)
    assert code == "ValidationException"
    assert "at 'projectIdentifier' failed to satisfy constraint" in text


@pytest.mark.parametrize("project", ["default", OTHER])
@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("tag_resource", {"tags": [{"key": "a", "value": "b"}]}),
        ("untag_resource", {"tagKeys": ["a"]}),
        ("list_tags_for_resource", {}),
    ],
)
def test_projects_have_no_tags(client, operation, more, project):
    """The mock says that it has no projects."""
    arn = arn_of(project)
    text = f"Could not find the project {arn}: projects are not mocked, so there is none with tags."
    assert error_of(getattr(client, operation), resourceARN=arn, **more) == ("ResourceNotFoundException", 404, text)
