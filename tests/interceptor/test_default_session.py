"""boto3's default session: one made under a mock serves mocks only."""

from __future__ import annotations

import importlib
import os
import sys

import boto3
import pytest
from support import OTHER_ACCOUNT, keys

from pytest_bedrock_jobs import mock_bedrock_jobs


@pytest.fixture(autouse=True)
def no_session(monkeypatch):
    """The process has no default session yet, and forgets the ones of these tests."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)


def session_of_a_mock(**session):
    """The default session that a mock's code used, and what it was before it did."""
    with mock_bedrock_jobs():
        before = boto3.DEFAULT_SESSION
        if session:
            boto3.setup_default_session(**session)
        assert boto3.client("bedrock").list_model_import_jobs()
        return before, boto3.DEFAULT_SESSION


def test_a_session_made_meanwhile_is_not_left_behind():
    """It carries the fake keys: outside of the mock nobody finds it."""
    _, session = session_of_a_mock()
    assert session.get_credentials().access_key == "AKIABEDROCKJOBSMOCK"
    assert boto3.DEFAULT_SESSION is None


def test_the_next_mock_finds_it_again():
    """So that the service models are loaded once."""
    _, first = session_of_a_mock()
    before, second = session_of_a_mock()
    assert before is first is second
    assert boto3.DEFAULT_SESSION is None


def test_a_session_that_was_there_stays():
    """The very object, during the mock and after it; the kept one does not replace it."""
    session_of_a_mock()
    boto3.setup_default_session(**keys())
    session = boto3.DEFAULT_SESSION
    assert session_of_a_mock() == (session, session)
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
    _, session = session_of_a_mock(**changes)
    assert boto3.DEFAULT_SESSION is None
    before, fresh = session_of_a_mock()
    assert before is not session
    assert fresh is not session
    assert fresh.get_credentials().access_key == "AKIABEDROCKJOBSMOCK"


def test_a_session_that_was_taken_away_is_not_kept():
    """A test may remove it: the next mock starts without."""
    with mock_bedrock_jobs():
        boto3.client("bedrock")
        boto3.DEFAULT_SESSION = None
    assert session_of_a_mock()[0] is None


def test_without_boto3_nothing_is_to_do(monkeypatch):
    """A mock does not import boto3 by itself, neither at its start nor at its end."""
    monkeypatch.delitem(sys.modules, "boto3")
    with mock_bedrock_jobs():
        pass
    assert "boto3" not in sys.modules


def test_boto3_may_be_imported_meanwhile(monkeypatch):
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
    monkeypatch.delenv(name, raising=False)
    with mock_bedrock_jobs():
        assert name not in os.environ
    monkeypatch.setenv(name, "real")
    with mock_bedrock_jobs():
        assert os.environ[name] == "bedrock-jobs-mock"
    assert os.environ[name] == "real"


@pytest.mark.needs("aws_account_id")
def test_a_session_with_an_account_of_the_environment_is_not_kept(monkeypatch):
    """A test that set AWS_ACCOUNT_ID acted for that account; the next one does not."""
    with monkeypatch.context() as patch, mock_bedrock_jobs():
        patch.setenv("AWS_ACCOUNT_ID", OTHER_ACCOUNT)
        boto3.setup_default_session()
        boto3.client("bedrock").list_model_import_jobs()
    assert session_of_a_mock()[0] is None
