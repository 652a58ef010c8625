"""``mock_bedrock_jobs``: the context manager and the decorator; ``decorated`` has what it makes of its targets."""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast, overload

from .service.errors import UnknownAttributeError, UsageError, see
from .service.options import settings_from

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .activation import Activation
    from .mock import BedrockJobs
    from .service.options import Options

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

Decorated = TypeVar("Decorated", bound="Callable[..., Any]")

_START = see("Starting and stopping a mock")


class MockBedrockJobs:
    """A mock for a ``with`` block, a decorated test, or from ``start()`` to ``stop()``.

    Each time it is entered, it begins a new, empty mock, and on leaving ends that same mock, even if several tasks or
    threads use one object; a task or thread that has entered it more than once ends the latest of its mocks.
    """

    __slots__ = ("_entered", "_options", "_started")  # no option can be set here

    def __init__(self, options: Options) -> None:
        settings_from(options)  # a wrong option is reported where it is written, not where the test runs
        self._options = options
        self._entered: list[tuple[object, Activation]] = []
        self._started: Activation | None = None

    if not TYPE_CHECKING:  # with this, a type checker would accept any attribute

        def __getattr__(self, name: str) -> NoReturn:
            raise UnknownAttributeError(
                f"mock_bedrock_jobs() has no attribute {name!r}: the mock is what start() returns, and what follows "
                f"`as` in `with mock_bedrock_jobs() as jobs`. {_START}"
            )

    def start(self) -> BedrockJobs:
        """Begin a mock that lasts until ``stop()``: for ``setUp`` with ``addCleanup(mock.stop)``, a notebook or a REPL.

        Raises:
            UsageError: If it has been started and not stopped since.
        """
        if self._started is not None:
            raise UsageError(f"start(): this mock has been started already; stop() it first. {_START}")
        from .activation import Activation  # which imports wrapt

        self._started = Activation(self._options)
        return self._started.jobs

    def stop(self) -> None:
        """End the mock that ``start()`` began.

        Raises:
            UsageError: If it has not been started, or has been stopped.
            BedrockJobsError: As at the end of a ``with`` block.
        """
        started, self._started = self._started, None
        if started is None:
            raise UsageError(f"stop(): this mock has not been started, or has been stopped already. {_START}")
        started.end()

    def __enter__(self) -> BedrockJobs:
        from .activation import Activation

        activation = Activation(self._options)
        self._entered.append((_running(), activation))
        return activation.jobs

    def __exit__(self, *error: object) -> None:
        if not self._entered:
            raise UsageError(f"leaving a mock that has not been entered, or has been left already. {_START}")
        running = _running()
        # The mock that this task began, if there is one; but one task may set up a fixture that another tears down.
        entry = next((entry for entry in reversed(self._entered) if entry[0] is running), None) or self._entered[-1]
        self._entered.remove(entry)
        entry[1].__exit__(*error)

    async def __aenter__(self) -> BedrockJobs:
        return self.__enter__()

    async def __aexit__(self, *error: object) -> None:
        self.__exit__(*error)

    def __call__(self, target: Decorated) -> Decorated:
        """Decorate a function or a test class."""
        from .decorated import decorate  # which imports wrapt and unittest

        return cast("Decorated", decorate(target, self._options))


class _Function:
    """A function that says that its parentheses are missing, where it is used without them."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        functools.update_wrapper(self, function)

    def __repr__(self) -> str:
        return f"<function {self._function.__name__}>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._function(*args, **kwargs)

    def __getattr__(self, name: str) -> NoReturn:
        raise UnknownAttributeError(
            f"`mock_bedrock_jobs.{name}` lacks its parentheses: mock_bedrock_jobs().{name}. {_START}"
        )

    def __enter__(self) -> NoReturn:
        raise UsageError(f"`with mock_bedrock_jobs` lacks its parentheses: with mock_bedrock_jobs() as jobs. {_START}")

    __exit__ = __aenter__ = __aexit__ = __enter__  # `with` asks for all of them first


@overload
def mock_bedrock_jobs(target: Decorated, /) -> Decorated: ...
@overload
def mock_bedrock_jobs(**options: Unpack[Options]) -> MockBedrockJobs: ...
@_Function
def mock_bedrock_jobs(target: Any = None, /, **options: Unpack[Options]) -> Any:
    """Respond to Bedrock's model import and copy operations from memory.

    ``with mock_bedrock_jobs() as jobs:`` (or ``async with``), ``@mock_bedrock_jobs`` or
    ``@mock_bedrock_jobs(region="eu-central-1")``, or ``mock = mock_bedrock_jobs()`` with ``mock.start()`` and
    ``mock.stop()``. A decorated function that has a parameter ``bedrock_jobs`` receives the mock in it; the tests of
    a decorated class have it as ``self.bedrock_jobs``.

    Args:
        target: What to decorate, when used without options.
        options: As for ``BedrockJobs``.

    Raises:
        UnknownOptionError: For an option that does not exist.
        UsageError: For a value that an option cannot have, or a target that cannot be decorated.

    Example:
        >>> with mock_bedrock_jobs(region="eu-central-1") as jobs:
        ...     job = jobs.add_import_job("llama")
        ...     boto3.client("bedrock").get_model_import_job(jobIdentifier="llama")["status"]
        'InProgress'
    """
    mock = MockBedrockJobs(options)
    return mock if target is None else mock(target)


def _running() -> object:
    """The running task, or the thread if there is none."""
    asyncio: Any = sys.modules.get("asyncio")
    task = asyncio and asyncio._get_running_loop() and asyncio.current_task()
    return task or threading.current_thread()
