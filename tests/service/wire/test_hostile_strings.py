"""Strings made to hold a matcher up, on every string member of every operation."""

from __future__ import annotations

import contextlib
import itertools

import patterns
import pytest
from support import import_parameters

from pytest_bedrock_jobs.service.wire.codec import violations

LENGTHS = (62, 63, 64, 256, 1011, 2048, 20000)
ARNS = (
    "arn:aws:bedrock:us-east-1:123456789012:custom-model/imported/",
    "arn:aws:bedrock:us-east-1:123456789012:custom-model/a.",
    "arn:aws:bedrock:us-east-1::foundation-model/a",
    "arn:aws:bedrock:us-east-1::foundation-model/a.",
    "arn:aws:bedrock:us-east-1:123456789012:fine-tuning-job/a.",
    "arn:aws:bedrock:us-east-1:123456789012:model-import-job/",
    "arn:aws:iam::123456789012:role/",
    "arn:aws:kms:us-east-1:123456789012:alias/",
    "arn:aws:sagemaker:us-east-1:123456789012:model-package/",
    "arn:aws-",
    "s3://a",
)
UNITS = (
    "a",
    "-",
    "_",
    ".",
    "+",
    ":",
    "/",
    "a-",
    "a_",
    "a.",
    "-a",
    "a-a.",
    "--.",
    "1+",
    ":a",
    "/a",
    "a/",
    " ",
    "\n",
    "é",
)


def hostile():
    """Runs and alternations of special characters of all lengths, good and bad at their ends."""
    yield "a" + "-" * 62
    for unit, length in itertools.product(UNITS, LENGTHS):
        run = (unit * length)[:length]
        yield from (run, "a" + run, run + "!", "a" + run + "\n")
    for prefix, unit, length in itertools.product(ARNS, UNITS, LENGTHS):
        yield prefix + (unit * length)[:length] + "!"


@pytest.mark.parametrize(
    ("path", "shape"), [pytest.param(path, shape, id=path) for path, shape in patterns.string_shapes()]
)
def test_no_string_holds_the_check_up(path, shape):
    """The check of every string field handles all of them: the test completes."""
    responses = [list(violations(shape, text)) for text in hostile()]
    longest = shape.metadata.get("max", 20000)
    assert all(broken for text, broken in zip(hostile(), responses, strict=True) if len(text) > longest), path


@pytest.mark.parametrize("text", ["a" + "-" * 62, "a" + "-" * 62 + "!", "a" * 5000 + "!", "-" * 2048])
def test_no_string_holds_a_client_up(bedrock_jobs, client, text):
    """The same strings through a client: accepted or refused, but always with a response."""
    for member in ("jobName", "importedModelName", "roleArn", "clientRequestToken", "importedModelKmsKeyId"):
        with contextlib.suppress(client.exceptions.ValidationException):
            client.create_model_import_job(**import_parameters(**{member: text}))
    assert [call.attempts for call in bedrock_jobs.calls] == [1] * 5
    assert [job.name for job in bedrock_jobs.import_jobs] == [text] * (text == "a" + "-" * 62)
