"""HTTP as other languages speak it to a mock that is served: no SDK in between."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

LIST = "/model-import-jobs"
IMPORT = {
    "jobName": "import-over-http",
    "importedModelName": "model-over-http",
    "roleArn": "arn:aws:iam::123456789012:role/import",
    "modelDataSource": {"s3DataSource": {"s3Uri": "s3://my-bucket/llama/"}},
}
CHILD = (sys.executable, str(Path(__file__).with_name("child.py")))


def signed(region="us-east-1", **headers):
    """The headers of a request by an SDK."""
    scope = f"Credential=AKIAOUTSIDE/20261125/{region}/bedrock/aws4_request"
    return {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"} | headers


@contextlib.contextmanager
def connected(endpoint_url):
    """A connection that is kept alive within the block."""
    connection = http.client.HTTPConnection(urlsplit(endpoint_url).netloc, timeout=30)
    try:
        yield connection
    finally:
        connection.close()


def exchange(connection, method="GET", target=LIST, headers=None, content=None):
    """One request and its response: the status, the headers, what the JSON of the body holds."""
    body = None if content is None else json.dumps(content)
    connection.request(method, target, body, signed() if headers is None else headers)
    response = connection.getresponse()
    text = response.read()
    return response.status, response.headers, json.loads(text) if text else None


def send(endpoint_url, *args, **kwargs):
    """The same on a connection of its own."""
    with connected(endpoint_url) as connection:
        return exchange(connection, *args, **kwargs)


def raw(endpoint_url, request):
    """All bytes that come back for some bytes, until the connection ends in order."""
    parts = urlsplit(endpoint_url)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def nobody_listens(endpoint_url):
    """Whether connections are refused."""
    parts = urlsplit(endpoint_url)
    try:
        socket.create_connection((parts.hostname, parts.port), timeout=30).close()
    except ConnectionRefusedError:
        return True
    return False
