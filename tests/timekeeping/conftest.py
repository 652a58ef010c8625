"""What the tests of time share: whoever really waits is found out."""

from __future__ import annotations

import selectors
import threading

import pytest

from pytest_bedrock_jobs.timekeeping import gates


@pytest.fixture
def really_slept(monkeypatch):
    """The seconds that were really slept, recorded instead of slept, with the names of the threads."""
    slept = []

    def record(seconds):
        if seconds:
            slept.append((threading.current_thread().name, seconds))

    monkeypatch.setitem(gates.REAL, "sleep", record)
    return slept


@pytest.fixture
def really_waited(monkeypatch):
    """The seconds for which event loops were ready to wait, recorded where they are a tenth or more."""
    waited, select = [], selectors.DefaultSelector.select

    def record(selector, timeout=None):
        if timeout and timeout >= 0.1:
            waited.append(timeout)
            timeout = 0
        return select(selector, timeout)

    monkeypatch.setattr(selectors.DefaultSelector, "select", record)
    return waited
