"""``mock_bedrock_jobs``: the context manager, and the decorator of functions and test classes."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar, overload

import pytest

from .activation import activated
from .mock import BedrockJobs
from .service.errors import UsageError, see
from .service.options import settings_from

if TYPE_CHECKING:
    from types import TracebackType
    from unittest import TestCase

    from typing_extensions import Unpack

    from .service.options import Options

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

Decorated = TypeVar("Decorated", bound="Callable[..., Any]")

_PARAMETER = "bedrock_jobs"
_PASSED = "_bedrock_jobs_passed"


class Activation:
    """A mock for a ``with`` block or a decorated test; every entrance finds a new, empty one."""

    def __init__(self, options: Options) -> None:
        settings_from(options)  # a wrong option is told where it was written, not where the test runs
        self._options = options
        self._entered: list[contextlib.AbstractContextManager[BedrockJobs]] = []

    def __enter__(self) -> BedrockJobs:
        mock = _mock(self._options)
        jobs = mock.__enter__()
        self._entered.append(mock)
        return jobs

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._entered.pop().__exit__(kind, error, trace)

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
def mock_bedrock_jobs(**options: Unpack[Options]) -> Activation: ...
def mock_bedrock_jobs(target: Any = None, /, **options: Unpack[Options]) -> Any:
    """Answer Bedrock's model import and copy operations from memory.

    ``with mock_bedrock_jobs() as jobs:`` (or ``async with``), ``@mock_bedrock_jobs`` or
    ``@mock_bedrock_jobs(region="eu-central-1")``. A decorated function that has a parameter ``bedrock_jobs`` is
    given the mock in it; a decorated ``unittest.TestCase`` has it as ``self.bedrock_jobs``; tests of a decorated
    plain class ask for the fixture.

    Args:
        target: What to decorate, when used without options.
        options: Keyword-only, see ``pytest_bedrock_jobs.service.options.Settings``.

    Raises:
        UnknownOptionError: For an option that does not exist.
        UsageError: For a value that an option cannot have, or a target that cannot be decorated.
    """
    door = Activation(options)
    return door if target is None else door(target)


@contextlib.contextmanager
def _mock(options: Options, failed: Callable[[], bool] = lambda: False) -> Iterator[BedrockJobs]:
    with pytest.MonkeyPatch.context() as monkeypatch, activated(options, monkeypatch, failed) as jobs:
        yield jobs


def _decorate(target: Any, options: Options) -> Any:
    if inspect.isclass(target):
        return _decorate_class(target, options)
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
        with _mock(options) as jobs:
            args, kwargs = bind(jobs, args, kwargs)
            return function(*args, **kwargs)

    return wrapper


def _wrap_coroutine_function(function: Any, options: Options) -> Any:
    bind = _binder_of(function)

    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        with _mock(options) as jobs:
            args, kwargs = bind(jobs, args, kwargs)
            return await function(*args, **kwargs)

    return wrapper


def _wrap_generator_function(function: Any, options: Options) -> Any:
    bind = _binder_of(function)

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        with _mock(options) as jobs:
            args, kwargs = bind(jobs, args, kwargs)
            return (yield from function(*args, **kwargs))

    return wrapper


def _wrap_async_generator_function(function: Any, options: Options) -> Any:
    bind = _binder_of(function)

    async def wrapper(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        with _mock(options) as jobs:
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


# A generator function is a function too: the most particular kind first.
_WRAPPERS = (
    (inspect.isasyncgenfunction, _wrap_async_generator_function),
    (inspect.iscoroutinefunction, _wrap_coroutine_function),
    (inspect.isgeneratorfunction, _wrap_generator_function),
    (inspect.isfunction, _wrap_function),
)


Arguments = tuple[tuple[Any, ...], dict[str, Any]]


def _binder_of(function: Any) -> Callable[[BedrockJobs, tuple[Any, ...], dict[str, Any]], Arguments]:
    """How to call it: with this mock for a parameter ``bedrock_jobs``, where pytest would pass the fixture's."""
    signature = inspect.signature(function)

    def bind(jobs: BedrockJobs, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
        bound = signature.bind_partial(*args, **kwargs)
        bound.arguments[_PARAMETER] = jobs
        return bound.args, bound.kwargs

    return bind if _PARAMETER in signature.parameters else lambda jobs, args, kwargs: (args, kwargs)


def _decorate_class(cls: Any, options: Options) -> Any:
    from unittest import TestCase

    if issubclass(cls, TestCase):
        return _decorate_test_case(cls, options)
    if not any(name.startswith("test") for name in dir(cls)):
        raise UsageError(
            f"mock_bedrock_jobs decorates classes of tests, and {cls.__name__} has no method test*. "
            f"{see('An option or a target that is refused')}"
        )
    # The marker brings the fixture, and pytest sets it up before the class's own fixtures and setup_method.
    return pytest.mark.bedrock_jobs.with_args(**options)(cls)


def _decorate_test_case(cls: Any, options: Options) -> Any:
    set_up, call_test_method = cls.setUp, cls._callTestMethod

    @functools.wraps(set_up)
    def setUp(self: TestCase) -> None:
        setattr(self, _PASSED, False)
        with contextlib.ExitStack() as stack:
            mock = _mock(options, failed=lambda: not getattr(self, _PASSED))
            setattr(self, _PARAMETER, stack.enter_context(mock))
            # Clean-ups run after tearDown, also when setUp fails, and one that raises fails just its own test.
            self.addCleanup(stack.pop_all().close)
        set_up(self)

    # unittest does not tell a clean-up how the test went.
    @functools.wraps(call_test_method)
    def _call_test_method(self: Any, method: Any) -> None:
        call_test_method(self, method)
        setattr(self, _PASSED, getattr(self._outcome, "success", True))  # a failed subTest raises nothing

    cls.setUp, cls._callTestMethod = setUp, _call_test_method
    return cls
