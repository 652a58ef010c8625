"""Running servers: their addresses, and the environment in which a child process finds them."""

from __future__ import annotations

import contextlib
import functools
import math
import os
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ..service.errors import UsageError, see
from ..service.inference.targets import SERVICES
from ..service.options import checked_account_id, checked_region
from ..service.wire.routing import Routes
from . import LOOPBACK

if TYPE_CHECKING:
    import ssl

    from ..service.dispatcher import Service
    from ..service.wire.codec import OperationCodec

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it


class Surroundings(Protocol):
    """What a server needs to know about the process and botocore: the module of that name in ``interceptor``."""

    @abstractmethod
    def latest(self) -> Service | None:
        """The mock that responds."""

    @abstractmethod
    def has(self, service: Service) -> bool:
        """Whether this mock is active."""

    @abstractmethod
    def operation_models(self, service_name: str) -> Iterable[Any]:
        """Botocore's models of a service's operations."""

    @abstractmethod
    def codec_of(self, operation_model: Any) -> OperationCodec:
        """The codec of an operation's requests and responses."""

    @abstractmethod
    def example_of(self, operation: str) -> str | None:
        """A response that a stub of an operation may return, as Python writes it."""

    @abstractmethod
    def partition_of(self, region: str) -> str:
        """The partition of a Region."""

    @abstractmethod
    def child_environment(
        self, environ: Mapping[str, str], endpoint_url: str, region: str, authority: Path | None
    ) -> dict[str, str]:
        """The environment of a child process whose Bedrock is the mock."""


class ServerOptions(NamedTuple):
    """How a mock is served; ``BedrockJobs.serve`` documents them."""

    region: str
    account_id: str | None
    tls: bool
    longest_wait: float


class Server:
    """A mock over HTTP, on a port of the loopback interface that the system chose.

    Attributes:
        endpoint_url: Its URL, such as ``http://127.0.0.1:40123``.
    """

    def __init__(self, endpoint_url: str, environment: Callable[[], dict[str, str]]) -> None:
        self.endpoint_url: str = endpoint_url
        self._environment = environment

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
        return self._environment()


@contextlib.contextmanager
def serve_mock(
    service: Service, servers: list[Server], surroundings: Surroundings, options: ServerOptions
) -> Iterator[str]:
    """Serve one mock; see ``BedrockJobs.serve``.

    Args:
        service: The mock.
        servers: The list that contains the server while it listens.
        surroundings: The process and botocore.
        options: How it is served.
    """
    if not surroundings.has(service):
        raise _refused("serve(): this mock has ended, and no longer responds to requests.")

    def mock() -> Service | None:
        return service if surroundings.has(service) else None

    with listening(mock, surroundings, options) as server:
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
def listening(
    mock: Callable[[], Service | None], surroundings: Surroundings, options: ServerOptions
) -> Iterator[Server]:
    """A server that listens within the block.

    Args:
        mock: The mock that responds to a request; None while there is none.
        surroundings: The process and botocore.
        options: How it is served.

    Raises:
        UsageError: If the extra ``server`` is not installed, or an option has a value that it cannot have.
    """
    _check(options)
    with contextlib.ExitStack() as stack:
        try:
            from .http_server import HttpServer
            from .responder import TOO_LARGE, Api, Caller, Responder

            context, authority = stack.enter_context(_certificate()) if options.tls else (None, None)
        except ModuleNotFoundError as error:
            raise _refused(
                f"serve() needs {error.name}, which is not installed: pip install 'pytest-bedrock-jobs[server]'."
            ) from None
        models = [model for name in SERVICES for model in surroundings.operation_models(name)]
        api = Api(Routes(models), functools.cache(surroundings.codec_of), surroundings.example_of)
        caller = Caller(options.region, options.account_id, surroundings.partition_of)
        responder = Responder(mock, api, caller, options.longest_wait)
        http_server = HttpServer(responder, TOO_LARGE, context)
        stack.callback(http_server.close)
        stack.callback(responder.closing.set)
        url = f"{'https' if options.tls else 'http'}://{LOOPBACK}:{http_server.port}"
        yield Server(url, lambda: surroundings.child_environment(os.environ, url, options.region, authority))


def _check(options: ServerOptions) -> None:
    checked_region(options.region)
    if options.account_id is not None:
        checked_account_id(options.account_id)
    wait = options.longest_wait
    if not (isinstance(wait, int | float) and 0 <= wait < math.inf):
        raise _refused(f"longest_wait takes seconds, 0 or more, not {wait!r}.")
    if not isinstance(options.tls, bool):
        raise _refused(f"tls is True or False, not {options.tls!r}.")


def _certificate() -> AbstractContextManager[tuple[ssl.SSLContext, Path]]:
    from .certificates import certificate  # trustme and cryptography: needed only for HTTPS

    return certificate()


def _refused(text: str) -> UsageError:
    return UsageError(f"{text} {see('A mock that cannot be served')}")
