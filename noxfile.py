"""Everything that needs several environments, or a separate one: `nox --list` lists it.

Each session makes its own environment, so it needs the Python that it names, a package index, and nothing else.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import nox

PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14", "3.15")
FLOORS = ("boto3==1.35.4", "botocore==1.35.4", "pytest==8.0.0", "wrapt==1.14.0")
TESTS = (".[server,time]", "--group", "test")
SIDE_BY_SIDE = ("-n", "auto", "--dist", "worksteal")
# These packages need particular versions, so neither the newest nor the floors can be tested together with them.
WITHOUT_NEIGHBOURS = ("--ignore-glob=*/test_aiobotocore*.py", "--ignore-glob=*/compatibility/test_[!m]*.py")

VERSIONS = "import botocore as b, pytest as p, sys; print(sys.version, *(m.__version__ for m in (b, p)))"

nox.options.sessions = ["newest-3.15", "floors", "types", "package", "wheel", "docs"]
nox.options.error_on_missing_interpreters = False


def run_tests(session: nox.Session) -> None:
    """Run the tests on all cores, or what is named after `--`."""
    session.run("python", "-c", VERSIONS)
    session.run("pytest", "-q", "-p", "no:cacheprovider", *SIDE_BY_SIDE, *WITHOUT_NEIGHBOURS, *session.posargs)


@nox.session(python=PYTHONS)
def newest(session: nox.Session) -> None:
    """The tests with the newest of every dependency."""
    session.install("-q", "--upgrade", *TESTS)
    run_tests(session)


@nox.session(python=PYTHONS[0])
def floors(session: nox.Session) -> None:
    """The tests with the oldest of every dependency, on the oldest Python."""
    session.install("-q", *TESTS, *FLOORS)
    run_tests(session)


@nox.session
def types(session: nox.Session) -> None:
    """All public names have types, with and without the client's stubs installed."""
    session.install("-q", ".", "mypy", "pyright", "botocore-stubs")
    check = Path("tests/typing/check_types.py").resolve()
    session.chdir(session.create_tmp())  # outside of the tree: users have the installed package
    session.run("pyright", "--verifytypes", "pytest_bedrock_jobs", "--ignoreexternal")
    user = Path("user.py")
    user.write_text(USER, encoding="utf-8")
    session.run("mypy", "--strict", user.name)
    session.run("pyright", user.name)
    session.install("-q", "mypy-boto3-bedrock")
    for checked in (user.name, str(check)):
        session.run("mypy", "--strict", checked)
        session.run("pyright", checked)


USER = """
from pytest_bedrock_jobs import BedrockJobs, failures, faults, mock_bedrock_jobs


@mock_bedrock_jobs(region="eu-west-1")
def name_of_first_job(bedrock_jobs: BedrockJobs) -> str:
    bedrock_jobs.fail_next_call("GetModelImportJob", "ThrottlingException")
    summaries = bedrock_jobs.client().list_model_import_jobs()["modelImportJobSummaries"]
    return str(summaries[0]["jobName"]) + failures.internal() + faults.PASS.label
"""


@nox.session
def long(session: nox.Session) -> None:
    """Thousands of new examples for the tests that make up their own, and longer lists."""
    session.install("-q", *TESTS)
    tests = session.posargs or ("tests/service",)
    session.run("pytest", "-q", *SIDE_BY_SIDE, *tests, env={"BEDROCK_JOBS_HYPOTHESIS": "long"})


@nox.session
def mutants(session: nox.Session) -> None:
    """Mutation tests of the modules named after `--`, in a clone of the last commit; lists the survivors.

    Such as `nox --sessions mutants -- pytest_bedrock_jobs/service/store/table.py`. Only the tests of the folder that
    mirrors the module's run against a mutant, so a survivor may still be caught elsewhere: try it with all of them.
    """
    copy = Path(session.create_tmp()).resolve() / "tree"
    shutil.rmtree(copy, ignore_errors=True)
    session.run("git", "clone", "-q", ".", str(copy), external=True)
    session.install("-q", "cosmic-ray", "-e", f"{copy}[server,time]", "--group", "test")
    session.chdir(copy)
    for module in map(Path, session.posargs):
        tests = Path("tests", *module.parent.parts[1:])
        name = module.stem
        Path(f"{name}.toml").write_text(
            MUTATION.format(module=module, tests=" ".join([str(tests), *WITHOUT_NEIGHBOURS])), encoding="utf-8"
        )
        session.run("cosmic-ray", "init", f"{name}.toml", f"{name}.sqlite")
        session.run("cr-filter-operators", f"{name}.sqlite", f"{name}.toml")
        session.run("cosmic-ray", "exec", f"{name}.toml", f"{name}.sqlite")
        session.run("cr-report", "--surviving-only", "--show-diff", f"{name}.sqlite")


MUTATION = """
[cosmic-ray]
module-path = "{module}"
timeout = 120.0
excluded-modules = []
test-command = "pytest -x -q -p no:cacheprovider {tests}"

[cosmic-ray.distributor]
name = "local"

[cosmic-ray.filters.operators-filter]
exclude-operators = ["core/ReplaceBinaryOperator_BitOr_.*"]
"""  # an annotation such as `str | None` is not run


@nox.session
def package(session: nox.Session) -> None:
    """Wheel and sdist contain what they should, and the wheel works where nothing else is installed."""
    session.install("-q", "--group", "package")
    session.run("python", ".ci/check_package.py")


@nox.session(python=PYTHONS[0])
def wheel(session: nox.Session) -> None:
    """The tests of the sdist against the installed wheel, outside of the tree."""
    session.install("-q", "--group", "package")
    built = Path(session.create_tmp()).resolve() / "built"
    shutil.rmtree(built, ignore_errors=True)
    session.run("python", "-m", "build", "--no-isolation", "--outdir", str(built), ".")
    [wheel_file], [sdist] = built.glob("*.whl"), built.glob("*.tar.gz")
    shutil.unpack_archive(sdist, built)
    tests = built / sdist.name.removesuffix(".tar.gz")
    shutil.rmtree(tests / "pytest_bedrock_jobs")
    session.install("-q", "--force-reinstall", f"{wheel_file}[server,time]", "--group", "test")
    session.chdir(tests)
    run_tests(session)


@nox.session
def aioboto3(session: nox.Session) -> None:
    """aioboto3, which pins an older boto3."""
    session.install("-q", ".", "aioboto3", "hypothesis")
    session.run("pytest", "-q", "-p", "no:cacheprovider", "tests/compatibility/test_aioboto3.py", *session.posargs)


@nox.session
def javascript(session: nox.Session) -> None:
    """The AWS SDK for JavaScript and LangChain's package for it, over a mock that is served."""
    if not shutil.which("npm"):
        session.skip("node and npm are not installed")
    session.install("-q", *TESTS)
    folder = Path(session.create_tmp()).resolve() / "node"
    packages = ("@aws-sdk/client-bedrock-runtime", "@langchain/aws", "@langchain/core")
    session.run(
        "npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), *packages, external=True
    )
    environment = {"NODE_CLIENTS": str(folder)}
    clients = "tests/clients/test_javascript.py"
    session.run("pytest", "-q", "-p", "no:cacheprovider", clients, *session.posargs, env=environment)


@nox.session
def libraries(session: nox.Session) -> None:
    """Libraries that invoke models, unmodified."""
    session.install("-q", ".", "langchain-aws", "hypothesis")
    session.run("pytest", "-q", "-p", "no:cacheprovider", "tests/clients", *session.posargs)


@nox.session
def repository(session: nox.Session) -> None:
    """What nothing here runs, such as workflows, is well-formed and safe."""
    session.install("-q", "--group", "repository")
    for schema, files in SCHEMAS.items():
        session.run("check-jsonschema", "-q", "--builtin-schema", f"vendor.{schema}", *map(str, Path().glob(files)))
    session.run("pre-commit", "validate-config")
    session.run("zizmor", "-q", "--offline", "--no-progress", ".github")


SCHEMAS = {
    "dependabot": ".github/dependabot.yml",
    "github-issue-config": ".github/ISSUE_TEMPLATE/config.yml",
    "github-issue-forms": ".github/ISSUE_TEMPLATE/[!c]*.yml",
    "github-workflows": ".github/workflows/*.yml",
    "readthedocs": ".readthedocs.yaml",
}


@nox.session
def docs(session: nox.Session) -> None:
    """The pages, with every warning an error."""
    session.install("-q", ".", "--group", "docs")
    pages = Path(session.create_tmp()) / "pages"
    shutil.rmtree(pages, ignore_errors=True)
    session.run("sphinx-build", "-q", "-W", "--keep-going", "-b", "html", "docs", str(pages))
    session.log(f"The pages are in {pages / 'index.html'}")
