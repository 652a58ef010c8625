"""The test whose failure the picture shows. It fails on purpose, and pytest does not collect it by itself."""

import contextlib
import time

import pytest
from botocore.exceptions import ClientError


def release(bedrock, new, old):
    """Wait for the new model, then delete the old one."""
    while bedrock.get_model_import_job(jobIdentifier=new)["status"] == "InProgress":
        time.sleep(60)
    with contextlib.suppress(ClientError):
        bedrock.delete_imported_model(modelIdentifier=old)


@pytest.mark.bedrock_jobs(virtual_time=True, progress="time")
def test_a_release_replaces_the_model(bedrock_jobs):
    """It would, if AWS were not busy."""
    bedrock_jobs.add_imported_model("llama-v1")
    bedrock_jobs.add_import_job("llama-v2", imported_model_name="llama-v2")
    bedrock_jobs.fail_next_call("DeleteImportedModel", "ThrottlingException")

    release(bedrock_jobs.client(), new="llama-v2", old="llama-v1")

    assert "llama-v1" not in [model.name for model in bedrock_jobs.imported_models]
