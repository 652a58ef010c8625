"""Beside plugins that spread, shuffle and repeat tests, and one that allows no sockets."""

from __future__ import annotations

import pytest

XDIST = """
    import os
    import random
    from pathlib import Path

    @pytest.mark.parametrize("number", range(40))
    def test_submits(bedrock_jobs, number):
        random.seed(1)
        model = bedrock_jobs.add_custom_model()
        arns = [submit(), submit(bedrock_jobs.client()), model.arn]
        assert [job.arn for job in bedrock_jobs.import_jobs] == arns[:2]
        told = "".join(f"{os.environ['PYTEST_XDIST_WORKER']} {arn.rpartition('/')[2]}\\n" for arn in arns)
        (Path(__file__).parent / f"{number}.ids").write_text(told)

    def test_swallows(bedrock_jobs):
        try:
            CLIENT.list_guardrails()
        except Exception:
            pass

    def test_warns(bedrock_jobs):
        parameters = import_parameters(clientRequestToken="token")
        CLIENT.create_model_import_job(**parameters)
        with pytest.warns(match="ignored this request"):
            CLIENT.create_model_import_job(**parameters | {"importedModelName": "other"})

    def test_fails(bedrock_jobs):
        submit()
        assert bedrock_jobs.import_jobs == ()
"""


@pytest.mark.parametrize("plugins", ["", "randomly"])
def test_xdist_workers_have_their_own_store_and_ids_and_their_reports_arrive(pytester, run_beside, plugins):
    """A store per worker, ids that never clash between workers, and reports that reach the controller.

    The ids are apart though all workers call random.seed() alike, as pytest-randomly makes them.
    """
    result = run_beside(plugins, XDIST, "-p", "xdist", "-n", "2", subprocess=True)

    result.assert_outcomes(passed=42, failed=1, errors=1)
    result.stdout.fnmatch_lines(["*- bedrock_jobs -*", "calls:", "*CreateModelImportJob*"])
    result.stdout.fnmatch_lines(["ListGuardrails is not mocked, *"])
    lines = [line.split() for path in pytester.path.glob("*.ids") for line in path.read_text().splitlines()]
    assert {worker for worker, _ in lines} == {"gw0", "gw1"}
    assert len({name for _, name in lines}) == len(lines) == 120


RANDOMLY = """
    import random

    SEEN = set()

    @pytest.mark.parametrize("number", range(10))
    def test_submits(bedrock_jobs, number):
        random.seed(1)
        arn = submit()
        assert arn not in SEEN
        SEEN.add(arn)
        assert [job.arn for job in bedrock_jobs.import_jobs] == [arn]

    def test_decorator():
        with mock_bedrock_jobs() as jobs:
            submit()
        assert len(jobs.import_jobs) == 1
"""


@pytest.mark.parametrize("seed", range(3))
def test_randomly_ordered_tests_begin_with_an_empty_mock_and_new_ids(run_beside, seed):
    """In any order of tests each begins with an empty mock, and the same random.seed() makes no id twice."""
    result = run_beside("randomly", RANDOMLY, f"--randomly-seed={seed}")

    result.assert_outcomes(passed=11)


RERUN = """
    RUNS = []

    def test_recovers(bedrock_jobs):
        assert bedrock_jobs.import_jobs == bedrock_jobs.calls == bedrock_jobs.injected_faults == ()
        RUNS.append(submit(jobName="import", clientRequestToken="token"))
        bedrock_jobs.fail_next_call("ListModelImportJobs", "ThrottlingException")
        assert len(RUNS) == 2
        bedrock_jobs.reset()

    def swallow():
        try:
            CLIENT.list_guardrails()
        except Exception:
            pass

    def test_swallows(bedrock_jobs):
        swallow()
        RUNS.append("swallowed")
        assert RUNS.count("swallowed") == 2, "by itself"

    @mock_bedrock_jobs
    def test_swallows_in_a_decorator():
        swallow()
        RUNS.append("decorated")
        assert RUNS.count("decorated") == 2, "by itself"
"""


def test_rerunfailures_begins_each_rerun_clean_and_reports_its_own_error(run_beside):
    """A rerun begins clean, and its own error is reported, though the first run failed by itself."""
    result = run_beside("rerunfailures", RERUN, "--reruns", "1", "-rREF")

    assert result.parseoutcomes() == {"passed": 2, "failed": 1, "errors": 1, "rerun": 3}
    result.stdout.fnmatch_lines_random(
        [
            "ERROR *::test_swallows - *ListGuardrails is not mocked*",
            "FAILED *::test_swallows_in_a_decorator - *ListGuardrails is not mocked*",
        ]
    )


SOCKET = """
    import socket

    import pytest_socket

    @pytest.mark.filterwarnings("ignore:A test tried")
    def test_sockets_are_disabled():
        with pytest.raises(pytest_socket.SocketBlockedError):
            socket.socket()

    def test_clients(bedrock_jobs):
        submit(boto3.client("bedrock"))
        submit(boto3.session.Session().client("bedrock", region_name="eu-west-1"))
        submit(bedrock_jobs.client())
        submit()
        assert len(bedrock_jobs.import_jobs) == 4

    def test_faults(bedrock_jobs):
        bedrock_jobs.fail_next_call("ListModelImportJobs", "ThrottlingException", times=2)
        bedrock_jobs.client().list_model_import_jobs()
        assert bedrock_jobs.calls[0].attempts == 3
"""
SOCKET_AIO = """
    from aio_clients import aio_client

    def test_aiobotocore(bedrock_jobs):
        async def run():
            async with aio_client() as client:
                await client.create_model_import_job(**import_parameters())

        asyncio.run(run())
        assert len(bedrock_jobs.import_jobs) == 1
"""


def test_everything_works_where_no_socket_can_be_opened(run_beside):
    """Where no socket can be opened everything works, new clients included."""
    run_beside("socket", SOCKET, "--disable-socket").assert_outcomes(passed=3)


def test_aiobotocore_works_where_only_unix_sockets_can_be_opened(run_beside):
    """An event loop talks to itself over a Unix socket; with that allowed, and no other, aiobotocore works too."""
    result = run_beside("socket", SOCKET_AIO, "--disable-socket", "--allow-unix-socket")

    result.assert_outcomes(passed=1)
