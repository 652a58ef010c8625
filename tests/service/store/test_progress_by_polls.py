"""Progress by polls: every loop that polls runs its waiting branch, and ends."""

from __future__ import annotations

import datetime

import pytest
from lives import error_of, import_status, start_copy, start_import, start_model

MINUTE = datetime.timedelta(minutes=1)
FOREVER = datetime.timedelta(days=365)


def polls_until(poll_once, done):
    """How many polls a loop needs until it is done; it gives up after ten."""
    return next((number for number in range(1, 11) if done(poll_once())), None)


def test_the_second_poll_finds_a_job_completed(started):
    """By default the first Get says InProgress, each later one Completed."""
    _, status = started()
    assert [status() for _ in range(3)] == ["InProgress", "Completed", "Completed"]


@pytest.mark.parametrize(
    ("operation", "rows", "word", "start"),
    [
        ("list_model_import_jobs", "modelImportJobSummaries", "status", start_import),
        ("list_model_copy_jobs", "modelCopyJobSummaries", "status", start_copy),
        pytest.param(
            *("list_custom_models", "modelSummaries", "modelStatus", start_model),
            marks=pytest.mark.needs("CreateCustomModel"),
        ),
    ],
)
@pytest.mark.parametrize("paged", [False, True])
def test_polling_by_list_only_ends(bedrock_jobs, client, operation, rows, word, start, paged):
    """A loop that only lists runs its waiting branch once; every row it sees is polled, page by page too."""
    source = [bedrock_jobs.add_custom_model(region="eu-west-1")] if start is start_copy else []
    for _ in range(3):
        start(client, *source)
    paginator = client.get_paginator(operation)

    def poll_once():
        config = {"PageSize": 1} if paged else {}
        return [row[word] for row in paginator.paginate(PaginationConfig=config).search(f"{rows}[]")]

    poll_count = [poll_once() for _ in range(3)]
    running, done = ("Creating", "Active") if word == "modelStatus" else ("InProgress", "Completed")
    assert poll_count == [[running] * 3, [done] * 3, [done] * 3]


def test_polls_by_get_and_list_count_together(client):
    """Every poll counts: a List and a Get make two."""
    arn = start_import(client)
    assert client.list_model_import_jobs()["modelImportJobSummaries"][0]["status"] == "InProgress"
    assert import_status(client, arn) == "Completed"


def test_only_what_is_seen_is_polled(client):
    """A filter that leaves a job out, and a page that ends before it, do not poll it."""
    arn = start_import(client, jobName="unseen")
    start_import(client, jobName="seen")
    for _ in range(3):
        client.list_model_import_jobs(nameContains="xyz")
        client.list_model_import_jobs(maxResults=1)
    assert import_status(client, arn) == "InProgress"


def test_reading_records_is_not_a_poll(bedrock_jobs, client):
    """The test may read records as often as it likes, and reading tags is not a poll either."""
    arn = start_import(client)
    for _ in range(3):
        assert bedrock_jobs.import_jobs[0].status == "InProgress"
        assert bedrock_jobs.imported_models == bedrock_jobs.custom_models == ()
        client.list_tags_for_resource(resourceARN=arn)
    assert import_status(client, arn) == "InProgress"


@pytest.mark.parametrize("page", [{}, {"maxResults": 1}])
def test_waiting_until_nothing_is_in_progress_ends(client, page):
    """A List with statusEquals=InProgress shows the job once, then no more."""
    start_import(client)
    poll_count = [
        len(client.list_model_import_jobs(statusEquals="InProgress", **page)["modelImportJobSummaries"])
        for _ in range(3)
    ]
    assert poll_count == [1, 0, 0]


@pytest.mark.parametrize("page_size", [1, 2, 100])
def test_waiting_until_a_job_is_among_the_completed_ends(bedrock_jobs, client, page_size):
    """Also where newer completed jobs fill the pages before it."""
    old = start_import(client)
    for _ in range(2):
        bedrock_jobs.add_import_job(status="Completed")
    paginator = client.get_paginator("list_model_import_jobs")

    def poll_once():
        found = paginator.paginate(statusEquals="Completed", PaginationConfig={"PageSize": page_size})
        return list(found.search("modelImportJobSummaries[].jobArn"))

    assert len(poll_once()) == 2
    assert polls_until(poll_once, lambda arns: old in arns) <= 2
    assert len(set(poll_once())) == len(poll_once()) == 3


@pytest.mark.parametrize("by", ["get_imported_model", "list_imported_models"])
def test_polling_for_the_imported_model_ends(bedrock_jobs, client, by):
    """Code that never asks for the job finds its model at the second poll."""
    start_import(client, importedModelName="ranker")

    def poll_once():
        if by == "list_imported_models":
            return bool(client.list_imported_models(nameContains="ranker")["modelSummaries"])
        try:
            return bool(client.get_imported_model(modelIdentifier="ranker"))
        except client.exceptions.ValidationException:
            return False

    assert [poll_once() for _ in range(3)] == [False, True, True]
    assert bedrock_jobs.import_jobs[0].status == "Completed"


@pytest.mark.parametrize("by", ["ARN", "name", "list"])
def test_polling_for_the_copied_model_ends(bedrock_jobs, client, by):
    """By the ARN that the job returns, by name, or in the list."""
    start_copy(client, bedrock_jobs.add_custom_model(region="eu-west-1"), targetModelName="ranker")
    [job] = bedrock_jobs.copy_jobs

    def poll_once():
        if by == "list":
            return bool(client.list_custom_models()["modelSummaries"])
        try:
            identifier = job.target_model_arn if by == "ARN" else "ranker"
            return client.get_custom_model(modelIdentifier=identifier)["modelName"] == "ranker"
        except client.exceptions.ResourceNotFoundException:
            return False

    assert [poll_once() for _ in range(3)] == [False, True, True]
    assert bedrock_jobs.copy_jobs[0].status == "Completed"


def test_polling_for_each_of_two_copies_of_one_name_ends(bedrock_jobs, client):
    """The name finds the newer one first; the older one's ARN finds it, whichever ends first."""
    source = bedrock_jobs.add_custom_model(region="eu-west-1")
    arns = [start_copy(client, source, targetModelName="ranker") for _ in range(2)]
    older, newer = (job.target_model_arn for job in bedrock_jobs.copy_jobs)
    bedrock_jobs.complete(arns[0])
    assert client.get_custom_model(modelIdentifier="ranker")["modelArn"] == older
    assert client.get_custom_model(modelIdentifier="ranker")["modelArn"] == newer
    assert [job.status for job in bedrock_jobs.copy_jobs] == ["Completed", "Completed"]


def test_reading_a_model_elsewhere_moves_nothing(bedrock_jobs, client):
    """Another Region's Get and List of a name do not poll this Region's job."""
    arn = start_import(client, importedModelName="ranker")
    there = bedrock_jobs.client("us-west-2")
    for _ in range(3):
        error_of(there.get_imported_model, modelIdentifier="ranker")
        there.list_imported_models()
        error_of(client.get_imported_model, modelIdentifier="another")
    assert import_status(client, arn) == "InProgress"


@pytest.mark.parametrize("progress", ["manual", "time"])
def test_reading_models_matters_by_polls_only(bedrock_jobs, client, progress):
    """In the other modes no poll brings the model."""
    bedrock_jobs.progress = progress
    start_import(client)
    start_copy(client, bedrock_jobs.add_custom_model(region="eu-west-1"))
    for _ in range(4):
        assert client.list_imported_models()["modelSummaries"] == []
        assert client.list_custom_models()["modelSummaries"] == []


@pytest.mark.bedrock_jobs(progress="3 polls")
def test_a_job_ends_after_the_number_of_polls_that_was_given(started):
    """Three polls find it in progress, however they poll; the fourth finds it ended."""
    _, status = started()
    assert [status() for _ in range(5)] == ["InProgress"] * 3 + ["Completed"] * 2


@pytest.mark.bedrock_jobs(progress="1 poll")
def test_one_poll_is_the_default(started):
    """As "polls" without a number."""
    _, status = started()
    assert [status() for _ in range(2)] == ["InProgress", "Completed"]


@pytest.mark.bedrock_jobs(progress="3 polls")
def test_a_program_that_waits_for_what_a_list_has_shown_really_waits(client):
    """The list shows the job, and the program that waits for what it found there waits."""
    start_import(client, jobName="running")
    rows = client.list_model_import_jobs(statusEquals="InProgress")["modelImportJobSummaries"]
    assert [row["jobName"] for row in rows] == ["running"]
    assert [import_status(client, rows[0]["jobArn"]) for _ in range(3)] == ["InProgress", "InProgress", "Completed"]


@pytest.mark.bedrock_jobs(progress="3 polls")
def test_polling_for_a_model_ends_after_as_many_polls(client):
    """Code that never asks for the job finds its model at the fourth poll."""
    start_import(client, importedModelName="ranker")
    assert [len(client.list_imported_models()["modelSummaries"]) for _ in range(5)] == [0, 0, 0, 1, 1]
