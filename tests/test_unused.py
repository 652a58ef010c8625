"""A fault that no request got, or an outcome that no job took, fails the test at its end and hides no other failure."""

from __future__ import annotations

import unittest

import pytest
from faulting import error_of, impatient, run_pytest
from invoking import converse
from lives import custom_model_parameters
from support import copy_parameters, import_parameters

from pytest_bedrock_jobs import NEXT_JOB, UnsupportedOperationError, UnusedError, UsageError, faults, mock_bedrock_jobs

THROTTLED = faults.service_error("ThrottlingException")


def test_a_condition_that_raises_is_reported_once(pytester):
    """By the request that it was for, and not again at the end."""
    pytester.makepyfile(
        """
        from pytest_bedrock_jobs import faults

        def test_it(bedrock_jobs):
            bedrock_jobs.inject("ListImportedModels", faults.read_timeout(), where=lambda parameters: parameters["a"])
            bedrock_jobs.client().list_imported_models()
        """
    )
    pytester.runpytest_inprocess().assert_outcomes(failed=1)


def test_a_condition_sees_only_requests_to_its_region():
    """Also where the error says why a fault did not fire: others may lack the parameters that it reads."""
    with pytest.raises(UnusedError, match="called only with parameters"), mock_bedrock_jobs() as jobs:  # noqa: PT012
        where = {"where": lambda parameters: parameters["maxResults"] > 5}
        jobs.inject("ListImportedModels", THROTTLED, region="eu-west-1", **where)
        jobs.client().list_imported_models()
        jobs.client("eu-west-1").list_imported_models(maxResults=1)


HEAD = """
import unittest

import boto3
import pytest

from pytest_bedrock_jobs import faults, mock_bedrock_jobs

THROTTLED = faults.service_error("ThrottlingException")
"""
# One test for each way to activate the mock; each injects a fault that never fires, and ends in its own way.
DOORS = """
@pytest.mark.bedrock_jobs(OPTIONS)
def test_marker(bedrock_jobs):
    bedrock_jobs.inject("CreateModelCopyJob", THROTTLED)
    END

@mock_bedrock_jobs(OPTIONS)
def test_decorator(bedrock_jobs):
    bedrock_jobs.inject("CreateModelCopyJob", THROTTLED)
    END

def test_block():
    with mock_bedrock_jobs(OPTIONS) as jobs:
        jobs.inject("CreateModelCopyJob", THROTTLED)
        END

@pytest.fixture
def yielded():
    with mock_bedrock_jobs(OPTIONS) as jobs:
        yield jobs

def test_yield_fixture(yielded):
    yielded.inject("CreateModelCopyJob", THROTTLED)
    END

@pytest.fixture
@mock_bedrock_jobs(OPTIONS)
def decorated(bedrock_jobs):
    yield bedrock_jobs

def test_decorated_fixture(decorated):
    decorated.inject("CreateModelCopyJob", THROTTLED)
    END

@mock_bedrock_jobs(OPTIONS)
class TestCase(unittest.TestCase):
    def test_it(self):
        self.bedrock_jobs.inject("CreateModelCopyJob", THROTTLED)
        END

@mock_bedrock_jobs(OPTIONS)
class TestAsync(unittest.IsolatedAsyncioTestCase):
    async def test_it(self):
        self.bedrock_jobs.inject("CreateModelCopyJob", THROTTLED)
        END

@mock_bedrock_jobs(OPTIONS)
class TestClass:
    def test_it(self, bedrock_jobs):
        bedrock_jobs.inject("CreateModelCopyJob", THROTTLED)
        END
"""
TESTS = 8
MESSAGE = "*no request got <ThrottlingException on CreateModelCopyJob: fired 0, left 1>; operations called: {called}.*"
HELP = '*See: python -m pytest_bedrock_jobs help "A fault that never fired"'


def run(pytester, source, end="pass", options=""):
    """Run tests that inject a fault which never fires, and end so."""
    return run_pytest(pytester, HEAD + source.replace("END", end).replace("OPTIONS", options))


def test_every_way_to_activate_reports_a_fault_that_never_fired(pytester):
    """Where a fixture holds the mock it is an error at teardown, else the test fails."""
    result = run(pytester, DOORS)

    assert result.parseoutcomes() == {"failed": 2, "passed": 6, "errors": 6}
    text = result.stdout.str()
    assert (
        text.count("no request got <ThrottlingException on CreateModelCopyJob: fired 0, left 1>; operations called:")
        >= 8
    )
    result.stdout.fnmatch_lines([HELP])
    for name in ("test_marker", "test_yield_fixture", "TestClass.test_it", "TestCase.test_it", "TestAsync.test_it"):
        assert f"_ ERROR at teardown of {name} _" in text
    for name in ("test_decorator", "test_block"):
        assert f"_ {name} _" in text


def test_a_fault_that_never_fired_is_reported_without_a_traceback(pytester):
    """A fault that never fired has no line of its own: the message is all, with what was called instead."""
    source = """
def test_it(bedrock_jobs):
    bedrock_jobs.inject("CreateModelCopyJob", THROTTLED)
    [bedrock_jobs.client().list_model_import_jobs() for _ in range(3)]
"""
    result = run(pytester, source)

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [MESSAGE.format(called="ListModelImportJobs"), "calls:", "*ListModelImportJobs x3 *", "faults still active:"]
    )
    result.stdout.no_fnmatch_line("*activation.py*")


def test_allow_unused_allows_faults_that_never_fire(pytester):
    """With allow_unused it is allowed, for every way to activate the mock."""
    assert run(pytester, DOORS, options="allow_unused=True").parseoutcomes() == {"passed": TESTS}


@pytest.mark.parametrize("end", ["assert 1 == 2", "raise KeyError('mine')"])
def test_the_tests_own_failure_stands_alone(pytester, end):
    """It is neither hidden nor followed by a second one."""
    result = run(pytester, DOORS, end)

    assert result.parseoutcomes() == {"failed": TESTS}
    assert result.stdout.str().count("E       assert 1 == 2" if "==" in end else "E       KeyError: 'mine'") >= 6
    result.stdout.no_fnmatch_line("*never fired*")


@pytest.mark.parametrize(
    ("end", "outcome"), [("pytest.skip('not today')", "skipped"), ("pytest.xfail('not yet')", "xfailed")]
)
def test_a_test_that_skips_or_xfails_itself_need_not_use_its_faults(pytester, end, outcome):
    """What it did not come to do is no failure."""
    assert run(pytester, DOORS, end).parseoutcomes() == {outcome: TESTS}


@pytest.mark.parametrize("mock", ["bedrock_jobs", "session_bedrock_jobs"])
@pytest.mark.parametrize(("end", "code"), [("raise KeyboardInterrupt", 2), ("pytest.exit('now', 3)", 3)])
def test_a_run_that_is_stopped_ends_without_an_error_of_an_unused_fault(pytester, mock, end, code):
    """It ends as any other, though pytest ends fixtures after the last report then."""
    pytester.makepyfile(f"""
{HEAD}
def test_it({mock}):
    {mock}.inject("CreateModelCopyJob", THROTTLED)
    {end}
""")
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", no_reraise_ctrlc=True)

    assert result.ret == code
    result.stdout.fnmatch_lines_random(["*!!!", "*no tests ran in *"])
    result.stdout.no_fnmatch_line("*never fired*")


def test_a_failure_in_set_up_or_in_a_sub_test_stands_alone(pytester):
    """A failure in setUp or in a subTest stands alone too."""
    source = """
@mock_bedrock_jobs
class TestSetUp(unittest.TestCase):
    def setUp(self):
        self.bedrock_jobs.inject("CreateModelCopyJob", THROTTLED)
        raise KeyError("mine")

    def test_it(self):
        pass

@mock_bedrock_jobs
class TestSub(unittest.TestCase):
    def test_it(self):
        self.bedrock_jobs.inject("CreateModelCopyJob", THROTTLED)
        with self.subTest("one"):
            assert 1 == 2
"""
    result = run(pytester, source)

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines_random(["*KeyError: 'mine'*", "*assert 1 == 2*"])
    result.stdout.no_fnmatch_line("*never fired*")


def test_a_failure_of_an_earlier_test_hides_nothing(pytester):
    """Each test is judged by itself."""
    source = """
def test_first(bedrock_jobs):
    assert 1 == 2

def test_second(bedrock_jobs):
    bedrock_jobs.inject("CreateModelCopyJob", THROTTLED)

@mock_bedrock_jobs
def test_third(bedrock_jobs):
    bedrock_jobs.inject("CreateModelCopyJob", THROTTLED)
"""
    result = run(pytester, source)

    assert result.parseoutcomes() == {"failed": 2, "passed": 1, "errors": 1}


def test_a_failing_teardown_is_not_hidden(pytester):
    """The other fixture's error and the fault are both reported: neither is the other's consequence."""
    source = """
@pytest.fixture
def other(bedrock_jobs):
    yield
    raise KeyError("mine")

def test_it(other, bedrock_jobs):
    bedrock_jobs.inject("CreateModelCopyJob", THROTTLED)
"""
    result = run(pytester, source)

    assert result.parseoutcomes() == {"passed": 1, "errors": 1}
    result.stdout.fnmatch_lines(["*KeyError: 'mine'*"])
    result.stdout.fnmatch_lines([MESSAGE.format(called="none")])


def test_an_error_in_set_up_stands_alone(pytester):
    """A test that never began had no chance to use its fault."""
    source = """
@pytest.fixture
def other(bedrock_jobs):
    bedrock_jobs.inject("CreateModelCopyJob", THROTTLED)
    raise KeyError("mine")

def test_it(other):
    pass
"""
    result = run(pytester, source)

    assert result.parseoutcomes() == {"errors": 1}
    result.stdout.no_fnmatch_line("*never fired*")


def unfired(use, kind=UnusedError):
    """What a mock says at its end when it was used so."""
    with pytest.raises(kind) as caught, mock_bedrock_jobs() as jobs:
        use(jobs)
    return str(caught.value)


def case(end):
    """A TestCase whose test injects a fault and ends so."""

    @mock_bedrock_jobs
    class Case(unittest.TestCase):
        def test_it(self):
            self.bedrock_jobs.inject("CreateModelCopyJob", THROTTLED)
            end(self)

    return Case("test_it")


def test_an_unused_fault_is_an_error_under_plain_unittest_too():
    """Without pytest, a fault that never fired is an error, and a failure stands alone."""
    unfired, failing = unittest.TestResult(), unittest.TestResult()

    case(lambda self: None).run(unfired)
    case(lambda self: self.fail("mine")).run(failing)

    [(_, text)] = unfired.errors
    assert "UnusedError: no request got <ThrottlingException" in text
    assert (len(failing.failures), failing.errors) == (1, [])


def test_an_unused_fault_is_reported_where_unittest_keeps_no_outcome():
    """Where unittest keeps no outcome, the fault is reported."""
    with pytest.raises(UnusedError):
        case(lambda self: None).debug()


def test_the_context_manager_raises_at_its_end():
    """The class is public, so that a test of tests can expect it."""
    assert unfired(lambda jobs: jobs.inject("*", THROTTLED)).startswith("no request got <ThrottlingException on *: ")


def test_all_faults_that_never_fired_are_named_in_one_error():
    """One error for all of them."""

    def use(jobs):
        jobs.inject("ListModelImportJobs", THROTTLED, times=None)
        jobs.inject("ListModelImportJobs", faults.read_timeout())
        jobs.inject("ListModelCopyJobs", faults.PASS, faults.lost_response(), region="eu-west-1")
        impatient().list_model_copy_jobs()

    assert unfired(use).startswith(
        "no request got <ThrottlingException on ListModelImportJobs: fired 0, until removed>, "
        "<read timeout on ListModelImportJobs: fired 0, left 1>, "
        "<pass, lost response on ListModelCopyJobs in eu-west-1: fired 0, left 2>; "
        "operations called: ListModelCopyJobs. "
    )


def test_a_pass_alone_is_no_fault_that_fired():
    """A sequence of which only the PASS was used has tested nothing."""

    def use(jobs):
        jobs.inject("ListModelImportJobs", faults.PASS, THROTTLED)
        impatient().list_model_import_jobs()

    assert "<pass, ThrottlingException on ListModelImportJobs: fired 0, left 1>" in unfired(use)


def test_a_fault_that_fired_once_or_was_removed_counts_as_used():
    """Once is enough, and what was removed or emptied is not missed."""
    with mock_bedrock_jobs() as jobs:
        jobs.inject("ListModelImportJobs", faults.latency(1), times=3)
        impatient().list_model_import_jobs()
        jobs.inject("CreateModelCopyJob", THROTTLED).remove()
    with mock_bedrock_jobs() as jobs:
        jobs.inject("CreateModelCopyJob", THROTTLED)
        jobs.reset()


def test_a_single_fault_may_be_allowed_to_remain_unfired():
    """The others are still named."""

    def use(jobs):
        jobs.inject("ListModelImportJobs", THROTTLED, allow_unused=True)
        jobs.fail_next_call("ListModelImportJobs", "ConflictException", allow_unused=True)
        jobs.inject("ListModelCopyJobs", THROTTLED)

    assert unfired(use).startswith("no request got <ThrottlingException on ListModelCopyJobs: fired 0, left 1>; ")


MISFITS = {
    "another Region": (
        {"region": "eu-west-1"},
        "CreateModelImportJob was called in us-east-1, us-west-2, not in eu-west-1. ",
    ),
    "another parameter": (
        {"where": {"roleArn": "arn:aws:iam::123456789012:role/BedrockImport", "jobName": "c"}},
        "CreateModelImportJob was called with jobName='a', 'b', not with jobName='c'. ",
    ),
    "never at once": (
        {"where": {"jobName": "a", "importedModelName": "second"}},
        "CreateModelImportJob was called with each of jobName, importedModelName, but never with all of them at once. ",
    ),
    "a condition": (
        {"where": lambda sent: "vpcConfig" in sent},
        "CreateModelImportJob was called only with parameters for which the condition was not True. ",
    ),
    "too few": ({"after": 3}, "The first 3 requests pass, and only 2 came. "),
    "too few that fit": ({"after": 3, "where": lambda _: True}, "The first 3 requests pass, and only 2 came. "),
    "a secret": (
        {"where": {"clientRequestToken": "c"}},
        "CreateModelImportJob was called with clientRequestToken='[secret]', None, not with clientRequestToken='c'. ",
    ),
}


@pytest.mark.parametrize(("condition", "described"), MISFITS.values(), ids=MISFITS)
def test_the_error_says_how_the_calls_differed_from_what_the_fault_is_for(condition, described):
    """Where the operation was called, the error says how the calls differed."""

    def use(jobs):
        jobs.inject("CreateModelImportJob", THROTTLED, **condition)
        first = import_parameters(jobName="a", importedModelName="first", clientRequestToken="AKIAIOSFODNN7EXAMPLE")
        impatient().create_model_import_job(**first)
        impatient("us-west-2").create_model_import_job(**import_parameters(jobName="b", importedModelName="second"))

    assert (
        f"; operations called: CreateModelImportJob. {described}Remove it, or allow it with allow_unused=True, "
        in unfired(use)
    )


def test_the_error_names_passes_that_were_used_and_calls_that_came_before():
    """Both are said."""

    def use(jobs):
        impatient().list_model_copy_jobs()
        jobs.inject("ListModelCopyJobs", THROTTLED)
        jobs.inject("ListModelImportJobs", faults.PASS, THROTTLED)
        impatient().list_model_import_jobs()

    text = unfired(use)

    assert "ListModelCopyJobs was called before the fault was injected. " in text
    assert "The requests got faults.PASS; the fault after it was not reached. " in text


def test_the_error_says_that_the_requests_got_an_earlier_fault():
    """The earlier one, not a PASS that nobody wrote."""

    def use(jobs):
        jobs.inject("ListModelImportJobs", THROTTLED, times=None)
        jobs.fail_next_call("ListModelImportJobs", "ConflictException")
        error_of(impatient().list_model_import_jobs)

    assert "ListModelImportJobs. The requests got faults that were injected before it. " in unfired(use)


def test_the_error_of_a_fault_for_any_operation_says_where_bedrock_was_called():
    """Bedrock was called, not an operation that is called ``*``."""

    def use(jobs):
        jobs.inject("*", THROTTLED, region="eu-west-1")
        impatient().list_model_import_jobs()

    assert ". Bedrock was called in us-east-1, not in eu-west-1. " in unfired(use)


@pytest.mark.needs("CreateCustomModel", "CreateCustomModelDeployment")
def test_an_outcome_that_no_job_took_is_an_error():
    """It fails like a fault, with what was started instead."""

    def use(jobs):
        model = jobs.add_custom_model()
        jobs.fail(NEXT_JOB(name="other", region="eu-west-1"), "no")
        jobs.complete(NEXT_JOB(operation="CreateModelCopyJob"))
        jobs.complete(NEXT_JOB(allow_unused=True))
        jobs.fail(NEXT_JOB(operation="CreateModelCopyJob")).remove()
        impatient().create_model_import_job(**import_parameters(jobName="llama"))
        impatient().create_model_copy_job(**copy_parameters(model, targetModelName="copy"))
        impatient().create_custom_model(**custom_model_parameters(modelName="made"))
        impatient().create_custom_model_deployment(modelDeploymentName="deployed", modelArn=model.arn)
        error_of(impatient().create_model_import_job, **import_parameters(jobName="llama"))

    assert unfired(use).startswith(
        "no job took <Failed for NEXT_JOB(name='other', region='eu-west-1')>; jobs started: "
        "CreateModelImportJob in us-east-1: llama, CreateModelCopyJob in us-east-1: copy, "
        "CreateCustomModel in us-east-1: made, CreateCustomModelDeployment in us-east-1: deployed. Remove it, or "
    )


@pytest.mark.needs("CreateProvisionedModelThroughput")
def test_the_error_of_an_unused_outcome_lists_only_creates_that_it_could_be_for():
    """What has no plan by that name is not among the jobs, and provisioned throughput has a name of its own."""

    def use(jobs):
        created = {"guardrailId": "g", "guardrailArn": "arn", "version": "DRAFT", "createdAt": "2026-01-31T12:00:00Z"}
        jobs.stub("CreateGuardrail", created)
        impatient().create_guardrail(name="g", blockedInputMessaging="no", blockedOutputsMessaging="no")
        jobs.fail(NEXT_JOB)
        model = jobs.add_custom_model().arn
        impatient().create_provisioned_model_throughput(provisionedModelName="ranker", modelId=model, modelUnits=1)

    assert unfired(use).startswith(
        "no job took <Failed for NEXT_JOB>; jobs started: CreateProvisionedModelThroughput in us-east-1: ranker. Remove"
    )


def test_faults_and_outcomes_are_one_error():
    """Both are named, and the mock's option allows both."""

    def use(jobs):
        jobs.inject("ListModelCopyJobs", THROTTLED)
        jobs.fail(NEXT_JOB)

    assert unfired(use).startswith(
        "no request got <ThrottlingException on ListModelCopyJobs: fired 0, left 1>; operations called: none. "
        "no job took <Failed for NEXT_JOB>; jobs started: none. Remove it, or "
    )
    with mock_bedrock_jobs(allow_unused=True) as jobs:
        use(jobs)


def test_an_unsupported_operation_is_reported_first():
    """It explains why no request got the fault."""

    def use(jobs):
        jobs.inject("CreateModelCopyJob", THROTTLED)
        with pytest.raises(UnsupportedOperationError):
            impatient().list_guardrails()

    assert "ListGuardrails is not mocked" in unfired(use, UnsupportedOperationError)


def test_errors_are_reported_in_the_order_of_their_calls():
    """Each was caught by the code under test."""

    def use(jobs):
        arn = jobs.add_imported_model().arn
        jobs.respond(arn, lambda request: 7)
        with pytest.raises(UsageError):
            converse(arn)
        with pytest.raises(UnsupportedOperationError):
            impatient().list_guardrails()

    first, second = unfired(use, UsageError).splitlines()
    assert first.startswith("respond: what was prepared for")
    assert second.startswith("ListGuardrails is not mocked")


def unused(prepare, **options):
    """The message for a mock that ends after this."""
    with pytest.raises(UnusedError) as caught, mock_bedrock_jobs(**options) as jobs:
        prepare(jobs)
    return str(caught.value)


def test_a_response_that_no_request_got_is_an_error_that_lists_the_models():
    """The message says which models there are, and which were invoked."""

    def prepare(jobs):
        jobs.add_imported_model("llama")
        jobs.respond("lama", "fine")
        jobs.respond("llama", lambda request: "fine")

    assert (
        "no request got <response for 'lama'>, <response for 'llama'>; models invoked: none. "
        "there is no imported model, deployment or provisioned throughput 'lama'; there are: llama. Remove it"
        in unused(prepare)
    )


def test_a_response_for_a_custom_model_is_not_used_by_its_throughput():
    """Provisioned throughput has a name; that of the custom model behind it is none to invoke."""

    def prepare(jobs):
        served = jobs.add_provisioned_throughput("served", model=jobs.add_custom_model("ranker"))
        converse(served.arn)
        jobs.respond("served", "fine")
        jobs.respond("ranker", "fine")

    assert (
        "; models invoked: served. there is no imported model, deployment or provisioned throughput 'ranker'; there "
        "are: served. Remove it" in unused(prepare)
    )


def test_the_rest_of_a_list_of_responses_is_an_error_but_that_of_an_iterator_is_not():
    """A list has one for each request; an iterator may have no end, so one of it is enough."""

    def prepare(jobs):
        arn = jobs.add_imported_model("llama").arn
        jobs.respond("llama", ["one", "two", "three"])
        converse(arn)
        jobs.respond("*", iter(["one", "two"]))
        converse(jobs.add_custom_model_deployment("ranker").arn)

    text = unused(prepare)
    assert text.startswith("no request got <2 of 3 responses for 'llama'>; models invoked: llama, ranker. Remove it")


@pytest.mark.parametrize("model", ["*", "nowhere"])
def test_an_unused_response_for_any_model_names_no_model_that_is_missing(model):
    """It fits every model, so the code has invoked none; a name may fit none because there is none."""
    text = unused(lambda jobs: jobs.respond(model, {"generation": "fine"}))
    assert ("provisioned throughput 'nowhere', and no other either" in text) == (model == "nowhere")


def test_a_response_that_was_replaced_is_not_missed():
    """The test knows that it did this."""
    with mock_bedrock_jobs() as jobs:
        jobs.respond("llama", ["one", "two"])
        jobs.respond("llama", "fine")
        converse(jobs.add_imported_model("llama").arn)


def test_a_stub_that_no_request_got_is_an_error():
    """One that responded, or was removed, is fine."""

    def prepare(jobs):
        jobs.stub("ListGuardrails", {"guardrails": []})
        jobs.client().list_guardrails()
        jobs.stub("ListGuardrails", {"guardrails": []}, where={"guardrailIdentifier": "other"})
        jobs.stub("ListEvaluationJobs", {}).remove()

    text = unused(prepare)
    assert text.startswith("no request got <stub of ListGuardrails>; operations called: ListGuardrails. Remove it")


def test_unused_responses_and_stubs_may_be_allowed():
    """Where they are written, or for all of a mock."""
    with mock_bedrock_jobs() as jobs:
        jobs.respond("llama", "fine", allow_unused=True)
        jobs.stub("ListGuardrails", {"guardrails": []}, allow_unused=True)
    with mock_bedrock_jobs(allow_unused=True) as jobs:
        jobs.respond("llama", ["fine"])
        jobs.stub("ListGuardrails", {"guardrails": []})
        for call in (
            lambda: jobs.respond("llama", "fine", allow_unused="yes"),
            lambda: jobs.stub("ListGuardrails", {"guardrails": []}, allow_unused="yes"),
        ):
            with pytest.raises(UsageError, match="allow_unused is True or False, not 'yes'"):
                call()
