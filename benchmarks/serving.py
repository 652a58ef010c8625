"""``python -m benchmarks.serving``: requests per second of a mock that is served, or of an emulator at ``--url``.

The server runs in a separate process. 10,000 import jobs are created over HTTP, then clients whose connections are kept
alive read one of them, each in a thread: one client, then 16.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

JOBS, REQUESTS = 10_000, 1_600
PATH = "/model-import-jobs"
_SCOPE = "Credential=AKIABENCHMARK/20261125/us-east-1/bedrock/aws4_request"
HEADERS = {
    "Authorization": f"AWS4-HMAC-SHA256 {_SCOPE}, SignedHeaders=host, Signature=0",
    "Content-Type": "application/json",
}
SERVER = """
import sys
from pytest_bedrock_jobs import mock_bedrock_jobs
with mock_bedrock_jobs(progress="manual") as jobs, jobs.serve() as url:
    print(url, flush=True)
    sys.stdin.read()
"""


def main() -> None:
    """Measure, and print a line for each number of clients."""
    parser = argparse.ArgumentParser("python -m benchmarks.serving", description=__doc__)
    parser.add_argument("--url", help="an emulator that runs already; the mock by default")
    arguments = parser.parse_args()
    with contextlib.nullcontext(arguments.url) if arguments.url else served() as url:
        arn = fill(url)
        target = f"{PATH}/{arn.replace(':', '%3A').replace('/', '%2F')}"
        for clients in (1, 16):
            best = max(requests_per_second(url, target, clients) for _ in range(3))
            print(f"{clients:2} clients: {best:,.0f} requests per second, {JOBS:,} jobs in the store")


@contextlib.contextmanager
def served() -> Iterator[str]:
    """The mock in a separate process."""
    process = subprocess.Popen([sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin
    assert process.stdout
    yield process.stdout.readline().strip()
    process.stdin.close()
    process.wait()


def fill(url: str) -> str:
    """Create the jobs, and return the ARN of the last one."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    body: dict[str, str] = {}
    for number in range(JOBS):
        parameters = {
            "jobName": f"job-{number}",
            "importedModelName": f"model-{number}",
            "roleArn": "arn:aws:iam::123456789012:role/benchmark",
            "modelDataSource": {"s3DataSource": {"s3Uri": "s3://my-bucket/llama/"}},
        }
        connection.request("POST", PATH, json.dumps(parameters), HEADERS)
        body = json.loads(connection.getresponse().read())
    return body["jobArn"]


def requests_per_second(url: str, target: str, clients: int) -> float:
    """All clients together, over one round."""

    def ask() -> None:
        connection = http.client.HTTPConnection(urlsplit(url).netloc)
        for _ in range(REQUESTS // clients):
            connection.request("GET", target, headers=HEADERS)
            response = connection.getresponse()
            response.read()
            if response.status != http.HTTPStatus.OK:
                raise RuntimeError(f"{target}: {response.status}")

    threads = [threading.Thread(target=ask) for _ in range(clients)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return REQUESTS // clients * clients / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
