"""What every test file shares: pytester, and modules that must outlive its in-process runs."""

from __future__ import annotations

import boto3
import hypothesis_profile
import neighbours
import pytest
import support

import pytest_bedrock_jobs

hypothesis_profile.load()

pytest_plugins = ["pytester"]

# An in-process run of pytester forgets the modules that were imported in it, and a second copy of botocore would be
# wrapped a second time: all of them are imported here, before any.
_IMPORTED_ONCE = (boto3, *(getattr(pytest_bedrock_jobs, name) for name in pytest_bedrock_jobs.__all__))


@pytest.fixture
def pytester(pytester, monkeypatch):
    """pytest's own, whose runs have those neighbours only that they switch on."""
    monkeypatch.setenv("PYTEST_ADDOPTS", neighbours.ALL_OFF)
    return pytester


@pytest.fixture
def client(bedrock_jobs):
    """A boto3 client of Bedrock in the mock's Region."""
    return bedrock_jobs.client()


@pytest.fixture
def unvalidated(bedrock_jobs):
    """A boto3 client that leaves all validation to the service."""
    return support.unvalidated_client()
