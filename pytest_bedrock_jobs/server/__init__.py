"""The mock over HTTP/1.1 and HTTP/2: running servers, and the environment in which a child process finds them."""

from __future__ import annotations

import atexit
import contextlib
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from ..interceptor import active_mocks
from ..interceptor.environment import child_environment, default_region
from ..service.dispatcher import Service
from ..service.errors import UsageError, see
from ..service.options import LONGEST_WAIT, checked

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it


@dataclass(frozen=True, slots=True, repr=False)
class Server:
    """A mock over HTTP, on a port of the loopback interface that the system chose.

    Attributes:
        endpoint_url: Its URL, such as ``http://127.0.0.1:40123``.
    """

    endpoint_url: str
    _region: str
    _authority: Path | None

    def __repr__(self) -> str:
        return f"<Server {self.endpoint_url}>"

    def environment(self) -> dict[str, str]:
        """The whole environment of a child process: this process's, changed so that the child's Bedrock is the mock.

        ``AWS_ENDPOINT_URL_BEDROCK`` and ``AWS_ENDPOINT_URL_BEDROCK_RUNTIME`` name the server, the access keys are fake,
        and nothing leads to the machine's profile, files, roles or metadata service. With HTTPS, ``AWS_CA_BUNDLE``,
        ``NODE_EXTRA_CA_CERTS`` and ``SSL_CERT_FILE`` name the file of its certificate authority.

        Returns:
            A new dict each time, for ``subprocess.run(..., env=...)``.
        """
        return child_environment(self.endpoint_url, self._region, self._authority)


def serve(
    *,
    region: str | None = None,
    account_id: str | None = None,
    tls: bool = False,
    longest_wait: float = LONGEST_WAIT,
) -> AbstractContextManager[Server]:
    """Serve whichever mock is active when a request comes, for a child process that outlives a test.

    A request that comes while no mock is active gets the status 503. The fixture ``bedrock_jobs_server`` serves for the
    whole session.

    Args:
        region: The Region of requests whose signature names none; ``AWS_DEFAULT_REGION``, or ``us-east-1``, by default.
        account_id: The account of all requests; the mock's by default.
        tls: Whether it speaks HTTPS, with a certificate made for the occasion.
        longest_wait: How many seconds of real time a fault may keep a client waiting.

    Returns:
        A context manager for the server.

    Raises:
        UsageError: On entering, if the extra ``server`` is not installed, or an option has a value that it cannot have.
    """
    return _listening(None, default_region() if region is None else region, account_id, tls, longest_wait)


@contextlib.contextmanager
def serve_mock(
    service: Service, servers: list[Server], region: str, account_id: str | None, tls: bool, longest_wait: float
) -> Iterator[str]:
    """Serve one mock; see ``BedrockJobs.serve``.

    Args:
        service: The mock.
        servers: The list that contains the server while it listens.
        region: See ``serve``.
        account_id: See ``serve``.
        tls: See ``serve``.
        longest_wait: See ``serve``.
    """
    if service not in active_mocks:
        raise _refused("serve(): this mock has ended, and no longer responds to requests.")

    with _listening(service, region, account_id, tls, longest_wait) as server:
        servers.append(server)
        try:
            yield server.endpoint_url
        finally:
            servers.remove(server)


def innermost(servers: list[Server]) -> Server:
    """The server that was started last.

    Raises:
        UsageError: If there is none.
    """
    if not servers:
        raise _refused("environment(): this mock is not being served; call it within `with bedrock_jobs.serve():`.")
    return servers[-1]


@contextlib.contextmanager
def _listening(
    mock: Service | None, region: str, account_id: str | None, tls: bool, longest_wait: float
) -> Iterator[Server]:
    region = checked("region", region)
    account_id = None if account_id is None else checked("account_id", account_id)
    if not (isinstance(longest_wait, int | float) and 0 <= longest_wait <= threading.TIMEOUT_MAX):
        raise _refused(f"longest_wait takes the seconds that a thread can wait, 0 or more, not {longest_wait!r}.")
    if not isinstance(tls, bool):
        raise _refused(f"tls is True or False, not {tls!r}.")
    with contextlib.ExitStack() as stack:
        try:
            from .http_server import certificate, http_server
            from .responder import Responder

            context, authority = stack.enter_context(certificate()) if tls else (None, None)
        except ModuleNotFoundError as error:
            text = f"serve() needs {error.name}, which is not installed: pip install 'pytest-bedrock-jobs[server]'."
            raise _refused(text) from None
        responder = Responder(mock, region, account_id, longest_wait)
        url = stack.enter_context(http_server(responder, context))
        stack.callback(responder.closing.set)
        # Threads stop before what a process has left open is closed at its end: nobody would close the server then.
        atexit.register(stack.close)
        stack.callback(atexit.unregister, stack.close)
        yield Server(url, region, authority)


def _refused(text: str) -> UsageError:
    return UsageError(f"{text} {see('A mock that cannot be served')}")
