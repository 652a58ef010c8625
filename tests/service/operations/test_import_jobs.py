"""GetModelImportJob and ListModelImportJobs: which members are there when, and how a job is found."""

from __future__ import annotations

import datetime

import pytest
from lives import error_of, import_status, members, start_import, unknown_arn
from support import ACCOUNT, import_parameters, make_client

SECOND = datetime.timedelta(seconds=1)
RUNNING = {
    "jobArn",
    "jobName",
    "importedModelName",
    "roleArn",
    "modelDataSource",
    "status",
    "creationTime",
    "lastModifiedTime",
}
RUNNING_ROW = RUNNING - {"roleArn", "modelDataSource"}
VPC = {"subnetIds": ["subnet-0123456789abcdef0"], "securityGroupIds": ["sg-0123456789abcdef0"]}


def row_of(client, job_arn):
    """The job's row in the list."""
    [row] = [row for row in client.list_model_import_jobs()["modelImportJobSummaries"] if row["jobArn"] == job_arn]
    return row


def ended(bedrock_jobs, client, status):
    """An import job with this status, a minute after its creation."""
    arn = start_import(client)
    bedrock_jobs.clock.advance(60)
    if status == "Failed":
        bedrock_jobs.fail(arn, "no such bucket")
    else:
        bedrock_jobs.complete(arn)
    return arn


@pytest.fixture(autouse=True)
def by_hand(bedrock_jobs):
    """Jobs end when a test says so."""
    bedrock_jobs.progress = "manual"


def test_a_running_job_has_neither_model_nor_end(client):
    """InProgress: no importedModelArn, endTime, failureMessage, vpcConfig or key; what was sent comes back."""
    sent = import_parameters()
    arn = client.create_model_import_job(**sent)["jobArn"]
    job = client.get_model_import_job(jobIdentifier=arn)
    assert members(job) == RUNNING
    assert (job["jobArn"], job["status"]) == (arn, "InProgress")
    assert {name: job[name] for name in sent} == sent
    row = row_of(client, arn)
    assert set(row) == RUNNING_ROW
    assert (row["jobName"], row["importedModelName"]) == (sent["jobName"], sent["importedModelName"])
    assert row["status"] == "InProgress"


def test_a_completed_job_has_its_model_and_no_failure(bedrock_jobs, client):
    """Completed: importedModelArn and endTime appear, failureMessage does not, in Get and List."""
    arn = ended(bedrock_jobs, client, "Completed")
    job = client.get_model_import_job(jobIdentifier=arn)
    assert members(job) == RUNNING | {"importedModelArn", "endTime"}
    assert job["status"] == "Completed"
    [model] = bedrock_jobs.imported_models
    assert job["importedModelArn"] == model.arn
    row = row_of(client, arn)
    assert set(row) == RUNNING_ROW | {"importedModelArn", "endTime"}
    assert (row["status"], row["importedModelArn"]) == ("Completed", model.arn)


def test_a_failed_job_says_why_and_has_no_model(bedrock_jobs, client):
    """Failed: endTime and failureMessage; the list's rows have no failureMessage."""
    arn = ended(bedrock_jobs, client, "Failed")
    job = client.get_model_import_job(jobIdentifier=arn)
    assert members(job) == RUNNING | {"endTime", "failureMessage"}
    assert (job["status"], job["failureMessage"]) == ("Failed", "no such bucket")
    row = row_of(client, arn)
    assert set(row) == RUNNING_ROW | {"endTime"}
    assert row["status"] == "Failed"


def test_a_vpc_comes_back_as_it_was_sent(client):
    """Subnets and security groups are in Get's vpcConfig."""
    arn = start_import(client, vpcConfig=VPC)
    assert client.get_model_import_job(jobIdentifier=arn)["vpcConfig"] == VPC
    assert "vpcConfig" not in row_of(client, arn)


def test_the_last_modified_time_moves_while_the_job_runs(bedrock_jobs, client):
    """While InProgress lastModifiedTime follows the clock and creationTime stands."""
    arn = start_import(client)
    first = client.get_model_import_job(jobIdentifier=arn)
    bedrock_jobs.clock.advance(40)
    second = client.get_model_import_job(jobIdentifier=arn)
    assert second["creationTime"] == first["creationTime"] <= first["lastModifiedTime"]
    assert second["lastModifiedTime"] - first["lastModifiedTime"] >= 40 * SECOND
    assert row_of(client, arn)["lastModifiedTime"] >= second["lastModifiedTime"]


@pytest.mark.parametrize("status", ["Completed", "Failed"])
def test_times_of_an_ended_job_stand_still(bedrock_jobs, client, status):
    """Creation <= lastModified <= end, all in UTC, the same at every later poll and in the list."""
    arn = ended(bedrock_jobs, client, status)
    job = client.get_model_import_job(jobIdentifier=arn)
    created, modified, end = job["creationTime"], job["lastModifiedTime"], job["endTime"]
    assert created + 60 * SECOND <= modified <= end
    assert {time.utcoffset() for time in (created, modified, end)} == {datetime.timedelta()}
    bedrock_jobs.clock.advance(3600)
    later = client.get_model_import_job(jobIdentifier=arn)
    row = row_of(client, arn)
    for reported in (later, row):
        assert (reported["creationTime"], reported["lastModifiedTime"], reported["endTime"]) == (created, modified, end)


def test_the_times_of_a_job_are_those_of_the_mocks_clock(bedrock_jobs, client):
    """The creationTime is the mock's own time, and the record has the same."""
    bedrock_jobs.clock.advance(datetime.timedelta(days=400))
    before = bedrock_jobs.clock.now()
    arn = start_import(client)
    created = client.get_model_import_job(jobIdentifier=arn)["creationTime"]
    assert before <= created <= bedrock_jobs.clock.now()
    assert bedrock_jobs.import_jobs[0].creation_time == created


def test_a_job_is_found_by_arn_and_by_name(client):
    """Get takes either; both return the same job."""
    arn = start_import(client, jobName="llama+3.1")
    start_import(client)
    assert client.get_model_import_job(jobIdentifier="llama+3.1")["jobArn"] == arn
    assert client.get_model_import_job(jobIdentifier=arn)["jobName"] == "llama+3.1"


def test_a_job_of_an_unknown_arn_is_resource_not_found(client):
    """A well-formed ARN that nothing has: ResourceNotFoundException, with the names there are."""
    arn = start_import(client, jobName="llama-v1")
    code, message = error_of(client.get_model_import_job, jobIdentifier=unknown_arn(arn))
    assert code == "ResourceNotFoundException"
    assert message == (
        f"Could not find import job {unknown_arn(arn)} of account {ACCOUNT} in us-east-1. Existing there: llama-v1."
    )


def test_a_job_of_an_unknown_name_is_a_validation_error(client):
    """A name that nothing has: ValidationException, with the names there are, newest first."""
    start_import(client, jobName="llama-v1")
    start_import(client, jobName="llama-v2")
    code, message = error_of(client.get_model_import_job, jobIdentifier="lama-v1")
    assert code == "ValidationException"
    assert "import job lama-v1 " in message
    assert message.endswith("Existing there: llama-v2, llama-v1.")


def test_where_no_job_is_the_message_says_so(client):
    """With no job at all the message says so."""
    assert error_of(client.get_model_import_job, jobIdentifier="x")[1].endswith("Existing there: none.")


def test_an_id_alone_is_a_validation_error_that_says_whose_it_is(client):
    """Programs cut it off from the ARN; it is the identifier of nothing."""
    arn = start_import(client, jobName="llama-v1")
    job_id = arn.rpartition("/")[2]
    code, message = error_of(client.get_model_import_job, jobIdentifier=job_id)
    assert code == "ValidationException"
    assert message.endswith(f" It exists in us-east-1 (account {ACCOUNT}) as model-import-job/{job_id}.")


@pytest.mark.parametrize(("jobs", "end"), [(10, ", job-1, job-0."), (13, ", job-3 and 3 older.")])
def test_a_long_list_of_existing_names_is_cut_short(bedrock_jobs, client, jobs, end):
    """The ten newest names are listed, and how many more there are."""
    for number in range(jobs):
        bedrock_jobs.add_import_job(f"job-{number}")
    message = error_of(client.get_model_import_job, jobIdentifier="x")[1]
    assert f" job-{jobs - 1}, job-{jobs - 2}, " in message
    assert message.endswith(end)


def test_a_job_of_another_region_is_not_found_but_located(bedrock_jobs, client):
    """By ARN and by name the message names the Region and the account where it is."""
    bedrock_jobs.add_import_job("there", region="eu-west-1")
    [job] = bedrock_jobs.import_jobs
    found = f"in eu-west-1 (account 123456789012) as model-import-job/{job.arn.rpartition('/')[2]}"
    where = f" Existing there: none. It exists {found}."
    code, message = error_of(client.get_model_import_job, jobIdentifier=job.arn)
    assert (code, message[-len(where) :]) == ("ResourceNotFoundException", where)
    code, message = error_of(client.get_model_import_job, jobIdentifier="there")
    assert (code, message[-len(where) :]) == ("ValidationException", where)
    assert import_status(bedrock_jobs.client("eu-west-1"), "there") == "InProgress"


@pytest.mark.parametrize("identifier", ["", "-x", "a/b", "arn:aws:bedrock:us-east-1:123456789012:model-import-job/x"])
def test_a_malformed_identifier_is_a_validation_error(identifier, bedrock_jobs):
    """What is neither a name nor an ARN breaks a constraint, whatever exists."""
    bedrock_jobs.add_import_job()
    code, message = error_of(make_client().get_model_import_job, jobIdentifier=identifier)
    assert code == "ValidationException"
    assert f"Value '{identifier}' at 'jobIdentifier' failed to satisfy constraint" in message
