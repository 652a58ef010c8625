"""What every test file shares: pytester, and modules that must outlive its in-process runs."""

from __future__ import annotations

import asyncio
import functools
import importlib
import importlib.util
import os
import sys

import boto3
import botocore_has
import hypothesis_profile
import lives
import neighbours
import pytest
import support
from botocore.loaders import JSONFileLoader

import pytest_bedrock_jobs

hypothesis_profile.load()


def _read_data_once():
    """Share what botocore reads from its files: every session would parse them anew, half of these tests' time."""
    read, shared = JSONFileLoader.load_file, {}

    def load_file(loader, path):
        if path not in shared:
            found = read(loader, path)
            if found is None:
                return None
            shared[path] = found
        return shared[path]

    JSONFileLoader.load_file = load_file


_read_data_once()

pytest_plugins = ["pytester"]

# What cannot be installed beside the newest boto3 is tried in an environment of its own: see CONTRIBUTING.md.
collect_ignore = [] if importlib.util.find_spec("aioboto3") else ["compatibility/test_aioboto3.py"]

# An in-process run of pytester forgets the modules that were imported in it, and a second copy of botocore would be
# wrapped a second time: all of them are imported here, before any.
_IMPORTED_ONCE = (boto3, *(getattr(pytest_bedrock_jobs, name) for name in pytest_bedrock_jobs.__all__))
importlib.import_module("pytest_bedrock_jobs.timekeeping.virtual_time")
if importlib.util.find_spec("hypercorn"):  # the extra "server"
    importlib.import_module("pytest_bedrock_jobs.server.responder")


def pytest_configure(config):
    """Tell pytest of the tests' own marker."""
    config.addinivalue_line("markers", "needs(*names): the test is for a botocore that has these; see botocore_has.")


def pytest_collection_modifyitems(config, items):
    """Select the tests of what this botocore's model of Bedrock has."""
    late = [
        item
        for item in items
        if not all(botocore_has.has(name) for marker in item.iter_markers("needs") for name in marker.args)
    ]
    items[:] = [item for item in items if item not in late]
    config.hook.pytest_deselected(items=late)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session):
    """Save what is measured of a worker of pytest-xdist, which is killed if it takes ten seconds to exit."""
    coverage = sys.modules.get("coverage")
    if hasattr(session.config, "workerinput") and coverage and (measured := coverage.Coverage.current()):
        measured.save()


@pytest.fixture(scope="session", autouse=True)
def _children_are_not_measured():
    """Coverage is asked for by the processes of pytest-xdist alone: in a child that a test starts it costs time."""
    os.environ.pop("COVERAGE_PROCESS_CONFIG", None)


@pytest.fixture
def pytester(pytester, monkeypatch):
    """Pytest's own, whose runs have those neighbours only that they switch on."""
    monkeypatch.setenv("PYTEST_ADDOPTS", neighbours.addopts())
    return pytester


@pytest.fixture
def run_beside(pytester, monkeypatch):
    """Runs a test module with some of the neighbours switched on; see ``neighbours.run``."""
    return functools.partial(neighbours.run, pytester, monkeypatch)


@pytest.fixture
def client(bedrock_jobs):
    """A boto3 client of Bedrock in the mock's Region."""
    return bedrock_jobs.client()


@pytest.fixture(params=["import", "copy", pytest.param("model", marks=pytest.mark.needs("CreateCustomModel"))])
def started(request, bedrock_jobs, client):
    """Starts an import job, a copy job or a custom model; gives its ARN and a function that gets its status."""
    return lives.started(request.param, bedrock_jobs, client)


@pytest.fixture
def unvalidated(bedrock_jobs):
    """A boto3 client that leaves all validation to the service."""
    return support.unvalidated_client()


@pytest.fixture
def timers(monkeypatch):
    """What anybody asks event loops to wait for, in seconds: asyncio.sleep, wait_for, anyio; none is waited for."""
    asked, call_at = [], asyncio.BaseEventLoop.call_at

    def stand_in(loop, when, callback, *args, **kwargs):
        if when > loop.time():
            asked.append(when - loop.time())
        return call_at(loop, loop.time(), callback, *args, **kwargs)

    monkeypatch.setattr(asyncio.BaseEventLoop, "call_at", stand_in)
    return asked
