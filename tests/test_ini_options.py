"""The ini options: defaults for a whole suite, however a mock is activated."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from pytest_bedrock_jobs import BedrockJobs
from pytest_bedrock_jobs.service.options import Settings

ALL = """
bedrock_jobs_account_id = 111122223333
bedrock_jobs_region = eu-central-1
bedrock_jobs_progress = 45
bedrock_jobs_virtual_time = true
bedrock_jobs_quotas = true
bedrock_jobs_allow_unfired_faults = true
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


def test_they_are_defaults(pytester):
    """A mock has the ini options' values, unless it is made with others, and only in this run of pytest."""
    pytester.makeini(f"[pytest]{ALL}")
    pytester.makepyfile(SUITE)

    pytester.runpytest_inprocess("--strict-config").assert_outcomes(passed=TESTS)

    assert BedrockJobs().account_id == "123456789012"


def test_every_option_has_one(pytestconfig):
    """A new one too."""
    for option in dataclasses.fields(Settings):
        assert pytestconfig.getini(f"bedrock_jobs_{option.name}") is None


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
def test_progress(pytester, value, expected):
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


@pytest.mark.parametrize(("value", "failing"), [("false", 0), ("true", 6), ("2", 2), ("manual", 9)])
def test_cold_models(pytester, value, failing):
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
        ("max_virtual_time", "1.5", datetime.timedelta(seconds=90)),
        ("max_virtual_time", "none", None),
    ],
)
def test_bounds_of_loops(pytester, name, value, expected):
    """A number of polls or of minutes, or none."""
    pytester.makeini(f"[pytest]\nbedrock_jobs_{name} = {value}")
    pytester.makepyfile(
        f"""
        import datetime
        from pytest_bedrock_jobs.service.options import settings_from

        def test_it(bedrock_jobs):
            assert settings_from({{}}).{name} == {expected!r}
        """
    )

    pytester.runpytest_inprocess().assert_outcomes(passed=1)


def test_none_is_set(pytester):
    """Without them everything is as the options' own defaults say."""
    pytester.makepyfile(
        """
        def test_it(bedrock_jobs):
            assert (bedrock_jobs.account_id, bedrock_jobs.progress) == ("123456789012", "polls")
        """
    )

    pytester.runpytest_inprocess().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("name", "value", "reported"),
    [
        ("account_id", "1234", "account_id is a string of 12 digits, not '1234'."),
        ("account_id", "", "account_id is a string of 12 digits, not ''."),
        ("region", "Frankfurt", "region is a Region's name such as 'us-east-1', not 'Frankfurt'."),
        (
            "progress",
            "soon",
            "progress is polls, a number of polls such as 3 polls, time, manual or a number of minutes, not 'soon'.",
        ),
        (
            "progress",
            "-5",
            "progress is polls, a number of polls such as 3 polls, time, manual or a number of minutes, not '-5'.",
        ),
        (
            "progress",
            "nan",
            "progress is polls, a number of polls such as 3 polls, time, manual or a number of minutes, not 'nan'.",
        ),
        ("progress", "9" * 30, ""),
        ("cold_models", "0", "cold_models is false, true, manual or a number of requests, not '0'."),
        ("virtual_time", "perhaps", "*perhaps*"),
        ("max_polls_after_end", "many", "max_polls_after_end is a number or none, not 'many'."),
        ("max_virtual_time", "long", "max_virtual_time is a number of minutes or none, not 'long'."),
    ],
)
def test_a_wrong_value_ends_the_run(pytester, name, value, reported):
    """Before any test pytest says which option is wrong and what it can be, on one line, without a traceback."""
    pytester.makeini(f"[pytest]\nbedrock_jobs_{name} = {value}")
    pytester.makepyfile("def test_it(): pass")

    result = pytester.runpytest_inprocess()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: ini option bedrock_jobs_{name}: {reported.replace('[', '[[]')}*"])
    result.stderr.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*collected*")


def test_an_unknown_ini_option_is_pytests_affair(pytester):
    """With --strict-config a mistyped name ends the run."""
    pytester.makeini("[pytest]\nbedrock_jobs_regoin = us-east-1")

    result = pytester.runpytest_inprocess("--strict-config")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*bedrock_jobs_regoin*"])


def test_the_help_shows_them(pytester, monkeypatch):
    """``pytest --help`` has each one, with its values."""
    monkeypatch.setenv("COLUMNS", "200")
    result = pytester.runpytest_inprocess("--help")

    lines = result.stdout
    lines.fnmatch_lines(["*bedrock_jobs_account_id (string):*", "*12 digits*"])
    lines.fnmatch_lines(["*bedrock_jobs_region (string):*", "*such as eu-central-1*"])
    lines.fnmatch_lines(["*bedrock_jobs_progress (string):*", "*polls, 3 polls, time, manual, or a number of minutes*"])
    lines.fnmatch_lines(["*bedrock_jobs_quotas (bool):*", "*default quotas*"])
    lines.fnmatch_lines(["*bedrock_jobs_allow_unfired_faults (bool):*", "*remain unused*"])
    lines.fnmatch_lines(["*bedrock_jobs_virtual_time (bool):*", "*time.sleep and asyncio.sleep return at once*"])


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

    result = pytester.runpytest_subprocess("-p", "no:hypothesispytest")

    names = ("interceptor", "interceptor.environment", "plugin", "service", "service.ini_options")
    clocks = ("timekeeping", "timekeeping.real_functions")
    result.stdout.fnmatch_lines([f"*imported: {' '.join((*names, *clocks))}"])


def test_checking_them_imports_nothing_heavy(pytester):
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

    result = pytester.runpytest_subprocess("-p", "no:hypothesispytest")

    assert result.ret == 0
    result.stdout.fnmatch_lines(["*heavy: [[][]]"])


def test_workers_have_them(pytester):
    """Workers of pytest-xdist have the same defaults."""
    pytester.makeini(f"[pytest]{ALL}")
    pytester.makepyfile(SUITE)

    pytester.runpytest_subprocess("-p", "xdist", "-n", "2").assert_outcomes(passed=TESTS)
