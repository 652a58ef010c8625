"""The fixtures of wider scopes: one mock for a class, a module, a package or the session."""

from __future__ import annotations

import pytest

SUITE = """
    import pytest
    from pytest_bedrock_jobs import faults

    pytestmark = pytest.mark.bedrock_jobs(account_id="111122223333")

    @pytest.fixture(scope="module")
    def model(module_bedrock_jobs):
        return module_bedrock_jobs.add_imported_model("llama")

    @pytest.mark.parametrize("number", [1, 2])
    def test_they_share_it(model, module_bedrock_jobs, number):
        assert module_bedrock_jobs.account_id == "111122223333"
        assert module_bedrock_jobs.imported_models == (model,)
        assert module_bedrock_jobs.client().get_imported_model(modelIdentifier="llama")["modelArn"] == model.arn
        assert len(module_bedrock_jobs.calls) == number

    @pytest.mark.bedrock_jobs(region="eu-west-1")
    def test_of_its_own(module_bedrock_jobs, bedrock_jobs):
        assert (bedrock_jobs.region, bedrock_jobs.imported_models) == ("eu-west-1", ())
        assert bedrock_jobs.account_id == "111122223333"
        assert len(module_bedrock_jobs.imported_models) == 1

    def test_marked(bedrock_jobs):
        assert bedrock_jobs.import_jobs == ()

    class TestClass:
        @pytest.fixture(autouse=True, scope="class")
        def job(self, class_bedrock_jobs, package_bedrock_jobs, session_bedrock_jobs):
            class_bedrock_jobs.add_import_job("class")
            return session_bedrock_jobs.add_import_job("session")

        def test_it(self, class_bedrock_jobs, session_bedrock_jobs, package_bedrock_jobs):
            assert [job.name for job in class_bedrock_jobs.import_jobs] == ["class"]
            assert [job.name for job in session_bedrock_jobs.import_jobs] == ["session"]
            assert package_bedrock_jobs.import_jobs == ()
            assert session_bedrock_jobs.account_id == "123456789012"
"""


def test_markers_of_a_module_are_for_its_mock_and_those_of_a_test_for_its_own(pytester):
    """Markers of the module are for its mock, those of a test for its own."""
    pytester.makepyfile(SUITE)

    pytester.runpytest_inprocess().assert_outcomes(passed=5)


@pytest.mark.parametrize("scope", ["class", "module", "package", "session"])
def test_a_shared_mocks_fault_that_never_fired_is_reported_at_its_end(pytester, scope):
    """It is reported when the mock ends, without a traceback."""
    pytester.makepyfile(
        f"""
        from pytest_bedrock_jobs import faults

        def test_it({scope}_bedrock_jobs):
            {scope}_bedrock_jobs.inject("*", faults.read_timeout())
        """
    )
    result = pytester.runpytest_inprocess()

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*no request got <read timeout on [*]: *"])
    result.stdout.no_fnmatch_line("*activation.py*")


def test_a_fault_has_a_readable_id(pytester):
    """Where it is a parameter of a test."""
    pytester.makepyfile(
        """
        import pytest
        from pytest_bedrock_jobs import faults

        THROTTLED = faults.service_error("ThrottlingException")

        @pytest.mark.parametrize("fault", [faults.read_timeout(), THROTTLED, faults.PASS])
        def test_it(fault):
            assert dir(faults) == sorted(faults.__all__)
        """
    )
    result = pytester.runpytest_inprocess("-v")

    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["*test_it?read timeout? *", "*test_it?ThrottlingException? *", "*test_it?pass? *"])


HAPPENS = """
    import boto3
    import pytest
    from pytest_bedrock_jobs import NEXT_JOB, BedrockJobsError, faults

    @pytest.fixture(scope="session", autouse=True)
    def for_all(session_bedrock_jobs):
        session_bedrock_jobs.inject("DeleteCustomModel", faults.read_timeout())

    def swallow(jobs, operation):
        with pytest.raises(BedrockJobsError):
            getattr(jobs.client(), operation)()

    def test_unsupported(session_bedrock_jobs):
        swallow(session_bedrock_jobs, "list_guardrails")
        swallow(session_bedrock_jobs, "list_guardrails")
        swallow(session_bedrock_jobs, "list_evaluation_jobs")

    def test_innocent(session_bedrock_jobs):
        session_bedrock_jobs.client().list_model_import_jobs()

    def test_prepares(session_bedrock_jobs):
        session_bedrock_jobs.inject("ListModelCopyJobs", faults.read_timeout())
        session_bedrock_jobs.complete(NEXT_JOB)

    def test_fails(session_bedrock_jobs):
        swallow(session_bedrock_jobs, "list_guardrails")
        assert False

    @pytest.fixture
    def reset(session_bedrock_jobs):
        yield
        session_bedrock_jobs.reset()
        session_bedrock_jobs.inject("DeleteCustomModel", faults.read_timeout())

    @pytest.mark.usefixtures("reset")
    def test_has_two_mocks(session_bedrock_jobs, bedrock_jobs):
        swallow(bedrock_jobs, "list_guardrails")
        session_bedrock_jobs.inject("ListModelCopyJobs", faults.read_timeout())

    def test_last(session_bedrock_jobs):
        pass
"""


def test_what_happens_to_a_session_s_mock_is_reported_at_the_test(pytester):
    """In which it happened, all of it, once; what was prepared for all tests, when the session ends."""
    pytester.makepyfile(HAPPENS)

    result = pytester.runpytest_inprocess()

    result.assert_outcomes(passed=5, failed=1, errors=4)
    errors = result.stdout.str().split("_ ERROR at teardown of ")
    names = [error.split(" _")[0] for error in errors[1:]]
    assert names == ["test_unsupported", "test_prepares", "test_has_two_mocks", "test_last"]
    unsupported, prepares, two, last = errors[1:]
    assert "ListGuardrails is not mocked" in unsupported
    assert "ListEvaluationJobs is not mocked" in unsupported
    assert "no request got <read timeout on ListModelCopyJobs: " in prepares
    assert "no job took <Completed for NEXT_JOB>" in prepares
    assert "no request got <read timeout on ListModelCopyJobs: " in two
    assert "ListGuardrails is not mocked" in two
    assert "no request got <read timeout on DeleteCustomModel: fired 0, left 1>; " in last
    assert "ListModelCopyJobs: fired" not in last.split("operations called")[0]


def test_a_test_skipped_in_its_set_up_has_no_part_in_what_all_tests_share(pytester):
    """It has no part in what was prepared for all tests, which is reported when the session ends."""
    pytester.makepyfile(
        """
        import pytest
        from pytest_bedrock_jobs import faults

        @pytest.fixture(scope="session", autouse=True)
        def for_all(session_bedrock_jobs):
            session_bedrock_jobs.inject("DeleteCustomModel", faults.read_timeout())

        @pytest.fixture
        def not_here():
            pytest.skip("not here")

        def test_first():
            pass

        def test_skipped(not_here):
            pass

        def test_last():
            pass
        """
    )
    result = pytester.runpytest_inprocess("-p", "no:randomly")
    result.assert_outcomes(passed=2, skipped=1, errors=1)
    result.stdout.fnmatch_lines(["*_ ERROR at teardown of test_last _*", "no request got <read timeout on Delete*"])


OWN = {
    "context manager": """
        @pytest.fixture(scope="module", autouse=True)
        def own():
            global jobs
            with mock_bedrock_jobs() as jobs:
                jobs.inject("DeleteCustomModel", faults.read_timeout(), allow_unused=True)
                yield
    """,
    "start and stop": """
        MOCK = mock_bedrock_jobs()

        def setup_module():
            global jobs
            jobs = MOCK.start()

        def teardown_module():
            MOCK.stop()
    """,
}


@pytest.mark.parametrize("own", OWN)
def test_what_happens_to_a_mock_of_ones_own_is_reported_at_each_test(pytester, own):
    """What happens to it is reported at each test, too, and not lost when the last one fails."""
    pytester.makepyfile(f"""
        import pytest
        from pytest_bedrock_jobs import BedrockJobsError, faults, mock_bedrock_jobs
        {OWN[own]}
        def test_unsupported():
            with pytest.raises(BedrockJobsError):
                jobs.client().list_guardrails()

        def test_innocent():
            jobs.client().list_model_import_jobs()

        def test_unused():
            jobs.inject("ListModelCopyJobs", faults.read_timeout())

        def test_fails():
            assert False
    """)
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(passed=3, failed=1, errors=2)
    result.stdout.fnmatch_lines(
        [
            "*_ ERROR at teardown of test_unsupported _*",
            "ListGuardrails is not mocked*",
            "*_ ERROR at teardown of test_unused _*",
            "no request got <read timeout on ListModelCopyJobs: *",
        ]
    )


def test_the_error_of_a_fixtures_tear_down_is_shown_beside_an_unused_fault(pytester):
    """Its error keeps its type and its line, and each of the two is shown once."""
    pytester.makepyfile(
        """
        import pytest
        from pytest_bedrock_jobs import faults

        @pytest.fixture
        def other():
            yield
            {}["mine"]

        def test_it(session_bedrock_jobs, other):
            session_bedrock_jobs.inject("*", faults.read_timeout())
        """
    )
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(['*{}?"mine"?', "*KeyError: 'mine'", "*Failed: no request got <read timeout on [*]: *"])
    assert result.stdout.str().count("no request got") == 1


def test_a_marked_test_that_requests_a_shared_mock_first_has_one_of_its_own(pytester):
    """It has a mock of its own within the shared one, whose Region is not that of the marker."""
    pytester.makepyfile(
        """
        import boto3
        import pytest

        @pytest.fixture(scope="session")
        def model(session_bedrock_jobs):
            return session_bedrock_jobs.add_imported_model("llama")

        @pytest.mark.bedrock_jobs(region="ap-south-1")
        def test_first(session_bedrock_jobs, model):
            assert boto3.client("bedrock").list_imported_models()["modelSummaries"] == []
            assert session_bedrock_jobs.calls == ()

        def test_second(session_bedrock_jobs, model):
            assert boto3.client("bedrock").meta.region_name == session_bedrock_jobs.region != "ap-south-1"
            assert model.region == session_bedrock_jobs.region
        """
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=2)


def test_the_set_up_of_what_shares_a_marked_mock_is_in_that_mock(pytester):
    """It is mocked, too, by the mock that the tests see."""
    pytester.makepyfile(
        test_class="""
        import pytest
        from support import import_parameters, make_client

        @pytest.mark.bedrock_jobs
        class TestIt:
            def setup_class(cls):
                make_client().create_model_import_job(**import_parameters())

            def test_it(self, class_bedrock_jobs):
                assert len(class_bedrock_jobs.import_jobs) == 1
        """,
        test_module="""
        import pytest
        from support import import_parameters, make_client

        pytestmark = pytest.mark.bedrock_jobs

        def setup_module():
            make_client().create_model_import_job(**import_parameters())

        def test_it(module_bedrock_jobs):
            assert len(module_bedrock_jobs.import_jobs) == 1
        """,
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=2)


def test_a_marker_whose_options_no_mock_takes_is_refused(pytester):
    """It is refused: another mock is for other tests, too, or was there before the marker."""
    pytester.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.bedrock_jobs(account_id="111122223333")

        @pytest.mark.bedrock_jobs(quotas=True)
        class TestIt:
            def test_module(self, module_bedrock_jobs):
                raise AssertionError("module_bedrock_jobs has no quotas")

            def test_class(self, session_bedrock_jobs, class_bedrock_jobs):
                assert class_bedrock_jobs.account_id == "111122223333"

            def test_own(self, session_bedrock_jobs, bedrock_jobs):
                assert bedrock_jobs.account_id == "111122223333"

        class TestReplaced:
            @pytest.fixture
            def bedrock_jobs(self, module_bedrock_jobs):
                return module_bedrock_jobs

            def test_taken(self, bedrock_jobs):
                assert bedrock_jobs.account_id == "111122223333"

            @pytest.mark.bedrock_jobs(region="eu-west-1")
            def test_replaced(self):
                raise AssertionError("module_bedrock_jobs has another Region")
        """,
        test_others="""
        import pytest

        @pytest.mark.bedrock_jobs(account_id="111122223333")
        class TestIt:
            def test_session(self, session_bedrock_jobs):
                raise AssertionError("session_bedrock_jobs has another account")

        @pytest.fixture
        def late(request):
            request.applymarker(pytest.mark.bedrock_jobs(region="eu-west-1"))

        def test_late(bedrock_jobs, late):
            raise AssertionError("the marker came later")

        def test_early(late, bedrock_jobs):
            assert bedrock_jobs.region == "eu-west-1"
        """,
    )
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(passed=4, failed=4)
    refused = [
        f"no mock of this test has the marker's options, {name}: it shares one with other tests, a fixture of its own "
        "replaces bedrock_jobs without requesting it, *"
        for name in ("quotas", "region", "account_id", "region")
    ]
    result.stdout.fnmatch_lines(refused)
    result.stdout.no_fnmatch_line("*AssertionError*")
