"""TagResource, UntagResource and ListTagsForResource."""

from __future__ import annotations

import re

import pytest
from lives import error_of, members, start_copy, start_import, start_model, unknown_arn
from support import ACCOUNT, OTHER_ACCOUNT, service_model, tags

TEAM = [{"key": "team", "value": "search"}]
UNKNOWN = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:guardrail/abcdef"


IN_CREATION = pytest.param("model in creation", marks=pytest.mark.needs("CreateCustomModel"))


@pytest.fixture(params=["import job", "imported model", "custom model", IN_CREATION])
def resource(request, bedrock_jobs, client):
    """The ARN of something that can be tagged and has no tags."""
    if request.param == "import job":
        return bedrock_jobs.add_import_job().arn
    if request.param == "imported model":
        return bedrock_jobs.add_imported_model().arn
    return bedrock_jobs.add_custom_model().arn if request.param == "custom model" else start_model(client)


def tags_of(client, arn):
    """The tags that ListTagsForResource returns, as a mapping; no key occurs twice."""
    listed = client.list_tags_for_resource(resourceARN=arn)["tags"]
    reported = {tag["key"]: tag["value"] for tag in listed}
    assert len(reported) == len(listed)
    return reported


def test_tags_are_put_read_and_taken_away(client, resource):
    """What was tagged is listed; what was untagged is not, the rest is."""
    assert client.list_tags_for_resource(resourceARN=resource)["tags"] == []
    assert members(client.tag_resource(resourceARN=resource, tags=tags(3))) == set()
    assert client.list_tags_for_resource(resourceARN=resource)["tags"] == tags(3)
    assert members(client.untag_resource(resourceARN=resource, tagKeys=["key-0", "key-2"])) == set()
    assert tags_of(client, resource) == {"key-1": "value-1"}


def test_a_key_that_is_there_gets_the_new_value(client, resource):
    """Overwriting is not one more, and keys are case-sensitive."""
    client.tag_resource(resourceARN=resource, tags=TEAM)
    client.tag_resource(resourceARN=resource, tags=[{"key": "team", "value": ""}, {"key": "Team", "value": "ads"}])
    assert tags_of(client, resource) == {"team": "", "Team": "ads"}


def test_existing_and_new_tags_count_together(client, resource):
    """49 and one more fit; the next is TooManyTagsException with the resource's ARN, and changes nothing."""
    client.tag_resource(resourceARN=resource, tags=tags(49))
    client.tag_resource(resourceARN=resource, tags=TEAM)
    before = tags_of(client, resource)
    assert len(before) == 50
    with pytest.raises(client.exceptions.TooManyTagsException) as caught:
        client.tag_resource(resourceARN=resource, tags=[*TEAM, {"key": "one-more", "value": ""}])
    assert caught.value.response["resourceName"] == resource
    assert tags_of(client, resource) == before


def test_all_fifty_tags_may_be_overwritten(client, resource):
    """At the limit values may change, and a key that goes makes room for another."""
    client.tag_resource(resourceARN=resource, tags=tags(50))
    client.tag_resource(resourceARN=resource, tags=[tag | {"value": "new"} for tag in tags(50)])
    assert set(tags_of(client, resource).values()) == {"new"}
    client.untag_resource(resourceARN=resource, tagKeys=["key-7"])
    client.tag_resource(resourceARN=resource, tags=TEAM)
    assert len(tags_of(client, resource)) == 50


def test_the_tags_of_an_import_and_its_model_are_kept_apart(bedrock_jobs, client):
    """Tags of the job are the job's, tags of the model the model's, also when they change while it runs."""
    arn = start_import(client, jobTags=TEAM, importedModelTags=[{"key": "stage", "value": "test"}])
    client.tag_resource(resourceARN=arn, tags=[{"key": "more", "value": "x"}])
    bedrock_jobs.complete(arn)
    [model] = bedrock_jobs.imported_models
    assert tags_of(client, arn) == {"team": "search", "more": "x"}
    assert tags_of(client, model.arn) == {"stage": "test"}
    client.untag_resource(resourceARN=model.arn, tagKeys=["stage", "team"])
    assert (tags_of(client, arn), tags_of(client, model.arn)) == ({"team": "search", "more": "x"}, {})
    assert dict(bedrock_jobs.import_jobs[0].tags) == {"team": "search", "more": "x"}


def test_tags_are_counted_per_resource(bedrock_jobs, client):
    """A job and its model may have 50 each."""
    arn = start_import(client, jobTags=tags(50), importedModelTags=tags(50))
    bedrock_jobs.complete(arn)
    for each in (arn, bedrock_jobs.imported_models[0].arn):
        assert len(tags_of(client, each)) == 50
        assert error_of(client.tag_resource, resourceARN=each, tags=TEAM)[0] == "TooManyTagsException"


def test_keys_to_untag_that_are_not_there_are_ignored(client, resource):
    """Untagging an unknown key, or none, changes nothing and is no error; the same of tagging with none."""
    client.tag_resource(resourceARN=resource, tags=TEAM)
    client.untag_resource(resourceARN=resource, tagKeys=["Team", "stage"])
    client.untag_resource(resourceARN=resource, tagKeys=[])
    client.tag_resource(resourceARN=resource, tags=[])
    assert tags_of(client, resource) == {"team": "search"}


def test_a_tag_that_may_not_be_changes_nothing(client, resource):
    """A reserved prefix, a key twice, a key too long: ValidationException, and no tag of the request is kept."""
    for wrong in ([{"key": "aws:x", "value": ""}], TEAM, [{"key": "k" * 129, "value": ""}]):
        assert error_of(client.tag_resource, resourceARN=resource, tags=TEAM + wrong)[0] == "ValidationException"
    assert error_of(client.untag_resource, resourceARN=resource, tagKeys=["k!"])[0] == "ValidationException"
    assert tags_of(client, resource) == {}


@pytest.fixture(params=["tag_resource", "untag_resource", "list_tags_for_resource"])
def call(request, client):
    """One of the three operations, with whatever it needs besides the ARN."""
    more = {"tag_resource": {"tags": TEAM}, "untag_resource": {"tagKeys": ["team"]}}.get(request.param, {})
    return lambda arn: error_of(getattr(client, request.param), resourceARN=arn, **more)


def test_an_unknown_resource_is_not_found(call, resource):
    """A well-formed ARN that nothing has: ResourceNotFoundException that repeats it."""
    code, message = call(unknown_arn(resource))
    assert code == "ResourceNotFoundException"
    assert f" {unknown_arn(resource)} of account {ACCOUNT} in us-east-1." in message


@pytest.mark.parametrize("add", ["add_import_job", "add_imported_model", "add_custom_model"])
def test_an_unknown_resource_lists_the_existing_names(bedrock_jobs, call, add):
    """A not-found message lists the names of that kind in this account and Region."""
    record = getattr(bedrock_jobs, add)("ranker")
    assert call(unknown_arn(record.arn))[1].endswith(" Existing there: ranker.")


def test_a_resource_of_a_kind_that_is_not_mocked_is_not_found(call):
    """An ARN of a kind that the mock does not have."""
    assert call(UNKNOWN) == (
        "ResourceNotFoundException",
        f"Could not find the resource {UNKNOWN} of account {ACCOUNT} in us-east-1.",
    )


@pytest.mark.parametrize("add", ["add_import_job", "add_imported_model", "add_custom_model"])
def test_a_resource_of_another_region_is_located(bedrock_jobs, call, add):
    """It is not found from here, and the message says where it is."""
    record = getattr(bedrock_jobs, add)(region="eu-west-1", tags={"team": "theirs"})
    code, message = call(record.arn)
    assert code == "ResourceNotFoundException"
    assert message.endswith(f" It exists in eu-west-1 (account {ACCOUNT}) as {record.arn.split(':', 5)[5]}.")
    assert dict(bedrock_jobs.custom_models[0].tags if add == "add_custom_model" else record.tags) == {"team": "theirs"}


def test_a_shared_model_s_tags_are_its_owner_s(bedrock_jobs, call):
    """Whom a model is shared with neither reads nor changes its tags."""
    model = bedrock_jobs.add_custom_model(account_id=OTHER_ACCOUNT, shared_with=[ACCOUNT], tags={"team": "theirs"})
    assert call(model.arn)[0] == "ResourceNotFoundException"
    assert dict(bedrock_jobs.custom_models[0].tags) == {"team": "theirs"}


def test_copy_jobs_cannot_be_tagged(bedrock_jobs, client, call):
    """AWS's pattern of taggable ARNs leaves them out: ValidationException."""
    arn = start_copy(client, bedrock_jobs.add_custom_model())
    code, message = call(arn)
    assert code == "ValidationException"
    assert f"Value '{arn}' at 'resourceARN' failed to satisfy constraint" in message


def test_tags_go_with_what_has_them(bedrock_jobs, client):
    """After a deletion the model's ARN is not found, and its job keeps its tags."""
    model = bedrock_jobs.add_imported_model(tags={"team": "search"})
    client.tag_resource(resourceARN=model.job_arn, tags=TEAM)
    client.delete_imported_model(modelIdentifier=model.arn)
    assert error_of(client.list_tags_for_resource, resourceARN=model.arn)[0] == "ResourceNotFoundException"
    assert tags_of(client, model.job_arn) == {"team": "search"}


def test_the_taggable_pattern_is_botocore_s(bedrock_jobs):
    """Each ARN the mock gives to what can be tagged matches it; a copy job's does not."""
    pattern = service_model().operation_model("TagResource").input_shape.members["resourceARN"].metadata["pattern"]
    source = bedrock_jobs.add_custom_model()
    for arn in (bedrock_jobs.add_import_job().arn, bedrock_jobs.add_imported_model().arn, source.arn):
        assert re.search(pattern, arn)
    start_copy(bedrock_jobs.client(), source)
    assert not re.search(pattern, bedrock_jobs.copy_jobs[0].arn)
