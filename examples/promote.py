"""Import a model into Amazon Bedrock, or promote a custom model to further Regions; both tagged by team.

python promote.py import s3://my-bucket/llama/ --name llama-v1 --team search --role <ARN of a role>
python promote.py copy <ARN of a custom model> --name ranker-v1 --team search --region eu-west-1 --region us-west-2

Both wait for the models and print their ARNs. Bedrock copies custom models, not imported ones, so the two commands are
about different models.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import boto3
from botocore.config import Config
from waiting import DeadlineError, JobFailedError, wait

_RETRIES = Config(retries={"mode": "standard", "total_max_attempts": 5})
_HOUR = 60


class ImportBusyError(Exception):
    """The account already runs as many imports as its quota allows; one of them has to end first."""


def import_model(s3_uri: str, *, name: str, team: str, role_arn: str, minutes: int = _HOUR) -> str:
    """Return a model of these files: one that the team already has, or else a new one.

    Args:
        s3_uri: Where the model's files are.
        name: The name of the job and of the model it makes. Bedrock never frees a job's name, so each new
            import needs a new name, also after a failure.
        team: Who pays for it.
        role_arn: The role with which Bedrock reads the files.
        minutes: How long an import may take.

    Returns:
        The ARN of the imported model.

    Raises:
        ImportBusyError: See ``submit_import``.
        JobFailedError: If the import failed.
        DeadlineError: If it is still running after that time; the next call continues to wait.
    """
    if model_arn := find_model(s3_uri, team=team):
        return model_arn
    job_arn = submit_import(s3_uri, name=name, team=team, role_arn=role_arn)
    read = functools.partial(_bedrock().get_model_import_job, jobIdentifier=job_arn)
    [job] = wait([read], minutes=minutes)
    return str(job["importedModelArn"])


def find_model(s3_uri: str, *, team: str) -> str | None:
    """The ARN of the newest imported model with the tags that ``submit_import`` gives, if there is one."""
    bedrock, wanted = _bedrock(), _model_tags(s3_uri, team)
    for page in bedrock.get_paginator("list_imported_models").paginate():
        for model in page["modelSummaries"]:
            tags = bedrock.list_tags_for_resource(resourceARN=model["modelArn"])["tags"]
            if wanted.items() <= {tag["key"]: tag["value"] for tag in tags}.items():
                return str(model["modelArn"])
    return None


def submit_import(s3_uri: str, *, name: str, team: str, role_arn: str) -> str:
    """Start the import of a model's files, in the Region that the environment names.

    Args:
        s3_uri: Where the model's files are.
        name: The name of the job and of the model it makes.
        team: Who pays for it.
        role_arn: The role with which Bedrock reads the files.

    Returns:
        The job's ARN: that of the existing job, if the same import was requested before.

    Raises:
        ImportBusyError: If another import is running and the quota does not allow a second one.
    """
    bedrock = _bedrock()
    try:
        response = bedrock.create_model_import_job(
            jobName=name,
            importedModelName=name,
            roleArn=role_arn,
            modelDataSource={"s3DataSource": {"s3Uri": s3_uri}},
            jobTags=_tag_list({"team": team}),
            importedModelTags=_tag_list(_model_tags(s3_uri, team)),
            clientRequestToken=_token("import", s3_uri, name, team, role_arn),
        )
    except bedrock.exceptions.ServiceQuotaExceededException as error:
        raise ImportBusyError(f"{name} has to wait: {error.response['Error']['Message']}") from error
    return str(response["jobArn"])


def promote(
    source_model_arn: str, regions: Iterable[str], *, name: str, team: str, minutes: int = _HOUR
) -> dict[str, str]:
    """Copy a custom model to each Region and wait for the copies.

    Args:
        source_model_arn: The custom model.
        regions: Where it is wanted.
        name: The name of the copies.
        team: Who pays for them.
        minutes: How long the copies, which run in parallel, may take.

    Returns:
        The ARN of the copy in each Region.

    Raises:
        JobFailedError: If a copy failed.
        DeadlineError: If one is still running after that time; the next call continues to wait.
    """
    job_arns = start_copies(source_model_arn, regions, name=name, team=team)
    reads = [functools.partial(_bedrock(region).get_model_copy_job, jobArn=arn) for region, arn in job_arns.items()]
    jobs = wait(reads, minutes=minutes)
    return {region: job["targetModelArn"] for region, job in zip(job_arns, jobs, strict=True)}


def start_copies(source_model_arn: str, regions: Iterable[str], *, name: str, team: str) -> dict[str, str]:
    """Start one copy in each Region; arguments as for ``promote``.

    Returns:
        The ARN of the copy job in each Region. If a run was interrupted, the next one does the rest.
    """
    return {
        region: _bedrock(region).create_model_copy_job(
            sourceModelArn=source_model_arn,
            targetModelName=name,
            targetModelTags=_tag_list({"team": team}),
            clientRequestToken=_token("copy", source_model_arn, region, name, team),
        )["jobArn"]
        for region in regions
    }


def _bedrock(region: str | None = None) -> Any:
    return boto3.client("bedrock", region_name=region, config=_RETRIES)


def _model_tags(s3_uri: str, team: str) -> dict[str, str]:
    """What distinguishes one imported model from another. A digest, because S3 URIs can be too long for a tag."""
    return {"team": team, "source": hashlib.sha256(s3_uri.encode()).hexdigest()}


def _tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]


def _token(*request: str) -> str:
    """One token for one request: a rerun repeats it, and a request that differs in anything has another.

    With a token made of the name alone, Bedrock would silently ignore a changed request.
    """
    return hashlib.sha256(json.dumps(request).encode()).hexdigest()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, and return the exit status."""
    asked = _parser().parse_args(arguments)
    terms = {"name": asked.name, "team": asked.team, "minutes": asked.minutes}
    try:
        if asked.command == "import":
            print(import_model(asked.s3_uri, role_arn=asked.role, **terms))
        else:
            for region, arn in promote(asked.source_model_arn, asked.region, **terms).items():
                print(region, arn)
    except (ImportBusyError, JobFailedError, DeadlineError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
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
        command.add_argument("--minutes", type=int, default=_HOUR)
    return parser


if __name__ == "__main__":
    sys.exit(main())
