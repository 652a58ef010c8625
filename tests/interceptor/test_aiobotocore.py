"""aiobotocore's clients get the same responses as boto3's."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from unittest.mock import Mock

import moto
import pytest
from aio_clients import BACK_ENDS, AioNetwork, aio_client, error_of, session
from aiobotocore.credentials import AioCredentials, create_credential_resolver
from aiobotocore.session import AioSession
from botocore.exceptions import ClientError
from lives import custom_model_parameters, customization_parameters
from support import BEDROCK_OPERATIONS, OTHER_ACCOUNT, copy_parameters, import_parameters

from pytest_bedrock_jobs import IdempotencyTokenWarning, UnsupportedOperationError, mock_bedrock_jobs

both_back_ends = pytest.mark.parametrize("back_end", BACK_ENDS)


async def life_of_an_import(client):
    """An import from its start until its model is gone."""
    job = (await client.create_model_import_job(**import_parameters(importedModelName="llama")))["jobArn"]
    statuses = [(await client.get_model_import_job(jobIdentifier=job))["status"] for _ in range(2)]
    jobs = (await client.list_model_import_jobs())["modelImportJobSummaries"]
    model = (await client.get_imported_model(modelIdentifier="llama"))["modelArn"]
    models = (await client.list_imported_models())["modelSummaries"]
    await client.delete_imported_model(modelIdentifier=model)
    assert statuses == ["InProgress", "Completed"]
    assert ([row["jobArn"] for row in jobs], [row["modelArn"] for row in models]) == ([job], [model])


async def life_of_a_deployment(client):
    """A deployment, updated and deleted."""
    model = (await client.create_custom_model(**custom_model_parameters()))["modelArn"]
    assert [(await client.get_custom_model(modelIdentifier=model))["modelStatus"] for _ in range(2)][1] == "Active"
    created = await client.create_custom_model_deployment(modelDeploymentName="chat", modelArn=model)
    which = {"customModelDeploymentIdentifier": created["customModelDeploymentArn"]}
    statuses = [(await client.get_custom_model_deployment(**which))["status"] for _ in range(2)]
    await client.update_custom_model_deployment(**which, modelArn=model)
    updates = [(await client.get_custom_model_deployment(**which))["updateDetails"]["updateStatus"] for _ in range(2)]
    rows = (await client.list_custom_model_deployments())["modelDeploymentSummaries"]
    await client.delete_custom_model_deployment(**which)
    assert (statuses, updates) == (["Creating", "Active"], ["Updating", "UpdateCompleted"])
    assert [row["customModelDeploymentName"] for row in rows] == ["chat"]


async def life_of_a_custom_model(client):
    """A custom model, tagged, copied and deleted."""
    model = (await client.create_custom_model(**custom_model_parameters()))["modelArn"]
    statuses = [(await client.get_custom_model(modelIdentifier=model))["modelStatus"] for _ in range(2)]
    await client.tag_resource(resourceARN=model, tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
    await client.untag_resource(resourceARN=model, tagKeys=["a"])
    tags = (await client.list_tags_for_resource(resourceARN=model))["tags"]
    job = (await client.create_model_copy_job(sourceModelArn=model, targetModelName="copy"))["jobArn"]
    copies = (await client.list_model_copy_jobs())["modelCopyJobSummaries"]
    copy = await client.get_model_copy_job(jobArn=job)
    models = (await client.list_custom_models())["modelSummaries"]
    await client.delete_custom_model(modelIdentifier=model)
    assert (statuses, tags) == (["Creating", "Active"], [{"key": "b", "value": "2"}])
    assert ([row["jobArn"] for row in copies], copy["status"]) == ([job], "Completed")
    assert {row["modelArn"] for row in models} == {model, copy["targetModelArn"]}


async def life_of_a_customization_job(client):
    """A job that is stopped, and one that makes a model."""
    stopped = (await client.create_model_customization_job(**customization_parameters()))["jobArn"]
    await client.stop_model_customization_job(jobIdentifier=stopped)
    done = (await client.create_model_customization_job(**customization_parameters()))["jobArn"]
    for status in ("InProgress", "Completed"):
        assert (await client.get_model_customization_job(jobIdentifier=done))["status"] == status
    rows = (await client.list_model_customization_jobs())["modelCustomizationJobSummaries"]
    assert {row["jobArn"] for row in rows} == {stopped, done}


async def life_of_a_provisioned_throughput(client, model):
    """Throughput of a model, renamed and deleted."""
    bought = await client.create_provisioned_model_throughput(
        provisionedModelName="chat", modelId=model.arn, modelUnits=1
    )
    which = {"provisionedModelId": bought["provisionedModelArn"]}
    statuses = [(await client.get_provisioned_model_throughput(**which))["status"] for _ in range(2)]
    await client.update_provisioned_model_throughput(**which, desiredProvisionedModelName="talk")
    rows = (await client.list_provisioned_model_throughputs())["provisionedModelSummaries"]
    await client.delete_provisioned_model_throughput(**which)
    assert statuses == ["Creating", "InService"]
    assert [row["provisionedModelName"] for row in rows] == ["talk"]


def test_headers_are_where_an_older_aiobotocore_takes_them_from(bedrock_jobs):
    """Before 2.21 it read the raw response's own headers, which are bytes."""
    raw, metadata = [], []

    async def run():
        async with aio_client() as client:
            client.meta.events.register("after-call.bedrock", lambda http_response, **_: raw.append(http_response.raw))
            metadata.append((await client.list_model_import_jobs())["ResponseMetadata"])

    asyncio.run(run())
    assert {name.decode().lower(): value.decode() for name, value in raw[0].raw_headers} == metadata[0]["HTTPHeaders"]


@both_back_ends
def test_every_operation_responds_to_aiobotocore_from_memory(bedrock_jobs, back_end):
    """Every operation responds from memory, through either HTTP back end."""

    async def run():
        async with aio_client(back_end) as client:
            await life_of_an_import(client)
            await life_of_a_custom_model(client)
            await life_of_a_deployment(client)
            await life_of_a_customization_job(client)
            await life_of_a_provisioned_throughput(client, bedrock_jobs.add_custom_model("ranker"))

    asyncio.run(run())

    assert {call.operation for call in bedrock_jobs.calls} == set(BEDROCK_OPERATIONS)
    assert {call.error_code for call in bedrock_jobs.calls} == {None}


@both_back_ends
@pytest.mark.parametrize(
    ("paginator", "rows", "parameters"),
    [
        ("list_model_import_jobs", "modelImportJobSummaries", {}),
        ("list_imported_models", "modelSummaries", {}),
        ("list_model_copy_jobs", "modelCopyJobSummaries", {}),
        ("list_custom_models", "modelSummaries", {"nameContains": "source"}),
    ],
)
def test_a_paginator_of_aiobotocore_yields_all_rows_page_by_page(bedrock_jobs, back_end, paginator, rows, parameters):
    """A paginator yields all rows, page by page, and as one full result."""
    bedrock_jobs.progress = "manual"

    async def run():
        async with aio_client(back_end) as client:
            for number in range(5):
                source = bedrock_jobs.add_custom_model(f"source-{number}")
                await client.create_model_copy_job(**copy_parameters(source))
                bedrock_jobs.add_imported_model()
            config = {"PageSize": 2}
            pages = client.get_paginator(paginator).paginate(PaginationConfig=config, **parameters)
            listed = [page[rows] async for page in pages]
            full = (
                await client.get_paginator(paginator)
                .paginate(PaginationConfig=config, **parameters)
                .build_full_result()
            )
            return listed, full[rows]

    listed, full = asyncio.run(run())

    assert [len(page) for page in listed] == [2, 2, 1]
    assert [row for page in listed for row in page] == full


@both_back_ends
def test_an_error_of_the_service_is_the_exception_of_the_aiobotocore_client(bedrock_jobs, back_end):
    """An error of the service is the exception that the client has for it, with the service's response."""

    async def run():
        async with aio_client(back_end) as client:
            absent = copy_parameters(bedrock_jobs.add_custom_model("gone"))
            await client.delete_custom_model(modelIdentifier="gone")
            error = await error_of(client.create_model_copy_job(**absent), client.exceptions.ResourceNotFoundException)
            await error_of(
                client.create_model_import_job(**import_parameters(jobName="two words")),
                client.exceptions.ValidationException,
            )
            return error

    error = asyncio.run(run())

    assert isinstance(error, ClientError)
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    codes = [call.error_code for call in bedrock_jobs.calls]
    assert codes == [None, "ResourceNotFoundException", "ValidationException"]


def test_a_repeated_token_returns_the_first_job(bedrock_jobs):
    """A repeated token returns the first job; with other parameters, there is a warning at the sender's line."""

    async def run():
        async with aio_client() as client:
            first = import_parameters(clientRequestToken="token-1")
            one = await client.create_model_import_job(**first)
            two = await client.create_model_import_job(**first)
            with pytest.warns(IdempotencyTokenWarning, match=r"different parameters \(importedModelName\)") as warned:
                three = await client.create_model_import_job(**first | {"importedModelName": "other"})
            return {one["jobArn"], two["jobArn"], three["jobArn"]}, warned

    arns, warned = asyncio.run(run())

    assert {job.arn for job in bedrock_jobs.import_jobs} == arns
    assert len(arns) == 1
    assert warned[0].filename == __file__
    assert [call.replayed for call in bedrock_jobs.calls] == [False, True, True]


def test_a_copy_has_a_token_of_its_own(bedrock_jobs):
    """Aiobotocore makes up a token for each copy, so two equal requests are two copies."""

    async def run():
        async with aio_client() as client:
            parameters = copy_parameters(bedrock_jobs.add_custom_model())
            await client.create_model_copy_job(**parameters)
            await client.create_model_copy_job(**parameters)

    asyncio.run(run())

    assert len(bedrock_jobs.copy_jobs) == 2


@both_back_ends
def test_a_client_made_before_the_mock_is_itself_again_afterwards(back_end, timers):
    """A client made before the mock gets its responses; afterwards it signs, sends and waits as before."""

    async def run():
        async with aio_client(back_end, config={"retries": {"total_max_attempts": 2, "mode": "standard"}}) as client:
            async with mock_bedrock_jobs() as jobs:
                await client.create_model_import_job(**import_parameters())
            network = AioNetwork(client, 503)
            await client.create_model_import_job(**import_parameters())
            return jobs, network

    jobs, network = asyncio.run(run())

    assert len(jobs.import_jobs) == 1
    assert len(network.requests) == 2
    assert all("Credential=AKIAOUTSIDE/" in str(request.headers["Authorization"]) for request in network.requests)
    assert timers


def test_nothing_is_signed_in_a_mock(bedrock_jobs):
    """Credentials are not read while a mock responds, so nothing refreshes them."""
    sent = []

    class Expired(AioCredentials):
        async def get_frozen_credentials(self):
            raise AssertionError("a refresh")

    async def run():
        credentials = AioSession()
        credentials._credentials = Expired("AKIAOUTSIDE", "outside")
        async with credentials.create_client("bedrock", region_name="us-east-1") as client:
            client.meta.events.register_first("before-send.bedrock", lambda request, **_: sent.append(request))
            await client.create_model_import_job(**import_parameters())

    asyncio.run(run())

    assert [request.headers.get("Authorization") for request in sent] == [None]
    assert len(bedrock_jobs.import_jobs) == 1


@pytest.mark.bedrock_jobs(region="eu-central-1")
def test_a_client_without_keys_and_region_has_those_of_the_mock(bedrock_jobs):
    """A client without keys and Region has those of the mock."""

    async def run():
        async with AioSession().create_client("bedrock") as client:
            return client.meta.region_name, await client.create_model_import_job(**import_parameters())

    region, received = asyncio.run(run())

    assert region == "eu-central-1"
    assert f":eu-central-1:{bedrock_jobs.account_id}:" in received["jobArn"]


def test_the_account_is_the_one_that_the_credentials_name(bedrock_jobs):
    """The account is the one that the client's credentials name, else the mock's."""

    async def run():
        async with aio_client() as plain, aio_client(aws_account_id=OTHER_ACCOUNT) as other:
            await plain.create_model_import_job(**import_parameters())
            await other.create_model_import_job(**import_parameters())
            return [
                len((await client.list_model_import_jobs())["modelImportJobSummaries"]) for client in (plain, other)
            ]

    assert asyncio.run(run()) == [1, 1]
    assert [job.account_id for job in bedrock_jobs.import_jobs] == [bedrock_jobs.account_id, OTHER_ACCOUNT]


@both_back_ends
def test_an_unsupported_operation_raises_at_once_and_names_the_line(bedrock_jobs, back_end):
    """It raises at once, names the line that called, and nothing is sent."""

    async def run():
        async with aio_client(back_end) as client:
            with pytest.raises(UnsupportedOperationError) as caught:
                await client.list_guardrails()
            return caught.value

    error = asyncio.run(run())

    assert str(error).startswith(f"ListGuardrails is not mocked, and nothing was sent ({__file__}:")
    assert [call.error_code for call in bedrock_jobs.calls] == ["UnsupportedOperationError"]
    bedrock_jobs.reset()


def test_an_async_block_ends_with_the_unsupported_operation_that_was_swallowed():
    """An async block whose code survived the error ends with it."""

    async def run():
        async with mock_bedrock_jobs(), aio_client() as client:
            with contextlib.suppress(Exception):
                await client.list_guardrails()

    with pytest.raises(UnsupportedOperationError, match="ListGuardrails"):
        asyncio.run(run())


def test_what_replaces_the_network_is_left_alone(bedrock_jobs):
    """A user's handler can respond to an operation that the mock does not have."""

    async def run():
        async with aio_client() as client:
            network = AioNetwork(client)
            assert await client.list_guardrails()
            return network

    assert len(asyncio.run(run()).requests) == 1
    assert [call.error_code for call in bedrock_jobs.calls] == [None]


def test_other_services_are_not_mocked(bedrock_jobs):
    """A client of another service goes where it always goes."""

    async def run():
        async with aio_client(service="bedrock-runtime") as client:
            network = AioNetwork(client)
            assert await client.list_async_invokes()
            return network

    assert len(asyncio.run(run()).requests) == 1
    assert bedrock_jobs.calls == ()


def test_each_run_of_a_decorated_coroutine_function_has_a_new_mock():
    """Each run of a decorated coroutine function has a new mock, which its parameter is given."""

    @mock_bedrock_jobs(account_id=OTHER_ACCOUNT)
    async def run(bedrock_jobs):
        async with aio_client() as client:
            await client.create_model_import_job(**import_parameters())
        return bedrock_jobs

    jobs = [asyncio.run(run()) for _ in range(2)]

    assert [[job.account_id for job in mock.import_jobs] for mock in jobs] == [[OTHER_ACCOUNT]] * 2


def test_the_innermost_of_nested_async_blocks_responds():
    """The innermost mock responds, and the outer one does again afterwards."""

    async def run():
        async with aio_client() as client, mock_bedrock_jobs() as outer:
            async with mock_bedrock_jobs() as inner:
                await client.create_model_import_job(**import_parameters())
            for _ in range(2):
                await client.create_model_import_job(**import_parameters())
            return outer, inner

    assert [len(jobs.import_jobs) for jobs in asyncio.run(run())] == [2, 1]


@both_back_ends
def test_each_of_many_tasks_gets_its_own_responses(bedrock_jobs, back_end):
    """Tasks that share a client, or have their own, each get their own responses."""

    async def run():
        async with aio_client(back_end) as one, aio_client(back_end, region_name="eu-west-1") as other:
            parameters = [import_parameters() for _ in range(40)]
            tasks = [
                client.create_model_import_job(**these)
                for client, these in zip([one, other] * 20, parameters, strict=True)
            ]
            results = await asyncio.gather(*tasks)
            return [these["jobName"] for these in parameters], [received["jobArn"] for received in results]

    names, arns = asyncio.run(run())

    by_arn = {job.arn: job for job in bedrock_jobs.import_jobs}
    assert [by_arn[arn].name for arn in arns] == names
    assert [by_arn[arn].region for arn in arns] == ["us-east-1", "eu-west-1"] * 20


def test_event_loops_in_several_threads_share_one_mock(bedrock_jobs):
    """Event loops in several threads get their responses from the same mock."""

    async def run():
        async with aio_client() as client:
            await asyncio.gather(*(client.create_model_import_job(**import_parameters()) for _ in range(5)))

    async def in_threads():
        session()  # made once
        await asyncio.gather(*(asyncio.to_thread(asyncio.run, run()) for _ in range(4)))

    asyncio.run(in_threads())

    assert len({job.arn for job in bedrock_jobs.import_jobs}) == 20


def test_boto3_and_aiobotocore_see_the_same_jobs(bedrock_jobs, client):
    """What one kind of client makes, the other finds."""
    arn = client.create_model_import_job(**import_parameters())["jobArn"]

    async def run():
        async with aio_client() as other:
            return (await other.get_model_import_job(jobIdentifier=arn))["jobArn"]

    assert asyncio.run(run()) == arn


USES_BOTO3 = """
import sys
from unittest.mock import Mock
from pytest_bedrock_jobs import mock_bedrock_jobs
with mock_bedrock_jobs(virtual_time=True) as jobs:
    jobs.client().list_model_import_jobs()
print(sorted({"aiobotocore", "aiohttp", "aioboto3", "httpx", "awscli"} & sys.modules.keys()))
"""


def test_a_user_of_boto3_has_nothing_of_aiobotocore_imported():
    """A user of boto3 has nothing of aiobotocore imported, though it is installed."""
    done = subprocess.run([sys.executable, "-c", USES_BOTO3], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


ORDERS = {
    "the mock first": """
        with mock_bedrock_jobs() as jobs:
            from aiobotocore.session import get_session
            asyncio.run(submit(get_session()))
    """,
    "aiobotocore first": """
        from aiobotocore.session import get_session
        with mock_bedrock_jobs() as jobs:
            asyncio.run(submit(get_session()))
    """,
}
SUBMITS = """
        import asyncio
        from pytest_bedrock_jobs import mock_bedrock_jobs

        async def submit(session):
            async with session.create_client("bedrock") as client:
                await client.list_model_import_jobs()
"""


@pytest.mark.parametrize("order", ORDERS)
def test_aiobotocore_may_be_imported_before_or_after_the_mock(pytester, order):
    """The order of imports makes no difference, in a process that starts with neither."""
    reported = "\n        print([call.operation for call in jobs.calls])"
    script = pytester.makepyfile(SUBMITS + ORDERS[order] + reported)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert done.stdout == "['ListModelImportJobs']\n"


def test_an_operation_that_moto_does_not_have_either_is_unsupported(bedrock_jobs):
    """What moto does not have either is our error, as with boto3."""

    async def main():
        with moto.mock_aws():
            async with AioSession().create_client("bedrock", region_name="us-east-1") as client:
                with pytest.raises(UnsupportedOperationError, match="ListGuardrails"):
                    await client.list_guardrails()

    asyncio.run(main())
    bedrock_jobs.reset()


HOOKS_TAKEN_AWAY = """
import asyncio
import sys
from unittest.mock import Mock

from pytest_bedrock_jobs import mock_bedrock_jobs

meta_path = list(sys.meta_path)
with mock_bedrock_jobs():
    pass
sys.meta_path[:] = meta_path

import boto3
from aiobotocore.session import get_session

async def call():
    async with get_session().create_client("bedrock", endpoint_url="http://127.0.0.1:9") as client:
        await client.list_model_import_jobs()

with mock_bedrock_jobs() as jobs:
    boto3.client("bedrock", endpoint_url="http://127.0.0.1:9").list_model_import_jobs()
    asyncio.run(call())
print(len(jobs.calls))
"""


def test_libraries_imported_without_import_hooks_are_mocked_the_next_time():
    """Where import hooks were taken away, as pytester does after each run, the next mock wraps what came since."""
    done = subprocess.run([sys.executable, "-c", HOOKS_TAKEN_AWAY], capture_output=True, text=True, check=True)
    assert done.stdout == "2\n"


def test_asking_the_chain_of_providers_finds_what_a_new_session_finds(bedrock_jobs):
    """It finds what a new session finds."""
    found = asyncio.run(create_credential_resolver(AioSession()).load_credentials())
    assert found.access_key == "AKIABEDROCKJOBSMOCK"


@both_back_ends
def test_a_request_past_the_gate_is_not_sent(back_end):
    """A spy on the client's endpoint takes the call past the double that the mock makes of it."""

    async def test():
        async with aio_client(back_end, service="s3") as client:
            client._endpoint.make_request = Mock(wraps=client._endpoint.make_request)
            await error_of(client.list_buckets(), UnsupportedOperationError)

    mock = mock_bedrock_jobs()
    mock.start()
    asyncio.run(test())
    with pytest.raises(UnsupportedOperationError, match=r"s3\.(us-east-1\.)?amazonaws\.com went past the mock"):
        mock.stop()
