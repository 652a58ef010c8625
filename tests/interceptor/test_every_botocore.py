"""What holds with every supported botocore, whatever its model of Bedrock has."""

from __future__ import annotations

import pytest
from lives import start_copy, start_import
from support import service_model


def responses_of_a_life(bedrock_jobs):
    """Every Get and List response about a job, its model and its copy, by operation."""
    client = bedrock_jobs.client()
    imported = start_import(client, importedModelName="ranker")
    copied = start_copy(client, bedrock_jobs.add_custom_model(region="eu-west-1"), targetModelName="ranker")
    bedrock_jobs.complete(imported)
    bedrock_jobs.complete(copied)
    yield "GetModelImportJob", client.get_model_import_job(jobIdentifier=imported)
    yield "ListModelImportJobs", client.list_model_import_jobs()
    yield "GetImportedModel", client.get_imported_model(modelIdentifier="ranker")
    yield "ListImportedModels", client.list_imported_models()
    yield "GetModelCopyJob", client.get_model_copy_job(jobArn=copied)
    yield "ListModelCopyJobs", client.list_model_copy_jobs()
    yield "GetCustomModel", client.get_custom_model(modelIdentifier="ranker")
    yield "ListCustomModels", client.list_custom_models()
    yield "ListTagsForResource", client.list_tags_for_resource(resourceARN=imported)


def test_responses_have_what_the_service_model_has(bedrock_jobs):
    """A field that came later is left out of the response, a required one is there."""
    for operation, received in responses_of_a_life(bedrock_jobs):
        shape = service_model().operation_model(operation).output_shape
        assert set(shape.required_members) <= received.keys() <= {*shape.members, "ResponseMetadata"}
        for name in received.keys() - {"ResponseMetadata", "tags"}:
            if shape.members[name].type_name == "list":
                rows, row_shape = received[name], shape.members[name].member
                assert len(rows) == (name != "validationMetrics")  # its training had no data for validation
                for row in rows:
                    assert set(row_shape.required_members) <= row.keys() <= row_shape.members.keys()


def test_whatever_was_made_can_be_deleted(bedrock_jobs):
    """The end of the life."""
    responses = dict(responses_of_a_life(bedrock_jobs))
    client = bedrock_jobs.client()
    client.delete_imported_model(modelIdentifier=responses["GetImportedModel"]["modelArn"])
    client.delete_custom_model(modelIdentifier="ranker")
    assert bedrock_jobs.imported_models == ()
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_custom_model(modelIdentifier="ranker")
