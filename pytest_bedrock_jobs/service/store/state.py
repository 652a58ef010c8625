"""All state of one mock: what exists, in every account and Region."""

from __future__ import annotations

import datetime
import os
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import NamedTuple

from ..arns import Scope
from ..calls import ApiCall
from ..records import CopyJob, CustomModel, ImportedModel, ImportJob
from .names import Named, Names
from .table import Table


class Outcome(NamedTuple):
    """How a job ends; a failure has a message, a success may say what the model is like."""

    failure_message: str | None = None
    architecture: str = "llama"
    instruct_supported: bool = True
    custom_model_units: int = 1


class Running(Named):
    """A job, or a model being created, that has not ended; copies have the names of their models."""

    __slots__ = ("arn", "end", "model_polls", "outcome", "polls", "scope", "since")

    def __init__(self, scope: Scope, arn: str, since: datetime.datetime, end: End, outcome: Outcome | None) -> None:
        self.scope: Scope = scope
        self.arn: str = arn
        self.since: datetime.datetime = since
        self.end: End = end
        self.outcome: Outcome | None = outcome
        self.polls: int = 0  # by Gets and Lists that saw it
        self.model_polls: int = 0  # by Gets of the model it will make


End = Callable[["Store", Running, datetime.datetime, Outcome], None]
"""Turns what ran into its end: changes the record, makes the model."""


class Store:
    """Everything there is; ``lock`` makes one request one step, from the first look to the last change."""

    def __init__(self) -> None:
        self.lock: AbstractContextManager[bool] = threading.RLock()
        self.page_key: bytes = os.urandom(16)
        self.import_jobs: Table[ImportJob] = Table()
        self.imported_models: Table[ImportedModel] = Table()
        self.copy_jobs: Table[CopyJob] = Table()
        self.custom_models: Table[CustomModel] = Table()
        # By account and Region, operation, and token: the call that came first with it.
        self.tokens: defaultdict[tuple[Scope, str], dict[str, ApiCall]] = defaultdict(dict)
        # What has not ended, and the same in order of time: an ended one stays in the queue until it is its turn.
        self.running: dict[str, Running] = {}
        self.running_by_time: deque[Running] = deque()
        self.planned_outcomes: deque[Outcome] = deque()
        # What running jobs will make: imported models by name and copies by ARN, to the job's ARN; copies by name.
        self.pending_imports: defaultdict[Scope, dict[str, str]] = defaultdict(dict)
        self.pending_copies: defaultdict[Scope, dict[str, str]] = defaultdict(dict)
        self.pending_copies_named: defaultdict[Scope, Names[Running]] = defaultdict(Names)
