"""What ``mock_bedrock_jobs`` makes of a function, and of a class of tests.

A decorated class is a marked class: pytest's plugin begins the mock of each of its tests. Where unittest runs a class,
the methods with which it runs a test are wrapped as well: those of each subclass that is a TestCase, also of a mixin.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import sys
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from unittest import TestCase

import wrapt

from .activation import Activation
from .mock import BedrockJobs, service_of
from .service.errors import UsageError, see, sender_level
from .service.options import Options

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

_MOCK = "bedrock_jobs"
_OPTIONS = "_bedrock_jobs_options"
_ACTIVATION = "_bedrock_jobs_activation"
_REFUSED = see("An option or a target that is refused")
# Python 3.14 makes annotations when somebody asks: as text, because what only type checkers import is not there.
_ANNOTATIONS: dict[str, Any] = {"annotation_format": 4} if sys.version_info >= (3, 14) else {}


def decorate(target: Any, options: Options) -> Any:
    """Run a function in a mock, or each test of a class.

    Raises:
        UsageError: For what is neither a function nor a class of tests.
    """
    if inspect.isclass(target):
        return _decorate_class(target, options)
    if isinstance(target, classmethod | staticmethod):
        return type(target)(decorate(target.__func__, options))
    # pytest before 8.4 makes a marked function of a fixture.
    if hasattr(target, "_pytestfixturefunction") or not (inspect.isfunction(target) or inspect.ismethod(target)):
        raise UsageError(
            f"mock_bedrock_jobs decorates functions and test classes, not {target!r}. Put it above the def, below "
            f"@pytest.fixture and @property; options are given by keyword. {_REFUSED}"
        )
    call = next(call for fits, call in _CALLS if fits(target))
    return _Wrapper(target, lambda wrapped, instance, args, kwargs: call(options, wrapped, args, kwargs))


class _BoundWrapper(wrapt.BoundFunctionWrapper):  # type: ignore[type-arg]
    @property
    def __func__(self) -> Any:
        """The wrapper, not the function in it: pytest takes this from class methods and calls it."""
        return self._self_parent


class _Wrapper(wrapt.FunctionWrapper):  # type: ignore[type-arg]
    """Calls a function in a mock; to all who look at it, it is that function."""

    __bound_function_wrapper__ = _BoundWrapper
    __copy__ = __deepcopy__ = None  # type: ignore[assignment]  # Python copies as it pickles: wrapt would refuse

    def __reduce_ex__(self, protocol: object) -> str:
        """A function is pickled by its name, and is its own copy."""
        return self.__qualname__


@contextlib.contextmanager
def _mocked(options: Options, function: Any, args: Any, kwargs: Any) -> Iterator[functools.partial[Any]]:
    """A mock, and the call in it; a parameter ``bedrock_jobs`` receives the mock, as pytest would pass the fixture."""
    with Activation(options) as jobs:
        signature = inspect.signature(function, **_ANNOTATIONS)
        if _MOCK in signature.parameters:
            args, kwargs = _with_mock(signature, jobs, args, kwargs)
        yield functools.partial(function, *args, **kwargs)


def _with_mock(signature: inspect.Signature, jobs: object, args: Any, kwargs: Any) -> tuple[Any, Any]:
    place = [*signature.parameters].index(_MOCK)
    with contextlib.suppress(TypeError):  # besides the other arguments
        bound = signature.bind(*args[:place], jobs, *args[place:], **kwargs)
        if bound.arguments.get(_MOCK) is jobs:
            return bound.args, bound.kwargs
    with contextlib.suppress(TypeError):  # instead of one: pytest passes the module to whatever a setup_module takes
        bound = signature.bind_partial(*args, **kwargs)
        bound.arguments[_MOCK] = jobs
        return bound.args, bound.kwargs
    return args, {**kwargs, _MOCK: jobs}  # for another decorator, which takes arguments of its own


def _call(*call: Any) -> Any:
    with _mocked(*call) as function:
        result = function()
        begun_later = getattr(result, "gen", result)  # what contextlib makes of a generator has it there
        if inspect.iscoroutine(begun_later) or inspect.isgenerator(begun_later) or inspect.isasyncgen(begun_later):
            raise UsageError(
                f"{function.func.__qualname__} would run after its mock has ended, because another decorator has made "
                f"a plain function of it that returns a {type(result).__name__.strip('_')}. Put mock_bedrock_jobs "
                f"below that decorator, right above the def. {_REFUSED}"
            )
        return result


async def _await(*call: Any) -> Any:
    with _mocked(*call) as function:
        return await function()


def _generate(*call: Any) -> Any:
    with _mocked(*call) as function:
        return (yield from function())


async def _generate_async(*call: Any) -> AsyncIterator[Any]:
    with _mocked(*call) as function:
        async with contextlib.aclosing(function()) as items:
            # What `yield from` does for generators: pass on what is sent and thrown, until there is no further item.
            step = items.asend(None)
            with contextlib.suppress(StopAsyncIteration):
                while True:
                    item = await step
                    try:
                        step = items.asend((yield item))
                    except GeneratorExit:
                        raise
                    except BaseException as error:
                        step = items.athrow(error)


# A generator function is a function too, so the most specific kind comes first.
_CALLS: tuple[tuple[Callable[[Any], bool], Callable[..., Any]], ...] = (
    (inspect.isasyncgenfunction, _generate_async),
    (inspect.iscoroutinefunction, _await),
    (inspect.isgeneratorfunction, _generate),
    (callable, _call),
)


def _decorate_class(cls: Any, options: Options) -> Any:
    if not any(name.lower().startswith(("test", "setup", "asyncsetup")) for name in dir(cls)):
        raise UsageError(
            f"mock_bedrock_jobs decorates classes of tests, and {cls.__name__} has neither a method test* nor a "
            f"set-up. {_REFUSED}"
        )
    pytest = sys.modules.get("pytest")
    if pytest and f"{__package__}.plugin" in sys.modules:
        pytest.mark.bedrock_jobs(**options)(cls)  # which the plugin reads; subclasses inherit it
    elif pytest and not issubclass(cls, TestCase):
        raise UsageError(
            f"the tests of {cls.__name__} would not be mocked: this pytest runs without the plugin of "
            "pytest-bedrock-jobs, which mocks those of classes that are no TestCases. Load it with -p "
            f"pytest_bedrock_jobs.plugin, or decorate the methods. {_REFUSED}"
        )
    setattr(cls, _OPTIONS, {**getattr(cls, _OPTIONS, {}), **options})
    _wrap_test_case(cls)
    own = vars(cls).get("__init_subclass__")

    def init_subclass(subclass: Any, /, **kwargs: Any) -> None:
        (own.__get__(None, subclass) if own else super(cls, subclass).__init_subclass__)(**kwargs)
        _wrap_test_case(subclass)

    cls.__init_subclass__ = classmethod(init_subclass)
    return cls


def _wrap_test_case(cls: type) -> None:
    """Wrap the methods with which unittest runs a test; where a base's are wrapped too, the outermost has the mock."""
    if issubclass(cls, TestCase):
        for name, wrapper in _METHODS:
            # A function would be replaced by moto's decorator.
            setattr(cls, name, functools.partialmethod(wrapper, inspect.getattr_static(cls, name)))


def _run(case: Any, run: Any, *args: Any, **kwargs: Any) -> Any:
    """Run one test in a mock."""
    with contextlib.ExitStack() as undo:
        if _MOCK not in vars(case):  # neither pytest's plugin has begun it, nor a subclass's method
            _begin(case)
            # Where the clean-ups have not: a skipped test runs none, and debug() keeps no outcome.
            undo.push(lambda kind, *_: _end(case, failed=kind is not None))
        return run.__get__(case)(*args, **kwargs)


def _clean_up(case: Any, clean_up: Any) -> Any:
    """Run a test's clean-ups, then end its mock; an error at the end of the mock is an error of that test.

    Clean-ups run after tearDown, also when setUp failed. A registered clean-up could not see whether the test failed:
    while one runs, unittest marks the test as successful, even if it has failed before.
    """
    result = clean_up.__get__(case)()
    if (outcome := case._outcome) is None:  # called by a test
        return result
    failed = not outcome.success or outcome.expectedFailure is not None
    with outcome.testPartExecutor(case):
        _end(case, failed)
    return outcome.success


def _set_up_class(cls: Any, set_up: Any) -> None:
    """Set up a class in a mock that lasts until its tests and its tear-down have run."""
    if _MOCK not in vars(cls):  # neither pytest's plugin has begun it, nor a subclass's method
        jobs = _begin(cls)
        cls.addClassCleanup(_end, cls)
        cls.addClassCleanup(warn_of_left_jobs, cls, jobs)
    set_up.__get__(None, cls)()


_METHODS = (("run", _run), ("debug", _run), ("doCleanups", _clean_up), ("setUpClass", classmethod(_set_up_class)))


def warn_of_left_jobs(cls: Any, jobs: BedrockJobs) -> None:
    """Warn of jobs and models in the mock around a class: none of its tests sees them."""
    if left := sum(len(table.all()) for table in service_of(jobs).state.store.tables.values()):
        what = "a job or model" if left == 1 else f"{left} jobs and models"
        warnings.warn(
            f"the set-up of {cls.__name__} has left {what} that no test can see: each test has a new mock, so create "
            f"them in setUp or setup_method. {see('Jobs that the setup of a class has left')}",
            stacklevel=sender_level(),
        )


def _begin(target: Any) -> BedrockJobs:
    """Begin the mock of a test or a class, and set it there as ``bedrock_jobs``."""
    activation = Activation(getattr(target, _OPTIONS))
    setattr(target, _MOCK, activation.jobs)
    setattr(target, _ACTIVATION, activation)
    return activation.jobs


def _end(target: Any, failed: bool = False) -> None:
    """End the mock of a test or a class, once."""
    if activation := vars(target).get(_ACTIVATION):
        delattr(target, _ACTIVATION)
        delattr(target, _MOCK)
        activation.end(failed)
