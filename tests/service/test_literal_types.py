"""The names that type checkers know are those of the code and of botocore."""

from __future__ import annotations

import inspect
import re
from typing import get_args

import pytest
from support import runtime_model, service_model

from pytest_bedrock_jobs import NEXT_JOB, UsageError, mock_bedrock_jobs, seeding
from pytest_bedrock_jobs.service.operations import OPERATIONS
from pytest_bedrock_jobs.service.wire import api_names


def test_the_type_of_error_codes_has_all_that_can_be_injected():
    """All that can be injected."""
    assert set(get_args(api_names.ErrorCode)) == set(api_names.ERRORS)


def test_the_type_of_starting_operations_has_all_that_next_job_takes():
    """Those that ``NEXT_JOB`` takes."""
    with pytest.raises(UsageError) as caught, mock_bedrock_jobs() as jobs:
        jobs.complete(NEXT_JOB(operation="GetModelImportJob"))
    named = set(re.findall(r"Create\w+", str(caught.value)))
    assert named == set(get_args(api_names.StartingOperation))
    assert named == {name for name in OPERATIONS if name.startswith("Create")}


def test_the_types_of_operations_have_all_of_the_mock_and_of_botocore():
    """All that the mock or this botocore has; a later botocore may have more."""
    known = {name for names in get_args(api_names.Operation) for name in get_args(names)}
    assert known >= {*service_model().operation_names, *runtime_model().operation_names}
    assert set(get_args(api_names.OtherOperation)) & set(OPERATIONS) == set(api_names.RUNTIME_OPERATIONS)


def test_every_status_of_the_types_can_be_added(bedrock_jobs):
    """What a type checker lets a test add can be added."""
    for name in filter(re.compile("add_").match, vars(seeding.Seeding)):
        status = inspect.signature(getattr(seeding.Seeding, name)).parameters.get("status")
        for value in get_args(eval(status.annotation, vars(seeding))) if status else ():
            assert getattr(bedrock_jobs, name)(status=value).status == value
