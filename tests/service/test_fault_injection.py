"""Which requests get the faults that a test injected."""

from __future__ import annotations

import pickle
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from faulting import code_of, impatient, in_threads, retrying
from hypothesis import given, settings
from hypothesis import strategies as st
from support import copy_parameters, import_parameters

import pytest_bedrock_jobs
from pytest_bedrock_jobs import BedrockJobsError, UsageError, faults, mock_bedrock_jobs

THROTTLED, INTERNAL = faults.service_error("ThrottlingException"), faults.service_error("InternalServerException")
OK = "200"


def listed(client=None):
    """What a list of import jobs gets: a code, or OK."""
    client = client or impatient()
    try:
        client.list_model_import_jobs()
    except client.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
    return OK


def test_a_fault_is_for_the_next_request_by_default(bedrock_jobs):
    """Without more words a fault is for the next request only."""
    injected = bedrock_jobs.inject("ListModelImportJobs", THROTTLED)

    assert (injected.active, injected.fired, bedrock_jobs.injected_faults) == (True, 0, (injected,))
    assert [listed(), listed()] == ["ThrottlingException", OK]
    assert (injected.active, injected.fired, bedrock_jobs.injected_faults) == (False, 1, ())


def test_a_fault_of_one_operation_leaves_others_unharmed(bedrock_jobs):
    """Other operations are unharmed."""
    bedrock_jobs.inject("ListModelCopyJobs", THROTTLED)

    assert listed() == OK
    assert code_of(impatient().list_model_copy_jobs) == "ThrottlingException"


def test_a_fault_of_any_operation_is_for_whatever_comes_next(bedrock_jobs):
    """An asterisk stands for whatever comes next."""
    bedrock_jobs.inject("*", THROTTLED, times=2)

    assert code_of(impatient().list_model_copy_jobs) == "ThrottlingException"
    assert [listed(), listed()] == ["ThrottlingException", OK]


def test_a_fault_with_a_region_lets_requests_to_another_pass(bedrock_jobs):
    """Requests to another Region pass."""
    bedrock_jobs.inject("ListModelImportJobs", THROTTLED, region="eu-west-1")

    assert listed() == OK
    assert listed(impatient("eu-west-1")) == "ThrottlingException"


def test_a_fault_with_a_mapping_is_for_requests_that_have_all_of_it(bedrock_jobs):
    """A request fits if it has all of them with these values; None stands for one that is not sent."""
    bedrock_jobs.inject("CreateModelImportJob", THROTTLED, where={"jobName": "two", "clientRequestToken": None})
    create = impatient().create_model_import_job

    assert create(**import_parameters(jobName="one"))
    assert create(**import_parameters(jobName="two", clientRequestToken="token"))
    assert code_of(create, **import_parameters(jobName="two")) == "ThrottlingException"


def test_a_fault_with_a_function_is_for_requests_for_which_it_is_true(bedrock_jobs):
    """It is given what the service received."""
    model = bedrock_jobs.add_custom_model()
    bedrock_jobs.inject("CreateModelCopyJob", THROTTLED, where=lambda sent: sent["targetModelName"].startswith("prod"))

    assert impatient().create_model_copy_job(**copy_parameters(model, targetModelName="test-1"))
    assert code_of(impatient().create_model_copy_job, **copy_parameters(model, targetModelName="prod-1"))


def test_conditions_see_path_and_query_as_parameters(bedrock_jobs):
    """Conditions see them by the API's names."""
    bedrock_jobs.add_import_job("one")
    bedrock_jobs.inject("GetModelImportJob", THROTTLED, where={"jobIdentifier": "one"})
    bedrock_jobs.inject("ListModelImportJobs", INTERNAL, where={"maxResults": 7})

    assert listed() == OK
    assert code_of(impatient().get_model_import_job, jobIdentifier="one") == "ThrottlingException"
    assert code_of(impatient().list_model_import_jobs, maxResults=7) == "InternalServerException"


def test_times_is_how_many_requests_get_a_fault(bedrock_jobs):
    """Times is how many requests get it."""
    injected = bedrock_jobs.inject("ListModelImportJobs", THROTTLED, times=3)

    assert [listed() for _ in range(5)] == ["ThrottlingException"] * 3 + [OK] * 2
    assert injected.fired == 3


def test_after_is_how_many_requests_pass_before_a_fault(bedrock_jobs):
    """After is how many requests pass first; those of other operations do not count."""
    bedrock_jobs.inject("ListModelImportJobs", THROTTLED, after=2)
    impatient().list_model_copy_jobs()

    assert [listed() for _ in range(4)] == [OK, OK, "ThrottlingException", OK]


def test_a_fault_without_a_number_of_times_fires_until_it_is_removed(bedrock_jobs):
    """Without a number of times it ends when the test says so, and may be ended twice."""
    injected = bedrock_jobs.inject("ListModelImportJobs", THROTTLED, times=None)

    assert {listed() for _ in range(20)} == {"ThrottlingException"}
    injected.remove()
    injected.remove()
    assert listed() == OK
    assert (injected.fired, injected.active, bedrock_jobs.injected_faults) == (20, False, ())


def test_each_request_gets_the_next_fault_of_a_sequence(bedrock_jobs):
    """Each request gets the next fault of the sequence; PASS is none."""
    injected = bedrock_jobs.inject("ListModelImportJobs", THROTTLED, INTERNAL, faults.PASS, times=2)

    one_round = ["ThrottlingException", "InternalServerException", OK]
    assert [listed() for _ in range(7)] == [*one_round, *one_round, OK]
    assert injected.fired == 4


def test_a_pass_leaves_no_trace(bedrock_jobs):
    """A request that passes is recorded like one without a fault."""
    injected = bedrock_jobs.inject("ListModelImportJobs", faults.PASS, THROTTLED)

    assert (listed(), injected.fired) == (OK, 0)
    assert bedrock_jobs.calls[0].responses == (OK,)
    assert bedrock_jobs.calls[0].faults == ()
    assert listed() == "ThrottlingException"


def test_botocores_retries_get_the_next_faults_of_a_sequence(bedrock_jobs):
    """Every request counts, whoever sends it."""
    bedrock_jobs.inject("ListModelImportJobs", THROTTLED, INTERNAL, faults.PASS)

    answer = retrying(5).list_model_import_jobs()

    assert answer["ResponseMetadata"]["RetryAttempts"] == 2
    assert bedrock_jobs.calls[0].responses == ("ThrottlingException", "InternalServerException", OK)


def test_the_fault_that_was_injected_first_wins(bedrock_jobs):
    """The next one gets what the first has no more use for."""
    first = bedrock_jobs.inject("*", THROTTLED)
    second = bedrock_jobs.inject("ListModelImportJobs", INTERNAL)
    assert bedrock_jobs.injected_faults == (first, second)

    assert [listed() for _ in range(3)] == ["ThrottlingException", "InternalServerException", OK]


def test_fail_next_call_fails_every_attempt_of_one_call(bedrock_jobs):
    """Whatever the retry configuration, the code under test gets the error, once."""
    injected = bedrock_jobs.fail_next_call("ListModelImportJobs", "ThrottlingException", "slow down")
    client = retrying(3)

    assert [listed(client), listed(client)] == ["ThrottlingException", OK]
    assert [call.attempts for call in bedrock_jobs.calls] == [3, 1]
    assert bedrock_jobs.calls[0].error_message == "slow down"
    assert injected.fired == 1


def test_a_fault_of_one_call_is_for_all_its_attempts_and_no_other_call(bedrock_jobs):
    """A sequence starts again until the call has ended; another call passes, between its attempts too."""
    injected = bedrock_jobs.inject("ListModelImportJobs", THROTTLED, INTERNAL, times="one call")
    client, other = retrying(4), impatient("eu-west-1")
    client.meta.events.register("needs-retry.bedrock", lambda **_: other.list_model_import_jobs() and None)

    assert [listed(client), listed(client)] == ["InternalServerException", OK]
    assert injected.fired == 1
    assert [call.responses for call in bedrock_jobs.calls if call.region == "us-east-1"] == [
        ("ThrottlingException", "InternalServerException") * 2,
        (OK,),
    ]
    assert {call.responses for call in bedrock_jobs.calls if call.region == "eu-west-1"} == {(OK,)}


def test_removing_a_fault_of_one_call_lets_the_rest_of_the_call_pass(bedrock_jobs):
    """remove() lets the rest of the call pass."""
    injected = bedrock_jobs.fail_next_call("ListModelImportJobs", "ThrottlingException")
    client = retrying(4)
    client.meta.events.register(
        "needs-retry.bedrock", lambda attempts, **_: injected.remove() if attempts == 2 else None
    )

    assert listed(client) == OK
    assert bedrock_jobs.calls[0].attempts == 3


def test_fail_next_call_without_a_number_of_times_fails_until_it_is_removed(bedrock_jobs):
    """None has one meaning, in every method."""
    injected = bedrock_jobs.fail_next_call("ListModelImportJobs", "ValidationException", times=None)

    assert [listed() for _ in range(5)] == ["ValidationException"] * 5
    injected.remove()
    assert listed() == OK


def test_the_retries_of_a_call_count_as_failing_requests(bedrock_jobs):
    """With times the retries of a call count."""
    bedrock_jobs.fail_next_call("ListModelImportJobs", "ThrottlingException", times=2)

    assert listed(retrying(3)) == OK
    assert bedrock_jobs.calls[0].attempts == 3


def test_reset_removes_faults(bedrock_jobs):
    """What was injected before is gone."""
    bedrock_jobs.inject("*", THROTTLED)
    bedrock_jobs.reset()

    assert bedrock_jobs.injected_faults == ()
    assert listed() == OK


def test_a_mock_has_its_own_faults(bedrock_jobs):
    """What is injected on the outer of two mocks waits for its own requests."""
    injected = bedrock_jobs.inject("*", THROTTLED)
    with mock_bedrock_jobs():
        assert listed() == OK

    assert injected.fired == 0
    assert listed() == "ThrottlingException"


@settings(deadline=None)
@given(
    plan=st.lists(st.sampled_from([THROTTLED, INTERNAL, faults.PASS]), min_size=1, max_size=4),
    after=st.integers(0, 3),
    times=st.none() | st.integers(1, 3),
    requests=st.integers(0, 15),
)
def test_any_plan_of_faults_is_carried_out_request_by_request(plan, after, times, requests):
    """Requests get: nothing at first, then the sequence again and again, then nothing."""
    names = [OK if fault is faults.PASS else fault.label for fault in plan]
    with mock_bedrock_jobs(allow_unused=True) as jobs:
        injected = jobs.inject("ListModelImportJobs", *plan, after=after, times=times)
        outcomes = [listed() for _ in range(requests)]

        expected = [OK] * after + names * (15 if times is None else times) + [OK] * 15
        assert outcomes == expected[:requests]
        assert injected.fired == sum(code != OK for code in outcomes)


def test_a_sequence_applies_once_however_threads_mix(bedrock_jobs):
    """However threads mix, the sequence applies once, and another operation is not affected."""
    client = impatient()
    bedrock_jobs.inject("ListModelImportJobs", THROTTLED, INTERNAL, faults.PASS, times=10)

    def run(number):
        return [listed(client) for _ in range(5)] if number % 2 else [client.list_model_copy_jobs() for _ in range(5)]

    results = in_threads(16, run)

    outcomes = [code for codes in results[1::2] for code in codes]
    assert sorted(outcomes) == sorted(["ThrottlingException"] * 10 + ["InternalServerException"] * 10 + [OK] * 20)
    assert all(call.responses == (OK,) for call in bedrock_jobs.calls_to("ListModelCopyJobs"))
    assert len(bedrock_jobs.calls_to("ListModelCopyJobs")) == 40


def test_faults_can_be_injected_and_removed_while_requests_run(bedrock_jobs):
    """Threads may inject, remove, deny, allow and read everything while others send requests."""
    client, done = impatient(), threading.Event()

    def send():
        while not done.is_set():
            client.create_model_import_job(**import_parameters())

    def change(number):
        action = f"bedrock:{'Tag' if number % 2 else 'Untag'}Resource"
        for _ in range(100):
            injected = bedrock_jobs.inject("ListModelCopyJobs", THROTTLED)
            bedrock_jobs.deny(action)
            assert repr(bedrock_jobs)
            assert all(job.status == "InProgress" for job in bedrock_jobs.import_jobs)
            assert injected in bedrock_jobs.injected_faults
            injected.remove()

    with ThreadPoolExecutor(6) as pool:
        senders = [pool.submit(send) for _ in range(2)]
        changers = [pool.submit(change, number) for number in range(4)]
        failures = [changer.exception() for changer in changers]
        done.set()
        failures += [sender.exception() for sender in senders]

    assert failures == [None] * 6
    bedrock_jobs.allow("bedrock:TagResource")
    bedrock_jobs.allow("bedrock:UntagResource")
    assert bedrock_jobs.injected_faults == ()


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (lambda jobs: jobs.inject("CreateModelCopy", THROTTLED), r"'CreateModelCopy'; there are: CreateModelCopyJob, "),
        (lambda jobs: jobs.inject("ListModelImportJobs"), "at least one fault"),
        (lambda jobs: jobs.inject("*", "ThrottlingException"), "'ThrottlingException' is not a fault"),
        (lambda jobs: jobs.inject("*", faults.read_timeout), "read_timeout .* is not a fault"),
        (lambda jobs: jobs.inject("*", [THROTTLED, faults.PASS]), "is not a fault: .* one after the other"),
        (lambda jobs: jobs.inject("*", THROTTLED, where="jobName"), "where is a mapping .* not 'jobName'"),
        (lambda jobs: jobs.inject("*", THROTTLED, after=-1), "not -1"),
        (lambda jobs: jobs.inject("*", THROTTLED, after="1"), "not '1'"),
        (lambda jobs: jobs.inject("*", THROTTLED, times=0), "until they are removed.*, not 0[.]"),
        (lambda jobs: jobs.inject("*", THROTTLED, times=1.5), "not 1.5"),
        (lambda jobs: jobs.inject("*", THROTTLED, times=True), "not True"),
        (lambda jobs: jobs.inject("*", THROTTLED, times="forever"), "not 'forever'"),
        (lambda jobs: jobs.inject("*", THROTTLED, after=True), "0 or more, not True"),
        (lambda jobs: jobs.fail_next_call("*", "ThrottlingException", times=0), "not 0"),
        (lambda jobs: jobs.fail_next_call("CreateJob", "ThrottlingException"), "there is no operation 'CreateJob'"),
    ],
)
def test_a_fault_that_cannot_be_injected_is_refused(bedrock_jobs, wrong, text):
    """It is refused where it is written, and nothing is injected."""
    with pytest.raises(UsageError, match=text) as caught:
        wrong(bedrock_jobs)

    assert 'See: python -m pytest_bedrock_jobs help "A fault that is refused"' in str(caught.value)
    assert bedrock_jobs.injected_faults == ()


def test_the_repr_of_an_injected_fault_says_what_it_waits_for(bedrock_jobs):
    """Its repr has faults, operation, Region, condition and numbers, but no values of parameters."""
    inject = bedrock_jobs.inject

    def is_prod(sent):
        return True

    reprs = [
        repr(inject("ListModelCopyJobs", THROTTLED, faults.PASS, times=2)),
        repr(inject("*", faults.latency(3), region="eu-west-1", after=1, times=None)),
        repr(inject("GetModelCopyJob", faults.lost_response(), where={"jobArn": "secret"})),
        repr(inject("CreateModelCopyJob", faults.truncated_json(), where=is_prod)),
    ]
    bedrock_jobs.reset()

    assert reprs == [
        "<ThrottlingException, pass on ListModelCopyJobs: fired 0, left 4>",
        "<latency of 3 s on * in eu-west-1 after 1 more: fired 0, until removed>",
        "<lost response on GetModelCopyJob where jobArn: fired 0, left 1>",
        "<truncated JSON on CreateModelCopyJob where is_prod: fired 0, left 1>",
    ]


def test_a_condition_may_be_a_callable_without_a_name(bedrock_jobs):
    """A callable without a name is no trouble."""

    class Never:
        def __call__(self, sent):
            return False

    injected = bedrock_jobs.inject("*", THROTTLED, where=Never())

    assert listed() == OK
    assert "where a condition holds" in repr(injected)
    injected.remove()


@pytest.mark.parametrize(
    "error",
    [
        value("a text")
        for value in map(pytest_bedrock_jobs.__getattr__, sorted(pytest_bedrock_jobs.__all__))
        if isinstance(value, type) and issubclass(value, BedrockJobsError | Warning)
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_for_the_author_of_the_test_can_be_pickled(error):
    """The errors for the author of the test can be pickled."""
    copy = pickle.loads(pickle.dumps(error))

    assert (type(copy), copy.args) == (type(error), ("a text",))
