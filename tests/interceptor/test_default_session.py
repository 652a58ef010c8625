"""boto3's default session: one made under a mock serves mocks only."""

from __future__ import annotations

import importlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import boto3
import machine
import pytest
from botocore import handlers
from botocore.config import Config
from botocore.stub import Stubber
from support import OTHER_ACCOUNT, keys

from pytest_bedrock_jobs import mock_bedrock_jobs


@pytest.fixture(autouse=True)
def no_session(monkeypatch):
    """The process has no default session yet, and forgets the ones of these tests."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)


def session_of_a_mock(**session):
    """The default session that a mock's code used."""
    with mock_bedrock_jobs():
        if session:
            boto3.setup_default_session(**session)
        assert boto3.client("bedrock").list_model_import_jobs()
        return boto3.DEFAULT_SESSION


def test_the_default_session_of_a_mock_is_not_left_behind():
    """Outside of mocks it cannot be found."""
    assert session_of_a_mock() is not None
    assert boto3.DEFAULT_SESSION is None


def test_threads_that_ask_at_once_get_the_same_session():
    """Otherwise what one of them changes would not be noticed."""
    for _ in range(5):
        with mock_bedrock_jobs(), ThreadPoolExecutor(8) as pool:
            sessions = set(pool.map(lambda _: boto3._get_default_session(), range(8)))
            assert sessions == {boto3.DEFAULT_SESSION}
            boto3.DEFAULT_SESSION._session.set_config_variable("region", "eu-west-1")  # so that the next is new


def test_a_mock_makes_no_session_that_nobody_asks_for():
    """To code that looks whether there is one, there is none, as in a new process."""
    session_of_a_mock()
    with mock_bedrock_jobs() as jobs:
        jobs.client().list_model_import_jobs()
        assert boto3.DEFAULT_SESSION is None


def test_the_next_mock_finds_the_kept_default_session_again():
    """So that the service models are loaded once."""
    assert session_of_a_mock() is session_of_a_mock()
    assert boto3.DEFAULT_SESSION is None


def test_a_session_made_while_the_environment_was_replaced_is_not_used_again():
    """It would go on reading the mapping that stood there."""
    session_of_a_mock()
    with patch.object(os, "environ", {"AWS_PROFILE": "other"}):
        session_of_a_mock()
    assert session_of_a_mock().profile_name == "default"


def test_a_session_made_before_a_handler_of_all_new_sessions_is_not_used_again(monkeypatch):
    """As moto adds one when it is imported."""
    first = session_of_a_mock()
    monkeypatch.setattr(handlers, "BUILTIN_HANDLERS", [*handlers.BUILTIN_HANDLERS, ("before-send", lambda **_: None)])
    assert session_of_a_mock() is not first


@pytest.mark.parametrize("register", ["register", "register_first", "register_last"])
def test_hooks_of_one_test_do_not_reach_the_next(register):
    """A mock whose session was given event handlers passes it to no other."""
    seen = []
    with mock_bedrock_jobs():
        boto3.client("bedrock")
        getattr(boto3.DEFAULT_SESSION.events, register)("before-call.bedrock", lambda **_: seen.append(1))
        boto3.client("bedrock").list_model_import_jobs()
    session_of_a_mock()
    assert seen == [1]


def test_a_default_session_that_was_there_stays():
    """The very object, during the mock and after it; the kept one does not replace it."""
    session_of_a_mock()
    boto3.setup_default_session(**keys())
    session = boto3.DEFAULT_SESSION
    assert session_of_a_mock() is session
    assert boto3.DEFAULT_SESSION is session


@pytest.mark.parametrize(
    "changes",
    [
        {"aws_access_key_id": "AKIAOUTSIDE", "aws_secret_access_key": "outside"},
        {"region_name": "eu-west-1"},
        pytest.param(keys(aws_account_id=OTHER_ACCOUNT), marks=pytest.mark.needs("aws_account_id")),
    ],
)
def test_a_session_set_up_by_a_test_is_not_kept(changes):
    """With keys, a Region or an account of its own it ends with its mock."""
    session = session_of_a_mock(**changes)
    assert boto3.DEFAULT_SESSION is None
    fresh = session_of_a_mock()
    assert fresh is not session
    assert fresh.get_credentials() is None or fresh.get_credentials().access_key != "AKIAOUTSIDE"


@pytest.mark.parametrize(
    "change",
    [
        lambda session: session._session.set_config_variable("region", "eu-west-1"),
        lambda session: session._session.set_credentials("AKIAOUTSIDE", "outside"),
        lambda session: session._session.set_default_client_config(Config(region_name="eu-west-1")),
    ],
)
def test_a_session_that_a_test_has_changed_is_not_kept(change):
    """What a test gives to the session of its mock ends with it."""
    with mock_bedrock_jobs():
        boto3.client("bedrock")
        change(boto3.DEFAULT_SESSION)
        changed = boto3.DEFAULT_SESSION
    assert session_of_a_mock() is not changed


def test_a_session_that_was_taken_away_is_there_again():
    """A test may remove it: the next mock has it."""
    with mock_bedrock_jobs():
        boto3.client("bedrock")
        session, boto3.DEFAULT_SESSION = boto3.DEFAULT_SESSION, None
    assert boto3.DEFAULT_SESSION is None
    assert session_of_a_mock() is session


def test_a_session_that_was_there_is_back_though_a_test_took_it_away():
    """What is used instead of it serves the mock only."""
    boto3.setup_default_session(**keys())
    session = boto3.DEFAULT_SESSION
    with mock_bedrock_jobs():
        boto3.DEFAULT_SESSION = None
        boto3.client("bedrock")
    assert boto3.DEFAULT_SESSION is session


def test_what_others_put_in_place_of_a_session_that_was_there_stays():
    """Only the mock's own session is taken away at its end."""
    boto3.setup_default_session(**keys())
    session = session_of_a_mock(**keys())
    assert boto3.DEFAULT_SESSION is session


def test_a_session_that_is_put_back_after_the_mock_ends_with_the_next_one():
    """A monkeypatch that is undone later puts it back; the next mock knows it."""
    session = session_of_a_mock()
    boto3.DEFAULT_SESSION = session
    assert session_of_a_mock() is session
    assert boto3.DEFAULT_SESSION is None


def test_a_mock_does_not_import_boto3_by_itself(monkeypatch):
    """A mock does not import boto3 by itself, neither at its start nor at its end."""
    monkeypatch.delitem(sys.modules, "boto3")
    with mock_bedrock_jobs():
        pass
    assert "boto3" not in sys.modules


def test_boto3_may_be_imported_within_a_mock(monkeypatch):
    """Its default session is put away all the same."""
    monkeypatch.delitem(sys.modules, "boto3")
    with mock_bedrock_jobs():
        imported = importlib.import_module("boto3")
        imported.client("bedrock")
        assert imported.DEFAULT_SESSION is not None
    assert imported.DEFAULT_SESSION is None
    monkeypatch.undo()
    assert sys.modules["boto3"] is boto3


@pytest.mark.parametrize("name", ["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_BEARER_TOKEN_BEDROCK"])
def test_a_real_token_is_hidden_where_there_is_one(monkeypatch, name):
    """Replaced if it is set, not set if it is not, and restored."""
    machine.begin(monkeypatch, {})
    with mock_bedrock_jobs():
        assert name not in os.environ
    machine.begin(monkeypatch, {name: "real"})
    with mock_bedrock_jobs():
        assert os.environ[name] == "bedrock-jobs-mock"
    assert os.environ[name] == "real"


CHANGES = {
    "a handler": lambda client: client.meta.events.register("before-call", lambda **_: None),
    "a Stubber": lambda client: Stubber(client).activate(),
    "a method": lambda client: setattr(client, "list_model_import_jobs", print),
    "a method of the class": lambda client: setattr(type(client), "list_model_import_jobs", print),
    "a configuration": lambda client: setattr(client.meta.config, "retries", {}),
    "a part of a configuration": lambda client: client.meta.config.retries.update(total_max_attempts=1),
    "an endpoint": lambda client: setattr(client._endpoint, "host", "http://localhost"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_ready_made_client_is_as_new_for_each_mock(change):
    """What one test does to it, within its mock or after it, is not seen by the next."""
    with mock_bedrock_jobs() as jobs:
        first = jobs.client()
        assert jobs.client() is first
        assert first.exceptions
    with mock_bedrock_jobs() as jobs:
        assert jobs.client() is first
        with mock_bedrock_jobs() as inner:
            assert inner.client() is not first
        assert jobs.client() is first
        change(first)
    with mock_bedrock_jobs() as jobs:
        assert jobs.client().list_model_import_jobs()["modelImportJobSummaries"] == []
        assert jobs.client() is not first
    assert len(jobs.calls) == 1


def test_the_default_session_is_as_new_for_each_mock(monkeypatch, tmp_path):
    """Neither a file that one test names nor a user agent is there in the next."""
    (tmp_path / "config").write_text("[default]\nmax_attempts = 7\n")
    with mock_bedrock_jobs():
        with monkeypatch.context() as patched:
            patched.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
            assert boto3.client("bedrock").meta.config.retries["total_max_attempts"] == 7
        boto3.DEFAULT_SESSION._session.user_agent_extra = "of-one-test"
        changed = boto3.DEFAULT_SESSION
    with mock_bedrock_jobs():
        client = boto3.client("bedrock")
        assert boto3.DEFAULT_SESSION is not changed
        assert "of-one-test" not in client.meta.config.user_agent
        assert client.meta.config.retries is None or "total_max_attempts" not in client.meta.config.retries


def test_the_session_of_a_client_that_could_not_be_made_is_not_used_again(monkeypatch):
    """Its session has seen what is not there for the next test, so it is not used again."""
    with mock_bedrock_jobs() as jobs:
        with monkeypatch.context() as patched:
            patched.setattr("botocore.session.Session.create_client", lambda *_, **__: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                jobs.client("eu-north-1")
        jobs.client("eu-north-1").list_model_import_jobs()
