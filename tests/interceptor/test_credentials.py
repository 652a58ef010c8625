"""Which credentials clients and sessions have while a mock is active: never the machine's, unless for an emulator."""

from __future__ import annotations

import asyncio
import importlib
import os
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import boto3
import botocore.session
import machine
import pytest
from botocore.auth import (
    BaseSigner,
    HmacV1Auth,
    HmacV1PostAuth,
    HmacV1QueryAuth,
    SigV2Auth,
    SigV4Auth,
    SigV4QueryAuth,
)
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    Credentials,
    DeferredRefreshableCredentials,
    RefreshableCredentials,
    create_credential_resolver,
)
from botocore.exceptions import NoCredentialsError, ProfileNotFound
from botocore.utils import parse_timestamp
from botocore_has import has
from support import Network

from pytest_bedrock_jobs import UnsupportedOperationError, mock_bedrock_jobs

FAKE = "AKIABEDROCKJOBSMOCK"
REAL = {"AWS_ACCESS_KEY_ID": "AKIAREAL", "AWS_SECRET_ACCESS_KEY": "real", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture(autouse=True)
def real(monkeypatch, tmp_path):
    """Real keys in the environment and in files, SSO, and credentials of every kind that asks the network."""
    (tmp_path / "config").write_text(
        "[profile emulated]\nregion = eu-west-3\nendpoint_url = http://localhost:4566\nca_bundle = /emulator/ca.pem\n"
        "aws_access_key_id = AKIAINCONFIG\naws_secret_access_key = config\n"
        "[profile shared]\nendpoint_url = http://localhost:4566\n"
        "[profile regional]\nendpoint_url = https://s3.us-west-2.amazonaws.com\n"
        "[profile ignoring]\nendpoint_url = http://localhost:4566\nignore_configured_endpoint_urls = true\n"
        "[profile company]\nsso_session = company\nsso_account_id = 111122223333\nsso_role_name = Developer\n"
        "[sso-session company]\nsso_region = eu-west-1\nsso_start_url = https://company.awsapps.com/start\n"
    )
    (tmp_path / "credentials").write_text("[shared]\naws_access_key_id = AKIASHARED\naws_secret_access_key = shared\n")
    machine.begin(
        monkeypatch,
        {
            **REAL,
            "AWS_CONFIG_FILE": str(tmp_path / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.2/credentials",
            "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"),
            "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/Real",
        },
    )
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)


def key_of(client):
    """The access key that signs a request of a client of S3 or STS."""
    network = Network(client, b"<a><GetCallerIdentityResult/></a>")
    client.list_buckets() if hasattr(client, "list_buckets") else client.get_caller_identity()
    [request] = network.requests
    return request.headers["Authorization"].decode().partition("Credential=")[2].partition("/")[0]


def key_of_credentials(session):
    """The access key that a session returns."""
    return session.get_credentials().access_key


@pytest.mark.parametrize("make", [boto3.Session, botocore.session.get_session])
@pytest.mark.parametrize("used_before", [True, False])
def test_a_session_is_not_changed_by_a_mock(make, used_before):
    """Its real keys are not seen within, whether it had found them or not, and the fake ones not after."""
    session = make()
    client = getattr(session, "client", None) or session.create_client
    if used_before:
        assert key_of_credentials(session) == "AKIAREAL"
    with mock_bedrock_jobs():
        assert key_of_credentials(session) == FAKE
        assert key_of(client("s3")) == FAKE
        client("bedrock").list_model_import_jobs()
    assert key_of_credentials(session) == "AKIAREAL"
    assert key_of(client("s3")) == "AKIAREAL"


def test_other_services_clients_of_the_default_session_sign_with_fake_keys():
    """One that another service's client has resolved signs with fake keys within."""
    boto3.setup_default_session()
    assert key_of(boto3.client("sts")) == "AKIAREAL"
    with mock_bedrock_jobs():
        assert key_of(boto3.client("s3")) == FAKE
    assert key_of(boto3.client("s3")) == "AKIAREAL"


def test_a_session_made_within_a_mock_is_a_real_one_after_it():
    """It has read nothing of the empty configuration that would stay."""
    with mock_bedrock_jobs():
        session = botocore.session.get_session()
        assert key_of(session.create_client("s3")) == FAKE
        assert session.full_config == {"profiles": {}}
        assert session.available_profiles == []
        assert session.get_scoped_config() == {"region": "us-east-1"}
    assert key_of_credentials(session) == "AKIAREAL"
    assert "emulated" in session.available_profiles


def test_a_session_reads_its_configuration_once_in_each_mock(tmp_path, monkeypatch):
    """As without a mock, a file that the test names later is for new sessions; what a mock declares is its own."""
    session = botocore.session.get_session()
    config = tmp_path / "of_the_test"
    config.write_text("[profile staging]\n")
    with mock_bedrock_jobs(profiles=("outer",)):
        assert session.available_profiles == ["outer"]
        monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
        assert session.available_profiles == ["outer"]
        assert botocore.session.get_session().available_profiles == ["outer", "staging"]
        with mock_bedrock_jobs(profiles=("inner",)):
            assert session.available_profiles == ["inner", "staging"]
    with mock_bedrock_jobs():
        assert session.available_profiles == ["staging"]


@pytest.mark.parametrize(("name", "key"), [("shared", "AKIASHARED"), ("emulated", "AKIAINCONFIG")])
def test_keys_of_a_session_with_a_profile_from_before_are_hidden(name, key):
    """Its keys are hidden too, also from a client that has them already."""
    session = boto3.Session(profile_name=name)
    before = session.client("s3")
    assert key_of_credentials(session) == key_of(before) == key
    with mock_bedrock_jobs():
        assert key_of(before) == FAKE
        assert key_of_credentials(session) == FAKE
        assert key_of(session.client("sts", endpoint_url="https://sts.amazonaws.com")) == FAKE


def refreshable(method, **account):
    """Credentials that have expired, and that nothing can refresh."""

    def refresh():
        raise ZeroDivisionError

    return RefreshableCredentials(
        "AKIAEXPIRED", "a", "b", parse_timestamp("2020-01-01T00:00:00Z"), refresh, method=method, **account
    )


@pytest.mark.parametrize("method", ["iam-role", "container-role", "sso", "custom-process"])
def test_the_machines_credentials_are_not_refreshed(method):
    """Neither by a session or a client of before, nor by code that holds them, nor to find an account."""
    session = botocore.session.get_session()
    session._credentials = held = refreshable(method)
    before = session.create_client("s3")
    with pytest.raises(ZeroDivisionError):
        held.get_frozen_credentials()
    with mock_bedrock_jobs():
        assert key_of(session.create_client("s3")) == FAKE
        assert key_of(before) == FAKE
        assert "AKIAEXPIRED" not in before.generate_presigned_url("list_buckets")
        assert held.get_frozen_credentials().access_key == FAKE
        assert held.access_key == "AKIAEXPIRED"
        if has("aws_account_id"):
            assert held.account_id is None


def test_refreshable_credentials_of_the_codes_own_are_asked_as_ever():
    """A function of the code's that assumes a role, say, is called as ever, except for Bedrock."""
    session = botocore.session.get_session()
    session._credentials = refreshable("assumed by the code")
    with mock_bedrock_jobs():
        session.create_client("bedrock").list_model_import_jobs()
        client = session.create_client("s3")
        with pytest.raises(ZeroDivisionError):
            client.list_buckets()


@pytest.mark.needs("aws_account_id")
def test_the_account_of_refreshable_credentials_counts_if_they_are_the_codes():
    """It counts, if they are the code's; the machine's own account does not."""
    for method, account in (("assumed by the code", "210987654321"), ("sso", "123456789012")):
        session = botocore.session.get_session()
        session._credentials = refreshable(method, account_id="210987654321")
        with mock_bedrock_jobs() as jobs:
            session.create_client("bedrock").list_model_import_jobs()
        assert jobs.calls[0].account_id == account


def assumed(source):
    """Credentials for a role, as recipes for sessions that refresh themselves make them, and botocore for profiles."""

    def no_client(*_, **__):
        raise ZeroDivisionError

    fetcher = AssumeRoleCredentialFetcher(no_client, source, "arn:aws:iam::210987654321:role/Release")
    return DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")


@pytest.mark.needs("aws_account_id")
def test_credentials_of_roles_that_code_assumes_are_the_codes():
    """They are the code's, with the role's account; those that botocore assumes by the machine's profile are not."""
    before = [assumed(Credentials("AKIAFILE", "file")), assumed(Credentials("AKIAREAL", "real", method="env"))]
    with mock_bedrock_jobs() as jobs:
        within = [assumed(boto3.Session().get_credentials()), refreshable("assume-role", account_id="210987654321")]
        for held in (*before, *within):
            session = botocore.session.get_session()
            session._credentials = held
            session.create_client("bedrock").list_model_import_jobs()
        assert [held.get_frozen_credentials().access_key for held in before] == [FAKE, FAKE]
        for held in within:
            with pytest.raises(ZeroDivisionError):
                held.get_frozen_credentials()
    assert [call.account_id for call in jobs.calls] == ["123456789012"] * 2 + ["210987654321"] * 2


def test_other_libraries_sign_with_fake_keys():
    """They take the credentials of a session, at whatever time, and send by themselves."""
    session = boto3.Session()
    static, frozen = session.get_credentials(), session.get_credentials().get_frozen_credentials()
    with mock_bedrock_jobs():
        for credentials in (static, frozen, session.get_credentials(), static.get_frozen_credentials()):
            request = AWSRequest("POST", "https://bedrock-runtime.us-east-1.amazonaws.com/model/x/invoke", data=b"{}")
            SigV4Auth(credentials, "bedrock", "us-east-1").add_auth(request)
            assert FAKE in request.headers["Authorization"]
        request = AWSRequest("GET", "https://s3.us-east-1.amazonaws.com/")
        SigV4Auth(credentials=static, service_name="s3", region_name="us-east-1").add_auth(request)
        assert FAKE in request.headers["Authorization"]
        with pytest.raises(NoCredentialsError):
            SigV4Auth(None, "bedrock", "us-east-1").add_auth(request)


class SignerOfItsOwn(BaseSigner):
    """As those of the AWS Common Runtime, which derive nothing else from botocore's."""

    def __init__(self, credentials):
        self.credentials = credentials

    def add_auth(self, request):
        """Sign it."""
        request.headers["Authorization"] = self.credentials.access_key


@pytest.mark.parametrize(
    "kind", [SigV2Auth, HmacV1Auth, HmacV1QueryAuth, HmacV1PostAuth, SigV4QueryAuth, SignerOfItsOwn]
)
def test_every_signer_signs_with_fake_keys(kind):
    """Also one that was made before the mock, which has its own keys again after it."""
    held = boto3.Session().get_credentials()
    arguments = ("s3", "us-east-1") if kind is SigV4QueryAuth else ()
    before = kind(held, *arguments)
    with mock_bedrock_jobs():
        for signer in (before, kind(held, *arguments)):
            request = AWSRequest("GET", "https://s3.us-east-1.amazonaws.com/")
            request.params, request.context, request.auth_path = {}, {}, "/"
            signer.add_auth(request)
            signed = str((request.url, dict(request.headers), request.params, request.context))
            assert FAKE in signed
            assert "AKIAREAL" not in signed
    assert before.credentials is held


@pytest.mark.parametrize("explicitly", [{"aws_access_key_id": "AKIACODE", "aws_secret_access_key": "code"}])
def test_keys_given_in_the_code_are_kept(explicitly):
    """Those given to a session or a client are kept, as what assume_role of moto returns."""
    with mock_bedrock_jobs():
        assert key_of(boto3.client("s3", **explicitly)) == "AKIACODE"
        assert key_of(boto3.Session(**explicitly).client("s3")) == "AKIACODE"
        assert key_of_credentials(boto3.Session(**explicitly)) == "AKIACODE"


def test_keys_in_the_code_that_are_the_machines_are_replaced_by_fake_ones():
    """A program that read them from the environment before has the fake ones all the same."""
    real = {"aws_access_key_id": os.environ["AWS_ACCESS_KEY_ID"], "aws_secret_access_key": "real"}
    session = boto3.Session(**real)
    with mock_bedrock_jobs():
        assert key_of(boto3.client("s3", **real)) == FAKE
        assert key_of(session.client("s3")) == FAKE
        assert key_of_credentials(session) == FAKE


def test_half_of_the_keys_is_an_error_of_botocore():
    """It says what is missing."""
    with mock_bedrock_jobs():
        for name in ("aws_access_key_id", "aws_secret_access_key"):
            with pytest.raises(botocore.exceptions.PartialCredentialsError):
                botocore.session.get_session().create_client("s3", **{name: "a"})


@pytest.mark.parametrize("token", ["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"])
def test_what_a_test_sets_within_a_mock_is_used(monkeypatch, token):
    """Keys, token and files of the test's own, by whatever way."""
    with mock_bedrock_jobs():
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
        monkeypatch.setenv(token, "token")
        credentials = boto3.Session().get_credentials()
        assert (credentials.access_key, credentials.token) == ("AKIATEST", "token")
        assert key_of(boto3.client("s3")) == "AKIATEST"
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        assert boto3.Session().get_credentials().secret_key == "bedrock-jobs-mock"


def test_what_a_test_sets_before_a_mock_is_used(monkeypatch):
    """Both of its keys."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_bedrock_jobs():
        credentials = boto3.Session().get_credentials()
        assert (credentials.access_key, credentials.secret_key) == ("AKIATEST", "test")


def test_files_that_a_test_names_within_a_mock_are_used(monkeypatch, tmp_path):
    """A profile of the test's own credentials file; a broken one has no keys."""
    (tmp_path / "mine").write_text("[mine]\naws_access_key_id = AKIAMINE\naws_secret_access_key = mine\n")
    (tmp_path / "broken").write_text("mine\n")
    with mock_bedrock_jobs():
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "mine"))
        assert key_of(boto3.Session(profile_name="mine").client("s3")) == "AKIAMINE"
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.setenv("AWS_PROFILE", "mine")
        assert key_of(boto3.Session().client("s3")) == "AKIAMINE"
        session = botocore.session.get_session()
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "broken"))
        assert session.get_credentials().access_key == FAKE


def test_a_profile_that_the_code_names_comes_before_variables(monkeypatch, tmp_path):
    """As in botocore: keys and account are the profile's, and the Region is that of the session, if it has one."""
    values = "aws_access_key_id = {}\naws_secret_access_key = test\nregion = {}\n"
    default, mine = values.format("AKIADEFAULT", "eu-west-2"), values.format("AKIAMINE", "eu-west-3")
    (tmp_path / "own").write_text(f"[default]\n{default}[profile mine]\n{mine}")
    with mock_bedrock_jobs():
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "own"))
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
        monkeypatch.setenv("AWS_ACCOUNT_ID", "210987654321")
        credentials = boto3.Session(profile_name="mine").get_credentials()
        assert (credentials.access_key, getattr(credentials, "account_id", None)) == ("AKIAMINE", None)
        assert boto3.Session(profile_name="mine").region_name == "eu-west-3"
        assert boto3.Session(profile_name="mine", region_name="eu-west-1").region_name == "eu-west-1"
        assert boto3.Session().region_name == "eu-west-2"
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        assert boto3.Session().get_credentials().access_key == "AKIADEFAULT"


def test_without_the_fake_keys_no_provider_is_asked(monkeypatch):
    """A test that deletes them still gets them: no container or instance is contacted, not at the end either."""

    def asked(*_, **__):
        raise AssertionError("a provider was asked")

    for name in (
        "ContainerProvider",
        "InstanceMetadataProvider",
        "AssumeRoleWithWebIdentityProvider",
    ):
        monkeypatch.setattr(f"botocore.credentials.{name}.load", asked)
    with mock_bedrock_jobs():
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
        assert key_of(boto3.client("s3")) == FAKE
        assert key_of_credentials(boto3.DEFAULT_SESSION) == FAKE


def test_no_bearer_token_is_the_machines():
    """Neither from SSO, by a session from before, nor from the environment."""
    session = boto3.Session(profile_name="company")._session
    outside = session.get_auth_token()
    with mock_bedrock_jobs():
        assert session.get_auth_token() is None
        session.create_client("bedrock", region_name="us-east-1").list_model_import_jobs()
    assert session.get_auth_token() is outside is not None


EMULATED = {
    "argument": ({}, {"endpoint_url": "http://localhost:4566"}),
    "name": ({}, {"endpoint_url": "http://localstack:4566"}),
    "variable": ({"AWS_ENDPOINT_URL": "http://localhost:4566"}, {}),
    "service's variable": ({"AWS_ENDPOINT_URL_S3": "http://localhost:4566"}, {}),
}


@pytest.mark.parametrize(("variables", "arguments"), EMULATED.values(), ids=EMULATED)
@pytest.mark.parametrize("order", ["before", "within"])
@pytest.mark.parametrize("key", [FAKE, "AKIATEST"])
def test_an_emulator_has_the_tests_keys(monkeypatch, variables, arguments, order, key):
    """Or the fake ones, never the machine's; Bedrock's client uses the mock."""
    mock = mock_bedrock_jobs()
    jobs = mock.start() if order == "within" else None
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    if key != FAKE:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    jobs = jobs or mock.start()
    assert key_of(boto3.client("s3", **arguments)) == key
    boto3.client("bedrock", **arguments).list_model_import_jobs()
    mock.stop()
    assert [call.operation for call in jobs.calls] == ["ListModelImportJobs"]


@pytest.mark.parametrize("order", ["before", "within"])
def test_an_emulator_has_what_the_tests_profile_gives(monkeypatch, tmp_path, order):
    """Keys, endpoint, Region and CA bundle of a profile in a file that the test names."""
    (tmp_path / "mine").write_text((tmp_path / "config").read_text())
    mock = mock_bedrock_jobs()
    if order == "within":
        mock.start()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "mine"))
    monkeypatch.setenv("AWS_PROFILE", "emulated")
    if order == "before":
        mock.start()
    client = boto3.client("s3")
    assert key_of(client) == "AKIAINCONFIG"
    assert client.meta.endpoint_url == "http://localhost:4566"
    assert client.meta.region_name == "eu-west-3"
    assert client._endpoint.http_session._verify == "/emulator/ca.pem"
    mock.stop()


@pytest.mark.skipif(os.name == "nt", reason="this platform knows a home by its variables only")
def test_the_users_home_is_the_machines_whatever_variables_say(monkeypatch, tmp_path):
    """Also where HOME names another, and a test clears the variables, so that it is the home again."""
    pwd = importlib.import_module("pwd")
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text(
        "[default]\naws_access_key_id = AKIAREAL\naws_secret_access_key = a\n"
    )
    monkeypatch.setattr(pwd, "getpwuid", lambda _: SimpleNamespace(pw_dir=str(tmp_path)))
    with mock_bedrock_jobs(), patch.dict(os.environ, clear=True):
        assert Path("~").expanduser() == tmp_path
        assert key_of_credentials(boto3.Session()) == FAKE


def test_a_variable_that_names_no_profile_is_an_error_of_botocore(bedrock_jobs, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "")
    with pytest.raises(ProfileNotFound, match=r"The config profile \(\) could not be found"):
        boto3.Session().client("bedrock")


@pytest.mark.needs("aiobotocore")
def test_sessions_of_aiobotocore_have_fake_keys_within_a_mock_unless_code_gave_others():
    """They have their own again after it, as those of botocore."""
    aiobotocore = importlib.import_module("aiobotocore.session")

    async def key(session, **arguments):
        async with session.create_client("s3", **arguments) as client:
            return client._request_signer._credentials.access_key

    async def run():
        session = aiobotocore.get_session()
        assert (await session.get_credentials()).access_key == "AKIAREAL"
        held = await aiobotocore.AioSession(profile="shared").get_credentials()
        assert (await held.get_frozen_credentials()).access_key == "AKIASHARED"
        with mock_bedrock_jobs():
            assert (await held.get_frozen_credentials()).access_key == FAKE
            assert (await session.get_credentials()).access_key == FAKE
            assert await key(session) == FAKE
            assert await key(aiobotocore.get_session(), endpoint_url="http://localhost:4566") == FAKE
            assert await key(session, aws_access_key_id="AKIACODE", aws_secret_access_key="code") == "AKIACODE"
            explicit = aiobotocore.get_session()
            explicit.set_credentials("AKIACODE", "code")
            assert (await explicit.get_credentials()).access_key == "AKIACODE"
        assert (await session.get_credentials()).access_key == "AKIAREAL"
        assert await key(session) == "AKIAREAL"

    asyncio.run(run())


@pytest.mark.needs("aws_account_id")
def test_clients_act_for_the_account_that_a_test_sets_in_the_environment(monkeypatch):
    """Clients made while a test has set AWS_ACCOUNT_ID act for that account."""
    with mock_bedrock_jobs() as jobs:
        monkeypatch.setenv("AWS_ACCOUNT_ID", "210987654321")
        assert boto3.Session().get_credentials().account_id == "210987654321"
        boto3.client("bedrock").list_model_import_jobs()
    assert jobs.calls[0].account_id == "210987654321"


def test_credentials_of_a_session_are_of_botocores_own_class():
    """A session returns an object of its own library's class."""
    with mock_bedrock_jobs():
        assert type(boto3.Session().get_credentials()) is Credentials


@pytest.mark.parametrize("name", ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"])
def test_a_credentials_file_of_the_test_that_does_not_exist_is_an_empty_one(monkeypatch, name):
    """It is an empty one, as for botocore."""
    with mock_bedrock_jobs():
        monkeypatch.setenv(name, "/nowhere")
        assert boto3.Session().available_profiles == []
        assert key_of(boto3.client("s3")) == FAKE


def test_a_bearer_token_is_a_fake_one(monkeypatch):
    """Whoever has set it, for a client that prefers one."""
    client = boto3.client("bedrock-runtime", config=Config(signature_version="bearer"))
    network = Network(client)
    with mock_bedrock_jobs():
        monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "mine")
        client.invoke_model(modelId="other", body=b"{}")
    assert network.requests[0].headers["Authorization"] == b"Bearer bedrock-jobs-mock"


@pytest.mark.needs("aiobotocore")
def test_aiobotocores_credentials_are_not_refreshed():
    """Nor is its token a real one."""
    aio = importlib.import_module("aiobotocore.credentials")
    sessions = importlib.import_module("aiobotocore.session")

    async def refresh():
        raise ZeroDivisionError

    async def run():
        expired = parse_timestamp("2020-01-01T00:00:00Z")
        held = aio.AioRefreshableCredentials("AKIAEXPIRED", "a", "b", expired, refresh, method="sso")
        with pytest.raises(ZeroDivisionError):
            await held.get_frozen_credentials()
        session = sessions.get_session()
        session._credentials = held
        config = Config(signature_version="bearer")
        async with session.create_client("bedrock-runtime", region_name="us-east-1", config=config) as client:
            with mock_bedrock_jobs() as jobs:
                assert (await held.get_frozen_credentials()).access_key == FAKE
                assert await held.get_access_key() == "AKIAEXPIRED"
                seen = []
                client.meta.events.register("before-send", lambda request, **_: seen.append(request))
                with pytest.raises(UnsupportedOperationError):
                    await client.invoke_model(modelId="other", body=b"{}")
                jobs.reset()
        assert seen[0].headers["Authorization"] == b"Bearer bedrock-jobs-mock"
        with pytest.raises(ZeroDivisionError):
            await held._refresh()

    asyncio.run(run())


def test_asking_the_chain_of_providers_finds_what_a_new_session_finds(bedrock_jobs):
    """It finds what a new session finds."""
    found = create_credential_resolver(botocore.session.Session()).load_credentials()
    assert found.access_key == FAKE
