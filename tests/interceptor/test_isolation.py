"""Nothing gets out, and nothing of the machine's own AWS configuration gets in."""

from __future__ import annotations

import os
import textwrap

import boto3
import machine as machines
import pytest
from support import Network, make_client

from pytest_bedrock_jobs import mock_bedrock_jobs

SUBMIT = """
    import boto3

    def submit(name="a", **arguments):
        return boto3.client("bedrock", **arguments).create_model_import_job(
            jobName=name, importedModelName=name, roleArn="arn:aws:iam::123456789012:role/Import",
            modelDataSource={"s3DataSource": {"s3Uri": "s3://my-bucket/llama/"}},
        )["jobArn"]
"""
A_TEST = """
    from submit import submit

    def test_submits(bedrock_jobs):
        assert submit() == bedrock_jobs.import_jobs[0].arn
"""


@pytest.fixture
def machine(pytester, monkeypatch):
    """A machine of its own: an empty home, no AWS variable, and a small program to test."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    home = pytester.mkdir("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    pytester.makepyfile(submit=SUBMIT)
    return pytester


def configure(machine, config, monkeypatch, **variables):
    """Give the machine a ~/.aws/config and environment variables."""
    folder = machine.path / "home" / ".aws"
    folder.mkdir()
    (folder / "config").write_text(textwrap.dedent(config))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def test_a_machine_without_any_configuration_suffices(machine):
    """No credentials, Region or file is needed."""
    machine.makepyfile(A_TEST)
    machine.runpytest_subprocess().assert_outcomes(passed=1)


SSO = """
    [profile work]
    sso_session = company
    sso_account_id = 111122223333
    sso_role_name = Developer
    region = eu-west-1

    [sso-session company]
    sso_region = eu-west-1
    sso_start_url = https://company.awsapps.com/start
"""


@pytest.mark.parametrize(
    ("config", "profile"),
    [(SSO, "work"), (SSO, "nowhere"), ("[profile work\nregion", "work")],
    ids=["sso", "missing", "broken"],
)
def test_the_configuration_of_a_machine_is_neither_read_nor_used(machine, monkeypatch, config, profile):
    """A profile by SSO, one that does not exist, and a broken file are neither read nor used."""
    configure(machine, config, monkeypatch, AWS_PROFILE=profile)
    machine.makepyfile(A_TEST)
    machine.runpytest_subprocess().assert_outcomes(passed=1)


def test_the_machines_files_are_not_read(machine, monkeypatch):
    """A client made within the mock has the fake keys and the mock's Region, not the profile's."""
    config = "[default]\nregion = eu-west-1\naws_access_key_id = AKIAREAL\naws_secret_access_key = real\n"
    configure(machine, config, monkeypatch)
    machine.makepyfile(
        """
        import boto3

        def test_default(bedrock_jobs):
            session = boto3.session.Session()
            assert session.region_name == "us-east-1" == bedrock_jobs.region
            assert session.get_credentials().access_key == "AKIABEDROCKJOBSMOCK"
        """
    )
    machine.runpytest_subprocess().assert_outcomes(passed=1)


def test_no_socket_is_opened(machine):
    """Where opening a socket or resolving a name raises, every way to activate the mock still works."""
    machine.makepyfile(
        """
        import socket

        import pytest
        from submit import submit
        from pytest_bedrock_jobs import mock_bedrock_jobs

        def refuse(*_, **__):
            raise AssertionError("the network was asked")

        @pytest.fixture(autouse=True)
        def no_network(monkeypatch):
            for name in ("socket", "create_connection", "getaddrinfo"):
                monkeypatch.setattr(socket, name, refuse)

        def test_fixture(bedrock_jobs):
            submit()
            submit("b", endpoint_url="http://localhost:1")
            assert len(bedrock_jobs.import_jobs) == 2

        @mock_bedrock_jobs
        def test_decorator():
            submit()
        """
    )
    machine.runpytest_subprocess().assert_outcomes(passed=2)


@pytest.mark.parametrize("before", [{}, {"AWS_DEFAULT_REGION": "eu-west-1"}])
@pytest.mark.parametrize("options", [{}, {"region": "ap-south-1"}])
def test_the_environment_is_exactly_restored(monkeypatch, before, options):
    """Whatever variables were there, and none besides, are there afterwards."""
    kept = {"AWS_PROFILE": "work", "AWS_ACCOUNT_ID": "111122223333", "AWS_SESSION_TOKEN": "real"}
    machines.begin(monkeypatch, kept | before)
    there = dict(os.environ)
    with mock_bedrock_jobs(**options) as jobs:
        assert "AWS_PROFILE" not in os.environ
        assert os.environ["AWS_SESSION_TOKEN"] != "real"
        region = options.get("region") or before.get("AWS_DEFAULT_REGION", "us-east-1")
        assert os.environ["AWS_DEFAULT_REGION"] == jobs.region == region
        assert boto3.session.Session().region_name == region
    assert dict(os.environ) == there


@pytest.mark.parametrize("parameters", ["bedrock_jobs, monkeypatch", "monkeypatch, bedrock_jobs"])
def test_a_variable_that_the_test_sets_too_is_restored(pytester, monkeypatch, parameters):
    """A test that sets one of the same variables, in whatever order of fixtures, leaves it as it was."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "before")
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    there = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    pytester.makepyfile(
        f"""
        import os

        def test_sets({parameters}):
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", "within")
            monkeypatch.setenv("AWS_DEFAULT_REGION", "sa-east-1")
            monkeypatch.delenv("AWS_CONFIG_FILE")

        def test_after():
            found = {{name: value for name, value in os.environ.items() if name.startswith("AWS_")}}
            assert found == {there!r}
        """
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=2)


def test_a_handler_of_the_tests_own_responds_to_other_services(bedrock_jobs):
    """A handler of the test's own gets requests of STS, S3 and bedrock-runtime, signed."""
    for service, call, response in [
        ("sts", lambda client: client.get_caller_identity(), b"<a><GetCallerIdentityResult/></a>"),
        ("s3", lambda client: client.list_buckets(), b"<a/>"),
        ("bedrock-runtime", lambda client: client.invoke_model(modelId="model", body=b"{}"), b"{}"),
    ]:
        client = make_client(service)
        network = Network(client, response)
        call(client)
        [request] = network.requests
        assert "Authorization" in request.headers
    assert bedrock_jobs.calls == ()
