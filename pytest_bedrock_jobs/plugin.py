"""The pytest plugin: the fixtures, the marker, and the section that a mock adds to the report of a test.

pytest imports this module at every start, so the mock is imported only when a test first uses it, and with it botocore
and boto3.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import threading
import warnings
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any, cast

import pytest

from .interceptor import active_mocks, environment
from .service import options
from .timekeeping import real_time

if TYPE_CHECKING:
    from .mock import BedrockJobs
    from .server import Server
    from .service.options import Options


_MARKER = "bedrock_jobs"  # also the name of the report's section
_DEFAULTS = pytest.StashKey["Options"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--bedrock-jobs``, and the ini options."""
    parser.getgroup("bedrock_jobs", "mock of Amazon Bedrock model import and copy jobs").addoption(
        "--bedrock-jobs",
        action="store_true",
        help="show the calls, jobs and faults of tests that used the mock, even if they passed",
    )
    for name in options.OPTIONS:
        _add_ini_option(parser, name)


def _add_ini_option(parser: pytest.Parser, name: str, kind: Any = None) -> None:
    """Tell pytest of an ini option; None is the kind that its help shows."""
    option = options.OPTIONS[name]
    text = f"{option.summary}: {option.ini_takes}. The default for mocks that do not set it"
    kind = kind or ("bool" if option.ini_takes == "true or false" else "string")
    parser.addini(f"{_MARKER}_{name}", text, type=kind, default=None)


@pytest.hookimpl(wrapper=True, trylast=True)  # within what pytest itself does about warnings
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Read the ini options before conftest files import modules that make clients."""
    _read_ini(early_config)
    try:
        yield
    except Exception as error:
        if hint := _hint_at_import(error):
            cause = error.__cause__ or error
            cause.args = (f"{cause}\n{hint}",)
        raise


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and begin the run."""
    environment.begin_worker(getattr(config, "workerinput", {}).get(_MARKER, ()))
    run = contextlib.ExitStack()  # another run in this process has options of its own
    config.add_cleanup(run.close)
    run.enter_context(real_time.control(threading.get_ident()))
    _read_ini(config)
    patch = run.enter_context(pytest.MonkeyPatch.context())
    patch.setattr(options, "of_run", config.stash[_DEFAULTS])
    if activation := _activation():  # perhaps a test of another run begins this one, and goes on after it
        patch.setattr(activation, "running_test", activation.RunningTest())
    names = ", ".join(options.OPTIONS)
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(*, {names}): mock Bedrock's model import and copy jobs for this test; it takes the options of "
        "mock_bedrock_jobs, and the fixture `bedrock_jobs` returns the mock.",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist which variables tests have set, and not the machine."""
    node.workerinput[_MARKER] = environment.set_by_the_run()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give a marked test the fixture, before others, so that they are mocked too.

    Here and not at its collection: conftest's hooks may have added the marker by now.
    """
    _add_fixture(item)
    if activation := _activation():  # what hooks of conftest have begun by now, they end
        activation.running_test.active_before = active_mocks.copy()


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Do the same for a marker that a fixture has added, and begin the test itself.

    Virtual time applies to that, and not to other plugins' hooks around it.
    """
    if _add_fixture(item):
        item._request.getfixturevalue(_MARKER)  # type: ignore[attr-defined]  # not set up yet
    if activation := _activation():
        _check_options_are_taken(item)
        activation.running_test.begin_call()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(item, "runtest", real_time.control(None)(item.runtest))
        return (yield)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_fixture_setup(fixturedef: Any) -> Generator[None, Any, Any]:
    """Let virtual time apply to fixtures, and to what ends them; a wider fixture's mocks are for several tests."""
    add, others = fixturedef.addfinalizer, active_mocks.copy()
    fixturedef.addfinalizer = lambda finalizer: add(real_time.control(None)(finalizer))
    try:
        with real_time.control(None):
            return (yield)
    finally:
        fixturedef.addfinalizer = add
        if fixturedef.scope != "function" and (activation := _activation()):
            activation.running_test.lasting += [mock for mock in active_mocks if mock not in others]


def _add_fixture(item: pytest.Item) -> bool:
    """Put the fixtures first in a marked test, and return whether the test did not have the mock before."""
    names: list[str] | None = getattr(item, "fixturenames", None)
    if names is None or item.get_closest_marker(_MARKER) is None:
        return False
    # What outlasts the test begins before its mock, so that the first test of several is like the others.
    first = [name for name in names if name in _SHARED]
    # Where tests share a mock, a marker on their class or module is for that one.
    if not first or any(marker.name == _MARKER for marker in item.own_markers):
        if any(map(_sets_up_in_a_mock, item.listchain())):
            fixtures = item._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined]
            lasting = [name for name in names if name in fixtures and fixtures[name][-1].scope != "function"]
            first += ["_bedrock_jobs_around_class", *lasting]
        first.append(_MARKER)
    # A new list, because the items of a parametrized function share the old one.
    item.fixturenames = list(dict.fromkeys([*first, *names]))  # type: ignore[attr-defined]
    return _MARKER in first and _MARKER not in names


def _check_options_are_taken(item: pytest.Item) -> None:
    """Refuse the options of markers that no mock has."""
    request = getattr(item, "_request", None)
    wanted = _options_of(request) if request else {}
    missing = [name for name, value in wanted.items() if all(value != mock.settings.get(name) for mock in active_mocks)]
    if missing:
        from .service.errors import see

        text = (
            f"no mock of this test has the marker's options, {', '.join(missing)}: it shares one with other tests, a "
            "fixture of its own replaces bedrock_jobs without requesting it, or the marker was added when bedrock_jobs "
            "had begun. Put them into the ini file, or the marker on the test, which gives it a mock of its own. "
            f"{see('An option or a target that is refused')}"
        )
        raise pytest.fail.Exception(text, pytrace=False)


def _sets_up_in_a_mock(node: object) -> bool:
    """Whether this is a class, marked as its module may be, that has functions for all of its tests."""
    if not isinstance(node, pytest.Class) or node.get_closest_marker(_MARKER) is None:
        return False
    own = [name for cls in node.obj.__mro__ if not cls.__module__.startswith("unittest") for name in vars(cls)]
    return not {"setup_class", "teardown_class", "setUpClass", "tearDownClass"}.isdisjoint(own)


@pytest.hookimpl(specname="pytest_runtest_setup", tryfirst=True)
def pytest_bedrock_jobs_begin() -> None:
    """Begin a test: the mocks of earlier ones do not belong to it."""
    if activation := _activation():
        activation.running_test = activation.running_test.next()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, Any, Any]:
    """Report at this test what happened in it to mocks of wider scopes, and a mock that it does not end."""
    if (activation := _activation()) and (error := activation.running_test.error_of_lasting()):
        item.addfinalizer(lambda: pytest.fail(str(error), pytrace=False))  # before a fixture can reset them
    result = yield
    if (activation := _activation()) and (error := activation.running_test.error_of_left()):
        pytest.fail(str(error), pytrace=False)
    return result


def pytest_keyboard_interrupt() -> None:
    """Report nothing of a test that the user, or ``pytest.exit``, has ended: pytest itself would end by the error."""
    if activation := _activation():
        activation.running_test.failed = True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Remember a failure, so that the mock does not add a second one, and add the section that explains it."""
    activation = _activation()
    if activation and call.excinfo:
        _end_at_the_caller(call.excinfo)
    report = yield
    if call.excinfo and (hint := _hint(item, call.excinfo.value)):
        _add_section(report, hint)
    if activation:
        activation.running_test.failed |= call.excinfo is not None
        if report.failed or (report.when == "call" and item.config.getoption("bedrock_jobs")):
            from .report import report_of

            if text := report_of(activation.running_test):
                _add_section(report, text)
    return report


def _end_at_the_caller(excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    """Leave out of a traceback what botocore does between the line that called it and an error of the mock."""
    from .service.errors import BedrockJobsError, is_machinery

    if isinstance(excinfo.value, BedrockJobsError):
        trace: Any = excinfo.tb
        last = trace
        while trace := trace.tb_next:
            if not is_machinery(trace.tb_frame.f_globals):
                last = trace
        last.tb_next = None


def _hint(item: pytest.Item, error: BaseException) -> str | None:
    """What Python's and pytest's own messages do not say about the fixtures."""
    owner: Any = getattr(item, "cls", None)
    if isinstance(error, AttributeError) and error.name == _MARKER and (owner is error.obj or owner is type(error.obj)):
        return (
            "self.bedrock_jobs exists in a class with the decorator @mock_bedrock_jobs or the marker "
            "@pytest.mark.bedrock_jobs, if its tests share no mock, and in a test with the parameter bedrock_jobs."
        )
    is_case = type(error) is TypeError and type(item).__name__ == "TestCaseFunction"
    if is_case and str(error).endswith(f"argument: {_MARKER!r}"):  # the text of other errors may be one that fails
        return (
            "tests of a unittest.TestCase get no fixtures: put @mock_bedrock_jobs or @pytest.mark.bedrock_jobs on the "
            "class, and use self.bedrock_jobs."
        )
    mismatch = rf"ScopeMismatch: .* fixture (?:\w+_)?{_MARKER} with a (\w+) scoped request"
    if isinstance(error, pytest.fail.Exception) and (found := re.search(mismatch, str(error))):
        return f"a fixture with this scope requests {found[1]}_{_MARKER} instead: one mock for the whole {found[1]}."
    return None


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, Any]:
    """Say how a client or a session at the top of a module can be made."""
    report = yield
    call = getattr(report, "call", None)
    if call and call.excinfo and (hint := _hint_at_import(call.excinfo.value)):
        _add_section(report, hint)
    return report


def _hint_at_import(error: BaseException) -> str | None:
    """What to do about an error of botocore's in a module that pytest imports, or in a conftest file."""
    from .service.errors import see

    hints = {
        "NoRegionError": (
            "A client is made while the module is imported, before any mock, and no Region is configured. Set one for "
            f"the run, in pytest's ini file: {_MARKER}_region = us-east-1."
        ),
        "ProfileNotFound": (
            "A session is made while the module is imported, before any mock, and the machine does not have its "
            "profile. Make the session in a function, and let the mock have the profile, by the option profiles."
        ),
    }
    hint = hints.get(type(error.__cause__ or error).__name__)  # pytest's error of a conftest file has it as its cause
    return hint and f"{hint} {see('A client without a Region')}"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Show the sections of passed tests, if there are any."""
    for report in terminalreporter.getreports("passed"):
        for name, text in report.sections:
            if name == _MARKER:
                terminalreporter.section(f"{_MARKER}: {report.nodeid}")
                terminalreporter.line(text)


def _activation() -> Any:
    """The module that keeps track of mocks; None until something uses one."""
    return sys.modules.get(f"{__package__}.activation")


def _add_section(report: pytest.TestReport | pytest.CollectReport, text: str) -> None:
    """Put the text where the terminal, junitxml and xdist's controller find it."""
    why: Any = report.longrepr
    if hasattr(why, "addsection"):
        why.addsection(_MARKER, text)
    elif report.failed:  # a failure whose report has another form, such as a doctest's
        report.longrepr = f"{why}\n\n{_MARKER}:\n{text}"
    else:
        report.sections.append((_MARKER, text))


@pytest.fixture
def bedrock_jobs(request: pytest.FixtureRequest) -> Iterator[BedrockJobs]:
    """Mock Bedrock's model import and copy jobs: boto3 clients get responses from memory, without AWS.

    Provides the BedrockJobs object; options come from @pytest.mark.bedrock_jobs(...).
    """
    from .activation import Activation

    with _errors_as_failures(), Activation(_options_of(request)) as jobs:
        _give(jobs, request.instance)
        yield jobs


@contextlib.contextmanager
def _errors_as_failures() -> Iterator[None]:
    """Report an error for the author of the test by its text alone."""
    from .service.errors import BedrockJobsError

    try:
        yield
    except BedrockJobsError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


def _give(jobs: BedrockJobs, target: Any) -> None:
    """Let a class of tests have the mock as ``bedrock_jobs``, unless it has something else of that name."""
    if target is not None and type(getattr(target, _MARKER, None)) in (type(None), type(jobs)):
        setattr(target, _MARKER, jobs)


def _lasting(request: pytest.FixtureRequest) -> Iterator[BedrockJobs]:
    """Like bedrock_jobs, but one mock for a whole class, module, package or session, as the fixture's name says.

    Fixtures of that scope can use it too. Options come from the ini file, and from markers on the class, module,
    package or session, or on what contains it.
    """
    from .activation import Activation
    from .service.arns import seeded_for

    with _errors_as_failures():
        with seeded_for(f"{request.scope} {request.node.nodeid}"):
            activation = Activation(_options_of(request))
        with activation as jobs:
            yield jobs


class_bedrock_jobs: Any = pytest.fixture(scope="class")(_lasting)
module_bedrock_jobs: Any = pytest.fixture(scope="module")(_lasting)
package_bedrock_jobs: Any = pytest.fixture(scope="package")(_lasting)
session_bedrock_jobs: Any = pytest.fixture(scope="session")(_lasting)
_SHARED = {f"{scope}_{_MARKER}" for scope in ("class", "module", "package", "session")}


@pytest.fixture(scope="class")
def _bedrock_jobs_around_class(request: pytest.FixtureRequest) -> Iterator[None]:
    """Mock the functions that set up and tear down a marked class; its tests have mocks of their own."""
    from .decorated import warn_of_left_jobs

    with contextlib.contextmanager(_lasting)(request) as jobs:
        _give(jobs, request.cls)
        yield
        if vars(request.cls).get(_MARKER) is jobs:
            delattr(request.cls, _MARKER)
        warn_of_left_jobs(request.cls, jobs)


@pytest.fixture(scope="session")
def bedrock_jobs_server() -> Iterator[Server]:
    """Serve whichever mock is active over HTTP, all session long, for a program that several tests share.

    Provides the Server object, with its ``endpoint_url`` and an ``environment()`` for the program.
    """
    from .server import serve

    with _errors_as_failures(), serve() as server:
        yield server


def _read_ini(config: pytest.Config) -> None:
    """Keep the ini options, and export the Region; where a conftest file loads the plugin, that is late."""
    if _DEFAULTS not in config.stash:
        config.stash[_DEFAULTS] = _options_of_ini(config)
        region = config.stash[_DEFAULTS].get("region")
        if region and not os.environ.get("AWS_DEFAULT_REGION"):  # botocore does not read AWS_REGION
            patched = pytest.MonkeyPatch()
            patched.setenv("AWS_DEFAULT_REGION", region)
            config.add_cleanup(patched.undo)


def _options_of_ini(config: pytest.Config) -> Options:
    """The options that the ini file or ``-o`` sets.

    Raises:
        pytest.UsageError: For an option that does not exist, and for a value that one cannot have.
    """
    prefix = f"{_MARKER}_"
    for name in sorted(config._get_unknown_ini_keys()):  # pytest itself only warns of them
        if name.startswith(prefix):
            from .service.errors import no_such

            raise pytest.UsageError(f"{no_such('ini option', name, [prefix + each for each in options.OPTIONS])}.")
    found: dict[str, Any] = {}
    for name in options.OPTIONS:
        try:
            if (value := _ini_value(config, name)) is not None:
                found[name] = options.from_ini(name, value)
        except ValueError as error:
            raise pytest.UsageError(f"ini option {prefix}{name} is {error}.") from None
    return cast("Options", found)


def _ini_value(config: pytest.Config, name: str) -> Any:
    """What stands in the ini file: text, or a value of pytest's own TOML table; None if it is not set.

    An ini option has one type there, and unions of types only since pytest 9.2, so each type is tried.
    """
    for next_kind in ("string", "bool", "int", "float", "args", None):
        with contextlib.suppress(TypeError, ValueError, pytest.UsageError), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pytest's, of a list in [tool.pytest.ini_options]
            return config.getini(f"{_MARKER}_{name}")
        _add_ini_option(config._parser, name, next_kind)
    raise ValueError(f"{options.OPTIONS[name].ini_takes}, not a TOML value of this type")


def _options_of(request: pytest.FixtureRequest) -> Options:
    """The options of the markers; those nearest to the test win."""
    markers = [each for parent in request.node.listchain() for each in parent.own_markers if each.name == _MARKER]
    refused = [marker.args for marker in markers if marker.args]
    # With parametrize(indirect=True); a fixture that overrides this one has parameters, and pytest-cases makes some.
    if hasattr(request, "param") and len(request._arg2fixturedefs[str(request.fixturename)]) == 1:
        refused += [] if type(request.param).__module__.startswith("pytest_cases") else [request.param]
    if refused:
        from .service.errors import UsageError, see

        raise UsageError(
            f"@pytest.mark.{_MARKER} takes options by keyword, not {refused[0]!r}. "
            f"{see('An option or a target that is refused')}"
        )
    # They are checked with all other options.
    return cast("Options", {name: value for marker in markers for name, value in marker.kwargs.items()})
