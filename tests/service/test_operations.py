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


def test_the_table_names_all_kinds():
    """Each with the module that has its operations."""
    kinds = {}
    for group in sorted(set(operations.OPERATIONS.values())):
        for operation in importlib.import_module(f"{operations.__name__}.{group}").OPERATIONS.values():
            if operation.kind:
                kinds[operation.arn_type] = group
    assert kinds == operations.KINDS
    assert [operations.kind_of(arn_type).arn_type for arn_type in kinds] == list(kinds)


def test_an_arn_of_anything_else_has_no_kind():
    """Such as that of a guardrail."""
    assert operations.kind_of("guardrail") is None
