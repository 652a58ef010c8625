"""What the oldest supported botocore lacks."""

import boto3
import pytest

from pytest_bedrock_jobs import mock_bedrock_jobs


def test_credentials_may_have_no_account_id(monkeypatch: pytest.MonkeyPatch) -> None:
    """The default session that is made within a mock does not outlive it, whatever its credentials know."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)

    with mock_bedrock_jobs() as jobs:
        bedrock = boto3.client("bedrock")
        monkeypatch.delattr(boto3.DEFAULT_SESSION.get_credentials(), "account_id", raising=False)
        bedrock.list_model_import_jobs()
        assert jobs.calls[0].account_id == jobs.account_id

    assert boto3.DEFAULT_SESSION is None
