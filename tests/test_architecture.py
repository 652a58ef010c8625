"""Which folder may import what: the picture in CONTRIBUTING.md, as rules."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from code_blocks import blocks

import pytest_bedrock_jobs

ROOT = Path(__file__).parents[1]
PACKAGE = Path(pytest_bedrock_jobs.__file__).parent
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
AWS = {"aiobotocore", "boto3", "botocore"}
TOP = "top level"
PICTURE = next(text for text in blocks((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), "text") if TOP in text)


def rules_of(picture):
    """The parts that modules of each part may import, besides their own, as the picture explains itself."""
    *outside, inside = [re.split(" *-> *", line) for line in picture.splitlines()]
    rules = {part: set(others.split(", ")) for part, others in outside}
    chain = ["service" if " " in part else part for part in inside]  # the dispatcher and the leaves
    for place, part in enumerate(chain[:-1]):
        rules.setdefault(part, set()).update(chain[place + 1 :])
    rules.setdefault(chain[-1], set())
    rules[TOP] = rules.keys() - {TOP}  # all below
    return rules


MAY_IMPORT = rules_of(PICTURE)


def part_of(module):
    """The folder of a module, as the rules name it."""
    return module.rpartition("/")[0] or TOP


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


def packages_imported(tree):
    """The top-level names of all other packages that a piece of code imports when it runs."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.partition(".")[0]


def modules_imported(module, tree):
    """The modules of this package that a piece of code of this module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            folder = Path(module).parents[node.level - 1]
            base = folder.joinpath(*(node.module or "").split("."))
            for name in [alias.name for alias in node.names]:
                candidates = (
                    base / f"{name}.py",
                    base.with_suffix(".py") if node.module else None,
                    base / "__init__.py",
                )
                yield next(path.as_posix() for path in candidates if path and path.as_posix() in MODULES)


def test_the_picture_has_every_part_and_at_most_ten_arrows():
    """A stranger can take it in at once."""
    assert MAY_IMPORT.keys() == {part_of(module) for module in MODULES}
    assert PICTURE.count("->") + PICTURE.count(",") <= 10


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_one_way_between_the_parts(module):
    """A module imports its own part and the parts below it, type checkers' imports aside."""
    parts = {part_of(other) for other in modules_imported(module, tree_of(module))}
    assert parts <= MAY_IMPORT[part_of(module)] | {part_of(module)}


def test_imports_never_go_in_a_circle():
    """Every module can be drawn above all that it imports."""
    below = {module: set(modules_imported(module, tree_of(module))) for module in MODULES}
    drawn = set()
    while ready := {module for module in below if module not in drawn and below[module] <= drawn}:
        drawn |= ready
    assert drawn == set(MODULES)


def test_seen_with_each_folder_as_one_room_there_are_at_most_eight_levels():
    """The longest way down, where the modules of a folder count as one and those of the top level for themselves."""
    rooms = {}
    for module in MODULES:
        room = part_of(module) if "/" in module else module
        seen = {part_of(other) if "/" in other else other for other in modules_imported(module, tree_of(module))}
        rooms.setdefault(room, set()).update(seen - {room})
    # These read service's records and errors, which stand below them.
    for part in ("service/store", "service/operations", "service/inference"):
        rooms[part].discard("service")

    def levels(room):
        return 1 + max(map(levels, rooms[room]), default=0)

    assert max(map(levels, rooms)) <= 8


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith(("service/", "timekeeping/"))])
def test_service_and_timekeeping_know_neither_botocore_nor_pytest(module):
    """They are plain Python, inside of functions too."""
    assert (AWS | {"pytest"}).isdisjoint(packages_imported(tree_of(module)))


@pytest.mark.parametrize("module", [name for name in MODULES if "/" not in name])
def test_only_the_interceptor_imports_botocore(module):
    """The top level leaves that to it."""
    assert AWS.isdisjoint(packages_imported(tree_of(module)))


def test_boto3_is_imported_by_one_function():
    """Only the function that makes client()'s client imports boto3."""
    importers = {
        (module, node.name)
        for module in MODULES
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.FunctionDef) and "boto3" in packages_imported(node)
    }
    assert importers == {("interceptor/clients.py", "_session")}
    assert not [module for module in MODULES if "boto3" in packages_imported(top_level(module))]
