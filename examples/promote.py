"""Import a model into Amazon Bedrock, promote a custom model to further Regions, and tag both by team.

python promote.py import s3://my-bucket/llama/ --name llama-v1 --team search --role <ARN of a role>
python promote.py copy <ARN of a custom model> --name ranker-v1 --team search --region eu-west-1 --region us-west-2

Bedrock copies custom models, not imported ones, so the two commands are about different models.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import boto3
from botocore.config import Config

_RETRIES = Config(retries={"mode": "standard", "total_max_attempts": 5})


class ImportBusyError(Exception):
    """The account runs as many imports as it may; one of them has to end first."""


def submit_import(s3_uri: str, *, name: str, team: str, role_arn: str) -> str:
    """Start the import of a model's files, in the Region that the environment names.

    Args:
        s3_uri: Where the model's files are.
        name: The name of the job and of the model it makes.
        team: Who pays for it.
        role_arn: The role with which Bedrock reads the files.

    Returns:
        The job's ARN; of the job that is already there, if the same import was asked for before.

    Raises:
        ImportBusyError: If another import is running and the account may run no second one.
    """
    bedrock = _bedrock()
    try:
        answer = bedrock.create_model_import_job(
            jobName=name,
            importedModelName=name,
            roleArn=role_arn,
            modelDataSource={"s3DataSource": {"s3Uri": s3_uri}},
            jobTags=_tags(team),
            importedModelTags=_tags(team),
            clientRequestToken=_token("import", s3_uri, name, team, role_arn),
        )
    except bedrock.exceptions.ServiceQuotaExceededException as error:
        raise ImportBusyError(f"{name} has to wait: {error.response['Error']['Message']}") from error
    return str(answer["jobArn"])


def promote(source_model_arn: str, regions: Iterable[str], *, name: str, team: str) -> dict[str, str]:
    """Start one copy of a custom model in each Region.

    Args:
        source_model_arn: The custom model.
        regions: Where it is wanted.
        name: The name of the copies.
        team: Who pays for them.

    Returns:
        The ARN of the copy job in each Region. Where a run broke off, the next one does the rest.
    """
    return {
        region: _bedrock(region).create_model_copy_job(
            sourceModelArn=source_model_arn,
            targetModelName=name,
            targetModelTags=_tags(team),
            clientRequestToken=_token("copy", source_model_arn, region, name, team),
        )["jobArn"]
        for region in regions
    }


def _bedrock(region: str | None = None) -> Any:
    return boto3.client("bedrock", region_name=region, config=_RETRIES)


def _tags(team: str) -> list[dict[str, str]]:
    return [{"key": "team", "value": team}]


def _token(*request: str) -> str:
    """One token for one request: a rerun repeats it, and a request that differs in anything has another.

    A token made of the name alone would let Bedrock ignore a changed request without a word.
    """
    return hashlib.sha256(json.dumps(request).encode()).hexdigest()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the answer is the exit status."""
    parser = argparse.ArgumentParser(description="Import a model, or promote one to further Regions.")
    commands = parser.add_subparsers(dest="command", required=True)
    importing = commands.add_parser("import")
    importing.add_argument("s3_uri")
    importing.add_argument("--role", required=True)
    copying = commands.add_parser("copy")
    copying.add_argument("source_model_arn")
    copying.add_argument("--region", action="append", required=True)
    for command in (importing, copying):
        command.add_argument("--name", required=True)
        command.add_argument("--team", required=True)
    asked = parser.parse_args(arguments)

    if asked.command == "copy":
        for region, arn in promote(asked.source_model_arn, asked.region, name=asked.name, team=asked.team).items():
            print(region, arn)
        return 0
    try:
        print(submit_import(asked.s3_uri, name=asked.name, team=asked.team, role_arn=asked.role))
    except ImportBusyError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
