"""Clients at the top of modules, profiles that programs name, and what the workers of pytest-xdist inherit."""

from __future__ import annotations

import copy
import fnmatch
import os

import boto3
import pytest
from botocore.exceptions import ProfileNotFound

from pytest_bedrock_jobs import UsageError, mock_bedrock_jobs
from pytest_bedrock_jobs.interceptor import environment

HANDLER = """
import boto3
BEDROCK = boto3.client("bedrock")
"""
A_TEST = """
import handler

def test_it(bedrock_jobs):
    handler.BEDROCK.list_model_import_jobs()
    assert bedrock_jobs.calls[0].region == "eu-central-1"
"""
INI = "[pytest]\nbedrock_jobs_region = eu-central-1\n"


@pytest.fixture
def machine(pytester, monkeypatch):
    """A machine without any AWS configuration, and a module that makes a client when it is imported."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(pytester.mkdir("home")))
    pytester.makepyfile(handler=HANDLER)
    pytester.makepyfile(A_TEST)
    return pytester


def run(machine, *arguments):
    """A run of its own process."""
    return machine.runpytest_subprocess("-p", "no:cacheprovider", *arguments)


@pytest.mark.parametrize("arguments", [(), ("-n", "1")])
def test_a_region_in_the_ini_file_is_that_of_the_run(machine, arguments):
    """A client made at collection has it."""
    machine.makeini(INI)
    run(machine, *arguments).assert_outcomes(passed=1)


def test_an_empty_region_variable_counts_as_none(machine, monkeypatch):
    """A container has one if its host passes on what it does not have; botocore would make an endpoint of it."""
    machine.makeini(INI)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "")
    run(machine).assert_outcomes(passed=1)


def test_a_conftest_may_import_a_module_that_makes_a_client(machine, monkeypatch):
    """It is imported first of all; a variable that botocore does not read changes nothing."""
    machine.makeini(INI)
    machine.makeconftest("import handler")
    monkeypatch.setenv("AWS_REGION", "ap-south-1")
    run(machine).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("content", "error", "advice"),
    [
        ("import handler", "*NoRegionError*", "*bedrock_jobs_region = us-east-1*A client without a Region*"),
        ("import boto3; boto3.Session(profile_name='prod')", "*ProfileNotFound*", "*by the option profiles*"),
        ("1 / 0", "*ZeroDivisionError*", None),
    ],
)
@pytest.mark.parametrize("where", ["conftest", "sub/conftest", "sub/test_sub"])
def test_an_error_of_botocore_at_an_import_leads_to_what_can_be_done(machine, where, content, error, advice):
    """Wherever it is, the error of botocore leads to what can be done."""
    machine.mkpydir("sub")
    machine.makepyfile(**{where: content}, test_module="")
    result = run(machine, "--ignore", "test_an_error_of_botocore_at_an_import_leads_to_what_can_be_done.py")
    assert result.ret
    lines = [*result.outlines, *result.errlines]
    assert fnmatch.filter(lines, error)
    assert bool(fnmatch.filter(lines, advice or "*See: python*")) is bool(advice)


def test_a_region_of_the_machine_comes_first(machine, monkeypatch):
    """It is not changed for the run."""
    machine.makeini(INI)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-south-1")
    run(machine).stdout.fnmatch_lines(["*'ap-south-1' == 'eu-central-1'*"])


def test_the_region_of_the_ini_file_is_taken_back(pytester, monkeypatch):
    """At the end of the run."""
    pytester.makeini(INI)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "us-east-1")  # so that what the runs leave is taken back, too
        monkeypatch.delenv(name)
    pytester.makepyfile("import os\ndef test_it():\n    assert 'AWS_DEFAULT_REGION' in os.environ")
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
    assert "AWS_DEFAULT_REGION" not in os.environ


def test_without_a_region_the_report_names_the_line(machine, monkeypatch):
    """Where the error of the collection is."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    result = machine.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*NoRegionError*", "*bedrock_jobs_region = us-east-1*A client without a Region*"])


def test_other_errors_of_a_collection_are_left_alone(pytester):
    """They have no such hint."""
    pytester.makepyfile("1 / 0")
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.stdout.no_fnmatch_line("*bedrock_jobs*")


def test_a_module_that_last_failed_leaves_out_is_no_error(pytester):
    """As with --last-failed: the report of its collection has no error that could be looked at."""
    pytester.makepyfile(test_failed="def test_it(): assert False", test_passed="def test_it(): pass")
    pytester.runpytest_inprocess().assert_outcomes(failed=1, passed=1)
    pytester.runpytest_inprocess("--last-failed").assert_outcomes(failed=1)


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        ("botocore.exceptions.NoRegionError()", "bedrock_jobs_region = us-east-1"),
        ("botocore.exceptions.ProfileNotFound(profile='prod')", "by the option profiles"),
        ("ZeroDivisionError", "ZeroDivisionError"),
    ],
)
def test_a_conftest_in_which_botocore_fails_gets_hints(pytester, error, hint):
    """They are the same as elsewhere, in what pytest itself prints."""
    pytester.makeconftest(f"import botocore.exceptions\nraise {error}")
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    assert result.ret
    assert hint in result.stderr.str()


CONFTEST = """
import os
os.environ.setdefault("AWS_ACCESS_KEY_ID", "AKIATEST")
os.environ["AWS_SECRET_ACCESS_KEY"] = "test"
"""


@pytest.mark.parametrize("arguments", [(), ("-n", "1")], ids=["alone", "worker"])
@pytest.mark.parametrize(("machines", "key"), [({}, "AKIATEST"), ({"AWS_ACCESS_KEY_ID": "AKIAREAL"}, "BEDROCKJOBS")])
def test_what_a_conftest_sets_is_the_tests(machine, monkeypatch, arguments, machines, key):
    """Also in a worker, which inherits it; what the machine has set is not."""
    for name, value in machines.items():
        monkeypatch.setenv(name, value)
    machine.makeconftest(CONFTEST)
    machine.makepyfile(
        f"""
        import boto3

        def test_it(bedrock_jobs):
            assert {key!r} in boto3.Session().get_credentials().access_key
        """
    )
    run(machine, *arguments).assert_outcomes(passed=1)


@pytest.mark.bedrock_jobs(profiles=("prod",))
def test_a_profile_that_the_test_declares_exists_with_fake_keys(bedrock_jobs, monkeypatch):
    """It exists, with fake keys and the mock's Region; no other does."""
    session = boto3.Session(profile_name="prod")
    assert session.region_name == bedrock_jobs.region
    assert session.get_credentials().access_key == "AKIABEDROCKJOBSMOCK"
    assert "prod" in session.available_profiles
    session.client("bedrock").list_model_import_jobs()
    with pytest.raises(ProfileNotFound):
        boto3.Session(profile_name="staging")
    monkeypatch.setenv("AWS_PROFILE", "prod")
    assert boto3.Session().get_credentials().access_key == "AKIABEDROCKJOBSMOCK"
    with monkeypatch.context() as patched:
        patched.setattr("os.environ", {})
        assert boto3.Session(profile_name="prod").region_name == bedrock_jobs.region


PROFILES = {"prod": {"account_id": "210987654321", "region": "eu-west-1"}, "other": {}}


def test_clients_of_a_profile_act_for_its_account_and_region():
    """Its clients act for them."""
    with mock_bedrock_jobs(profiles=PROFILES) as jobs:
        boto3.Session(profile_name="prod").client("bedrock").list_model_import_jobs()
    assert (jobs.calls[0].account_id, jobs.calls[0].region) == ("210987654321", "eu-west-1")


def regions():
    """Those of sessions with each profile, and of a client of the default session."""
    profiles = ("prod", "other")
    return [*(boto3.Session(profile_name=name).region_name for name in profiles), boto3.client("s3").meta.region_name]


@pytest.mark.parametrize("options", [{}, {"region": "ap-south-1"}])
def test_a_profiles_region_comes_before_the_mocks_own(options, monkeypatch):
    """And before the machine's; sessions that have no Region have the mock's."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    monkeypatch.setattr(environment, "_machine", {"AWS_DEFAULT_REGION": "eu-north-1"})
    with mock_bedrock_jobs(profiles=PROFILES, **options) as jobs:
        assert jobs.region == options.get("region", "eu-north-1")
        assert regions() == ["eu-west-1", jobs.region, jobs.region]
        with mock_bedrock_jobs(profiles=PROFILES, region="us-west-2"):
            assert regions() == ["eu-west-1", "us-west-2", "us-west-2"]
            session = boto3.Session(profile_name="prod", region_name="sa-east-1")
            assert copy.deepcopy(session._session.get_component("config_store")).get_config_variable("region") == (
                session.client("bedrock").meta.region_name
            )
            assert session.region_name == "sa-east-1"
            monkeypatch.setenv("AWS_PROFILE", "prod")
            session = boto3.Session()
            assert session.region_name == "eu-west-1"
    monkeypatch.delenv("AWS_PROFILE")
    assert session.region_name == "eu-north-1"


@pytest.mark.parametrize("order", ["before", "within"])
def test_a_variable_that_the_test_sets_comes_before_a_profile(order, monkeypatch):
    """As in botocore."""
    mock = mock_bedrock_jobs(profiles=PROFILES)
    if order == "within":
        mock.start()
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ca-central-1")
    if order == "before":
        mock.start()
    assert regions() == ["ca-central-1"] * 3
    mock.stop()


def test_a_profiles_region_comes_before_that_of_the_ini_file(machine):
    """Which is exported for the run, for clients that are made without one."""
    machine.makeini(INI)
    machine.makepyfile(
        """
        import boto3
        import pytest

        @pytest.mark.bedrock_jobs(profiles={"prod": {"region": "eu-west-1"}, "other": {}})
        def test_it(bedrock_jobs):
            regions = [boto3.Session(profile_name=name).region_name for name in ("prod", "other")]
            assert regions == ["eu-west-1", "eu-central-1"]
        """
    )
    run(machine).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    "profiles", ["prod", {"prod": {"key": "x"}}, {"prod": "x"}, {"prod": {"account_id": "1"}}, (5,)]
)
def test_wrong_profiles_are_refused(profiles):
    """The error says what a profile has."""
    with pytest.raises(UsageError):
        mock_bedrock_jobs(profiles=profiles).start()


def test_the_ini_file_separates_profiles_and_services_by_spaces_or_commas(pytester):
    """Names, with spaces or commas between them."""
    pytester.makeini("[pytest]\nbedrock_jobs_profiles = prod, staging\nbedrock_jobs_passthrough = s3 sts\n")
    pytester.makepyfile(
        """
        import boto3

        def test_it(bedrock_jobs):
            boto3.Session(profile_name="staging")
            assert bedrock_jobs._service.settings["passthrough"] == ("s3", "sts")
        """
    )
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_a_profile_in_a_home_that_the_test_has_made_is_used(monkeypatch, tmp_path):
    """A home that the test has made is the test's, with its configuration."""
    (tmp_path / ".aws").mkdir()
    keys = "aws_access_key_id = AKIAMINE\naws_secret_access_key = mine\n"
    (tmp_path / ".aws" / "credentials").write_text(f"[mine]\n{keys}")
    (tmp_path / ".aws" / "config").write_text("[profile mine]\nregion = eu-west-3\n")
    with mock_bedrock_jobs():
        monkeypatch.setenv("HOME", str(tmp_path))
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_DEFAULT_REGION"):
            monkeypatch.delenv(name)
        session = boto3.Session(profile_name="mine")
        assert session.region_name == "eu-west-3"
        assert session.get_credentials().access_key == "AKIAMINE"
