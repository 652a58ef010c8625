"""Build wheel and sdist, compare their contents with a list, and try the wheel in an empty environment."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NAME = "pytest_bedrock_jobs"
METADATA = ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")
IN_SDIST = """
.ci/check_package.py .ci/run .gitignore CHANGELOG.md CONTRIBUTING.md LICENSE PKG-INFO .pre-commit-config.yaml
.readthedocs.yaml README.md SECURITY.md noxfile.py pyproject.toml
"""
# Files of these come and go with every change: the sdist has those that the tree has.
FOLDERS = (".github", "benchmarks", "conformance", "docs", "examples", "tests")
TEST = """
import pathlib

import boto3

import pytest_bedrock_jobs


def test_import(bedrock_jobs):
    bedrock_jobs.add_import_job("llama-v1", status="Completed")
    assert boto3.client("bedrock").get_model_import_job(jobIdentifier="llama-v1")["status"] == "Completed"


def test_types_are_there():
    package = pathlib.Path(pytest_bedrock_jobs.__file__).parent
    assert "site-packages" in package.parts
    assert (package / "py.typed").exists()
"""


def main() -> None:
    """Do all of it; the first error ends it."""
    with tempfile.TemporaryDirectory() as folder:
        run("build", "--no-isolation", "--outdir", folder, str(ROOT))
        [wheel], [sdist] = Path(folder).glob("*.whl"), Path(folder).glob("*.tar.gz")
        run("twine", "check", "--strict", str(wheel), str(sdist))
        check_description(wheel)
        version = sdist.name.removeprefix(f"{NAME}-").removesuffix(".tar.gz")
        compare(wheel.name, contents_of_wheel(wheel), expected_in_wheel(version))
        compare(sdist.name, contents_of_sdist(sdist, f"{NAME}-{version}/"), expected_in_sdist())
        try_out(wheel, Path(folder))
    print("The packages are as they should be.")


def run(module: str, *arguments: str, python: str = sys.executable, cwd: Path = ROOT) -> None:
    """Run a module of Python's, quietly unless it fails."""
    done = subprocess.run([python, "-m", module, *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{module} {' '.join(arguments)}\n{done.stdout}{done.stderr}")


def contents_of_wheel(wheel: Path) -> set[str]:
    """The files in it."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def check_description(wheel: Path) -> None:
    """It is the README without the links that lead somewhere in the repository only."""
    with zipfile.ZipFile(wheel) as archive:
        [metadata] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        description = archive.read(metadata).decode().partition("\n\n")[2]
    links = re.findall(r"\]\((?!https:|#)[^)]*\)", description)
    if links or not description.startswith("# "):
        sys.exit(f"{wheel.name}: the description begins with {description[:40]!r} and has links that break: {links}")


def contents_of_sdist(sdist: Path, prefix: str) -> set[str]:
    """The files in it, without the folder that all are in."""
    with tarfile.open(sdist) as archive:
        return {member.name.removeprefix(prefix) for member in archive if member.isfile()}


def expected_in_wheel(version: str) -> set[str]:
    """The package and its metadata, and nothing else."""
    page = f"{NAME}/troubleshooting.md"
    return package_files() | {page} | {f"{NAME}-{version}.dist-info/{name}" for name in METADATA}


def expected_in_sdist() -> set[str]:
    """What the wheel is made of, and what a change is made with."""
    folders = {
        path.relative_to(ROOT).as_posix()
        for name in FOLDERS
        for path in (ROOT / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    return package_files() | folders | set(IN_SDIST.split())


def package_files() -> set[str]:
    """The package's own files."""
    modules = (path.relative_to(ROOT).as_posix() for path in (ROOT / NAME).rglob("*.py"))
    return {*modules, f"{NAME}/py.typed"}


def compare(name: str, found: set[str], expected: set[str]) -> None:
    """Compare the files with the list."""
    if found != expected:
        sys.exit(f"{name}: missing {sorted(expected - found)}, not expected {sorted(found - expected)}")


def try_out(wheel: Path, folder: Path) -> None:
    """Install the wheel where nothing else is, and run a test there."""
    environment, tests = folder / "environment", folder / "tests"
    venv.create(environment, with_pip=True)
    python = str(environment / ("Scripts" if sys.platform == "win32" else "bin") / "python")
    run("pip", "install", "--quiet", "--disable-pip-version-check", str(wheel), python=python)
    tests.mkdir()
    (tests / "test_wheel.py").write_text(TEST, encoding="utf-8")
    run("pytest", "-W", "error", python=python, cwd=tests)
    run(NAME, "help", "A loop that never ends", python=python, cwd=tests)


if __name__ == "__main__":
    main()
