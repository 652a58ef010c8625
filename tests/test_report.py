"""The report of a mock: calls, jobs and models, injected faults; short, aligned, without secrets."""

from __future__ import annotations

import time

import pytest
from faulting import code_of, error_of, impatient, retrying, run_pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lives import customization_parameters
from support import import_parameters, tags, unvalidated_client

from pytest_bedrock_jobs import NEXT_JOB, UnsupportedOperationError, faults, mock_bedrock_jobs
from pytest_bedrock_jobs import report as reports
from pytest_bedrock_jobs.mock import service_of

THROTTLED = faults.service_error("ThrottlingException")
SECRETS = [
    "AKIAIOSFODNN7EXAMPLE",
    "ASIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "ABSKQmVkcm9ja0FQSUtleS1leGFtcGxlLWF0LTEyMzQ1Njc4OTAxMjp0ZXN0",
    "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29tLz9BY3Rpb24",
    "Bearer QmVkcm9ja0FQSUtleS1leGFtcGxl",
    "bearer: s3cr3t-t0ken",
    "IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJHMEUCIQDexample",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJleGFtcGxlIn0.c2lnbmF0dXJl",
    "hf_QvWxYzAbCdEfGhIjKlMnOpQrStUvWxYzAb",
    "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "ghs_0123456789abcdefghijABCDEFGHIJ012345",
    "github_pat_11ABCDEFG0123456789abc_0123456789abcdefghijklmnopqrstuvwxyz",
]


def report(jobs, *rows):
    """The report of one mock."""
    return reports.report(service_of(jobs), *rows)


def rows(text, title):
    """The rows of one of a report's tables."""
    lines = text.splitlines()
    start = lines.index(f"{title}:") + 1
    end = next((number for number in range(start, len(lines)) if not lines[number].startswith(" ")), len(lines))
    return lines[start:end]


def column(line, titled):
    """Where a text begins in a line."""
    assert titled in line
    return line.index(titled)


def test_a_mock_that_was_not_used_has_nothing_to_report(bedrock_jobs):
    """A mock that was not used has nothing to report."""
    assert report(bedrock_jobs) == ""


def test_calls_are_listed_in_order_with_their_outcomes_and_parameters(bedrock_jobs):
    """Each has its time, Region, operation, the outcomes of its attempts, and the parameters that matter."""
    bedrock_jobs.inject("CreateModelImportJob", THROTTLED, faults.read_timeout(), faults.read_timeout())
    create = retrying(4).create_model_import_job
    parameters = import_parameters(jobName="llama", clientRequestToken="once", jobTags=tags(2))
    create(**parameters)
    create(**parameters)
    error_of(create, **(parameters | {"clientRequestToken": "twice"}))
    impatient("eu-west-1").list_model_copy_jobs(maxResults=5)

    first, second, third, fourth = rows(report(bedrock_jobs), "calls")

    assert first.startswith(bedrock_jobs.calls[0].time.strftime("  %H:%M:%S."))
    assert "us-east-1  CreateModelImportJob  ThrottlingException > read timeout x2 > 201  " in first
    assert "  jobName=llama " in first
    assert "  201, token replayed  " in second
    assert "  ValidationException: The provided job name is currently in use.  jobName=llama " in third
    assert "  eu-west-1  ListModelCopyJobs     200  " in fourth
    assert fourth.endswith("  maxResults=5")
    assert "roleArn" not in first
    assert "clientRequestToken" not in first


def test_parameters_are_shown_briefly(bedrock_jobs):
    """Of an ARN the end, of a structure its members, of tags keys and values, of a long value its beginning."""
    model = bedrock_jobs.add_custom_model("ranker")
    client = impatient()
    client.tag_resource(resourceARN=model.arn, tags=[{"key": "team", "value": "search"}, {"key": "a", "value": "b"}])
    client.untag_resource(resourceARN=model.arn, tagKeys=["team", "other"])
    client.create_model_import_job(
        **import_parameters(modelDataSource={"s3DataSource": {"s3Uri": "s3://bucket/" + "x" * 200}})
    )

    tag, untag, create = rows(report(bedrock_jobs), "calls")

    assert f"resourceARN={model.arn.rpartition(':')[2][:30]}" in tag
    assert tag.endswith(" tags=team:search,a:b")
    assert untag.endswith(" tagKeys=team,other")
    assert f" s3Uri=s3://bucket/{'x' * 25}..." in create


def test_columns_are_aligned(bedrock_jobs):
    """Each begins at the same place in all rows of a table."""
    bedrock_jobs.add_custom_model("a-model-with-a-long-name", region="ap-southeast-2")
    bedrock_jobs.add_import_job("one", status="Failed")
    impatient("ap-southeast-2").list_model_copy_jobs(maxResults=1)
    impatient().list_model_import_jobs(maxResults=2)
    text = report(bedrock_jobs)

    calls, resources = rows(text, "calls"), rows(text, "jobs and models")

    assert len({column(line, " 200 ") for line in calls}) == len({column(line, "maxResults") for line in calls}) == 1
    assert column(resources[0], "Failed") == column(resources[1], "Active")
    assert column(resources[0], "model-import-job/") == column(resources[1], "custom-model/")
    assert text == "\n".join(line.rstrip() for line in text.splitlines())


def test_calls_that_differ_only_in_their_time_are_one_row(bedrock_jobs):
    """Calls that differ only in their time are counted; others come between them."""
    for _ in range(300):
        impatient().list_model_import_jobs()
    impatient().list_model_copy_jobs()
    impatient().list_model_import_jobs()

    calls = rows(report(bedrock_jobs), "calls")

    assert [line.split()[2:] for line in calls] == [
        ["ListModelImportJobs", "x300", "200"],
        ["ListModelCopyJobs", "200"],
        ["ListModelImportJobs", "200"],
    ]


@pytest.mark.bedrock_jobs(progress="time")
def test_jobs_and_models_are_listed_with_their_place_status_and_reason(bedrock_jobs):
    """All four kinds, with where they are, what became of them, and why."""
    bedrock_jobs.add_import_job("running", region="eu-west-1")
    bedrock_jobs.add_import_job("broken", status="Failed", failure_message="no\nsuch bucket")
    bedrock_jobs.add_imported_model("llama")
    model = bedrock_jobs.add_custom_model("ranker")
    impatient().create_model_copy_job(sourceModelArn=model.arn, targetModelName="copy")

    lines = rows(report(bedrock_jobs), "jobs and models")

    reported = [line.split()[:4] for line in lines]
    assert reported[:2] == [
        ["ImportJob", "eu-west-1", "running", "InProgress"],
        ["ImportJob", "us-east-1", "broken", "Failed"],
    ]
    assert lines[1].endswith("  no such bucket")
    assert ["CopyJob", "us-east-1", "copy", "InProgress"] in reported
    assert ["CustomModel", "us-east-1", "ranker", "Active"] in reported
    assert any(line.startswith("  ImportedModel  us-east-1  llama  ") for line in lines)


@pytest.mark.bedrock_jobs(progress="time")
def test_the_report_moves_nothing(bedrock_jobs):
    """Jobs are shown as the test last saw them, however late it is."""
    arn = bedrock_jobs.add_import_job("slow").arn
    bedrock_jobs.clock.advance(86_400)

    assert "InProgress" in report(bedrock_jobs)
    assert impatient().get_model_import_job(jobIdentifier=arn)["status"] == "Completed"
    assert "Completed" in report(bedrock_jobs)


def test_faults_that_can_still_fire_are_listed(bedrock_jobs):
    """What can still fire is listed, what has fired for the last time is not."""
    bedrock_jobs.inject("ListModelImportJobs", THROTTLED)
    endless = bedrock_jobs.inject("ListModelCopyJobs", faults.latency(1), times=None)
    error_of(impatient().list_model_import_jobs)
    impatient().list_model_copy_jobs()

    assert rows(report(bedrock_jobs), "faults still active") == [f"  {endless!r}"]
    endless.remove()
    assert "faults" not in report(bedrock_jobs)


def test_outcomes_still_planned_are_listed_behind_the_faults(bedrock_jobs):
    """They stand behind the faults."""
    planned = bedrock_jobs.fail(NEXT_JOB(name="llama"))

    assert rows(report(bedrock_jobs), "faults still active") == ["  <Failed for NEXT_JOB(name='llama')>"]
    planned.remove()


@pytest.mark.bedrock_jobs(allow_unused=True)
def test_of_hundreds_of_rows_the_first_and_the_last_are_shown(bedrock_jobs):
    """Of hundreds of rows the first and the last are shown, with a note of how many are not."""
    for number in range(200):
        bedrock_jobs.add_import_job(f"job-{number}")
        impatient().get_model_import_job(jobIdentifier=f"job-{number}")
        bedrock_jobs.inject("CreateModelCopyJob", THROTTLED, region="eu-west-1")

    text = report(bedrock_jobs)

    assert len(text.splitlines()) <= 45
    assert max(map(len, text.splitlines())) <= 160
    for title in ("calls", "jobs and models", "faults still active"):
        lines = rows(text, title)
        assert lines[3] == "  ... 187 not shown ..."
        assert len(lines) == 14
    assert "jobIdentifier=job-0" in text
    assert "jobIdentifier=job-199" in text
    assert "jobIdentifier=job-100" not in text


@settings(deadline=None)
@given(count=st.integers(0, 20), room=st.integers(1, 13))
def test_what_is_not_shown_is_counted(count, room):
    """Rows shown and rows not shown are all rows, and those shown have room."""
    with mock_bedrock_jobs() as jobs:
        for number in range(count):
            impatient().list_model_import_jobs(maxResults=number + 1)
        lines = rows(report(jobs, room), "calls") if count else []

    shown = [line for line in lines if "maxResults" in line]
    hidden = [int(line.split()[1]) for line in lines if "not shown" in line]
    assert len(shown) == min(count, room)
    assert sum(hidden) == count - len(shown)
    assert len(hidden) <= 1


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("before", ["", "x" * 10, "x" * 25, "key_", "Authorization: "])
def test_secrets_never_appear(bedrock_jobs, secret, before):
    """Wherever a parameter carries one, and wherever a long value is cut: nothing of it is shown."""
    value = f"{before} {secret}"
    client = retrying(1, parameter_validation=False)
    parameters = import_parameters(jobTags=[{"key": "token", "value": value}])
    client.create_model_import_job(**parameters)
    error_of(client.get_model_import_job, jobIdentifier=value)
    bedrock_jobs.fail(bedrock_jobs.import_jobs[0], f"denied: {value}")
    bedrock_jobs.fail_next_call("*", "AccessDeniedException", value)
    error_of(client.list_model_import_jobs, nameContains=secret if before.startswith("x") else before + secret)
    injected = bedrock_jobs.inject("*", THROTTLED, where={"jobName": secret})

    text = report(bedrock_jobs)
    injected.remove()

    assert "[secret]" in text
    longest = secret.split()[-1]
    assert longest[4:12] not in text


def test_a_secret_after_an_equals_sign_is_hidden(bedrock_jobs):
    """As people write environments."""
    secret = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYab"
    error_of(unvalidated_client().list_model_import_jobs, nameContains=f"SECRET={secret}")

    assert "SECRET=[secret]" in report(bedrock_jobs)
    assert secret not in report(bedrock_jobs)


def test_names_paths_and_commit_ids_are_not_taken_for_secrets(bedrock_jobs):
    """Names, paths and commit ids are shown."""
    commit = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"
    impatient().list_model_import_jobs(nameContains=commit)
    name = "hf_transfer_and_ghp_names_that_are_as_long_as_tokens"
    bedrock_jobs.add_imported_model(name)
    impatient().list_model_import_jobs(nameContains="bearer")

    assert f"nameContains={commit}" in report(bedrock_jobs)
    assert name[:37] in report(bedrock_jobs)
    assert "  nameContains=bearer\n" in report(bedrock_jobs)


def test_an_unsupported_operation_is_shown(bedrock_jobs):
    """It has no response, only an error."""
    with pytest.raises(UnsupportedOperationError):
        impatient().list_guardrails()

    error = "UnsupportedOperationError: ListGuardrails is not mocked, and nothing was sent ("
    assert f"ListGuardrails  {error}" in report(bedrock_jobs)
    bedrock_jobs.reset()


@pytest.mark.parametrize(
    "text", ["eyJ", "x", "aA0/", "bearer ", "bearer ===", "AKIA", "IQoJ ", "eyJaaaaaaaa.", "a.eyJaaaaaaaa"]
)
def test_filtering_secrets_takes_linear_time(bedrock_jobs, text):
    """Eight times the text takes about eight times as long, whatever it repeats; 60 KB once took 8 seconds."""

    def seconds(length):
        bedrock_jobs.reset()
        error_of(unvalidated_client().list_model_import_jobs, nameContains=(text * length)[:length])
        started = time.thread_time()
        assert "ListModelImportJobs" in report(bedrock_jobs)
        return time.thread_time() - started

    assert seconds(64_000) < 30 * seconds(8_000) + 0.05


@pytest.mark.parametrize("secret", SECRETS)
def test_secrets_behind_a_long_text_are_hidden(bedrock_jobs, secret):
    """What comes before a secret does not protect it from being found."""
    error_of(unvalidated_client().list_model_import_jobs, nameContains=f"{' ' * 5_000}{secret}")

    text = report(bedrock_jobs)

    assert secret not in text
    assert "[secret]" in text


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("before", ["", "x" * 49_990, " " * 49_920, f"IQoJ{'x' * 49_920} "])
def test_the_line_of_a_call_with_a_very_long_text_shows_no_half_of_a_secret(bedrock_jobs, secret, before):
    """The line of a debugger reads only the beginning of it, and shows no half of what is at the end of that."""
    many = f"{before}{' '.join([secret] * (60_000 // len(secret)))}{'x' * 60_000}"
    error_of(unvalidated_client().list_model_import_jobs, nameContains=many)

    [line] = map(repr, bedrock_jobs.calls)
    assert secret.split()[-1][4:12] not in line
    assert len(line) < 500


def broken(*_):
    """Fail."""
    raise RuntimeError


def test_what_cannot_be_shown_is_one_row(bedrock_jobs, monkeypatch):
    """Whatever goes wrong with one row is said in its place, and the rest is shown."""
    bedrock_jobs.add_import_job("llama")
    impatient().list_model_import_jobs(nameContains="l")
    condition = type("Nameless", (), {"__name__": property(broken), "__call__": broken})()
    nameless = bedrock_jobs.inject("ListModelCopyJobs", THROTTLED, where=condition)
    assert rows(report(bedrock_jobs), "faults still active") == ["  (cannot be shown: RuntimeError)"]
    nameless.remove()

    monkeypatch.setattr(reports, "_parameters", broken)
    assert report(bedrock_jobs).splitlines()[1].endswith("ListModelImportJobs  200  (cannot be shown: RuntimeError)")


def test_characters_that_terminals_cannot_print_are_escaped(bedrock_jobs):
    """Control characters and halves of surrogate pairs arrive escaped, all other characters as they are."""
    bedrock_jobs.fail_next_call("*", "ValidationException", "\x1b[31mrød \ud800\x00")
    error_of(impatient().list_model_import_jobs)

    assert r"ValidationException: \x1b[31mrød \ud800\x00" in report(bedrock_jobs)


def test_what_a_client_says_of_the_network_is_left_out(bedrock_jobs):
    """The response is what happened; the client's error only repeats it."""
    bedrock_jobs.inject("*", faults.read_timeout(), times="one call")
    error_of(impatient().list_model_import_jobs)

    assert report(bedrock_jobs).endswith("ListModelImportJobs  read timeout")


@pytest.mark.parametrize("broken", ["report.report", "activation.RunningTest.services"])
def test_a_report_never_ends_the_run(pytester, broken):
    """Whatever goes wrong with it, also through xdist: the tests' own results are all there."""
    source = f"""
import pytest

@pytest.fixture(autouse=True, scope="module")
def broken():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pytest_bedrock_jobs.{broken}", lambda *_: 1 / 0)
        yield

def test_it(bedrock_jobs):
    assert bedrock_jobs.account_id == "mine"
"""
    for arguments in ((), ("-n", "1")):
        result = run_pytest(pytester, source, *arguments)

        assert result.parseoutcomes() == {"failed": 1}
        result.stdout.fnmatch_lines(["*AssertionError*", "*cannot be shown: ZeroDivisionError*"])


def test_a_body_that_cannot_be_read_does_not_disturb_the_run(pytester):
    """A hostile body, put in by an event hook: the test that sent it fails or not, pytest goes on."""
    source = """
import boto3

def test_it(bedrock_jobs):
    client = boto3.client("bedrock")
    body = '{"a":' * 90_000 + "1" + "}" * 90_000
    client.meta.events.register("before-call", lambda params, **_: params.update(body=body))
    try:
        client.list_model_import_jobs()
    finally:
        raise KeyError("mine")

def test_next(bedrock_jobs):
    assert bedrock_jobs.calls == ()
"""
    result = run_pytest(pytester, source)

    assert result.parseoutcomes() == {"failed": 1, "passed": 1}
    result.stdout.fnmatch_lines(["*KeyError: 'mine'*"])


def test_the_outcome_may_fill_the_terminal(bedrock_jobs, monkeypatch):
    """An error's text is cut at its width only, and moves nothing but the parameters of its own call."""
    bedrock_jobs.fail_next_call("ListModelCopyJobs", "ValidationException", "why " * 60)
    error_of(impatient().list_model_copy_jobs, maxResults=1)
    impatient().list_model_import_jobs(maxResults=2)

    narrow = rows(report(bedrock_jobs), "calls")
    monkeypatch.setenv("COLUMNS", "400")
    wide = rows(report(bedrock_jobs), "calls")

    assert len(narrow[0]) == 160
    assert wide[0].endswith(f"{'why ' * 59}why  maxResults=1")
    assert column(wide[1], "maxResults") < 120


def test_tags_of_models_are_shown(bedrock_jobs):
    """With the job's or model's name."""
    bedrock_jobs.add_imported_model("llama", tags={"team": "search", "stage": "test"})

    [model] = rows(report(bedrock_jobs), "jobs and models")

    assert "  llama  " in model
    assert model.endswith("  team:search,stage:test")


def test_what_the_test_did_not_ask_for_is_not_listed(bedrock_jobs):
    """The job of a model, and the model of a copy or a deployment, that the mock has made up."""
    bedrock_jobs.add_imported_model("llama")
    bedrock_jobs.add_copy_job("copy")
    bedrock_jobs.add_import_job("asked")

    names = [line.split()[2] for line in rows(report(bedrock_jobs), "jobs and models")]

    assert sorted(names) == ["asked", "copy", "llama"]


@pytest.mark.parametrize("quotas", [False, True])
def test_the_report_says_that_quotas_are_off_once_a_job_would_have_been_refused(quotas):
    """The report says so as soon as a job would have been refused."""
    with mock_bedrock_jobs(quotas=quotas, progress="manual") as jobs:
        create = jobs.client().create_model_import_job
        create(**import_parameters())
        assert "quotas are off" not in report(jobs)
        if quotas:
            assert code_of(create, **import_parameters()) == "ServiceQuotaExceededException"
        else:
            create(**import_parameters())
        line = "quotas are off: with quotas=True, more than 1 would be refused: Concurrent model import jobs."
        assert (line in report(jobs).splitlines()) is not quotas


@pytest.mark.bedrock_jobs(progress="manual")
def test_a_job_refused_for_another_reason_exceeds_no_quota_that_is_off(bedrock_jobs):
    """What is refused for another reason exceeds no quota."""
    running = bedrock_jobs.add_import_job()
    client = bedrock_jobs.client()
    parameters = import_parameters(jobName=running.name)
    assert code_of(client.create_model_import_job, **parameters) == "ValidationException"
    assert "quotas are off" not in report(bedrock_jobs)


@pytest.mark.needs("CreateCustomModelDeployment")
@pytest.mark.bedrock_jobs(progress="manual")
def test_quotas_of_customization_jobs_and_deployments_that_are_off_are_named(bedrock_jobs):
    """The report names these too."""
    client, model = bedrock_jobs.client(), bedrock_jobs.add_custom_model()
    for number in range(11):
        bedrock_jobs.complete(
            client.create_custom_model_deployment(modelDeploymentName=f"chat-{number}", modelArn=model.arn)[
                "customModelDeploymentArn"
            ]
        )
        client.create_model_customization_job(**customization_parameters())
    found = [line for line in report(bedrock_jobs).splitlines() if line.startswith("quotas are off")]
    assert [line.partition("refused: ")[2] for line in found] == [
        "Custom model deployments per account.",
        "Scheduled customization jobs.",
    ]
