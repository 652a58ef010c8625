"""Tags: fifty on a resource, each key once, none of AWS's own."""

from __future__ import annotations

import re

import pytest
from support import copy_parameters, import_parameters, service_model, tags


@pytest.fixture(params=["jobTags", "importedModelTags", "targetModelTags"])
def create(request, bedrock_jobs, client):
    """Creates a job with tags in one of the three lists there are, and gives the record's tags."""

    def create_job(items):
        if request.param == "targetModelTags":
            model = bedrock_jobs.add_custom_model()
            client.create_model_copy_job(**copy_parameters(model, targetModelTags=items))
            return bedrock_jobs.copy_jobs[-1].target_model_tags
        client.create_model_import_job(**import_parameters(**{request.param: items}))
        job = bedrock_jobs.import_jobs[-1]
        return job.tags if request.param == "jobTags" else job.imported_model_tags

    create_job.member = request.param
    return create_job


def no_jobs(bedrock_jobs):
    """Whether nothing was created."""
    return (bedrock_jobs.import_jobs, bedrock_jobs.copy_jobs) == ((), ())


@pytest.mark.parametrize("count", [0, 1, 50])
def test_up_to_50_tags_are_kept(create, count):
    """A resource can have 50 tags, in the order they came."""
    items = tags(count)
    assert [{"key": key, "value": value} for key, value in create(items).items()] == items


@pytest.mark.parametrize("count", [51, 200])
def test_more_than_50_tags_are_a_too_many_tags_exception(bedrock_jobs, client, create, count):
    """From 51 to 200 tags the response is TooManyTagsException, which names a resource by a valid ARN."""
    with pytest.raises(client.exceptions.TooManyTagsException) as caught:
        create(tags(count))
    response = caught.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert response["Error"]["Message"].startswith(
        "The request contains more tags than can be associated with a resource (50 tags per resource)."
    )
    [shape] = [shape for shape in service_model().error_shapes if shape.name == "TooManyTagsException"]
    assert re.fullmatch(shape.members["resourceName"].metadata["pattern"], response["resourceName"])
    assert no_jobs(bedrock_jobs)


def test_more_than_200_tags_are_a_validation_exception(bedrock_jobs, client, create):
    """201 tags break the list's own limit: ValidationException."""
    with pytest.raises(client.exceptions.ValidationException) as caught:
        create(tags(201))
    reported = caught.value.response["Error"]["Message"]
    assert reported.startswith("1 validation error detected: Value '[")
    assert (
        f"at '{create.member}' failed to satisfy constraint: Member must have length less than or equal to" in reported
    )
    assert reported.endswith("200")
    assert no_jobs(bedrock_jobs)


@pytest.mark.parametrize("key", ["aws:team", "AWS:team", "aWs:", "aws:bedrock:x"])
def test_the_prefix_aws_of_a_key_is_reserved(bedrock_jobs, client, create, key):
    """A key that starts with aws: in any case is a ValidationException that names it."""
    with pytest.raises(client.exceptions.ValidationException, match=f"reserved for AWS: {key}"):
        create([{"key": "team", "value": "search"}, {"key": key, "value": "x"}])
    assert no_jobs(bedrock_jobs)


@pytest.mark.parametrize("key", ["aws", "my-aws:team", "awsome"])
def test_aws_elsewhere_in_a_key_is_free(create, key):
    """Only the prefix is reserved."""
    assert dict(create([{"key": key, "value": "x"}])) == {key: "x"}


def test_a_key_that_is_given_twice_is_refused(bedrock_jobs, client, create):
    """A key given twice is a ValidationException that names it, whatever the values."""
    with pytest.raises(client.exceptions.ValidationException, match=r"repeated: b, a$"):
        create([{"key": key, "value": "x"} for key in "babac"])
    assert no_jobs(bedrock_jobs)


def test_keys_of_tags_are_case_sensitive(create):
    """Two keys that differ in case are two tags."""
    assert dict(create([{"key": "team", "value": "1"}, {"key": "Team", "value": "2"}])) == {"team": "1", "Team": "2"}


def test_the_tags_of_a_job_and_its_model_are_counted_apart(bedrock_jobs, client):
    """50 tags on the job and 50 on its model are not 100 on either, and the two are kept apart."""
    client.create_model_import_job(**import_parameters(jobTags=tags(50, "job"), importedModelTags=tags(50, "model")))
    [job] = bedrock_jobs.import_jobs
    assert (len(job.tags), len(job.imported_model_tags)) == (50, 50)
    assert job.tags.keys().isdisjoint(job.imported_model_tags)


def test_too_many_tags_of_a_model_name_the_model(client):
    """TooManyTagsException names the kind of resource whose list is too long."""
    with pytest.raises(client.exceptions.TooManyTagsException) as caught:
        client.create_model_import_job(**import_parameters(jobTags=tags(50), importedModelTags=tags(51)))
    assert ":imported-model/" in caught.value.response["resourceName"]


def test_names_of_a_failed_request_stay_free(bedrock_jobs, client):
    """A request with too many tags takes neither the job's name nor the model's."""
    parameters = import_parameters()
    with pytest.raises(client.exceptions.TooManyTagsException):
        client.create_model_import_job(**parameters, jobTags=tags(51))
    client.create_model_import_job(**parameters, jobTags=tags(50))
    assert [job.name for job in bedrock_jobs.import_jobs] == [parameters["jobName"]]
