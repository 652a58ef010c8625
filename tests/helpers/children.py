"""What child processes of a test report: the AWS variables that they have, by each way to start one."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys

from machine import aws

PRINT = "import json, os; print(json.dumps(dict(os.environ)))"


def in_fork(function):
    """What a function returns in a forked child."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.write(write, json.dumps(function()).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as result:
        found = json.load(result)
    os.waitpid(child, 0)
    return found


def _send(connection):
    connection.send(aws())


def _by_multiprocessing(method):
    context = multiprocessing.get_context(method)
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(sender,))
    process.start()
    found = receiver.recv()
    process.join()
    return found


def aws_of_child(method):
    """The AWS variables of a new child: by ``subprocess``, ``os.fork``, or a start method of ``multiprocessing``."""
    if method == "subprocess":
        environment = json.loads(subprocess.run([sys.executable, "-c", PRINT], capture_output=True, check=True).stdout)
        return {name: value for name, value in environment.items() if name.startswith("AWS_")}
    return in_fork(aws) if method == "os.fork" else _by_multiprocessing(method)


METHODS = ["subprocess", *multiprocessing.get_all_start_methods(), *(["os.fork"] if hasattr(os, "fork") else [])]


def main():
    """Start a child by one method before a mock, within it, and after it; print what each of them had."""
    from pytest_bedrock_jobs import mock_bedrock_jobs

    method, when = sys.argv[1:]
    mock, found = mock_bedrock_jobs(), {}
    for moment in ("before", "within", "after"):
        if moment == "within":
            mock.start()
        if moment == "after":
            mock.stop()
        if moment in when.split(","):
            found[moment] = aws_of_child(method)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
