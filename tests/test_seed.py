"""The option ``seed``: ids that are the same in each run, and different within one."""

from __future__ import annotations

import re

import pytest
from faulting import in_threads
from support import copy_parameters, import_parameters

from pytest_bedrock_jobs import BedrockJobs, UsageError, mock_bedrock_jobs

SUITE = """
    import pytest
    from pytest_bedrock_jobs import mock_bedrock_jobs

    def start(jobs):
        for number in range(3):
            job = jobs.add_import_job(status="Completed")
            print("ID", job.arn, job.name, job.imported_model_arn)
        print("ID", jobs.add_copy_job().arn)

    @pytest.mark.parametrize("number", [1, 2])
    def test_fixture(bedrock_jobs, number):
        start(bedrock_jobs)
        source = bedrock_jobs.custom_models[0].arn
        client = bedrock_jobs.client()
        print("ID", client.create_model_copy_job(sourceModelArn=source, targetModelName="copy")["jobArn"])

    def test_blocks():
        for _ in range(2):
            with mock_bedrock_jobs() as jobs:
                start(jobs)

    def test_shared(module_bedrock_jobs, session_bedrock_jobs):
        start(module_bedrock_jobs)
        start(session_bedrock_jobs)
"""


def ids_of(pytester, *arguments, seed="7"):
    """What a run of the suite prints."""
    pytester.makeini(f"[pytest]\nbedrock_jobs_seed = {seed}")
    pytester.makepyfile(SUITE)
    result = pytester.runpytest_subprocess("-rA", *arguments)
    assert result.ret == 0
    return re.findall(r"^ID (.*)$", result.stdout.str(), flags=re.MULTILINE)


def test_every_run_with_one_seed_has_the_same_ids(pytester):
    """In parts, in another order, in workers of xdist; with another seed they are others; none comes twice."""
    first = ids_of(pytester)
    assert len(first) == len(set(first)) == 26
    assert ids_of(pytester, "-k", "blocks or 2") == first[5:18]
    assert sorted(ids_of(pytester, "-p", "xdist", "-n", "2")) == sorted(first)
    assert set(ids_of(pytester, seed="eight")).isdisjoint(first)


def test_a_test_that_is_run_again_has_the_same_seeded_ids(pytester):
    """Also in the same process, as with reruns of a test that failed."""
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.bedrock_jobs(seed=7)
        def test_it(bedrock_jobs):
            print("ID", bedrock_jobs.add_import_job().arn)
        """
    )
    first, again = (pytester.runpytest_inprocess("-rP", "-p", "no:cacheprovider").stdout.str() for _ in range(2))
    assert re.findall("^ID .*$", first, flags=re.MULTILINE) == re.findall("^ID .*$", again, flags=re.MULTILINE) != []


def test_seeded_ids_have_the_form_that_the_service_model_wants():
    """As the service model wants it, so that every operation takes them; the next mock has others."""
    arns = set()
    for _ in range(2):
        with mock_bedrock_jobs(seed=5) as jobs:
            client = jobs.client()
            arn = client.create_model_import_job(**import_parameters())["jobArn"]
            assert re.fullmatch(r"arn:aws:bedrock:us-east-1:123456789012:model-import-job/[a-z0-9]{12}", arn)
            assert client.get_model_import_job(jobIdentifier=arn)["jobArn"] == arn
            client.create_model_copy_job(**copy_parameters(jobs.add_custom_model()))
            jobs.reset()
            arns |= {arn, client.create_model_import_job(**import_parameters())["jobArn"]}
    assert len(arns) == 4


def test_threads_share_the_seeded_ids_of_a_mock_without_repeating_one():
    """None comes twice."""
    with mock_bedrock_jobs(seed="x") as jobs, mock_bedrock_jobs(seed="x") as others:
        made = in_threads(8, lambda number: [(jobs, others)[number % 2].add_import_job().arn for _ in range(50)])

    assert len({arn for arns in made for arn in arns}) == 400


@pytest.mark.parametrize("seed", [True, 1.5, b"x"])
def test_a_seed_that_is_no_number_or_text_is_refused(seed):
    """Numbers and texts only."""
    with pytest.raises(UsageError, match=f"seed is a number, a text or None, not {seed!r}"):
        BedrockJobs(seed=seed)
