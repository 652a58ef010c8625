"""``python -m conformance``: try the rules against a target, or compare the results of two targets."""

from __future__ import annotations

import argparse
import difflib
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import botocore

from .aws_target import NotAllowedError, aws_target
from .observing import MEANING, Level
from .reporting import as_json, comparison, is_as_expected, table
from .running import rules, run
from .target import Target


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say.

    Returns:
        The exit status: 0 if every row is as expected, 1 if not, 2 if nothing was tried.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    known = [rule["id"] for rule in rules()]
    for row in options.row or ():
        if row not in known:
            parser.error(
                f"there is no row {row!r}; near it are: {', '.join(difflib.get_close_matches(row, known, 3, 0))}"
            )
    if options.serve:
        from .mock_target import run_beside_the_mock

        return run_beside_the_mock(options.serve)
    if options.compare:
        sides = [json.loads(Path(file).read_text(encoding="utf-8")) for file in options.compare]
        differences = comparison(*sides)
        print("\n".join(differences) or "no difference")
        return int(bool(differences))
    try:
        target = _target(options)
    except NotAllowedError as error:
        print(f"conformance: {error}", file=sys.stderr)
        return 2
    name = options.name or options.target
    rows = run(
        target, name, lambda row: not options.row or row in options.row, _say if options.verbose else _say_nothing
    )
    print(table(rows))
    if options.json:
        versions = {"boto3": boto3.__version__, "botocore": botocore.__version__, "python": sys.version.split()[0]}
        Path(options.json).write_text(as_json(name, rows, versions), encoding="utf-8")
    return 0 if is_as_expected(rows) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m conformance", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--target", help="mock, aws, or the URL of an emulator")
    what.add_argument("--compare", nargs=2, metavar="FILE", help="two files that --json wrote")
    what.add_argument(
        "--serve",
        nargs=argparse.REMAINDER,
        metavar="COMMAND",
        help="run a command that uses the mock, served over HTTPS",
    )
    parser.add_argument("--json", metavar="FILE", help="write every row to this file")
    parser.add_argument("--name", help="the name of an emulator in the results")
    parser.add_argument("--row", action="append", help="only this row; can be given more than once")
    parser.add_argument("--verbose", action="store_true", help="a line for each row as it is tried")
    parser.add_argument("--region", help="the Region of most calls")
    parser.add_argument("--other-region", default="us-west-2", help="the Region that models are copied to")
    aws = parser.add_argument_group("aws")
    aws.add_argument("--allow-aws", action="store_true", help="the first of two permissions to call AWS")
    aws.add_argument("--account", help="the account to be used")
    aws.add_argument(
        "--level", choices=[level.name.lower() for level in Level], default="free", help="what the suite may do"
    )
    aws.add_argument("--model", help="the ARN of a custom model, for the level tags and as the source of copies")
    aws.add_argument("--role", help="the ARN of a role for imports")
    aws.add_argument("--s3-uri", help="the files of a model to import")
    aws.add_argument("--model-artifacts", help="the files of a custom model to register")
    return parser


def _target(options: argparse.Namespace) -> Target:
    if options.target == "mock":
        from .mock_target import MockTarget

        return MockTarget()
    if options.target == "aws":
        chosen = Level[options.level.upper()]
        for level in Level:
            print(f"level {level.name.lower()}: {MEANING[level]}{'' if level <= chosen else ' (not in this run)'}")
        sys.stdout.flush()
        return aws_target(boto3.Session(region_name=options.region), vars(options), os.environ)
    host = urlsplit(options.target).hostname
    if host is None or re.search(r"(^|\.)(amazonaws\.com(\.cn)?|api\.aws)$", host):
        raise NotAllowedError(
            f"{options.target} is not the URL of an emulator; for AWS itself there is --target aws; nothing was sent."
        )
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test")
    return Target(
        session,
        options.region or "us-east-1",
        options.other_region,
        endpoint_url=options.target,
        interval=0.05,
        patience=5,
    )


def _say(line: str) -> None:
    print(line, flush=True)


def _say_nothing(line: str) -> None:
    """Without --verbose, print only what the suite leaves behind."""
    if not line.startswith(("same", "different", "known", "not ", "blocked")):
        _say(line)


if __name__ == "__main__":
    sys.exit(main())
