"""A Bedrock operation that the mock does not have."""

from __future__ import annotations

import contextlib

import pytest
from botocore.httpsession import URLLib3Session
from support import import_parameters, make_client

from pytest_bedrock_jobs import UnsupportedOperationError, mock_bedrock_jobs

SWALLOWS = """
    import boto3
    import pytest
    import unittest
    from pytest_bedrock_jobs import mock_bedrock_jobs

    def swallow():
        try:
            boto3.client("bedrock").list_guardrails()
        except Exception:
            pass
"""


def test_an_unsupported_operation_raises_at_once_and_names_itself(bedrock_jobs, monkeypatch):
    """The error names the operation, the line, and what is there, the nearest first; nothing is sent."""
    client, sent = make_client(), []
    monkeypatch.setattr(URLLib3Session, "send", lambda _, request: sent.append(request))
    with pytest.raises(UnsupportedOperationError) as caught:
        client.list_guardrails()
    reported = str(caught.value)
    assert reported.startswith(f"ListGuardrails is not mocked, and nothing was sent ({__file__}:")
    assert "pytest-bedrock-jobs has: ListCustomModels, " in reported
    assert reported.endswith('See: python -m pytest_bedrock_jobs help "An operation that is not mocked"')
    assert sent == []
    [call] = bedrock_jobs.calls
    assert (call.operation, call.error_code, call.output) == ("ListGuardrails", "UnsupportedOperationError", None)
    assert "ListGuardrails" in repr(call)
    bedrock_jobs.reset()


def test_the_nearest_operation_comes_first(bedrock_jobs, client):
    """What the author most likely meant is listed first."""
    for call, nearest in [
        (client.list_model_invocation_jobs, "ListModelCustomizationJobs"),
        (lambda: client.get_foundation_model(modelIdentifier="x"), "GetImportedModel"),
    ]:
        with pytest.raises(UnsupportedOperationError, match=f"has: {nearest}, "):
            call()
    bedrock_jobs.reset()


def swallow(jobs):
    """Make an unsupported call as code does that survives any error."""
    with contextlib.suppress(Exception):
        jobs.client().list_guardrails()


def test_an_unsupported_operation_is_raised_again_if_it_was_swallowed():
    """A block that swallowed the error ends with it."""
    with pytest.raises(UnsupportedOperationError, match="ListGuardrails"), mock_bedrock_jobs() as jobs:
        swallow(jobs)


def test_reset_forgets_unsupported_operations():
    """After reset() a block ends in peace."""
    with mock_bedrock_jobs() as jobs:
        swallow(jobs)
        jobs.reset()
        jobs.client().create_model_import_job(**import_parameters())
    assert len(jobs.calls) == 1


def test_a_swallowed_unsupported_operation_does_not_mask_another_error():
    """A block that fails by itself fails by that."""

    @mock_bedrock_jobs
    def fail(bedrock_jobs):
        swallow(bedrock_jobs)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()


@pytest.mark.parametrize(
    "test",
    [
        "def test_swallows(bedrock_jobs):\n        swallow()",
        "@pytest.mark.bedrock_jobs\n    def test_swallows():\n        swallow()",
        "@mock_bedrock_jobs\n    class TestIt(unittest.TestCase):\n        def test(self):\n            swallow()",
    ],
)
def test_the_fixture_fails_the_test_that_swallowed_it(pytester, test):
    """A test that swallowed the error passes its body, and is an error at its teardown, in one sentence."""
    pytester.makepyfile(SWALLOWS + "\n    " + test)
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["ListGuardrails is not mocked, and nothing was sent (*:*). *"])
    result.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.parametrize(
    "test",
    [
        "@mock_bedrock_jobs\n    def test_swallows():\n        swallow()",
        "def test_swallows():\n        with mock_bedrock_jobs():\n            swallow()",
    ],
)
def test_decorator_and_context_manager_fail_the_test_that_swallowed_it(pytester, test):
    """Decorator and context manager fail the test."""
    pytester.makepyfile(SWALLOWS + "\n    " + test)
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*ListGuardrails is not mocked*"])


@pytest.mark.parametrize(
    "head",
    [
        "def test_fails(bedrock_jobs):",
        "@mock_bedrock_jobs\n    def test_fails():",
        "@mock_bedrock_jobs\n    class TestFails:\n      def test_fails(self):",
    ],
    ids=["fixture", "decorator", "class"],
)
@pytest.mark.parametrize(
    ("body", "reported"),
    [
        ("swallow(); assert 1 == 2", "*assert 1 == 2*"),
        ("boto3.client('bedrock').list_guardrails()", "*ListGuardrails*"),
    ],
    ids=["own", "raised"],
)
def test_a_failure_is_reported_once(pytester, head, body, reported):
    """A test's own failure, and an unsupported call that came through, are not followed by a second failure."""
    pytester.makepyfile(f"{SWALLOWS}\n    {head}\n          {body}")
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([reported])


def test_a_failing_setup_is_reported_once(pytester):
    """A fixture that fails after an unsupported call was swallowed is one error."""
    pytester.makepyfile(
        SWALLOWS
        + """
    @pytest.fixture
    def broken(bedrock_jobs):
        swallow()
        raise ZeroDivisionError

    def test_needs_it(broken):
        pass
    """
    )
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*ZeroDivisionError*"])
