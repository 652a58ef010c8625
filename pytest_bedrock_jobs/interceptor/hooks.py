"""What of botocore is wrapped, and when: at each start of a mock, whatever of it is loaded then and not wrapped yet.

A wrapper stays for the life of the process, and passes calls through while no mock is active. There is no import hook:
botocore is imported here, and what is imported while a mock is active is wrapped when it first makes a session
(aiobotocore, whose sessions call botocore's) or at the next start (a second copy of botocore).
"""

from __future__ import annotations

import functools
import importlib
import inspect
import subprocess
import sys
from collections.abc import Callable, Generator, Iterable
from typing import Any

import wrapt

from ..service.errors import UsageError, see
from ..service.wire.codec import Response
from . import credentials, environment
from .clients import default_session
from .gate import Passage, passage
from .streaming_bodies import StreamingBody

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

Wrapper = Callable[[Callable[..., Any], Any, Any, Any], Any]

# botocore, and the copies of it that other packages carry under their own names.
_LIBRARIES = ("botocore", "awscli.botocore")


def install() -> None:
    """Wrap what is loaded; what is wrapped already stays as it is, and if anything is missing, nothing is wrapped.

    Raises:
        UsageError: If a method is not there, in a version of the library that this package does not know.
    """
    importlib.import_module("botocore.session")  # and with it all others
    wrap((module, path, wrapper) for name, path, wrapper in _HOOKS if (module := sys.modules.get(name)))
    for library in _LIBRARIES:
        _replace_full_config(sys.modules.get(f"{library}.session"))
    install_children()
    _install_async()


def install_children() -> None:
    """Wrap what makes child processes, as far as it is loaded; at the end of a mock, too."""
    if inspect.isclass(subprocess.Popen):
        wrap([(subprocess, "Popen.__init__", environment.begin_child)])
    if spawn := sys.modules.get("multiprocessing.spawn"):
        wrap([(spawn, "get_preparation_data", environment.prepare_child)])


def _install_async() -> None:
    if "aiobotocore.session" in sys.modules:
        importlib.import_module(f"{__package__}.aiobotocore_hooks").install()  # it imports aiobotocore


def wrap(hooks: Iterable[tuple[Any, str, Wrapper]]) -> None:
    """Wrap what is not wrapped yet; if anything is missing, nothing is wrapped.

    Args:
        hooks: Modules, what to wrap in them, and the wrappers.

    Raises:
        UsageError: If anything is missing.
    """
    for module, path, wrapper in [hook for hook in hooks if not is_wrapped(*hook)]:
        wrapt.wrap_function_wrapper(module, path, wrapper)


def is_wrapped(module: Any, path: str, wrapper: Wrapper) -> bool:
    """Whether a method or function has this wrapper, seen through those that others have put around it since.

    Raises:
        UsageError: If it does not exist.
    """
    class_name, _, name = path.rpartition(".")
    owner = vars(module).get(class_name) if class_name else module
    found: Any = vars(owner).get(name) if owner else None
    if found is None:
        raise _missing(module, path)
    while found is not None:
        if getattr(found, "_self_wrapper", None) is wrapper:
            return True
        found = getattr(found, "__wrapped__", None)
    return False


def _missing(module: Any, path: str) -> UsageError:
    library = sys.modules[module.__name__.partition(".")[0]]
    return UsageError(
        f"{library.__name__} {getattr(library, '__version__', '(version unknown)')} has no {module.__name__}.{path}, "
        "without which the mock cannot intercept its requests, so nothing is mocked. Install a version that this "
        f"package has been tested with. {see('A hook point that is not there')}"
    )


def _replace_full_config(module: Any) -> None:
    """Wrap a property, which wrapt does not."""
    if module and getattr(module.Session.full_config.fget, "func", None) is not credentials.full_config:
        original = module.Session.full_config.fget
        module.Session.full_config = property(functools.partial(credentials.full_config, original))


def _begin_session(wrapped: Callable[..., Any], session: Any, args: Any, kwargs: Any) -> None:
    """Wrap aiobotocore too, if this is its first session."""
    _install_async()
    wrapped(*args, **kwargs)


def _make_request(wrapped: Callable[..., Any], client: Any, args: Any, kwargs: Any) -> Any:
    """Make one API call, whose requests pass the gate if a mock is active."""
    call = passage(client, args, _Events, _library_response)
    if call is None:
        return wrapped(*args, **kwargs)
    with call:
        return call.rebound(wrapped)(*args, **kwargs)


class _Events:
    """The event emitter of an endpoint during one call: what is about to be sent comes to the gate.

    Args:
        emitter: The endpoint's own.
        call: The call.
    """

    def __init__(self, emitter: Any, call: Passage) -> None:
        self._emitter = emitter
        self._call = call

    def emit(self, event_name: str, /, **kwargs: Any) -> Any:
        """Ask the handlers of an event, as botocore's emitter does."""
        if event_name.startswith("before-send."):
            return _asked(self._call.before_send(self._emitter, event_name, kwargs))
        responses = self._emitter.emit(event_name, **kwargs)
        return self._call.without_delay(responses) if event_name.startswith("needs-retry.") else responses


def _asked(asking: Generator[Callable[[], Any], Any, Any]) -> Any:
    """Call each handler that the gate names, and tell it what the handler has returned or raised."""
    try:
        ask = next(asking)
        while True:
            try:
                result = ask()
            except Exception as error:
                ask = asking.throw(error)
            else:
                ask = asking.send(result)
    except StopIteration as end:
        return end.value


def _library_response(call: Passage, request: Any, sent_back: Response) -> Any:
    delivery = call.delivery
    body = StreamingBody(delivery) if delivery else _Body(sent_back.body)
    return call.library.awsrequest.AWSResponse(request.url, sent_back.status, sent_back.headers, body)


class _Body(bytes):
    """A response's body as botocore reads one from the network."""

    def stream(self) -> tuple[bytes]:
        return (self,)


_HOOKS_OF_EACH: tuple[tuple[str, str, Wrapper], ...] = (
    # _make_request and not _make_api_call: tracers wrap the latter, and unwrap it by taking off the outermost layer.
    ("client", "BaseClient._make_request", _make_request),
    ("session", "Session.__init__", _begin_session),
    ("session", "Session.get_credentials", credentials.get_credentials),
    ("session", "Session.get_auth_token", credentials.get_auth_token),
    ("session", "Session.get_scoped_config", credentials.get_scoped_config),
    ("session", "Session._build_profile_map", credentials.build_profile_map),
    ("credentials", "Credentials.get_frozen_credentials", credentials.get_frozen_credentials),
    ("credentials", "RefreshableCredentials.get_frozen_credentials", credentials.get_frozen_credentials),
    ("credentials", "RefreshableCredentials._refresh", credentials.refresh),
    ("signers", "RequestSigner.get_auth_instance", credentials.get_auth_instance),
    ("credentials", "CredentialResolver.load_credentials", credentials.load_credentials),
    ("auth", "SigV4Auth.__init__", credentials.begin_signer),
    ("auth", "SigV2Auth.__init__", credentials.begin_signer),
    ("auth", "HmacV1Auth.__init__", credentials.begin_signer),
    ("utils", "IMDSFetcher._assert_enabled", credentials.ask_instance),
)
_HOOKS = [
    ("boto3", "_get_default_session", default_session.get),
    *((f"{library}.{name}", path, wrapper) for library in _LIBRARIES for name, path, wrapper in _HOOKS_OF_EACH),
]
