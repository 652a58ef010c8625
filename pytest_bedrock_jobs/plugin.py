"""pytest's door: the fixture and the marker.

pytest imports this module at every start, so botocore, boto3 and wrapt wait for the first test that uses the mock.
"""

from __future__ import annotations

import datetime
import re
import sys
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from .mock import BedrockJobs
    from .service.options import Options

_MARKER = "bedrock_jobs"
_SECTION = "bedrock_jobs"
_INI: dict[str, tuple[Literal["string", "bool"], str]] = {
    "account_id": ("string", "the account of clients whose credentials name none: 12 digits"),
    "region": ("string", "the Region of clients made without one, such as eu-central-1"),
    "progress": ("string", "when jobs end: polls, time, manual, or a number of minutes"),
    "virtual_time": ("bool", "whether time.sleep and asyncio.sleep return at once and move the mock's clock"),
}
_DEFAULTS = pytest.StashKey["Options"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--bedrock-jobs``, and the ini options."""
    parser.getgroup("bedrock_jobs", "mock of Amazon Bedrock model import and copy jobs").addoption(
        "--bedrock-jobs",
        action="store_true",
        help="show the calls, jobs and faults of tests that used the mock, also where they passed",
    )
    for name, (kind, meaning) in _INI.items():
        text = f"{meaning}; for tests whose fixture or marker bedrock_jobs does not say otherwise"
        parser.addini(f"{_MARKER}_{name}", text, type=kind, default=None)


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest of the marker, and check the ini options."""
    config.stash[_DEFAULTS] = _options_of_ini(config)
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(*, account_id, region, quotas, progress, virtual_time, allow_unfired_faults): mock Bedrock's model "
        "import and copy jobs for this test; the options are those of mock_bedrock_jobs, and the fixture "
        "`bedrock_jobs` gives the mock.",
    )


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let the marker alone bring the fixture, before all others, so that they are mocked too."""
    names: list[str] | None = getattr(item, "fixturenames", None)
    if names is not None and item.get_closest_marker(_MARKER):
        # A list of its own: the items of a parametrized function share one.
        item.fixturenames = [_MARKER, *(name for name in names if name != _MARKER)]  # type: ignore[attr-defined]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """A test begins: mocks of earlier ones are not its own."""
    if activation := _activation():
        activation.running_test.begin()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Remember a failure, so that its mock adds no second one, and explain it."""
    report = yield
    if activation := _activation():
        activation.running_test.failed |= call.excinfo is not None
        if report.failed or (report.when == "call" and item.config.getoption("bedrock_jobs")):
            from .report import report_of

            if text := report_of(activation.running_test):
                _add_section(report, text)
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Show the sections of passed tests, if they have some."""
    for report in terminalreporter.getreports("passed"):
        for name, text in report.sections:
            if name == _SECTION:
                terminalreporter.section(f"{_SECTION}: {report.nodeid}")
                terminalreporter.line(text)


def _activation() -> Any:
    """The module that knows of mocks; None before anything used one."""
    return sys.modules.get(f"{__package__}.activation")


def _add_section(report: pytest.TestReport, text: str) -> None:
    """Put the text where the terminal, junitxml and xdist's controller find it."""
    why: Any = report.longrepr
    if hasattr(why, "addsection"):
        why.addsection(_SECTION, text)
    elif report.failed:  # a failure that is told in its own way, as a doctest's
        report.longrepr = f"{why}\n\n{_SECTION}:\n{text}"
    else:
        report.sections.append((_SECTION, text))


@pytest.fixture
def bedrock_jobs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[BedrockJobs]:
    """Mock Bedrock's model import and copy jobs: boto3 clients are answered from memory, nothing is sent.

    Gives the BedrockJobs object; options come from @pytest.mark.bedrock_jobs(...).
    """
    from .activation import activated
    from .service.errors import BedrockJobsError

    try:
        with activated(_options_of(request.node), monkeypatch) as jobs:
            yield jobs
    except BedrockJobsError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


def _options_of_ini(config: pytest.Config) -> Options:
    """The ini options that are set.

    Raises:
        pytest.UsageError: For a value that an option cannot have.
    """
    options: Options = {}
    for name in _INI:
        try:
            value = config.getini(f"{_MARKER}_{name}")
            if value is not None:
                options.update(_checked(name, value))
        except (OverflowError, TypeError, ValueError, pytest.UsageError) as error:
            raise pytest.UsageError(f"ini option {_MARKER}_{name}: {error}") from None
    return options


def _checked(name: str, value: Any) -> Options:
    from .service.errors import UsageError
    from .service.options import settings_from

    if name == "progress" and value not in ("polls", "time", "manual"):
        if not re.fullmatch(r"[0-9]+([.][0-9]+)?", value):
            raise ValueError(f"progress is polls, time, manual or a number of minutes, not {value!r}.")
        value = datetime.timedelta(minutes=float(value))
    try:
        settings_from({name: value})
    except UsageError as error:
        raise ValueError(str(error)) from None
    return {name: value}  # type: ignore[misc]  # checked just now


def _options_of(item: pytest.Item) -> Options:
    """The ini options, then the markers', those nearest to the test last: they win."""
    from .service.errors import see

    options: Options = {**item.config.stash[_DEFAULTS]}
    for marker in reversed(list(item.iter_markers(_MARKER))):
        if marker.args:
            raise pytest.UsageError(
                f"@pytest.mark.{_MARKER} takes options by keyword, not {marker.args!r}. "
                f"{see('An option or a target that is refused')}"
            )
        options.update(marker.kwargs)  # type: ignore[typeddict-item]  # checked where all options are
    return options
