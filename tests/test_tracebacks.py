"""Tracebacks of the mock's own errors."""

from __future__ import annotations

import pytest

WRONG = {
    "an operation": "bedrock_jobs.fail_next_call('CreateModelImportJb', 'ThrottlingException')",
    "a job": "bedrock_jobs.complete('unknown')",
    "a time": "bedrock_jobs.clock.advance(-1)",
    "an argument": "bedrock_jobs.add_custom_model('two words')",
    "a Region": "bedrock_jobs.add_import_job(region='Frankfurt')",
    "a server": "with bedrock_jobs.serve(tls=5): pass",
    "an import": "from pytest_bedrock_jobs import bedrock_jobs as wrong",
    "a progress": "bedrock_jobs.progress = 'someday'",
}


@pytest.mark.parametrize("line", WRONG.values(), ids=WRONG)
def test_the_traceback_of_a_usage_error_ends_at_the_tests_own_line(pytester, line):
    """A usage error's report shows the line that caused it, and none of the mock's, nor of what it uses itself."""
    path = pytester.makepyfile(f"def test_wrong(bedrock_jobs):\n    {line}\n")
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "--tb=short")
    result.assert_outcomes(failed=1)
    report = result.stdout.str()
    assert [frame for frame in report.splitlines() if ": in " in frame] == [f"{path.name}:2: in test_wrong"]
    assert f": in test_wrong {line}" in " ".join(report.split())
    assert "UsageError" in report
    assert "pytest_bedrock_jobs/" not in report


def test_the_traceback_of_a_wrong_import_shows_no_line_of_the_package(pytester):
    """The report of the collection shows none of the package's lines either."""
    pytester.makepyfile("from pytest_bedrock_jobs import bedrock_jobs")
    report = pytester.runpytest_inprocess("-p", "no:cacheprovider").stdout.str()
    assert "bedrock_jobs is a fixture, which is not imported" in report
    assert "pytest_bedrock_jobs/" not in report


def test_an_error_of_the_service_keeps_botocore_s_lines(pytester):
    """It is raised there."""
    pytester.makepyfile("def test_it(bedrock_jobs): bedrock_jobs.client().get_imported_model(modelIdentifier='none')")
    assert "client.py:" in pytester.runpytest_inprocess("-p", "no:cacheprovider", "--tb=short").stdout.str()
