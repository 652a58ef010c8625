"""The pytest plugin: the fixtures, the marker, and the section that a mock adds to the report of a test.

pytest imports this module at every start, so the mock is imported only when a test first uses it, and with it botocore
and boto3.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, get_args

import pytest

from .interceptor import environment
from .service import ini_options

if TYPE_CHECKING:
    from .mock import BedrockJobs
    from .server.serving import Server
    from .service.options import Options

_MARKER = "bedrock_jobs"
_SECTION = "bedrock_jobs"
_Scope = Literal["class", "module", "package", "session"]
_DEFAULTS = pytest.StashKey["Mapping[str, Any]"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--bedrock-jobs``, and the ini options."""
    parser.getgroup("bedrock_jobs", "mock of Amazon Bedrock model import and copy jobs").addoption(
        "--bedrock-jobs",
        action="store_true",
        help="show the calls, jobs and faults of tests that used the mock, even if they passed",
    )
    for name, (kind, summary) in ini_options.INI_OPTIONS.items():
        text = f"{summary}; the default for mocks that do not set it"
        parser.addini(f"{_MARKER}_{name}", text, type=kind, default=None)  # type: ignore[arg-type]


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and read the ini options."""
    environment.begin_worker(getattr(config, "workerinput", {}).get(_MARKER, ()))
    config.stash[_DEFAULTS] = _options_of_ini(config)
    ini_options.begin_run(config.stash[_DEFAULTS])
    config.add_cleanup(environment.export_region(config.stash[_DEFAULTS].get("region")))
    names = ", ".join(ini_options.INI_OPTIONS)
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(*, {names}): mock Bedrock's model import and copy jobs for this test; it takes the options of "
        "mock_bedrock_jobs, and the fixture `bedrock_jobs` returns the mock.",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist which variables tests have set, and not the machine."""
    node.workerinput[_MARKER] = environment.set_by_the_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Drop the ini options: another run in this process has its own."""
    ini_options.end_run(config.stash.get(_DEFAULTS, {}))


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let the marker alone request the fixture, before all others, so that they are mocked too."""
    _add_fixture(item)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Do the same for a marker that was added after collection: this runs after conftest's hooks, before fixtures."""
    _add_fixture(item)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Do the same for a marker that a fixture has added."""
    if _add_fixture(item):
        item._request.getfixturevalue(_MARKER)  # type: ignore[attr-defined]  # not set up yet


def _add_fixture(item: pytest.Item) -> bool:
    """Put the fixture first in a marked test, and return whether the test did not have it before."""
    names: list[str] | None = getattr(item, "fixturenames", None)
    if names is None or _MARKER in names[:1]:
        return False
    if item.get_closest_marker(_MARKER) is None and _class_options(item) is None:
        return False
    if not _SHARED.isdisjoint(names) and all(marker.name != _MARKER for marker in item.own_markers):
        return False  # a marker on the class or module is for the mock that its tests share
    # A new list, because the items of a parametrized function share the old one.
    item.fixturenames = [_MARKER, *(name for name in names if name != _MARKER)]  # type: ignore[attr-defined]
    return _MARKER not in names


def _class_options(item: pytest.Item) -> Options | None:
    """The options of a plain class that ``mock_bedrock_jobs`` decorates, if the test is in one."""
    decorated: Any = sys.modules.get(f"{__package__}.decorated_classes")
    options: Options | None = decorated and decorated.options_of(getattr(item, "cls", None))
    return options


@pytest.hookimpl(specname="pytest_runtest_setup", tryfirst=True)
def pytest_bedrock_jobs_begin() -> None:
    """Begin a test: the mocks of earlier ones do not belong to it."""
    if activation := _activation():
        activation.running_test.begin()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Remember a failure, so that the mock does not add a second one, and add the section that explains it."""
    report = yield
    if activation := _activation():
        activation.running_test.failed |= call.excinfo is not None
        if report.failed or (report.when == "call" and item.config.getoption("bedrock_jobs")):
            from .report import report_of

            if text := report_of(activation.running_test):
                _add_section(report, text)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, Any]:
    """Say how a client at the top of a module gets a Region."""
    report = yield
    call = getattr(report, "call", None)
    if call and call.excinfo and type(call.excinfo.value).__name__ == "NoRegionError":
        from .service.errors import see

        _add_section(
            report,
            "A client is made while the module is imported, before any mock, and no Region is configured. Set one for "
            f"the run, in pytest's ini file: {_MARKER}_region = us-east-1. {see('A client without a Region')}",
        )
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Show the sections of passed tests, if there are any."""
    for report in terminalreporter.getreports("passed"):
        for name, text in report.sections:
            if name == _SECTION:
                terminalreporter.section(f"{_SECTION}: {report.nodeid}")
                terminalreporter.line(text)


def _activation() -> Any:
    """The module that keeps track of mocks; None until something uses one."""
    return sys.modules.get(f"{__package__}.activation")


def _add_section(report: pytest.TestReport | pytest.CollectReport, text: str) -> None:
    """Put the text where the terminal, junitxml and xdist's controller find it."""
    why: Any = report.longrepr
    if hasattr(why, "addsection"):
        why.addsection(_SECTION, text)
    elif report.failed:  # a failure whose report has another form, such as a doctest's
        report.longrepr = f"{why}\n\n{_SECTION}:\n{text}"
    else:
        report.sections.append((_SECTION, text))


@pytest.fixture
def bedrock_jobs(request: pytest.FixtureRequest) -> Iterator[BedrockJobs]:
    """Mock Bedrock's model import and copy jobs: boto3 clients get responses from memory, nothing is sent.

    Provides the BedrockJobs object; options come from @pytest.mark.bedrock_jobs(...).
    """
    from .activation import activated
    from .decorated_classes import leave_to_plugin
    from .service.errors import BedrockJobsError

    leave_to_plugin(request.instance)
    try:
        with activated(_options_of(request.node)) as jobs:
            _give(jobs, request.instance)
            yield jobs
    except BedrockJobsError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


def _give(jobs: BedrockJobs, instance: Any) -> None:
    """Let a TestCase have the mock as ``self.bedrock_jobs``: its tests cannot request a fixture."""
    test_case = getattr(sys.modules.get("unittest"), "TestCase", ())
    if isinstance(instance, test_case):
        instance.bedrock_jobs = jobs


def _shared(scope: _Scope) -> Any:
    @pytest.fixture(scope=scope, name=f"{scope}_{_MARKER}")
    def shared(request: pytest.FixtureRequest) -> Iterator[BedrockJobs]:
        from .activation import Activation
        from .service.errors import BedrockJobsError
        from .service.seeded_ids import owned_by

        try:
            with owned_by(f"{scope} {request.node.nodeid}"):
                activation = Activation(_options_of(request.node))
            yield activation.begin()
            activation.end()
        except BedrockJobsError as error:
            raise pytest.fail.Exception(str(error), pytrace=False) from None

    shared.__doc__ = f"""Like bedrock_jobs, but one mock for a whole {scope}, which fixtures of that scope can use too.

    Options come from the ini file, and from markers on the {scope} or on what contains it.
    """
    return shared


class_bedrock_jobs: Any = _shared("class")
module_bedrock_jobs: Any = _shared("module")
package_bedrock_jobs: Any = _shared("package")
session_bedrock_jobs: Any = _shared("session")
_SHARED = {f"{scope}_{_MARKER}" for scope in get_args(_Scope)}


@pytest.fixture(scope="session")
def bedrock_jobs_server() -> Iterator[Server]:
    """Serve whichever mock is active over HTTP, all session long, for a program that several tests share.

    Provides the Server object, with its ``endpoint_url`` and an ``environment()`` for the program.
    """
    from .serving import serve

    with serve() as server:
        yield server


def _options_of_ini(config: pytest.Config) -> Mapping[str, Any]:
    """The ini options that are set.

    Raises:
        pytest.UsageError: For a value that an option cannot have.
    """
    values: dict[str, Any] = {}
    for name in ini_options.INI_OPTIONS:
        try:
            value = config.getini(f"{_MARKER}_{name}")
            if value is not None:
                values[name] = _from_ini(name, value)
        except (OverflowError, TypeError, ValueError, pytest.UsageError) as error:
            raise pytest.UsageError(f"ini option {_MARKER}_{name}: {error}") from None
    return values


def _from_ini(name: str, value: Any) -> Any:
    """The value of an option, from what pytest has read."""
    from .service import options
    from .service.errors import UsageError

    try:
        return options.from_ini(name, value)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None


def _options_of(item: pytest.Item) -> Options:
    """The options of the markers and of the decorated class; those nearest to the test win."""
    found: Options = {}
    class_options = _class_options(item) or {}
    for node, marker in reversed(list(item.iter_markers_with_node(_MARKER))):
        if marker.args:
            from .service.errors import UsageError, see

            raise UsageError(
                f"@pytest.mark.{_MARKER} takes options by keyword, not {marker.args!r}. "
                f"{see('An option or a target that is refused')}"
            )
        if isinstance(node, (pytest.Class, pytest.Item)):
            found.update(class_options)
            class_options = {}
        found.update(marker.kwargs)  # type: ignore[typeddict-item]  # checked with all other options
    found.update(class_options)
    return found
