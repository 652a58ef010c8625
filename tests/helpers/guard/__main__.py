"""Run the tests on a machine that has credentials of every kind, and report what came near them or left the machine.

``python tests/helpers/guard [--only SOURCE] [pytest's arguments]``. It fails if a connection was attempted to anything
but a server on the loopback interface that a test has started itself, if a secret was in a signature or in what was
sent, or if the machine's configuration or credentials were read from a file while a mock was active.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

MARK = "guarded-machine"  # what every secret contains
KEY = "AKIAGUARDEDMACHINE00"
CONFIG = f"[default]\nregion = us-east-1\n\n[profile work]\naws_access_key_id = {KEY}\naws_secret_access_key = {MARK}\n"
CREDENTIALS = f"[default]\naws_access_key_id = {KEY}\naws_secret_access_key = {MARK}\naws_session_token = {MARK}\n"
FILES = {
    "config": CONFIG,
    "credentials": f"{CREDENTIALS}\n{CREDENTIALS.replace('default', 'work')}",
    "token": MARK,
    "container-token": MARK,
}


def main() -> int:
    """What pytest returned, or 1 if the guard has seen something."""
    parser = argparse.ArgumentParser(prog="python tests/helpers/guard", description=__doc__)
    parser.add_argument("--only", choices=sources(Path(), 0), help="the one source of credentials that the machine has")
    options, arguments = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as name, socket.create_server(("127.0.0.1", 0)) as container:
        folder = Path(name)
        for secrets in (folder / "secrets", folder / "home" / ".aws"):
            secrets.mkdir(parents=True)
            for file, content in FILES.items():
                (secrets / file).write_text(content, encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
        variables = environment(folder, options.only, container.getsockname()[1])
        status = subprocess.run(command, env=variables, check=False).returncode
        report = folder / "report"
        events = [json.loads(line) for line in report.read_text().splitlines()] if report.exists() else []
    return print_report(events) or status


def sources(folder: Path, port: int) -> dict[str, dict[str, str]]:
    """The variables of each source of credentials, in the order in which botocore asks them."""
    return {
        "environment": {
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": MARK,
            "AWS_SESSION_TOKEN": MARK,
        },
        "web-identity": {
            "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/Guarded",
            "AWS_WEB_IDENTITY_TOKEN_FILE": str(folder / "token"),
        },
        "profile": {
            "AWS_PROFILE": "work",
            "AWS_CONFIG_FILE": str(folder / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
        },
        "container": {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{port}/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(folder / "container-token"),
        },
    }


def environment(folder: Path, only: str | None, port: int) -> dict[str, str]:
    """The whole environment of the run: one source or all, the files in the home, and the metadata service."""
    found = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    for source, variables in sources(folder / "secrets", port).items():
        if only in (source, None):
            found |= variables
    path = [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    run = {
        "mark": MARK,
        "report": str(folder / "report"),
        "secrets": [str(folder / "secrets"), str(folder / "home" / ".aws")],
        "taken_ports": sorted(listening()),
    }
    return found | {
        "BEDROCK_JOBS_GUARD": json.dumps(run),
        "HOME": str(folder / "home"),
        "PYTHONPATH": os.pathsep.join(filter(None, path)),
    }


def listening() -> set[int]:
    """The ports of the loopback interface that are taken before the run; only Linux says."""
    tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
    rows = [line.split() for table in tables if table.exists() for line in table.read_text().splitlines()[1:]]
    return {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == "0A"}


def print_report(events: list[dict[str, Any]]) -> int:
    """Print how often what was seen, and where; 1 if there is anything that may not be.

    Outside of mocks tests may read what they like.
    """
    allowed = [event for event in events if event["kind"] == "credentials" and not event["mocked"]]
    leaks = [event for event in events if event not in allowed]
    counts = collections.Counter(event["kind"] for event in leaks)
    for event in leaks:
        print(f"\n{event['kind']}: {event['what']} in {event['test']}", *event["stack"], sep="\n    ")
    attempts = counts["connection"] + counts["name"]
    print(
        f"\nConnections attempted: {attempts}. Secrets signed with: {counts['signature']}, "
        f"sent: {counts['request']}. Credentials read in a mock: {counts['credentials']}. "
        f"Allowed: {len(allowed)} files opened outside of all mocks."
    )
    return int(bool(leaks))


if __name__ == "__main__":
    sys.exit(main())
