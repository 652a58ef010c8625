"""The options: each is declared once, in ``Options``, and is the same however the mock is activated.

pytest imports this at every start, so what only a mistake or a check needs is imported there.
"""

import contextlib
import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias, TypedDict, TypeVar, cast

T = TypeVar("T")

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

_Polls: TypeAlias = Literal[
    "1 poll", "2 polls", "3 polls", "4 polls", "5 polls", "6 polls", "7 polls", "8 polls", "9 polls", "10 polls"
]
ProgressOption: TypeAlias = Literal["polls", "time", "manual"] | _Polls | datetime.timedelta
"""When jobs end. More than ten polls are possible too: they only have no name for type checkers."""

ColdModelsOption: TypeAlias = bool | int | datetime.timedelta | Literal["manual"]
"""Whether and how imported models have to be restored."""


class Option(NamedTuple):
    """What an option is, besides its name and type.

    Attributes:
        default: Its value where nothing else is said.
        summary: What it is for.
        takes: Which values it has in code, for the error where it does not fit.
        fits: Whether it can have a value; or this raises a UsageError of its own, which says what it takes.
        ini_takes: Which values it has in an ini file.
        read: Makes a value of what stands in an ini file: text, or a number, boolean or list of TOML.
    """

    default: Any
    summary: str
    takes: str = "True or False"
    fits: Callable[[Any], bool] = lambda value: isinstance(value, bool)
    ini_takes: str = "true or false"
    read: Callable[[Any], Any] = lambda value: value


def _is_region(value: Any) -> bool:
    # Fits all of AWS's: us-east-1, us-gov-west-1, us-iso-east-1, us-isob-east-1, eusc-de-east-1, ap-southeast-5.
    name = "[a-z]{2,4}(-[a-z]{2,10}){1,2}-[0-9]{1,2}"
    return value is None or (isinstance(value, str) and bool(re.fullmatch(name, value)))


def _is_progress(value: Any) -> bool:
    from .store.progress import progress_from

    return bool(progress_from(value))


def _is_restore(value: Any) -> bool:
    from .store.progress import restore_from

    return bool(restore_from(value))


def _is_time(value: Any) -> bool:
    from .store.progress import LONGEST_DURATION

    return value is None or (
        isinstance(value, datetime.timedelta) and datetime.timedelta() <= value <= LONGEST_DURATION
    )


def _number(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if re.fullmatch("[0-9]+([.][0-9]+)?", value):
        return float(value) if "." in value else int(value)
    return {"none": None, "true": True, "false": False}.get(value.lower(), value)


def _minutes(value: Any) -> Any:
    number = _number(value)
    return datetime.timedelta(minutes=number) if type(number) in (int, float) else number


def _is_names(value: Any) -> bool:
    kinds = (tuple, list, set, frozenset, Mapping)
    return isinstance(value, kinds) and all(isinstance(name, str) and name for name in value)


def _is_profiles(value: Any) -> bool:
    return _is_names(value) and all(
        isinstance(values, Mapping)
        and values.keys() <= {"account_id", "region"}
        and all(OPTIONS[name].fits(value) for name, value in values.items())
        for values in declared_profiles(value).values()
    )


def declared_profiles(profiles: Sequence[str] | Mapping[str, Mapping[str, str]]) -> Mapping[str, Mapping[str, str]]:
    """The profiles that the option declares, each with what it says."""
    return profiles if isinstance(profiles, Mapping) else {name: {} for name in profiles}


def _names(value: Any) -> Any:
    if not isinstance(value, str) or value.startswith("{"):  # the text of a table in [tool.pytest.ini_options]
        return value
    return tuple(value.replace(",", " ").split())


class Options(TypedDict, total=False):
    """The options of a mock, all of them keyword-only."""

    account_id: Annotated[
        str,
        Option(
            "123456789012",
            "the account of clients whose credentials name none",
            "a string of 12 digits",
            lambda value: isinstance(value, str) and bool(re.fullmatch("[0-9]{12}", value)),
            "12 digits",
            str,
        ),
    ]
    region: Annotated[
        str | None,
        Option(
            None,
            "the Region of clients made without one; by default AWS_DEFAULT_REGION, or us-east-1 where it is not set",
            "a Region's name such as 'us-east-1'",
            _is_region,
            "a Region's name such as eu-central-1",
        ),
    ]
    quotas: Annotated[bool, Option(False, "whether AWS's default quotas apply")]
    progress: Annotated[
        ProgressOption,
        Option(
            "polls",
            "when jobs end",
            fits=_is_progress,
            ini_takes="polls, a number of polls such as 3 polls, time, manual or a number of minutes",
            read=_minutes,
        ),
    ]
    cold_models: Annotated[
        ColdModelsOption,
        Option(
            False,
            "whether an imported model has to be restored before it responds",
            fits=_is_restore,
            ini_takes="false, true, manual or a number of requests that fail",
            read=_number,
        ),
    ]
    check_model_files: Annotated[bool, Option(False, "whether imports read their files, in an S3 that is mocked too")]
    virtual_time: Annotated[bool, Option(False, "whether sleeps and waits return at once and move the mock's clock")]
    seed: Annotated[
        int | str | None,
        Option(
            None,
            "makes the ids of jobs and models the same in each run",
            "a number, a text or None",
            lambda value: isinstance(value, int | str | None) and not isinstance(value, bool),
            "a number or a text",
        ),
    ]
    max_polls_after_end: Annotated[
        int | None,
        Option(
            1000,
            "how often virtual time lets an ended job be polled",
            "a number of polls, 0 or more, or None",
            lambda value: value is None or (type(value) is int and value >= 0),
            "a number or none",
            _number,
        ),
    ]
    max_virtual_time: Annotated[
        datetime.timedelta | None,
        Option(
            datetime.timedelta(days=2),
            "how far virtual sleeps may move the clock, besides the time that a job takes",
            "a timedelta of 0 to 1000 years, or None",
            _is_time,
            "a number of minutes or none",
            _minutes,
        ),
    ]
    allow_unused: Annotated[
        bool, Option(False, "whether faults and other things that a test prepares may remain unused")
    ]

    passthrough: Annotated[
        Sequence[str],
        Option(
            (),
            "services, such as s3, whose requests leave the process if nothing in it responds to them",
            "a tuple of services such as ('s3',)",
            _is_names,
            "services such as: s3 sts",
            _names,
        ),
    ]
    profiles: Annotated[
        Sequence[str] | Mapping[str, Mapping[str, str]],
        Option(
            (),
            "AWS profiles that exist, each with fake keys",
            "a tuple of profiles, or a mapping from profiles to an account_id, a region, or both",
            _is_profiles,
            "profiles such as: prod staging",
            _names,
        ),
    ]


LONGEST_WAIT = 5.0
"""The most seconds of real time that a fault keeps another process waiting, unless a test says otherwise."""

OPTIONS: Mapping[str, Option] = {name: hint.__metadata__[0] for name, hint in Options.__annotations__.items()}
_DEFAULTS = {name: option.default for name, option in OPTIONS.items()}

of_run: Options = {}
"""Those that the ini file of the innermost pytest run sets, for mocks that are made without them."""


def from_ini(name: str, value: Any) -> Any:
    """The value of an option that an ini file sets.

    Raises:
        ValueError: For a value that it cannot have; the text says which ones it has.
    """
    from .errors import UsageError, shown

    option = OPTIONS[name]
    with contextlib.suppress(OverflowError, ValueError, UsageError):
        found = option.read(value)
        if option.fits(found):
            return found
    raise ValueError(f"{option.ini_takes}, not {shown(value)}")


def settings_from(options: Mapping[str, Any]) -> Options:
    """All options: those that are given, checked, and the values of the ini file or the defaults of the others.

    Raises:
        UnknownOptionError: For an option that does not exist; the message lists those that do.
        UsageError: For a value that an option cannot have.
    """
    given = {name: checked(name, value) for name, value in options.items()}
    return cast("Options", {**_DEFAULTS, **of_run, **given})


def checked(name: str, value: T) -> T:
    """The value, if this option can have it.

    Raises:
        UnknownOptionError: For an option that does not exist; the message lists those that do.
        UsageError: For a value that it cannot have.
    """
    option = OPTIONS.get(name)
    if option is None:
        from .errors import REFUSED_OPTION, UnknownOptionError, no_such, see

        raise UnknownOptionError(f"bedrock_jobs: {no_such('option', name, OPTIONS)}. {see(REFUSED_OPTION)}")
    if not option.fits(value):
        from .errors import REFUSED_OPTION, UsageError, see, shown

        raise UsageError(f"{name} is {option.takes}, not {shown(value)}. {see(REFUSED_OPTION)}")
    # A member of a text Enum is its text here; in an ARN it would be the name of the member.
    return cast("T", str.__str__(value)) if isinstance(value, str) else value


def check_settable(mock: type, name: str, value: object) -> None:
    """Refuse to set an attribute of a mock where that would change nothing.

    Raises:
        UnknownAttributeError: For an option, which is given where the mock is made; for an attribute that can only be
            read; and for one that does not exist.
    """
    attribute = getattr(mock, name, None)
    if callable(attribute) or (isinstance(attribute, property) and attribute.fset):
        return  # a method may be replaced, by a spy for example
    from .errors import UNKNOWN_ATTRIBUTE, UnknownAttributeError, nearest_first, see, shown

    if name in OPTIONS:
        option = f"bedrock_jobs({name}={shown(value)})"
        text = f"cannot be set: an option is given where the mock is made, as in @pytest.mark.{option} or mock_{option}"
    else:
        nearest = nearest_first(name, ("progress", *OPTIONS))[0]
        why = "can only be read" if attribute is not None else f"does not exist; the nearest is {nearest}"
        text = f"{why}. The attribute that can be set is progress; options are given where the mock is made"
    raise UnknownAttributeError(f"bedrock_jobs.{name} {text}. {see(UNKNOWN_ATTRIBUTE)}")
