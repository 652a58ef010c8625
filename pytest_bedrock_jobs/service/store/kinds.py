"""What a kind of resource is; each kind is declared once, beside its operations."""

from __future__ import annotations

import datetime
from abc import abstractmethod
from collections.abc import Callable, Collection
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from ..arns import Scope


class Record(Protocol):
    """What the store finds and orders a resource by."""

    @property
    @abstractmethod
    def arn(self) -> str:
        """The resource's ARN."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The name it is found by."""

    @property
    @abstractmethod
    def creation_time(self) -> datetime.datetime:
        """When it was created."""


R = TypeVar("R", bound=Record)


class Outcome(NamedTuple):
    """How a job ends; a failure has a message, a success may describe the imported model: None is not described."""

    failure_message: str | None = None
    architecture: str | None = None
    instruct_supported: bool | None = None
    custom_model_units: int | None = None

    @property
    def description(self) -> dict[str, Any]:
        """What it says of the imported model."""
        return {
            name: value for name, value in self._asdict().items() if name != "failure_message" and value is not None
        }


class Ended(NamedTuple):
    """What the end of a job leaves.

    Attributes:
        record: The job, ended.
        made: The record of the model that it made; None if it failed, or makes none.
    """

    record: Any
    made: Any = None


class Promise(NamedTuple):
    """A model that a running job will make, and how it can be asked for.

    Attributes:
        kind: What kind of model.
        key: What no other model to come has.
        name: The model's name, where the key is another and several models to come may have that name.
    """

    kind: Kind[Any]
    key: str
    name: str | None = None


class Kind(Generic[R]):
    """A kind of resource, such as imported models.

    Attributes:
        words: What messages call one of them.
        arn_type: What stands before the first slash in the last part of their ARNs.
        taggable: Whether TagResource takes them.
    """

    def __init__(self, words: str, arn_type: str, *, taggable: bool = True) -> None:
        self.words: str = words
        self.arn_type: str = arn_type
        self.taggable: bool = taggable


class LongRunningKind(Kind[R]):
    """A kind of resource that is in progress at first, such as import jobs.

    Attributes:
        end: Makes what its end leaves, from its scope, its record, its outcome, and the time.
        promise: The model that it will make, if it makes one.
        uses: The ARNs of what it uses, which cannot be deleted as long; None for a kind that uses nothing.
        takes_model: Whether the test may say at its end what that model is like: architecture and so on.
    """

    def __init__(
        self,
        words: str,
        arn_type: str,
        *,
        end: Callable[[Scope, R, Outcome, datetime.datetime], Ended],
        promise: Callable[[R], Promise | None] = lambda record: None,
        uses: Callable[[R], Collection[str]] | None = None,
        taggable: bool = True,
        takes_model: bool = False,
    ) -> None:
        super().__init__(words, arn_type, taggable=taggable)
        self.end: Callable[[Scope, R, Outcome, datetime.datetime], Ended] = end
        self.promise: Callable[[R], Promise | None] = promise
        self.uses: Callable[[R], Collection[str]] | None = uses
        self.takes_model: bool = takes_model
