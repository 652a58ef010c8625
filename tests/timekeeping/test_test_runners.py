"""What runs the tests sees real time: reports, hooks of other plugins, limits. Tests and fixtures see virtual time."""

from __future__ import annotations

import datetime
import threading
import time
import xml.etree.ElementTree

import pytest

from pytest_bedrock_jobs import mock_bedrock_jobs
from pytest_bedrock_jobs.timekeeping import participants, real_time

# The real time is known by perf_counter, which nothing moves. What a hook reads is a few seconds off at most.
HOOKS = """
import datetime
import time

import pytest

UTC = datetime.timezone.utc
BEGAN = {"time": time.time, "monotonic": time.monotonic, "datetime": lambda: datetime.datetime.now(UTC).timestamp()}
BEGAN = {name: (read, read()) for name, read in BEGAN.items()}
COUNTED = time.perf_counter()
wrong = []


def check(where):
    passed = time.perf_counter() - COUNTED
    for name, (_, began) in BEGAN.items():
        now = {"time": time.time, "monotonic": time.monotonic}.get(name, BEGAN["datetime"][0])()
        if abs(now - began - passed) > 30:
            wrong.append((where, name, now - began - passed))


def pytest_runtest_setup(item):
    check("setup")


def pytest_runtest_teardown(item):
    check("teardown")


def pytest_fixture_post_finalizer(fixturedef):
    check("post finalizer")


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef):
    check("before fixture")
    try:
        return (yield)
    finally:
        check("after fixture")


def pytest_runtest_call(item):
    check("call")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    check("before test")
    try:
        return (yield)
    finally:
        check("after test")


def pytest_runtest_logreport(report):
    check("report")
    passed = time.perf_counter() - COUNTED
    for name, value in (("start", report.start), ("stop", report.stop)):
        if abs(value - BEGAN["time"][1] - passed) > 30:
            wrong.append((report.when, name, value - BEGAN["time"][1]))
    if not 0 <= report.duration < 30:
        wrong.append((report.when, "duration", report.duration))


def pytest_unconfigure(config):
    check("end")
    print("seen by hooks:", wrong)
"""
TESTS = """
import threading
import time
import unittest

import pytest
from pytest_bedrock_jobs import mock_bedrock_jobs

read, at = time.monotonic, []


@pytest.fixture
def slow(bedrock_jobs):
    before = bedrock_jobs.clock.now(), time.time(), read()
    time.sleep(3600)
    assert (time.time() - before[1], read() - before[2]) == pytest.approx((3600, 3600), rel=1e-12)
    yield bedrock_jobs
    time.sleep(3600)
    assert (bedrock_jobs.clock.now() - before[0]).total_seconds() == 3 * 3600
    at.append(read())


@pytest.mark.bedrock_jobs(virtual_time=True)
def test_it(slow):
    time.sleep(3600)


@pytest.fixture
def own():
    with mock_bedrock_jobs(virtual_time=True) as jobs:
        time.sleep(3600)
        yield jobs
        time.sleep(3600)


@pytest.fixture
def finalized(request, own):
    request.addfinalizer(lambda: time.sleep(3600))


def test_own(own, finalized):
    assert read() >= at[-1] + 3600
    time.sleep(3600)


@mock_bedrock_jobs(virtual_time=True)
def test_decorated():
    time.sleep(3600)
    at.append(read())


class TestCase(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def mocked(self, own):
        pass

    def setUp(self):
        time.sleep(3600)

    def tearDown(self):
        time.sleep(3600)

    def test_it(self):
        time.sleep(3600)


def test_without_a_mock():
    assert read() >= at[-1]
    assert time.monotonic() >= at[-1]


@pytest.mark.bedrock_jobs(virtual_time=True)
def test_the_clock_stands_while_the_runner_runs(bedrock_jobs, background):
    assert background == [bedrock_jobs.clock.added]


@pytest.fixture
def background(bedrock_jobs):
    seen, stop = [], threading.Event()

    def work():
        while not stop.wait(60):
            pass

    thread = threading.Thread(target=work)
    thread.start()
    seen.append(bedrock_jobs.clock.added)
    yield seen
    stop.set()
    thread.join()
"""


@pytest.fixture
def suite(pytester):
    """Tests that sleep for hours, in a run of their own."""
    pytester.makepyfile(TESTS, hooks=HOOKS)
    return pytester


@pytest.mark.parametrize("library", ["time-machine", "none"])
def test_hooks_and_reports_are_in_real_time(suite, library):
    """Around tests, fixtures and finalizers that see hours pass, with time-machine and without."""
    if library == "none":
        suite.makepyfile(without="import sys; sys.modules['time_machine'] = None")
    arguments = ["-p", "without", "-p", "no:time_machine"] if library == "none" else []

    result = suite.runpytest_subprocess("-p", "hooks", *arguments)  # begins before ours

    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines(["seen by hooks: []"])


def test_junitxml_has_the_real_times_of_the_suite_and_its_tests(suite):
    """The times of its test suite and of its tests."""
    result = suite.runpytest_subprocess("--junitxml=report.xml", "--durations=0", "-vv")

    assert result.ret == 0
    [report] = xml.etree.ElementTree.parse(suite.path / "report.xml").getroot().iter("testsuite")
    assert 0 <= float(report.get("time")) < 30
    assert all(0 <= float(case.get("time")) < 30 for case in report.iter("testcase"))
    durations = [line.split()[0] for line in result.outlines if line.endswith("test_hooks") or "s call" in line]
    assert durations
    assert all(0 <= float(text.removesuffix("s")) < 30 for text in durations)


LIMIT = """
import time

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session):
    session.expires = time.time() + 60, time.monotonic() + 60


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    yield
    if time.time() > item.session.expires[0] or time.monotonic() > item.session.expires[1]:
        item.session.shouldfail = "session timeout"
    return True
"""


def test_a_limit_for_the_session_counts_real_time(suite):
    """Tests that sleep for hours in no time do not reach it."""
    suite.makepyfile(limit=LIMIT)

    result = suite.runpytest_subprocess("-p", "limit")

    result.assert_outcomes(passed=6)
    result.stdout.no_fnmatch_line("*session timeout*")


def test_a_plugin_s_own_block_is_in_virtual_time(pytester):
    """Who switches it on in a hook has it there, and has real time again after it."""
    pytester.makeconftest(
        """
        import time

        def pytest_runtest_setup(item):
            from pytest_bedrock_jobs import mock_bedrock_jobs

            before = time.perf_counter(), time.monotonic()
            with mock_bedrock_jobs(virtual_time=True) as jobs:
                time.sleep(3600)
                print("slept", jobs.clock.slept, time.monotonic() - before[1] > 3000)
            print("after", time.monotonic() - before[1] < time.perf_counter() - before[0] + 30)
        """
    )
    pytester.makepyfile("def test_it(): pass")

    result = pytester.runpytest_subprocess("-s")

    result.stdout.fnmatch_lines(["*slept 1:00:00 True", "after True*"])


@pytest.mark.bedrock_jobs(virtual_time=True)
@pytest.mark.parametrize("interlude", [lambda: real_time.control(threading.get_ident()), mock_bedrock_jobs])
def test_a_slow_hook_lets_no_thread_in_the_background_overtake_the_test(bedrock_jobs, monkeypatch, interlude):
    """After a slow hook, or a mock in real time, a thread in the background does not overtake the test."""
    now, pause = [0.0], threading.Event()
    monkeypatch.setattr(participants, "_now", lambda: now[0])
    thread = threading.Thread(target=pause.wait, args=[60])
    thread.start()
    with interlude():
        now[0] += 3600
        keep_busy(lambda: participants.participants._active == now[0], 5)
    keep_busy(lambda: not thread.is_alive(), 0.05)
    assert bedrock_jobs.clock.added == datetime.timedelta()
    pause.set()
    thread.join()


def keep_busy(until, seconds):
    """Let threads in the background look again, until then or for so long."""
    ends = time.perf_counter() + seconds
    while not until() and time.perf_counter() < ends:
        pass
