"""What the plugin adds to messages of Python and pytest that do not know its fixtures."""

from __future__ import annotations

import pytest

HEAD = """
    import unittest
    import boto3
    import pytest
    from pytest_bedrock_jobs import faults, mock_bedrock_jobs
"""


def run(pytester, source, **outcomes):
    """Run tests, and return their report."""
    pytester.makepyfile(HEAD + source)
    result = pytester.runpytest_inprocess("-Wdefault")
    result.assert_outcomes(**outcomes)
    return result.stdout.str()


@pytest.mark.parametrize("base", ["", "(unittest.TestCase)"])
def test_self_bedrock_jobs_in_a_class_without_a_mock_gets_a_hint(pytester, base):
    """The report says where it exists; another attribute that is missing, or another's, is no matter of the plugin."""
    source = f"""
    class TestIt{base}:
        def test_it(self):
            self.bedrock_jobs.client()

        def test_other_name(self):
            self.bedrock

        def test_other_object(self):
            unittest.bedrock_jobs
    """
    report = run(pytester, source, failed=3)
    assert report.count("self.bedrock_jobs exists in a class with the decorator @mock_bedrock_jobs or the marker") == 1


def test_errors_that_cannot_be_looked_at_fail_their_own_test_only(pytester):
    """They fail their own test only."""
    source = """
    class Silent(Exception):
        def __str__(self):
            raise ZeroDivisionError

        def __eq__(self, other):
            raise ZeroDivisionError

    class TestCase(unittest.TestCase):
        def test_text(self):
            raise Silent

        def test_comparison(self):
            Silent().bedrock_jobs

    def test_next():
        pass
    """
    run(pytester, source, failed=2, passed=1)


@pytest.mark.parametrize("scope", ["class", "session"])
def test_self_bedrock_jobs_in_tests_that_share_a_mock_gets_a_hint(pytester, scope):
    """The class is marked, but the shared mock is a fixture only."""
    source = f"""
    @pytest.mark.bedrock_jobs
    class TestIt:
        def test_it(self, {scope}_bedrock_jobs):
            self.bedrock_jobs.client()
    """
    assert "if its tests share no mock" in run(pytester, source, failed=1)


def test_self_bedrock_jobs_in_the_set_up_of_a_class_without_a_mock_gets_a_hint(pytester):
    """The report of a failing set-up says, too, where the attribute exists."""
    source = """
    class TestIt:
        def setup_class(cls):
            cls.bedrock_jobs.client()

        def test_it(self):
            pass
    """
    assert "self.bedrock_jobs exists in a class with the decorator" in run(pytester, source, errors=1)


@pytest.mark.parametrize("scope", ["class", "module", "package", "session"])
def test_a_fixture_of_a_wider_scope_is_told_which_mock_it_can_request(pytester, scope):
    """It is told which fixture it can request."""
    source = f"""
    @pytest.fixture(scope="{scope}")
    def client(bedrock_jobs):
        return bedrock_jobs.client()

    @pytest.fixture(scope="session")
    def other(tmp_path):
        return tmp_path

    def test_it(client):
        pass

    def test_other(other):
        pass
    """
    report = run(pytester, source, errors=2)
    assert report.count(f"a fixture with this scope requests {scope}_bedrock_jobs instead: one mock for") == 1


def test_a_fixture_wider_than_a_shared_mock_is_told_which_one_it_can_request(pytester):
    """A session fixture that requests the mock of a module is told that of the session."""
    source = """
    @pytest.fixture(scope="session")
    def client(module_bedrock_jobs):
        pass

    def test_it(client):
        pass
    """
    assert "a fixture with this scope requests session_bedrock_jobs instead" in run(pytester, source, errors=1)


def test_a_test_case_that_requests_the_fixture_is_told_where_the_mock_is(pytester):
    """Its tests get nothing from pytest: the report says where the mock is; of other parameters it says nothing."""
    source = """
    class TestIt(unittest.TestCase):
        def test_it(self, bedrock_jobs):
            pass

        def test_other(self, tmp_path):
            pass

    def test_helper():
        TestIt().test_it()
    """
    report = run(pytester, source, failed=3)
    assert report.count("tests of a unittest.TestCase get no fixtures: put @mock_bedrock_jobs") == 1


def test_a_fixture_that_returns_its_mock_is_told_to_yield_it(pytester):
    """The mock has ended when the test uses it; the message says how it would last."""
    source = """
    @pytest.fixture
    @mock_bedrock_jobs
    def jobs(bedrock_jobs):
        return bedrock_jobs

    def test_client(jobs):
        jobs.client()

    def test_change(jobs):
        jobs.add_import_job()
    """
    report = run(pytester, source, failed=2)
    assert report.count("A fixture that gives its mock to a test does so with `yield`, not `return`.") >= 2


def test_every_fixture_is_described(pytester):
    """``pytest --fixtures`` says what each gives."""
    lines = pytester.runpytest_inprocess("--fixtures").stdout
    for scope in ("class", "module", "package", "session"):
        lines.fnmatch_lines(
            [
                f"{scope}_bedrock_jobs [[]{scope} scope[]]*",
                f"*Like bedrock_jobs, but one mock for a whole *{scope}*, as the fixture's name says*",
            ]
        )


INSIDE_BOTOCORE = {
    "an unsupported operation": "boto3.client('bedrock').list_guardrails()",
    "a response too many": "boto3.client('bedrock-runtime').invoke_model(modelId=arn, body='{\"prompt\": \"Hello\"}')",
    "no mocked S3": "boto3.client('bedrock').create_model_import_job(**parameters)",
}


@pytest.mark.parametrize("line", INSIDE_BOTOCORE.values(), ids=INSIDE_BOTOCORE)
def test_errors_within_botocore_end_at_the_line_that_called_it(pytester, line):
    """Its frames say nothing to the author of the test; those of the code under test are shown."""
    source = f"""
    @pytest.mark.bedrock_jobs(check_model_files=True)
    def test_it(bedrock_jobs):
        arn = bedrock_jobs.add_imported_model().arn
        bedrock_jobs.respond("*", iter(()))
        parameters = dict(
            jobName="job",
            importedModelName="model",
            roleArn="arn:aws:iam::123456789012:role/Import",
            modelDataSource={{"s3DataSource": {{"s3Uri": "s3://bucket/llama/"}}}},
        )

        def code():
            {line}

        code()
    """
    report = run(pytester, source, failed=1)
    assert "botocore/" not in report
    assert f">       {line}" in report
    assert ">       code()" in report
