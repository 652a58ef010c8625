"""Every error that the author of a test can cause ends with the command that explains it."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from faulting import impatient, run_pytest
from support import import_parameters

from pytest_bedrock_jobs import (
    BedrockJobsError,
    IdempotencyTokenWarning,
    UnusedError,
    faults,
    mock_bedrock_jobs,
)
from pytest_bedrock_jobs.__main__ import main
from pytest_bedrock_jobs.service import errors

THROTTLED = faults.service_error("ThrottlingException")
WRONG = {
    "an unknown option": (
        lambda jobs: mock_bedrock_jobs(quota=True),
        "An option or a target that is refused",
        "there are: quotas, ",
    ),
    "an account": (
        lambda jobs: mock_bedrock_jobs(account_id="1"),
        "An option or a target that is refused",
        "12 digits",
    ),
    "a Region": (
        lambda jobs: mock_bedrock_jobs(region="US East"),
        "An option or a target that is refused",
        "'us-east-1'",
    ),
    "a switch": (
        lambda jobs: mock_bedrock_jobs(allow_unused=1),
        "An option or a target that is refused",
        "True or False",
    ),
    "a target": (
        lambda jobs: mock_bedrock_jobs("test"),
        "An option or a target that is refused",
        "functions and test classes",
    ),
    "a class": (
        lambda jobs: mock_bedrock_jobs(type("Plain", (), {})),
        "An option or a target that is refused",
        "neither a method test",
    ),
    "a progress": (
        lambda jobs: mock_bedrock_jobs(progress="fast"),
        "An option or a target that is refused",
        "'3 polls', 'time', 'manual' or a timedelta",
    ),
    "an unknown job": (lambda jobs: jobs.complete("lama"), "A job that cannot be ended", "there are: llama"),
    "an ended job": (lambda jobs: jobs.fail("done"), "A job that cannot be ended", "does not change any more"),
    "a taken name": (
        lambda jobs: jobs.add_import_job("llama"),
        "Something that cannot be added",
        "currently in use. See: ",
    ),
    "a status": (
        lambda jobs: jobs.add_import_job(status="Complete"),
        "Something that cannot be added",
        "there are: Completed, ",
    ),
    "an operation": (lambda jobs: jobs.inject("CreateJob", THROTTLED), "A fault that is refused", "there are: "),
    "a code": (
        lambda jobs: jobs.fail_next_call("*", "Throttled"),
        "A fault that is refused",
        "there are: ThrottlingException, ",
    ),
    "an action": (lambda jobs: jobs.deny("bedrock:Tag"), "A fault that is refused", "there are: bedrock:TagResource, "),
    "a latency": (lambda jobs: faults.latency(-1), "A fault that is refused", "0 or more"),
    "calls": (lambda jobs: jobs.calls_to("Tag"), "An operation that does not exist", "there are: TagResource, "),
    "an unsupported operation": (
        lambda jobs: jobs.client().get_model_invocation_job(jobIdentifier="a"),
        "An operation that is not mocked",
        "pytest-bedrock-jobs has: GetModel",
    ),
    "an option of a running mock": (
        lambda jobs: setattr(jobs, "quotas", True),
        "An attribute that does not exist",
        "given where the mock is made, as in @pytest.mark.bedrock_jobs(quotas=True)",
    ),
    "a mistyped attribute": (
        lambda jobs: setattr(jobs, "progres", "manual"),
        "An attribute that does not exist",
        "bedrock_jobs.progres does not exist; the nearest is progress. ",
    ),
    "what a mock only shows": (
        lambda jobs: setattr(jobs, "calls", ()),
        "An attribute that does not exist",
        "bedrock_jobs.calls can only be read",
    ),
    "an unknown attribute": (
        lambda jobs: jobs.complet("llama"),
        "An attribute that does not exist",
        "there is no BedrockJobs attribute 'complet'; there are: complete, ",
    ),
    "an unknown attribute of a record": (
        lambda jobs: jobs.import_jobs[0].state,
        "An attribute that does not exist",
        "there is no ImportJob attribute 'state'; there are: status, ",
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
def test_an_error_names_the_command_for_its_heading(bedrock_jobs, act, heading, way_out):
    """And says what could be asked for instead, the nearest first."""
    bedrock_jobs.add_import_job("llama")
    bedrock_jobs.add_import_job("done", status="Completed")

    with pytest.raises(BedrockJobsError) as caught:
        act(bedrock_jobs)

    assert re.search(rf'\. See: python -m pytest_bedrock_jobs help "{heading}"$', str(caught.value))
    assert way_out in str(caught.value)
    bedrock_jobs.reset()


def test_a_method_can_be_replaced(bedrock_jobs, monkeypatch):
    """By a spy, for example; and hasattr works."""
    monkeypatch.setattr(bedrock_jobs, "reset", lambda: "spied")

    assert bedrock_jobs.reset() == "spied"
    assert not hasattr(bedrock_jobs, "progres")
    assert not hasattr(bedrock_jobs, "__wrapped__")


def test_the_error_of_a_client_used_after_its_mock_names_its_heading():
    """It is raised outside of mocks, where nothing else would stop the request."""
    with pytest.raises(BedrockJobsError, match=r'See: .* help "A client that is used after its mock"$'):
        ENDED[1].list_model_import_jobs()


def test_the_error_of_a_fault_that_never_fired_names_its_heading():
    """The error at a mock's end names its heading."""
    with (
        pytest.raises(UnusedError, match=r'See: .* help "A fault that never fired"$'),
        mock_bedrock_jobs() as m,
    ):
        m.inject("*", THROTTLED)


def test_the_warning_of_a_token_with_other_parameters_names_its_heading(bedrock_jobs):
    """The warning names its heading."""
    impatient().create_model_import_job(**import_parameters(clientRequestToken="once"))

    with pytest.warns(IdempotencyTokenWarning, match=r'See: .* help "A token with other parameters"$'):
        impatient().create_model_import_job(**import_parameters(clientRequestToken="once"))


def test_a_marker_with_positional_options_is_refused(pytester):
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
            ["*takes options by keyword, not ('eu-west-1',). See: *help \"An option or a target that is refused\""]
        )


def test_what_is_wrong_is_reported_through_xdist(pytester):
    """Errors of a worker's test arrive as they are."""
    source = """
from pytest_bedrock_jobs import faults

def test_it(bedrock_jobs):
    bedrock_jobs.inject("*", faults.read_timeout)

def test_unfired(bedrock_jobs):
    bedrock_jobs.inject("*", faults.read_timeout())
"""
    result = run_pytest(pytester, source, "-n", "1")

    assert result.parseoutcomes() == {"failed": 1, "passed": 1, "errors": 1}
    result.stdout.fnmatch_lines_random(
        ["E *UsageError: <function read_timeout * is not a fault: *", "*no request got <read timeout on *"]
    )


@pytest.fixture
def run_help(monkeypatch, capsys):
    """Run the command of a message: returns its exit status and what it printed."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["pytest_bedrock_jobs", *arguments])
        try:
            main()
        except SystemExit as ended:
            return ended.code, capsys.readouterr().err
        return 0, capsys.readouterr().out

    return run


def test_python_runs_the_command(run_help):
    """As a message spells it."""
    command = [sys.executable, *shlex.split(errors.see("A fault that never fired").removeprefix("See: python "))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == run_help("help", "A fault that never fired")


def test_the_command_of_a_message_prints_its_section(run_help):
    """What the page says below that heading, and nothing of the next one."""
    status, printed = run_help("help", "A loop that never ends")

    assert status == 0
    assert printed.startswith("A loop that never ends\n======================\n\nWith `virtual_time` a loop")
    assert printed.endswith("`bedrock_jobs.reset()` forgets it.\n")


def test_the_heading_may_be_typed_without_quotation_marks_or_capitals(run_help):
    """As people type."""
    assert run_help("help", "a loop", "that", "never ends") == run_help("help", "A loop that never ends")


def test_links_to_pages_that_an_installation_does_not_have_are_left_out(run_help):
    """Their text stays."""
    assert "see Stub an operation." in run_help("help", "An operation that is not mocked")[1]


def test_the_command_alone_lists_the_headings(run_help):
    """Those of every error, and how to ask for one."""
    page = (Path(__file__).parents[1] / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    status, printed = run_help("help")
    first, *listed = printed.splitlines()

    assert status == 0
    assert first.endswith('as in: python -m pytest_bedrock_jobs help "An operation that is not mocked"')
    assert listed == ["", *re.findall(r"^### (.*)$", page, flags=re.MULTILINE)]


@pytest.mark.parametrize(
    ("arguments", "reported"),
    [
        (["help", "A loop without end"], 'no heading "A loop without end"; the nearest is "A loop that never ends"\n'),
        ([], "the following arguments are required: help\n"),
    ],
)
def test_what_the_command_cannot_do_fails_and_says_what_there_is(run_help, arguments, reported):
    """It fails, and says what there is."""
    status, printed = run_help(*arguments)

    assert status == 2
    assert printed.endswith(reported)
