"""Every operation with 100,000 jobs in the store, and with 100: the oldest job or model where the call names one."""

from __future__ import annotations

import contextlib
import functools
import itertools
from collections.abc import Callable, Iterator
from typing import Any

from pytest_bedrock_jobs import BedrockJobs

from .clients import new_client
from .measuring import SHOWN, Effort, Measured, Row, each, paired
from .scenes import ROLE, TAGS, import_parameters, numbers
from .stores import SMALL, end, ended, responding, running

Calls = Iterator[Callable[[], object]]
Maker = Callable[[Any, BedrockJobs, int], Calls]
"""This many calls by a client; what they need exists."""

_SOURCE = {"s3DataSource": {"s3Uri": "s3://my-bucket/llama/v1/"}}
_NONE = "arn:aws:bedrock:us-east-1:123456789012:custom-model/imported/none00000000"
_TAGGED = {"tags": TAGS}
_UNTAGGED = {"tagKeys": ["stage"]}


def _create_import(client: Any, jobs: BedrockJobs, number: int) -> Calls:
    for _ in range(number):
        yield functools.partial(client.create_model_import_job, **import_parameters())


def _create_copy(client: Any, jobs: BedrockJobs, number: int) -> Calls:
    arn = jobs.custom_models[0].arn
    for _ in range(number):
        name = f"new-copy-{next(numbers)}"
        yield functools.partial(client.create_model_copy_job, sourceModelArn=arn, targetModelName=name)


def _create_model(client: Any, jobs: BedrockJobs, number: int) -> Calls:
    for _ in range(number):
        name = f"custom-{next(numbers)}"
        yield functools.partial(client.create_custom_model, modelName=name, modelSourceConfig=_SOURCE, roleArn=ROLE)


def _same(method: str, parameters: Callable[[BedrockJobs], dict[str, Any]]) -> Maker:
    """The same call each time, on the contents of the store."""

    def make(client: Any, jobs: BedrockJobs, number: int) -> Calls:
        call = functools.partial(getattr(client, method), **parameters(jobs))
        yield from itertools.repeat(call, number)

    return make


def _list(method: str) -> Maker:
    return _same(method, lambda jobs: {"maxResults": 10})


def _on_tags(method: str, parameters: dict[str, Any]) -> Maker:
    return _same(method, lambda jobs: {"resourceARN": jobs.import_jobs[0].arn, **parameters})


def _delete_imported(client: Any, jobs: BedrockJobs, number: int) -> Calls:
    for _ in range(number):
        jobs.add_imported_model()
    for model in jobs.imported_models[:number]:
        yield functools.partial(client.delete_imported_model, modelIdentifier=model.name)


def _delete_model(client: Any, jobs: BedrockJobs, number: int) -> Calls:
    for _ in range(number):
        jobs.add_custom_model()
    for model in jobs.custom_models[:number]:
        yield functools.partial(client.delete_custom_model, modelIdentifier=model.arn)


_get_import = _same("get_model_import_job", lambda jobs: {"jobIdentifier": jobs.import_jobs[0].name})
_get_copy = _same("get_model_copy_job", lambda jobs: {"jobArn": jobs.copy_jobs[0].arn})
_get_imported = _same("get_imported_model", lambda jobs: {"modelIdentifier": jobs.imported_models[0].name})
_get_model = _same("get_custom_model", lambda jobs: {"modelIdentifier": jobs.custom_models[0].name})


def _refused(method: str, **parameters: str) -> Maker:
    def make(client: Any, jobs: BedrockJobs, number: int) -> Calls:
        def call() -> None:
            with contextlib.suppress(client.exceptions.ClientError):
                getattr(client, method)(**parameters)

        yield from itertools.repeat(call, number)

    return make


@functools.cache
def _large(fill: Callable[[int], BedrockJobs], number: int) -> BedrockJobs:
    return fill(number)


def _row(operation: str, make: Maker, fill: Callable[[int], BedrockJobs] = ended) -> Row:
    def measure(effort: Effort) -> Measured:
        client = new_client()
        large = _large(fill, effort.jobs)

        def timed(jobs: BedrockJobs, number: int) -> float:
            calls = list(make(client, jobs, number + 1))
            with responding(jobs):
                calls.pop()()  # off the clock: the small store is new in each round, the large one is not
                seconds = each(number, lambda: calls.pop(0)())
            if fill is ended:
                end(jobs)  # what was created: it would run beside all rounds after this one
            return seconds

        return paired(
            lambda number: timed(large, number), lambda number: timed(fill(SMALL), number), effort.rounds, effort.calls
        )

    more = "" if fill is ended else ", all jobs running"
    return Row(f"{operation}, 100,000 jobs{more}", "100 jobs", SHOWN, measure)


ROWS = (
    _row("CreateCustomModel", _create_model),
    _row("CreateModelCopyJob", _create_copy),
    _row("CreateModelImportJob", _create_import),
    _row("DeleteCustomModel", _delete_model),
    _row("DeleteImportedModel", _delete_imported),
    _row("GetCustomModel", _get_model),
    _row("GetImportedModel", _get_imported),
    _row("GetModelCopyJob", _get_copy),
    _row("GetModelImportJob", _get_import),
    _row("ListCustomModels", _list("list_custom_models")),
    _row("ListImportedModels", _list("list_imported_models")),
    _row("ListModelCopyJobs", _list("list_model_copy_jobs")),
    _row("ListModelImportJobs", _list("list_model_import_jobs")),
    _row("ListTagsForResource", _on_tags("list_tags_for_resource", {})),
    _row("TagResource", _on_tags("tag_resource", _TAGGED)),
    _row("UntagResource", _on_tags("untag_resource", _UNTAGGED)),
    _row("GetModelImportJob of none", _refused("get_model_import_job", jobIdentifier="none")),
    _row("CreateModelCopyJob of none", _refused("create_model_copy_job", sourceModelArn=_NONE, targetModelName="a")),
    _row("CreateModelImportJob", _create_import, running),
    _row("CreateModelCopyJob", _create_copy, running),
    _row("GetModelImportJob", _get_import, running),
    _row("ListCustomModels", _list("list_custom_models"), running),
    _row("ListImportedModels", _list("list_imported_models"), running),
)
