"""The environment variables of AWS: the machine's, those that a mock sets instead, and those of child processes.

A mock hides what the machine has set, and leaves alone what the test has set. It keeps what it found, and puts it back
at its end. Credentials of sessions do not depend on any of this: see ``credentials``.
"""

from __future__ import annotations

import itertools
import os
from collections import deque
from collections.abc import Iterable, Mapping, MutableMapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import urlsplit

KEYS = {"AWS_ACCESS_KEY_ID": "AKIABEDROCKJOBSMOCK", "AWS_SECRET_ACCESS_KEY": "bedrock-jobs-mock"}
FAKE_TOKEN = "bedrock-jobs-mock"  # noqa: S105  # there is nothing secret about it

_FILES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
_SET = {**KEYS, **dict.fromkeys(_FILES, os.devnull), "AWS_EC2_METADATA_DISABLED": "true"}
_TOKENS = ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_BEARER_TOKEN_BEDROCK")
# Through each of these botocore, the AWS CLI or another SDK in a child process could find real credentials.
_REMOVED = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_ACCOUNT_ID",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
)
_SECRET = "AWS_SECRET_ACCESS_KEY"  # noqa: S105
_REGION = "AWS_DEFAULT_REGION"
_REGION_OF_OTHERS = "AWS_REGION"  # of AWS Lambda, and of libraries; boto3 does not read it
_NAMES = (*_SET, *_TOKENS, *_REMOVED, _REGION, _REGION_OF_OTHERS)
_NAMES_BY_KEY = {os.environ.encodekey(name): name for name in _NAMES}  # as os.environ keeps them


def _of_aws(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name.startswith("AWS_")}


# The package is imported when pytest loads its plugins: what is set later is set by the test.
_machine = _of_aws(os.environ)
_home_files = [os.path.expanduser(f"~/.aws/{name}") for name in ("config", "credentials")]  # noqa: PTH111


def is_machines(name: str, value: str | None) -> bool:
    """Whether the machine has set a variable to this value."""
    return value is not None and _machine.get(name) == value


def is_machines_file(path: str) -> bool:
    """Whether this file of configuration or credentials is one that the machine has, and not the test."""
    if path.startswith("~") and {"HOME", "USERPROFILE"}.isdisjoint(os.environ):
        return True  # the user's home, whatever home the variables named
    return _expanded(path) in map(_expanded, filter(None, [*map(_machine.get, _FILES), *_home_files]))


def _expanded(path: str) -> str:
    return os.path.realpath(os.path.expanduser(os.path.expandvars(path)))  # noqa: PTH111  # as botocore does


def set_by_the_run() -> list[str]:
    """The names of the variables that have changed since the package was imported, for the workers of pytest-xdist."""
    now = _of_aws(os.environ)
    return [name for name in {**_machine, **now} if _machine.get(name) != now.get(name)]


def begin_worker(names: Iterable[str]) -> None:
    """Count variables as the test's that were set in the controller of pytest-xdist, which this process inherits."""
    for name in names:
        _machine.pop(name, None)


_Values: TypeAlias = "Mapping[str, str | None]"
"""Variables; None for those that are not set."""


class _Layer(NamedTuple):
    """What one mock has found, and what it has set.

    Attributes:
        number: Counts the mocks.
        environ: ``os.environ``, or what a test had put in its place.
        before: The values that it found; None where there was none.
        ours: The values that it left.
    """

    number: int
    environ: MutableMapping[str, str]
    before: dict[str, str | None]
    ours: dict[str, str | None]

    def is_replaced(self) -> bool:
        """Whether other code has put a copy of another environment in place of the mock's, as far as this says."""
        signs = [name for name in (_SECRET, "AWS_ACCESS_KEY_ID", *_FILES) if self.ours[name] != self.before[name]]
        if str(self.environ.get(_SECRET)).startswith(KEYS[_SECRET]):
            signs = signs[:1]  # a secret of a mock says whose copy it is; the test may have set keys of its own
        return bool(signs) and all(self.environ.get(name) != self.ours[name] for name in signs)


_numbers = itertools.count()
_layers: dict[object, _Layer] = {}
"""Those of the mocks that are active, in the order in which they began."""

_ended: deque[_Layer] = deque(maxlen=50)


def hide(mock: object, region: str) -> None:
    """Hide the machine's credentials and configuration from code that reads variables, and from children.

    Args:
        mock: The mock for which this is done, until ``restore`` of it.
        region: The Region of clients that are made without one.
    """
    environ = os.environ
    if not _layers and any(environ.get(name, "").startswith(fake) for name, fake in KEYS.items()):
        _put_back()  # a copy of another mock's: without pytest, nobody says that a test begins
    before = _values(environ)
    number = next(_numbers)
    ours = {name: _instead(name, value) for name, value in before.items()} | {_REGION: region}
    if ours[_REGION_OF_OTHERS] in (None, latest_region()):
        ours[_REGION_OF_OTHERS] = region
    if str(ours[_SECRET]).startswith(KEYS[_SECRET]):  # marks this environment as this mock's
        ours[_SECRET] = f"{KEYS[_SECRET]}-{number}"
    _layers[mock] = _Layer(number, environ, before, ours)
    _exchange(environ, before, before, ours)


def _instead(name: str, found: str | None) -> str | None:
    """The value of a variable within a mock."""
    if found is not None and not (is_machines(name, found) or (name in _FILES and is_machines_file(found))):
        return found
    return FAKE_TOKEN if found and name in _TOKENS else _SET.get(name)


def restore(mock: object) -> None:
    """Put back what was there before this mock, in whatever order mocks end; what others have set since stays."""
    layer = _layers.pop(mock, None)
    if layer is None:
        return
    _ended.append(layer)
    if later := next((each for each in _layers.values() if each.number > layer.number), None):
        before = later.before  # a later one is still active: at its end comes back what this one found
        if before[_SECRET] == layer.ours[_SECRET]:
            before.update({name: layer.before[name] for name, ours in layer.ours.items() if before[name] == ours})
    elif not layer.is_replaced():
        _exchange(layer.environ, _values(layer.environ), layer.ours, layer.before)


def begin_test() -> None:
    """Put back what other code has kept of mocks that have ended, and restored after them."""
    if not _layers:
        _put_back()
        _ended.clear()


def _put_back() -> None:
    """Do so, but remember these mocks: other code that is still active may restore more of them."""
    layers = sorted(_ended)
    for layer in reversed(layers):  # the secret says whose copy it is; other values may be those of several mocks
        if layer.ours[_SECRET] == os.environ.get(_SECRET):
            _exchange(os.environ, _values(os.environ), layer.ours, layer.before)
    for name, found in _values(os.environ).items() if layers else ():
        value = found
        found_by = list(layers)
        while wrote := next((one for one in found_by if one.ours[name] == value), None):
            found_by.remove(wrote)
            value = wrote.before[name]
        if value != found and not is_machines(name, found):
            _put(os.environ, name, value)


def default_region() -> str:
    """The Region of a mock or a server that names none."""
    return os.environ.get(_REGION) or "us-east-1"


def latest_region() -> str | None:
    """The Region of the latest mock."""
    return [*_layers.values()][-1].ours[_REGION] if _layers else None


def latest_number() -> int | None:
    """Which of all mocks is the latest."""
    return [*_layers.values()][-1].number if _layers else None


def region_is_of_a_mock(default: str | None) -> bool:
    """Whether only a mock has set ``AWS_DEFAULT_REGION``, and the machine or the ini file (``default``) before it."""
    layers = [*_layers.values()]  # in one step: another thread may begin or end a mock
    found = layers[0].before[_REGION] if layers else None
    is_set = os.environ.get(_REGION) in [layer.ours[_REGION] for layer in layers]
    return is_set and (found in (None, default) or is_machines(_REGION, found))


def _values(environ: MutableMapping[str, str]) -> dict[str, str | None]:
    """The values of the variables that concern mocks; None for those that are not set."""
    data = getattr(environ, "_data", None)  # where os.environ keeps them: asking it for what it lacks is slow
    if data is None:
        return {name: environ.get(name) for name in _NAMES}
    decode = environ.decodevalue  # type: ignore[attr-defined]
    return {name: decode(data[key]) if key in data else None for key, name in _NAMES_BY_KEY.items()}


def _exchange(environ: MutableMapping[str, str], now: _Values, old: _Values, new: _Values) -> None:
    """Put each of the new values where the old one still is; ``now`` has what is there."""
    for name, value in new.items():
        if now[name] == old[name] != value:
            _put(environ, name, value)


def _put(environ: MutableMapping[str, str], name: str, value: str | None) -> None:
    if value is None:
        del environ[name]
    else:
        environ[name] = value


# What would make a child's SDK ignore the endpoint, or sign without the Region.
_NOT_FOR_CHILDREN = (
    *_TOKENS,
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_USE_FIPS_ENDPOINT",
)
# Where SDKs, and libraries that sign with an SDK and send by themselves (LiteLLM, Anthropic's), look for an endpoint.
_ENDPOINTS = (
    "AWS_ENDPOINT_URL_BEDROCK",
    "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
    "AWS_BEDROCK_RUNTIME_ENDPOINT",
    "ANTHROPIC_BEDROCK_BASE_URL",
)
# Where SDKs and runtimes read whom they trust: AWS's, Node's, OpenSSL's and Go's.
_AUTHORITIES = ("AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE")


def child_environment(endpoint_url: str, region: str, authority: Path | None) -> dict[str, str]:
    """The whole environment of a child: this process's, changed so that the child's Bedrock is the mock.

    Args:
        endpoint_url: The URL at which the mock is served.
        region: The Region of clients that are made without one.
        authority: The file with the certificate authority of an HTTPS server.
    """
    changes: dict[str, str | None] = {
        **dict.fromkeys((*_REMOVED, *_NOT_FOR_CHILDREN)),
        **_SET,
        **dict.fromkeys(_ENDPOINTS, endpoint_url),
        **dict.fromkeys((_REGION, _REGION_OF_OTHERS), region),
    }
    host = str(urlsplit(endpoint_url).hostname)
    for name in ("NO_PROXY", "no_proxy"):
        changes[name] = ",".join(filter(None, (os.environ.get(name), host)))
    if authority:
        changes |= dict.fromkeys(_AUTHORITIES, str(authority))
    return {name: value for name, value in {**os.environ, **changes}.items() if value is not None}


_PROGRAM = """
import os
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ.update({variables!r})
"""


class _Variables:
    """Sets the variables in the process that unpickles it, which need not be able to import this package."""

    def __reduce__(self) -> tuple[Any, ...]:
        return exec, (_PROGRAM.format(variables=_of_aws(_of_child(os.environ))), {})


def _of_child(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of a child process: while a mock is active, nothing of the machine's, whoever has set it."""
    if not _layers:
        return dict(environ)
    environ = {os.fsdecode(name): os.fsdecode(value) for name, value in environ.items()}  # it may have bytes and paths
    ours = {name: _instead(name, environ.get(name)) for name in _NAMES}
    child = {**environ, **ours, _REGION: environ.get(_REGION, latest_region())}
    return {name: value for name, value in child.items() if value is not None}


def begin_child(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> None:
    """Start a child with ``subprocess``; other code may have cleared its environment, or put back the machine's."""
    if _layers and len(args) <= _POSITION_OF_ENV:
        given = kwargs.get("env")
        kwargs = {**kwargs, "env": _of_child(os.environ if given is None else given)}
    wrapped(*args, **kwargs)


_POSITION_OF_ENV = 10  # among the arguments of Popen, all of which but the first are given by name in practice


def prepare_child(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> dict[str, Any]:
    """Give a child of ``multiprocessing`` the AWS variables that its parent has when it starts.

    With the start method ``forkserver`` it would have those of the moment when the server was started: in a mock, the
    machine's real keys; after a mock, the fake ones. Children of all other kinds inherit what their parent has.
    """
    return {**wrapped(*args, **kwargs), "bedrock_jobs_environment": _Variables()}
