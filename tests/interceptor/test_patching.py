"""Modules that are imported late, again, or reloaded; and versions of botocore that have no such method."""

from __future__ import annotations

import functools
import importlib
import sys
import types

import boto3
import botocore.client
import pytest
from support import import_parameters, make_client

from pytest_bedrock_jobs import UsageError, mock_bedrock_jobs
from pytest_bedrock_jobs.interceptor import patching


def run(pytester, program):
    """Run a test module in a separate process, where reloading affects no other test."""
    pytester.makepyfile(program)
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


COMMON = """
    import importlib
    import sys

    import boto3
    import pytest
    from pytest_bedrock_jobs import mock_bedrock_jobs

    CODE = {"aws_access_key_id": "AKIACODE", "aws_secret_access_key": "code", "region_name": "us-east-1"}

    @pytest.fixture(autouse=True)
    def no_network(monkeypatch):
        def refuse(*_, **__):
            raise AssertionError("the network was asked")
        monkeypatch.setattr("socket.socket.connect", refuse)
        monkeypatch.setattr("socket.getaddrinfo", refuse)

    def responds():
        boto3.Session(**CODE).client("bedrock").list_model_import_jobs()
        assert boto3.Session().get_credentials().access_key == "AKIABEDROCKJOBSMOCK"
"""


@pytest.mark.parametrize("name", ["botocore.client", "botocore.session", "botocore.retries.bucket", "boto3"])
@pytest.mark.parametrize("when", ["before", "within"])
def test_a_module_that_is_reloaded(pytester, name, when):
    """Its new classes are the mock's too, whether a mock has begun already or not."""
    reload = f"importlib.reload(importlib.import_module({name!r}))"
    within = "pass" if when == "before" else reload
    run(
        pytester,
        f"""{COMMON}
    def test_it():
        with mock_bedrock_jobs():
            responds()
        {reload if when == "before" else "pass"}
        with mock_bedrock_jobs():
            {within}
            boto3.DEFAULT_SESSION = None
            responds()
            boto3.client("bedrock", **CODE).list_model_import_jobs()
    """,
    )


@pytest.mark.needs("aiobotocore")
def test_aiobotocore_that_is_imported_again(pytester):
    """As in-process runs of pytester do, which forget the modules that were imported in them."""
    run(
        pytester,
        f"""{COMMON}
    import asyncio

    def test_it():
        async def call():
            session = importlib.import_module("aiobotocore.session").get_session()
            async with session.create_client("bedrock", region_name="us-east-1") as client:
                await client.list_model_import_jobs()

        meta_path = list(sys.meta_path)
        for _ in range(3):
            with mock_bedrock_jobs() as jobs:
                asyncio.run(call())
            assert len(jobs.calls) == 1
            for name in [name for name in sys.modules if name.startswith("aiobotocore")]:
                del sys.modules[name]
            sys.meta_path[:] = meta_path
    """,
    )


def test_this_package_that_is_imported_again(pytester):
    """Two copies of it, each with its own mocks: the one that is active responds, and both leave nothing behind."""
    run(
        pytester,
        f"""{COMMON}
    import os

    def test_it():
        before = dict(os.environ)
        client = boto3.Session(**CODE).client("bedrock")
        with mock_bedrock_jobs() as jobs:
            client.list_model_import_jobs()
        for name in [name for name in sys.modules if name.startswith("pytest_bedrock_jobs")]:
            del sys.modules[name]
        again = importlib.import_module("pytest_bedrock_jobs").mock_bedrock_jobs
        assert again is not mock_bedrock_jobs
        with again() as other:
            client.list_model_import_jobs()
            responds()
        with mock_bedrock_jobs() as outer:
            client.list_model_import_jobs()
            with again() as inner:
                client.list_model_import_jobs()
            responds()
        assert [len(mock.calls) for mock in (jobs, other, outer, inner)] == [1, 2, 2, 1]
        assert dict(os.environ) == before
    """,
    )


@pytest.mark.parametrize("shows", [True, False])
def test_a_method_that_others_have_wrapped_is_not_wrapped_again(monkeypatch, shows):
    """It is seen through a wrapper that shows what it wraps; one that hides it costs no second call record."""
    before = botocore.client.BaseClient._make_request

    def wrapper(*args):
        return before(*args)

    wrapper = functools.wraps(before)(wrapper) if shows else wrapper
    monkeypatch.setattr(botocore.client.BaseClient, "_make_request", wrapper)
    client = make_client()
    with mock_bedrock_jobs() as jobs:
        assert (botocore.client.BaseClient._make_request is wrapper) == shows
        client.create_model_import_job(**import_parameters())
    assert len(jobs.calls) == len(jobs.import_jobs) == 1


@pytest.mark.parametrize("missing", ["class", "method"])
def test_a_hook_point_that_is_not_there(monkeypatch, missing):
    """The error names the version and the missing method, and no mock is half active."""
    if missing == "class":
        monkeypatch.delattr(botocore.client, "BaseClient")
    else:
        monkeypatch.delattr(botocore.client.BaseClient, "_make_request")
    mock = mock_bedrock_jobs()
    with pytest.raises(UsageError) as caught:
        mock.start()
    assert f"botocore {botocore.__version__} has no botocore.client.BaseClient._make_request" in str(caught.value)
    assert boto3.DEFAULT_SESSION is None or boto3.DEFAULT_SESSION.region_name != "us-east-1"
    monkeypatch.undo()
    mock.start()
    mock.stop()


def test_a_library_without_a_version(monkeypatch):
    """The error says so."""
    monkeypatch.setitem(sys.modules, "old", types.ModuleType("old"))
    with pytest.raises(UsageError, match=r"old \(version unknown\) has no old.Client.call,"):
        patching.wrap(types.ModuleType("old"), "Client", "call", print)


def test_a_module_that_cannot_be_found():
    """The import fails as ever."""
    importer = patching.Importer({"not_there": print})
    assert importer.find_spec("not_there") is None
    with pytest.raises(ImportError):
        importlib.import_module("botocore.not_there")


def test_a_hook_is_applied_at_every_import():
    """Whenever the module is executed again; its loader is otherwise its own, and other modules are left alone."""
    seen = []
    importer = patching.Importer({"colorsys": seen.append})
    module = importlib.import_module("colorsys")
    importer.apply()
    try:
        assert importlib.reload(module) is module
        importlib.reload(importlib.import_module("bisect"))
        assert seen == [module, module]
        assert module.__spec__.loader.get_source("colorsys")
    finally:
        sys.meta_path.remove(importer)
