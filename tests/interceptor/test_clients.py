"""Every client is reached, however and whenever it was made, and is itself again afterwards."""

from __future__ import annotations

import threading

import boto3
import botocore
import pytest
from botocore.config import Config
from botocore.credentials import RefreshableCredentials
from botocore.session import Session
from support import ACCOUNT, OTHER_ACCOUNT, Network, copy_parameters, import_parameters, keys, make_client

from pytest_bedrock_jobs import mock_bedrock_jobs

AT_IMPORT_TIME = make_client()
OLD_SESSION = boto3.session.Session(**keys(region_name="eu-central-1"))


def submit(client):
    """Create an import, and return where the request would have gone."""
    network = Network(client)
    arn = client.create_model_import_job(**import_parameters())["jobArn"]
    assert network.requests == []
    return arn


def test_a_client_made_at_import_time_gets_responses(bedrock_jobs):
    """A client that is older than the mock gets its responses."""
    arn = submit(AT_IMPORT_TIME)
    assert [job.arn for job in bedrock_jobs.import_jobs] == [arn]


def test_a_client_of_a_session_older_than_the_mock_gets_responses(bedrock_jobs):
    """A session made before makes clients that get responses, in their Region."""
    assert ":eu-central-1:" in submit(OLD_SESSION.client("bedrock"))
    assert len(bedrock_jobs.import_jobs) == 1


def test_a_client_of_the_default_session_works_without_configuration(bedrock_jobs):
    """boto3.client() works without any configuration."""
    assert f":us-east-1:{ACCOUNT}:" in submit(boto3.client("bedrock"))
    assert len(bedrock_jobs.import_jobs) == 1


def test_a_default_session_made_in_a_mock_ends_with_it(monkeypatch):
    """The fake keys do not leave the mock in a default session."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with mock_bedrock_jobs():
        submit(boto3.client("bedrock"))
        assert boto3.DEFAULT_SESSION is not None
    assert boto3.DEFAULT_SESSION is None


def test_a_default_session_made_before_stays(monkeypatch):
    """A default session of the test's own outlives the mock, and its clients get responses."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", OLD_SESSION)
    for _ in range(2):
        with mock_bedrock_jobs() as jobs:
            assert ":eu-central-1:" in submit(boto3.client("bedrock"))
            assert len(jobs.import_jobs) == 1
        assert boto3.DEFAULT_SESSION is OLD_SESSION


def test_a_client_in_another_thread_gets_responses(bedrock_jobs):
    """A thread that the code under test starts is in the mock too."""
    arns = []
    thread = threading.Thread(target=lambda: arns.append(submit(make_client())))
    thread.start()
    thread.join()
    assert [job.arn for job in bedrock_jobs.import_jobs] == arns


@pytest.mark.parametrize(
    ("arguments", "region"),
    [
        ({"endpoint_url": "http://localhost:4566"}, "us-east-1"),
        ({"endpoint_url": "https://vpce-1.example.com/path/prefix/"}, "us-east-1"),
        ({"config": Config(use_fips_endpoint=True)}, "us-east-1"),
        ({"config": Config(use_dualstack_endpoint=True)}, "us-east-1"),
        ({"config": Config(signature_version=botocore.UNSIGNED)}, "us-east-1"),
        ({"config": Config(region_name="us-west-2")}, "us-west-2"),
        ({"config": Config(proxies={"https": "http://localhost:1"})}, "us-east-1"),
        ({"region_name": "us-gov-west-1", "config": Config(use_fips_endpoint=True)}, "us-gov-west-1"),
    ],
)
def test_configurations_of_a_client_make_no_difference_but_for_the_region(bedrock_jobs, arguments, region):
    """Endpoints, FIPS, proxies and signatures make no difference; the Region is the client's."""
    assert f":{region}:" in submit(make_client(**arguments))
    assert len(bedrock_jobs.import_jobs) == 1


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AWS_ENDPOINT_URL_BEDROCK", "http://localhost:4566/prefix"),
        ("AWS_ENDPOINT_URL", "http://localhost:4566"),
        ("AWS_BEARER_TOKEN_BEDROCK", "token"),
        ("AWS_USE_FIPS_ENDPOINT", "true"),
        ("HTTPS_PROXY", "http://localhost:1"),
    ],
)
@pytest.mark.parametrize("is_set", ["before", "within"])
def test_variables_that_configure_a_client_make_no_difference(monkeypatch, variable, value, is_set):
    """Variables that configure a client make no difference, set before the mock or within."""
    if is_set == "before":
        monkeypatch.setenv(variable, value)
    with mock_bedrock_jobs() as jobs:
        monkeypatch.setenv(variable, value)
        submit(make_client())
        submit(boto3.session.Session().client("bedrock"))
    assert len(jobs.import_jobs) == 2


def test_a_client_acts_for_the_account_of_its_credentials(bedrock_jobs):
    """Credentials that name an account act as that account, for jobs and for access to models."""
    client = make_client(aws_account_id=OTHER_ACCOUNT)
    model = bedrock_jobs.add_custom_model(account_id=OTHER_ACCOUNT)
    assert f":{OTHER_ACCOUNT}:" in submit(client)
    assert f":{OTHER_ACCOUNT}:" in client.create_model_copy_job(**copy_parameters(model))["jobArn"]
    assert {call.account_id for call in bedrock_jobs.calls} == {OTHER_ACCOUNT}


def test_credentials_are_never_refreshed(bedrock_jobs):
    """Expired credentials whose refresh would ask the network are not asked."""

    def refresh():
        raise AssertionError("refreshed")

    session = Session()
    session._credentials = RefreshableCredentials(
        "AKIAEXPIRED", "secret", "token", expiry_time=_long_ago(), refresh_using=refresh, method="test"
    )
    client = boto3.session.Session(botocore_session=session, region_name="us-east-1").client("bedrock")
    assert f":{ACCOUNT}:" in submit(client)
    assert len(bedrock_jobs.import_jobs) == 1


def _long_ago():
    return botocore.utils.parse_timestamp("2020-01-01T00:00:00Z")


def test_nothing_is_signed_within_a_mock(bedrock_jobs):
    """A request that the mock responds to has no signature and no key."""
    client, seen = make_client(), []
    client.meta.events.register("before-send.bedrock", lambda request, **_: seen.append(dict(request.headers)))
    submit(client)
    [headers] = seen
    assert "Authorization" not in headers


def test_the_same_client_is_itself_again_after_the_mock():
    """After the mock a client sends to the network again, signed, and the next mock starts empty."""
    client = make_client()
    network = Network(client, b'{"jobArn": "from the network"}')
    for number in range(1, 3):
        with mock_bedrock_jobs() as jobs:
            assert jobs.import_jobs == jobs.calls == ()
            client.create_model_import_job(**import_parameters())
            assert len(network.requests) == number - 1
        assert client.create_model_import_job(**import_parameters())["jobArn"] == "from the network"
        assert (len(network.requests), len(jobs.import_jobs)) == (number, 1)
    [first, second] = network.requests
    for request in (first, second):
        assert request.url == "https://bedrock.us-east-1.amazonaws.com/model-import-jobs"
        assert b"AKIAOUTSIDE" in request.headers["Authorization"]


def test_a_client_that_no_mock_has_served_is_left_alone():
    """Outside of mocks a client works as ever, also where a mock was active before."""
    with mock_bedrock_jobs() as jobs:
        pass
    client = make_client()
    network = Network(client, b'{"jobArn": "from the network"}')
    assert client.create_model_import_job(**import_parameters())["jobArn"] == "from the network"
    assert len(network.requests) == 1
    assert jobs.calls == ()


def test_the_users_own_hooks_still_run(bedrock_jobs):
    """Handlers of the code under test see the request and the response as with AWS."""
    client, seen = make_client(), []
    for event in ("before-call", "before-send", "after-call", "response-received"):
        client.meta.events.register(f"{event}.bedrock.CreateModelImportJob", _seen_by(seen, event))
    submit(client)
    submit(client)
    assert seen == ["before-call", "before-send", "response-received", "after-call"] * 2


def _seen_by(seen, event):
    return lambda **_: seen.append(event)


def test_a_users_hook_may_respond_itself(bedrock_jobs):
    """A handler of the code under test that returns a response takes precedence, as with moto and AWS."""
    client = make_client()
    network = Network(make_client(), b'{"jobArn": "from the hook"}')
    client.meta.events.register("before-send.bedrock", network._respond)
    assert client.create_model_import_job(**import_parameters())["jobArn"] == "from the hook"
    assert bedrock_jobs.import_jobs == ()


@pytest.mark.parametrize("registered", ["before the first call", "after it"])
def test_hooks_of_bedrocks_own_signing_and_sending_events_are_called(bedrock_jobs, registered):
    """Those of Bedrock's own events are called, in botocore's order; those of every service's before-send are not."""
    client, seen = make_client(), []
    if registered == "after it":
        submit(client)
    for event in ("before-send", "before-send.bedrock.CreateModelImportJob", "choose-signer", "choose-signer.bedrock"):
        client.meta.events.register(event, _seen_by(seen, event))
    submit(client)
    submit(client)
    assert seen == ["choose-signer.bedrock", "before-send.bedrock.CreateModelImportJob"] * 2
