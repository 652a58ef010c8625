"""How jobs end if a test says so, now or for jobs that do not exist yet."""

from __future__ import annotations

from typing import Any, NamedTuple, get_args

from ..errors import UsageError, explained_as, see, shown
from ..wire.api_names import PromptFormat, StartingOperation

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

_LONGEST_MESSAGE = 2048


class Outcome(NamedTuple):
    """How a job ends: a failure has a message, a success may describe the imported model. None leaves a field open."""

    failure_message: str | None = None
    architecture: str | None = None
    instruct_supported: bool | None = None
    custom_model_units: int | None = None
    invoke_format: PromptFormat | None = None

    @property
    def description(self) -> dict[str, Any]:
        """The fields that describe the imported model."""
        return {
            name: value for name, value in self._asdict().items() if name != "failure_message" and value is not None
        }


def checked_outcome(outcome: Outcome) -> Outcome:
    """The outcome, if a job could have it.

    Raises:
        UsageError: If none could.
    """
    message, units = outcome.failure_message, outcome.custom_model_units
    if not (message is None or (isinstance(message, str) and len(message) <= _LONGEST_MESSAGE)):
        got = f"one of {len(message)}" if isinstance(message, str) else shown(message)
        text = f"a failure message is a string of at most {_LONGEST_MESSAGE} characters, not {got}"
    elif not (outcome.architecture is None or (isinstance(outcome.architecture, str) and outcome.architecture)):
        text = f"architecture is a model type such as 'llama', not {shown(outcome.architecture)}"
    elif not isinstance(outcome.instruct_supported, bool | None):
        text = f"instruct_supported is True or False, not {shown(outcome.instruct_supported)}"
    elif not (units is None or (type(units) is int and units >= 0)):
        text = f"custom_model_units is a number of units, 0 or more, not {shown(units)}"
    elif outcome.invoke_format not in (None, *get_args(PromptFormat)):
        text = f"invoke_format is one of {', '.join(get_args(PromptFormat))}, not {shown(outcome.invoke_format)}"
    else:
        return outcome
    raise UsageError(f"{text}. {see('A job that cannot be ended')}")


class NextJob(NamedTuple):
    """The next import, copy or customization job that starts; calling it selects the next one that fits.

    ``NEXT_JOB(name="llama", region="eu-west-1")`` is the next job of this name in this Region, whatever other jobs
    start before it.
    """

    name: str | None = None
    operation: str | None = None
    region: str | None = None
    allow_unused: bool = False

    @explained_as("NEXT_JOB")
    def __call__(
        self,
        *,
        name: str | None = None,
        operation: StartingOperation | None = None,
        region: str | None = None,
        allow_unused: bool = False,
    ) -> NextJob:
        """The next job that fits.

        Args:
            name: Its ``jobName``; of a copy job its ``targetModelName``, of a custom model its ``modelName``, of a
                deployment its ``modelDeploymentName``, of provisioned throughput its ``provisionedModelName``.
            operation: The operation that starts it, such as ``CreateModelCopyJob``. What is ``Creating`` first (custom
                models, deployments, provisioned throughput) counts only if its operation is named here, such as
                ``CreateCustomModel``.
            region: The Region in which it starts.
            allow_unused: Whether the test may end without such a job.
        """
        return NextJob(name, operation, region, allow_unused)

    def __repr__(self) -> str:
        given = [f"{name}={value!r}" for name, value in self._asdict().items() if value != self._field_defaults[name]]
        return f"NEXT_JOB({', '.join(given)})" if given else "NEXT_JOB"


NEXT_JOB = NextJob()


class PlannedOutcome:
    """How the next job that fits will end.

    Attributes:
        job_arn: The ARN of the job that took it, or None if no job has.
    """

    def __init__(self, job: NextJob, outcome: Outcome, waiting: list[PlannedOutcome]) -> None:
        self.job_arn: str | None = None
        self._job = job
        self._outcome = outcome
        self._waiting = waiting

    def __repr__(self) -> str:
        status = "Completed" if self._outcome.failure_message is None else "Failed"
        description = ", ".join(f"{name}={value!r}" for name, value in self._outcome.description.items())
        taken = f": taken by {self.job_arn}" if self.job_arn else ""
        return f"<{status}{f' with {description}' if description else ''} for {self._job!r}{taken}>"

    def remove(self) -> None:
        """Cancel the plan; a job that has taken the outcome keeps it."""
        if self in self._waiting:
            self._waiting.remove(self)

    @property
    def unused(self) -> bool:
        """Whether a job should have taken it, and none has."""
        return self.job_arn is None and not self._job.allow_unused

    def fits(self, operation: str, region: str, name: str) -> bool:
        """Whether it is for the job that starts; with a description of a model, it is only for imports.

        Args:
            operation: The operation that starts it.
            region: The Region in which it starts.
            name: Its name.
        """
        job = self._job
        return (
            (operation == job.operation if job.operation else operation.endswith("Job"))
            and job.region in (None, region)
            and job.name in (None, name)
            and (operation == "CreateModelImportJob" or not self._outcome.description)
        )

    def taken_by(self, job_arn: str) -> Outcome:
        """The outcome, which is the job's with this ARN from now on, and no other's."""
        self.remove()
        self.job_arn = job_arn
        return self._outcome
