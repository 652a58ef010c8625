"""The mock as a target: the only file of the suite that knows it."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import boto3

from pytest_bedrock_jobs import NEXT_JOB, BedrockJobs, failures, mock_bedrock_jobs

from .target import Target


class MockTarget(Target):
    """A new mock for each check, with the options that the check's rule needs."""

    def __init__(self) -> None:
        session = boto3.Session(aws_access_key_id="AKIACONFORMANCE", aws_secret_access_key="conformance")
        super().__init__(session, "us-east-1", "us-west-2")
        self.account_id = "123456789012"
        self._jobs: BedrockJobs | None = None

    @contextlib.contextmanager
    def ready(self, mock_options: Mapping[str, Any]) -> Iterator[None]:
        """A new mock, with nothing left of the previous one."""
        self.memory.clear()
        with mock_bedrock_jobs(account_id=self.account_id, **mock_options) as self._jobs:
            yield

    def new_custom_model_without_end(self, *, active: bool = True) -> str:
        """With ``progress="manual"`` nothing becomes active by itself."""
        arn = super().new_custom_model_without_end(active=False)
        if active and self._jobs:
            self._jobs.complete(arn)
        return arn

    def failed_import(self) -> Mapping[str, Any]:
        """No files are read: the job fails because of ``fail``."""
        if self._jobs:
            self._jobs.fail(NEXT_JOB, failures.s3_permission())
        return super().failed_import()

    def clean_up(self, say: object) -> None:
        """Nothing outlives a mock."""


def run_beside_the_mock(command: Sequence[str]) -> int:
    """Run a command that uses Bedrock over HTTPS, in an environment in which Bedrock is a mock.

    Args:
        command: The command; ``{url}`` in its arguments stands for the endpoint.

    Returns:
        The command's exit status.
    """
    with mock_bedrock_jobs() as jobs, jobs.serve(tls=True) as url:
        arguments = [argument.replace("{url}", url) for argument in command]
        return subprocess.run(arguments, env=jobs.environment(), check=False).returncode
