"""What a guarded run watches in each of its Python processes; Python imports a module of this name when it starts.

An audit hook sees what the interpreter itself does, whatever tests have patched: connections and look-ups of names that
would leave the machine, which it also refuses, and the opening of the credentials that ``__main__`` has laid out.
"""

from __future__ import annotations

import hmac
import json
import os
import socket
import sys
import traceback

_run = json.loads(os.environ.get("BEDROCK_JOBS_GUARD", "{}"))  # what ``__main__`` says: only it sets the variable
_LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")  # whom a test asks, not where it listens


def _record(kind: str, what: object) -> None:
    interceptor = sys.modules.get("pytest_bedrock_jobs.interceptor")
    stack = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_stack()[:-2]]
    event = {
        "kind": kind,
        "what": str(what),
        "mocked": bool(interceptor and interceptor.latest_mock()),
        "test": os.environ.get("PYTEST_CURRENT_TEST", "(no test)"),
        "stack": stack[-12:],
    }
    file = os.open(_run["report"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, json.dumps(event).encode() + b"\n")  # in one piece: several processes write
    os.close(file)


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open":
        folder, _, name = str(arguments[0]).rpartition(os.sep)
        if folder in _run["secrets"]:
            _record("credentials", name)
    elif event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        if isinstance(address, tuple) and not _is_of_a_test(str(address[0]), address[1]):
            _record("connection", address)
            raise ConnectionRefusedError(f"{address} is outside of the guarded run")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0].decode() if isinstance(arguments[0], bytes) else arguments[0]
        if host and not str(host).startswith(_LOOPBACK) and host != socket.gethostname():
            _record("name", host)
            raise socket.gaierror(socket.EAI_NONAME, f"{host} is outside of the guarded run")


def _is_of_a_test(host: str, port: object) -> bool:
    return host.startswith(_LOOPBACK) and port not in _run["taken_ports"]


def _watched(function, where, content_of):
    """The same function, which reports content that has a secret of the machine in it."""

    def watched(*args, **kwargs):
        content = content_of(args)
        if isinstance(content, (bytes, bytearray)) and _run["mark"].encode() in content:
            _record(where, where)
        return function(*args, **kwargs)

    return watched


if _run:
    sys.addaudithook(_audit)
    hmac.new = _watched(hmac.new, "signature", lambda args: args[0])
    for _name in ("send", "sendall"):
        setattr(socket.socket, _name, _watched(getattr(socket.socket, _name), "request", lambda args: args[1]))
