"""Which module may import what."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import pytest_bedrock_jobs

PACKAGE = Path(pytest_bedrock_jobs.__file__).parent
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
TYPING = "TYPE_CHECKING"
AWS = {"boto3", "botocore", "wrapt"}
CORE = (
    {"arming.py", "codes.py", "hand.py", "lifecycle.py", "progress.py", "virtual_time.py", "worlds.py"}
    | {"arns.py", "calls.py", "clock.py", "constraints.py", "errors.py", "faults.py", "records.py", "sender.py"}
    | {"names.py", "rows.py", "service.py", "settings.py", "store.py", "table.py", "tokens.py", "wire.py"}
)


def imports_of(tree):
    """The top-level names of all packages that a piece of code imports when it runs."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.partition(".")[0]


def tree_of(module):
    """A module's code without what only type checkers read."""
    tree = ast.parse((PACKAGE / module).read_text(encoding="utf-8"))
    tree.body = [
        node for node in tree.body if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test))
    ]
    return tree


def top_level(module):
    """A module's code without its functions' bodies."""
    tree = tree_of(module)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.body = []
    return tree


def test_the_rules_are_about_modules_that_exist():
    """Every module that a rule names is there."""
    assert CORE | {"plugin.py", "__init__.py", "mock.py", "interceptor.py"} <= set(MODULES)


@pytest.mark.parametrize("module", [name for name in MODULES if name in CORE or name.startswith("operations/")])
def test_the_core_knows_neither_botocore_nor_pytest(module):
    """State, rules and operations are plain Python, inside of functions too."""
    assert (AWS | {"pytest"}).isdisjoint(imports_of(tree_of(module)))


@pytest.mark.parametrize("module", ["plugin.py", "__init__.py"])
def test_what_pytest_starts_with_imports_nothing_heavy(module):
    """The modules that every start of pytest imports leave botocore for later."""
    assert AWS.isdisjoint(imports_of(top_level(module)))


def test_boto3_is_imported_by_one_function():
    """Only the function that makes client()'s client imports boto3."""
    importers = {
        (module, node.name)
        for module in MODULES
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.FunctionDef) and "boto3" in imports_of(node)
    }
    assert importers == {("clients.py", "_session")}
    assert not [module for module in MODULES if "boto3" in imports_of(top_level(module))]


def test_few_modules_know_botocore():
    """Two files touch botocore's internals, one for each kind of client; a third makes ready clients."""
    importers = {
        package: {module for module in MODULES if package in imports_of(tree_of(module))}
        for package in ("botocore", "aiobotocore", "wrapt")
    }
    assert importers == {
        "botocore": {"interceptor.py", "aio.py", "clients.py"},
        "aiobotocore": {"aio.py"},
        "wrapt": {"interceptor.py", "aio.py"},
    }
