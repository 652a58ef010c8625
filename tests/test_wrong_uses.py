"""Wrong uses of the mock, each with the whole message that its author reads: one line of code, one line of text."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest

import pytest_bedrock_jobs
from pytest_bedrock_jobs import BedrockJobsError, failures, faults, mock_bedrock_jobs

LINES = (Path(__file__).parent / "wrong_uses.txt").read_text(encoding="utf-8").splitlines()
WRONG_USES = list(zip(LINES[::2], LINES[1::2], strict=True))


def masked(message):
    """A message without what differs from run to run, and of a list of choices only the nearest."""
    message = re.sub(r' See: python -m pytest_bedrock_jobs help ("[^"]*")$', r" See \1.", message)
    message = re.sub(r"(?<=[/-])[0-9a-f]{12}\b", "#", message)
    message = re.sub(r" at 0x[0-9a-f]+", "", message)
    return re.sub(r"(there are: [^,.]+), [^.]*\.", r"\1, ...", message)


async def asynchronous(parameters):
    """Nobody awaits it."""


@pytest.fixture(scope="module")
def names():
    """What the lines of code know."""
    with mock_bedrock_jobs() as ended:
        ended.deny("bedrock:TagResource")
    with mock_bedrock_jobs(progress="manual") as jobs:
        jobs.add_import_job("llama")
        jobs.add_import_job("done", status="Completed")
        jobs.add_copy_job("twin")
        jobs.add_copy_job("twin")
        response = {"jobArn": jobs.import_jobs[0].arn, "ResponseMetadata": {}}
        throttled = faults.service_error("ThrottlingException")
        public = {name: getattr(pytest_bedrock_jobs, name) for name in pytest_bedrock_jobs.__all__}
        yield public | {
            "jobs": jobs,
            "failures": failures,
            "faults": faults,
            "pytest_bedrock_jobs": pytest_bedrock_jobs,
            "ENDED": ended,
            "ASYNCHRONOUS": asynchronous,
            "LONGEST": datetime.timedelta(days=365_000),
            "RESPONSE": response,
            "THROTTLED": throttled,
        }
        jobs.reset()


@pytest.mark.parametrize(("code", "message"), WRONG_USES, ids=[code for code, _ in WRONG_USES])
def test_a_wrong_use_is_refused_where_it_is_written(names, code, message):
    """It is refused where it is written, never in silence or by a bare Python error."""
    with pytest.raises(BedrockJobsError) as caught:
        exec(code, names)

    assert masked(str(caught.value)) == message.strip()


def test_a_long_list_of_choices_is_cut(names):
    """To those that could be meant, with the number of the others."""
    with pytest.raises(BedrockJobsError) as caught:
        names["jobs"].calls_to("CreateModelImport")

    assert re.search(
        r"there are: CreateModelImportJob, ([A-Za-z]+, ){10}[A-Za-z]+ and \d+ more\. See", str(caught.value)
    )
