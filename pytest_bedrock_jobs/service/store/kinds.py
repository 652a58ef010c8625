"""Kinds of resources, each of which is declared once, beside its operations."""

from __future__ import annotations

import datetime
from abc import abstractmethod
from collections.abc import Callable, Collection
from typing import Any, Generic, NamedTuple, Protocol, TypeAlias, TypeVar


class Record(Protocol):
    """The attributes by which the store finds and orders a resource."""

    @property
    @abstractmethod
    def arn(self) -> str:
        """The resource's ARN."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The name by which it is found."""

    @property
    @abstractmethod
    def creation_time(self) -> datetime.datetime:
        """When it was created."""


R = TypeVar("R", bound=Record)


class Outcome(NamedTuple):
    """How a job ends: a failure has a message, a success may describe the imported model. None leaves a field open."""

    failure_message: str | None = None
    architecture: str | None = None
    instruct_supported: bool | None = None
    custom_model_units: int | None = None

    @property
    def description(self) -> dict[str, Any]:
        """The fields that describe the imported model."""
        return {
            name: value for name, value in self._asdict().items() if name != "failure_message" and value is not None
        }


class Ended(NamedTuple):
    """The result of a job's end.

    Attributes:
        record: The ended job; None where it is gone, because this was its deletion.
        made: The record of the model that it created; None if it failed, or creates none.
    """

    record: Any
    made: Any = None


NewArn: TypeAlias = Callable[[str], str]
"""From a type of resource to the ARN of a new one, in the scope of the job that creates it."""


class Promise:
    """A model that a running job will create, and how requests may identify it.

    Attributes:
        kind: The kind of model.
        key: An identifier that no other future model has.
        name: The model's name, if it is not the key because several future models may have it.
    """

    __slots__ = ("key", "kind", "name")

    def __init__(self, kind: Kind[Any], key: str, name: str | None = None) -> None:
        self.kind: Kind[Any] = kind
        self.key: str = key
        self.name: str | None = name


class Kind(Generic[R]):
    """A kind of resource, such as imported models.

    Attributes:
        words: What messages call one of them.
        arn_type: The last part of their ARNs up to the first slash.
        taggable: Whether TagResource accepts them.
    """

    def __init__(self, words: str, arn_type: str, *, taggable: bool = True) -> None:
        self.words: str = words
        self.arn_type: str = arn_type
        self.taggable: bool = taggable


class LongRunningKind(Kind[R]):
    """A kind of resource that is in progress at first, such as import jobs.

    Attributes:
        end: From its record, its outcome, the time, and a function from a type of resource to a new ARN, to the
            result of its end.
        promise: The model that it will create, if it creates one.
        uses: The ARNs of what it uses, which cannot be deleted meanwhile; None for a kind that uses nothing.
        takes_model: Whether an outcome may describe that model: its architecture and so on.
    """

    def __init__(
        self,
        words: str,
        arn_type: str,
        *,
        end: Callable[[R, Outcome, datetime.datetime, NewArn], Ended],
        promise: Callable[[R], Promise | None] = lambda record: None,
        uses: Callable[[R], Collection[str]] | None = None,
        taggable: bool = True,
        takes_model: bool = False,
    ) -> None:
        super().__init__(words, arn_type, taggable=taggable)
        self.end: Callable[[R, Outcome, datetime.datetime, NewArn], Ended] = end
        self.promise: Callable[[R], Promise | None] = promise
        self.uses: Callable[[R], Collection[str]] | None = uses
        self.takes_model: bool = takes_model
