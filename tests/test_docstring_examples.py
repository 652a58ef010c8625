"""The examples in docstrings hold: they run as doctests, each with a mock of its own."""

from __future__ import annotations

import datetime
import doctest

import boto3
import pytest
from support import import_parameters

from pytest_bedrock_jobs import NEXT_JOB, BedrockJobs, Clock, ModelResponse, failures, faults, mock_bedrock_jobs

# What people use most.
WITH_EXAMPLES = (
    mock_bedrock_jobs,
    ModelResponse,
    Clock.advance,
    BedrockJobs.add_import_job,
    BedrockJobs.add_imported_model,
    BedrockJobs.client,
    BedrockJobs.complete,
    BedrockJobs.deny,
    BedrockJobs.fail,
    BedrockJobs.fail_next_call,
    BedrockJobs.inject,
    BedrockJobs.respond,
    BedrockJobs.stub,
)


@pytest.mark.parametrize("thing", WITH_EXAMPLES, ids=lambda thing: thing.__name__)
def test_the_example_of_a_docstring_runs(thing, bedrock_jobs):
    """And returns what it says."""
    known = {
        "NEXT_JOB": NEXT_JOB,
        "ModelResponse": ModelResponse,
        "bedrock_jobs": bedrock_jobs,
        "boto3": boto3,
        "client": bedrock_jobs.client(),
        "datetime": datetime,
        "failures": failures,
        "faults": faults,
        "mock_bedrock_jobs": mock_bedrock_jobs,
        "parameters": import_parameters(),
        "runtime": boto3.client("bedrock-runtime"),
    }
    example = doctest.DocTestParser().get_doctest(thing.__doc__, known, thing.__name__, None, None)
    assert example.examples
    said = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL)
    assert runner.run(example, out=said.append).failed == 0, "".join(said)
