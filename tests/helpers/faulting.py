"""What the tests of faults share: clients with given retries, and threads that may not wait."""

from __future__ import annotations

import contextlib
import functools
import threading
import time

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from support import keys

MODES = ("legacy", "standard", "adaptive")


@functools.cache
def session():
    """One session for all clients of these tests: loading the service model takes longest."""
    return boto3.session.Session(**keys())


def retrying(attempts, mode="standard", region_name="us-east-1", **config):
    """A new client that sends a request at most this many times."""
    retries = {"total_max_attempts": attempts, "mode": mode}
    return session().client("bedrock", region_name=region_name, config=Config(retries=retries, **config))


@functools.cache
def impatient(region_name="us-east-1"):
    """A client that never retries, so that no call leaves a mark on it."""
    return retrying(1, region_name=region_name)


def error_of(call, *args, **kwargs):
    """The error that a call gets."""
    with pytest.raises((ClientError, BotoCoreError)) as caught:
        call(*args, **kwargs)
    return caught.value


def code_of(call, *args, **kwargs):
    """The code of the service's error that a call gets."""
    return error_of(call, *args, **kwargs).response["Error"]["Code"]


@contextlib.contextmanager
def no_waiting(monkeypatch):
    """Fail whatever would really wait in this thread, by sleeping or on a condition."""
    here, wait = threading.get_ident(), threading.Condition.wait

    def guarded(really):
        def stand_in(*args, **kwargs):
            assert threading.get_ident() != here or args == (0,), "a wait in real time"
            return really(*args, **kwargs)

        return stand_in

    with monkeypatch.context() as patched:
        patched.setattr(time, "sleep", guarded(time.sleep))
        patched.setattr(threading.Condition, "wait", guarded(wait))
        yield


def in_threads(count, function):
    """Run function(0), function(1), ... each in a thread, all at once; their results in that order."""
    results, start = {}, threading.Barrier(count)

    def run(number):
        start.wait()
        results[number] = function(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [results[number] for number in range(count)]


def run_pytest(pytester, source, *arguments):
    """Run this test module in the process."""
    pytester.makepyfile(source)
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", *arguments)
