"""The environment of the process while mocks are active, whatever begins, ends or is undone first."""

from __future__ import annotations

import itertools
import json
import multiprocessing.spawn
import os
import pickle
import subprocess
import sys
from unittest.mock import patch

import boto3
import botocore.session
import machine
import pytest
from machine import REAL, aws

from pytest_bedrock_jobs import mock_bedrock_jobs
from pytest_bedrock_jobs.interceptor import clients, environment, latest_mock
from pytest_bedrock_jobs.timekeeping.participants import participants

FAKE = "AKIABEDROCKJOBSMOCK"


@pytest.fixture(autouse=True)
def real(monkeypatch):
    """A machine with credentials of every kind; afterwards they have to be there."""
    machine.begin(monkeypatch, REAL)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    yield
    environment.begin_test()  # as the next test does
    assert aws() == REAL


def hidden():
    """Whether nothing of the machine's is there."""
    return os.environ["AWS_ACCESS_KEY_ID"] == FAKE and not set(REAL.values()) - {"eu-west-1"} & set(aws().values())


ORDERS = [
    "".join(order)
    for order in itertools.permutations("AaBbCc")
    if all(order.index(name.upper()) < order.index(name) for name in "abc")
]


@pytest.mark.parametrize("order", ORDERS)
def test_mocks_end_in_any_order(order):
    """A, B and C begin and a, b and c end: the topmost mock's Region is set, the machine's keys are not seen."""
    mocks = {name: mock_bedrock_jobs(region=f"eu-north-{number}") for number, name in enumerate("ABC")}
    active = []
    for step in order:
        if step.isupper():
            mocks[step].start()
            active.append(step)
        else:
            mocks[step.upper()].stop()
            active.remove(step.upper())
        if active:
            assert hidden()
            region = f"eu-north-{'ABC'.index(active[-1])}"
            assert (os.environ["AWS_DEFAULT_REGION"], os.environ["AWS_REGION"]) == (region, region)
        else:
            assert aws() == REAL


@pytest.mark.parametrize("options", [{}, {"region": "ap-south-1"}], ids=["default", "Region"])
def test_a_test_may_set_the_region_of_lambda(options):
    """It is the test's, as all that it has set, in a mock within another one too."""
    with patch.dict(os.environ, AWS_REGION="us-west-2"), mock_bedrock_jobs(**options), mock_bedrock_jobs(**options):
        assert os.environ["AWS_REGION"] == "us-west-2"


def test_a_child_process_has_the_fake_keys():
    """What is started within a mock inherits nothing of the machine's."""
    program = "import json, os; print(json.dumps(dict(os.environ)))"
    with mock_bedrock_jobs():
        output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
        assert {name: value for name, value in json.loads(output).items() if name.startswith("AWS_")} == aws()
        assert hidden()


def patched_by_monkeypatch(**values):
    """A patch of single variables, with start and stop."""

    class Patch:
        def start(self):
            self._patch = pytest.MonkeyPatch()
            for name, value in values.items():
                self._patch.setenv(name, value) if value else self._patch.delenv(name, raising=False)

        def stop(self):
            self._patch.undo()

    return Patch()


PATCHES = {
    "a copy is restored": lambda: patch.dict(os.environ),
    "a key": lambda: patch.dict(os.environ, AWS_ACCESS_KEY_ID="AKIATEST"),
    "a profile": lambda: patch.dict(os.environ, AWS_PROFILE="test"),
    "a Region": lambda: patch.dict(os.environ, AWS_DEFAULT_REGION="us-west-2"),
    "nothing but a key": lambda: patch.dict(os.environ, {"AWS_ACCESS_KEY_ID": "AKIATEST"}, clear=True),
    "nothing": lambda: patch.dict(os.environ, clear=True),
    "one key": lambda: patched_by_monkeypatch(AWS_ACCESS_KEY_ID="AKIATEST"),
    "one profile": lambda: patched_by_monkeypatch(AWS_PROFILE="test"),
    "one Region": lambda: patched_by_monkeypatch(AWS_DEFAULT_REGION="us-west-2"),
    "without a profile": lambda: patched_by_monkeypatch(AWS_PROFILE=None, AWS_WEB_IDENTITY_TOKEN_FILE=None),
}
ORDERS_WITH_A_PATCH = [
    "".join(order)
    for order in itertools.permutations("AaBbPp")
    if all(order.index(name.upper()) < order.index(name) for name in "abp")
]


@pytest.mark.parametrize("options", [{}, {"region": "ap-south-1"}], ids=["default", "Region"])
@pytest.mark.parametrize("kind", PATCHES)
def test_patches_of_others_end_in_any_order(kind, options):
    """No real key is a session's, in any order of two mocks and a patch; at last everything is as it was."""
    session, wrong = botocore.session.get_session(), []
    for order in ORDERS_WITH_A_PATCH:
        steps = {"A": mock_bedrock_jobs(**options), "B": mock_bedrock_jobs(), "P": PATCHES[kind]()}
        for step in order:
            steps[step].start() if step.isupper() else steps[step.upper()].stop()
            if latest_mock() and session.get_credentials().access_key not in (FAKE, "AKIATEST"):
                wrong.append((order, step))
        environment.begin_test()
        if aws() != REAL:
            wrong.append((order, aws()))
    assert not wrong


LIVES = {"nested": "PAap", "within": "APpa", "outlives": "APap", "around": "PApa", "two": "PABbap"}
COPIES = ["a copy is restored", "a key", "a Region", "nothing but a key", "nothing"]


@pytest.mark.parametrize("kinds", list(itertools.product(COPIES, repeat=2)), ids=" then ".join)
def test_the_next_mock_puts_back_what_tests_and_patches_have_left(kinds):
    """The next mock puts back what a test has left, and what a patch around it restores afterwards."""
    wrong = []
    for lives in itertools.product(LIVES.values(), repeat=2):
        for kind, steps in zip(kinds, lives, strict=True):
            owners = {"A": mock_bedrock_jobs(region="ap-south-1"), "B": mock_bedrock_jobs(), "P": PATCHES[kind]()}
            for step in steps:
                owners[step].start() if step.isupper() else owners[step.upper()].stop()
        with mock_bedrock_jobs():
            pass
        wrong += [(lives, aws())] if aws() != REAL else []
    assert not wrong


def test_a_value_of_the_test_is_the_tests():
    """What it has set before the mock is left alone, and what it sets within stays."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
        patched.setenv("AWS_PROFILE", "mine")
        with mock_bedrock_jobs():
            assert os.environ["AWS_ACCESS_KEY_ID"] == "AKIATEST"
            assert os.environ["AWS_PROFILE"] == "mine"
            assert "AWS_WEB_IDENTITY_TOKEN_FILE" not in os.environ
            patched.setenv("AWS_DEFAULT_REGION", "sa-east-1")
        assert os.environ["AWS_DEFAULT_REGION"] == "sa-east-1"


@pytest.mark.parametrize("keys", [{"AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "test"}, {}])
def test_keys_that_are_set_or_deleted_within_a_mock_stay_so(keys):
    """They stay as they are, and everything else is as before, also where no test and no mock begins any more."""
    with mock_bedrock_jobs():
        del os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
        os.environ.update(keys)
    left = aws()
    os.environ.update(REAL)
    assert left == {name: value for name, value in REAL.items() if "ACCESS_KEY" not in name} | keys


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_DEFAULT_REGION"])
def test_a_patch_undone_within_a_mock_brings_the_mocks_values_back(name):
    """The mock's values come back, not the machine's."""
    with mock_bedrock_jobs() as jobs:
        within = aws()
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv(name, "of-the-test")
            with mock_bedrock_jobs(region="us-west-2"):
                assert os.environ["AWS_DEFAULT_REGION"] == "us-west-2"
                assert hidden() == (name != "AWS_ACCESS_KEY_ID")
            assert os.environ[name] == "of-the-test"
        assert aws() == within
        assert os.environ["AWS_DEFAULT_REGION"] == jobs.region


def test_what_a_copy_of_the_environment_restores_is_gone_when_a_mock_begins():
    """A script that has no next test: the next mock puts back what the last one had hidden."""
    patched = patch.dict(os.environ)
    with mock_bedrock_jobs():
        patched.start()
    patched.stop()
    assert os.environ["AWS_ACCESS_KEY_ID"] == FAKE
    with mock_bedrock_jobs():
        assert hidden()
    assert aws() == REAL


def test_a_mock_that_lasts_for_the_next_test_goes_on_hiding():
    """What an earlier mock had hidden does not come back within it."""
    with mock_bedrock_jobs():
        pass
    with mock_bedrock_jobs():
        within = aws()
        environment.begin_test()
        assert hidden()
        assert aws() == within


@pytest.mark.parametrize("order", ["MKPkpm", "MKPmkp"])
def test_a_copy_with_a_key_of_the_test_is_put_back(order):
    """Two patches of others that cross leave their own key; of the mock nothing is left when the next test begins."""
    steps = {
        "M": mock_bedrock_jobs(),
        "K": patch.dict(os.environ, AWS_ACCESS_KEY_ID="AKIATEST", AWS_SECRET_ACCESS_KEY="test"),
        "P": patch.dict(os.environ, AWS_TEST="1"),
    }
    for step in order:
        steps[step].start() if step.isupper() else steps[step.upper()].stop()
    environment.begin_test()
    left = aws()
    os.environ.update(REAL)
    assert left == {**REAL, "AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "test"}


KEYS = {"AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "test"}
REGION = {"AWS_DEFAULT_REGION": "us-west-2"}
SEQUENCES = {
    "a file of the machine that the test names": (
        {"AWS_CONFIG_FILE": "~/.aws/config"},
        {"AWS_CONFIG_FILE": "mine"},
        "SAPap",
        ["eu-north-1"],
    ),
    "a Region that the test has set": (REGION, {"AWS_DEFAULT_REGION": None}, "SAPap", ["eu-north-1"]),
    "a Region that it has set between mocks": (
        REGION,
        {"AWS_DEFAULT_REGION": None},
        "AaSBPbp",
        ["eu-north-1", "ap-south-1"],
    ),
    "a mock with the machine's Region": ({}, REGION, "PAap", [REAL["AWS_DEFAULT_REGION"]]),
    "the machine's keys within a mock": ({}, {**dict.fromkeys(KEYS), **REGION}, "PApa", ["eu-north-1"]),
    "keys that one mock of two has found": (KEYS, dict.fromkeys(KEYS), "SPAapBb", ["eu-north-1", "eu-north-1"]),
    "two mocks with one Region": ({}, REGION, "APBbap", ["eu-north-1", "eu-north-1"]),
    "a mock that has found another's Region": ({}, REGION, "ABPbap", ["eu-north-1", "ap-south-1"]),
}


@pytest.mark.parametrize(("has_set", "patches", "order", "regions"), SEQUENCES.values(), ids=SEQUENCES)
def test_a_patch_leaves_what_it_would_leave_without_mocks(has_set, patches, order, regions):
    """The test sets something at S, and A and B are mocks: it is still there when the next test begins."""
    steps = dict(zip("AB", [mock_bedrock_jobs(region=region) for region in regions], strict=False))
    steps["P"], steps["S"] = patched_by_monkeypatch(**patches), patched_by_monkeypatch(**has_set)
    for step in order:
        steps[step].start() if step.isupper() else steps[step.upper()].stop()
    environment.begin_test()
    left = aws()
    if has_set:
        steps["S"].stop()
    assert left == {**REAL, **has_set}


@pytest.mark.parametrize("has_set", [{}, {"AWS_SECRET_ACCESS_KEY": "test"}], ids=["nothing", "a secret"])
@pytest.mark.parametrize("order", ["APap", "APBabp"])
def test_a_cleared_environment_stays_clear(order, has_set):
    """Nothing of the machine's comes back in it when a mock ends, whichever of the keys shows that it is another."""
    steps = {"A": mock_bedrock_jobs(), "B": mock_bedrock_jobs(), "P": patch.dict(os.environ, clear=True)}
    with pytest.MonkeyPatch.context() as patched:
        for name, value in has_set.items():
            patched.setenv(name, value)
        for step in order:
            left = aws()
            steps[step].start() if step.isupper() else steps[step.upper()].stop()
        environment.begin_test()
    assert left == {}


def test_a_mapping_in_place_of_the_environment_gets_the_fake_keys_and_loses_them():
    """A dict that a test puts there gets the fake keys, and loses them again."""
    with patch.object(os, "environ", {"AWS_PROFILE": "other"}):
        with mock_bedrock_jobs():
            assert os.environ["AWS_ACCESS_KEY_ID"] == FAKE
            os.environ["AWS_DEFAULT_REGION"] = "sa-east-1"
        assert os.environ == {"AWS_PROFILE": "other", "AWS_DEFAULT_REGION": "sa-east-1"}


def test_the_environment_reads_copies_and_complains_as_ever():
    """It reads, copies and complains as ever, and its C level follows."""
    with mock_bedrock_jobs():
        assert isinstance(os.environ, os._Environ)
        assert repr(os.environ).startswith("environ({")
        with pytest.raises(KeyError, match="NOT_THERE"):
            os.environ["NOT_THERE"]
        with pytest.raises(KeyError, match="NOT_THERE"):
            del os.environ["NOT_THERE"]
        with pytest.raises(TypeError, match="str expected"):
            os.environ["NOT_THERE"] = 5
        assert os.environ.copy() == dict(os.environ)


@pytest.mark.parametrize("step", ["install", "read", "put", "session", "virtual time"])
def test_a_start_that_fails_half_way_leaves_nothing(monkeypatch, step):
    """Whatever had been switched on is off, and the next mock begins and ends as always."""

    def fail(*args, **_):
        if step != "put" or b"AWS_WEB_IDENTITY_TOKEN_FILE" in args:
            raise ZeroDivisionError
        unsetenv(*args)

    interceptor, unsetenv = "pytest_bedrock_jobs.interceptor", os.unsetenv
    target = {
        "install": f"{interceptor}.hooks.install",
        "read": f"{interceptor}.environment._instead",
        "put": "os.unsetenv",
        "session": f"{interceptor}.clients.default_session.begin_mock",
        "virtual time": "pytest_bedrock_jobs.timekeeping.virtual_time.install",
    }[step]
    mock = mock_bedrock_jobs(virtual_time=step == "virtual time")
    session = boto3.DEFAULT_SESSION
    with monkeypatch.context() as patched:
        patched.setattr(target, fail)
        with pytest.raises(ZeroDivisionError):
            mock.start()
    assert aws() == REAL
    assert boto3.DEFAULT_SESSION is session
    assert latest_mock() is None
    assert participants.top is None
    mock.start()
    assert hidden()
    boto3.client("bedrock")
    assert boto3.DEFAULT_SESSION is not session
    mock.stop()
    assert boto3.DEFAULT_SESSION is session


def test_a_stop_that_fails_half_way_undoes_the_rest(monkeypatch):
    """The error is raised, and nothing of the mock is left."""
    mock = mock_bedrock_jobs()
    mock.start()
    with monkeypatch.context() as patched:
        patched.setattr(clients, "_lock", None)
        with pytest.raises((AttributeError, TypeError)):  # of Python 3.10, and newer ones
            mock.stop()
    assert latest_mock() is None
    assert aws() == REAL


def test_what_a_test_has_left_does_not_reach_the_next(pytester):
    """A test that never undoes what it set within its mock: another may set the mock's Region, and has it."""
    pytester.makepyfile(
        """
        import os

        def test_leaves(bedrock_jobs):
            os.environ["AWS_DEFAULT_REGION"] = "sa-east-1"

        def test_sets(monkeypatch):
            monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
            assert os.environ["AWS_DEFAULT_REGION"] == "eu-west-1"
        """
    )
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)
    os.environ["AWS_DEFAULT_REGION"] = "eu-west-1"


def test_a_worker_of_xdist_counts_what_the_run_has_set_as_the_tests():
    """The controller says which variables have changed since the plugin was loaded."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
        patched.delenv("AWS_PROFILE")
        names = environment.set_by_the_run()
        assert sorted(names) == ["AWS_ACCESS_KEY_ID", "AWS_PROFILE"]
        patched.setattr(environment, "_machine", aws())
        with mock_bedrock_jobs():
            assert hidden()
        environment.begin_worker(names)
        with mock_bedrock_jobs():
            assert os.environ["AWS_ACCESS_KEY_ID"] == "AKIATEST"


def test_the_environment_given_by_position_to_a_child_is_left_as_it_is():
    """It is the test's own."""
    program = "import os; print(os.environ.get('AWS_ACCESS_KEY_ID'))"
    with mock_bedrock_jobs():
        positional = (-1, None, None, subprocess.PIPE, None, None, True, False, None, {"PATH": os.environ["PATH"]})
        with subprocess.Popen([sys.executable, "-c", program], *positional) as child:
            assert child.communicate()[0] == b"None\n"


def test_a_mock_that_is_active_when_a_test_begins_goes_on():
    """It goes on."""
    with mock_bedrock_jobs():
        environment.begin_test()
        assert hidden()


def test_a_child_prepared_after_the_mock_has_the_variables_that_are_there():
    """It has the variables that are there."""
    with mock_bedrock_jobs():
        pass
    [variables] = [
        value
        for name, value in multiprocessing.spawn.get_preparation_data("child").items()
        if type(value).__module__ == environment.__name__
    ]
    pickle.loads(pickle.dumps(variables))
    assert aws() == REAL
