"""On a machine with secrets of every kind, no form of a program reaches AWS or a secret within a mock."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import neighbours

GUARD = Path(__file__).parent / "helpers" / "guard"
NOTHING = "Connections attempted: 0. Secrets signed with: 0, sent: 0. Credentials read in a mock: 0."


def test_nothing_leaks_from_any_hostile_form(tmp_path):
    """Each form is tried in every surrounding, in a guarded run."""
    command = [sys.executable, str(GUARD), "-q", "--rootdir", str(tmp_path), str(GUARD / "forms.py")]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_ADDOPTS": neighbours.addopts()}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    assert NOTHING in done.stdout
    assert int(re.search("([0-9]+) passed", done.stdout)[1]) > 250
