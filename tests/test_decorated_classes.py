"""The decorator on classes of tests: unittest's and plain ones."""

from __future__ import annotations

import os
import subprocess
import sys
import unittest

import pytest
from support import import_parameters, make_client

from pytest_bedrock_jobs import UnsupportedOperationError, UsageError, mock_bedrock_jobs

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

    def test_the_mock_has_the_job_of_set_up_and_of_no_other_method(self):
        """The mock has the job of setUp, and no other method's."""
        self.arns.append(submit())
        assert len(self.bedrock_jobs.import_jobs) == 2
        assert ":111122223333:" in self.arns[0]

    def test_a_method_sees_no_job_of_another_method(self):
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

    async def test_set_up_test_and_tear_down_of_coroutines_share_the_mock(self):
        """setUp, test and tearDown share the mock."""
        self.arns.append(submit())
        assert self.arns == [job.arn for job in self.bedrock_jobs.import_jobs]

    async def test_a_coroutine_method_sees_no_job_of_another_method(self):
        """Nothing of another method is there."""
        assert len(self.bedrock_jobs.import_jobs) == 1


@mock_bedrock_jobs(region="eu-central-1")
class TestPlain:
    """Each method of a plain class has a fresh mock, setup_method within it."""

    def setup_method(self):
        """Within the mock: the name would be taken in one that is not fresh."""
        self.arn = CLIENT.create_model_import_job(**import_parameters(jobName="taken"))["jobArn"]

    def test_the_fixture_is_the_mock_with_the_options_of_the_class(self, bedrock_jobs):
        """The fixture is the mock with the class's options."""
        assert [job.arn for job in bedrock_jobs.import_jobs] == [self.arn]
        assert bedrock_jobs.region == "eu-central-1"

    @pytest.mark.parametrize("number", [1, 2])
    def test_a_method_with_parameters_and_without_the_fixture_is_mocked(self, number):
        """A method that does not ask for the fixture is in the mock too, and can have parameters."""
        assert submit() != self.arn


def test_plain_unittest_runs_decorated_test_cases():
    """A decorated TestCase needs no pytest to run."""
    result = results_of(TestUnittest)
    assert (result.testsRun, result.errors, result.failures) == (2, [], [])
    result = results_of(TestAsync)
    assert (result.testsRun, result.errors, result.failures) == (2, [], [])


def test_python_m_unittest_runs_a_decorated_test_case(tmp_path):
    """A decorated TestCase also runs from the command line, in a process of its own."""
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
    """What setUp registers with addCleanup still gets responses."""

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


def test_set_up_class_is_mocked():
    """The class has a mock around all of it, each test a new one within."""
    seen = []

    @mock_bedrock_jobs(region="eu-central-1")
    class Case(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            seen.append(("setUpClass", cls.bedrock_jobs.region, len(cls.bedrock_jobs.calls)))
            CLIENT.list_model_import_jobs()

        @classmethod
        def tearDownClass(cls):
            CLIENT.list_model_import_jobs()
            seen.append(("tearDownClass", cls.bedrock_jobs.region, len(cls.bedrock_jobs.calls)))

        def test(self):
            submit()
            seen.append(("test", self.bedrock_jobs.region, len(self.bedrock_jobs.calls)))

    with mock_bedrock_jobs() as outer:
        assert results_of(Case).wasSuccessful()
        submit()
    assert seen == [
        ("setUpClass", "eu-central-1", 0),
        ("test", "eu-central-1", 1),
        ("tearDownClass", "eu-central-1", 2),
    ]
    assert len(outer.calls) == 1


@pytest.mark.filterwarnings("default")
def test_a_job_that_no_test_can_see_is_worth_a_warning():
    """One that setUpClass has left; it names the class and says what to do."""

    @mock_bedrock_jobs
    class Case(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            submit()

        def test(self):
            assert self.bedrock_jobs.import_jobs == ()

    with pytest.warns(UserWarning, match="Case has left a job or model that no test can see"):
        assert results_of(Case).wasSuccessful()


def test_set_up_methods_that_do_not_call_super_are_mocked():
    """A subclass that overrides them is mocked as its base is, with its own options if it has some."""
    seen = []

    @mock_bedrock_jobs(region="eu-central-1", account_id="111122223333")
    class Base(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            raise AssertionError("overridden")

    @mock_bedrock_jobs(region="us-west-2")
    class Derived(Base):
        @classmethod
        def setUpClass(cls):
            CLIENT.list_model_import_jobs()
            seen.append((cls.bedrock_jobs.region, cls.bedrock_jobs.account_id))

        def setUp(self):
            submit()

        def test(self):
            seen.append((self.bedrock_jobs.region, self.bedrock_jobs.account_id))
            assert len(self.bedrock_jobs.import_jobs) == 1

    class Undecorated(Derived):
        @classmethod
        def setUpClass(cls):
            super().setUpClass()

    with mock_bedrock_jobs() as outer:
        for case in (Derived, Undecorated, Derived):  # and again, as in a notebook
            result = results_of(case)
            assert result.wasSuccessful(), result.errors
    assert outer.calls == ()
    assert seen == [("us-west-2", "111122223333")] * 6


def test_the_init_subclass_of_a_decorated_class_is_still_called():
    """Its own __init_subclass__ is still called, with its arguments."""
    seen = []

    @mock_bedrock_jobs
    class Base(unittest.TestCase):
        def __init_subclass__(cls, /, word, **kwargs):
            super().__init_subclass__(**kwargs)
            seen.append((cls.__name__, word))

    class Derived(Base, word="a"):
        def test(self):
            submit()

    assert results_of(Derived).wasSuccessful()
    assert seen == [("Derived", "a")]


@pytest.mark.parametrize("kind", ["skip", "expected", "debug", "sub", "class"])
def test_a_test_that_is_skipped_fails_as_expected_or_is_debugged_leaves_no_mock(kind):
    """A test that is skipped, fails as expected, or is debugged leaves no mock behind, and adds no second failure."""
    environment = dict(os.environ)

    @mock_bedrock_jobs
    class Case(unittest.TestCase):
        if kind == "class":

            @classmethod
            def setUpClass(cls):
                CLIENT.list_guardrails()

        @unittest.skip("not now")
        def test_skip(self):
            """Never run."""

        @unittest.expectedFailure
        def test_expected(self):
            CLIENT.list_guardrails()

        def test_debug(self):
            CLIENT.list_guardrails()

        def test_sub(self):
            with self.subTest():
                CLIENT.list_guardrails()

        def test_class(self):
            """Never run."""

    suite, result = unittest.TestSuite([Case(f"test_{kind}")]), unittest.TestResult()
    if kind == "debug":
        with pytest.raises(UnsupportedOperationError) as raised:
            Case("test_debug").debug()
        assert raised.value.__context__ is None
    else:
        suite.run(result)
    expected = {"skip": (0, 1, 0), "expected": (0, 0, 1), "debug": (0, 0, 0), "sub": (1, 0, 0)}
    found = (len(result.errors), len(result.skipped), len(result.expectedFailures))
    assert found == expected.get(kind, (2, 0, 0))  # setUpClass's error, and the end of its mock
    assert dict(os.environ) == environment


def test_the_mock_outlasts_clean_ups_that_a_debugged_test_runs_itself():
    """Under ``debug()`` no outcome is kept, so the mock lasts until the end of the test."""
    jobs = []

    @mock_bedrock_jobs
    class Case(unittest.TestCase):
        def test(self):
            self.addCleanup(submit)
            assert self.doCleanups()
            submit()
            jobs.extend(self.bedrock_jobs.import_jobs)

    Case("test").debug()
    assert len(jobs) == 2


PLAIN = """
    import boto3
    import pytest
    from pytest_bedrock_jobs import mock_bedrock_jobs

    CLIENT = boto3.Session("AKIACODE", "code", region_name="us-east-1").client("bedrock")
    SEEN = []

    @pytest.fixture(autouse=True, scope="session")
    def no_network():
        def refuse(**_):
            raise AssertionError("the network was asked")
        CLIENT.meta.events.register_last("before-send", refuse)

    def jobs_of(region):
        CLIENT.list_model_import_jobs()
        assert boto3.Session().region_name == region

    @mock_bedrock_jobs(region="eu-central-1")
    class TestBase:
        def setup_class(cls):
            jobs_of("eu-central-1")

        def setup_method(self, method):
            SEEN.append(method.__name__)
            jobs_of("eu-central-1")

        def test_base(self):
            jobs_of("eu-central-1")

        def teardown_method(self):
            jobs_of("eu-central-1")

        @classmethod
        def teardown_class(cls):
            jobs_of("eu-central-1")

    class TestDerived(TestBase):
        def setup_class(self):
            jobs_of("eu-central-1")

        def setup_method(self):
            jobs_of("eu-central-1")

        def teardown_method(self, method):
            super().teardown_method()

    @mock_bedrock_jobs(region="us-west-2")
    class TestOther(TestBase):
        def setup_class(self):
            jobs_of("us-west-2")

        def setup_method(self):
            jobs_of("us-west-2")

        def test_base(self):
            jobs_of("us-west-2")

        def teardown_method(self):
            jobs_of("us-west-2")

        def teardown_class(self):
            jobs_of("us-west-2")

    @mock_bedrock_jobs(region="us-west-2")
    class TestBare:
        def test_it(self):
            jobs_of("us-west-2")

    @mock_bedrock_jobs(region="us-west-2")
    class TestFails:
        def setup_method(self):
            raise ZeroDivisionError

        def test_it(self):
            pass

    @mock_bedrock_jobs(region="us-west-2")
    class TestFailsToo:
        def setup_class(self):
            raise ZeroDivisionError

        def test_it(self):
            pass

    def test_after():
        import os
        assert SEEN == ["test_base"]
        assert os.environ.get("AWS_ACCESS_KEY_ID") != "AKIABEDROCKJOBSMOCK"
"""


def test_set_up_tests_and_tear_down_of_plain_classes_are_mocked(pytester):
    """Set-up, tests and tear-down are mocked, those of subclasses too, and a set-up that fails leaves no mock."""
    pytester.makepyfile(PLAIN)
    pytester.runpytest_inprocess("--strict-markers").assert_outcomes(passed=5, errors=2)


CLASSES = """
    import unittest
    import pytest
    from pytest_bedrock_jobs import mock_bedrock_jobs

    @mock_bedrock_jobs
    class TestCase(unittest.TestCase):
        def test_it(self):
            assert self.bedrock_jobs.import_jobs == ()
    """


def test_a_plain_class_without_the_plugin_is_refused(monkeypatch):
    """Its tests would reach AWS; those of a TestCase are mocked all the same."""
    monkeypatch.delitem(sys.modules, "pytest_bedrock_jobs.plugin")
    with pytest.raises(UsageError, match="the tests of Plain would not be mocked: this pytest runs without"):

        @mock_bedrock_jobs
        class Plain:
            def test_it(self):
                """Never run."""

    @mock_bedrock_jobs
    class Case(unittest.TestCase):
        """Empty."""

    assert not hasattr(Case, "pytestmark")


def test_without_pytest_a_class_gets_no_marker(monkeypatch):
    """Nor is pytest imported for it."""
    monkeypatch.delitem(sys.modules, "pytest")

    @mock_bedrock_jobs
    class Plain:
        def test_it(self):
            """Never run."""

    assert not hasattr(Plain, "pytestmark")
    assert "pytest" not in sys.modules


def test_a_class_nested_in_a_decorated_one_has_its_own_set_up(pytester):
    """Its set-up is called as if the outer class were not decorated."""
    pytester.makepyfile(
        """
        import boto3
        from pytest_bedrock_jobs import mock_bedrock_jobs

        def created(test):
            arn = boto3.client("bedrock").list_model_import_jobs() and test.bedrock_jobs.add_import_job().arn
            return [job.arn for job in test.bedrock_jobs.import_jobs] == [arn]

        @mock_bedrock_jobs
        class TestOuter:
            def setup_class(cls):
                assert boto3.client("bedrock").list_model_import_jobs()

            class TestInner:
                def setup_method(self):
                    self.word = "inner"

                def test_it(self):
                    assert created(self) and self.word == "inner"

            def test_it(self):
                assert created(self)
        """
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=2)


def test_a_decorator_adds_no_name_that_pytest_knows():
    """A class that has no set-up has none afterwards."""

    class Plain:
        def test_it(self):
            """Never run."""

    before = dir(Plain)
    mock_bedrock_jobs(Plain)
    assert set(dir(Plain)) - set(before) == {"_bedrock_jobs_options", "pytestmark"}


def test_a_class_attribute_of_the_fixtures_name_stays_what_it_is(pytester):
    """Such as a fixture of its own: it stays what it is."""
    pytester.makepyfile(
        """
        import pytest
        from pytest_bedrock_jobs import mock_bedrock_jobs

        @mock_bedrock_jobs
        class TestIt:
            bedrock_jobs = "mine"

            def setup_class(cls):
                assert cls.bedrock_jobs == "mine"

            def test_it(self):
                assert self.bedrock_jobs == "mine"

        def test_afterwards():
            assert TestIt.bedrock_jobs == "mine"
        """
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=2)


def test_a_class_that_declares_the_attribute_with_none_has_the_mock_in_it(pytester):
    """With None, as for a type checker: its tests and its set-up have the mock."""
    pytester.makepyfile(
        """
        import unittest
        import pytest
        from pytest_bedrock_jobs import mock_bedrock_jobs

        @mock_bedrock_jobs
        class TestIt:
            bedrock_jobs = None

            def setup_class(cls):
                assert cls.bedrock_jobs.calls == ()

            def test_it(self):
                assert self.bedrock_jobs.calls == ()

        @pytest.mark.bedrock_jobs
        class TestCase(unittest.TestCase):
            bedrock_jobs = None

            def test_it(self):
                assert self.bedrock_jobs.calls == ()
        """
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=2)


def test_what_a_plain_class_s_set_up_leaves_is_worth_a_warning(pytester):
    """Like what setUpClass leaves."""
    pytester.makepyfile(
        """
        from pytest_bedrock_jobs import mock_bedrock_jobs

        @mock_bedrock_jobs
        class TestIt:
            def setup_class(cls):
                cls.bedrock_jobs.add_imported_model()

            def test_it(self):
                assert self.bedrock_jobs.imported_models == ()
        """
    )
    result = pytester.runpytest_inprocess("-Wdefault")
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(["*set-up of TestIt has left 2 jobs and models that no test can see*"])


MIXINS = """
import unittest
import boto3
from pytest_bedrock_jobs import mock_bedrock_jobs

CLIENT = boto3.Session("AKIACODE", "code", region_name="us-east-1").client("bedrock")

def refuse(**_):
    raise AssertionError("the network was asked")
CLIENT.meta.events.register_last("before-send", refuse)

def create(name):
    CLIENT.list_model_import_jobs()
    assert boto3.Session().region_name == "eu-central-1"

@mock_bedrock_jobs(region="eu-central-1")
class Base:
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        create(cls.bedrock_jobs.region)

    def test_base(self):
        create(self.bedrock_jobs.region)

class TestFirst(Base, unittest.TestCase):
    pass

class TestLast(unittest.TestCase, Base):
    def setUp(self):
        create("setUp")

    def tearDown(self):
        create("tearDown")

class MixinOfAMixin(Base):
    pass

class TestTwice(MixinOfAMixin, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        create("no super")

@mock_bedrock_jobs(account_id="111122223333")
class TestDecorated(Base, unittest.TestCase):
    def test_it(self):
        assert self.bedrock_jobs.account_id == "111122223333"
        create("options of both")

class TestAsync(Base, unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        create("asyncSetUp")

    async def test_async(self):
        self.addAsyncCleanup(self.clean_up)
        create("test")

    async def clean_up(self):
        create("clean-up")

class TestSubOfSub(TestAsync):
    def run(self, result=None):
        return super().run(result)

@mock_bedrock_jobs(region="eu-central-1")
class SetUpOnly:
    def setUp(self):
        create("setUp")

class TestSetUpOnly(SetUpOnly, unittest.TestCase):
    def test_it(self):
        assert len(self.bedrock_jobs.calls) == 1
"""


def test_a_decorated_mixin_is_mocked_in_each_test_case_that_derives_from_it(pytester):
    """A mixin of TestCases is mocked in each subclass, under unittest and under pytest."""
    pytester.makepyfile(test_mixins=MIXINS)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "unittest", "test_mixins"], capture_output=True, text=True, check=False
    )
    assert "Ran 10 tests" in done.stderr
    assert done.returncode == 0, done.stderr
    pytester.runpytest_inprocess().assert_outcomes(passed=10)


@pytest.mark.parametrize("mocked", ["@mock_bedrock_jobs", "@pytest.mark.bedrock_jobs"])
@pytest.mark.parametrize(("base", "set_up"), [("unittest.TestCase", "setUpClass"), ("", "setup_class")])
def test_a_client_s_job_in_a_class_s_set_up_is_in_no_test(pytester, mocked, base, set_up):
    """Not in the first one either, although that begins while the class is set up."""
    pytester.makepyfile(
        f"""
        import unittest

        import pytest
        from support import make_client, import_parameters

        from pytest_bedrock_jobs import mock_bedrock_jobs

        {mocked}
        class TestIt({base}):
            @classmethod
            def {set_up}(cls):
                make_client().create_model_import_job(**import_parameters())

            def test_it(self):
                assert self.bedrock_jobs.import_jobs == ()

            def test_another(self):
                assert self.bedrock_jobs.import_jobs == ()
        """
    )
    result = pytester.runpytest_inprocess("-Wdefault")
    result.assert_outcomes(passed=2, warnings=1)
    result.stdout.fnmatch_lines(["*set-up of TestIt has left a job or model that no test can see*"])
