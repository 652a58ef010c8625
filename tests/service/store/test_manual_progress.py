"""Manual progress: the test ends the running jobs, and plans how the next ones end."""

from __future__ import annotations

import datetime

import pytest
from lives import copy_status, import_status, start_copy, start_import, start_model
from support import ACCOUNT

from pytest_bedrock_jobs import NEXT_JOB, UsageError, failures

MINUTE = datetime.timedelta(minutes=1)
FOREVER = datetime.timedelta(days=365)


def test_manually_nothing_ends_by_itself(bedrock_jobs, started):
    """Neither polls nor time move it; the test does."""
    bedrock_jobs.progress = "manual"
    arn, status = started()
    bedrock_jobs.clock.advance(FOREVER)
    assert [status() for _ in range(5)] == ["InProgress"] * 5
    bedrock_jobs.complete(arn)
    assert status() == "Completed"


def test_a_running_job_can_be_failed_in_every_mode(bedrock_jobs, started):
    """In every mode the test may fail a job that runs."""
    for option in ("polls", "time", "manual"):
        bedrock_jobs.progress = option
        arn, status = started()
        bedrock_jobs.fail(arn, "no")
        assert [status() for _ in range(3)] == ["Failed"] * 3


@pytest.mark.parametrize("identify", [lambda job: job.arn, lambda job: job.name, lambda job: job])
@pytest.mark.parametrize("kind", ["import_jobs", "copy_jobs"])
def test_a_job_is_named_by_arn_name_or_record(bedrock_jobs, client, identify, kind):
    """A copy job's name is its target model's; another job stays as it is."""
    source = bedrock_jobs.add_custom_model(region="eu-west-1")
    for region in ("us-east-1", "us-west-2"):
        start_import(bedrock_jobs.client(region))
        start_copy(bedrock_jobs.client(region), source)
    job, other = getattr(bedrock_jobs, kind)
    bedrock_jobs.complete(identify(job))
    assert [job.status for job in getattr(bedrock_jobs, kind)] == ["Completed", "InProgress"]
    bedrock_jobs.fail(identify(other), "no")
    assert [job.failure_message for job in getattr(bedrock_jobs, kind)] == [None, "no"]


@pytest.mark.needs("CreateCustomModel")
def test_a_model_in_creation_is_named_by_its_record(bedrock_jobs, client):
    """The record or the ARN of a custom model that is Creating."""
    for _ in range(2):
        start_model(client)
    first, second = bedrock_jobs.custom_models
    bedrock_jobs.complete(first)
    bedrock_jobs.fail(second.arn)
    assert [model.status for model in bedrock_jobs.custom_models] == ["Active", "Failed"]
    assert bedrock_jobs.custom_models[1].failure_message == failures.internal()


def test_a_job_that_the_test_ends_ends_now(bedrock_jobs, client):
    """By hand a job ends at the mock's present."""
    arn = start_import(client)
    bedrock_jobs.clock.advance(7 * MINUTE)
    bedrock_jobs.complete(arn)
    job = client.get_model_import_job(jobIdentifier=arn)
    assert 7 * MINUTE <= job["endTime"] - job["creationTime"] < 8 * MINUTE


@pytest.mark.parametrize("end", ["complete", "fail"])
@pytest.mark.parametrize("again", ["complete", "fail"])
def test_what_has_ended_never_moves_again(bedrock_jobs, client, end, again):
    """Ending it again is a UsageError that names its status; polls and time no longer change it."""
    arn = start_import(client)
    getattr(bedrock_jobs, end)(arn)
    [ended] = bedrock_jobs.import_jobs
    with pytest.raises(UsageError, match=r"<ImportJob .* has ended and does not change any more.*NEXT_JOB"):
        getattr(bedrock_jobs, again)(arn)
    for option in ("polls", "time", "manual"):
        bedrock_jobs.progress = option
        bedrock_jobs.clock.advance(FOREVER)
        assert import_status(client, arn) == ended.status
    assert bedrock_jobs.import_jobs == (ended,)


def test_a_job_that_ended_by_polls_cannot_be_failed(bedrock_jobs, started):
    """The impossible is refused whoever ended the job."""
    arn, status = started()
    assert [status(), status()][-1] == "Completed"
    with pytest.raises(UsageError, match="has ended"):
        bedrock_jobs.fail(arn)


def test_a_job_whose_time_has_come_cannot_be_failed(bedrock_jobs, client):
    """By time a job has ended when it is due, even if it was not polled."""
    bedrock_jobs.progress = "time"
    arn = start_import(client)
    bedrock_jobs.clock.advance(15 * MINUTE)
    with pytest.raises(UsageError, match="has ended"):
        bedrock_jobs.fail(arn)


def test_a_job_that_is_not_there_cannot_be_ended(bedrock_jobs, client):
    """The UsageError lists the jobs there are, nearest first, and the way to plan ahead."""
    with pytest.raises(UsageError, match=r"there is no job 'llama', and no other either\. .* NEXT_JOB"):
        bedrock_jobs.complete("llama")
    for name in ("mistral", "llama-v1"):
        start_import(client, jobName=name)
    with pytest.raises(UsageError, match=r"there is no job 'llama'; there are: llama-v1, mistral\."):
        bedrock_jobs.fail("llama")
    unknown = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:model-import-job/000000000000"
    with pytest.raises(UsageError, match=unknown):
        bedrock_jobs.complete(unknown)


@pytest.mark.parametrize("wrong", [None, 7, {"jobArn": "arn:aws:bedrock:..."}, b"llama"])
def test_what_cannot_name_a_job_is_refused(bedrock_jobs, client, wrong):
    """Neither a string nor a record: a UsageError that says what to give."""
    start_import(client)
    for end in (bedrock_jobs.complete, bedrock_jobs.fail):
        with pytest.raises(UsageError, match="an ARN, a name, a record or NEXT_JOB"):
            end(wrong)
    assert bedrock_jobs.import_jobs[0].status == "InProgress"


def test_a_model_that_exists_is_no_job(bedrock_jobs):
    """Neither an active custom model nor an imported one can be ended."""
    with pytest.raises(UsageError, match="has ended"):
        bedrock_jobs.complete(bedrock_jobs.add_custom_model())
    with pytest.raises(UsageError, match="there is no job"):
        bedrock_jobs.complete(bedrock_jobs.add_imported_model())


def test_a_name_of_two_jobs_is_refused(bedrock_jobs, client):
    """In two Regions, or of an import and a copy: the error shows both, and neither ends."""
    start_import(client, jobName="ranker")
    start_import(bedrock_jobs.client("us-west-2"), jobName="ranker")
    start_copy(client, bedrock_jobs.add_custom_model(), targetModelName="ranker")
    with pytest.raises(UsageError, match=r"3 jobs are called 'ranker'; give the ARN of one: <Import.*us-west-2.*<Copy"):
        bedrock_jobs.complete("ranker")
    assert {job.status for job in (*bedrock_jobs.import_jobs, *bedrock_jobs.copy_jobs)} == {"InProgress"}


def test_a_name_of_two_copies_means_the_one_in_progress(bedrock_jobs, client):
    """Two copies may have the same target name: the older one can be ended after the newer, and the other way round."""
    source = bedrock_jobs.add_custom_model()
    for _ in range(2):
        start_copy(client, source, targetModelName="ranker")
    older, newer = bedrock_jobs.copy_jobs

    with pytest.raises(UsageError, match=f"2 jobs are called 'ranker'.* {older.arn}.* {newer.arn}"):
        bedrock_jobs.complete("ranker")
    bedrock_jobs.complete(newer)
    bedrock_jobs.fail("ranker", "no")
    with pytest.raises(UsageError, match=r"<CopyJob ranker .* has ended"):
        bedrock_jobs.complete("ranker")
    start_copy(client, source, targetModelName="ranker")
    bedrock_jobs.complete("ranker")

    assert [job.status for job in bedrock_jobs.copy_jobs] == ["Failed", "Completed", "Completed"]


@pytest.mark.parametrize(
    "model",
    [
        {"architecture": "qwen2"},
        {"instruct_supported": False},
        {"custom_model_units": 4},
        # What an imported model has by default is ignored no less.
        {"architecture": "llama"},
        {"instruct_supported": True},
        {"custom_model_units": 1},
    ],
)
def test_only_an_import_says_what_its_model_is_like(bedrock_jobs, client, model):
    """A copy's model is like its source: what would be ignored is refused, and the job goes on."""
    start_copy(client, bedrock_jobs.add_custom_model(), targetModelName="ranker")

    with pytest.raises(UsageError, match=r"ranker is a copy job: architecture, .* only import jobs make"):
        bedrock_jobs.complete("ranker", **model)

    assert bedrock_jobs.copy_jobs[0].status == "InProgress"


@pytest.mark.needs("CreateCustomModel")
def test_a_model_in_creation_is_named_by_its_name(bedrock_jobs, client):
    """Like a job, as long as it is being created."""
    start_model(client, modelName="ranker")

    bedrock_jobs.complete("ranker")

    assert bedrock_jobs.custom_models[0].status == "Active"


@pytest.mark.parametrize("job", [NEXT_JOB, "llama"])
def test_a_failure_message_fits_the_service(bedrock_jobs, client, job):
    """2048 characters at most, now or planned."""
    with pytest.raises(UsageError, match="at most 2048"):
        bedrock_jobs.fail(job, "x" * 2049)
    arn = start_import(client, jobName="llama")
    assert import_status(client, arn) == "InProgress"
    bedrock_jobs.fail("llama", "x" * 2048)
    assert client.get_model_import_job(jobIdentifier=arn)["failureMessage"] == "x" * 2048


@pytest.mark.parametrize("start", ["import", "copy"])
def test_the_next_job_fails_when_its_time_comes(bedrock_jobs, client, start):
    """By polls and by time it is InProgress first; manually it ends at once. The plan is used once."""
    source = bedrock_jobs.add_custom_model(region="eu-west-1")

    def statuses():
        if start == "import":
            arn = start_import(client)
            return [import_status(client, arn) for _ in range(2)]
        arn = start_copy(client, source)
        return [copy_status(client, arn) for _ in range(2)]

    bedrock_jobs.fail(NEXT_JOB, "no")
    assert [statuses(), statuses()] == [["InProgress", "Failed"], ["InProgress", "Completed"]]
    bedrock_jobs.progress = "manual"
    bedrock_jobs.fail(NEXT_JOB, "no")
    assert [statuses(), statuses()] == [["Failed", "Failed"], ["InProgress", "InProgress"]]
    bedrock_jobs.progress = "time"
    bedrock_jobs.fail(NEXT_JOB, "no")
    assert statuses() == ["InProgress", "InProgress"]
    bedrock_jobs.clock.advance(15 * MINUTE)
    jobs = bedrock_jobs.import_jobs if start == "import" else bedrock_jobs.copy_jobs
    assert [job.failure_message for job in jobs] == ["no", None, "no", None, "no"]


def test_plans_are_for_the_jobs_in_their_order(bedrock_jobs, client):
    """Two plans are for two jobs; what a completed import makes is part of the plan."""
    bedrock_jobs.progress = "manual"
    bedrock_jobs.complete(NEXT_JOB, architecture="mistral", instruct_supported=False, custom_model_units=4)
    bedrock_jobs.fail(NEXT_JOB, "no")
    for _ in range(3):
        start_import(client)
    assert [job.status for job in bedrock_jobs.import_jobs] == ["Completed", "Failed", "InProgress"]
    [model] = bedrock_jobs.imported_models
    assert (model.architecture, model.instruct_supported, model.custom_model_units) == ("mistral", False, 4)


def test_a_plan_made_for_a_job_may_be_overruled(bedrock_jobs, client):
    """The test's hand on the running job counts, not the plan."""
    bedrock_jobs.fail(NEXT_JOB)
    bedrock_jobs.complete(start_import(client))
    assert bedrock_jobs.import_jobs[0].status == "Completed"


@pytest.mark.needs("CreateCustomModel")
def test_a_plan_is_not_used_up_by_what_starts_no_job(bedrock_jobs, client):
    """Failed creates, replayed tokens, custom models and ready-made jobs leave it to the next job."""
    start_import(client, jobName="llama", clientRequestToken="token-1")
    bedrock_jobs.fail(NEXT_JOB, "no")
    with pytest.raises(client.exceptions.ValidationException):
        start_import(client, jobName="llama")
    with pytest.warns(UserWarning, match="ignored this request"):
        start_import(client, clientRequestToken="token-1")
    start_model(client)
    bedrock_jobs.add_import_job()
    arn = start_import(client)
    assert [import_status(client, arn) for _ in range(2)] == ["InProgress", "Failed"]


def test_reset_forgets_plans(bedrock_jobs, client):
    """After reset() the next job goes its usual way."""
    bedrock_jobs.fail(NEXT_JOB)
    bedrock_jobs.reset()
    arn = start_import(client)
    assert [import_status(client, arn) for _ in range(2)] == ["InProgress", "Completed"]


def test_the_next_job_may_be_in_any_region(bedrock_jobs):
    """The first to start takes the plan, whatever its Region."""
    bedrock_jobs.progress = "manual"
    bedrock_jobs.fail(NEXT_JOB)
    start_import(bedrock_jobs.client("eu-west-1"))
    start_import(bedrock_jobs.client("us-east-1"))
    assert [(job.region, job.status) for job in bedrock_jobs.import_jobs] == [
        ("eu-west-1", "Failed"),
        ("us-east-1", "InProgress"),
    ]


@pytest.mark.parametrize(
    ("message", "reported"),
    [
        (None, "Encountered an unexpected error when processing the request, please try again"),
        (failures.internal(), "Encountered an unexpected error when processing the request, please try again"),
        (
            failures.unsupported_architecture("gemma2"),
            "Amazon bedrock does not support the architecture (gemma2) of the model that you are importing. Try again "
            "with one of the following supported architectures: [llama, mistral, t5, mixtral, gpt_bigcode, mllama, "
            "qwen2, qwen2_vl, qwen2_5_vl, qwen3, qwen3_moe, gpt_oss, poolside]",
        ),
        (
            failures.s3_permission("models", "llama/config.json"),
            "Could not validate GetObject permissions to access Amazon S3 bucket: models at key llama/config.json",
        ),
    ],
)
def test_realistic_failures_are_offered_by_name(bedrock_jobs, client, message, reported):
    """AWS's own words reach the caller; the internal error is the default."""
    arn = start_import(client)
    bedrock_jobs.fail(arn, message)
    assert client.get_model_import_job(jobIdentifier=arn)["failureMessage"] == reported


def test_messages_of_failures_have_defaults():
    """A test that does not care gives no argument."""
    assert "(phi3)" in failures.unsupported_architecture()
    assert failures.s3_permission().endswith("bucket: my-bucket at key config.json")
