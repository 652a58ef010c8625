"""The names that type checkers know are those of the code and of botocore."""

from __future__ import annotations

from typing import get_args

from support import service_model

from pytest_bedrock_jobs.service import error_codes, literal_types
from pytest_bedrock_jobs.service.operations import OPERATIONS


def test_error_codes():
    """All that can be injected."""
    assert set(get_args(literal_types.ErrorCode)) == set(error_codes.KNOWN)


def test_operations():
    """All that the mock or this botocore has; a later botocore may have more."""
    known = set(get_args(literal_types.Operation))
    assert known >= set(OPERATIONS)
    assert known >= set(service_model().operation_names)
