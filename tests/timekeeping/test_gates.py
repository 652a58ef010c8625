"""What is replaced: once, for all mocks, and put back exactly."""

from __future__ import annotations

import importlib.util
import inspect
import itertools
import subprocess
import sys
import time
from datetime import timedelta
from time import localtime, strftime

import boto3
import pytest

from pytest_bedrock_jobs import mock_bedrock_jobs
from pytest_bedrock_jobs.timekeeping import gates
from pytest_bedrock_jobs.timekeeping.participants import participants

REAL = dict(gates.REAL)
MINUTE = timedelta(minutes=1)
VIRTUAL = pytest.mark.bedrock_jobs(virtual_time=True)
ORDERS = [
    order
    for order in itertools.permutations(["+a", "-a", "+b", "-b"])
    if order.index("+a") < order.index("-a") and order.index("+b") < order.index("-b")
]


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
@pytest.mark.parametrize("virtual", [(True, True), (True, False), (False, True)])
def test_mocks_end_in_any_order(order, virtual, really_slept):
    """The topmost one's virtual time applies, and the last one leaves everything as it was."""
    mocks = {name: mock_bedrock_jobs(virtual_time=option) for name, option in zip("ab", virtual, strict=True)}
    options, active = dict(zip("ab", virtual, strict=True)), {}
    for step in order:
        name = step[1]
        if step[0] == "+":
            active[name] = mocks[name].__enter__()
        else:
            mocks[name].__exit__(None, None, None)
            del active[name]
        if active:
            topmost = list(active)[-1]
            before = active[topmost].clock.added
            time.sleep(1)
            moved = active[topmost].clock.added - before
            assert moved == timedelta(seconds=1 if options[topmost] else 0)
    assert all(getattr(time, name) is REAL[name] for name in ("sleep", "time", "time_ns"))


@VIRTUAL
def test_the_standard_library_s_own_sleeping_stays_real(bedrock_jobs, really_slept):
    """subprocess.run with a timeout polls its child with short sleeps, and no virtual time passes."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(timeout=0.05)
    child.communicate(b"\n")
    assert really_slept or sys.version_info >= (3, 15)  # which is told when a child ends
    assert bedrock_jobs.clock.added == timedelta()


@VIRTUAL
def test_what_the_standard_library_was_given_is_virtual(bedrock_jobs):
    """sched.scheduler(time.time, time.sleep) calls what the code under test has handed it."""
    import sched

    ran = []
    scheduler = sched.scheduler(time.monotonic, time.sleep)
    scheduler.enter(3600, 1, ran.append, ("an hour later",))
    scheduler.run()
    assert ran == ["an hour later"]
    assert bedrock_jobs.clock.added == 60 * MINUTE


@VIRTUAL
def test_the_clocks_of_the_process_follow_virtual_time(bedrock_jobs):
    """Exactly: time, monotonic, both of them in nanoseconds, and functions that return the time of day."""
    names = ("time", "monotonic", "time_ns", "monotonic_ns")
    before = {name: getattr(time, name)() for name in names}
    day = [time.strftime("%Y-%m-%d"), time.gmtime(), localtime(), strftime("%d")]
    time.sleep(86400)
    for name in names:
        unit = 10**9 if name.endswith("_ns") else 1
        assert getattr(time, name)() - before[name] == 86400 * unit
    later = [time.strftime("%Y-%m-%d"), time.gmtime(), localtime(), strftime("%d")]
    assert all(one != other for one, other in zip(day, later, strict=True))
    assert time.strftime("%Y", time.gmtime(0)) == "1970"
    assert time.gmtime(0).tm_year == localtime(86400).tm_year == 1970
    assert time.perf_counter() - REAL["monotonic"]() < 86400


def test_functions_that_are_replaced_look_the_same(monkeypatch):
    """To code that asks for their names or their parameters."""
    monkeypatch.setitem(sys.modules, "time_machine", None)

    def looks():
        return [time.sleep, time.time, time.time_ns, time.monotonic, time.monotonic_ns, boto3.Session.__init__]

    before = [(one.__name__, one.__doc__) for one in looks()], inspect.signature(boto3.Session)
    with mock_bedrock_jobs(virtual_time=True):
        assert ([(one.__name__, one.__doc__) for one in looks()], inspect.signature(boto3.Session)) == before


def test_monotonic_time_runs_with_real_time_after_a_mock(monkeypatch, outside):
    """Ahead of it, and never back, also where the mock took longer than its sleeps; for whoever reads it."""
    now = [REAL["monotonic_ns"]()]
    monkeypatch.setitem(gates.REAL, "monotonic_ns", lambda: now[0])
    with mock_bedrock_jobs(virtual_time=True):
        time.sleep(3600)
    for _ in range(2):
        before = time.monotonic()
        with mock_bedrock_jobs(virtual_time=True):
            now[0] += 60 * 10**9
            assert outside(lambda: time.monotonic()) == pytest.approx(before + 60)
        assert time.monotonic() == pytest.approx(before + 60)


def test_a_gate_that_somebody_kept_passes_through_after_the_mock(really_slept):
    """And a module that took it meanwhile has the real function after."""
    with mock_bedrock_jobs(virtual_time=True):
        kept = time.time, time.strftime
    assert abs(kept[0]() - REAL["time"]()) < 60
    assert kept[1]("%Y", time.gmtime(0)) == "1970"


def test_the_clock_of_a_mock_that_has_ended_moves_alone():
    """No other clock follows it any more."""
    with mock_bedrock_jobs(virtual_time=True) as jobs:
        time.sleep(60)
    before = time.monotonic()
    jobs.clock.advance(3600)
    assert time.monotonic() - before < 60


def test_looking_for_names_to_replace_loads_no_module(tmp_path, monkeypatch):
    """A module that is loaded lazily, and cannot be, is left alone; and so is what is no module."""
    (tmp_path / "broken.py").write_text("raise ImportError('cannot be loaded')")
    spec = importlib.util.spec_from_file_location("broken", tmp_path / "broken.py")
    spec.loader = importlib.util.LazyLoader(spec.loader)
    lazy = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "broken", lazy)
    spec.loader.exec_module(lazy)
    monkeypatch.setitem(sys.modules, "a_class", type("NoModule", (), {"sleep": time.sleep}))
    monkeypatch.setitem(sys.modules, "nothing", object())
    with mock_bedrock_jobs(virtual_time=True) as jobs:
        time.sleep(60)
    assert jobs.clock.added == MINUTE
    assert time.sleep is REAL["sleep"]
    with pytest.raises(ImportError, match="cannot be loaded"):
        _ = lazy.anything


@VIRTUAL
def test_what_a_test_patches_on_top_is_the_test_s(bedrock_jobs, monkeypatch):
    """And undoing it brings virtual sleep back."""
    slept = []
    with monkeypatch.context() as patch:
        patch.setattr(time, "sleep", slept.append)
        time.sleep(5)
    time.sleep(60)
    assert slept == [5]
    assert bedrock_jobs.clock.added == MINUTE


PATCHED_BEFORE = """
import time
import pytest_bedrock_jobs
from pytest_bedrock_jobs import mock_bedrock_jobs

real, naps, monotonic = time.sleep, [], [time.monotonic]
time.sleep = naps.append
with mock_bedrock_jobs(virtual_time=True) as jobs:
    time.sleep(60)
    assert (naps, jobs.clock.slept.seconds) == ([60], 0)
assert time.sleep == naps.append
assert [time.monotonic] == monotonic
time.sleep = real
with mock_bedrock_jobs(virtual_time=True) as jobs:
    time.sleep(60)
    assert (naps, jobs.clock.slept.seconds) == ([60], 60)
assert time.sleep is real
print("as expected")
"""


def test_what_a_test_has_patched_before_the_first_mock_is_not_taken_for_the_real_function():
    """It stays the test's, and real and virtual sleeping are themselves again once it is undone."""
    ran = subprocess.run([sys.executable, "-c", PATCHED_BEFORE], capture_output=True, text=True, timeout=50)
    assert (ran.stdout, ran.returncode) == ("as expected\n", 0), ran.stderr


@pytest.mark.parametrize("uptime", [3.999999, 1023.4, 8_191_123.7, 46_747_270.322])
def test_the_monotonic_time_is_exact_whatever_the_uptime(monkeypatch, uptime):
    """Floats of two sizes do not differ by whole seconds exactly: not at a power of two, unless care is taken."""
    monkeypatch.setitem(gates.REAL, "monotonic_ns", lambda: int(uptime * 10**9) + 1)
    monotonic = gates.Monotonic()
    monotonic.stop(True)
    before = monotonic.read()
    monkeypatch.setattr(participants, "passed", participants.passed + 46 * MINUTE)
    assert monotonic.read() / gates.SECOND - before / gates.SECOND == 46 * 60
    assert monotonic.read() * 10**9 // gates.SECOND - before * 10**9 // gates.SECOND == 46 * 60 * 10**9
    monotonic.stop(False)
    assert monotonic.read() >= before + 46 * 60 * gates.SECOND


@pytest.mark.parametrize("name", ["time", "time_ns", "monotonic", "monotonic_ns"])
@pytest.mark.parametrize("module", ["socketserver", "pytest_bedrock_jobs.report"])
def test_what_the_standard_library_measures_for_itself_is_real(monkeypatch, name, module):
    """Such as how long a server has to poll, where time-machine does not show another time of day to all."""
    monkeypatch.setitem(sys.modules, "time_machine", None)
    with mock_bedrock_jobs(virtual_time=True):
        time.sleep(86400)
        own = eval(f"time.{name}()", {"__name__": module, "time": time})
        assert abs(own - REAL[name]()) < 3600 * (10**9 if name.endswith("_ns") else 1)
        assert abs(own - getattr(time, name)()) > 3600
