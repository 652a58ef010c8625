"""The context manager, nested and otherwise."""

from __future__ import annotations

import asyncio

import pytest
from support import import_parameters, make_client

from pytest_bedrock_jobs import BedrockJobs, mock_bedrock_jobs

CLIENT = make_client()


def submit(**changes):
    """Create an import with a client that is older than any mock."""
    return CLIENT.create_model_import_job(**import_parameters(**changes))["jobArn"]


def test_the_block_has_the_mock_with_its_options():
    """The block has the mock, with the options it was asked for."""
    with mock_bedrock_jobs(region="eu-central-1", account_id="111122223333") as jobs:
        assert isinstance(jobs, BedrockJobs)
        assert (jobs.region, jobs.account_id) == ("eu-central-1", "111122223333")
        assert ":eu-central-1:111122223333:" in jobs.client().create_model_import_job(**import_parameters())["jobArn"]


def test_an_async_block_is_entered_and_left_like_a_plain_one():
    """An async block is entered and left like a plain one."""

    async def run():
        async with mock_bedrock_jobs() as jobs:
            submit()
        return jobs

    assert len(asyncio.run(run()).import_jobs) == 1


def test_the_innermost_of_nested_mocks_responds():
    """Within nested mocks the inner one responds, and the outer one is afterwards as it was."""
    with mock_bedrock_jobs() as outer:
        first = submit(clientRequestToken="token")
        with mock_bedrock_jobs(account_id="111122223333") as inner:
            second = submit(clientRequestToken="token")
            assert ":111122223333:" in second
        third = submit()
    assert [job.arn for job in outer.import_jobs] == [first, third]
    assert [job.arn for job in inner.import_jobs] == [second]


def test_mocks_may_end_in_any_order():
    """The one that is left responds."""
    outer, inner = mock_bedrock_jobs(), mock_bedrock_jobs()
    first, second = outer.__enter__(), inner.__enter__()
    outer.__exit__(None, None, None)
    submit()
    inner.__exit__(None, None, None)
    assert (len(first.import_jobs), len(second.import_jobs)) == (0, 1)


def test_each_entrance_is_a_new_mock():
    """One object can be entered again, and within itself, and is empty each time."""
    mock = mock_bedrock_jobs()
    with mock as first:
        submit()
        with mock as second:
            assert second.import_jobs == ()
            submit()
        submit()
        assert (len(first.import_jobs), len(second.import_jobs)) == (2, 1)
    with mock as third:
        assert third.import_jobs == ()
    assert len({id(jobs) for jobs in (first, second, third)}) == 3


def test_an_exception_ends_the_mock():
    """An error inside comes out, and the mock has ended."""
    mock = mock_bedrock_jobs()
    with mock_bedrock_jobs() as outer:
        with pytest.raises(ZeroDivisionError), mock as inner:
            raise ZeroDivisionError
        submit()
    assert (len(outer.import_jobs), len(inner.import_jobs)) == (1, 0)


def test_what_a_mock_knows_stays_after_it():
    """Jobs and calls can be read after the block."""
    with mock_bedrock_jobs() as jobs:
        arn = submit()
    assert [job.arn for job in jobs.import_jobs] == [arn]
    assert [call.operation for call in jobs.calls] == ["CreateModelImportJob"]


def test_a_block_in_a_test_with_the_fixture_is_a_mock_of_its_own(bedrock_jobs):
    """A block within a test that has the fixture is a mock of its own."""
    with mock_bedrock_jobs() as inner:
        submit()
    assert (len(bedrock_jobs.import_jobs), len(inner.import_jobs)) == (0, 1)
