"""What a test decides about invoked models: what they say, and whether they are ready."""

from __future__ import annotations

import datetime
import functools
import re
from typing import TypeAlias

from ..errors import UsageError, nearest_first, see
from ..inference import targets
from ..inference.model_response import Check, Response, from_shorthand, refused
from ..records import CustomModelDeployment, ImportedModel
from ..store.prepared_responses import ANY_MODEL, PreparedResponse
from ..store.resources import Store
from .imported_models import IMPORTED_MODEL

__tracebackhide__ = True  # pytest ends a traceback at the line that caused it

Model: TypeAlias = "str | ImportedModel | CustomModelDeployment"
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
        identifier == ANY_MODEL or re.fullmatch(_NAME, identifier) or targets.kind_of(identifier)
    ):
        raise refused(
            "a model is the ARN of an imported model or of a custom model deployment, a name, a record, or '*' for "
            f"every model, not {model!r}"
        )
    if not isinstance(allow_unused, bool):
        raise refused(f"allow_unused is True or False, not {allow_unused!r}")
    checked = functools.partial(from_shorthand, check=check)
    store.prepared_responses.prepare(PreparedResponse(identifier, response, checked, allow_unused=allow_unused))


def evict(store: Store, model: Model) -> None:
    """Make a model cold; see ``BedrockJobs.evict_model``."""
    store.readiness.evict(_arn("evict_model", store, model))


def restore(store: Store, model: Model, now: datetime.datetime) -> None:
    """Make a model ready; see ``BedrockJobs.restore_model``."""
    store.readiness.restore(_arn("restore_model", store, model), now)


def _arn(method: str, store: Store, model: Model) -> str:
    """The ARN of an imported model that exists."""
    table = store.table(IMPORTED_MODEL)
    identifier = model if isinstance(model, str) else getattr(model, "arn", None)
    if isinstance(identifier, str):
        found = [record.arn for record in table.all() if identifier in (record.arn, record.name)]
        if len(found) == 1:
            return found[0]
        if found:
            raise UsageError(
                f"{method}: {len(found)} imported models are called {identifier!r}; give the ARN of one: "
                f"{', '.join(found)}. {see('A model that is not there')}"
            )
    names = nearest_first(str(identifier), {record.name for record in table.all()})[:_MOST_NAMES]
    raise UsageError(
        f"{method}: there is no imported model {model!r}; there are: {', '.join(names) or 'none'}. "
        f"{see('A model that is not there')}"
    )
