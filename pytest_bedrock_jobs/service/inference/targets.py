"""Which requests to bedrock-runtime are for a model that the mock responds for."""

from __future__ import annotations

import re
from urllib.parse import unquote

RUNTIME = "bedrock-runtime"
SERVICES = ("bedrock", RUNTIME)
"""The services to which the mock responds, as botocore names them."""

# As text: `re` compiles a pattern when it is first used, and most tests invoke no model.
_MODEL_IN_PATH = r"/model/([^/]+)/"
# Also if the rest of the ARN is malformed: it is a request about such a model nevertheless.
_INVOKABLE = r"arn:[^:]*:bedrock:[^:]*:[^:]*:(imported-model|custom-model-deployment|provisioned-model)/"
# In the body of StartAsyncInvoke, the only operation that names the model in its body.
_MODEL_IN_BODY = rb'"modelId"\s*:\s*"(arn:[^"\\]*)"'

IMPORTED_MODEL = "imported-model"
DEPLOYMENT = "custom-model-deployment"
PROVISIONED_THROUGHPUT = "provisioned-model"


def kind_of(model_id: str) -> str | None:
    """The type of what an ARN would invoke, one of the three above; None for every other model id."""
    match = re.match(_INVOKABLE, model_id)
    return match[1] if match else None


def is_for_the_mock(url_path: str, body: object) -> bool:
    """Whether a request to bedrock-runtime names something that the mock could have, whether it has it or not.

    Args:
        url_path: The path of the request, percent-encoded.
        body: Its body.
    """
    if match := re.search(_MODEL_IN_PATH, url_path):
        return kind_of(unquote(match[1])) is not None
    named = re.search(_MODEL_IN_BODY, body) if isinstance(body, bytes) and url_path.endswith("/async-invoke") else None
    return named is not None and kind_of(named[1].decode()) is not None
