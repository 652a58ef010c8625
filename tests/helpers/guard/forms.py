"""Every form in which a program could reach AWS or the machine's secrets within a mock; run by ``test_hostile_forms``.

Each is tried directly, in a thread and in a task, and with what else people patch on top and underneath. The guard's
audit hook watches.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import subprocess
import sys
import threading
from pathlib import Path
from unittest import mock

import boto3
import botocore.loaders
import botocore.session
import pytest
from boto3.exceptions import Boto3Error
from botocore.auth import HmacV1Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import ClientError, ProfileNotFound
from botocore.stub import Stubber

from pytest_bedrock_jobs import UnsupportedOperationError, mock_bedrock_jobs

CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"
USER = [{"role": "user", "content": [{"text": "Hello"}]}]
botocore.loaders.create_loader = functools.cache(botocore.loaders.create_loader)  # or each session reads everything
BEFORE = boto3.Session(region_name="us-east-1")
CLIENTS = {name: BEFORE.client(name) for name in ("bedrock", "bedrock-runtime", "s3", "sts", "sagemaker", "dynamodb")}


def refused(call):
    """A call that nothing responds to; where moto is active it may respond, or say that it cannot."""
    with contextlib.suppress(UnsupportedOperationError, ClientError, Boto3Error):
        call()


def use(session):
    """Everything that a session is asked for."""
    credentials = session.get_credentials()
    assert "GUARDED" not in credentials.access_key
    assert "guarded" not in credentials.secret_key + str(credentials.token)
    client = session.client("bedrock")
    client.list_model_import_jobs()
    for name in ("s3", "sts"):
        other = session.client(name)
        refused(other.list_buckets if name == "s3" else other.get_caller_identity)
    assert "GUARDED" not in session.client("s3").generate_presigned_url("get_object", {"Bucket": "b", "Key": "k"})
    refused(lambda: session.client("bedrock-runtime").converse(modelId=CLAUDE, messages=USER))


def default_session():
    use(boto3.Session())


def session_of_before():
    use(BEFORE)


def clients_of_before():
    CLIENTS["bedrock"].list_model_import_jobs()
    for name, call in {
        "s3": lambda client: client.list_buckets(),
        "sts": lambda client: client.get_caller_identity(),
        "sagemaker": lambda client: client.list_models(),
        "dynamodb": lambda client: client.list_tables(),
        "bedrock-runtime": lambda client: client.invoke_model(modelId="llama", body=b"{}"),
    }.items():
        refused(lambda call=call, name=name: call(CLIENTS[name]))
    assert "GUARDED" not in CLIENTS["s3"].generate_presigned_url("get_object", {"Bucket": "b", "Key": "k"})
    assert "GUARDED" not in str(CLIENTS["s3"].generate_presigned_post("bucket", "key"))


def cleared_environment():
    with mock.patch.dict(os.environ, {"SETTING": "1"}, clear=True):
        use(boto3.Session())
        refused(lambda: boto3.client("s3").list_buckets())


def variables_deleted():
    with pytest.MonkeyPatch.context() as patched:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patched.delenv(name)
        use(boto3.Session())


def environment_replaced():
    with mock.patch.object(os, "environ", {}):
        use(boto3.Session())


def environment_of_before_restored():
    with mock.patch.dict(os.environ, MACHINE):
        use(boto3.Session())


def home_unset():
    with mock.patch.dict(os.environ, {"HOME": "/nowhere"}, clear=True):
        use(boto3.Session())


def profile():
    with pytest.raises(ProfileNotFound):
        boto3.Session(profile_name="work")
    with mock.patch.dict(os.environ, clear=True), pytest.raises(ProfileNotFound):
        boto3.Session(profile_name="work")


def machines_profile_named():
    with mock.patch.dict(os.environ, {"AWS_PROFILE": "work"}):
        use(boto3.Session())


def machines_file_named():
    with mock.patch.dict(os.environ, {"AWS_SHARED_CREDENTIALS_FILE": MACHINE["AWS_SHARED_CREDENTIALS_FILE"]}):
        use(boto3.Session())


def machines_keys_passed():
    keys = {"aws_access_key_id": MACHINE["AWS_ACCESS_KEY_ID"], "aws_secret_access_key": "x"}
    refused(lambda: boto3.client("s3", **keys).list_buckets())


def metadata_service():
    with mock.patch.dict(os.environ, clear=True):
        refused(lambda: boto3.client("s3", config=Config(defaults_mode="auto")).list_buckets())


def signs_itself():
    for credentials in (HELD, HELD.get_frozen_credentials(), boto3.Session().get_credentials()):
        request = AWSRequest("POST", "https://bedrock-runtime.us-east-1.amazonaws.com/model/x/converse", data=b"{}")
        SigV4Auth(credentials, "bedrock", "us-east-1").add_auth(request)
        assert "GUARDED" not in str(request.headers)


def signs_itself_as_before_version_4():
    for credentials in (HELD, HELD.get_frozen_credentials(), boto3.Session().get_credentials()):
        request = AWSRequest("GET", "https://s3.amazonaws.com/bucket")
        request.auth_path = "/bucket"
        HmacV1Auth(credentials).add_auth(request)
        assert "GUARDED" not in str(request.headers)


def chain_of_providers():
    with mock.patch.dict(os.environ, MACHINE, clear=True):
        credentials = botocore.session.Session().get_component("credential_provider").load_credentials()
    assert credentials.access_key == "AKIABEDROCKJOBSMOCK"


def chain_of_providers_of_aiobotocore():
    found, session = [], pytest.importorskip("aiobotocore.session").AioSession()
    with mock.patch.dict(os.environ, MACHINE, clear=True):
        loading = load(session.get_component("credential_provider"))
        in_thread(lambda: found.append(asyncio.run(loading)))  # which may be called from a task
    assert [credentials.access_key for credentials in found] == ["AKIABEDROCKJOBSMOCK"]


async def load(resolver):
    return await resolver.load_credentials()


def bearer_token():
    with mock.patch.dict(os.environ, {"AWS_BEARER_TOKEN_BEDROCK": "guarded-machine"}):
        client = boto3.client("bedrock-runtime")
        seen = []
        client.meta.events.register("before-send", lambda request, **_: seen.append(str(request.headers)))
        refused(lambda: client.converse(modelId=CLAUDE, messages=USER))
    assert "guarded" not in str(seen)


def resource_and_transfer():
    s3 = boto3.resource("s3")
    refused(lambda: list(s3.buckets.all()))
    refused(lambda: boto3.client("s3").upload_file(__file__, "bucket", "key"))


CHILD = """
import boto3
credentials = boto3.Session().get_credentials()
assert credentials.access_key == "AKIABEDROCKJOBSMOCK", credentials.access_key
"""


FORMS = [
    default_session,
    session_of_before,
    clients_of_before,
    cleared_environment,
    variables_deleted,
    environment_replaced,
    environment_of_before_restored,
    home_unset,
    profile,
    machines_profile_named,
    machines_file_named,
    machines_keys_passed,
    metadata_service,
    signs_itself,
    signs_itself_as_before_version_4,
    chain_of_providers,
    chain_of_providers_of_aiobotocore,
    bearer_token,
    resource_and_transfer,
]
MACHINE = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
HELD = boto3.Session().get_credentials()


def in_thread(form):
    errors = []

    def run():
        try:
            form()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]


def in_task(form):
    async def run():
        await asyncio.gather(asyncio.to_thread(form), asyncio.sleep(0))
        form()

    asyncio.run(run())


@contextlib.contextmanager
def opentelemetry():
    instrumentor = pytest.importorskip("opentelemetry.instrumentation.botocore").BotocoreInstrumentor()
    instrumentor.instrument()
    try:
        yield
    finally:
        instrumentor.uninstrument()


@contextlib.contextmanager
def api_calls_patched():
    from botocore.client import BaseClient

    original = BaseClient._make_api_call
    patch = mock.patch("botocore.client.BaseClient._make_api_call", autospec=True, side_effect=original)
    with patch:
        yield


@contextlib.contextmanager
def cassette():
    vcr = pytest.importorskip("vcr")
    with vcr.use_cassette(str(Path(os.environ["HOME"]) / "cassette.yaml"), record_mode="none"):
        yield


@contextlib.contextmanager
def responses_active():
    responses = pytest.importorskip("responses")
    with responses.RequestsMock():
        yield


@contextlib.contextmanager
def stubbed():
    with Stubber(CLIENTS["sts"]) as stubber:
        for _ in range(9):
            stubber.add_response("get_caller_identity", {"Account": "111122223333"})
        yield


def with_moto():
    from moto import mock_aws

    return mock_aws()


NEIGHBOURS = {
    "nobody": contextlib.nullcontext,
    "moto": with_moto,
    "opentelemetry": opentelemetry,
    "patch of _make_api_call": api_calls_patched,
    "vcrpy": cassette,
    "responses": responses_active,
    "Stubber": stubbed,
}
RUNNERS = {"directly": lambda form: form(), "in a thread": in_thread, "in a task": in_task}


CASES = [
    (runner, neighbour, below)
    for runner in RUNNERS
    for neighbour in NEIGHBOURS
    for below in (False, True)
    if "directly" in runner or (neighbour in ("nobody", "moto") and not below)
]


def enter(stack, neighbour, below):
    """A mock, and a neighbour on top or underneath."""
    if below:
        stack.enter_context(NEIGHBOURS[neighbour]())
    jobs = stack.enter_context(mock_bedrock_jobs())
    if not below:
        stack.enter_context(NEIGHBOURS[neighbour]())
    return jobs


@pytest.mark.parametrize(("runner", "neighbour", "below"), CASES)
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_form(form, runner, neighbour, below):
    """Nothing is seen, nothing is sent, and the environment is as it was."""
    there = dict(os.environ)
    with contextlib.ExitStack() as stack:
        jobs = enter(stack, neighbour, below)
        RUNNERS[runner](form)
        jobs.reset()
    assert dict(os.environ) == there


def test_children():
    """With the environment as it is, without any, with the machine's put back, and with it passed."""
    with mock_bedrock_jobs():
        for environ in ({}, {"clear": True}, MACHINE):
            with mock.patch.dict(os.environ, **environ):
                command = [sys.executable, "-c", CHILD]
                subprocess.run(command, check=True)
                subprocess.run(command, check=True, env={**os.environ, **MACHINE})
