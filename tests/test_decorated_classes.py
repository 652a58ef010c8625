"""The decorator on classes of tests: unittest's and plain ones."""

from __future__ import annotations

import os
import subprocess
import sys
import unittest

import pytest
from support import import_parameters, make_client

from pytest_bedrock_jobs import mock_bedrock_jobs

CLIENT = make_client()


def submit():
    """Create an import with a client that is older than any mock."""
    return CLIENT.create_model_import_job(**import_parameters())["jobArn"]


def results_of(case):
    """What plain unittest says of a class."""
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    return result


@mock_bedrock_jobs(account_id="111122223333")
class TestUnittest(unittest.TestCase):
    """Each method has a fresh mock, setUp and tearDown within it."""

    def setUp(self):
        """Within the mock."""
        self.arns = [submit()]

    def tearDown(self):
        """Within the mock."""
        self.arns.append(submit())
        assert self.arns == [job.arn for job in self.bedrock_jobs.import_jobs]

    def test_one(self):
        """The mock has the job of setUp, and no other method's."""
        self.arns.append(submit())
        assert len(self.bedrock_jobs.import_jobs) == 2
        assert ":111122223333:" in self.arns[0]

    def test_two(self):
        """Nothing of another method is there."""
        assert len(self.bedrock_jobs.import_jobs) == 1


@mock_bedrock_jobs
class TestAsync(unittest.IsolatedAsyncioTestCase):
    """An asynchronous TestCase is decorated like the others."""

    async def asyncSetUp(self):
        """Within the mock."""
        self.arns = [submit()]

    async def asyncTearDown(self):
        """Within the mock."""
        submit()

    async def test_one(self):
        """setUp, test and tearDown share the mock."""
        self.arns.append(submit())
        assert self.arns == [job.arn for job in self.bedrock_jobs.import_jobs]

    async def test_two(self):
        """Nothing of another method is there."""
        assert len(self.bedrock_jobs.import_jobs) == 1


@mock_bedrock_jobs(region="eu-central-1")
class TestPlain:
    """Each method of a plain class has a fresh mock, setup_method within it."""

    def setup_method(self):
        """Within the mock: the name would be taken in one that is not fresh."""
        self.arn = CLIENT.create_model_import_job(**import_parameters(jobName="taken"))["jobArn"]

    def test_one(self, bedrock_jobs):
        """The fixture is the mock with the class's options."""
        assert [job.arn for job in bedrock_jobs.import_jobs] == [self.arn]
        assert bedrock_jobs.region == "eu-central-1"

    @pytest.mark.parametrize("number", [1, 2])
    def test_two(self, number):
        """A method that does not ask for the fixture is in the mock too, and can have parameters."""
        assert submit() != self.arn


def test_plain_unittest_runs_it():
    """A decorated TestCase needs no pytest to run."""
    result = results_of(TestUnittest)
    assert (result.testsRun, result.errors, result.failures) == (2, [], [])
    result = results_of(TestAsync)
    assert (result.testsRun, result.errors, result.failures) == (2, [], [])


def test_python_m_unittest_runs_it(tmp_path):
    """The same from the command line of a process of its own."""
    (tmp_path / "test_case.py").write_text(
        """
import unittest
import boto3
from pytest_bedrock_jobs import mock_bedrock_jobs

@mock_bedrock_jobs
class TestIt(unittest.TestCase):
    def test_client(self):
        self.assertEqual(boto3.client("bedrock").meta.region_name, self.bedrock_jobs.region)
"""
    )
    command = [sys.executable, "-W", "error", "-m", "unittest", "test_case"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Ran 1 test" in done.stderr


def test_a_set_up_that_fails_ends_the_mock():
    """A failing setUp is one error, and leaves no mock behind."""
    environment = dict(os.environ)

    @mock_bedrock_jobs
    class Fails(unittest.TestCase):
        def setUp(self):
            raise ZeroDivisionError

        def test(self):
            """Never run."""

    with mock_bedrock_jobs() as outer:
        result = results_of(Fails)
        submit()
    assert len(result.errors) == 1
    assert "ZeroDivisionError" in result.errors[0][1]
    assert len(outer.import_jobs) == 1
    assert dict(os.environ) == environment


def test_clean_ups_run_within_the_mock():
    """What setUp registers with addCleanup is still answered."""

    @mock_bedrock_jobs
    class Cleans(unittest.TestCase):
        def setUp(self):
            self.addCleanup(submit)

        def test(self):
            """Only its clean-up matters."""

    with mock_bedrock_jobs() as outer:
        assert results_of(Cleans).wasSuccessful()
    assert outer.import_jobs == ()


def test_a_subclass_inherits_the_mock():
    """A class that derives from a decorated TestCase is mocked as its base is."""

    class Derived(TestUnittest):
        def setUp(self):
            super().setUp()
            assert len(self.bedrock_jobs.import_jobs) == 1

    assert results_of(Derived).wasSuccessful()


def test_class_fixtures_come_after_the_mock(pytester):
    """Autouse fixtures, of the class and of the module, find the mock of a decorated plain class active."""
    pytester.makepyfile(
        """
        import boto3
        import pytest
        from pytest_bedrock_jobs import mock_bedrock_jobs

        @pytest.fixture(autouse=True)
        def of_module():
            return boto3.client("bedrock")

        @mock_bedrock_jobs
        class TestIt:
            @pytest.fixture(autouse=True)
            def of_class(self, of_module):
                self.client = of_module
                assert self.client.meta.region_name == "us-east-1"

            def test_it(self):
                assert self.client
        """
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=1)
