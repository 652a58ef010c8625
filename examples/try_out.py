"""Import a model and ask it something; or deploy a custom model and ask that. What fails is deleted again.

python try_out.py import s3://my-bucket/llama/ --name llama-v1 --role <ARN of a role>
python try_out.py deploy <ARN of a custom model> --name ranker-v1
"""

from __future__ import annotations

import argparse
import functools
import sys
import time
from collections.abc import Sequence

import boto3
from botocore.config import Config
from promote import import_model
from waiting import DeadlineError

QUESTION = "What is the capital of France?"
# An imported model that was not called for a while has to be restored: AWS recommends ten attempts for it.
_RETRIES = Config(retries={"mode": "standard", "total_max_attempts": 10})
_RESTORE_MINUTES = 10


class WrongReplyError(Exception):
    """The model responds, but not as it should."""


def try_import(s3_uri: str, *, name: str, role_arn: str) -> str:
    """Import a model, and delete it again if it does not respond well.

    Returns:
        The ARN of the imported model.

    Raises:
        WrongReplyError: If its response is wrong; the model is deleted then.
        DeadlineError: If it is not restored in ten minutes; the model stays, for another attempt.
    """
    model_arn = import_model(s3_uri, name=name, team="evaluation", role_arn=role_arn)
    try:
        ask(model_arn)
    except WrongReplyError:
        boto3.client("bedrock").delete_imported_model(modelIdentifier=model_arn)
        raise
    return model_arn


def try_deployment(model_arn: str, *, name: str) -> str:
    """Deploy a custom model, and delete the deployment again if it does not respond well.

    Returns:
        The ARN of the deployment.

    Raises:
        WrongReplyError: If its response is wrong.
    """
    bedrock = boto3.client("bedrock")
    arn: str = bedrock.create_custom_model_deployment(modelDeploymentName=name, modelArn=model_arn)[
        "customModelDeploymentArn"
    ]
    read = functools.partial(bedrock.get_custom_model_deployment, customModelDeploymentIdentifier=arn)
    while read()["status"] == "Creating":
        time.sleep(15)
    try:
        ask(arn)
    except WrongReplyError:
        bedrock.delete_custom_model_deployment(customModelDeploymentIdentifier=arn)
        raise
    return arn


def ask(model_id: str) -> str:
    """The model's reply to the question, read as it is generated."""
    runtime = boto3.client("bedrock-runtime", config=_RETRIES)
    messages = [{"role": "user", "content": [{"text": QUESTION}]}]
    for _ in range(_RESTORE_MINUTES):
        try:
            events = runtime.converse_stream(modelId=model_id, messages=messages, inferenceConfig={"maxTokens": 64})
            break
        except runtime.exceptions.ModelNotReadyException:
            time.sleep(60)
    else:
        raise DeadlineError(f"{model_id} is not ready after {_RESTORE_MINUTES} minutes")
    deltas = [event["contentBlockDelta"]["delta"] for event in events["stream"] if "contentBlockDelta" in event]
    reply = "".join(delta["text"] for delta in deltas)
    if "Paris" not in reply:
        raise WrongReplyError(f"{model_id} says {reply!r}")
    return reply


def main(arguments: Sequence[str]) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    importing, deploying = commands.add_parser("import"), commands.add_parser("deploy")
    importing.add_argument("s3_uri")
    importing.add_argument("--role", required=True)
    deploying.add_argument("model_arn")
    for command in (importing, deploying):
        command.add_argument("--name", required=True)
    given = parser.parse_args(arguments)
    if given.command == "import":
        print(try_import(given.s3_uri, name=given.name, role_arn=given.role))
    else:
        print(try_deployment(given.model_arn, name=given.name))


if __name__ == "__main__":
    main(sys.argv[1:])
