"""Copy jobs that a test creates itself."""

from __future__ import annotations

import pytest
from support import OTHER_ACCOUNT, make_client

from pytest_bedrock_jobs import UsageError, failures


def test_an_added_copy_job_in_progress_ends_and_makes_its_model(bedrock_jobs, client):
    """It ends as one does that the code under test has started, and makes its model."""
    job = bedrock_jobs.add_copy_job("ranker", tags={"team": "search"})
    assert (job.name, job.status, job.region, job.account_id) == ("ranker", "InProgress", "us-east-1", "123456789012")

    statuses = [client.get_model_copy_job(jobArn=job.arn)["status"] for _ in range(2)]

    assert statuses == ["InProgress", "Completed"]
    assert client.get_custom_model(modelIdentifier=job.target_model_arn)["modelName"] == "ranker"
    assert client.list_tags_for_resource(resourceARN=job.target_model_arn)["tags"] == [
        {"key": "team", "value": "search"}
    ]


@pytest.mark.needs("GetCustomModel.modelStatus")
def test_an_added_copy_job_that_has_completed_has_its_model(bedrock_jobs, client):
    """Its custom model exists."""
    source = bedrock_jobs.add_custom_model("source", region="eu-west-1")
    job = bedrock_jobs.add_copy_job("ranker", status="Completed", source=source, tags={"team": "search"})

    response = client.get_model_copy_job(jobArn=job.arn)

    assert (response["status"], response["sourceModelArn"]) == ("Completed", source.arn)
    assert response["targetModelArn"] == bedrock_jobs.custom_models[-1].arn
    assert bedrock_jobs.custom_models[-1].tags == {"team": "search"}
    assert client.get_custom_model(modelIdentifier="ranker")["modelStatus"] == "Active"


def test_an_added_copy_job_that_has_failed_says_why(bedrock_jobs, client):
    """With the service's internal error, or a message of the test's own."""
    first = bedrock_jobs.add_copy_job(status="Failed")
    second = bedrock_jobs.add_copy_job(status="Failed", failure_message="no space")

    messages = [client.get_model_copy_job(jobArn=job.arn)["failureMessage"] for job in (first, second)]

    assert messages == [failures.internal(), "no space"]


def test_a_copy_job_is_added_to_any_account_and_region(bedrock_jobs):
    """Another account and another Region; the source by its ARN."""
    source = bedrock_jobs.add_custom_model(shared_with=[OTHER_ACCOUNT])
    job = bedrock_jobs.add_copy_job(source=source.arn, region="eu-west-1", account_id=OTHER_ACCOUNT)

    assert (job.region, job.account_id, job.source_account_id) == ("eu-west-1", OTHER_ACCOUNT, source.account_id)
    client = make_client(region_name="eu-west-1", aws_account_id=OTHER_ACCOUNT)
    assert client.get_model_copy_job(jobArn=job.arn)["status"] == "InProgress"


def test_a_copy_job_that_the_service_would_refuse_is_not_added(bedrock_jobs):
    """It is refused as the service would refuse it, and nothing is added."""
    source = bedrock_jobs.add_custom_model()

    with pytest.raises(UsageError, match=r"^add_copy_job: .*is not authorized to perform: bedrock:CreateModelCopyJob"):
        bedrock_jobs.add_copy_job(source=source, account_id=OTHER_ACCOUNT)
    with pytest.raises(UsageError, match=r"^add_copy_job: "):
        bedrock_jobs.add_copy_job("two words")

    assert bedrock_jobs.copy_jobs == ()
    assert bedrock_jobs.custom_models == (source,)
