"""From method and path to the operation."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from botocore.serialize import create_serializer
from support import runtime_model, service_model

from pytest_bedrock_jobs.interceptor.service_models import bedrock_operations
from pytest_bedrock_jobs.server.responder import operations_at

MODELS = bedrock_operations().values()
SERIALIZER = create_serializer("rest-json", include_validation=False)
ARN = "arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-lite-v1:0/abcdef123456"


def placed_in_path(shape):
    """A value for each parameter that stands in the path."""
    return {
        name: ARN
        for name, member in (shape.members if shape else {}).items()
        if member.serialization.get("location") == "uri"
    }


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_every_operation_is_found_by_the_request_that_botocore_makes_of_it(model):
    request = SERIALIZER.serialize_to_request(placed_in_path(model.input_shape), model)

    found = operations_at(urlsplit(request["url_path"]).path)

    assert found[request["method"]].name == model.name


def test_the_operations_are_those_of_both_clients():
    of_clients = [*service_model().operation_names, *runtime_model().operation_names]
    assert sorted(bedrock_operations()) == sorted(of_clients)


def test_the_path_of_an_empty_identifier_is_that_of_the_list():
    """As at AWS: botocore sends ``get_model_import_job(jobIdentifier="")`` there."""
    assert operations_at("/model-import-jobs/")["GET"].name == "ListModelImportJobs"


@pytest.mark.parametrize("path", ["", "/", "//", "/model-import-jobs/a/b", "/unknown", "/model-import-jobsx", "*"])
def test_paths_that_bedrock_does_not_have_belong_to_no_operation(path):
    assert operations_at(path) == {}


def test_a_path_knows_its_methods():
    assert sorted(operations_at("/model-import-jobs")) == ["GET", "POST"]
