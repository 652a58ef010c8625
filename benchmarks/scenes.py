"""The calls that are measured, each with what has to exist before."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

from pytest_bedrock_jobs import BedrockJobs

Call = Callable[[Any], Any]
"""One API call by a client."""

Scene = Callable[[BedrockJobs], Call]
"""Creates what the call needs."""

TAGS = [{"key": "team", "value": "search"}, {"key": "stage", "value": "test"}]
PROMPT = "Which of these three results fits the question best?"
ROLE = "arn:aws:iam::123456789012:role/import"
numbers = itertools.count()


def import_parameters() -> dict[str, Any]:
    """The parameters of an ordinary import: all that are required, tags and a token."""
    number = next(numbers)
    return {
        "jobName": f"import-{number}",
        "importedModelName": f"model-{number}",
        "roleArn": ROLE,
        "modelDataSource": {"s3DataSource": {"s3Uri": "s3://my-bucket/llama/v1/"}},
        "jobTags": TAGS,
        "clientRequestToken": f"token-{number}",
    }


def create_import(jobs: BedrockJobs) -> Call:
    """CreateModelImportJob, another job each time."""
    return lambda client: client.create_model_import_job(**import_parameters())


def create_plain_import(jobs: BedrockJobs) -> Call:
    """CreateModelImportJob with what is required, and nothing else."""
    optional = {"jobTags", "clientRequestToken"}
    return lambda client: client.create_model_import_job(
        **{name: value for name, value in import_parameters().items() if name not in optional}
    )


def create_copy(jobs: BedrockJobs) -> Call:
    """CreateModelCopyJob of one model; botocore makes the token."""
    arn = jobs.add_custom_model().arn
    return lambda client: client.create_model_copy_job(
        sourceModelArn=arn, targetModelName=f"copy-{next(numbers)}", targetModelTags=TAGS
    )


def get_import(jobs: BedrockJobs) -> Call:
    """GetModelImportJob of one that has completed."""
    arn = jobs.add_import_job(status="Completed").arn
    return lambda client: client.get_model_import_job(jobIdentifier=arn)


def list_tags(jobs: BedrockJobs) -> Call:
    """ListTagsForResource of a job with two tags."""
    arn = _tagged(jobs)
    return lambda client: client.list_tags_for_resource(resourceARN=arn)


def tag(jobs: BedrockJobs) -> Call:
    """TagResource with two tags."""
    arn = _tagged(jobs)
    return lambda client: client.tag_resource(resourceARN=arn, tags=TAGS)


def invoke(jobs: BedrockJobs) -> Call:
    """InvokeModel of an imported model, whose whole body is read."""
    arn = jobs.add_imported_model().arn
    body = json.dumps({"prompt": PROMPT, "max_gen_len": 128})
    return lambda client: client.invoke_model(modelId=arn, body=body)["body"].read()


def converse(jobs: BedrockJobs) -> Call:
    """Converse with an imported model."""
    arn = jobs.add_imported_model().arn
    messages = [{"role": "user", "content": [{"text": PROMPT}]}]
    return lambda client: client.converse(modelId=arn, messages=messages)


def list_imports(rows: int) -> Scene:
    """ListModelImportJobs of all of so many jobs."""

    def scene(jobs: BedrockJobs) -> Call:
        for _ in range(rows):
            jobs.add_import_job(status="Completed")
        return lambda client: client.list_model_import_jobs(maxResults=rows)

    return scene


def _tagged(jobs: BedrockJobs) -> str:
    return jobs.add_import_job(status="Completed", tags={tag["key"]: tag["value"] for tag in TAGS}).arn


ORDINARY: dict[str, Scene] = {
    "CreateModelImportJob": create_import,
    "CreateModelCopyJob": create_copy,
    "GetModelImportJob": get_import,
    "ListTagsForResource": list_tags,
    "TagResource": tag,
    "ListModelImportJobs of 10 rows": list_imports(10),
}
"""The calls that are measured with each library, by the names of their rows."""
