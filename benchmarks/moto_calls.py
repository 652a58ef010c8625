"""Calls through boto3, compared with moto's nearest Bedrock operation.

moto has neither import nor copy jobs: its customization jobs stand for both, and its tags are on such a job.
Every client that is made after moto was imported has moto's handlers, so ours is made before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import scenes
from .calls import mocked
from .clients import new_client, null_call
from .measuring import SHOWN, Effort, Measured, Row, Side, each, paired, repeated
from .scenes import ROLE, TAGS, Call, Scene, numbers

MotoScene = Callable[[Any], Call]
"""Creates in moto what the call needs, through the client."""


def _create(client: Any) -> Call:
    return lambda client: client.create_model_customization_job(**_parameters())


def _get(client: Any) -> Call:
    parameters = _parameters()
    client.create_model_customization_job(**parameters)
    return lambda client: client.get_model_customization_job(jobIdentifier=parameters["jobName"])


def _list_tags(client: Any) -> Call:
    arn = client.create_model_customization_job(**_parameters())["jobArn"]
    return lambda client: client.list_tags_for_resource(resourceARN=arn)


def _tag(client: Any) -> Call:
    arn = client.create_model_customization_job(**_parameters())["jobArn"]
    return lambda client: client.tag_resource(resourceARN=arn, tags=TAGS)


def _parameters() -> dict[str, Any]:
    number = next(numbers)
    return {
        "jobName": f"customization-{number}",
        "customModelName": f"model-{number}",
        "roleArn": ROLE,
        "baseModelIdentifier": "amazon.nova-lite-v1:0",
        "trainingDataConfig": {"s3Uri": "s3://my-bucket/llama/v1/"},
        "outputDataConfig": {"s3Uri": "s3://my-bucket/output/"},
        "hyperParameters": {"epochCount": "1"},
        "jobTags": TAGS,
        "clientRequestToken": f"token-{number}",
    }


def _in_moto(scene: MotoScene) -> Side:
    from moto import mock_aws

    client = new_client()

    def side(number: int) -> float:
        with mock_aws():
            call = scene(client)
            return each(number, lambda: call(client))

    return side


def _row(operation: str, ours: Scene, nearest: str, theirs: MotoScene) -> Row:
    def measure(effort: Effort) -> Measured:
        client = new_client()  # before moto is imported
        return paired(mocked(ours, client), _in_moto(theirs), effort.rounds, effort.calls)

    return Row(f"{operation}, moto", f"moto {nearest}", SHOWN, measure)


def _floor(scene: Scene, theirs: MotoScene) -> Callable[[Effort], Measured]:
    """What botocore takes itself, for a response of the same size, when nothing is signed and nothing is done."""

    def measure(effort: Effort) -> Measured:
        call = null_call(scene, signed=False)  # before moto is imported
        return paired(repeated(call), _in_moto(theirs), effort.rounds, effort.calls)

    return measure


ROWS = (
    _row("CreateModelImportJob", scenes.create_import, "CreateModelCustomizationJob", _create),
    _row("CreateModelCopyJob", scenes.create_copy, "CreateModelCustomizationJob", _create),
    _row("GetModelImportJob", scenes.get_import, "GetModelCustomizationJob", _get),
    _row("ListTagsForResource", scenes.list_tags, "ListTagsForResource", _list_tags),
    _row("TagResource", scenes.tag, "TagResource", _tag),
    Row(
        "GetModelImportJob, unsigned null, moto (the floor of that)",
        "moto GetModelCustomizationJob",
        SHOWN,
        _floor(scenes.get_import, _get),
    ),
)
