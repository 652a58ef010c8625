"""The decorator on functions of all kinds."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import functools
import inspect
import pickle
import sys

import boto3
import pytest
from support import import_parameters, make_client

from pytest_bedrock_jobs import UsageError, mock_bedrock_jobs

CLIENT = make_client()


def submit():
    """Create an import with a client that is older than any mock."""
    return CLIENT.create_model_import_job(**import_parameters())["jobArn"]


@pytest.fixture
def word():
    return "word"


@mock_bedrock_jobs
def test_a_test_decorated_without_arguments_runs_in_a_mock():
    """A decorated test runs in a mock."""
    assert ":us-east-1:" in submit()


@mock_bedrock_jobs(account_id="111122223333")
def test_the_decorator_takes_the_options_of_the_mock():
    """The decorator takes the options."""
    assert ":111122223333:" in submit()


@mock_bedrock_jobs(region="eu-central-1")
def test_a_parameter_of_the_fixtures_name_is_the_decorators_mock(bedrock_jobs):
    """A decorated test with the parameter bedrock_jobs receives the mock that responds to it."""
    submit()
    assert bedrock_jobs.region == "eu-central-1"
    assert len(bedrock_jobs.import_jobs) == 1


def test_set_up_functions_that_pytest_calls_receive_the_mock(pytester):
    """Pytest passes the module, the function or the method by position to their only parameter, by any name."""
    pytester.makepyfile("""
        from pytest_bedrock_jobs import BedrockJobs, mock_bedrock_jobs

        seen = []

        @mock_bedrock_jobs
        def setup_module(bedrock_jobs):
            seen.append(bedrock_jobs)

        @mock_bedrock_jobs
        def setup_function(bedrock_jobs):
            seen.append(bedrock_jobs)

        class TestIt:
            @mock_bedrock_jobs
            def setup_method(self, bedrock_jobs):
                seen.append(bedrock_jobs)

            def test_method(self):
                assert len(seen) == 2

        def test_it():
            assert len(seen) == 3
            assert {type(jobs) for jobs in seen} == {BedrockJobs}
    """)
    pytester.runpytest_inprocess().assert_outcomes(passed=2)


def test_arguments_around_the_mock_stay_where_they_are():
    """By position or by keyword, or any number of them."""

    @mock_bedrock_jobs
    def between(first, bedrock_jobs, *others):
        return first, bedrock_jobs.calls, others

    @mock_bedrock_jobs
    def by_keyword(*others, bedrock_jobs):
        return others, bedrock_jobs.calls

    @mock_bedrock_jobs
    def optional(*others, bedrock_jobs=None):
        return others, bedrock_jobs.calls

    @mock_bedrock_jobs
    def before(bedrock_jobs, name="default"):
        return bedrock_jobs.calls, name

    assert between(1, 2, 3) == (1, (), (2, 3))
    assert between(1) == (1, (), ())
    assert before("x") == before(None, "x") == before(name="x") == before(bedrock_jobs=None, name="x") == ((), "x")
    assert before() == ((), "default")
    assert by_keyword(1, 2) == optional(1, 2) == ((1, 2), ())


def test_an_argument_for_another_decorator_below_reaches_it():
    """The signature, which is the function's own, does not have it."""

    def repeated(function):
        @functools.wraps(function)
        def repeat(*args, times, **kwargs):
            return [function(*args, **kwargs) for _ in range(times)]

        return repeat

    @mock_bedrock_jobs
    @repeated
    def add(name, bedrock_jobs):
        return bedrock_jobs.add_import_job(name).name, len(bedrock_jobs.import_jobs)

    assert add("job", times=1) == [("job", 1)]


@pytest.mark.parametrize("number", [1, 2])
@mock_bedrock_jobs
@pytest.mark.parametrize("letter", ["a", "b"])
def test_fixtures_and_parametrize_still_work(letter, word, number):
    """Pytest sees the function's own signature through the decorator."""
    assert (word, letter in "ab", number in (1, 2)) == ("word", True, True)
    assert submit()


class TestMethods:
    """A class whose methods are decorated one by one."""

    @mock_bedrock_jobs
    def test_a_decorated_method_has_its_own_mock(self, bedrock_jobs):
        """A decorated method has its own mock."""
        submit()
        assert len(bedrock_jobs.import_jobs) == 1

    @staticmethod
    @mock_bedrock_jobs
    def test_a_static_method_decorated_below_its_own_decorator_runs_in_a_mock():
        """A staticmethod is decorated below its own decorator."""
        assert submit()


class Kinds:
    """A class method and a static method, decorated above and below Python's own decorator; and a method to bind."""

    @classmethod
    @mock_bedrock_jobs
    def class_below(cls, bedrock_jobs=None):
        """Within the mock."""
        return cls, submit() == bedrock_jobs.import_jobs[0].arn

    @mock_bedrock_jobs
    @classmethod
    def class_above(cls, bedrock_jobs=None):
        """Within the mock."""
        return cls, submit() == bedrock_jobs.import_jobs[0].arn

    @staticmethod
    @mock_bedrock_jobs
    def static_below(bedrock_jobs=None):
        """Within the mock."""
        return Kinds, submit() == bedrock_jobs.import_jobs[0].arn

    @mock_bedrock_jobs
    @staticmethod
    def static_above(bedrock_jobs=None):
        """Within the mock."""
        return Kinds, submit() == bedrock_jobs.import_jobs[0].arn

    def plain(self, bedrock_jobs=None):
        """Decorated once it is bound."""
        return type(self), submit() == bedrock_jobs.import_jobs[0].arn


@pytest.mark.parametrize("name", ["class_below", "class_above", "static_below", "static_above"])
@pytest.mark.parametrize("owner", [Kinds, Kinds()], ids=["class", "instance"])
def test_class_methods_and_static_methods_are_mocked_in_either_order_of_decorators(owner, name):
    """In whichever order the decorators stand, called on the class or on an instance."""
    assert getattr(owner, name)() == (Kinds, True)


def test_a_decorated_bound_method_stays_bound():
    """It stays bound."""
    assert mock_bedrock_jobs(Kinds().plain)() == (Kinds, True)


def test_the_function_that_pytest_takes_out_of_a_class_method_is_mocked():
    """It calls what stands as __func__ of a class method, with the class."""
    assert Kinds.class_below.__func__(Kinds) == (Kinds, True)


def test_those_who_count_arguments_see_the_originals():
    """The code object, the signature and the kind of a decorated function are those of the function."""

    @mock_bedrock_jobs
    def setup_module(module, *, word="a"):
        """Only looked at."""

    assert setup_module.__code__.co_argcount == 1
    assert str(inspect.signature(setup_module)) == "(module, *, word='a')"
    assert inspect.isfunction(setup_module)


XUNIT = """
    import boto3
    import pytest
    from pytest_bedrock_jobs import mock_bedrock_jobs

    SEEN = []

    @pytest.fixture(autouse=True, scope="session")
    def keys():
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
            yield

    def see(what, *arguments):
        boto3.client("bedrock").list_model_import_jobs()
        SEEN.append((what, *arguments))

    @mock_bedrock_jobs
    def setup_module(module):
        see("setup_module", module.__name__)

    @mock_bedrock_jobs
    def setup_function(function):
        see("setup_function", function.__name__)

    @mock_bedrock_jobs
    def teardown_function():
        see("teardown_function")

    class TestIt:
        @classmethod
        @mock_bedrock_jobs
        def setup_class(cls):
            see("setup_class", cls.__name__)

        @mock_bedrock_jobs
        def setup_method(self):
            see("setup_method", type(self).__name__)

        @mock_bedrock_jobs
        def teardown_method(self, method):
            see("teardown_method", method.__name__)

        def test_one(self):
            pass

        @mock_bedrock_jobs
        @classmethod
        def teardown_class(cls):
            see("teardown_class", cls.__name__)

    class TestOther:
        @mock_bedrock_jobs
        def setup_class(cls):
            see("setup_class", cls.__name__)

        @staticmethod
        @mock_bedrock_jobs
        def teardown_class():
            see("teardown_class", "static")

        @pytest.mark.parametrize("number", [1])
        @mock_bedrock_jobs
        def test_two(self, number, bedrock_jobs):
            see("test_two", number)

    def test_all():
        pass

    @mock_bedrock_jobs
    def teardown_module():
        assert SEEN == [
            ("setup_module", __name__),
            ("setup_class", "TestIt"),
            ("setup_method", "TestIt"),
            ("teardown_method", "test_one"),
            ("teardown_class", "TestIt"),
            ("setup_class", "TestOther"),
            ("test_two", 1),
            ("teardown_class", "static"),
            ("setup_function", "test_all"),
            ("teardown_function",),
        ]
"""


def test_whatever_pytest_calls_before_and_after_tests_can_be_decorated(pytester):
    """Whatever pytest calls before and after tests can be decorated, with and without a parameter."""
    pytester.makepyfile(XUNIT)
    pytester.runpytest_inprocess().assert_outcomes(passed=3)


def test_the_result_and_the_name_stay():
    """A decorated function returns what it returned, and is called what it was called."""

    @mock_bedrock_jobs
    def double(number, *, plus=0):
        """Double."""
        return number * 2 + plus

    assert double(2, plus=1) == 5
    assert (double.__name__, double.__doc__) == ("double", "Double.")
    assert list(inspect.signature(double).parameters) == ["number", "plus"]


def test_each_call_is_a_new_mock():
    """Two calls of a decorated function do not see each other's jobs."""

    @mock_bedrock_jobs
    def count(bedrock_jobs):
        submit()
        return len(bedrock_jobs.import_jobs)

    assert [count(), count()] == [1, 1]


def test_a_lambda_can_be_decorated():
    """A function without a def is a function."""
    assert mock_bedrock_jobs(lambda bedrock_jobs: bedrock_jobs)().import_jobs == ()


def test_a_decorated_coroutine_function_is_awaited_within_the_mock():
    """An async function is awaited within the mock."""

    @mock_bedrock_jobs
    async def run(bedrock_jobs):
        await asyncio.sleep(0)
        submit()
        return bedrock_jobs

    assert inspect.iscoroutinefunction(run)
    assert len(asyncio.run(run()).import_jobs) == 1


def test_a_decorated_generator_is_in_the_mock_from_its_first_step_to_its_last():
    """A generator is in the mock from its first step to its last, and is sent to and thrown at as before."""

    @mock_bedrock_jobs
    def work(bedrock_jobs):
        sent = yield bedrock_jobs
        try:
            yield sent
        except ZeroDivisionError:
            submit()
        return "end"

    steps = work()
    jobs = next(steps)
    assert steps.send("sent") == "sent"
    with pytest.raises(StopIteration) as caught:
        steps.throw(ZeroDivisionError())
    assert caught.value.value == "end"
    assert len(jobs.import_jobs) == 1


def test_a_generator_that_is_closed_ends_its_mock():
    """Closing runs the generator's own clean-up, in the mock."""

    @mock_bedrock_jobs
    def work(bedrock_jobs):
        try:
            yield bedrock_jobs
        finally:
            submit()

    with mock_bedrock_jobs() as outer:
        steps = work()
        jobs = next(steps)
        steps.close()
        submit()
    assert (len(jobs.import_jobs), len(outer.import_jobs)) == (1, 1)


def test_a_decorated_async_generator_relays_what_is_sent_to_it_and_thrown_at_it():
    """An async generator relays what is sent to it and thrown at it, and ends when its function does."""

    @mock_bedrock_jobs
    async def work(bedrock_jobs):
        sent = yield bedrock_jobs
        try:
            yield sent
        except ZeroDivisionError:
            submit()
            yield "caught"

    async def run():
        steps = work()
        jobs = await anext(steps)
        assert await steps.asend("sent") == "sent"
        assert await steps.athrow(ZeroDivisionError()) == "caught"
        with pytest.raises(StopAsyncIteration):
            await anext(steps)
        return jobs

    assert inspect.isasyncgenfunction(work)
    assert len(asyncio.run(run()).import_jobs) == 1


def test_an_async_generator_that_ends_on_a_throw_ends_its_mock():
    """An error that the function does not handle comes out, and the mock has ended."""

    @mock_bedrock_jobs
    async def work():
        yield submit()

    async def run():
        steps = work()
        await anext(steps)
        with pytest.raises(ZeroDivisionError):
            await steps.athrow(ZeroDivisionError())

    with mock_bedrock_jobs() as outer:
        asyncio.run(run())
        submit()
    assert len(outer.import_jobs) == 1


def test_an_async_generator_that_is_closed_cleans_up_within_its_mock():
    """Closing runs the async generator's own clean-up, in the mock."""
    seen = []

    @mock_bedrock_jobs
    async def work(bedrock_jobs):
        try:
            yield bedrock_jobs
        finally:
            seen.append(submit())

    async def run():
        steps = work()
        jobs = await anext(steps)
        await steps.aclose()
        return jobs

    assert [job.arn for job in asyncio.run(run()).import_jobs] == seen


@pytest.fixture
@mock_bedrock_jobs
def mocked_client():
    """A yield fixture with the decorator below its own."""
    yield CLIENT
    submit()


def test_the_mock_of_a_decorated_yield_fixture_is_active_in_the_test(mocked_client):
    """A decorated fixture's mock is active in the test that uses it."""
    assert mocked_client.create_model_import_job(**import_parameters())["jobArn"]


def wrapped(function):
    """A decorator that makes a plain function of whatever it gets."""

    @functools.wraps(function)
    def call():
        return function()

    return call


async def waits():
    """A coroutine function."""


async def waits_and_yields():
    """An asynchronous generator function."""
    yield


def yields():
    """A generator function."""
    yield


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")
@pytest.mark.parametrize(
    ("target", "kind"),
    [
        (wrapped(waits), "coroutine"),
        (wrapped(yields), "generator"),
        (wrapped(waits_and_yields), "async_generator"),
        (contextlib.contextmanager(yields), "GeneratorContextManager"),
        (contextlib.asynccontextmanager(waits_and_yields), "AsyncGeneratorContextManager"),
    ],
    ids=["coroutine", "generator", "async generator", "context manager", "async context manager"],
)
def test_a_function_whose_result_would_run_after_the_mock_is_refused(target, kind):
    """It is refused instead of running without a mock in silence."""
    with pytest.raises(
        UsageError, match=f"would run after its mock has ended.* a {kind}\\. Put mock_bedrock_jobs below"
    ):
        mock_bedrock_jobs(target)()


@mock_bedrock_jobs
def region_of_the_mock():
    """For other processes."""
    return boto3.Session().region_name


def test_a_pickle_or_copy_of_a_decorated_function_is_the_function():
    """As those of functions: another process finds it by its name."""
    for copied in (pickle.loads(pickle.dumps(region_of_the_mock)), copy.deepcopy([region_of_the_mock])[0]):
        assert copied is region_of_the_mock
    assert copy.copy(region_of_the_mock) is region_of_the_mock


@pytest.mark.parametrize(
    "target",
    [
        "a string",
        5,
        property(lambda self: None),
        pytest.fixture(lambda: None),
    ],
    ids=["string", "number", "property", "fixture"],
)
def test_what_cannot_be_decorated_is_refused(target):
    """A target that is neither a function nor a class of tests is a UsageError that says what to do."""
    with pytest.raises(UsageError) as caught:
        mock_bedrock_jobs(target)
    assert str(caught.value).startswith("mock_bedrock_jobs decorates functions and test classes, not ")
    assert "below @pytest.fixture and @property" in str(caught.value)


def test_a_class_without_tests_is_refused():
    """A class that has nothing to run is a UsageError that names it."""
    with pytest.raises(UsageError, match="classes of tests, and Helper has neither a method test\\* nor a set-up"):

        @mock_bedrock_jobs
        class Helper:
            """Not a test."""


def test_the_decorator_itself_looks_like_a_function():
    """To those who print it or look at its signature."""
    assert repr(mock_bedrock_jobs) == "<function mock_bedrock_jobs>"
    assert mock_bedrock_jobs.__doc__.startswith("Respond to Bedrock's model import and copy operations")
    assert list(inspect.signature(mock_bedrock_jobs).parameters) == ["target", "options"]


@pytest.mark.skipif(sys.version_info < (3, 14), reason="older Pythons evaluate annotations where they are written")
def test_functions_with_annotations_for_type_checkers_only_receive_the_mock(pytester):
    """Functions, coroutines and fixtures receive the mock nevertheless."""
    pytester.makepyfile(
        """
        import asyncio
        from typing import TYPE_CHECKING

        import pytest
        from pytest_bedrock_jobs import mock_bedrock_jobs

        if TYPE_CHECKING:
            from pytest_bedrock_jobs import BedrockJobs

        @mock_bedrock_jobs
        def test_function(bedrock_jobs: BedrockJobs) -> None:
            assert bedrock_jobs.client()

        @pytest.fixture
        @mock_bedrock_jobs
        def mock(bedrock_jobs: BedrockJobs) -> Iterator[BedrockJobs]:
            yield bedrock_jobs

        def test_fixture(mock: BedrockJobs) -> None:
            assert mock.client()

        @mock_bedrock_jobs
        async def region(bedrock_jobs: BedrockJobs) -> str:
            return bedrock_jobs.region

        def test_coroutine() -> None:
            assert asyncio.run(region()) == "us-east-1"
        """
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=3)
