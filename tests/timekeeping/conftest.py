"""What the tests of time share: whoever really waits is found out."""

from __future__ import annotations

import queue
import selectors
import threading

import pytest

from pytest_bedrock_jobs.timekeeping import event_loops, gates

_work = queue.SimpleQueue()


def _do_work():
    while True:
        function, results = _work.get()
        try:
            results.put((function(), None))
        except BaseException as error:
            results.put((None, error))


threading.Thread(target=_do_work, name="outside", daemon=True).start()


@pytest.fixture
def outside():
    """Runs a function in a thread that no test has started, and that waits where virtual time cannot see it."""

    def run(function):
        results = queue.SimpleQueue()
        _work.put((function, results))
        value, error = results.get()
        if error:
            raise error
        return value

    return run


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
    waited, select = [], event_loops.REAL_SELECT[selectors.DefaultSelector]

    def record(selector, timeout=None):
        if timeout and timeout >= 0.1:
            waited.append(timeout)
            timeout = 0
        return select(selector, timeout)

    monkeypatch.setitem(event_loops.REAL_SELECT, selectors.DefaultSelector, record)
    return waited
