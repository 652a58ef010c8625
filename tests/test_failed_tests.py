"""A failed test shows its mocks: on the terminal, in junitxml, through xdist."""

from __future__ import annotations

import re
import sys

import pytest
from faulting import run_pytest


def failing(pytester, source, *arguments):
    """Run tests with a report for machines beside the one for humans."""
    return run_pytest(pytester, source, "--junitxml=junit.xml", "-o", "junit_family=xunit2", *arguments)


USE = """
import pytest
import unittest
from pytest_bedrock_jobs import mock_bedrock_jobs

def use(jobs, n):
    jobs.client().list_model_import_jobs(maxResults=n)
"""

EVERY_DOOR = """
def test_fixture(bedrock_jobs):
    use(bedrock_jobs, 1)
    assert 1 == 2

@mock_bedrock_jobs
def test_decorator(bedrock_jobs):
    use(bedrock_jobs, 2)
    assert 1 == 2

def test_block():
    with mock_bedrock_jobs() as jobs:
        use(jobs, 3)
    assert 1 == 2

@mock_bedrock_jobs
class TestCase(unittest.TestCase):
    def test_it(self):
        use(self.bedrock_jobs, 4)
        assert 1 == 2

@pytest.fixture
def broken(bedrock_jobs):
    use(bedrock_jobs, 5)
    raise KeyError("setup")

def test_setup(broken):
    pass

@pytest.fixture
def breaking(bedrock_jobs):
    yield
    use(bedrock_jobs, 6)
    raise KeyError("teardown")

def test_teardown(breaking):
    pass

def test_without_traceback(bedrock_jobs):
    use(bedrock_jobs, 7)
    pytest.fail("just so", pytrace=False)

def test_without_a_mock():
    assert 1 == 2

def test_passed(bedrock_jobs):
    use(bedrock_jobs, 8)

def test_lookup(bedrock_jobs, no_such_fixture):
    pass
"""


def sections(text):
    """The numbers of the calls in all sections of a run, in order."""
    return [int(number) for number in re.findall(r"  ListModelImportJobs  200  maxResults=(\d+)", text)]


@pytest.mark.parametrize("arguments", [(), ("-n", "2")], ids=["one process", "xdist"])
def test_a_failed_test_has_a_section(pytester, arguments):
    """In each way to activate the mock and each phase; on the terminal and in junitxml; also with xdist's workers."""
    result = failing(pytester, USE + EVERY_DOOR, *arguments)

    assert result.parseoutcomes() == {"failed": 6, "passed": 2, "errors": 3}
    text, xml = result.stdout.str(), pytester.path.joinpath("junit.xml").read_text()
    assert sorted(sections(text)) == [1, 2, 3, 4, 5, 6, 7]
    assert sorted(sections(xml)) == [1, 2, 3, 4, 5, 6, 7]
    assert text.count("- bedrock_jobs -") == 7


def test_a_failed_doctest_has_a_section_too(pytester):
    """A doctest has a section too, though its failure has no traceback; it reaches junitxml as well."""
    source = '''
def listed():
    """List.

    >>> from pytest_bedrock_jobs import mock_bedrock_jobs
    >>> with mock_bedrock_jobs() as jobs:
    ...     len(jobs.client().list_model_import_jobs(maxResults=1)["modelImportJobSummaries"])
    1
    """
'''
    result = failing(pytester, source, "--doctest-modules")

    assert result.parseoutcomes() == {"failed": 1}
    result.stdout.fnmatch_lines(["Expected:", "bedrock_jobs:", "calls:", "*maxResults=1"])
    assert 1 in sections(pytester.path.joinpath("junit.xml").read_text())


@pytest.mark.parametrize("arguments", [(), ("-n", "2")], ids=["one process", "xdist"])
def test_the_option_shows_passed_tests_too(pytester, arguments):
    """With --bedrock-jobs; those that did not use the mock still have none."""
    source = (
        USE
        + """
def test_it(bedrock_jobs):
    use(bedrock_jobs, 1)

def test_silent(bedrock_jobs):
    pass

def test_other():
    print("captured")

def test_failed(bedrock_jobs):
    use(bedrock_jobs, 2)
    assert 1 == 2
"""
    )
    result = failing(pytester, source, "--bedrock-jobs", *arguments)

    assert result.parseoutcomes() == {"failed": 1, "passed": 3}
    result.stdout.no_fnmatch_line("captured")
    assert sorted(sections(result.stdout.str())) == [1, 2]
    result.stdout.fnmatch_lines(["*= bedrock_jobs: *::test_it =*", "calls:", "*ListModelImportJobs*maxResults=1"])


def test_the_mock_of_a_wider_fixture_is_shown_by_the_tests_that_called_it(pytester):
    """It is shown by the tests that called it, and by no others."""
    source = (
        USE
        + """
@pytest.fixture(scope="module")
def wide():
    with mock_bedrock_jobs() as jobs:
        yield jobs

def test_first(wide):
    use(wide, 1)
    assert 1 == 2

def test_second(wide):
    use(wide, 2)
    assert 1 == 2

def test_third(wide):
    assert 1 == 2

def test_fourth(bedrock_jobs):
    use(bedrock_jobs, 4)
    assert 1 == 2
"""
    )
    result = failing(pytester, source)

    assert result.parseoutcomes() == {"failed": 4}
    assert sections(result.stdout.str()) == [1, 1, 2, 4]


def test_a_mock_that_a_hook_begins_is_shown_by_the_failed_test(pytester):
    """It is the test's too."""
    pytester.makeconftest(
        """
        from pytest_bedrock_jobs import mock_bedrock_jobs

        MOCK = mock_bedrock_jobs()

        def pytest_runtest_setup():
            MOCK.start().client().list_model_import_jobs(maxResults=1)

        def pytest_runtest_teardown():
            MOCK.stop()
        """
    )
    assert sections(failing(pytester, "def test_it(): assert False").stdout.str()) == [1]


def test_of_many_mocks_in_one_test_the_latest_three_are_shown(pytester):
    """They share the screen; of more than three the latest are shown, and how many are not."""
    source = (
        USE
        + """
def test_it():
    for number in range(10):
        with mock_bedrock_jobs() as jobs:
            for n in range(100):
                use(jobs, 100 * number + n + 1)
    assert 1 == 2
"""
    )
    result = failing(pytester, source)

    text = result.stdout.str()
    assert "... 7 earlier mocks of this test not shown ..." in text
    assert text.count("  ... 96 not shown ...") == 3
    assert sections(text) == [701, 798, 799, 800, 801, 898, 899, 900, 901, 998, 999, 1000]


@pytest.mark.parametrize("outcome", ["passes", "fails"])
def test_a_run_of_pytest_within_a_test_is_not_in_the_tests_own_section(pytester, outcome):
    """The run within it, and its failures, are not those of the outer test."""
    pytester.makepyfile(
        f"""
import pytest
from pytest_bedrock_jobs import faults

def test_it(bedrock_jobs, pytester):
    bedrock_jobs.client().list_model_import_jobs(maxResults=1)
    bedrock_jobs.inject("CreateModelCopyJob", faults.read_timeout())
    pytester.makepyfile("def test_inner(): assert False")
    assert pytester.runpytest_inprocess("-p", "no:cacheprovider").ret == 1
    assert "{outcome}" == "passes"
"""
    )
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "pytester")

    result.assert_outcomes(**{"passes": {"passed": 1, "errors": 1}, "fails": {"failed": 1}}[outcome])
    assert sections(result.stdout.str()) == [1]
    assert result.stdout.str().count("\nno request got") == (outcome == "passes")


def test_the_clients_own_keys_never_appear(pytester, monkeypatch):
    """Neither the access key nor the bearer token of a client that sent the calls, nor a header with one."""
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "ABSKb3V0c2lkZS10b2tlbi1vZi1hLXJlYWwtdXNlcg")
    result = failing(
        pytester,
        """
import boto3

def test_it(bedrock_jobs):
    session = boto3.session.Session("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    client = session.client("bedrock", region_name="us-east-1")

    def add_header(params, **_):
        params["headers"]["x-token"] = "Bearer aW4tYS1oZWFkZXI"

    client.meta.events.register("before-call", add_header)
    client.list_model_import_jobs()
    1 / 0
""",
        "--tb=line",
    )

    text = result.stdout.str() + pytester.path.joinpath("junit.xml").read_text()
    assert "ListModelImportJobs" in text
    for secret in ("ABSK", "IOSFODNN7", "wJalr", "aW4tYS"):
        assert secret not in text


def test_a_run_that_uses_no_mock_loads_none(pytester, monkeypatch):
    """Failures of such a run are reported without a section, it can be stopped, and it imports nothing of the mock."""
    monkeypatch.delitem(sys.modules, "pytest_bedrock_jobs.activation")

    result = failing(pytester, "def test_it():\n    assert 1 == 2")

    assert result.parseoutcomes() == {"failed": 1}
    result.stdout.no_fnmatch_line("*- bedrock_jobs -*")
    pytester.makepyfile(test_stopped="def test_it():\n    raise KeyboardInterrupt")
    assert pytester.runpytest_inprocess("test_stopped.py", no_reraise_ctrlc=True).ret == 2
    assert "pytest_bedrock_jobs.activation" not in sys.modules
