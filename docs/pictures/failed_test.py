"""A failed test's report, as pytest prints it."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import svg

TEST = Path(__file__).with_name("failing_release.py")
COLUMNS, CHARACTER, LINE, MARGIN = 121, 7.23, 17, 16
PAPER, INK, RED, GREEN = "#1b1f24", "#d1d7e0", "#ff7b72", "#7ee787"
TIME = re.compile(r"\d\d:\d\d:\d\d\.\d{3}")


def draw() -> str:
    """The report on a dark terminal."""
    lines = report().splitlines()
    width, height = round(max(map(len, lines)) * CHARACTER) + 2 * MARGIN, len(lines) * LINE + 2 * MARGIN
    body = [
        svg.text(MARGIN, MARGIN + 12 + LINE * number, line, 12, font=svg.FONT, fill=_colour(line))
        for number, line in enumerate(lines)
    ]
    return svg.document("The report of a failed test, with its calls, jobs and models", width, height, body, PAPER)


def report() -> str:
    """What pytest prints about the failure, with times and ids that do not change."""
    printed = subprocess.run(  # noqa: S603  (our own file, with this Python)
        [sys.executable, "-m", "pytest", "--tb=short", "-p", "no:cacheprovider", "-W", "ignore", TEST.name],
        cwd=TEST.parent,
        # `CI` would make pytest print more of the failure
        env={name: value for name, value in os.environ.items() if name != "CI"}
        | {"COLUMNS": str(COLUMNS), "PY_COLORS": "0"},
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    failure = re.search(r"^_+ test_\w+ _+\n.*?(?=^=+ )", printed, flags=re.MULTILINE | re.DOTALL)
    if failure is None or "- bedrock_jobs -" not in failure[0]:
        sys.exit(f"pytest printed no report of a failure:\n{printed}")
    return _steady(failure[0])


def section() -> str:
    """The plugin's own part of it."""
    return report().partition(" bedrock_jobs ")[2].partition("\n")[2]


def _steady(text: str) -> str:
    """Times in whole minutes from nine o'clock on, and ids that depend on nothing but their order."""
    times = [datetime.strptime(time, "%H:%M:%S.%f") for time in TIME.findall(text)]
    begin = datetime(1900, 1, 1, 9)
    steady = iter(
        [begin + (time - times[0]) % timedelta(days=1) // timedelta(minutes=1) * timedelta(minutes=1) for time in times]
    )
    text = TIME.sub(lambda _: f"{next(steady):%H:%M:%S}.000", text)
    for number, found in enumerate(dict.fromkeys(re.findall(r"(?<=[/-])[0-9a-z]{12}\b", text))):
        text = text.replace(found, hashlib.sha256(bytes([number])).hexdigest()[:12])
    return text


def _colour(line: str) -> str:
    if line.startswith(("E ", "___")):
        return RED
    return GREEN if line.startswith("---") else INK
