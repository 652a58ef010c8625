"""What a test decides about invoked models: what they say, and whether they are ready."""

from __future__ import annotations

import datetime
import functools
import re
from typing import Any, TypeAlias

from ..errors import UsageError, nearest_first, see
from ..inference import models
from ..inference.model_response import Check, Response, from_shorthand, refused
from ..records import CustomModelDeployment, ImportedModel, ProvisionedThroughput
from ..store.prepared_responses import ANY_MODEL, PreparedResponse
from ..store.resources import ResourceKind, Store
from .imports import IMPORTED_MODEL

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

Model: TypeAlias = "str | ImportedModel | CustomModelDeployment | ProvisionedThroughput"
"""An ARN, a name or a record."""

_NAME = "[0-9a-zA-Z][0-9a-zA-Z_-]{0,62}"
_MOST_NAMES = 10


def respond(store: Store, model: Model, response: Response, check: Check, *, allow_unused: bool) -> None:
    """Set what a model says; see ``BedrockJobs.respond``.

    Args:
        store: Where it says it.
        model: The model.
        response: What it says.
        check: Finds what botocore's model does not allow in it.
        allow_unused: Whether no request has to get it.
    """
    identifier = model if isinstance(model, str) else getattr(model, "arn", None)
    if not isinstance(identifier, str) or not (
        identifier == ANY_MODEL or re.fullmatch(_NAME, identifier) or models.kind_of(identifier)
    ):
        raise refused(
            "a model is the ARN of an imported model, of a custom model deployment or of provisioned throughput, a "
            f"name, a record, or '*' for every model, not {model!r}"
        )
    if not isinstance(allow_unused, bool):
        raise refused(f"allow_unused is True or False, not {allow_unused!r}")
    checked = functools.partial(from_shorthand, check=check)
    store.prepared_responses[identifier] = PreparedResponse(identifier, response, checked, allow_unused=allow_unused)


def evict(store: Store, model: Model) -> None:
    """Make a model cold; see ``BedrockJobs.evict_model``."""
    store.readiness.evict(arn_of("evict_model", store, IMPORTED_MODEL, model))


def restore(store: Store, model: Model, now: datetime.datetime) -> None:
    """Make a model ready; see ``BedrockJobs.restore_model``."""
    store.readiness.restore(arn_of("restore_model", store, IMPORTED_MODEL, model), now)


def arn_of(method: str, store: Store, kind: ResourceKind[Any], model: object) -> str:
    """The ARN of a model of this kind that exists, given as its ARN, its name or its record."""
    table = store.table(kind)
    identifier = model if isinstance(model, str) else getattr(model, "arn", None)
    if isinstance(identifier, str):
        found: list[str] = [record.arn for record in table.all() if identifier in (record.arn, record.name)]
        if len(found) == 1:
            return found[0]
        if found:
            raise UsageError(
                f"{method}: {len(found)} {kind.words}s are called {identifier!r}; give the ARN of one: "
                f"{', '.join(found)}. {see('A model that is not there')}"
            )
    names = nearest_first(str(identifier), {record.name for record in table.all()})[:_MOST_NAMES]
    raise UsageError(
        f"{method}: there is no {kind.words} {model!r}; there are: {', '.join(names) or 'none'}. "
        f"{see('A model that is not there')}"
    )
