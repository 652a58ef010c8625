"""A job's life under each setting of ``progress``, as the mock runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import svg

from pytest_bedrock_jobs import BedrockJobs, mock_bedrock_jobs

COLOURS = {"InProgress": svg.AMBER, "Completed": svg.GREEN, "Failed": svg.RED}
WIDTH, LANE, LEFT, STEP, TOP = 860, 112, 56, 250, 66
FILES: dict[str, Any] = {
    "jobName": "llama",
    "importedModelName": "llama",
    "roleArn": "arn:aws:iam::123456789012:role/import",
    "modelDataSource": {"s3DataSource": {"s3Uri": "s3://my-bucket/llama/"}},
}
Step = tuple[str, Callable[[BedrockJobs], Any]]
CREATE: Step = ("CreateModelImportJob", lambda jobs: jobs.client().create_model_import_job(**FILES))
GET: Step = ("GetModelImportJob", lambda jobs: jobs.client().get_model_import_job(jobIdentifier="llama"))
LANES: dict[str, tuple[Any, list[Step]]] = {
    'progress="polls": the second Get or List that returns the job shows it ended': ("polls", [CREATE, GET, GET]),
    'progress="time": after 15 minutes of the mock\'s clock, slept in virtual time or advanced': (
        "time",
        [CREATE, GET, ("clock.advance(15 minutes)", lambda jobs: jobs.clock.advance(timedelta(minutes=15)))],
    ),
    'progress="manual": when the test says so': (
        "manual",
        [CREATE, GET, ('fail("llama")', lambda jobs: jobs.fail("llama"))],
    ),
}


def draw() -> str:
    """One lane for each setting."""
    body = [svg.text(24, 32, "A job's life", 18, font_weight=600)]
    for number, (title, (progress, steps)) in enumerate(LANES.items()):
        body += _lane(TOP + LANE * number, title, list(_live(progress, steps)))
    return svg.document("How an import job ends, by the option progress", WIDTH, TOP + LANE * len(LANES), body)


def _live(progress: Any, steps: list[Step]) -> Iterator[tuple[str, str, str]]:
    """Each step, the job's status after it, and what the job then has besides."""
    with mock_bedrock_jobs(progress=progress) as jobs:
        for label, act in steps:
            act(jobs)
            [job] = jobs.import_jobs
            fields = {"endTime": job.end_time, "importedModelArn": job.imported_model_arn}
            fields["failureMessage"] = job.failure_message
            yield label, job.status, ", ".join(name for name, value in fields.items() if value)


def _lane(y: float, title: str, life: list[tuple[str, str, str]]) -> Iterator[str]:
    yield svg.text(24, y, title, 13, font_weight=600)
    places = [LEFT + STEP * number for number in range(len(life) + 1)]
    for place, following, (_, status, _) in zip(places, places[1:], life, strict=False):
        end = min(following, WIDTH - 24)
        yield svg.line(place, y + 44, end, y + 44, stroke=COLOURS[status], stroke_width=6)
    for place, (label, status, fields) in zip(places, life, strict=False):
        yield svg.tag("circle", cx=place, cy=y + 44, r=7, fill=svg.PAPER, stroke=COLOURS[status], stroke_width=3)
        yield svg.text(place - 8, y + 28, label, 11, font=svg.FONT)
        yield svg.text(place - 8, y + 68, status, 12, fill=COLOURS[status], font_weight=600)
        yield svg.text(place - 8, y + 84, fields, 11, fill=svg.GREY, font=svg.FONT)
