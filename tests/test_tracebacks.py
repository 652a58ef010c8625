"""Tracebacks of the mock's own errors."""

from __future__ import annotations

import pytest

WRONG = {
    "an operation": "bedrock_jobs.fail_next_call('CreateModelImportJb', 'ThrottlingException')",
    "a job": "bedrock_jobs.complete('unknown')",
    "a time": "bedrock_jobs.clock.advance(-1)",
    "an argument": "bedrock_jobs.add_custom_model('two words')",
    "a progress": "bedrock_jobs.progress = 'someday'",
}


@pytest.mark.parametrize("line", WRONG.values(), ids=WRONG)
def test_they_end_at_the_tests_own_line(pytester, line):
    """A usage error's report shows the line that caused it, and none of the mock's."""
    pytester.makepyfile(f"def test_wrong(bedrock_jobs):\n    {line}\n")
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(failed=1)
    report = result.stdout.str()
    assert f"> {line}" in " ".join(report.split())
    assert "UsageError" in report
    assert "pytest_bedrock_jobs/" not in report
