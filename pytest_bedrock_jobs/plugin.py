"""pytest's door: the fixture and the marker.

pytest imports this module at every start, so botocore, boto3 and wrapt wait for the first test that uses the mock.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .mock import BedrockJobs
    from .settings import Options

_MARKER = "bedrock_jobs"
_failed = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest of the marker."""
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(*, account_id, region, quotas, progress, virtual_time): mock Bedrock's model import and copy jobs "
        "for this test; the options are those of mock_bedrock_jobs, and the fixture `bedrock_jobs` gives the mock.",
    )


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let the marker alone bring the fixture, before all others, so that they are mocked too."""
    names: list[str] | None = getattr(item, "fixturenames", None)
    if names is not None and item.get_closest_marker(_MARKER):
        if _MARKER in names:
            names.remove(_MARKER)
        names.insert(0, _MARKER)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Remember a failure, so that the fixture adds no second one."""
    if call.excinfo is not None:
        item.stash[_failed] = True
    return (yield)


@pytest.fixture
def bedrock_jobs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[BedrockJobs]:
    """Mock Bedrock's model import and copy jobs: boto3 clients are answered from memory, nothing is sent.

    Gives the BedrockJobs object; options come from @pytest.mark.bedrock_jobs(...).
    """
    from .errors import UnsupportedOperationError
    from .mock import activated

    try:
        with activated(_options_of(request.node), monkeypatch) as jobs:
            yield jobs
            if request.node.stash.get(_failed, False):
                jobs.reset()  # the test has failed by itself, and a swallowed call shall not add to that
    except UnsupportedOperationError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


def _options_of(item: pytest.Item) -> Options:
    """The markers' options, those nearest to the test last: they win."""
    options: Options = {}
    for marker in reversed(list(item.iter_markers(_MARKER))):
        if marker.args:
            raise pytest.UsageError(f"@pytest.mark.{_MARKER} takes options by keyword, not {marker.args!r}")
        options.update(marker.kwargs)  # type: ignore[typeddict-item]  # checked where all options are
    return options
