"""Requests as they come over the wire: paths, queries, and what is not botocore's doing."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from lives import error_of, start_import
from support import make_client


@pytest.fixture
def queried(bedrock_jobs):
    """Makes a client that adds these to the query of every list."""
    bedrock_jobs.add_import_job("llama-v1")

    def client_with(**query):
        def add(params, **_):
            params["url"] += ("&" if "?" in params["url"] else "?") + urlencode(query)

        client = make_client()
        client.meta.events.register("before-call.bedrock", add)
        return client

    return client_with


def test_a_query_that_the_operation_does_not_have_is_ignored(queried):
    """As by the service: other tools add to the query."""
    [row] = queried(trace="1", nameContains="llama").list_model_import_jobs()["modelImportJobSummaries"]
    assert row["jobName"] == "llama-v1"


@pytest.mark.parametrize("query", [{"maxResults": "ten"}, {"creationTimeAfter": "yesterday"}, {"isOwned": "True"}])
def test_a_query_of_the_wrong_type_is_a_serialization_exception(bedrock_jobs, queried, query):
    """A number, a time or a boolean that is none; the text repeats it, and the call's record has no parameters."""
    code, message = error_of(queried(**query).list_custom_models)
    assert (code, message) == (
        "SerializationException",
        f"'{next(iter(query.values()))}' can not be converted to the member's type",
    )
    assert (bedrock_jobs.calls[-1].error_code, bedrock_jobs.calls[-1].parameters) == (code, {})


@pytest.mark.parametrize("fraction", ["", ".1", ".12", ".123", ".1234567", ".123456789"])
def test_a_time_may_have_any_number_of_digits_after_the_second(queried, fraction):
    """SDKs of other languages write as many as they need."""
    found = queried(creationTimeAfter=f"2020-01-01T00:00:00{fraction}Z").list_model_import_jobs()
    assert [row["jobName"] for row in found["modelImportJobSummaries"]] == ["llama-v1"]


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[]", b"{} x", b"{}{}"])
def test_a_body_that_is_no_json_object_is_a_serialization_exception(bedrock_jobs, body):
    """Something between botocore and the service broke it; the call's record has no parameters."""
    client = make_client()
    client.meta.events.register("before-call.bedrock", lambda params, **_: params.update(body=body))
    code, message = error_of(lambda: start_import(client))
    assert (code, message) == ("SerializationException", "The body of the request is not a JSON object.")
    assert (bedrock_jobs.calls[-1].error_code, bedrock_jobs.calls[-1].parameters) == (code, {})


def test_white_space_around_a_body_is_nothing(bedrock_jobs):
    """Clients in other languages may send it."""
    client = make_client()
    client.meta.events.register(
        "before-call.bedrock", lambda params, **_: params.update(body=b" \r\n" + params["body"] + b"\t\n")
    )
    start_import(client, jobName="spacious")
    assert [job.name for job in bedrock_jobs.import_jobs] == ["spacious"]


def test_an_empty_parameter_of_a_query_is_a_value(queried):
    """nameContains= breaks its constraint."""
    code, message = error_of(queried(nameContains="").list_model_import_jobs)
    assert code == "ValidationException"
    assert "'nameContains' failed to satisfy constraint" in message


@pytest.mark.parametrize("prefix", ["", "/proxy", "/a/b/model-import-jobs/x"])
def test_an_endpoint_may_have_a_path(bedrock_jobs, prefix):
    """What stands before the operation's own path does not matter; ARNs are decoded."""
    client = make_client(endpoint_url=f"http://localhost:1{prefix}")
    arn = start_import(client, jobName="llama+3.1")
    for identifier in (arn, "llama+3.1"):
        assert client.get_model_import_job(jobIdentifier=identifier)["jobArn"] == arn
    assert client.list_model_import_jobs()["modelImportJobSummaries"][0]["jobArn"] == arn
    assert bedrock_jobs.calls[1].parameters == {"jobIdentifier": arn}


def test_times_on_the_wire_have_milliseconds_and_a_zone(bedrock_jobs):
    """ISO 8601 in UTC, as in AWS's samples, with the status and the headers of the service."""
    seen = []
    client = make_client()
    client.meta.events.register("response-received.bedrock", lambda response_dict, **_: seen.append(response_dict))
    job = bedrock_jobs.add_import_job()
    client.get_model_import_job(jobIdentifier=job.arn)
    time = job.creation_time.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    assert f'"creationTime":"{time}"'.encode() in seen[0]["body"]
    assert seen[0]["status_code"] == 200
    assert seen[0]["headers"]["content-type"] == "application/json"
