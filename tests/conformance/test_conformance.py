"""The conformance suite: every rule against the mock, changes of the mock that it notices, and its guards."""

from __future__ import annotations

import base64
import datetime
import importlib
import json
import subprocess
import sys
from pathlib import Path

import boto3
import botocore_has
import pytest
from botocore.exceptions import ClientError

from pytest_bedrock_jobs import mock_bedrock_jobs
from pytest_bedrock_jobs.service import operations
from pytest_bedrock_jobs.service.errors import ServiceError
from pytest_bedrock_jobs.service.operations import tags

ROOT = Path(__file__).parents[2]
from conformance import __main__ as command  # noqa: E402
from conformance.aws_target import PERMISSION  # noqa: E402
from conformance.mock_target import MockTarget  # noqa: E402
from conformance.observing import masked  # noqa: E402
from conformance.registry import CHECKS  # noqa: E402
from conformance.running import DIFFERENT, NOT_OBSERVABLE, SAME, exceptions, rules, run  # noqa: E402

pytestmark = [
    pytest.mark.needs("CreateCustomModel"),
    pytest.mark.filterwarnings("ignore::pytest_bedrock_jobs.IdempotencyTokenWarning"),
]


def results(wanted=lambda name: True):
    """The result of each rule against the mock, by its id."""
    return {row.id: row.result for row in run(MockTarget(), "mock", wanted, lambda line: None)}


def test_every_rule_has_a_check_or_a_reason_for_having_none():
    """A new row of docs/behaviour.json needs a function in conformance/checks, or a line in exceptions.json."""
    ids, reasons = {rule["id"] for rule in rules()}, exceptions()["not observable"]
    assert CHECKS.keys() | reasons.keys() == ids
    assert not CHECKS.keys() & reasons.keys()


@pytest.mark.skipif(not botocore_has.has("CreateCustomModelDeployment"), reason="an older botocore")
def test_the_mock_does_what_every_rule_says():
    assert set(results().values()) == {SAME, NOT_OBSERVABLE}


def changed(monkeypatch, operation, change=lambda output: output, error=lambda error: error):
    """Change what an operation returns, or the error that it raises."""

    def perform(request, parameters):
        try:
            return change(original(request, parameters))
        except ServiceError as raised:
            raise error(raised) from None

    original = operations.function_of(operation)
    group = importlib.import_module(f"{operations.__name__}.{operations.OPERATIONS[operation]}")
    monkeypatch.setattr(group, operations.python_name(operation), perform)


def another_code(text):
    """Another code for the errors with this text."""
    return lambda error: ServiceError("ConflictException", error.message) if text in error.message else error


def upside_down(output):
    """A list in the other order."""
    return output | {"modelImportJobSummaries": output["modelImportJobSummaries"][::-1]}


def a_second_later(output):
    """A model that is younger than its job."""
    return output | {"creationTime": output["creationTime"] + datetime.timedelta(seconds=1)}


MUTATIONS = {
    "import-job-name-used": lambda patch: changed(
        patch, "CreateModelImportJob", error=another_code("name is currently in use")
    ),
    "import-job-unknown-arn": lambda patch: changed(patch, "GetModelImportJob", error=another_code("abcdefabcdef")),
    "list-order": lambda patch: changed(patch, "ListModelImportJobs", upside_down),
    "imported-model-creation-time": lambda patch: changed(patch, "GetImportedModel", a_second_later),
    "tags-fifty": lambda patch: patch.setattr(tags, "MOST_TAGS", 49),
}


@pytest.mark.parametrize("row", MUTATIONS)
def test_a_change_of_one_behaviour_turns_its_row_red_and_no_other(monkeypatch, row):
    MUTATIONS[row](monkeypatch)
    assert {name for name, result in results().items() if result == DIFFERENT} == {row}


def test_the_command_writes_a_table_and_a_file(tmp_path, capsys):
    file = tmp_path / "mock.json"
    assert command.main(["--target", "mock", "--row", "spec-import-response", "--json", str(file)]) == 0
    assert capsys.readouterr().out == "1 rows: 1 same\n"
    content = json.loads(file.read_text(encoding="utf-8"))
    [row] = content["rows"]
    assert (content["target"], row["id"], row["result"]) == ("mock", "spec-import-response", "same")
    assert row["findings"][0]["observed"] == {"status": 201, "fields": ["jobArn"]}


def test_a_row_that_does_not_exist_is_refused(capsys):
    with pytest.raises(SystemExit, match="2"):
        command.main(["--target", "mock", "--row", "import-job-name-use"])
    assert "there is no row 'import-job-name-use'; near it are: import-job-name-used, " in capsys.readouterr().err


def test_two_files_are_compared(tmp_path, capsys, monkeypatch):
    files = [str(tmp_path / name) for name in ("one.json", "other.json")]
    arguments = ["--row", "import-job-unknown-arn", "--row", "error-headers", "--json"]
    assert command.main(["--target", "mock", *arguments, files[0]]) == 0
    MUTATIONS["import-job-unknown-arn"](monkeypatch)
    assert command.main(["--target", "mock", *arguments, files[1]]) == 1
    capsys.readouterr()

    assert command.main(["--compare", files[0], files[0]]) == 0
    assert capsys.readouterr().out == "no difference\n"
    assert command.main(["--compare", *files]) == 1
    assert capsys.readouterr().out.startswith("import-job-unknown-arn: mock same, mock different\n    an unknown ARN\n")


def test_numbers_of_accounts_and_ids_are_masked():
    text = "arn:aws:bedrock:us-east-1:123456789012:model-import-job/abcdef123456 of run 0a1b"
    assert masked({"text": [text]}, {"0a1b": "<run>"}) == {
        "text": ["arn:aws:bedrock:us-east-1:<account>:model-import-job/<id> of run <run>"]
    }


def test_a_target_that_has_nothing_is_not_there(capsys):
    with mock_bedrock_jobs() as jobs, jobs.serve() as url:
        pass
    assert command.main(["--target", url, "--row", "import-job-unknown-arn"]) == 1
    assert capsys.readouterr().out.endswith("1 rows: 1 not there\n")


def test_an_emulator_is_tried_by_its_url(bedrock_jobs):
    """The mock, served: in a process of its own the suite knows nothing of it."""
    arguments = ["--row", "import-job-name-used", "--row", "copy-job-fields", "--row", "tags-same-key"]
    with bedrock_jobs.serve() as url:
        suite = [sys.executable, "-m", "conformance", "--target", url, *arguments]
        done = subprocess.run(suite, cwd=ROOT, check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.endswith("3 rows: 3 same\n")
    assert len(bedrock_jobs.import_jobs) == 1
    assert bedrock_jobs.imported_models == ()  # what can be deleted was
    assert bedrock_jobs.custom_models == ()


def test_a_command_is_run_beside_the_mock_over_https():
    ask = "import boto3; boto3.client('bedrock').list_custom_models(); exit(3 if '{url}'.startswith('https:') else 4)"
    assert command.main(["--serve", sys.executable, "-c", ask]) == 3


def test_the_conformance_command_cleans_up_after_ctrl_c(bedrock_jobs, monkeypatch, capsys):
    def interrupted(target):
        target.custom_model_arn()
        raise KeyboardInterrupt

    monkeypatch.setitem(CHECKS, "spec-copy-response", CHECKS["spec-copy-response"].__class__("x", 0, interrupted))
    with bedrock_jobs.serve() as url, pytest.raises(KeyboardInterrupt):
        command.main(["--target", url, "--row", "spec-import-response", "--row", "spec-copy-response"])
    assert bedrock_jobs.custom_models == ()
    assert f"stays forever, and so does its name: {bedrock_jobs.import_jobs[0].arn}" in capsys.readouterr().out


ACCOUNT = "123456789012"
KEY = "AKIA" + base64.b32encode((int(ACCOUNT) << 7 | 1 << 47).to_bytes(6, "big") + bytes(4)).decode()


@pytest.fixture
def credentials(monkeypatch):
    """Sets the credentials of the environment, and makes sure that nothing is sent."""
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv(PERMISSION, "yes")
    monkeypatch.setattr("botocore.httpsession.URLLib3Session.send", lambda *args: pytest.fail("something was sent"))
    boto3.setup_default_session()

    def put(key):
        for name, value in (("AWS_ACCESS_KEY_ID", key), ("AWS_SECRET_ACCESS_KEY", key and "secret")):
            monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name, raising=False)

    yield put
    boto3.DEFAULT_SESSION = None


@pytest.mark.parametrize(
    ("key", "arguments", "text"),
    [
        (KEY, ["--account", ACCOUNT], "have to be allowed twice"),
        (KEY, ["--allow-aws"], "--account is missing"),
        (None, ["--allow-aws", "--account", ACCOUNT], "there are no AWS credentials in the environment"),
        (KEY, ["--allow-aws", "--account", "210987654321"], f"the credentials are of account {ACCOUNT}, and"),
        ("testing", ["--allow-aws", "--account", ACCOUNT], "is a fake one, for tests"),
        ("short", ["--allow-aws", "--account", ACCOUNT], "the credentials are of an unknown account"),
        (KEY, ["--allow-aws", "--account", ACCOUNT, "--level", "tags"], "the level tags needs --model"),
        (KEY, ["--allow-aws", "--account", ACCOUNT, "--level", "import"], "the level import needs --role"),
    ],
)
def test_aws_is_not_called_unless_all_is_said(credentials, capsys, key, arguments, text):
    credentials(key)
    assert command.main(["--target", "aws", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out.startswith("level free: requests that AWS must refuse")
    assert text in err
    assert "nothing was sent" in err


def test_one_permission_is_not_enough(credentials, capsys, monkeypatch):
    credentials(KEY)
    monkeypatch.delenv(PERMISSION)
    assert command.main(["--target", "aws", "--allow-aws", "--account", ACCOUNT]) == 2
    assert f"{PERMISSION}=yes" in capsys.readouterr().err


def test_the_url_of_aws_is_refused(capsys):
    assert command.main(["--target", "https://bedrock.us-east-1.amazonaws.com"]) == 2
    assert "for AWS itself there is --target aws; nothing was sent" in capsys.readouterr().err


def test_at_the_level_free_no_create_names_a_role_that_exists(credentials, monkeypatch):
    """What would be sent to AWS: seen by what stands where the network is."""
    sent = []

    def network(_, request):
        sent.append(request)
        raise ClientError(
            {"Error": {"Code": "AccessDeniedException"}, "ResponseMetadata": {"HTTPStatusCode": 403}}, "x"
        )

    credentials(KEY)
    monkeypatch.setattr("botocore.httpsession.URLLib3Session.send", network)
    assert (
        command.main(["--target", "aws", "--allow-aws", "--account", ACCOUNT, "--role", "arn:aws:iam::1:role/x"]) == 1
    )
    bodies = [json.loads(request.body) for request in sent if request.method == "POST" and request.body]
    assert len(sent) > 20
    roles = {body.get("roleArn") for body in bodies} - {None}
    assert roles == {"arn:aws:iam::000000000000:role/bedrock-conformance-cannot-be-assumed"}
