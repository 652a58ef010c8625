"""Beside other code in the process: Stubber, OpenTelemetry, threads, and what moves the time."""

from __future__ import annotations

import asyncio
import datetime
import itertools
import time
from concurrent.futures import ThreadPoolExecutor

import freezegun
import pytest
from aio_clients import aio_client
from botocore.stub import Stubber
from lives import error_of, import_status, start_import
from opentelemetry.instrumentation.botocore import AiobotocoreInstrumentor, BotocoreInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from support import import_parameters, make_client

from pytest_bedrock_jobs import UnsupportedOperationError, mock_bedrock_jobs

CLIENT = make_client()


def test_a_stubber_wins_on_its_own_client(bedrock_jobs):
    """What a Stubber responds to is not the mock's; other clients, and its own after it, are."""
    stubbed = make_client()
    with Stubber(stubbed) as stubber:
        stubber.add_response("list_model_import_jobs", {"modelImportJobSummaries": []})
        stubber.add_client_error("get_model_import_job", "ThrottlingException")
        start_import(CLIENT)
        assert stubbed.list_model_import_jobs()["modelImportJobSummaries"] == []
        assert error_of(stubbed.get_model_import_job, jobIdentifier="any")[0] == "ThrottlingException"
        stubber.assert_no_pending_responses()
    assert len(stubbed.list_model_import_jobs()["modelImportJobSummaries"]) == 1
    assert [call.operation for call in bedrock_jobs.calls] == ["CreateModelImportJob", "ListModelImportJobs"]


def test_a_stubber_around_a_mock_keeps_its_client():
    """A stubbed client that is used within a mock is the Stubber's during and after it."""
    stubbed = make_client()
    with Stubber(stubbed) as stubber:
        for _ in range(2):
            stubber.add_response("list_model_import_jobs", {})
        with mock_bedrock_jobs() as jobs:
            stubbed.list_model_import_jobs()
        stubbed.list_model_import_jobs()
        stubber.assert_no_pending_responses()
    assert jobs.calls == ()


ORDERS = [
    order
    for order in itertools.permutations(["+mock", "-mock", "+tracing", "-tracing"])
    if order.index("+mock") < order.index("-mock") and order.index("+tracing") < order.index("-tracing")
]


class Traced:
    """OpenTelemetry's instrumentation and a mock, each started and stopped on its own."""

    def __init__(self, instrumentor, submit):
        self.submit = submit
        self._instrumentor = instrumentor
        self._exporter = InMemorySpanExporter()
        self._provider = TracerProvider(shutdown_on_exit=False)
        self._provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self._door = mock_bedrock_jobs()
        self.running = set()
        self.jobs = None

    def step(self, step):
        """Start (+) or stop (-) one of the two."""
        getattr(self, {"+": "_start_", "-": "_stop_"}[step[0]] + step[1:])()
        (self.running.add if step[0] == "+" else self.running.remove)(step[1:])

    def _start_mock(self):
        self.jobs = self._door.__enter__()

    def _stop_mock(self):
        self._door.__exit__(None, None, None)

    def _start_tracing(self):
        self._instrumentor.instrument(tracer_provider=self._provider)

    def _stop_tracing(self):
        self._instrumentor.uninstrument()

    def spans(self):
        """The spans since the last time."""
        spans = self._exporter.get_finished_spans()
        self._exporter.clear()
        return [span.name for span in spans]


async def _submit_async():
    async with aio_client() as client:
        await client.create_model_import_job(**import_parameters())


LIBRARIES = {
    "botocore": (BotocoreInstrumentor, lambda: start_import(CLIENT)),
    "aiobotocore": (AiobotocoreInstrumentor, lambda: asyncio.run(_submit_async())),
}


@pytest.fixture(params=LIBRARIES)
def traced(request):
    """Both, stopped at the end whatever happens."""
    instrumentor, submit = LIBRARIES[request.param]
    traced = Traced(instrumentor(), submit)
    yield traced
    for name in set(traced.running):
        traced.step(f"-{name}")


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_opentelemetry_and_the_mock_start_and_stop_in_any_order(traced, order):
    """Whichever starts and stops first: the mock responds while it runs, and spans come while tracing does."""
    for step in order:
        traced.step(step)
        if "mock" in traced.running:
            before = len(traced.jobs.import_jobs)
            traced.submit()
            assert len(traced.jobs.import_jobs) == before + 1
            expected = ["Bedrock.CreateModelImportJob"] if "tracing" in traced.running else []
            assert traced.spans() == expected


@pytest.mark.parametrize("traced", ["botocore"], indirect=True)
def test_opentelemetry_reports_errors(traced):
    """A span of a failed call is there too, and an unsupported call still names the line that made it."""
    traced.step("+tracing")
    traced.step("+mock")
    client = make_client()
    error_of(client.get_model_copy_job, jobArn="arn:aws:bedrock:us-east-1:123456789012:model-copy-job/abcdefghijkl")
    with pytest.raises(UnsupportedOperationError) as caught:
        client.list_guardrails()
    assert f"nothing was sent ({__file__}:" in str(caught.value)
    assert traced.spans() == ["Bedrock.GetModelCopyJob", "Bedrock.ListGuardrails"]
    traced.jobs.reset()


def test_each_thread_of_a_thread_pool_gets_its_own_responses(bedrock_jobs):
    """Threads of a pool that share a client, or make their own, all get responses, each with its own job."""
    shared = bedrock_jobs.client()

    def submit(number):
        client = shared if number % 8 else make_client()
        name = f"import-of-{number}"
        arn = client.create_model_import_job(**import_parameters(jobName=name))["jobArn"]
        return name, client.get_model_import_job(jobIdentifier=arn)["jobName"]

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(submit, range(40)))

    assert all(asked == reported for asked, reported in results)
    assert len({job.arn for job in bedrock_jobs.import_jobs}) == 40


def test_a_thread_pool_older_than_the_mock_gets_responses_from_the_active_one():
    """A pool's threads outlive mocks, and get their responses from the active one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()
        mocks = []
        for _ in range(2):
            with mock_bedrock_jobs() as jobs:
                pool.submit(start_import, CLIENT).result()
            mocks.append(jobs)
    assert [len(jobs.import_jobs) for jobs in mocks] == [1, 1]


NOON = datetime.datetime(2031, 5, 4, 12, tzinfo=datetime.timezone.utc)


@pytest.mark.bedrock_jobs(progress=datetime.timedelta(minutes=45))
def test_freezegun_freezes_and_moves_the_mocks_time(bedrock_jobs):
    """It freezes the mock's time too, and its tick lets jobs end."""
    with freezegun.freeze_time(NOON) as frozen:
        arn = start_import(CLIENT)
        assert CLIENT.get_model_import_job(jobIdentifier=arn)["creationTime"] == NOON
        frozen.tick(datetime.timedelta(minutes=44, seconds=59))
        assert import_status(CLIENT, arn) == "InProgress"
        frozen.tick(1)
        assert import_status(CLIENT, arn) == "Completed"


@freezegun.freeze_time(NOON)
@mock_bedrock_jobs(virtual_time=True, progress="time")
def test_freezegun_as_a_decorator_lets_virtual_sleep_go_on_from_its_time(bedrock_jobs):
    """Its decorator above ours: virtual sleep goes on from the frozen time."""
    start_import(CLIENT)
    time.sleep(15 * 60)
    [job] = bedrock_jobs.import_jobs
    assert (job.creation_time, job.end_time) == (NOON, NOON + datetime.timedelta(minutes=15))


TIME_MACHINE = """
    import datetime

    NOON = datetime.datetime(2031, 5, 4, 12, tzinfo=datetime.timezone.utc)
    pytestmark = pytest.mark.bedrock_jobs(progress=datetime.timedelta(minutes=45))

    def test_fixture(bedrock_jobs, time_machine):
        time_machine.move_to(NOON, tick=False)
        arn = submit()
        [job] = bedrock_jobs.import_jobs
        assert job.creation_time == NOON
        time_machine.shift(45 * 60)
        assert CLIENT.get_model_import_job(jobIdentifier=arn)["status"] == "Completed"

    @pytest.mark.time_machine(NOON, tick=False)
    def test_marker(bedrock_jobs):
        submit()
        bedrock_jobs.clock.advance(45 * 60)
        [job] = bedrock_jobs.import_jobs
        assert (job.creation_time, job.end_time) == (NOON, NOON + datetime.timedelta(minutes=45))
"""


def test_time_machine_moves_and_freezes_the_mocks_time(run_beside):
    """Its fixture moves the mock's time too, and jobs end when it has come; its marker freezes it."""
    run_beside("", TIME_MACHINE).assert_outcomes(passed=2)
