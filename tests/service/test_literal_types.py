"""The names that type checkers know are those of the code and of botocore."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from support import service_model

from pytest_bedrock_jobs import NEXT_JOB, UsageError, mock_bedrock_jobs
from pytest_bedrock_jobs.service import error_codes, literal_types
from pytest_bedrock_jobs.service.operations import OPERATIONS


def test_error_codes():
    """All that can be injected."""
    assert set(get_args(literal_types.ErrorCode)) == set(error_codes.KNOWN)


def test_starting_operations():
    """Those that ``NEXT_JOB`` takes."""
    with pytest.raises(UsageError) as caught, mock_bedrock_jobs() as jobs:
        jobs.complete(NEXT_JOB(operation="GetModelImportJob"))
    named = set(re.findall(r"Create\w+", str(caught.value)))
    assert named == set(get_args(literal_types.StartingOperation))


def test_operations():
    """All that the mock or this botocore has; a later botocore may have more."""
    known = set(get_args(literal_types.Operation))
    assert set(get_args(literal_types.MockedOperation)) == set(OPERATIONS)
    assert known >= set(service_model().operation_names)
