"""Whole runs of pytest, as users start them."""

from __future__ import annotations

import pytest

SUITE = """
    import boto3
    import pytest

    CLIENT = boto3.session.Session(
        aws_access_key_id="AKIAOUTSIDE", aws_secret_access_key="outside", region_name="us-east-1"
    ).client("bedrock")

    @pytest.mark.parametrize("number", range(8))
    def test_submits(bedrock_jobs, number):
        for client in (CLIENT, bedrock_jobs.client()):
            name = f"import-{len(bedrock_jobs.calls)}"
            client.create_model_import_job(
                jobName=name, importedModelName=name, roleArn="arn:aws:iam::123456789012:role/Import",
                modelDataSource={"s3DataSource": {"s3Uri": "s3://my-bucket/llama/"}},
            )
        assert [job.name for job in bedrock_jobs.import_jobs] == ["import-0", "import-1"]
"""


@pytest.mark.parametrize(
    "arguments",
    [("-p", "xdist", "-n", "2"), ("-W", "error"), ("-p", "xdist", "-n", "2", "-W", "error"), ("-p", "no:xdist")],
)
def test_a_suite_passes_with_workers_and_with_warnings_as_errors(pytester, arguments):
    """Workers of xdist and warnings as errors make no difference."""
    pytester.makepyfile(SUITE)
    result = pytester.runpytest_subprocess("--strict-markers", *arguments)
    result.assert_outcomes(passed=8)


def test_the_plugin_can_be_switched_off(pytester):
    """With -p no:bedrock_jobs the fixture is gone and nothing else has changed."""
    pytester.makepyfile("def test_plain(): pass\ndef test_mocked(bedrock_jobs): pass")
    pytester.runpytest_subprocess("-p", "no:bedrock_jobs").assert_outcomes(passed=1, errors=1)
