"""Every error that the author of a test can cause names the README's heading that explains it."""

from __future__ import annotations

import re

import pytest
from faulting import impatient, run_pytest
from support import import_parameters

from pytest_bedrock_jobs import (
    BedrockJobsError,
    IdempotencyTokenWarning,
    UnfiredFaultError,
    faults,
    mock_bedrock_jobs,
)

THROTTLED = faults.service_error("ThrottlingException")
WRONG = {
    "an unknown option": (lambda jobs: mock_bedrock_jobs(quota=True), "The doors", "there are: quotas, "),
    "an account": (lambda jobs: mock_bedrock_jobs(account_id="1"), "The doors", "12 digits"),
    "a Region": (lambda jobs: mock_bedrock_jobs(region="US East"), "The doors", "'us-east-1'"),
    "a switch": (lambda jobs: mock_bedrock_jobs(allow_unfired_faults=1), "The doors", "True or False"),
    "a target": (lambda jobs: mock_bedrock_jobs("test"), "The doors", "functions and test classes"),
    "a class": (lambda jobs: mock_bedrock_jobs(type("Plain", (), {})), "The doors", "no method test"),
    "a progress": (lambda jobs: mock_bedrock_jobs(progress="fast"), "Progress", "'looks', 'time', 'hand'"),
    "an unknown job": (lambda jobs: jobs.complete("lama"), "Progress", "there are: llama"),
    "an ended job": (lambda jobs: jobs.fail("done"), "Progress", "never moves again"),
    "a taken name": (lambda jobs: jobs.add_import_job("llama"), "Wrong use of the mock", "currently in use. See"),
    "a status": (
        lambda jobs: jobs.add_import_job(status="Complete"),
        "Wrong use of the mock",
        "there are: Completed, ",
    ),
    "an operation": (lambda jobs: jobs.arm("CreateJob", THROTTLED), "Faults", "there are: "),
    "a code": (lambda jobs: jobs.fail_next("*", "Throttled"), "Faults", "there are: ThrottlingException, "),
    "an action": (lambda jobs: jobs.deny("bedrock:Tag"), "Faults", "there are: bedrock:TagResource, "),
    "a latency": (lambda jobs: faults.latency(-1), "Faults", "0 or more"),
    "calls": (lambda jobs: jobs.calls_to("Tag"), "What a test can look at and do", "there are: TagResource, "),
    "an unsupported operation": (
        lambda jobs: jobs.client().get_custom_model_deployment(customModelDeploymentIdentifier="abcdefghijkl"),
        "An operation that is not mocked",
        "pytest-bedrock-jobs has: GetCustomModel, ",
    ),
    "an ended mock": (
        lambda jobs: ENDED[0].client(),
        "A client that is used after its mock",
        "this mock has ended",
    ),
}

with mock_bedrock_jobs() as _ended:
    ENDED = (_ended, _ended.client())


@pytest.mark.parametrize(("act", "heading", "way_out"), WRONG.values(), ids=WRONG)
def test_an_error_names_its_heading(bedrock_jobs, act, heading, way_out):
    """And says what could be asked for instead, the nearest first."""
    bedrock_jobs.add_import_job("llama")
    bedrock_jobs.add_import_job("done", status="Completed")

    with pytest.raises(BedrockJobsError) as caught:
        act(bedrock_jobs)

    assert re.search(rf'See "{heading}" in the README\.$', str(caught.value))
    assert way_out in str(caught.value)
    bedrock_jobs.reset()


def test_a_client_without_its_mock():
    """It is told outside of mocks, where nothing else would stop the request."""
    with pytest.raises(BedrockJobsError, match='See "A client that is used after its mock" in the README'):
        ENDED[1].list_model_import_jobs()


def test_a_fault_that_never_fired():
    """The error at a mock's end names its heading."""
    with (
        pytest.raises(UnfiredFaultError, match='See "A fault that never fired" in the README'),
        mock_bedrock_jobs() as m,
    ):
        m.arm("*", THROTTLED)


def test_a_token_with_other_parameters(bedrock_jobs):
    """The warning names its heading."""
    impatient().create_model_import_job(**import_parameters(clientRequestToken="once"))

    with pytest.warns(IdempotencyTokenWarning, match='See "A token with other parameters" in the README'):
        impatient().create_model_import_job(**import_parameters(clientRequestToken="once"))


def test_a_marker_with_positional_options(pytester):
    """It is refused where the test begins, through xdist too."""
    source = """
import pytest

@pytest.mark.bedrock_jobs("eu-west-1")
def test_it():
    pass
"""
    for arguments in ((), ("-n", "1")):
        result = run_pytest(pytester, source, *arguments)

        assert result.parseoutcomes() == {"errors": 1}
        result.stdout.fnmatch_lines(
            ["*takes options by keyword, not ('eu-west-1',). See \"The doors\" in the README.*"]
        )


def test_what_is_wrong_is_told_through_xdist(pytester):
    """Errors of a worker's test arrive as they are."""
    source = """
from pytest_bedrock_jobs import faults

def test_it(bedrock_jobs):
    bedrock_jobs.arm("*", faults.read_timeout)

def test_unfired(bedrock_jobs):
    bedrock_jobs.arm("*", faults.read_timeout())
"""
    result = run_pytest(pytester, source, "-n", "1")

    assert result.parseoutcomes() == {"failed": 1, "passed": 1, "errors": 1}
    result.stdout.fnmatch_lines_random(
        ["E *UsageError: <function read_timeout * is no fault: *", "*no request met <read timeout on *"]
    )
