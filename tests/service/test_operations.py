"""The operations are declared twice: light in a table, and with their functions in modules that are loaded late."""

from __future__ import annotations

import importlib

import pytest

from pytest_bedrock_jobs.service import operations


@pytest.mark.parametrize("group", sorted(set(operations.OPERATIONS.values())))
def test_the_table_names_what_a_module_has(group):
    """Neither more nor less."""
    module = importlib.import_module(f"{operations.__name__}.{group}")
    assert {name for name, home in operations.OPERATIONS.items() if home == group} == module.OPERATIONS.keys()


@pytest.mark.parametrize("arn_type", operations.KINDS)
def test_the_kinds_are_those_of_their_modules(arn_type):
    """All operations of a module apply to its kind of resource."""
    module = importlib.import_module(f"{operations.__name__}.{operations.KINDS[arn_type]}")
    assert {operation.kind.arn_type for operation in module.OPERATIONS.values()} == {arn_type}
    assert operations.kind_of(arn_type).arn_type == arn_type


def test_an_arn_of_anything_else_has_no_kind():
    """Such as that of a guardrail."""
    assert operations.kind_of("guardrail") is None
