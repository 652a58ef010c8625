"""The fixture's marker: alone, with options, on functions, classes and modules."""

from __future__ import annotations

import pytest
from support import import_parameters, make_client

from pytest_bedrock_jobs.service.options import OPTIONS

CLIENT = make_client()

HEAD = """
    import boto3
    import pytest
    import unittest
    from pytest_bedrock_jobs import mock_bedrock_jobs
"""


@pytest.mark.bedrock_jobs
def test_the_marker_alone_switches_the_mock_on():
    """A marked test needs no fixture among its parameters."""
    assert CLIENT.create_model_import_job(**import_parameters())["jobArn"]


@pytest.mark.bedrock_jobs(account_id="111122223333", region="eu-central-1")
def test_the_markers_options_are_the_fixtures(bedrock_jobs):
    """The marker's options are those of the fixture's mock."""
    assert (bedrock_jobs.account_id, bedrock_jobs.region) == ("111122223333", "eu-central-1")


@pytest.mark.bedrock_jobs(account_id="111122223333", region="eu-central-1")
class TestMerged:
    """Options of a class and of its methods."""

    def test_a_method_without_a_marker_has_the_options_of_the_class(self, bedrock_jobs):
        """A method without a marker has the class's options."""
        assert (bedrock_jobs.account_id, bedrock_jobs.region) == ("111122223333", "eu-central-1")

    @pytest.mark.bedrock_jobs(region="us-west-2")
    def test_an_option_of_the_method_wins_over_that_of_the_class(self, bedrock_jobs):
        """A method's option replaces the class's of that name only."""
        assert (bedrock_jobs.account_id, bedrock_jobs.region) == ("111122223333", "us-west-2")


@pytest.fixture
def made_before(request):
    """A fixture that makes its client without asking for the mock."""
    return CLIENT.create_model_import_job(**import_parameters())["jobArn"]


@pytest.mark.bedrock_jobs
@pytest.mark.usefixtures("made_before")
def test_the_mock_comes_before_other_fixtures(made_before, bedrock_jobs):
    """A marked test's other fixtures are in the mock, in whatever order they are named."""
    assert [job.arn for job in bedrock_jobs.import_jobs] == [made_before]


def test_the_marker_works_on_every_kind_of_test(pytester):
    """Functions, plain classes, TestCases and whole modules can be marked."""
    pytester.makepyfile(
        HEAD
        + """
    pytestmark = pytest.mark.bedrock_jobs

    def test_function():
        assert boto3.client("bedrock").meta.region_name == "us-east-1"

    class TestPlain:
        def test_method(self):
            assert boto3.client("bedrock").meta.region_name == "us-east-1"

    class TestUnittest(unittest.TestCase):
        def test_method(self):
            assert boto3.client("bedrock").meta.region_name == "us-east-1"
    """
    )
    pytester.runpytest_inprocess("--strict-markers").assert_outcomes(passed=3)


@pytest.mark.parametrize(("base", "set_up"), [("", "setup_class"), ("(unittest.TestCase)", "setUpClass")])
def test_the_set_up_of_a_class_in_a_marked_module_has_a_mock_of_its_own(pytester, base, set_up):
    """It has a mock of its own, as where the class is marked; but not where only a test is."""
    pytester.makepyfile(
        f"""{HEAD}
    pytestmark = pytest.mark.bedrock_jobs(region="eu-west-1")

    class TestIt{base}:
        @classmethod
        def {set_up}(cls):
            assert cls.bedrock_jobs.client().meta.region_name == "eu-west-1"

        def test_it(self):
            assert self.bedrock_jobs.calls == ()

    def test_after():
        assert not hasattr(TestIt, "bedrock_jobs")
    """,
        test_unmarked=f"""{HEAD}
    class TestIt{base}:
        @classmethod
        def {set_up}(cls):
            assert not hasattr(cls, "bedrock_jobs")

        @pytest.mark.bedrock_jobs
        def test_it(self):
            assert self.bedrock_jobs.calls == ()
    """,
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=3)


def test_the_marker_is_described(pytester):
    """``pytest --markers`` says what the marker does, and names every option in the order of the documentation."""
    result = pytester.runpytest_inprocess("--markers")
    assert f"@pytest.mark.bedrock_jobs(*, {', '.join(OPTIONS)}): mock Bedrock's " in result.stdout.str()


def test_a_test_case_has_the_mock_of_its_marker(pytester):
    """Of the class or of the test, with their options."""
    pytester.makepyfile(
        HEAD
        + """
    @pytest.mark.bedrock_jobs(region="eu-west-1")
    class TestUnittest(unittest.TestCase):
        def setUp(self):
            self.job = self.bedrock_jobs.add_import_job()

        def test_class(self):
            assert self.bedrock_jobs.import_jobs == (self.job,)
            assert self.bedrock_jobs.region == boto3.client("bedrock").meta.region_name == "eu-west-1"

        @pytest.mark.bedrock_jobs(region="us-west-2")
        def test_method(self):
            assert self.job.region == self.bedrock_jobs.region == "us-west-2"
    """
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=2)


def test_the_fixture_is_described(pytester):
    """``pytest --fixtures`` says what the fixtures return."""
    result = pytester.runpytest_inprocess("--fixtures")
    result.stdout.fnmatch_lines(["bedrock_jobs*", "*Mock Bedrock's model import and copy jobs*"])
    result.stdout.fnmatch_lines(["module_bedrock_jobs*", "*one mock for a whole class, module, package or session*"])


@pytest.mark.parametrize(
    ("arguments", "reported"),
    [
        ("'eu-central-1'", "*@pytest.mark.bedrock_jobs takes options by keyword, not ('eu-central-1',)*"),
        ("acount_id='1'", "*there is no option 'acount_id'; there are: account_id, *"),
        ("account_id='1'", "*account_id is a string of 12 digits, not '1'*"),
    ],
)
def test_wrong_arguments_of_the_marker_are_an_error(pytester, arguments, reported):
    """A marker with a wrong argument fails its test before it runs, and says why."""
    pytester.makepyfile(f"{HEAD}\n    @pytest.mark.bedrock_jobs({arguments})\n    def test_it(): pass")
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([reported])


@pytest.mark.parametrize("fixture", ["bedrock_jobs", "module_bedrock_jobs"])
def test_parameters_of_the_fixture_are_an_error(pytester, fixture):
    """They would change nothing: options are the marker's."""
    mark = f'@pytest.mark.parametrize("{fixture}", ["eu-central-1"], indirect=True)'
    pytester.makepyfile(f"{HEAD}\n    {mark}\n    def test_it({fixture}): pass")
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*@pytest.mark.bedrock_jobs takes options by keyword, not 'eu-central-1'*"])
    result.stdout.no_fnmatch_line("*plugin.py*")


@pytest.mark.parametrize("fixture", ["bedrock_jobs", "class_bedrock_jobs"])
def test_a_fixture_that_overrides_the_plugin_s_can_have_parameters(pytester, fixture):
    """They are its own, also where it requests the plugin's."""
    pytester.makepyfile(
        f"""{HEAD}
    @pytest.fixture(params=[0, 2])
    def {fixture}(request, {fixture}):
        {fixture}.reset()
        for _ in range(request.param):
            {fixture}.add_imported_model()
        return {fixture}, request.param

    def test_it({fixture}):
        jobs, number = {fixture}
        assert len(jobs.imported_models) == number
    """
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=2)


def test_the_parameter_that_pytest_cases_gives_the_fixture_is_accepted(pytester):
    """The plugin gives one to each fixture of a test that chooses among fixtures."""
    pytester.makepyfile(
        HEAD
        + """
    USED = type("_Used", (), {"__module__": "pytest_cases.fixture_core1_unions"})()

    @pytest.mark.parametrize("bedrock_jobs", [USED], indirect=True)
    @pytest.mark.bedrock_jobs(region="eu-west-1")
    def test_it(bedrock_jobs):
        assert bedrock_jobs.region == "eu-west-1"
    """
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=1)


def test_items_without_fixtures_are_left_alone(pytester):
    """Items of other plugins, which have no fixtures, are collected and run as ever."""
    pytester.makeconftest(
        """
        import pytest

        class Item(pytest.Item):
            def runtest(self):
                pass

        class File(pytest.File):
            def collect(self):
                yield Item.from_parent(self, name="item")

        def pytest_collect_file(file_path, parent):
            if file_path.suffix == ".item":
                return File.from_parent(parent, path=file_path)
        """
    )
    pytester.makefile(".item", test_it="")
    pytester.runpytest_inprocess().assert_outcomes(passed=1)


def test_a_decorated_class_can_be_marked_too(pytester):
    """The marker's options are merged with those of a decorated class, the method's last."""
    pytester.makepyfile(
        HEAD
        + """
    @mock_bedrock_jobs(account_id="111122223333", region="eu-central-1")
    class TestIt:
        @pytest.mark.bedrock_jobs(region="us-west-2")
        def test_it(self, bedrock_jobs):
            assert (bedrock_jobs.account_id, bedrock_jobs.region) == ("111122223333", "us-west-2")
    """
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=1)


LATER = {
    "collection": """
        def pytest_collection_modifyitems(items):
            for item in items:
                item.add_marker(pytest.mark.bedrock_jobs(region='us-west-2'))
    """,
    "setup": """
        def pytest_runtest_setup(item):
            item.add_marker(pytest.mark.bedrock_jobs(region='us-west-2'))
    """,
    "fixture": """
        @pytest.fixture(autouse=True)
        def mark(request):
            request.node.add_marker(pytest.mark.bedrock_jobs(region='us-west-2'))
    """,
}


@pytest.mark.parametrize("when", LATER)
def test_a_test_whose_marker_is_added_after_the_collection_is_mocked(pytester, when):
    """In a hook after the collection or before the set-up, or in a fixture: the test, or a TestCase's, is mocked."""
    pytester.makeconftest("        import pytest\n" + LATER[when])
    pytester.makepyfile(
        HEAD
        + """
    def submits():
        client = boto3.client("bedrock")
        assert client.meta.region_name == "us-west-2"
        client.list_model_import_jobs()

    def test_function():
        submits()

    @pytest.mark.parametrize("number", [1, 2])
    def test_parametrized(number):
        submits()

    class TestUnittest(unittest.TestCase):
        def test_method(self):
            submits()
    """
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=4)
