"""Beside moto: ours are ours, moto's are moto's, in either nesting order."""

from __future__ import annotations

import contextlib
import os
import unittest

import boto3
import botocore.session
import pytest
from botocore.credentials import RefreshableCredentials
from moto import mock_aws
from support import copy_parameters, import_parameters

from pytest_bedrock_jobs import UnsupportedOperationError, mock_bedrock_jobs


@pytest.fixture(params=["moto inside", "moto outside"])
def both(request):
    """Both mocks, one within the other."""
    with contextlib.ExitStack() as stack:
        if request.param == "moto outside":
            stack.enter_context(mock_aws())
        jobs = stack.enter_context(mock_bedrock_jobs())
        if request.param == "moto inside":
            stack.enter_context(mock_aws())
        yield jobs


def test_imports_and_copies_are_the_mocks_and_not_motos(both):
    """Imports and copies are found in the mock."""
    client = boto3.client("bedrock", region_name="us-east-1")
    imported = client.create_model_import_job(**import_parameters())
    copied = client.create_model_copy_job(**copy_parameters(both.add_custom_model()))
    assert imported["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert [job.arn for job in both.import_jobs] == [imported["jobArn"]]
    assert [job.arn for job in both.copy_jobs] == [copied["jobArn"]]


def test_customization_jobs_are_the_mocks_and_not_motos(both):
    """Though moto has them too: their models can be copied here."""
    job = both.add_customization_job("tuning", custom_model_name="tuned", status="Completed")
    client = boto3.client("bedrock", region_name="us-east-1")
    rows = client.list_model_customization_jobs()["modelCustomizationJobSummaries"]
    assert [row["jobArn"] for row in rows] == [job.arn]


def test_an_error_of_the_mock_does_not_make_moto_respond(both):
    """An error of the mock does not make moto respond."""
    client = boto3.client("bedrock", region_name="us-east-1")
    with pytest.raises(client.exceptions.ValidationException, match="jobName"):
        client.create_model_import_job(**import_parameters(jobName="two words"))
    assert len(both.calls) == 1


def test_other_services_stay_motos(both):
    """S3 and STS get their responses from moto."""
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="weights")
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["weights"]
    assert boto3.client("sts", region_name="us-east-1").get_caller_identity()["Account"] == "123456789012"
    assert both.calls == ()


def test_bedrock_operations_of_moto_go_to_moto(both):
    """What we do not have and moto has is moto's, and is no unsupported call."""
    client = boto3.client("bedrock", region_name="us-east-1")
    assert client.get_model_invocation_logging_configuration()["loggingConfig"] == {}
    [call] = both.calls
    assert (call.operation, call.error_code) == ("GetModelInvocationLoggingConfiguration", None)


def test_an_operation_that_neither_mock_has_is_unsupported(both):
    """An operation that is in neither mock raises ours, which says what to do."""
    client = boto3.client("bedrock", region_name="us-east-1")
    with pytest.raises(UnsupportedOperationError, match="ListGuardrails is not mocked"):
        client.list_guardrails()
    both.reset()


def test_a_client_older_than_both_mocks_gets_responses_from_the_right_one(both):
    """A client that was made before either mock gets its responses from the right one."""
    OLD.create_model_import_job(**import_parameters())
    assert len(both.import_jobs) == 1
    assert OLD.get_model_invocation_logging_configuration()["loggingConfig"] == {}


def test_moto_responds_as_ever_after_our_mock_has_ended():
    """After our mock has ended, moto responds as ever, unsupported operations included."""
    with mock_aws():
        client = boto3.client("bedrock", region_name="us-east-1")
        with mock_bedrock_jobs():
            client.create_model_import_job(**import_parameters())
        assert client.get_model_invocation_logging_configuration()["loggingConfig"] == {}
        with pytest.raises(NotImplementedError):
            client.create_model_import_job(**import_parameters())


@pytest.mark.parametrize("decorators", [(mock_aws, mock_bedrock_jobs), (mock_bedrock_jobs, mock_aws)])
def test_a_test_case_with_both_decorators_has_both_mocks(decorators):
    """In either order each test has both mocks, and the environment is put back."""

    class Case(unittest.TestCase):
        def setUp(self):
            boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="weights")

        def test_it(self):
            OLD.create_model_import_job(**import_parameters())
            assert len(self.bedrock_jobs.import_jobs) == 1
            assert len(boto3.client("s3", region_name="us-east-1").list_buckets()["Buckets"]) == 1

    for decorate in decorators:
        Case = decorate(Case)  # noqa: N806
    before, result = dict(os.environ), unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(Case).run(result)
    assert result.wasSuccessful(), result.errors
    assert dict(os.environ) == before


OLD = boto3.session.Session(
    aws_access_key_id="AKIAOUTSIDE", aws_secret_access_key="outside", region_name="us-east-1"
).client("bedrock")


def test_the_account_of_a_role_that_moto_lends_is_asked_of_moto(bedrock_jobs):
    """Its three keys name no account, so moto is asked whose they are; also in credentials that refresh themselves."""
    with mock_aws():
        role = "arn:aws:iam::222233334444:role/Release"
        lent = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="release")["Credentials"]
        keys = {
            "aws_access_key_id": lent["AccessKeyId"],
            "aws_secret_access_key": lent["SecretAccessKey"],
            "aws_session_token": lent["SessionToken"],
        }
        refreshing = botocore.session.get_session()
        refreshing._credentials = RefreshableCredentials.create_from_metadata(
            {
                "access_key": lent["AccessKeyId"],
                "secret_key": lent["SecretAccessKey"],
                "token": lent["SessionToken"],
                "expiry_time": lent["Expiration"].isoformat(),
            },
            refresh_using=dict,
            method="sts-assume-role",
        )
        for session in (boto3.Session(**keys), boto3.Session(botocore_session=refreshing)):
            session.client("bedrock").list_model_import_jobs()
            assert session.client("sts").get_caller_identity()["Account"] == "222233334444"
        boto3.client("bedrock").list_model_import_jobs()
    assert [call.account_id for call in bedrock_jobs.calls] == ["222233334444", "222233334444", "123456789012"]
