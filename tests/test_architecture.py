"""Who may import whom: what keeps the package easy to find one's way in."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import pytest_bedrock_jobs

PACKAGE = Path(pytest_bedrock_jobs.__file__).parent
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
AWS = {"aiobotocore", "boto3", "botocore"}
# The folders that each folder may import, besides itself; the top level may import all of them.
MAY_IMPORT = {
    "interceptor": {"service"},
    "timekeeping": {"service"},
    "server": {"service", "interceptor", "timekeeping"},
    "service": set(),
}
AT_START = ["__init__.py", "plugin.py"]  # pytest imports them in every run


def tree_of(module):
    """A module's code, with what only type checkers read."""
    return ast.parse((PACKAGE / module).read_text(encoding="utf-8"))


def top_level(module):
    """A module's code without its functions' bodies, and without what only type checkers read."""
    tree = tree_of(module)
    tree.body = [
        node for node in tree.body if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test))
    ]
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.body = []
    return tree


def packages_imported(tree):
    """The top-level names of all other packages that a piece of code imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.partition(".")[0]


def modules_imported(module):
    """The modules of this package that a module imports, inside of functions too."""
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = Path(module).parents[node.level - 1].joinpath(*(node.module or "").split("."))
            for alias in node.names:
                candidates = [base / f"{alias.name}.py", base / alias.name / "__init__.py", base / "__init__.py"]
                candidates += [base.with_suffix(".py")] if node.module else []
                yield next(path.as_posix() for path in candidates if path.as_posix() in MODULES)


def circle_in(graph):
    """What is left of a graph after all nodes that import nothing of the rest are taken away, again and again."""
    left = dict(graph)
    while ready := {node for node, below in left.items() if not (below - {node}) & left.keys()}:
        left = {node: below for node, below in left.items() if node not in ready}
    return sorted(left)


def room_of(module):
    """A module's folder; a module of the top level or of ``service`` itself is a room of its own."""
    folder = module.rpartition("/")[0]
    return folder if folder not in ("", "service") else module


@pytest.mark.parametrize("module", [module for module in MODULES if "/" in module])
def test_a_folder_imports_only_folders_below_it(module):
    """Inside of functions, and for type checkers too."""
    folder = module.partition("/")[0]
    others = {other.partition("/")[0] for other in modules_imported(module)}
    assert others <= MAY_IMPORT[folder] | {folder}


def test_modules_import_each_other_in_no_circle():
    """Nor for type checkers."""
    assert circle_in({module: set(modules_imported(module)) for module in MODULES}) == []


def test_folders_import_each_other_in_no_circle():
    """So that a request's way through them can be read downward."""
    graph = {}
    for module in MODULES:
        graph.setdefault(room_of(module), set()).update(map(room_of, modules_imported(module)))
    assert circle_in(graph) == []


@pytest.mark.parametrize("module", MODULES)
def test_only_the_interceptor_and_the_server_import_botocore(module):
    """The rest would work without it."""
    assert module.startswith(("interceptor/", "server/")) or AWS.isdisjoint(packages_imported(tree_of(module)))


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith(("service/", "timekeeping/"))])
def test_service_and_timekeeping_do_not_import_pytest(module):
    """They are plain Python."""
    assert "pytest" not in packages_imported(tree_of(module))


@pytest.mark.parametrize("module", AT_START)
def test_what_pytest_loads_at_every_start_imports_nothing_heavy(module):
    """A run that uses no mock pays for nothing."""
    assert (AWS | {"wrapt", "asyncio", "unittest"}).isdisjoint(packages_imported(top_level(module)))


@pytest.mark.parametrize("module", MODULES)
def test_an_alias_is_one_string(module):
    """Pyright takes no alias of strings side by side, and then the types of a public name are not complete."""
    aliases = [node.value for node in ast.walk(tree_of(module)) if isinstance(node, ast.AnnAssign)]
    strings = [value for value in aliases if isinstance(value, ast.Constant) and isinstance(value.value, str)]
    assert [value.value for value in strings if value.lineno != value.end_lineno] == []
