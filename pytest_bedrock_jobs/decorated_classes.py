"""``mock_bedrock_jobs`` on classes of tests: a mock around the set-up of the class, and a new one for each test.

The methods with which unittest and pytest begin and end tests are wrapped, also where subclasses override them. Where
pytest's plugin is active, it begins the mocks of plain classes' tests earlier: before all their fixtures.
"""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .activation import Activation
from .service.errors import UsageError, see, sender_level

if TYPE_CHECKING:
    from .mock import BedrockJobs
    from .service.options import Options

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

_PARAMETER = "bedrock_jobs"
_OPTIONS = "_bedrock_jobs_options"
_ACTIVATION = "_bedrock_jobs_activation"
_WRAPS = "_bedrock_jobs_wraps"


def decorate(cls: Any, options: Options) -> Any:
    """Mock the tests of a class; the options extend and override those of a decorated base class.

    Raises:
        UsageError: For a class that has no tests.
    """
    from unittest import TestCase

    if issubclass(cls, TestCase):
        wrap = _wrap_test_case
    elif any(name.startswith("test") for name in dir(cls)):
        wrap = _wrap_plain_class
    else:
        raise UsageError(
            f"mock_bedrock_jobs decorates classes of tests, and {cls.__name__} has no method test*. "
            f"{see('An option or a target that is refused')}"
        )
    setattr(cls, _OPTIONS, {**getattr(cls, _OPTIONS, {}), **options})
    wrap(cls)
    _wrap_subclasses(cls, wrap)
    return cls


def options_of(cls: Any) -> Options | None:
    """The options of a decorated plain class, None for any other class; a TestCase begins its mocks itself."""
    options: Options | None = None if hasattr(cls, "run") else getattr(cls, _OPTIONS, None)
    return options


def leave_to_plugin(test: Any) -> None:
    """Note that pytest's plugin has begun the mock of a test, and will end it."""
    if options_of(type(test)) is not None:
        setattr(test, _ACTIVATION, None)


def _wrap_subclasses(cls: Any, wrap: Callable[[Any], None]) -> None:
    """Wrap what subclasses override, too: a set-up that does not call ``super()`` is still mocked."""
    original = _original(cls, "__init_subclass__")

    def init_subclass(subclass: Any, /, **kwargs: Any) -> None:
        original(subclass, **kwargs)
        wrap(subclass)

    cls.__init_subclass__ = classmethod(init_subclass)


def _wrap_test_case(cls: Any) -> None:
    cls.run, cls.debug = _in_a_mock(cls, "run"), _in_a_mock(cls, "debug")
    _wrap(cls, "doCleanups", _end_after_clean_ups)
    _wrap(cls, "setUpClass", _begin_class, classmethod)


def _wrap_plain_class(cls: Any) -> None:
    _wrap(cls, "setup_method", _begin_test)
    _wrap(cls, "teardown_method", _end_after_tear_down)
    if hasattr(cls, "setup_class") or hasattr(cls, "teardown_class"):
        _wrap(cls, "setup_class", _begin_class, classmethod)
        _wrap(cls, "teardown_class", _end_after_tear_down, classmethod)


def _wrap(cls: Any, name: str, wrapper: Callable[..., Any], kind: Any = None) -> None:
    """Replace a method by a call of ``wrapper`` with the original and its arguments, unless it is wrapped already."""
    method = inspect.getattr_static(cls, name, None)
    function = getattr(method, "__func__", method)
    if hasattr(function, _WRAPS):
        return
    original = _original(cls, name)

    # Two parameters, because pytest passes the test's method only if there is a parameter for it.
    def wrapped(target: Any, argument: Any = None) -> Any:
        return wrapper(original, target, argument)

    if function is not None:
        functools.update_wrapper(wrapped, function)
    setattr(wrapped, _WRAPS, True)
    setattr(cls, name, kind(wrapped) if kind else wrapped)


def _original(cls: Any, name: str) -> Callable[..., Any]:
    """A method that the class itself defines, or else one that calls its bases'."""
    own = cls.__dict__.get(name)
    if own is not None:
        function: Callable[..., Any] = getattr(own, "__func__", own)
        return function

    def inherited(target: Any, *args: Any, **kwargs: Any) -> Any:
        method = getattr(super(cls, target), name, None)
        return method and _call(method, *args, **kwargs)

    return inherited


def _call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a function, without the last argument if it does not take it, as pytest does."""
    try:
        inspect.signature(function).bind(*args, **kwargs)
    except TypeError:
        args = args[:-1]
    except ValueError:  # a built-in function, whose signature is not known
        pass
    return function(*args, **kwargs)


def _in_a_mock(cls: Any, name: str) -> Callable[..., Any]:
    """The method that runs one test of a TestCase, wrapped in a mock."""
    run = _original(cls, name)

    @functools.wraps(getattr(cls, name))
    def run_in_a_mock(case: Any, *args: Any, **kwargs: Any) -> Any:
        if _ACTIVATION in case.__dict__:  # called by a subclass's method
            return run(case, *args, **kwargs)
        _begin(case)
        try:
            result = run(case, *args, **kwargs)
        except BaseException:
            _end(case, failed=True)
            raise
        _end(case)  # where the clean-ups have not: a skipped test runs none, and debug() keeps no outcome
        return result

    return run_in_a_mock


def _end_after_clean_ups(clean_up: Callable[..., Any], case: Any, argument: Any) -> Any:
    """Run a test's clean-ups, then end its mock; an error at the end of the mock is an error of that test.

    Clean-ups run after tearDown, also when setUp failed. A registered clean-up could not see whether the test failed:
    while one runs, unittest marks the test as successful, even if it has failed before.
    """
    result = _call(clean_up, case, argument)
    outcome = case._outcome
    if outcome is None:  # called by a test
        return result
    failed = not outcome.success or outcome.expectedFailure is not None
    with outcome.testPartExecutor(case):
        _end(case, failed)
    return outcome.success


def _begin_class(set_up: Callable[..., Any], cls: Any, argument: Any) -> None:
    if _ACTIVATION in cls.__dict__:  # called by a subclass's method
        _call(set_up, cls, argument)
        return
    jobs = _begin(cls)
    if hasattr(cls, "addClassCleanup"):
        cls.addClassCleanup(_end, cls)
        _call(set_up, cls, argument)
    else:
        _call_or_end(set_up, cls, argument)
    if left := (*jobs.import_jobs, *jobs.copy_jobs, *jobs.imported_models, *jobs.custom_models):
        warnings.warn(
            f"the set-up of {cls.__name__} has left {len(left)} jobs and models that no test can see: each test has "
            f"a new mock, so create them in setUp or setup_method. {see('Jobs that the setup of a class has left')}",
            stacklevel=sender_level(),
        )


def _begin_test(set_up: Callable[..., Any], test: Any, argument: Any) -> None:
    """Begin a test of a plain class."""
    if _ACTIVATION in test.__dict__:  # called by a subclass's method, or the plugin is active
        _call(set_up, test, argument)
        return
    _begin(test)
    _call_or_end(set_up, test, argument)


def _end_after_tear_down(tear_down: Callable[..., Any], target: Any, argument: Any) -> None:
    """Tear down a test of a plain class, or the class, and end its mock."""
    try:
        _call(tear_down, target, argument)
    finally:
        _end(target)


def _call_or_end(set_up: Callable[..., Any], target: Any, argument: Any) -> None:
    try:
        _call(set_up, target, argument)
    except BaseException:
        _end(target, failed=True)  # pytest does not call the tear-down
        raise


def _begin(target: Any) -> BedrockJobs:
    """Begin the mock of a test or a class, and set it there as ``bedrock_jobs``."""
    activation = Activation(getattr(target, _OPTIONS))
    jobs = activation.begin()
    setattr(target, _PARAMETER, jobs)
    setattr(target, _ACTIVATION, activation)
    return jobs


def _end(target: Any, failed: bool = False) -> None:
    """End the mock of a test or a class, once."""
    if activation := target.__dict__.get(_ACTIVATION):
        delattr(target, _ACTIVATION)
        activation.end(failed)
