"""``mock_bedrock_jobs``: the context manager, and the decorator of functions and test classes."""

from __future__ import annotations

import contextlib
import functools
import inspect
import sys
import threading
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, overload

from .activation import Activation, activated
from .decorated_classes import decorate as decorate_class
from .mock import BedrockJobs
from .service.errors import UnknownAttributeError, UsageError, see
from .service.options import settings_from

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Unpack

    from .service.options import Options

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

Decorated = TypeVar("Decorated", bound="Callable[..., Any]")

_PARAMETER = "bedrock_jobs"
_PASSED = "_bedrock_jobs_passed"


class MockBedrockJobs:
    """A mock for a ``with`` block, a decorated test, or from ``start()`` to ``stop()``.

    Each time it is entered, it begins a new, empty mock, and on leaving ends that same mock, even if several tasks or
    threads use one object.
    """

    def __init__(self, options: Options) -> None:
        settings_from(options)  # a wrong option is reported where it is written, not where the test runs
        self._options = options
        self._entered: list[tuple[object, Activation]] = []
        self._started: Activation | None = None

    if not TYPE_CHECKING:  # with this, a type checker would accept any attribute

        def __getattr__(self, name: str) -> NoReturn:
            if name.startswith("_"):
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
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
        started = Activation(self._options)
        jobs = started.begin()
        self._started = started
        return jobs

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
        activation = Activation(self._options)
        jobs = activation.begin()
        self._entered.append((_running(), activation))
        return jobs

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        running = _running()
        # The mock that this task began, if there is one; but one task may set up a fixture that another tears down.
        entry = next((entry for entry in reversed(self._entered) if entry[0] is running), None) or self._entered[-1]
        self._entered.remove(entry)
        entry[1].end(failed=error is not None)

    async def __aenter__(self) -> BedrockJobs:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    def __call__(self, target: Decorated) -> Decorated:
        """Decorate a function or a test class."""
        decorated: Decorated = _decorate(target, self._options)
        return decorated


@overload
def mock_bedrock_jobs(target: Decorated, /) -> Decorated: ...
@overload
def mock_bedrock_jobs(**options: Unpack[Options]) -> MockBedrockJobs: ...
def mock_bedrock_jobs(target: Any = None, /, **options: Unpack[Options]) -> Any:
    """Respond to Bedrock's model import and copy operations from memory.

    ``with mock_bedrock_jobs() as jobs:`` (or ``async with``), ``@mock_bedrock_jobs`` or
    ``@mock_bedrock_jobs(region="eu-central-1")``, or ``mock = mock_bedrock_jobs()`` with ``mock.start()`` and
    ``mock.stop()``. A decorated function that has a parameter ``bedrock_jobs`` receives the mock in it; a decorated
    ``unittest.TestCase`` has it as ``self.bedrock_jobs``; tests of a decorated plain class request the fixture.

    Args:
        target: What to decorate, when used without options.
        options: Keyword-only, see ``pytest_bedrock_jobs.service.options.Settings``.

    Raises:
        UnknownOptionError: For an option that does not exist.
        UsageError: For a value that an option cannot have, or a target that cannot be decorated.
    """
    mock = MockBedrockJobs(options)
    return mock if target is None else mock(target)


_START = see("Starting and stopping a mock")


def _running() -> object:
    """The running task, or the thread if there is none."""
    asyncio = sys.modules.get("asyncio")
    try:
        task = asyncio.current_task() if asyncio else None
    except RuntimeError:  # no event loop runs in this thread
        task = None
    return task or threading.current_thread()


def _decorate(target: Any, options: Options) -> Any:
    if inspect.isclass(target):
        return decorate_class(target, options)
    is_fixture = hasattr(target, "_pytestfixturefunction")  # pytest before 8.4 leaves a function
    for fits, wrap in _WRAPPERS:
        if fits(target) and not is_fixture:
            return functools.wraps(target)(wrap(target, options))
    raise UsageError(
        f"mock_bedrock_jobs decorates functions and test classes, not {target!r}. Put it directly above the def, "
        "below @pytest.fixture, @staticmethod, @classmethod and @property; options are given by keyword. "
        f"{see('An option or a target that is refused')}"
    )


def _wrap_function(function: Any, options: Options) -> Any:
    bind = _binder_of(function)

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        with activated(options) as jobs:
            args, kwargs = bind(jobs, args, kwargs)
            return function(*args, **kwargs)

    return wrapper


def _wrap_coroutine_function(function: Any, options: Options) -> Any:
    bind = _binder_of(function)

    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        with activated(options) as jobs:
            args, kwargs = bind(jobs, args, kwargs)
            return await function(*args, **kwargs)

    return wrapper


def _wrap_generator_function(function: Any, options: Options) -> Any:
    bind = _binder_of(function)

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        with activated(options) as jobs:
            args, kwargs = bind(jobs, args, kwargs)
            return (yield from function(*args, **kwargs))

    return wrapper


def _wrap_async_generator_function(function: Any, options: Options) -> Any:
    bind = _binder_of(function)

    async def wrapper(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        with activated(options) as jobs:
            args, kwargs = bind(jobs, args, kwargs)
            async with contextlib.aclosing(function(*args, **kwargs)) as items:
                # What `yield from` does for generators: pass on what is sent and thrown.
                step = items.asend(None)
                while True:
                    try:
                        item = await step
                    except StopAsyncIteration:
                        return
                    try:
                        step = items.asend((yield item))
                    except GeneratorExit:
                        raise
                    except BaseException as error:
                        step = items.athrow(error)

    return wrapper


# A generator function is a function too, so the most specific kind comes first.
_WRAPPERS = (
    (inspect.isasyncgenfunction, _wrap_async_generator_function),
    (inspect.iscoroutinefunction, _wrap_coroutine_function),
    (inspect.isgeneratorfunction, _wrap_generator_function),
    (inspect.isfunction, _wrap_function),
)


Arguments = tuple[tuple[Any, ...], dict[str, Any]]


def _binder_of(function: Any) -> Callable[[BedrockJobs, tuple[Any, ...], dict[str, Any]], Arguments]:
    """How to call a function: with this mock as its parameter ``bedrock_jobs``, where pytest would pass the fixture."""
    signature = inspect.signature(function)

    def bind(jobs: BedrockJobs, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
        bound = signature.bind_partial(*args, **kwargs)
        bound.arguments[_PARAMETER] = jobs
        return bound.args, bound.kwargs

    return bind if _PARAMETER in signature.parameters else lambda jobs, args, kwargs: (args, kwargs)
