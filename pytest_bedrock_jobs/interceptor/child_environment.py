"""The environment in which a child process's AWS SDK uses the mock, and nothing of the machine's AWS configuration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from .isolation import variables

# Besides what an active mock removes: what would make a child's SDK ignore the endpoint, or sign without the Region.
_REMOVED = (
    "AWS_BEARER_TOKEN_BEDROCK",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_USE_FIPS_ENDPOINT",
)
# The variables from which SDKs and runtimes read whom they trust: AWS's, Node's, OpenSSL's and Go's.
_AUTHORITIES = ("AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE")


def child_environment(
    environ: Mapping[str, str], endpoint_url: str, region: str, authority: Path | None
) -> dict[str, str]:
    """The whole environment of a child: this process's, changed so that the child's Bedrock is the mock.

    Args:
        environ: This process's environment.
        endpoint_url: The URL at which the mock is served.
        region: The Region of clients that are made without one.
        authority: The file with the certificate authority of an HTTPS server.
    """
    changes = {
        **variables(region),
        **dict.fromkeys(_REMOVED),
        "AWS_ENDPOINT_URL_BEDROCK": endpoint_url,
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": endpoint_url,
        "AWS_REGION": region,
    }
    host = str(urlsplit(endpoint_url).hostname)
    for name in ("NO_PROXY", "no_proxy"):
        changes[name] = ",".join(filter(None, (environ.get(name), host)))
    if authority:
        changes |= dict.fromkeys(_AUTHORITIES, str(authority))
    return {name: value for name, value in {**environ, **changes}.items() if value is not None}
