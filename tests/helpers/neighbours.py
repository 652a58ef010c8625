"""Runs of pytest with a neighbour of ours that is switched off everywhere else."""

from __future__ import annotations

from pathlib import Path

PLUGINS = ("anyio", "asyncio", "hypothesispytest", "randomly", "rerunfailures", "socket")
"""Those of the environment that change runs; that of hypothesis only takes a second, to import hypothesis."""

HEAD = """
    import asyncio

    import boto3
    import pytest
    from support import import_parameters, make_client

    from pytest_bedrock_jobs import mock_bedrock_jobs

    CLIENT = make_client()

    def submit(client=CLIENT, **changes):
        return client.create_model_import_job(**import_parameters(**changes))["jobArn"]
"""


def addopts(*switched_on):
    """PYTEST_ADDOPTS that leave off all others."""
    return " ".join(f"-p no:{name}" for name in PLUGINS if name not in switched_on)


def run(pytester, monkeypatch, plugins, source, *arguments, subprocess=False):
    """Run a test module that begins with HEAD; warnings are errors, as in a strict user's suite."""
    monkeypatch.setenv("PYTEST_ADDOPTS", addopts(*plugins.split()))
    monkeypatch.setenv("COLUMNS", "300")  # the summary's lines in full
    pytester.makepyfile(HEAD + source)
    run_it = pytester.runpytest_subprocess if subprocess else pytester.runpytest_inprocess
    always = ("-W", "error", "-o", f"pythonpath={Path(__file__).parent}")
    return run_it(*always, *arguments)
