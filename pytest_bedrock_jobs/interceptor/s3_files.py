"""Files of models in a mocked S3: whatever mocks S3 in this process responds, and nothing is ever sent."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NoReturn

from ..service.errors import UsageError, see
from ..service.store.model_files import Files, UnreadableFilesError, bucket_and_prefix
from .isolation import KEYS

_MOST_FILES = 1000


def files_in_s3(s3_uri: str, region: str) -> Files:
    """The files below a URI, in the S3 that something else mocks in this process.

    Raises:
        UnreadableFilesError: If that S3 has no such bucket, or denies access.
        UsageError: If nothing mocks S3.
    """
    bucket, prefix = bucket_and_prefix(s3_uri) or ("", "")
    client = _client(region)
    try:
        page = client.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=_MOST_FILES)
    except client.exceptions.ClientError:
        raise UnreadableFilesError("config.json") from None
    keys = [entry["Key"] for entry in page.get("Contents", ()) if not entry["Key"].endswith("/")]
    return {key[len(prefix) :]: functools.partial(_read, client, bucket, prefix, key[len(prefix) :]) for key in keys}


def _read(client: Any, bucket: str, prefix: str, name: str) -> bytes:
    try:
        content: bytes = client.get_object(Bucket=bucket, Key=prefix + name)["Body"].read()
    except client.exceptions.ClientError:
        raise UnreadableFilesError(name) from None
    return content


def _client(region: str) -> Any:
    """A new client each time: a mock of S3 may have been loaded since the last one, and it hooks new sessions only."""
    from botocore.config import Config
    from botocore.session import Session

    client = Session().create_client(
        "s3",
        region_name=region,
        aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        config=Config(ignore_configured_endpoint_urls=True, retries={"total_max_attempts": 1, "mode": "standard"}),
    )
    client._endpoint.http_session = _NoNetwork()
    return client


class _NoNetwork:
    """Replaces the network: a request arrives here if nothing in the process has responded to it."""

    def send(self, request: Any) -> NoReturn:
        """Refuse."""
        raise UsageError(
            "check_model_files: nothing in this process mocks S3, and the real one is never read. Mock it, with moto "
            f"for example, or add the files with bedrock_jobs.add_model_files(...). "
            f"{see('Files of a model that are refused')}"
        )

    close: Callable[[], None] = staticmethod(lambda: None)
