"""What this botocore's models of Bedrock and its runtime have. The oldest supported one lacks what AWS added later."""

from __future__ import annotations

import functools
import importlib.util
import inspect
import re

from botocore.credentials import Credentials
from support import runtime_model, service_model

_IMPORTED = "arn:aws:bedrock:us-east-1:123456789012:custom-model/imported/abcdefghijkl"


@functools.cache
def has(name):
    """Whether it has something that a test is about.

    Args:
        name: An operation, an operation's member such as ``GetCustomModel.modelStatus``, a
            shape's such as ``ContentBlock.reasoningContent``, ``aws_account_id`` (an account
            in a session's keys), ``custom-model/imported`` (ARNs of imported custom models), or ``retries of cold
            models``, or ``aiobotocore`` itself.
    """
    if name == "aiobotocore":
        return importlib.util.find_spec(name) is not None
    if name == "aws_account_id":
        return "account_id" in inspect.signature(Credentials).parameters
    if name == "retries of cold models":
        return "retryable" in runtime_model().shape_for("ModelNotReadyException").metadata
    if name == "custom-model/imported":
        members = service_model().operation_model("CreateModelCopyJob").input_shape.members
        return bool(re.fullmatch(members["sourceModelArn"].metadata["pattern"], _IMPORTED))
    operation, _, member = name.partition(".")
    if operation in runtime_model().shape_names:
        return member in runtime_model().shape_for(operation).members
    found = [model for model in (service_model(), runtime_model()) if operation in model.operation_names]
    if not found:
        return False
    model = found[0].operation_model(operation)
    return not member or member in {*model.input_shape.members, *model.output_shape.members}
