"""Which credentials and configuration botocore finds while a mock is active: those of code, and those of the test.

The machine's own are no source, whatever the environment variables say: no key of its environment, no file of its
home, no process, web identity, SSO, container or instance. No provider of botocore's is asked that would leave the
test's own files. Nothing is kept in a session, so it is itself again after the mock.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import importlib
import os
import sys
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, NamedTuple, NoReturn
from weakref import WeakKeyDictionary

from ..service.options import declared_profiles, settings_from
from . import environment, latest_mock


class Keys(NamedTuple):
    """An access key, and what belongs to it."""

    access_key: str
    secret_key: str
    token: str | None = None
    account_id: str | None = None


FAKE = Keys(*environment.KEYS.values())


def is_machines(credentials: Any) -> bool:
    """Whether botocore has found these credentials on the machine, or code has copied them from its environment.

    They are not refreshed for it.
    """
    access_key = credentials._access_key if hasattr(credentials, "_access_key") else credentials.access_key
    if environment.is_machines("AWS_ACCESS_KEY_ID", access_key):
        return True
    method = getattr(credentials, "method", None)
    if method == "assume-role":  # recipes call theirs so, too; botocore's own are the machine's if their source is
        source = getattr(_fetcher_of(credentials), "_source_credentials", None)
        return source is not None and (source.method != "env" or is_machines(source))
    return method in _providers()


def _fetcher_of(credentials: Any) -> Any:
    """The object whose method refreshes credentials, such as botocore's that assumes a role; None if there is none."""
    return getattr(getattr(credentials, "_refresh_using", None), "__self__", None)


@functools.cache
def _providers() -> frozenset[str]:
    """The names of botocore's providers but the environment's, which a test may have set."""
    from botocore import credentials

    names = {str(kind.METHOD) for kind in vars(credentials).values() if getattr(kind, "METHOD", None)}
    return frozenset(names - {"env"})


def account_of(credentials: Any) -> str | None:
    """The account that credentials of code name, or of their role, or where moto has made them; None for all others."""
    known = getattr(credentials, "__dict__", {})  # reading the attribute itself would refresh them
    account: str | None = known.get("account_id") or known.get("_account_id")
    if not account and (fetcher := _fetcher_of(credentials)):
        account = "".join(str(getattr(fetcher, "_role_arn", "")).split(":")[4:5])
    account = account or _account_in_moto(known.get("access_key") or known.get("_access_key"))
    return None if account is None or is_machines(credentials) else account


def _account_in_moto(access_key: str | None) -> str | None:
    """The account in which moto has made a key, as its assume_role does."""
    iam = sys.modules.get("moto.iam.models")
    for account_id, partitions in list(iam.iam_backends.items()) if iam else ():
        if any(access_key in backend.access_keys for backend in list(partitions.values())):
            return str(account_id)
    return None


def _keys_of(session: Any) -> Keys:
    """The keys that the test has named: a profile, variables, or files."""
    own = session.instance_variables().get("profile")
    access_key = None if own else _variable("AWS_ACCESS_KEY_ID")
    if access_key and access_key != FAKE.access_key:
        token = _variable("AWS_SECURITY_TOKEN") or _variable("AWS_SESSION_TOKEN")
        keys = Keys(access_key, _variable("AWS_SECRET_ACCESS_KEY") or FAKE.secret_key, token)
    else:
        keys = _of_profile(session, _setting(session, "profile") or "default")
    account = None if own else _variable("AWS_ACCOUNT_ID")
    return keys._replace(account_id=account or keys.account_id)


def _variable(name: str) -> str | None:
    value = os.environ.get(name)
    return None if environment.is_machines(name, value) else value


def _of_profile(session: Any, profile: str) -> Keys:
    from botocore.credentials import ConfigProvider, SharedCredentialProvider
    from botocore.exceptions import BotoCoreError

    for variable, provider in (("credentials_file", SharedCredentialProvider), ("config_file", ConfigProvider)):
        with contextlib.suppress(BotoCoreError):  # a broken file has no keys
            if found := provider(_file_of_test(session, variable), profile).load():
                return Keys(found.access_key, found.secret_key, found.token, getattr(found, "account_id", None))
    return FAKE._replace(account_id=_declared_profiles().get(profile, {}).get("account_id"))


def _file_of_test(session: Any, variable: str) -> str:
    """The file of configuration or credentials that code or a variable names; none in place of the machine's."""
    path: str = _setting(session, variable)
    return os.devnull if path == os.devnull or environment.is_machines_file(path) else path


def _setting(session: Any, name: str) -> Any:
    # Not by the session's own method, which has a wrapper: botocore asks 53 times before it has made a client.
    return session.get_component("config_store").get_config_variable(name)


def _declared_profiles() -> Mapping[str, Mapping[str, str]]:
    """The profiles that the option ``profiles`` of the latest mock declares."""
    service = latest_mock()
    return declared_profiles(service.settings["profiles"]) if service else {}


_configs: MutableMapping[Any, tuple[int | None, dict[str, Any]]] = WeakKeyDictionary()
"""What sessions have read, and in which mock."""


def full_config(wrapped: Callable[..., Any], _: None, args: Any, kwargs: Any) -> Any:
    """The configuration of a session that has not read its own before; like its own, it is read once, for each mock."""
    [session] = args  # no instance: what is called is a property's function
    if session._config is not None:
        return session._config
    number, config = _configs.get(session, (-1, {}))
    if number != environment.latest_number():
        double = copy.copy(session)  # in which botocore keeps what it reads
        double.get_config_variable = functools.partial(_file_of_test, session)
        config = wrapped(double)
        config["profiles"] = {**_declared_profiles(), **config["profiles"]}
        _configs[session] = environment.latest_number(), config
    return config


def build_profile_map(wrapped: Callable[..., Any], session: Any, args: Any, kwargs: Any) -> Any:
    """The profiles of a session, which keeps none that it has found within a mock."""
    return session.full_config["profiles"] if session._profile_map is None else session._profile_map


def get_config_variable(wrapped: Callable[..., Any], session: Any, args: Any, kwargs: Any) -> Any:
    """A setting of a session; its Region is that of its profile before one that only a mock has set in a variable."""
    is_region = "region" in (*args, *kwargs.values()) and session._config is None
    if is_region and not session.instance_variables().get("region"):
        profile = _setting(session, "profile") or "default"
        region = session._build_profile_map().get(profile, {}).get("region")
        if region and environment.region_is_of_a_mock(settings_from({})["region"]):
            return region
    return wrapped(*args, **kwargs)


def get_scoped_config(wrapped: Callable[..., Any], session: Any, args: Any, kwargs: Any) -> Any:
    """The configuration of a session's profile, with the mock's Region if neither it nor a variable has one.

    A profile that only a variable names need not exist, but the variable must not be empty.
    """
    # Not what is wrapped, which looks for both again.
    named, profiles = _setting(session, "profile"), session._build_profile_map()
    if named is not None and named not in profiles and (not named or session.instance_variables().get("profile")):
        return wrapped(*args, **kwargs)  # it raises botocore's error
    return {"region": environment.latest_region(), **profiles.get("default" if named is None else named, {})}


def get_credentials(wrapped: Callable[..., Any], session: Any, args: Any, kwargs: Any) -> Any:
    """The credentials of a session: those that code has given it, or the test's, or fake ones."""
    given = session._credentials
    if given is not None and not is_machines(given):
        return given
    keys = _keys_of(session)
    credentials = _of_library(session, "credentials", "Credentials")(*keys[:3], method="env")
    credentials.account_id = keys.account_id  # the oldest botocore takes no such argument
    return credentials


def load_credentials(wrapped: Callable[..., Any], resolver: Any, args: Any, kwargs: Any) -> Any:
    """What code finds that asks the chain of providers itself: what a new session finds."""
    # Not by its method, which asks this chain where the module was reloaded since the mock began.
    return get_credentials(wrapped, _of_library(resolver, "session", "Session")(), args, kwargs)


def get_auth_token(wrapped: Callable[..., Any], session: Any, args: Any, kwargs: Any) -> None:
    """No bearer token: it would be the machine's, from SSO or the environment."""


def get_auth_instance(wrapped: Callable[..., Any], signer: Any, args: Any, kwargs: Any) -> Any:
    """What signs a request; with a bearer token, that is a fake one."""
    if kwargs.get("signature_version") != "bearer":
        return wrapped(*args, **kwargs)
    from botocore.auth import BearerAuth
    from botocore.tokens import FrozenAuthToken

    return BearerAuth(FrozenAuthToken(environment.FAKE_TOKEN))


def get_frozen_credentials(wrapped: Callable[..., Any], credentials: Any, args: Any, kwargs: Any) -> Any:
    """What clients and other libraries sign with: fake keys instead of the machine's, which are not refreshed."""
    if not is_machines(credentials):
        return wrapped(*args, **kwargs)
    return _of_library(credentials, "credentials", "ReadOnlyCredentials")(*FAKE[:3])


def refresh(wrapped: Callable[..., Any], credentials: Any, args: Any, kwargs: Any) -> Any:
    """Refresh credentials, unless they are the machine's."""
    return None if is_machines(credentials) else wrapped(*args, **kwargs)


def ask_instance(wrapped: Callable[..., Any], fetcher: Any, args: Any, kwargs: Any) -> NoReturn:
    """Do not ask the metadata service, for a Region either."""
    raise fetcher._RETRIES_EXCEEDED_ERROR_CLS


def prepare_signers(auth: Any) -> None:
    """Give all signers of botocore's a property where each has an attribute, so that it can be wrapped."""
    signer = getattr(auth, "BaseSigner", None)
    if isinstance(signer, type) and "credentials" not in vars(signer):
        signer.credentials = property(  # type: ignore[attr-defined]
            lambda self: vars(self).get("credentials"), lambda self, value: vars(self).update(credentials=value)
        )


def of_signer(wrapped: Callable[..., Any], _: None, args: Any, kwargs: Any) -> Any:
    """What a signer of requests signs with; libraries that send by themselves gave it the credentials of a session."""
    credentials = wrapped(*args)
    return FAKE if credentials is not None and is_machines(credentials) else credentials


@functools.cache  # each response asks for it
def library_of(kind: type) -> str:
    """The library that a class or a base of it is from: botocore, a copy of it, or aiobotocore."""
    packages = (base.__module__.rpartition(".")[0] for base in kind.__mro__)
    return next(package for package in packages if package.endswith("botocore"))


def _of_library(instance: Any, module: str, name: str) -> Any:
    """What the library of an object has by a name of botocore's."""
    library = importlib.import_module(f"{library_of(instance.__class__)}.{module}")
    return getattr(library, f"Aio{name}", None) or getattr(library, name)
