"""A sequence of faults, and the attempts of the call that they apply to, as the mock runs it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import svg
from botocore.exceptions import ClientError

from pytest_bedrock_jobs import BedrockJobs, Call, faults, mock_bedrock_jobs

WIDTH, ROW, LANE = 400, 34, 196
THROTTLED = faults.service_error("ThrottlingException")
LANES: dict[str, Callable[[BedrockJobs], object]] = {
    'inject("CreateModelCopyJob",\n       throttled, lost_response())': lambda jobs: jobs.inject(
        "CreateModelCopyJob", THROTTLED, faults.lost_response()
    ),
    'fail_next_call("CreateModelCopyJob",\n               "ThrottlingException")': lambda jobs: jobs.fail_next_call(
        "CreateModelCopyJob", "ThrottlingException"
    ),
}


def draw() -> str:
    """One lane for each way to prepare faults."""
    body = [svg.text(16, 28, "Faults and the attempts of one call", 16, font_weight=600)]
    for number, (code, prepare) in enumerate(LANES.items()):
        body += _lane(60 + LANE * number, code, _made(prepare))
    title = "Each attempt of a call gets the next fault of the sequence; fail_next_call fails all attempts"
    return svg.document(title, WIDTH, 60 + LANE * len(LANES) - 24, body)


def _made(prepare: Callable[[BedrockJobs], object]) -> Call:
    """The record of a call that the faults apply to."""
    with mock_bedrock_jobs() as jobs:
        source = jobs.add_custom_model()
        prepare(jobs)
        with contextlib.suppress(ClientError):
            jobs.client().create_model_copy_job(sourceModelArn=source.arn, targetModelName="copy")
        return jobs.calls[0]


def _lane(y: float, code: str, call: Call) -> Iterator[str]:
    yield from svg.lines(16, y, code, 12, 16, font=svg.FONT)
    y += 44
    for number, response in enumerate(call.responses):
        colour = svg.RED if "Exception" in response else svg.AMBER if "lost" in response else svg.GREEN
        if number:
            yield svg.line(30, y - ROW + 7, 30, y - 7, stroke=svg.GREY, stroke_width=1.5)
        yield svg.tag("circle", cx=30, cy=y, r=7, fill=svg.PAPER, stroke=colour, stroke_width=3)
        yield svg.text(48, y + 4, f"attempt {number + 1}", 12)
        yield svg.text(120, y + 4, response, 12, fill=colour, font=svg.FONT)
        y += ROW
    result = call.error_code or "the job's ARN, and one job exists"
    yield svg.text(48, y, f"the code gets {result}", 12, font_weight=600)
