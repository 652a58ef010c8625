"""The guarded run of CONTRIBUTING.md sees what it is for, so that its zeros mean something."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import neighbours

GUARD = Path(__file__).parent / "helpers" / "guard"
# The last of the leaks is in a child process of the test.
LEAKS = """
import hmac, os, socket, subprocess, sys, urllib.request
import boto3
import pytest
from pytest_bedrock_jobs import mock_bedrock_jobs

def test_connection():
    with socket.socket() as one, pytest.raises(OSError):
        one.connect_ex(("169.254.170.2", 80))

def test_name():
    with pytest.raises(OSError):
        urllib.request.urlopen("http://bedrock.us-east-1.amazonaws.com")

def test_signature():
    hmac.new(b"AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"].encode(), b"text", "sha256")

def test_file():
    path = os.environ["AWS_SHARED_CREDENTIALS_FILE"]
    open(path).close()
    with mock_bedrock_jobs():
        open(path).close()

def test_request():
    secret = os.environ["AWS_SESSION_TOKEN"]
    program = f"import socket; a, b = socket.socketpair(); a.sendall({secret.encode()!r})"
    with mock_bedrock_jobs():
        subprocess.run([sys.executable, "-c", program], check=True)
"""
FIGURES = (
    "Connections attempted: {}. Secrets signed with: {}, sent: {}. Credentials read in a mock: {}. Allowed: {} files"
)


def run_guarded(tmp_path, source):
    """What a guarded run of this module prints, and what it returns."""
    (tmp_path / "test_it.py").write_text(source)
    command = [sys.executable, str(GUARD), "-q", "test_it.py"]
    environment = {**os.environ, "PYTEST_ADDOPTS": neighbours.addopts()}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr, done.returncode


def test_a_guarded_run_sees_each_leak_in_the_test_that_has_it(tmp_path):
    """Each leak is reported, in the test that has it."""
    output, status = run_guarded(tmp_path, LEAKS)
    assert status == 1
    assert "5 passed" in output
    assert FIGURES.format(2, 1, 1, 1, 1) in output
    for name in ("connection", "name", "signature", "file", "request"):
        assert f"in test_it.py::test_{name} (call)" in output


def test_a_server_that_a_test_starts_is_no_leak(tmp_path):
    """Nor is a client of another service."""
    source = """
import urllib.request
import boto3

def test_served(bedrock_jobs):
    with bedrock_jobs.serve() as url:
        urllib.request.urlopen(url + "/model-import-jobs").close()
    boto3.client("s3")
"""
    output, status = run_guarded(tmp_path, source)
    assert status == 0, output
    assert FIGURES.format(0, 0, 0, 0, 0) in output
