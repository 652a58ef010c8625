"""Clients in JavaScript, unmodified, read what the mock responds: they speak HTTP/2 only.

They run in a folder with their packages, which ``nox --sessions javascript`` makes and names in NODE_CLIENTS.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from pytest_bedrock_jobs import faults

pytestmark = pytest.mark.skipif(
    "NODE_CLIENTS" not in os.environ, reason="the packages are not there: run nox --sessions javascript"
)

SAID = "It is sunny in Bonn."


@pytest.fixture(params=[False, True], ids=["plain", "tls"])
def run(request, bedrock_jobs):
    """Runs a program on an imported model, and returns what it found."""
    model = bedrock_jobs.add_imported_model("llama")
    bedrock_jobs.respond("*", SAID)
    with bedrock_jobs.serve(tls=request.param, longest_wait=0.1):

        def run(name, *arguments):
            # As a program without a name, so that node looks for packages in the folder, and not beside the program.
            command = ["node", "--no-warnings", "--input-type=module", "-", model.arn, *map(str, arguments)]
            done = subprocess.run(
                command,
                cwd=os.environ["NODE_CLIENTS"],
                env=bedrock_jobs.environment(),
                input=Path(__file__).with_name(name).read_text(encoding="utf-8"),
                stdout=subprocess.PIPE,
                text=True,
                timeout=120,
                check=True,
            )
            return json.loads(done.stdout)

        yield run


def test_the_aws_sdk_invokes(run):
    assert run("aws_sdk.mjs") == dict.fromkeys(("invoke", "invokeStream", "converse", "converseStream"), SAID)


def test_langchain_chats(run):
    assert run("langchain.mjs") == {"invoke": SAID, "outputTokens": 5, "stream": SAID, "outputTokensOfStream": 5}


@pytest.mark.parametrize(
    ("fault", "errors"),
    [
        (faults.service_error("ThrottlingException"), [["ThrottlingException", None]]),
        # The SDK fails with whichever Node tells it of first: the reset, or the end of the stream.
        (faults.connection_reset(), [["Error", "ECONNRESET"], ["TimeoutError", None]]),
        (faults.lost_response(), [["TimeoutError", None]]),
        (faults.read_timeout(), [["TimeoutError", None]]),
        (faults.empty_response(), [["Unknown", None]]),
    ],
    ids=lambda value: getattr(value, "label", None),
)
def test_the_aws_sdk_meets_a_fault_and_tries_again(bedrock_jobs, run, fault, errors):
    bedrock_jobs.inject("Converse", fault)
    assert run("error.mjs", 1) in errors
    bedrock_jobs.inject("Converse", fault)
    assert run("error.mjs", 2) == SAID
    assert [len(call.responses) for call in bedrock_jobs.calls] == [1, 2]


def test_the_aws_sdk_finds_a_body_broken(bedrock_jobs, run):
    bedrock_jobs.inject("Converse", faults.truncated_json())
    assert run("error.mjs", 1) == ["Error", "ERR_HTTP2_STREAM_ERROR"]
