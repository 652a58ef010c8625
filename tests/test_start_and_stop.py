"""``start()`` and ``stop()``, and one object that several tasks and threads enter."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
import unittest

import machine
import pytest
from support import import_parameters, make_client

from pytest_bedrock_jobs import BedrockJobs, UnusedError, UsageError, faults, mock_bedrock_jobs

CLIENT = make_client()


def submit():
    """Create an import with a client that is older than any mock."""
    return CLIENT.create_model_import_job(**import_parameters())["jobArn"]


def test_start_gives_the_mock_and_stop_ends_it():
    """As often as wanted, each time a new one."""
    mock = mock_bedrock_jobs(region="eu-central-1")
    with mock_bedrock_jobs() as outer:
        for _ in range(2):
            jobs = mock.start()
            assert isinstance(jobs, BedrockJobs)
            assert jobs.region == os.environ["AWS_DEFAULT_REGION"] == "eu-central-1"
            submit()
            mock.stop()
            assert len(jobs.import_jobs) == 1
        submit()
    assert len(outer.import_jobs) == 1


def test_starting_twice_is_an_error():
    """It says what to do, and the first mock goes on."""
    mock = mock_bedrock_jobs()
    jobs = mock.start()
    with pytest.raises(UsageError, match="has been started already"):
        mock.start()
    submit()
    mock.stop()
    assert len(jobs.import_jobs) == 1


def test_stopping_twice_is_an_error():
    """So is stopping what was never started."""
    mock = mock_bedrock_jobs()
    with pytest.raises(UsageError, match="has not been started"):
        mock.stop()
    mock.start()
    mock.stop()
    with pytest.raises(UsageError, match="stopped already"):
        mock.stop()


def test_stop_checks_what_the_end_of_a_block_checks():
    """A fault that never fired is an error there, too, and the mock has ended."""
    mock = mock_bedrock_jobs()
    mock.start().inject("ListModelImportJobs", faults.service_error("ThrottlingException"))
    with pytest.raises(UnusedError):
        mock.stop()
    assert os.environ.get("AWS_ACCESS_KEY_ID") != "AKIABEDROCKJOBSMOCK"


LEAVE_ONE = """
    import pytest
    from pytest_bedrock_jobs import mock_bedrock_jobs

    STARTED = [mock_bedrock_jobs() for _ in range(3)]
    STARTED[0].start()  # before any test

    @pytest.fixture(scope="session")
    def lasting():
        mock = mock_bedrock_jobs()
        mock.start()
        yield
        mock.stop()

    def test_forgets():
        STARTED[1].start()

    def test_after_it(lasting):
        pass

    def test_ends_it(bedrock_jobs, request):
        mock = mock_bedrock_jobs()
        mock.start()
        request.addfinalizer(mock.stop)

    def test_fails_before_it_stops():
        STARTED[2].start()
        assert False

    def test_last():
        for mock in STARTED:
            mock.stop()
"""


def test_a_mock_that_a_test_does_not_stop_is_an_error_of_that_test(pytester):
    """It is an error of that test, also where the test has failed, and of no other."""
    pytester.makepyfile(LEAVE_ONE)
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(passed=4, failed=1, errors=2)
    text = "a mock that this test began is still active, *"
    result.stdout.fnmatch_lines(
        ["*_ ERROR at teardown of test_forgets _*", text, "*_ ERROR at teardown of test_fails_before_it_stops _*", text]
    )


def test_mocks_that_hooks_begin_may_last_for_several_tests(pytester):
    """They may last for several tests, and end after pytest's own tear-down."""
    pytester.makeconftest(
        """
        import pytest
        from pytest_bedrock_jobs import mock_bedrock_jobs

        ALL, EACH = mock_bedrock_jobs(), mock_bedrock_jobs()

        @pytest.hookimpl(wrapper=True)
        def pytest_runtest_protocol():
            with mock_bedrock_jobs():
                return (yield)

        def pytest_runtest_setup(item):
            if item.name == "test_one":
                ALL.start()
            EACH.start()

        @pytest.hookimpl(wrapper=True, tryfirst=True)
        def pytest_runtest_teardown(item):
            yield
            if item.name != "test_skipped":
                EACH.stop()

        def pytest_sessionfinish():
            ALL.stop()
        """
    )
    pytester.makepyfile(
        """
        import pytest

        def test_one(): pass
        def test_two(): pass

        @pytest.mark.skip
        def test_skipped(): pass
        """
    )
    pytester.runpytest_inprocess("-p", "no:randomly").assert_outcomes(passed=2, skipped=1)


def test_unittests_clean_ups_may_stop_the_mock_of_a_test_or_a_class():
    """Clean-ups of a test and of a class stop what their set-ups have started."""
    seen = []

    class Case(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            mock = mock_bedrock_jobs()
            cls.outer = mock.start()
            cls.addClassCleanup(mock.stop)
            submit()

        def setUp(self):
            mock = mock_bedrock_jobs()
            self.jobs = mock.start()
            self.addCleanup(mock.stop)

        def test(self):
            submit()
            seen.append((len(self.outer.import_jobs), len(self.jobs.import_jobs)))

    result = unittest.TestResult()
    before = dict(os.environ)
    unittest.defaultTestLoader.loadTestsFromTestCase(Case).run(result)
    assert result.wasSuccessful(), result.errors
    assert seen == [(1, 1)]
    assert dict(os.environ) == before


def test_a_mock_may_start_in_unittests_set_up_module(tmp_path):
    """setUpModule, in a process of its own."""
    (tmp_path / "test_module.py").write_text(
        """
import unittest
import boto3
from pytest_bedrock_jobs import mock_bedrock_jobs

def setUpModule():
    mock = mock_bedrock_jobs()
    mock.start()
    unittest.addModuleCleanup(mock.stop)

class TestIt(unittest.TestCase):
    def test_client(self):
        self.assertEqual(boto3.client("bedrock").list_model_import_jobs()["modelImportJobSummaries"], [])
"""
    )
    command = [sys.executable, "-W", "error", "-m", "unittest", "test_module"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


SCRIPT = """
import sys
sys.modules["time_machine"] = None  # virtual time uses it where it is installed, and it imports pytest
import boto3
from pytest_bedrock_jobs import mock_bedrock_jobs

mock = mock_bedrock_jobs(virtual_time=True)
jobs = mock.start()
boto3.client("bedrock").list_model_import_jobs()
assert len(jobs.calls) == 1
mock.stop()

@mock_bedrock_jobs
def work(bedrock_jobs):
    boto3.client("bedrock").list_model_import_jobs()
    return len(bedrock_jobs.calls)

assert work() == 1
print(sorted(name for name in sys.modules if name.partition(".")[0] in ("pytest", "_pytest", "pluggy")))
"""


def test_a_script_imports_no_pytest():
    """Nor does the REPL, which reads the same lines."""
    for command in ([sys.executable, "-c", SCRIPT], [sys.executable, "-i", "-q", "-c", SCRIPT]):
        done = subprocess.run(command, input="", capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize("options", [{}, {"virtual_time": True}])
def test_overlapping_tasks_see_no_real_key_and_restore_everything(monkeypatch, options):
    """Two decorated coroutines under gather: no real key is seen, and everything is restored."""
    machine.begin(monkeypatch, {"AWS_ACCESS_KEY_ID": "AKIAREAL"})
    before, sleep, seen = machine.aws(), time.sleep, []

    @mock_bedrock_jobs(**options)
    async def task(first, second, bedrock_jobs):
        first.set()
        await second.wait()
        seen.append(os.environ["AWS_ACCESS_KEY_ID"])

    async def run():
        events = [asyncio.Event() for _ in range(3)]
        events[2].set()
        await asyncio.gather(task(events[0], events[1]), task(events[1], events[0]), task(events[2], events[2]))

    asyncio.run(run())
    assert seen == ["AKIABEDROCKJOBSMOCK"] * 3
    assert machine.aws() == before
    if not options:
        assert time.sleep is sleep
    started = time.monotonic()
    time.sleep(0.001)
    assert time.monotonic() - started >= 0.001


def test_each_of_two_tasks_that_enter_one_object_ends_its_own_mock():
    """Each ends its own mock, whichever leaves first."""
    mock = mock_bedrock_jobs()

    async def task(entered, may_leave):
        async with mock as jobs:
            entered.set()
            await may_leave.wait()
            return jobs

    async def run():
        one, other, left = asyncio.Event(), asyncio.Event(), asyncio.Event()
        first = asyncio.create_task(task(one, other))
        await one.wait()
        second = asyncio.create_task(task(other, left))
        jobs = await first
        submit()
        left.set()
        return jobs, await second

    first, second = asyncio.run(run())
    assert (len(first.import_jobs), len(second.import_jobs)) == (0, 1)


def test_each_of_two_threads_that_enter_one_object_ends_its_own_mock():
    """A thread that leaves does not end the mock of the other."""
    mock, entered, may_leave, seen = mock_bedrock_jobs(), threading.Event(), threading.Event(), []

    def work():
        with mock as jobs:
            entered.set()
            may_leave.wait()
            submit()
            seen.append(jobs)

    with mock as first:
        thread = threading.Thread(target=work)
        thread.start()
        entered.wait()
    may_leave.set()
    thread.join()
    assert (len(first.import_jobs), len(seen[0].import_jobs)) == (0, 1)


def test_a_mock_that_another_task_leaves_ends_all_the_same():
    """As asynchronous fixtures do: the mock ends all the same."""
    mock = mock_bedrock_jobs()

    async def enter():
        return mock.__enter__()

    async def leave():
        mock.__exit__(None, None, None)

    before = machine.aws()
    asyncio.run(enter())
    asyncio.run(leave())
    assert machine.aws() == before


def test_what_is_no_mock_says_where_the_mock_is():
    """Attributes that Python and pytest look for are plainly not there."""
    mock = mock_bedrock_jobs()
    assert not hasattr(mock, "__wrapped__")
    with pytest.raises(AttributeError, match=r"the mock is what start\(\) returns"):
        mock.import_jobs  # noqa: B018


def test_a_first_mock_loads_neither_virtual_time_nor_aiobotocore(monkeypatch):
    """Where nobody has used them."""
    unused = ("pytest_bedrock_jobs.timekeeping.virtual_time", "aiobotocore.session")
    for name in unused:
        monkeypatch.delitem(sys.modules, name, raising=False)
    with mock_bedrock_jobs() as bedrock_jobs:
        make_client().create_model_import_job(**import_parameters())
        assert len(bedrock_jobs.import_jobs) == 1
    assert not sys.modules.keys() & set(unused)


def test_an_option_cannot_be_set_after_the_mock_was_made():
    """It would change nothing: options are given in the parentheses."""
    mock = mock_bedrock_jobs()
    with pytest.raises(AttributeError, match="no attribute 'region'"):
        mock.region = "eu-central-1"
