"""What is imported late, again, or reloaded; what others wrap; versions of botocore that have no such method."""

from __future__ import annotations

import functools
import subprocess
import sys
import types
from unittest import mock

import boto3
import botocore.auth
import botocore.client
import botocore.session
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from importing import found_during_import
from support import import_parameters, make_client

from pytest_bedrock_jobs import UsageError, mock_bedrock_jobs
from pytest_bedrock_jobs.interceptor import hooks


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
WITH_AIOBOTOCORE = f"""{COMMON}
    import asyncio

    async def call():
        session = importlib.import_module("aiobotocore.session").get_session()
        async with session.create_client("bedrock", region_name="us-east-1") as client:
            await client.list_model_import_jobs()
"""


@pytest.mark.parametrize("name", ["botocore.client", "botocore.session", "botocore.credentials", "boto3"])
def test_the_classes_of_a_reloaded_module_are_mocked_at_the_next_start(pytester, name):
    """Its new classes are the mock's at the next start."""
    reload = f"importlib.reload(importlib.import_module({name!r}))"
    run(
        pytester,
        f"""{COMMON}
    def test_it():
        with mock_bedrock_jobs():
            responds()
        {reload}
        with mock_bedrock_jobs():
            boto3.DEFAULT_SESSION = None
            responds()
            boto3.client("bedrock", **CODE).list_model_import_jobs()
    """,
    )


def test_sessions_reloaded_within_a_mock_ask_the_mocks_chain_of_providers(pytester):
    """Their methods are not the mock's, but the chain of providers that they ask is."""
    run(
        pytester,
        f"""{COMMON}
    def test_it():
        with mock_bedrock_jobs():
            importlib.reload(importlib.import_module("botocore.session"))
            responds()
    """,
    )


@pytest.mark.needs("aiobotocore")
def test_aiobotocore_that_is_imported_again_is_mocked_again(pytester):
    """As in-process runs of pytester do, which forget the modules that were imported in them."""
    run(
        pytester,
        f"""{WITH_AIOBOTOCORE}
    def test_it():
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


def test_of_two_copies_of_this_package_the_one_that_is_active_responds(pytester):
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


@pytest.mark.needs("aiobotocore")
def test_of_two_copies_of_this_package_one_has_the_call_of_aiobotocore(pytester):
    """Both copies have wrapped its clients, and one of them has the call."""
    run(
        pytester,
        f"""{WITH_AIOBOTOCORE}
    def test_it():
        with mock_bedrock_jobs() as jobs:
            asyncio.run(call())
        for name in [name for name in sys.modules if name.startswith("pytest_bedrock_jobs")]:
            del sys.modules[name]
        again = importlib.import_module("pytest_bedrock_jobs").mock_bedrock_jobs
        with mock_bedrock_jobs() as outer, again() as inner:
            asyncio.run(call())
        assert [len(mock.calls) for mock in (jobs, outer, inner)] == [1, 0, 1]
    """,
    )


@pytest.mark.parametrize("shows", [True, False])
def test_a_method_that_others_have_wrapped_is_not_wrapped_again(monkeypatch, shows):
    """It is seen through a wrapper that shows what it wraps; one that hides it costs no second call record."""
    with mock_bedrock_jobs():  # the first of the process wraps it
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


def test_a_mock_works_where_a_test_has_replaced_the_signers(monkeypatch):
    """As tests of code that signs do."""
    for name in ("SigV4Auth", "BaseSigner"):
        monkeypatch.setattr(botocore.auth, name, mock.Mock())
    with mock_bedrock_jobs() as jobs:
        jobs.client().list_model_import_jobs()


@pytest.mark.parametrize("path", ["client.BaseClient._make_request", "session.Session.get_credentials"])
def test_a_method_that_a_test_has_replaced_applies(path):
    """The test's own applies."""
    response = mock.Mock(status_code=200), {"modelImportJobSummaries": ["the test's"]}
    with mock.patch(f"botocore.{path}", return_value=response if "client" in path else None) as replaced:
        with mock_bedrock_jobs() as jobs:
            found = make_client().list_model_import_jobs()
        assert replaced.called
    assert [found["modelImportJobSummaries"], len(jobs.calls)] in ([["the test's"], 0], [[], 1])


def test_wrapped_methods_and_derived_classes_of_botocore_are_accepted(monkeypatch):
    """What the mock makes is botocore's, whoever has wrapped its methods or derived a class from its own."""
    for kind, name in ((botocore.session.Session, "get_credentials"), (SigV4Auth, "add_auth")):
        original = getattr(kind, name)
        monkeypatch.setattr(kind, name, lambda *args, _original=original, **options: _original(*args, **options))
    with mock_bedrock_jobs():
        found = botocore.session.Session().get_credentials()
        SigV4Auth(found, "bedrock", "us-east-1").add_auth(AWSRequest("GET", "https://bedrock.us-east-1.amazonaws.com"))
        assert type(found) is botocore.credentials.Credentials
        client = make_client()
        client._endpoint.__class__ = type("Endpoint", (botocore.endpoint.Endpoint,), {})
        client.list_model_import_jobs()


@pytest.mark.parametrize("missing", ["class", "method"])
def test_a_missing_hook_point_is_an_error_that_names_the_version(monkeypatch, missing):
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


def test_an_error_says_that_the_version_of_a_library_is_unknown(monkeypatch):
    """It is said of a module that names none."""
    monkeypatch.setitem(sys.modules, "old", types.ModuleType("old"))
    with pytest.raises(UsageError, match=r"old \(version unknown\) has no old.Client.call,"):
        hooks.is_wrapped(types.ModuleType("old"), "Client.call", print)


def test_a_module_that_another_thread_is_importing_is_waited_for(monkeypatch, tmp_path):
    """What it does not have yet is not missing."""
    found = found_during_import(
        monkeypatch,
        tmp_path,
        "late",
        "def call(): ...",
        lambda: hooks.is_wrapped(sys.modules["late"], "call", print),
    )
    assert found is False


def test_nothing_is_wrapped_if_anything_is_missing(pytester):
    """A start that fails changes nothing, and the next one works."""
    run(
        pytester,
        f"""{COMMON}
    from botocore.client import BaseClient
    from botocore.signers import RequestSigner

    def test_it(monkeypatch):
        method = vars(BaseClient)["_make_request"]
        with monkeypatch.context() as patched:
            patched.delattr(RequestSigner, "get_auth_instance")
            with pytest.raises(Exception, match="has no botocore.signers.RequestSigner.get_auth_instance"):
                mock_bedrock_jobs().start()
            assert vars(BaseClient)["_make_request"] is method
        with mock_bedrock_jobs():
            responds()
    """,
    )


def test_the_package_leaves_no_finder_to_ask_at_imports():
    """There is no finder of this package, nor of wrapt."""
    with mock_bedrock_jobs():
        finders = {getattr(finder, "__module__", type(finder).__module__) for finder in sys.meta_path}
    assert not [name for name in finders if "wrapt" in name or "pytest_bedrock_jobs" in name]


def test_a_mock_within_a_patched_dictionary_of_modules_breaks_no_imports(pytester):
    """The first mock of a process, as people fake torch: all imports work after it, and second copies are mocked."""
    run(
        pytester,
        """
    import sys
    from unittest import mock
    from pytest_bedrock_jobs import mock_bedrock_jobs

    def responds():
        import boto3
        with mock_bedrock_jobs() as jobs:
            boto3.client("bedrock").list_model_import_jobs()
            assert boto3.Session().get_credentials().access_key == "AKIABEDROCKJOBSMOCK"
        assert len(jobs.calls) == 1

    def test_it():
        assert "botocore" not in sys.modules
        for _ in range(3):
            with mock.patch.dict(sys.modules, {"torch": None}):
                responds()
        responds()
        import colorsys
    """,
    )


PYFAKEFS = f"""{COMMON}
    def test_first(fs):
        with mock_bedrock_jobs():
            pass
        with mock_bedrock_jobs() as jobs:
            for make in (jobs.client, lambda: boto3.client("bedrock")):
                with pytest.raises(Exception):
                    make().list_model_import_jobs()

    def test_second(bedrock_jobs):
        import colorsys
        responds()
        boto3.client("bedrock").list_model_import_jobs()
        bedrock_jobs.client().list_model_import_jobs()
        assert len(bedrock_jobs.calls) == 3

    def test_third(fs, bedrock_jobs):
        bedrock_jobs.client().list_model_import_jobs()
"""


def test_a_first_mock_within_pyfakefs_leaves_nothing_behind(pytester):
    """A first mock that begins where botocore's files are not there leaves nothing behind."""
    pytest.importorskip("pyfakefs")
    pytester.makepyfile(PYFAKEFS)
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=3)


@pytest.mark.parametrize("popen", [mock.Mock(), type("Fake", (), {}), type("Popen", (subprocess.Popen,), {})])
def test_a_mock_works_where_popen_is_replaced(monkeypatch, popen):
    """A test may fake what starts processes."""
    monkeypatch.setattr(subprocess, "Popen", popen)
    with mock_bedrock_jobs() as jobs:
        jobs.client().list_model_import_jobs()


def test_a_mock_works_where_a_test_has_replaced_a_module(monkeypatch):
    """It may be anything."""
    session = botocore.session.Session()
    monkeypatch.setitem(sys.modules, "boto3", mock.MagicMock())
    with mock_bedrock_jobs() as jobs:
        session.create_client("bedrock").list_model_import_jobs()
    assert len(jobs.calls) == 1
