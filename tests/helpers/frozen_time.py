"""A time that stands still for the mock until a test moves it."""

from __future__ import annotations

import contextlib
import datetime
import types

import pytest

from pytest_bedrock_jobs.service import clock

START = datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc)


@contextlib.contextmanager
def frozen_time():
    """Freeze what the mock's clock reads, and nothing else.

    Yields:
        An object whose ``now`` is the time, to be read and set.
    """
    real = types.SimpleNamespace(now=START)

    class Frozen(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return real.now

    module = types.SimpleNamespace(datetime=Frozen, timezone=datetime.timezone, timedelta=datetime.timedelta)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "datetime", module)
        yield real
