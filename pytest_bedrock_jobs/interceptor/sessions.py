"""Sessions of botocore and aiobotocore while a mock is active: which clients they make, and with which credentials.

Clients that would speak to AWS are made with fake keys, from an empty configuration. Clients of other services with an
explicit endpoint outside of AWS's domains, such as LocalStack's, are made as they would be without a mock.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import importlib
import inspect
import os
from collections.abc import Callable, Iterator
from types import MethodType
from typing import Any
from urllib.parse import urlsplit

from . import active
from .isolation import environment
from .keys import FAKE, Keys, config_file, explicit_credentials, is_real, keys_of, profile_of_environment
from .patching import wrap

_SERVICE = "bedrock"


def wrap_session(module: Any) -> None:
    """Hide the machine's credentials and configuration from the clients of botocore, or of a copy of it."""
    wrap(module, "Session", "create_client", _create_client)
    wrap(module, "Session", "get_credentials", _get_credentials)
    wrap(module, "Session", "get_auth_token", _get_auth_token)
    wrap(module, "Session", "_build_profile_map", _build_profile_map)
    if not isinstance(module.Session.__dict__["full_config"], _FullConfig):
        module.Session.full_config = _FullConfig(module.Session.full_config.fget)


def wrap_async_session(module: Any) -> None:
    """The same for aiobotocore, which inherits what is not listed here."""
    wrap(module, "AioSession", "_create_client", _create_client_async)
    wrap(module, "AioSession", "get_credentials", _get_credentials_async)


def _create_client(wrapped: Callable[..., Any], session: Any, args: Any, kwargs: Any) -> Any:
    if active.latest() is None:
        return wrapped(*args, **kwargs)
    with _isolated(wrapped, session, args, kwargs) as create:
        return create()


async def _create_client_async(wrapped: Callable[..., Any], session: Any, args: Any, kwargs: Any) -> Any:
    if active.latest() is None:
        return await wrapped(*args, **kwargs)
    with _isolated(wrapped, session, args, kwargs) as create:
        return await create()


@contextlib.contextmanager
def _isolated(wrapped: Callable[..., Any], session: Any, args: Any, kwargs: Any) -> Iterator[Callable[[], Any]]:
    """The function that makes the client, to be called within the block."""
    function: Callable[..., Any] = wrapped.__func__  # type: ignore[attr-defined]
    signature = _signature(function)
    arguments = signature.bind(*args, **kwargs).arguments
    with contextlib.ExitStack() as stack:
        if _speaks_to_an_emulator(session, **arguments):
            region = os.environ.get("AWS_DEFAULT_REGION")
            session.get_component("data_loader")  # shared, so it must not be made from the machine's configuration
            stack.enter_context(environment.outside())
            session = _unread(session)
            if not _has_region(session, **arguments):
                arguments["region_name"] = region
        chosen = _key_arguments(session, **arguments)
        # Clients of the oldest botocore have no account.
        arguments |= {name: value for name, value in chosen.items() if name in signature.parameters}
        yield functools.partial(function, session, **arguments)


@functools.lru_cache(maxsize=8)  # botocore's, aiobotocore's, the AWS CLI's copy
def _signature(function: Callable[..., Any]) -> inspect.Signature:
    """The signature of a method, without its object."""
    return inspect.signature(MethodType(function, object()))


def _has_region(session: Any, region_name: str | None = None, config: Any = None, **_: Any) -> bool:
    return bool(region_name or getattr(config, "region_name", None) or session.get_config_variable("region"))


def _key_arguments(
    session: Any, aws_access_key_id: str | None = None, aws_secret_access_key: str | None = None, **_: Any
) -> dict[str, str]:
    """The arguments for a client's credentials, unless the code has chosen others itself."""
    if aws_access_key_id and not is_real(aws_access_key_id):
        return {}
    if aws_secret_access_key and not aws_access_key_id:
        return {}  # botocore raises its own error
    keys = FAKE if aws_access_key_id else keys_of(session)
    names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_account_id")
    return {name: value for name, value in zip(names, keys, strict=True) if value}


def _speaks_to_an_emulator(
    session: Any, service_name: str, endpoint_url: str | None = None, config: Any = None, **_: Any
) -> bool:
    if service_name == _SERVICE:
        return False
    url = endpoint_url or _configured_endpoint(session, service_name, config)
    host = urlsplit(url).hostname if url else None
    return host is not None and not host.rstrip(".").endswith(_domains_of_aws())


def _configured_endpoint(session: Any, service_name: str, config: Any) -> str | None:
    """The endpoint that the environment or the profile sets for a service, without any mock."""
    if getattr(config, "ignore_configured_endpoint_urls", None):
        return None
    from botocore.configloader import load_config
    from botocore.configprovider import ConfiguredEndpointProvider
    from botocore.exceptions import BotoCoreError
    from botocore.utils import ensure_boolean

    with environment.outside():
        try:
            full_config = load_config(config_file())
        except BotoCoreError:  # no file, or a broken one
            full_config = {"profiles": {}}
        profile = session.instance_variables().get("profile") or profile_of_environment()
        profile_config = full_config["profiles"].get(profile, {})
        name = "ignore_configured_endpoint_urls"
        if ensure_boolean(os.environ.get(f"AWS_{name.upper()}") or profile_config.get(name, "false")):
            return None
        url: str | None = ConfiguredEndpointProvider(full_config, profile_config, service_name).provide()
        return url


@functools.cache
def _domains_of_aws() -> tuple[str, ...]:
    """The suffixes of all host names of AWS, from botocore's own table."""
    from botocore.loaders import Loader

    partitions = Loader().load_data("partitions")["partitions"]
    outputs = [partition["outputs"] for partition in partitions]
    return tuple({f".{output[name]}" for output in outputs for name in ("dnsSuffix", "dualStackDnsSuffix")})


def _unread(session: Any) -> Any:
    """A copy of the session that has not read its configuration yet and reads it anew; the original keeps its own."""
    unread = copy.copy(session)
    unread._config = unread._profile = unread._profile_map = None
    locator = type(session._components)
    unread._components, unread._internal_components = locator(), locator()
    unread._register_components()
    for name, component in session._components._components.items():
        if name not in ("config_store", "credential_provider", "token_provider"):
            unread.register_component(name, component)
    return unread


def _get_credentials(wrapped: Callable[..., Any], session: Any, args: Any, kwargs: Any) -> Any:
    if active.latest() is None:
        return wrapped(*args, **kwargs)
    library = importlib.import_module(f"{wrapped.__module__.rpartition('.')[0]}.credentials")
    return explicit_credentials(session) or _credentials(library.Credentials, keys_of(session))


async def _get_credentials_async(wrapped: Callable[..., Any], session: Any, args: Any, kwargs: Any) -> Any:
    if active.latest() is None:
        return await wrapped(*args, **kwargs)
    from aiobotocore.credentials import AioCredentials

    return explicit_credentials(session) or _credentials(AioCredentials, keys_of(session))


def _credentials(kind: Any, keys: Keys) -> Any:
    account = {"account_id": keys.account_id} if keys.account_id else {}
    return kind(keys.access_key, keys.secret_key, keys.token, method="env", **account)


def _get_auth_token(wrapped: Callable[..., Any], session: Any, args: Any, kwargs: Any) -> Any:
    """No bearer token: it would be the machine's, from SSO or the environment."""
    return wrapped(*args, **kwargs) if active.latest() is None else None


def _build_profile_map(wrapped: Callable[..., Any], session: Any, args: Any, kwargs: Any) -> Any:
    return {} if _hides_configuration(session) else wrapped(*args, **kwargs)


class _FullConfig(property):
    """The configuration of a session, which does not cache the empty one that it sees within a mock."""

    def __get__(self, session: Any, owner: type | None = None) -> Any:
        if session is not None and _hides_configuration(session):
            return {"profiles": {}}
        return super().__get__(session, owner)


def _hides_configuration(session: Any) -> bool:
    return (
        session._config is None
        and active.latest() is not None
        and not environment.is_outside()
        and os.environ.get("AWS_CONFIG_FILE") == os.environ.get("AWS_SHARED_CREDENTIALS_FILE") == os.devnull
    )
