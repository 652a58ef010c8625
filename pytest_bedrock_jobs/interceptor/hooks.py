"""What of botocore and aiobotocore is wrapped: at each start of a mock, whatever is loaded then and not wrapped yet.

A wrapper stays for the life of the process, and passes calls through while no mock is active. There is no import hook:
botocore is imported here, and what is imported while a mock is active is wrapped when it first makes a session
(aiobotocore, whose sessions call botocore's) or at the next start (a second copy of botocore).
"""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

import wrapt

from ..service.errors import UsageError, see
from . import credentials, environment, latest_mock
from .clients import default_session
from .gate import Passage, resolved, send

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
    for library in _LIBRARIES:
        credentials.prepare_signers(sys.modules.get(f"{library}.auth"))
    _wrap(_HOOKS, latest_mock)
    install_children()


def install_children() -> None:
    """Wrap what makes child processes, as far as it is loaded; at the end of a mock, too."""
    _wrap(_CHILDREN if "__init__" in vars(subprocess.Popen) else _CHILDREN[1:])  # a test may have replaced it


def _wrap(hooks: Iterable[tuple[str, str, Wrapper]], enabled: Callable[[], object] | None = None) -> None:
    """Wrap what is not wrapped yet of the modules that are loaded, and not replaced by a test."""
    found = sys.modules.get
    loaded = [(module, path, hook) for name, path, hook in hooks if isinstance(module := found(name), ModuleType)]
    for module, path, wrapper in [each for each in loaded if not is_wrapped(*each)]:
        wrapt.wrap_object(module, path, _wrapped, (wrapper, enabled))


def _wrapped(original: Any, *args: Any) -> Any:
    if hasattr(original, "fget"):
        return property(wrapt.FunctionWrapper(original.fget, *args), original.fset)
    return wrapt.FunctionWrapper(original, *args)


def is_wrapped(module: Any, path: str, wrapper: Wrapper) -> bool:
    """Whether a method or function has this wrapper, seen through those that others have put around it since.

    Where a test has replaced it, or its class, by an object that is none, there is nothing to wrap.

    Raises:
        UsageError: If it does not exist.
    """
    class_name, _, name = path.rpartition(".")
    if (class_name or name) not in vars(module):
        importlib.import_module(module.__name__)  # it waits where another thread is still importing the module
    owner = vars(module).get(class_name) if class_name else module
    if class_name and not isinstance(owner, type | None):
        return True
    found: Any = vars(owner).get(name) if owner else None
    if found is None:
        library = sys.modules[module.__name__.partition(".")[0]]
        raise UsageError(
            f"{library.__name__} {getattr(library, '__version__', '(version unknown)')} has no "
            f"{module.__name__}.{path}, without which the mock cannot intercept its requests, so nothing is mocked. "
            f"Install a version that this package has been tested with. {see('A hook point that is not there')}"
        )
    found = found.fget if isinstance(found, property) else found
    if not hasattr(found, "__get__"):
        return True
    while found is not None:
        if getattr(found, "_self_wrapper", None) is wrapper:
            return True
        found = getattr(found, "__wrapped__", None)
    return False


def _begin_session(wrapped: Callable[..., Any], session: Any, args: Any, kwargs: Any) -> None:
    """Make a session; wrap aiobotocore too, if this is its first one."""
    _wrap(_HOOKS_OF_AIOBOTOCORE, latest_mock)
    wrapped(*args, **kwargs)


def _make_request(wrapped: Callable[..., Any], client: Any, args: Any, kwargs: Any) -> Any:
    """Make one API call, whose requests pass the gate."""
    with Passage.of(wrapped, client, *args, **kwargs) as method:
        return method(*args, **kwargs)


async def _make_awaited_request(wrapped: Callable[..., Any], client: Any, args: Any, kwargs: Any) -> Any:
    with Passage.of(wrapped, client, *args, **kwargs) as method:
        return await method(*args, **kwargs)


def _awaited(wrapper: Wrapper) -> Wrapper:
    """A wrapper for a coroutine function of aiobotocore, made of that for botocore's function."""

    async def awaiting(wrapped: Callable[..., Any], instance: Any, args: Any, kwargs: Any) -> Any:
        return await resolved(wrapper(wrapped, instance, args, kwargs))

    return awaiting


# What aiobotocore has methods of its own for, which are coroutines.
_HOOKS_OF_BOTH: tuple[tuple[str, str, Wrapper], ...] = (
    ("session", "Session.get_credentials", credentials.get_credentials),
    ("credentials", "CredentialResolver.load_credentials", credentials.load_credentials),
    ("credentials", "Credentials.get_frozen_credentials", credentials.get_frozen_credentials),
    ("credentials", "RefreshableCredentials.get_frozen_credentials", credentials.get_frozen_credentials),
    ("credentials", "RefreshableCredentials._refresh", credentials.refresh),
    ("signers", "RequestSigner.get_auth_instance", credentials.get_auth_instance),
)
_HOOKS_OF_BOTOCORE: tuple[tuple[str, str, Wrapper], ...] = (
    # _make_request and not _make_api_call: tracers wrap the latter, and unwrap it by taking off the outermost layer.
    ("client", "BaseClient._make_request", _make_request),
    ("httpsession", "URLLib3Session.send", send),
    ("session", "Session.__init__", _begin_session),
    ("session", "Session.get_auth_token", credentials.get_auth_token),
    ("session", "Session.get_config_variable", credentials.get_config_variable),
    ("session", "Session.get_scoped_config", credentials.get_scoped_config),
    ("session", "Session._build_profile_map", credentials.build_profile_map),
    ("session", "Session.full_config", credentials.full_config),
    ("auth", "BaseSigner.credentials", credentials.of_signer),
    ("utils", "IMDSFetcher._assert_enabled", credentials.ask_instance),
    *_HOOKS_OF_BOTH,
)
_HOOKS_OF_AIOBOTOCORE: tuple[tuple[str, str, Wrapper], ...] = (
    ("aiobotocore.client", "AioBaseClient._make_request", _make_awaited_request),
    ("aiobotocore.httpsession", "AIOHTTPSession.send", _awaited(send)),
    ("aiobotocore.httpxsession", "HttpxSession.send", _awaited(send)),
    *((f"aiobotocore.{name}", f"Aio{path}", _awaited(wrapper)) for name, path, wrapper in _HOOKS_OF_BOTH),
)
_HOOKS = (
    ("boto3", "_get_default_session", default_session.get),
    *((f"{library}.{name}", path, wrapper) for library in _LIBRARIES for name, path, wrapper in _HOOKS_OF_BOTOCORE),
    *_HOOKS_OF_AIOBOTOCORE,
)
_CHILDREN: tuple[tuple[str, str, Wrapper], ...] = (
    ("subprocess", "Popen.__init__", environment.begin_child),
    ("multiprocessing.spawn", "get_preparation_data", environment.prepare_child),
)
