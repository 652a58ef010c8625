"""The ini options: defaults for a whole suite, however a mock is activated."""

from __future__ import annotations

import datetime

import pytest

from pytest_bedrock_jobs import BedrockJobs
from pytest_bedrock_jobs.service.options import OPTIONS

PYTEST = tuple(int(part) for part in pytest.__version__.split(".")[:2])
ALL = """
bedrock_jobs_account_id = 111122223333
bedrock_jobs_region = eu-central-1
bedrock_jobs_progress = 45
bedrock_jobs_virtual_time = true
bedrock_jobs_quotas = true
bedrock_jobs_allow_unused = true
"""
SUITE = """
    import asyncio
    import time
    import unittest
    from datetime import timedelta

    import boto3
    import pytest
    from pytest_bedrock_jobs import BedrockJobs, faults, mock_bedrock_jobs

    ALL = ("111122223333", "eu-central-1", timedelta(minutes=45), True, 1)

    def options_of(jobs):
        before = jobs.clock.added
        time.sleep(0.001)
        jobs.inject("DeleteCustomModel", faults.read_timeout())
        jobs.reset()
        [jobs.add_custom_model() for _ in range(100)]
        model = jobs.add_imported_model()
        client = jobs.client()
        refused = 0
        try:
            client.create_model_copy_job(sourceModelArn=jobs.custom_models[0].arn, targetModelName="copy")
        except client.exceptions.ServiceQuotaExceededException:
            refused = 1
        jobs.inject("DeleteCustomModel", faults.read_timeout())
        moved = jobs.clock.added - before == timedelta(milliseconds=1)
        return (jobs.account_id, jobs.region, jobs.progress, moved, refused)

    def test_fixture(bedrock_jobs):
        assert options_of(bedrock_jobs) == ALL
        assert boto3.client("bedrock").meta.region_name == "eu-central-1"

    @pytest.mark.bedrock_jobs(region="us-west-2", progress="manual", quotas=False)
    def test_marker(bedrock_jobs):
        assert options_of(bedrock_jobs) == ("111122223333", "us-west-2", "manual", True, 0)

    @pytest.mark.bedrock_jobs(account_id="999999999999")
    class TestMarked:
        @pytest.mark.bedrock_jobs(virtual_time=False)
        def test_method(self, bedrock_jobs):
            assert options_of(bedrock_jobs) == ("999999999999", "eu-central-1", timedelta(minutes=45), False, 1)

    @mock_bedrock_jobs(progress="polls")
    class TestDecorated:
        def test_method(self, bedrock_jobs):
            assert options_of(bedrock_jobs) == ("111122223333", "eu-central-1", "polls", True, 1)

    def test_block():
        with mock_bedrock_jobs() as jobs:
            assert options_of(jobs) == ALL
        with mock_bedrock_jobs(region=None, account_id="999999999999") as jobs:
            assert (jobs.region, jobs.account_id) == ("eu-central-1", "999999999999")  # the run's

    @mock_bedrock_jobs(account_id="999999999999")
    def test_decorator(bedrock_jobs):
        assert options_of(bedrock_jobs) == ("999999999999", *ALL[1:])

    @mock_bedrock_jobs
    class TestCase(unittest.TestCase):
        def test_method(self):
            assert options_of(self.bedrock_jobs) == ALL

    def test_async_block():
        async def main():
            async with mock_bedrock_jobs() as jobs:
                return options_of(jobs)

        assert asyncio.run(main()) == ALL

    def test_object():
        assert BedrockJobs().account_id == "111122223333"
"""
TESTS = 9


def test_ini_options_are_defaults_of_mocks_in_this_run_only(pytester):
    """A mock has the ini options' values, unless it is made with others, and only in this run of pytest."""
    pytester.makeini(f"[pytest]{ALL}")
    pytester.makepyfile(SUITE)

    pytester.runpytest_inprocess("--strict-config").assert_outcomes(passed=TESTS)

    assert BedrockJobs().account_id == "123456789012"


def test_every_option_has_an_ini_option(pytestconfig):
    """A new option has one too."""
    for name in OPTIONS:
        assert pytestconfig.getini(f"bedrock_jobs_{name}") is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("polls", "'polls'"),
        ("time", "'time'"),
        ("manual", "'manual'"),
        ("3 polls", "'3 polls'"),
        ("0", "timedelta()"),
        ("1.5", "timedelta(seconds=90)"),
    ],
)
def test_progress_is_one_of_its_words_or_a_number_of_minutes(pytester, value, expected):
    """The words of the option, or a number of minutes."""
    pytester.makeini(f"[pytest]\nbedrock_jobs_progress = {value}")
    pytester.makepyfile(
        f"""
        from datetime import timedelta

        def test_it(bedrock_jobs):
            assert bedrock_jobs.progress == {expected}
        """
    )

    pytester.runpytest_inprocess().assert_outcomes(passed=1)


@pytest.mark.parametrize(("value", "failing"), [("false", 0), ("true", 6), ("True", 6), ("2", 2), ("manual", 9)])
def test_cold_models_is_on_or_off_or_a_number_of_requests(pytester, value, failing):
    """On or off, or a number of requests."""
    pytester.makeini(f"[pytest]\nbedrock_jobs_cold_models = {value}")
    pytester.makepyfile(
        f"""
        import boto3
        from botocore.config import Config

        def test_it(bedrock_jobs):
            config = Config(retries={{"total_max_attempts": 1}})
            runtime = boto3.client("bedrock-runtime", config=config)
            arn = bedrock_jobs.add_imported_model("llama").arn
            for _ in range(9):
                try:
                    runtime.invoke_model(modelId=arn, body='{{"prompt": "Hello"}}')
                except runtime.exceptions.ModelNotReadyException:
                    pass
            assert [call.error_code for call in bedrock_jobs.calls].count("ModelNotReadyException") == {failing}
        """
    )

    pytester.runpytest_inprocess().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("max_polls_after_end", "7", 7),
        ("max_polls_after_end", "none", None),
        ("max_polls_after_end", "None", None),
        ("max_virtual_time", "1.5", datetime.timedelta(seconds=90)),
        ("max_virtual_time", "none", None),
        ("max_virtual_time", "None", None),
    ],
)
def test_the_bound_of_a_loop_is_a_number_or_none(pytester, name, value, expected):
    """A number of polls or of minutes, or none."""
    pytester.makeini(f"[pytest]\nbedrock_jobs_{name} = {value}")
    pytester.makepyfile(
        f"""
        import datetime
        from pytest_bedrock_jobs.service.options import settings_from

        def test_it(bedrock_jobs):
            assert settings_from({{}})["{name}"] == {expected!r}
        """
    )

    pytester.runpytest_inprocess().assert_outcomes(passed=1)


def test_without_ini_options_the_options_have_their_own_defaults(pytester):
    """Without them everything is as the options' own defaults say."""
    pytester.makepyfile(
        """
        def test_it(bedrock_jobs):
            assert (bedrock_jobs.account_id, bedrock_jobs.progress) == ("123456789012", "polls")
        """
    )

    pytester.runpytest_inprocess().assert_outcomes(passed=1)


PROGRESS = "polls, a number of polls such as 3 polls, time, manual or a number of minutes"
COLD_MODELS = "false, true, manual or a number of requests that fail"


@pytest.mark.parametrize(
    ("name", "value", "reported"),
    [
        ("account_id", "1234", "12 digits, not '1234'."),
        ("account_id", "", "12 digits, not ''."),
        ("region", "Frankfurt", "a Region's name such as eu-central-1, not 'Frankfurt'."),
        ("progress", "soon", f"{PROGRESS}, not 'soon'."),
        ("progress", "none", f"{PROGRESS}, not 'none'."),
        ("progress", "-5", f"{PROGRESS}, not '-5'."),
        ("progress", "nan", f"{PROGRESS}, not 'nan'."),
        ("progress", "9" * 30, f"{PROGRESS}, not '{'9' * 30}'."),
        ("cold_models", "0", f"{COLD_MODELS}, not '0'."),
        ("quotas", "maybe", "true or false, not 'maybe'."),
        ("virtual_time", "perhaps", "true or false, not 'perhaps'."),
        ("max_polls_after_end", "many", "a number or none, not 'many'."),
        ("max_virtual_time", "long", "a number of minutes or none, not 'long'."),
    ],
)
def test_a_wrong_value_of_an_ini_option_ends_the_run(pytester, name, value, reported):
    """Before any test pytest says which option is wrong and what it can be, on one line, without a traceback."""
    pytester.makeini(f"[pytest]\nbedrock_jobs_{name} = {value}")
    pytester.makepyfile("def test_it(): pass")

    result = pytester.runpytest_inprocess()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"ERROR: ini option bedrock_jobs_{name} is {reported}\n" in result.stderr.str()
    result.stderr.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*collected*")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--strict-config"],
        pytest.param(
            ["-o", "bedrock_jobs_regoin=us-east-1"],
            marks=pytest.mark.skipif(PYTEST < (9,), reason="pytest tells plugins nothing about -o with another name"),
        ),
    ],
)
def test_a_misspelt_ini_option_ends_the_run(pytester, arguments):
    """A mistyped name ends the run, and the nearest one is named; with --strict-config pytest itself is faster."""
    if "-o" not in arguments:
        pytester.makeini("[pytest]\nbedrock_jobs_regoin = us-east-1\na_bedrock_jobs_option = 1")

    result = pytester.runpytest_inprocess(*arguments)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    nearest = "*there is no ini option 'bedrock_jobs_regoin'; there are: bedrock_jobs_region, *"
    result.stderr.fnmatch_lines(["*bedrock_jobs_regoin*" if arguments == ["--strict-config"] else nearest])


TABLES = {
    "native": """
[tool.pytest]
bedrock_jobs_account_id = 111122223333
bedrock_jobs_region = "eu-central-1"
bedrock_jobs_quotas = true
bedrock_jobs_progress = 45
bedrock_jobs_cold_models = 2
bedrock_jobs_check_model_files = true
bedrock_jobs_virtual_time = true
bedrock_jobs_seed = 7
bedrock_jobs_max_polls_after_end = 9
bedrock_jobs_max_virtual_time = 1.5
bedrock_jobs_allow_unused = true
bedrock_jobs_passthrough = ["s3", "sts"]
bedrock_jobs_profiles = "prod"
""",
    "text": """
[tool.pytest.ini_options]
bedrock_jobs_account_id = "111122223333"
bedrock_jobs_region = "eu-central-1"
bedrock_jobs_quotas = "yes"
bedrock_jobs_progress = "45"
bedrock_jobs_cold_models = "2"
bedrock_jobs_check_model_files = "1"
bedrock_jobs_virtual_time = "on"
bedrock_jobs_seed = "7"
bedrock_jobs_max_polls_after_end = "9"
bedrock_jobs_max_virtual_time = "1.5"
bedrock_jobs_allow_unused = "True"
bedrock_jobs_passthrough = "s3 sts"
bedrock_jobs_profiles = "prod"
""",
}
TABLES["native values in the older table"] = TABLES["native"].replace("[tool.pytest]", "[tool.pytest.ini_options]")
if PYTEST < (9,):
    del TABLES["native"]


@pytest.mark.parametrize("table", TABLES)
def test_numbers_and_booleans_of_toml_are_taken_as_they_are(pytester, table):
    """Numbers and booleans of TOML are taken as they are, and text as in other files."""
    pytester.makepyprojecttoml(TABLES[table])
    pytester.makepyfile(
        """
        import datetime
        from pytest_bedrock_jobs.service.options import OPTIONS, settings_from

        def test_it():
            settings = settings_from({})
            settings["passthrough"] = tuple(settings["passthrough"])
            assert str(settings.pop("seed")) == "7"
            assert list(settings.values()) == [
                "111122223333",
                "eu-central-1",
                True,
                datetime.timedelta(minutes=45),
                2,
                True,
                True,
                9,
                datetime.timedelta(seconds=90),
                True,
                ("s3", "sts"),
                ("prod",),
            ]
        """
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=1)


@pytest.mark.skipif(PYTEST < (9,), reason="pytest's own TOML table is new in pytest 9")
@pytest.mark.parametrize(
    ("line", "reported"),
    [
        ('quotas = "maybe"', "quotas is true or false, not 'maybe'."),
        ("quotas = 2", "quotas is true or false, not 2."),
        ('region = ["eu-central-1"]', "region is a Region's name such as eu-central-1, not ['eu-central-1']."),
        ("progress = true", f"progress is {PROGRESS}, not True."),
        ("cold_models = false", None),
        ('max_virtual_time = "none"', None),
        ("seed = true", "seed is a number or a text, not True."),
        ("seed = {a = 1}", "seed is a number or a text, not a TOML value of this type."),
    ],
)
def test_a_wrong_value_of_toml_is_refused(pytester, line, reported):
    """It is refused like a text."""
    pytester.makepyprojecttoml(f"[tool.pytest]\nbedrock_jobs_{line}")
    pytester.makepyfile("def test_it(): pass")

    result = pytester.runpytest_inprocess()

    assert result.ret == (pytest.ExitCode.USAGE_ERROR if reported else pytest.ExitCode.OK)
    assert (f"ERROR: ini option bedrock_jobs_{reported}\n" in result.stderr.str()) == bool(reported)


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ("cold_models = true", False),
        ('passthrough = ["s3", "sts"]', False),
        ('profiles = {prod = {region = "eu-west-1"}}', True),
    ],
)
def test_the_older_table_of_pyproject_takes_booleans_and_lists_but_no_tables(pytester, line, refused):
    """Most values become text: a boolean is one nevertheless, a list no warning, and a table no list of names."""
    pytester.makepyprojecttoml(f"[tool.pytest.ini_options]\nbedrock_jobs_{line}")
    pytester.makepyfile("def test_it(): pass")

    result = pytester.runpytest_subprocess()  # which shows a warning of pytest's configuration

    name, takes = line.split()[0], "profiles such as: prod staging"
    expected = f"ERROR: ini option bedrock_jobs_{name} is {takes}, not \"{{'prod': {{'region': 'eu-west-1'}}}}\"."
    assert result.stderr.str().strip() == (expected if refused else "")


def test_the_help_of_pytest_shows_each_ini_option(pytester, monkeypatch):
    """``pytest --help`` has each one, with its values."""
    monkeypatch.setenv("COLUMNS", "200")
    result = pytester.runpytest_inprocess("--help")

    lines = result.stdout
    lines.fnmatch_lines(["*bedrock_jobs_account_id (string):*", "*12 digits*"])
    lines.fnmatch_lines(["*bedrock_jobs_region (string):*", "*such as eu-central-1*"])
    lines.fnmatch_lines(["*bedrock_jobs_progress (string):*", "*3 polls, time, manual*"])
    lines.fnmatch_lines(["*bedrock_jobs_quotas (bool):*", "*default quotas*"])
    lines.fnmatch_lines(["*bedrock_jobs_allow_unused (bool):*", "*remain*unused*"])
    lines.fnmatch_lines(["*bedrock_jobs_virtual_time (bool):*", "*sleeps and waits return at once*"])


def test_a_run_that_does_not_use_the_mock_imports_only_the_plugin(pytester):
    """And what the plugin has to tell pytest at every start: most runs of a suite's developers use no mock."""
    pytester.makeconftest(
        """
        import sys

        def pytest_unconfigure(config):
            names = [name.partition(".")[2] for name in sys.modules if name.startswith("pytest_bedrock_jobs.")]
            print("imported:", *sorted(names))
        """
    )
    pytester.makepyfile("def test_it(): pass")

    result = pytester.runpytest_subprocess()

    names = "interceptor interceptor.environment plugin service service.options timekeeping timekeeping.real_time"
    result.stdout.fnmatch_lines([f"*imported: {names}"])


def test_checking_the_ini_options_imports_nothing_heavy(pytester):
    """A run with all of them set, whose tests do not use the mock, imports neither boto3 nor botocore."""
    pytester.makeini(f"[pytest]{ALL}")
    pytester.makeconftest(
        """
        import sys

        def pytest_unconfigure(config):
            print("heavy:", sorted({"boto3", "botocore"} & sys.modules.keys()))
        """
    )
    pytester.makepyfile("def test_it(): pass")

    result = pytester.runpytest_subprocess()

    assert result.ret == 0
    result.stdout.fnmatch_lines(["*heavy: [[][]]"])


def test_workers_of_xdist_have_the_same_ini_options(pytester):
    """Workers of pytest-xdist have the same defaults."""
    pytester.makeini(f"[pytest]{ALL}")
    pytester.makepyfile(SUITE)

    pytester.runpytest_subprocess("-p", "xdist", "-n", "2").assert_outcomes(passed=TESTS)
