"""Installed but unused the plugin costs nothing."""

from __future__ import annotations

import pickle
import pydoc
import re
import subprocess
import sys
import textwrap
import traceback
from pathlib import Path

import pytest

import pytest_bedrock_jobs

PACKAGE = Path(pytest_bedrock_jobs.__file__).parent
HEAVY = "{'boto3', 'botocore', 'urllib3', 'wrapt'}"
AT_THE_END = f"""
    import sys

    def pytest_unconfigure(config):
        print("heavy:", sorted({HEAVY} & sys.modules.keys()), "plugin:", "pytest_bedrock_jobs.plugin" in sys.modules)
"""


@pytest.mark.parametrize("arguments", [("--collect-only",), (), ("--markers",)])
def test_a_run_that_does_not_use_the_fixture_imports_nothing_for_it(pytester, arguments):
    """A run without the fixture imports neither boto3 nor botocore because of the plugin."""
    pytester.makeconftest(AT_THE_END)
    pytester.makepyfile("def test_it(): pass")
    # The other plugins of this environment import what they like.
    result = pytester.runpytest_subprocess(*arguments)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*heavy: [[][]] plugin: True"])


def test_pytest_does_not_rewrite_the_package(pytester, monkeypatch):
    """Where it is installed as a wheel, as here, pytest would compile it in each run that writes no bytecode."""
    wheel = pytester.mkdir("site") / "a_wheel-1.dist-info"
    wheel.mkdir()
    (wheel / "METADATA").write_text("Name: a-wheel\nVersion: 1\n")
    (wheel / "RECORD").write_text("pytest_bedrock_jobs/__init__.py,,\n")
    (wheel / "entry_points.txt").write_text("[pytest11]\na-wheel = json\n")
    monkeypatch.setenv("PYTHONPATH", str(wheel.parent), prepend=":")
    pytester.makepyfile("""
        import sys

        def test_it(bedrock_jobs):
            bedrock_jobs.client().list_model_import_jobs()
            ours = [name for name in sys.modules if name.startswith("pytest_bedrock_jobs")]
            loaders = {name: type(sys.modules[name].__loader__).__name__ for name in ours}
            rewritten = {name for name in ours if loaders[name] == "AssertionRewritingHook"}
            assert rewritten == {"pytest_bedrock_jobs"}, "the wheel is found, and only the first module is rewritten"
    """)
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_importing_the_package_imports_nothing():
    """``import pytest_bedrock_jobs`` alone is as cheap."""
    program = f"import sys, pytest_bedrock_jobs; print(sorted({HEAVY} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_mock_that_is_not_begun_imports_little():
    """What a test module has at its top: wrapt and botocore are imported when a mock begins, or decorates something."""
    program = f"""if True:
        import sys
        from pytest_bedrock_jobs import NEXT_JOB, BedrockJobs, ModelResponse, faults, mock_bedrock_jobs
        mock = mock_bedrock_jobs(region="eu-central-1")
        print(sorted({HEAVY} & sys.modules.keys() - {{"urllib3"}}))
    """
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_every_public_name_can_be_imported():
    """All names of __all__ are there, and in dir()."""
    assert dir(pytest_bedrock_jobs) == sorted(pytest_bedrock_jobs.__all__)
    for name in pytest_bedrock_jobs.__all__:
        assert name in (getattr(getattr(pytest_bedrock_jobs, name), "__name__", None), "NEXT_JOB")


def test_a_name_that_the_package_does_not_have_is_an_attribute_error():
    """The error names those that are most like it."""
    with pytest.raises(AttributeError, match="there is no pytest_bedrock_jobs attribute 'mock_bedrock'; "):
        _ = pytest_bedrock_jobs.mock_bedrock


def test_help_names_no_module_within():
    """Whatever is public is shown where users import it, and so are the errors in tracebacks, and pickles of them."""
    for name in pytest_bedrock_jobs.__all__:
        text = pydoc.render_doc(getattr(pytest_bedrock_jobs, name), renderer=pydoc.plaintext)
        text = re.sub(r"pytest_bedrock_jobs\.(faults|failures|[A-Z]\w+)", "", text)
        assert "pytest_bedrock_jobs." not in text, name
    with pytest.raises(pytest_bedrock_jobs.UsageError) as caught:
        pytest_bedrock_jobs.BedrockJobs(region="x")
    assert traceback.format_exception_only(caught.value)[0].startswith("pytest_bedrock_jobs.UsageError: region is")
    assert type(pickle.loads(pickle.dumps(caught.value))) is pytest_bedrock_jobs.UsageError


FIRST_TEST = """
    import sys
    import boto3
    from pytest_bedrock_jobs import mock_bedrock_jobs

    with mock_bedrock_jobs():
        client = boto3.client("bedrock", region_name="us-east-1")
        job = client.create_model_import_job(
            jobName="llama",
            importedModelName="llama",
            roleArn="arn:aws:iam::123456789012:role/import",
            modelDataSource={"s3DataSource": {"s3Uri": "s3://models/llama/"}},
        )["jobArn"]
        while client.get_model_import_job(jobIdentifier=job)["status"] == "InProgress":
            pass
    print(*(name.partition(".")[2] for name in sys.modules if name.startswith("pytest_bedrock_jobs.")))
"""
NOT_NEEDED = {
    "decorated",
    "failures",
    "faults",
    "interceptor.stubbing",
    "report",
    "server",
    "service.operations.copy_jobs",
    "service.operations.custom_models",
    "service.operations.customization_jobs",
    "service.operations.deployments",
    "service.operations.inference",
    "service.operations.model_files",
    "service.operations.provisioned_throughputs",
    "service.store.custom_records",
    "service.store.prepared_responses",
    "timekeeping.virtual_time",
}


def test_a_first_test_imports_what_it_needs():
    """A test that imports a model and polls the job loads neither other operations nor what it does not prepare."""
    program = [sys.executable, "-c", textwrap.dedent(FIRST_TEST)]
    loaded = set(subprocess.run(program, capture_output=True, text=True, check=True).stdout.split())
    assert "service.operations.imports" in loaded
    assert loaded & NOT_NEEDED == set()
    inference = {name for name in loaded if name.startswith("service.inference.")}
    assert inference == {"service.inference.models"}
    everything = {path.relative_to(PACKAGE).with_suffix("").as_posix() for path in PACKAGE.rglob("*.py")}
    assert {name.replace(".", "/") for name in NOT_NEEDED - {"server"}} <= everything


LATE = """
    import sys
    from unittest import mock

    import boto3
    from pytest_bedrock_jobs import mock_bedrock_jobs

    with mock_bedrock_jobs() as jobs:
        client = boto3.client("bedrock")
        with mock.patch.dict(sys.modules):
            model = jobs.add_custom_model("ranker")
            jobs.add_import_job("llama")
            imported = jobs.add_imported_model("mistral")
        client.create_model_copy_job(sourceModelArn=model.arn, targetModelName="copy")
        jobs.complete("copy")
        jobs.complete("llama")
        print(*(each.name for each in jobs.custom_models), len(client.list_custom_models()["modelSummaries"]))
        print(client.get_model_import_job(jobIdentifier="llama")["status"])
        body = boto3.client("bedrock-runtime").invoke_model(modelId=imported.arn, body=b'{"prompt": "?"}')["body"]
        print(b"generation" in body.read())
"""


def test_what_is_imported_while_modules_are_patched_is_imported_again():
    """As people fake torch: what exists is found by both copies."""
    program = [sys.executable, "-c", textwrap.dedent(LATE)]
    said = subprocess.run(program, capture_output=True, text=True, check=True).stdout.split()
    assert said == ["ranker", "copy", "2", "Completed", "True"]
