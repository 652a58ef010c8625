"""AWS's quotas: a setting, off unless asked for."""

from __future__ import annotations

import pytest
from support import OTHER_ACCOUNT, copy_parameters, import_parameters, make_client


def test_quotas_are_off_by_default(bedrock_jobs, client):
    """AWS samples run several imports at once, and so can a test; copies are not counted either."""
    for _ in range(5):
        client.create_model_import_job(**import_parameters())
    model = bedrock_jobs.add_custom_model()
    for _ in range(101):
        client.create_model_copy_job(**copy_parameters(model))
    assert (len(bedrock_jobs.import_jobs), len(bedrock_jobs.copy_jobs)) == (5, 101)


@pytest.mark.bedrock_jobs(quotas=True)
def test_a_second_import_in_progress_exceeds_the_quota(bedrock_jobs, client):
    """A second import in progress exceeds AWS's quota and is not created."""
    client.create_model_import_job(**import_parameters())
    with pytest.raises(client.exceptions.ServiceQuotaExceededException) as caught:
        client.create_model_import_job(**import_parameters())
    assert "request a quota increase for Concurrent model import jobs" in str(caught.value)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert len(bedrock_jobs.import_jobs) == 1


@pytest.mark.bedrock_jobs(quotas=True)
def test_a_repeated_token_exceeds_no_quota(client):
    """The token is checked before the quota."""
    parameters = import_parameters(clientRequestToken="token")
    assert len({client.create_model_import_job(**parameters)["jobArn"] for _ in range(2)}) == 1


@pytest.mark.bedrock_jobs(quotas=True)
def test_quotas_count_per_region_and_account(bedrock_jobs, client):
    """Another Region and another account have a quota of their own."""
    for one in (client, bedrock_jobs.client("us-west-2"), make_client(aws_account_id=OTHER_ACCOUNT)):
        one.create_model_import_job(**import_parameters())
    assert len(bedrock_jobs.import_jobs) == 3


@pytest.mark.bedrock_jobs(quotas=True)
def test_custom_models_and_copies_in_progress_count_together(bedrock_jobs, client):
    """Models and copies in progress count together, in the target Region."""
    models = [bedrock_jobs.add_custom_model() for _ in range(98)]
    for _ in range(2):
        client.create_model_copy_job(**copy_parameters(models[0]))
    with pytest.raises(client.exceptions.ServiceQuotaExceededException, match="has 100 and may have 100 in us-east-1"):
        client.create_model_copy_job(**copy_parameters(models[0]))
    bedrock_jobs.client("us-west-2").create_model_copy_job(**copy_parameters(models[0]))
    assert len(bedrock_jobs.copy_jobs) == 3
