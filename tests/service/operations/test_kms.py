"""KMS keys: however a key is named, the response has the key's full ARN."""

from __future__ import annotations

import re

import pytest
from lives import start_copy, start_import
from support import ACCOUNT, OTHER_ACCOUNT, make_client, service_model

ID = "01234567-89ab-cdef-0123-456789abcdef"
KEY_ARN = re.compile(
    service_model()
    .operation_model("GetModelImportJob")
    .output_shape.members["importedModelKmsKeyArn"]
    .metadata["pattern"]
)


@pytest.fixture(params=["import", "copy"])
def key_returned(request, bedrock_jobs):
    """Sends a key with a create and returns what the job's Get, and then the model's, says of it."""

    def returned_for(key, client=None):
        client = client or bedrock_jobs.client()
        if request.param == "import":
            arn = start_import(client, importedModelKmsKeyId=key)
            bedrock_jobs.complete(arn)
            job = client.get_model_import_job(jobIdentifier=arn)
            model = client.get_imported_model(modelIdentifier=job["importedModelArn"])
            assert model["modelKmsKeyArn"] == job["importedModelKmsKeyArn"]
            return job["importedModelKmsKeyArn"]
        place = {"region": client.meta.region_name, "account_id": OTHER_ACCOUNT, "shared_with": [ACCOUNT]}
        arn = start_copy(client, bedrock_jobs.add_custom_model(**place), modelKmsKeyId=key)
        bedrock_jobs.complete(arn)
        job = client.get_model_copy_job(jobArn=arn)
        [row] = client.list_model_copy_jobs(targetModelNameContains=job["targetModelName"])["modelCopyJobSummaries"]
        model = client.get_custom_model(modelIdentifier=job["targetModelArn"])
        assert model["modelKmsKeyArn"] == job["targetModelKmsKeyArn"] == row["targetModelKmsKeyArn"]
        return job["targetModelKmsKeyArn"]

    return returned_for


def test_a_key_id_becomes_an_arn(key_returned):
    """In the account and the Region of the request."""
    assert key_returned(ID) == f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{ID}"


def test_a_key_id_becomes_an_arn_of_the_region_and_partition_of_the_client(key_returned):
    """Region and partition are the client's."""
    reported = key_returned(ID, make_client(region_name="cn-north-1"))
    assert reported == f"arn:aws-cn:kms:cn-north-1:{ACCOUNT}:key/{ID}"


@pytest.mark.parametrize(
    "key", [f"arn:aws:kms:eu-west-1:{OTHER_ACCOUNT}:key/{ID}", f"arn:aws-cn:kms::{ACCOUNT}:key/{ID}"]
)
def test_a_key_arn_stays_as_it_is(key_returned, key):
    """Whosever key it is."""
    assert key_returned(key) == key


@pytest.mark.parametrize("alias", ["alias/models", "alias/team/models_v1", "alias/aws/bedrock"])
def test_an_alias_becomes_the_arn_of_a_key(key_returned, alias):
    """A key's ARN in the caller's place, the same at every call and for the alias's ARN."""
    reported = key_returned(alias)
    assert reported.startswith(f"arn:aws:kms:us-east-1:{ACCOUNT}:key/")
    assert KEY_ARN.fullmatch(reported)
    assert key_returned(alias) == reported
    assert key_returned(f"arn:aws:kms:us-east-1:{ACCOUNT}:{alias}") == reported
    assert key_returned(alias + "-2") != reported


def test_an_alias_arn_keeps_its_owner(key_returned):
    """The key is in the account and Region that the alias's ARN names."""
    reported = key_returned(f"arn:aws:kms:eu-west-1:{OTHER_ACCOUNT}:alias/models")
    assert reported.startswith(f"arn:aws:kms:eu-west-1:{OTHER_ACCOUNT}:key/")
    assert KEY_ARN.fullmatch(reported)


def test_jobs_and_models_without_a_key_return_none(bedrock_jobs, client):
    """Jobs and models without a key return none."""
    arn = start_import(client)
    bedrock_jobs.complete(arn)
    job = client.get_model_import_job(jobIdentifier=arn)
    assert "importedModelKmsKeyArn" not in job
    assert "modelKmsKeyArn" not in client.get_imported_model(modelIdentifier=job["importedModelArn"])
