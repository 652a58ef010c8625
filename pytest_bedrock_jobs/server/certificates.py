"""A certificate for the loopback interface, made for the occasion by trustme."""

from __future__ import annotations

import contextlib
import ssl
import tempfile
from collections.abc import Iterator
from pathlib import Path

import trustme

from . import LOOPBACK


@contextlib.contextmanager
def certificate() -> Iterator[tuple[ssl.SSLContext, Path]]:
    """The context with which a server speaks HTTPS, and the file with the authority that its clients have to trust.

    The file is deleted after the block.
    """
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(LOOPBACK, "localhost").configure_cert(context)
    with tempfile.TemporaryDirectory(prefix="bedrock-jobs-") as folder:
        file = Path(folder) / "ca.pem"
        authority.cert_pem.write_to_path(str(file))
        yield context, file
