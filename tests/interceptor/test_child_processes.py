"""Child processes: whatever starts them, they have no real keys while a mock is active, and no fake ones otherwise."""

from __future__ import annotations

import importlib
import json
import multiprocessing.spawn
import os
import pickle
import random
import subprocess
import sys
from pathlib import Path

import children
import machine
import pytest
from support import import_parameters, make_client

from pytest_bedrock_jobs import mock_bedrock_jobs
from pytest_bedrock_jobs.service import arns

REAL = {**machine.REAL, "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/Real"}
CLIENT = make_client()
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform does not fork")
# Of a process with threads, from Python 3.12.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


@pytest.mark.parametrize("method", children.METHODS)
@pytest.mark.parametrize("moments", ["before,within,after", "within,after"])
def test_children_have_what_this_process_has(method, moments):
    """Also those of a fork server that was started before the mock, or within it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | REAL
    command = [sys.executable, "-W", "ignore::DeprecationWarning", children.__file__, method, moments]
    done = subprocess.run(
        command, env=environment, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    within = found.pop("within")
    assert within["AWS_ACCESS_KEY_ID"] == "AKIABEDROCKJOBSMOCK"
    assert within["AWS_CONFIG_FILE"] == within["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert not {"AWS_PROFILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_WEB_IDENTITY_TOKEN_FILE"} & within.keys()
    assert "real" not in within.values()
    assert all(aws == REAL for aws in found.values())


def new_arn():
    """The ARN of a job that this process makes."""
    random.seed(7)  # as runners of tests do
    return CLIENT.create_model_import_job(**import_parameters())["jobArn"]


@forks
def test_forked_children_are_mocked_and_their_arns_differ(bedrock_jobs):
    """The mock is copied with the process; each copy goes on alone."""
    found = [children.in_fork(new_arn), children.in_fork(new_arn), new_arn()]
    assert len(set(found)) == 3
    assert len(bedrock_jobs.import_jobs) == 1


@forks
def test_ids_of_a_forked_childs_children_differ_from_all_others():
    """None comes twice, at any depth."""
    new_id = arns.Ids(None).new_id

    def two():
        return [new_id(), children.in_fork(new_id), children.in_fork(new_id)]

    assert len({*two(), *children.in_fork(two), *children.in_fork(two)}) == 9


def test_a_seeded_mock_makes_other_ids_in_another_process(monkeypatch):
    """A forked child's would be its parent's, one by one."""
    twins = []
    for _ in range(2):
        arns.begin_seeded_test()
        twins.append(arns.Ids(1))
    parent, child = twins
    assert parent.new_id() == child.new_id()
    with monkeypatch.context() as patched:
        patched.setattr(os, "getpid", lambda: -1)
        others = [child.new_id(), child.new_id()]
    assert not {*others} & {parent.new_id(), parent.new_id()}


def test_a_child_reads_the_variables_first(monkeypatch):
    """What it is sent sets them where it is unpickled; the module may be reloaded."""
    for _ in range(2):
        with mock_bedrock_jobs(region="eu-central-1"):
            data = multiprocessing.spawn.get_preparation_data("child")
            del data["authkey"]  # is pickled for a child only
            sent = pickle.dumps(data)
        importlib.reload(multiprocessing.spawn)
    before = children.aws()
    with monkeypatch.context() as patched:
        patched.setattr(os, "environ", {"AWS_PROFILE": "work", "PATH": "/bin"})
        received = pickle.loads(sent)
        found = os.environ
    assert received["name"] == "child"
    assert found["PATH"] == "/bin"
    assert found["AWS_DEFAULT_REGION"] == "eu-central-1"
    assert "AWS_PROFILE" not in found
    assert children.aws() == before


def test_multiprocessing_imported_within_a_mock_is_wrapped_when_that_ends(monkeypatch):
    """It is wrapped where that mock ends at the latest."""
    importlib.reload(multiprocessing.spawn)  # not wrapped any more
    mocked = mock_bedrock_jobs()
    with monkeypatch.context() as patched:
        patched.delitem(sys.modules, "multiprocessing.spawn")
        mocked.start()
    assert not hasattr(multiprocessing.spawn.get_preparation_data, "__wrapped__")
    mocked.stop()
    assert hasattr(multiprocessing.spawn.get_preparation_data, "__wrapped__")


@pytest.mark.parametrize("form", [str, os.fsencode, Path], ids=["text", "bytes", "paths"])
def test_the_machines_values_are_not_passed_to_a_child(monkeypatch, tmp_path, form):
    """In whatever form, and the files of its home by name; in the variables of this process they are as invisible."""
    machine.begin(monkeypatch, REAL, home=tmp_path)
    monkeypatch.delenv("AWS_CONFIG_FILE")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / ".aws" / "credentials"))
    given = {**REAL, "AWS_CONFIG_FILE": "~/.aws/config"}
    program = "import json, os; print(json.dumps(dict(os.environ)))"
    with mock_bedrock_jobs():
        for environment in (os.environ, {**os.environ, **{name: form(value) for name, value in given.items()}}):
            names = {os.fsencode(name) if form is os.fsencode else name: environment[name] for name in environment}
            done = subprocess.run([sys.executable, "-c", program], env=names, capture_output=True, check=True)
            found = json.loads(done.stdout)
            assert found["AWS_CONFIG_FILE"] == found["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
            assert not {*REAL.values()} - {"eu-west-1"} & {*found.values()}
    assert os.environ["AWS_SHARED_CREDENTIALS_FILE"] == str(tmp_path / ".aws" / "credentials")


@forks
def test_ids_of_a_seeded_mocks_forked_children_differ_from_its_own():
    """Their ids differ from each other's and from their parent's, which are the same in each run."""

    def new_arns():
        with mock_bedrock_jobs(seed=1) as jobs:
            names = iter("abc")

            def new_arn():
                return jobs.add_import_job(next(names)).arn

            return [new_arn(), children.in_fork(new_arn), children.in_fork(new_arn), new_arn()]

    arns.begin_seeded_test()
    first = new_arns()
    arns.begin_seeded_test()
    again = new_arns()
    assert (again[0], again[3]) == (first[0], first[3])
    assert len({*first, *again}) == 6
