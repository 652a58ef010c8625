"""The operations and kinds in the table have their functions in modules that are loaded late."""

from __future__ import annotations

import pytest

from pytest_bedrock_jobs.service import operations


@pytest.mark.parametrize("operation", operations.OPERATIONS)
def test_each_operation_has_the_function_of_its_name(operation):
    """As boto3's clients have a method."""
    function = operations.function_of(operation)
    assert function.__module__ == f"{operations.__name__}.{operations.OPERATIONS[operation]}"
    assert function.__name__.replace("_", "") == operation.lower()


@pytest.mark.parametrize("arn_type", operations.KINDS)
def test_each_kind_is_found_by_the_type_in_its_arns(arn_type):
    """In the module that the table names."""
    assert operations.kind_of(arn_type).arn_type == arn_type


def test_an_arn_of_what_the_mock_does_not_have_has_no_kind():
    """Such as that of a guardrail."""
    assert operations.kind_of("guardrail") is None
