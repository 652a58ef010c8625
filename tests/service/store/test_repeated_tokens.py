"""clientRequestToken: one job, however often and from wherever a request comes."""

from __future__ import annotations

import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest
from support import OTHER_ACCOUNT, copy_parameters, import_parameters, make_client

from pytest_bedrock_jobs import IdempotencyTokenWarning

THREADS = 64


def all_at_once(request):
    """The responses to one request made by 64 threads that wait for each other before they send."""
    barrier = threading.Barrier(THREADS)

    def send(_):
        barrier.wait()
        return request()["jobArn"]

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(send, range(THREADS)))


def test_a_repeated_import_returns_the_first_job(bedrock_jobs, client):
    """The same request with the same token creates nothing and gets the same response, with status 201."""
    parameters = import_parameters(clientRequestToken="token")
    first, second = (client.create_model_import_job(**parameters) for _ in range(2))
    assert first["jobArn"] == second["jobArn"]
    assert second["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert len(bedrock_jobs.import_jobs) == 1
    assert [call.replayed for call in bedrock_jobs.calls] == [False, True]


def test_a_repeated_copy_returns_the_first_job(bedrock_jobs, client):
    """A copy's token works like an import's."""
    parameters = copy_parameters(bedrock_jobs.add_custom_model(), clientRequestToken="token")
    arns = {client.create_model_copy_job(**parameters)["jobArn"] for _ in range(3)}
    assert len(arns) == len(bedrock_jobs.copy_jobs) == 1


def test_64_threads_with_one_token_make_one_import(bedrock_jobs, client):
    """Requests that come at once are one job."""
    parameters = import_parameters(clientRequestToken="token")
    arns = all_at_once(lambda: client.create_model_import_job(**parameters))
    assert {job.arn for job in bedrock_jobs.import_jobs} == set(arns)
    assert len(bedrock_jobs.import_jobs) == 1
    assert sorted(call.replayed for call in bedrock_jobs.calls) == [False] + [True] * (THREADS - 1)


def test_64_threads_with_one_token_make_one_copy(bedrock_jobs, client):
    """Copies that come at once are one job."""
    parameters = copy_parameters(bedrock_jobs.add_custom_model(), clientRequestToken="token")
    arns = all_at_once(lambda: client.create_model_copy_job(**parameters))
    assert {job.arn for job in bedrock_jobs.copy_jobs} == set(arns)
    assert len(bedrock_jobs.copy_jobs) == 1


def test_64_threads_without_a_token_make_64_jobs(bedrock_jobs, client):
    """Without tokens no request is lost and no id is given twice."""
    arns = all_at_once(lambda: client.create_model_import_job(**import_parameters()))
    assert len(set(arns)) == len(bedrock_jobs.import_jobs) == len(bedrock_jobs.calls) == THREADS


def test_a_repeated_token_with_changed_parameters_returns_the_first_job_and_warns(bedrock_jobs, client):
    """A token that comes again with other parameters is ignored, and a warning names what changed and where."""
    first = import_parameters(clientRequestToken="token")
    changed = first | {"jobName": "another", "jobTags": [{"key": "team", "value": "search"}]}
    arn = client.create_model_import_job(**first)["jobArn"]
    with pytest.warns(IdempotencyTokenWarning) as caught:
        assert client.create_model_import_job(**changed)["jobArn"] == arn
    [warning] = caught
    assert "'token' was used before with different parameters (jobName, jobTags), and" in str(warning.message)
    assert arn in str(warning.message)
    assert warning.filename == __file__
    assert [job.name for job in bedrock_jobs.import_jobs] == [first["jobName"]]


def test_the_warning_of_changed_parameters_names_the_line_of_the_call(client):
    """The warning points to the line that called the client, in a function of the code under test too."""

    def submit(**changes):
        return client.create_model_import_job(**import_parameters(clientRequestToken="token", **changes))

    submit()
    with pytest.warns(IdempotencyTokenWarning) as caught:
        submit()
    assert caught[0].lineno == submit.__code__.co_firstlineno + 1


def test_a_repeated_token_with_changed_parameters_of_a_copy_warns(bedrock_jobs, client):
    """A copy's warning names its operation and members."""
    first = copy_parameters(bedrock_jobs.add_custom_model(), clientRequestToken="token")
    arn = client.create_model_copy_job(**first)["jobArn"]
    with pytest.warns(
        IdempotencyTokenWarning, match=r"CreateModelCopyJob .* parameters \(targetModelName\), and"
    ) as caught:
        assert client.create_model_copy_job(**first | {"targetModelName": "another"})["jobArn"] == arn
    assert caught[0].filename == __file__


def test_a_filter_makes_the_warning_of_changed_parameters_an_error(bedrock_jobs, client):
    """With the usual filter the second request raises, and its call says so."""
    parameters = import_parameters(clientRequestToken="token")
    client.create_model_import_job(**parameters)
    with warnings.catch_warnings():
        warnings.simplefilter("error", IdempotencyTokenWarning)
        with pytest.raises(IdempotencyTokenWarning, match="roleArn"):
            client.create_model_import_job(**parameters | {"roleArn": "arn:aws:iam::123456789012:role/Other"})
    assert bedrock_jobs.calls[-1].error_code == "IdempotencyTokenWarning"
    assert len(bedrock_jobs.import_jobs) == 1


def test_the_command_line_makes_the_warning_of_changed_parameters_an_error(pytester):
    """``-W error::pytest_bedrock_jobs.IdempotencyTokenWarning`` fails the test that changes a token's parameters."""
    pytester.makepyfile(
        """
        def test_changed(bedrock_jobs):
            for name in ("first", "second"):
                bedrock_jobs.client().create_model_import_job(
                    jobName=name, importedModelName=name, roleArn="arn:aws:iam::123456789012:role/Import",
                    modelDataSource={"s3DataSource": {"s3Uri": "s3://my-bucket/llama/"}}, clientRequestToken="token",
                )
        """
    )
    pytester.runpytest_inprocess("-W", "default").assert_outcomes(passed=1, warnings=1)
    result = pytester.runpytest_inprocess("-W", "default", "-W", "error::pytest_bedrock_jobs.IdempotencyTokenWarning")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*IdempotencyTokenWarning: CreateModelImportJob ignored this request*"])


def test_the_token_is_checked_before_the_name(client):
    """A legitimate retry is not refused because of its own job's name."""
    parameters = import_parameters(clientRequestToken="token")
    first = client.create_model_import_job(**parameters)["jobArn"]
    with pytest.raises(client.exceptions.ValidationException, match="currently in use"):
        client.create_model_import_job(**parameters | {"clientRequestToken": "other"})
    assert client.create_model_import_job(**parameters)["jobArn"] == first


def test_a_malformed_request_is_refused_before_its_token_is_checked(client):
    """Constraints come first: a repeated token does not make an invalid request valid."""
    parameters = import_parameters(clientRequestToken="token")
    client.create_model_import_job(**parameters)
    with pytest.raises(client.exceptions.ValidationException, match="regular expression"):
        client.create_model_import_job(**parameters | {"jobName": "two words"})


def test_a_token_belongs_to_its_region(bedrock_jobs):
    """The same token in two Regions is two jobs."""
    parameters = import_parameters(clientRequestToken="token")
    for region in ("us-east-1", "us-west-2"):
        bedrock_jobs.client(region).create_model_import_job(**parameters)
    assert [job.region for job in bedrock_jobs.import_jobs] == ["us-east-1", "us-west-2"]


def test_a_token_belongs_to_its_account(bedrock_jobs, client):
    """The same token of two accounts is two jobs."""
    parameters = import_parameters(clientRequestToken="token")
    client.create_model_import_job(**parameters)
    make_client(aws_account_id=OTHER_ACCOUNT).create_model_import_job(**parameters)
    assert [job.account_id for job in bedrock_jobs.import_jobs] == [bedrock_jobs.account_id, OTHER_ACCOUNT]


def test_a_token_belongs_to_its_operation(bedrock_jobs, client):
    """An import's token does not apply to a copy."""
    imported = client.create_model_import_job(**import_parameters(clientRequestToken="token"))["jobArn"]
    parameters = copy_parameters(bedrock_jobs.add_custom_model(), clientRequestToken="token")
    assert client.create_model_copy_job(**parameters)["jobArn"] != imported
    assert (len(bedrock_jobs.import_jobs), len(bedrock_jobs.copy_jobs)) == (1, 1)


def test_a_token_is_case_sensitive(bedrock_jobs, client):
    """Two tokens that differ in case are two tokens."""
    for token in ("token", "Token"):
        client.create_model_import_job(**import_parameters(clientRequestToken=token))
    assert len(bedrock_jobs.import_jobs) == 2


def test_a_failed_request_leaves_its_token_free(bedrock_jobs, client):
    """After an error the same token starts a new job, with other parameters and without a warning."""
    bedrock_jobs.fail_next_call("CreateModelImportJob", "AccessDeniedException")
    with pytest.raises(client.exceptions.AccessDeniedException):
        client.create_model_import_job(**import_parameters(clientRequestToken="token"))
    with pytest.raises(client.exceptions.ValidationException):
        client.create_model_import_job(**import_parameters(clientRequestToken="token", jobName="two words"))
    client.create_model_import_job(**import_parameters(clientRequestToken="token"))
    assert len(bedrock_jobs.import_jobs) == 1
    assert not bedrock_jobs.calls[-1].replayed


def test_botocores_own_retry_makes_one_job(bedrock_jobs, client):
    """A throttled request that botocore sends again is one call with two attempts and one job."""
    bedrock_jobs.fail_next_call("CreateModelImportJob", "ThrottlingException", times=1)
    response = client.create_model_import_job(**import_parameters(clientRequestToken="token"))
    assert response["ResponseMetadata"]["RetryAttempts"] == 1
    [call] = bedrock_jobs.calls
    assert (call.attempts, call.replayed, call.output) == (2, False, {"jobArn": response["jobArn"]})
    assert len(bedrock_jobs.import_jobs) == 1


def test_botocores_retry_after_a_lost_response_makes_one_job(bedrock_jobs):
    """A request that botocore sends again although the first one had created a job returns that job."""
    client = make_client()
    # As after a connection that broke before the response came: botocore makes a second attempt, at once.
    client.meta.events.register("needs-retry.bedrock", lambda attempts, **_: 0 if attempts == 1 else None)
    arn = client.create_model_import_job(**import_parameters(clientRequestToken="token"))["jobArn"]
    assert [job.arn for job in bedrock_jobs.import_jobs] == [arn]
    [call] = bedrock_jobs.calls
    assert (call.attempts, call.replayed) == (2, True)


def test_botocore_fills_a_copys_token(bedrock_jobs, client):
    """A copy without a token gets a fresh one from botocore, so two copies are two jobs."""
    parameters = copy_parameters(bedrock_jobs.add_custom_model())
    for _ in range(2):
        client.create_model_copy_job(**parameters)
    tokens = {job.client_request_token for job in bedrock_jobs.copy_jobs}
    assert len(tokens) == 2
    assert None not in tokens


def test_an_import_without_a_token_gets_none(bedrock_jobs, client):
    """Nothing makes up a token for an import: the same parameters again are a new request, whose name is taken."""
    parameters = import_parameters()
    client.create_model_import_job(**parameters)
    with pytest.raises(client.exceptions.ValidationException, match="currently in use"):
        client.create_model_import_job(**parameters)
    assert "clientRequestToken" not in bedrock_jobs.calls[0].parameters
    assert bedrock_jobs.import_jobs[0].client_request_token is None
