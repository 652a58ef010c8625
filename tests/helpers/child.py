"""A program in another process: it calls Bedrock with boto3, as its environment says, and prints what it got."""

from __future__ import annotations

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError


def main():
    """The arguments are an operation, its parameters as JSON, and how many requests a call may send."""
    operation, parameters, attempts = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])
    client = boto3.client("bedrock", config=Config(retries={"mode": "standard", "total_max_attempts": attempts}))
    try:
        result = getattr(client, operation)(**parameters)
    except (BotoCoreError, ClientError) as error:
        result = {"error": type(error).__name__, "text": str(error)}
    print(json.dumps(result, default=str))


if __name__ == "__main__":
    main()
