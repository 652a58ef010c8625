"""Copies of botocore that awscli carries: as ``awscli.botocore``, and in botocore's place."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import botocore
import pytest

COMMON = """
    import awscli.botocore.session
    from awscli.botocore.config import Config

    def vendored(**config):
        session = awscli.botocore.session.Session()
        session.set_credentials("AKIAOUTSIDE", "outside")
        return session.create_client("bedrock", region_name="us-east-1", config=Config(**config))

    OLD = vendored()
    BaseClient = type(OLD).__mro__[1]
    while BaseClient.__name__ != "BaseClient":
        BaseClient = BaseClient.__mro__[1]
    LIBRARY = sys.modules[type(OLD._endpoint).__module__.rpartition(".")[0]]
    exceptions = importlib.import_module(f"{LIBRARY.__name__}.exceptions")

    def retrying(attempts, mode):
        return vendored(retries={"total_max_attempts": attempts, "mode": mode})

    @pytest.mark.parametrize("make", [lambda: OLD, vendored])
    def test_its_clients_get_responses(bedrock_jobs, make):
        client = make()
        arn = submit(client)
        pages = client.get_paginator("list_model_import_jobs").paginate()
        assert [row["jobArn"] for page in pages for row in page["modelImportJobSummaries"]] == [arn]
        assert make_client().get_model_import_job(jobIdentifier=arn)["jobArn"] == arn
        assert [job.arn for job in bedrock_jobs.import_jobs] == [arn]

    def test_its_errors_are_its_own(bedrock_jobs):
        with pytest.raises(exceptions.ClientError, match="ValidationException"):
            submit(OLD, jobName="two words")
        bedrock_jobs.inject("ListModelImportJobs", faults.endpoint_unreachable())
        with pytest.raises(exceptions.EndpointConnectionError):
            retrying(1, "standard").list_model_import_jobs()

    @pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
    def test_nothing_waits(bedrock_jobs, monkeypatch, mode):
        bedrock_jobs.inject("ListModelImportJobs", faults.service_error("ThrottlingException"), times=3)
        with no_waiting(monkeypatch):
            retrying(5, mode).list_model_import_jobs()
        assert bedrock_jobs.calls[0].attempts == 4
        assert bedrock_jobs.calls[0].slept_seconds > 0

    def test_nothing_is_signed(bedrock_jobs, monkeypatch):
        client, sent = vendored(), []
        client.meta.events.register_first("before-send.bedrock", lambda request, **_: sent.append(request.headers))
        client.list_model_import_jobs()
        assert "Authorization" not in sent[0]

    def test_an_unsupported_operation(bedrock_jobs):
        with pytest.raises(UnsupportedOperationError) as caught:
            OLD.list_guardrails()
        assert f"nothing was sent ({__file__}:" in str(caught.value)
        bedrock_jobs.reset()

    def test_after_a_mock_it_is_itself():
        client, sent = retrying(1, "standard"), []

        def network(request, **_):
            sent.append(request.headers["Authorization"])
            raise exceptions.EndpointConnectionError(endpoint_url=request.url)

        with mock_bedrock_jobs() as jobs:
            client.list_model_import_jobs()
        client.meta.events.register_last("before-send", network)
        with pytest.raises(exceptions.EndpointConnectionError):
            client.list_model_import_jobs()
        assert len(jobs.calls) == len(sent) == 1
        assert b"Credential=AKIAOUTSIDE/" in sent[0]
"""
IMPORTS = """
    import importlib
    import sys

    from faulting import no_waiting

    from pytest_bedrock_jobs import UnsupportedOperationError, faults
"""
COMMAND_LINE = """
    import json

    def test_the_command_line(bedrock_jobs, capfd):
        from awscli.clidriver import create_clidriver

        arn = bedrock_jobs.add_import_job("llama").arn
        assert create_clidriver().main(["bedrock", "list-model-import-jobs", "--output", "json"]) == 0
        [row] = json.loads(capfd.readouterr().out)["modelImportJobSummaries"]
        assert row["jobArn"] == arn
"""
IN_ITS_PLACE = """
    def test_which_one_it_is():
        assert LIBRARY.__name__ == "botocore"
        assert ("awscli" in Path(LIBRARY.__file__).parts) == {awscli_first}
        assert sys.modules["boto3"] and "awscli" in sys.modules
"""
# What a client module of awscli's is when botocore was there first: its classes, and botocore's everything else.
HYBRID = """
    import awscli.botocore.client
    import botocore.client

    botocore.client.ClientCreator = awscli.botocore.client.ClientCreator
"""


@pytest.mark.parametrize("first", ["botocore", "awscli"])
def test_clients_and_command_line_of_awscli_get_responses(run_beside, first):
    """Its clients and its command line get responses.

    With awscli imported first, ``import botocore`` finds awscli's copy; with botocore first, both are that one.
    """
    named = "from pathlib import Path\n" + IN_ITS_PLACE.format(awscli_first=first == "awscli")
    source = IMPORTS + COMMON + COMMAND_LINE + "\n    " + named
    result = run_beside("", source, "-p", first, subprocess=True)

    result.assert_outcomes(passed=11)


def test_a_client_class_of_awscli_over_the_rest_of_botocore_gets_responses(run_beside):
    """A client class of awscli.botocore over the rest of botocore gets responses too."""
    is_one = "\n    def test_which_one_it_is():\n        assert BaseClient.__module__ == 'awscli.botocore.client'\n"
    result = run_beside("", IMPORTS + HYBRID + COMMON + is_one, subprocess=True)

    result.assert_outcomes(passed=10)


def test_a_complete_copy_of_botocore_in_awscli_gets_responses(pytester, monkeypatch, run_beside):
    """A copy that is complete, whose modules import each other as awscli.botocore, gets responses beside botocore."""
    vendor(pytester.mkpydir("awscli"))
    monkeypatch.setenv("PYTHONPATH", str(pytester.path))
    is_one = "\n    def test_which_one_it_is():\n        assert LIBRARY.__name__ == 'awscli.botocore'\n"
    result = run_beside("", IMPORTS + COMMON + is_one, subprocess=True)

    result.assert_outcomes(passed=10)


def vendor(package):
    """Copy botocore into a package, imports rewritten."""
    original, copy = Path(botocore.__file__).parent, package / "botocore"
    shutil.copytree(original, copy, ignore=shutil.ignore_patterns("data", "__pycache__"))
    (copy / "data").symlink_to(original / "data")
    for path in copy.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"^(\s*)from botocore\b", r"\1from awscli.botocore", text, flags=re.MULTILINE)
        text = re.sub(r"^(\s*)import botocore$", r"\1from awscli import botocore", text, flags=re.MULTILINE)
        renamed = r"\1import awscli.botocore\2; from awscli import botocore"
        path.write_text(
            re.sub(r"^(\s*)import botocore(\.[\w.]+)$", renamed, text, flags=re.MULTILINE), encoding="utf-8"
        )
