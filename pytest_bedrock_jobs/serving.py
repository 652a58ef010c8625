"""Serve whichever mock is active: for programs that outlive a test."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from .interceptor import surroundings
from .interceptor.environment import DEFAULT_REGION
from .server import LONGEST_WAIT
from .server.serving import Server, ServerOptions, listening

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it


@contextlib.contextmanager
def serve(
    *,
    region: str | None = None,
    account_id: str | None = None,
    tls: bool = False,
    longest_wait: float = LONGEST_WAIT,
) -> Iterator[Server]:
    """Serve whichever mock is active when a request comes, for a child process that outlives a test.

    A request that comes while no mock is active gets the status 503. The fixture ``bedrock_jobs_server`` serves for the
    whole session.

    Args:
        region: The Region of requests whose signature names none; ``AWS_DEFAULT_REGION``, or ``us-east-1``, by default.
        account_id: The account of all requests; the mock's by default.
        tls: Whether it speaks HTTPS, with a certificate made for the occasion.
        longest_wait: How many seconds of real time a fault may keep a client waiting.

    Raises:
        UsageError: If the extra ``server`` is not installed, or an option has a value that it cannot have.
    """
    region = region or os.environ.get("AWS_DEFAULT_REGION") or DEFAULT_REGION
    options = ServerOptions(region, account_id, tls, longest_wait)
    with listening(surroundings.latest, surroundings, options) as server:
        yield server
