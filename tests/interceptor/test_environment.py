"""The environment of the process while mocks are active, whatever begins, ends or is undone first."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from unittest.mock import patch

import boto3
import pytest
from machine import REAL, aws

from pytest_bedrock_jobs import mock_bedrock_jobs
from pytest_bedrock_jobs.interceptor import active
from pytest_bedrock_jobs.interceptor.isolation import environment

FAKE = "AKIABEDROCKJOBSMOCK"


@pytest.fixture(autouse=True)
def real(monkeypatch):
    """A machine with credentials of every kind; afterwards they have to be there."""
    for name in aws():
        monkeypatch.delenv(name)
    for name, value in REAL.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    yield
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
            assert os.environ["AWS_DEFAULT_REGION"] == f"eu-north-{'ABC'.index(active[-1])}"
        else:
            assert aws() == REAL


def test_a_child_process_has_the_fake_keys():
    """What is started within a mock inherits nothing of the machine's."""
    program = "import json, os; print(json.dumps(dict(os.environ)))"
    with mock_bedrock_jobs():
        output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
        assert {name: value for name, value in json.loads(output).items() if name.startswith("AWS_")} == aws()
        assert hidden()


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_CONFIG_FILE"])
@pytest.mark.parametrize("value", ["of-the-test", None])
def test_what_is_undone_after_the_mock_leaves_nothing_of_it(name, value):
    """An older monkeypatch puts back what it found within the mock: what was there before the mock comes back."""
    with pytest.MonkeyPatch.context() as patched:
        with mock_bedrock_jobs():
            patched.setenv(name, value) if value else patched.delenv(name, raising=False)
            if value:
                assert os.environ[name] == value
        assert os.environ.get(name) == (value or (REAL[name] if name == "AWS_PROFILE" else None))
    assert aws() == REAL


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_DEFAULT_REGION"])
def test_what_is_undone_within_the_mock(name):
    """The mock's values come back, not the machine's."""
    with mock_bedrock_jobs() as jobs:
        within = aws()
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv(name, "of-the-test")
            with mock_bedrock_jobs(region="us-west-2"):
                assert hidden()
                assert os.environ["AWS_DEFAULT_REGION"] == "us-west-2"
            assert os.environ[name] == "of-the-test"
        assert aws() == within
        assert os.environ["AWS_DEFAULT_REGION"] == jobs.region


def test_a_change_below_another_mock_is_undone_while_that_one_is_active():
    """The upper mock's value stays, and the lower one's comes back after it."""
    lower, upper, patched = (
        mock_bedrock_jobs(region="eu-north-1"),
        mock_bedrock_jobs(region="eu-north-2"),
        pytest.MonkeyPatch(),
    )
    lower.start()
    patched.setenv("AWS_DEFAULT_REGION", "sa-east-1")
    upper.start()
    patched.undo()
    assert os.environ["AWS_DEFAULT_REGION"] == "eu-north-2"
    upper.stop()
    assert os.environ["AWS_DEFAULT_REGION"] == "eu-north-1"
    lower.stop()


def test_the_value_of_before_is_set_in_an_inner_mock():
    """And taken back in the outer one, which had removed the variable and brings it back at its end."""
    outer, inner, patched = mock_bedrock_jobs(), mock_bedrock_jobs(), pytest.MonkeyPatch()
    outer.start()
    inner.start()
    patched.setenv("AWS_PROFILE", REAL["AWS_PROFILE"])
    inner.stop()
    patched.undo()
    assert hidden()
    outer.stop()


def test_a_change_between_two_mocks_that_overlap():
    """What a test set stays the test's when the mock ends in which it was set, and is undone at last."""
    first, second, patched = mock_bedrock_jobs(), mock_bedrock_jobs(), pytest.MonkeyPatch()
    first.start()
    patched.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    patched.setenv("AWS_ACCESS_KEY_ID", "AKIATEST2")
    second.start()
    first.stop()
    assert hidden()
    second.stop()
    assert os.environ["AWS_ACCESS_KEY_ID"] == "AKIATEST2"
    patched.undo()
    assert aws() == REAL


@pytest.mark.parametrize("values", [{}, {"AWS_ACCESS_KEY_ID": "AKIATEST"}, {"AWS_PROFILE": "other"}])
def test_a_copy_of_the_environment_that_was_made_within_is_put_back_after(values):
    """``patch.dict`` restores a whole environment: that of the mock, which has ended."""
    patched = patch.dict(os.environ, values)
    with mock_bedrock_jobs():
        patched.start()
    patched.stop()
    assert aws() == REAL
    with mock_bedrock_jobs():
        assert hidden()


@pytest.mark.parametrize("removes_first", [True, False])
def test_a_copy_is_put_back_variable_by_variable(removes_first):
    """Code that restores it need not begin with what is not in it: the profile, which the mock had hidden."""
    with mock_bedrock_jobs():
        copy = dict(os.environ)
    if not removes_first:
        os.environ.update(copy)
    for name in set(os.environ) - set(copy):
        del os.environ[name]
    if removes_first:
        os.environ.update(copy)
    assert aws() == REAL


def test_a_copy_that_was_made_within_is_put_back_again_and_again():
    """Each time the machine's variables are there, and writing one of the mock's values is never an error."""
    with mock_bedrock_jobs():
        copy = dict(os.environ)
    for _ in range(3):
        os.environ.clear()
        os.environ.update(copy)
        assert aws() == REAL
    os.environ["AWS_ACCESS_KEY_ID"] = FAKE  # as if it began once more
    assert aws() == REAL
    environment.forget()  # as the next test does, before anything else


def test_a_copy_that_was_made_before_is_put_back_within():
    """It shows the machine's variables, for that is what the test wants; the mock's end leaves them alone."""
    patched, mock = patch.dict(os.environ), mock_bedrock_jobs()
    patched.start()
    mock.start()
    patched.stop()
    assert aws() == REAL
    mock.stop()


def test_another_mapping_in_place_of_the_environment():
    """A dict that a test puts there gets the fake keys, and loses them again."""
    with patch.object(os, "environ", {"AWS_PROFILE": "other"}):
        with mock_bedrock_jobs():
            assert os.environ["AWS_ACCESS_KEY_ID"] == FAKE
            os.environ["AWS_DEFAULT_REGION"] = "sa-east-1"
        assert os.environ == {"AWS_PROFILE": "other", "AWS_DEFAULT_REGION": "sa-east-1"}


def test_the_environment_is_still_what_it_is():
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


@pytest.mark.parametrize("step", ["install", "put", "add", "session", "virtual time"])
def test_a_start_that_fails_half_way_leaves_nothing(monkeypatch, step):
    """Whatever had been switched on is off, and the next mock begins and ends as always."""

    def fail(*args, **_):
        if step != "put" or b"AWS_WEB_IDENTITY_TOKEN_FILE" in args:
            raise ZeroDivisionError
        unsetenv(*args)

    interceptor, unsetenv = "pytest_bedrock_jobs.interceptor", os.unsetenv
    target = {
        "install": f"{interceptor}.installation.install",
        "put": "os.unsetenv",
        "add": f"{interceptor}.active.add",
        "session": "boto3.Session",
        "virtual time": "pytest_bedrock_jobs.timekeeping.virtual_time.gates.install",
    }[step]
    mock = mock_bedrock_jobs(virtual_time=step == "virtual time")
    session = boto3.DEFAULT_SESSION
    with monkeypatch.context() as patched:
        patched.setattr(target, fail)
        with pytest.raises(ZeroDivisionError):
            mock.start()
    assert aws() == REAL
    assert boto3.DEFAULT_SESSION is session
    assert active.latest() is None
    mock.start()
    assert hidden()
    assert boto3.DEFAULT_SESSION is not session
    mock.stop()
    assert boto3.DEFAULT_SESSION is session


def test_a_stop_that_fails_half_way_undoes_the_rest(monkeypatch):
    """The error is raised, and nothing of the mock is left."""
    mock = mock_bedrock_jobs()
    mock.start()
    with monkeypatch.context() as patched:
        patched.setattr(active, "remove", lambda service: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            mock.stop()
    active.remove(active.latest())
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


def test_a_change_between_two_mocks_that_the_environment_could_not_see():
    """A dict in place of the environment does not report writes to it: the next mock reads it."""
    with patch.object(os, "environ", {"AWS_PROFILE": "other"}):
        lower, upper = mock_bedrock_jobs(region="eu-north-1"), mock_bedrock_jobs(region="eu-north-2")
        lower.start()
        os.environ["AWS_DEFAULT_REGION"] = "sa-east-1"
        upper.start()
        assert os.environ["AWS_DEFAULT_REGION"] == "eu-north-2"
        upper.stop()
        assert os.environ["AWS_DEFAULT_REGION"] == "sa-east-1"
        lower.stop()


def test_the_same_value_again():
    """A program that writes what is there already changes nothing."""
    with mock_bedrock_jobs():
        os.environ["AWS_ACCESS_KEY_ID"] = FAKE
    with mock_bedrock_jobs():
        os.environ["AWS_PROFILE"] = "mine"
        patched = patch.dict(os.environ)
        patched.start()
        del os.environ["AWS_PROFILE"]
    patched.stop()
    assert os.environ.pop("AWS_PROFILE") == "mine"
    os.environ["AWS_PROFILE"] = "work"
