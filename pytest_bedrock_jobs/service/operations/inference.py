"""Invoking imported models and deployments of custom models.

A model says what the test prepared, or quotes its prompt: it is a test double for the code around a model.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..errors import access_denied, not_found, validation
from ..inference import completion_formats, converse, targets
from ..inference.generation import Generation, default_text, generate
from ..inference.request import InferenceRequest
from .deployments import active_deployment
from .imported_models import IMPORTED_MODEL
from .operation import Deferred, Operation, Output, Request

_JSON = "application/json"
# Qwen2.5 has the model_type of Qwen2, so neither converses.
_NO_CONVERSE = frozenset({"qwen2", "qwen2_vl", "qwen2_5_vl", "gpt_oss"})
_CHAT_WITHOUT_INSTRUCT = ("qwen", "gpt_oss")
"""Families that are not ``instructSupported`` on AWS but have a chat template nevertheless."""
_NOT_SUPPORTED = (
    "This action doesn't support the model that you provided. Try again with a supported text or chat model."
)


class Invokable(NamedTuple):
    """A model that can be invoked.

    Attributes:
        arn: Its ARN, or the deployment's.
        names: What else ``respond`` may call it.
        has_chat_template: Whether it accepts conversations.
        converses: Whether Converse accepts it.
        can_be_cold: Whether it is evicted after an hour without a call.
    """

    arn: str
    names: tuple[str, ...]
    has_chat_template: bool
    converses: bool
    can_be_cold: bool


def invoke_model(request: Request, parameters: Mapping[str, Any]) -> Deferred:
    """Respond in the format of the request's body (AWS documentation).

    Raises:
        ServiceError: See ``_generation``; ValidationException for a body that the format does not allow.
    """
    generation = _complete(request, parameters)

    def output() -> Output:
        inference_request, generated = generation()
        body = completion_formats.response(inference_request, generated, int(request.time.timestamp()))
        headers = {
            "X-Amzn-Bedrock-Input-Token-Count": str(generated.prompt_tokens),
            "X-Amzn-Bedrock-Output-Token-Count": str(len(generated.tokens)),
            "X-Amzn-Bedrock-Invocation-Latency": str(completion_formats.latency(generated)),
        }
        return Output({"body": json.dumps(body).encode(), "contentType": _JSON}, headers)

    return Deferred(output)


def invoke_model_with_response_stream(request: Request, parameters: Mapping[str, Any]) -> Deferred:
    """The same as a stream of chunks (AWS documentation; the chunks are the mock's own choice).

    Raises:
        ServiceError: As for ``invoke_model``.
    """
    generation = _complete(request, parameters)

    def output() -> Output:
        inference_request, generated = generation()
        chunks = completion_formats.chunks(inference_request, generated, int(request.time.timestamp()))
        events = [{"chunk": {"bytes": json.dumps(chunk).encode()}} for chunk in chunks]
        return Output({"body": events, "contentType": _JSON})

    return Deferred(output)


def converse_with_model(request: Request, parameters: Mapping[str, Any]) -> Deferred:
    """Respond to a conversation with a message (AWS documentation).

    Raises:
        ServiceError: See ``_generation``; ValidationException for a model that AWS excludes or a refused conversation.
    """
    generation = _converse(request, parameters)
    return Deferred(lambda: Output(converse.output(generation()[1])))


def converse_stream(request: Request, parameters: Mapping[str, Any]) -> Deferred:
    """The same as a stream of events (AWS documentation).

    Raises:
        ServiceError: As for ``converse_with_model``.
    """
    generation = _converse(request, parameters)
    return Deferred(lambda: Output({"stream": converse.events(generation()[1])}))


def _complete(request: Request, parameters: Mapping[str, Any]) -> Callable[[], tuple[InferenceRequest, Generation]]:
    model = _invokable(request, parameters["modelId"])
    inference_request = completion_formats.read(request.operation, model.arn, parameters.get("body", b""))
    if inference_request.format == completion_formats.CHAT and not model.has_chat_template:
        # AWS documents that the template is needed; the text is the mock's own.
        raise validation(
            f"The model {model.arn} has no chat_template in its tokenizer_config.json: send a prompt, not messages."
        )
    return _generation(request, model, inference_request)


def _converse(request: Request, parameters: Mapping[str, Any]) -> Callable[[], tuple[InferenceRequest, Generation]]:
    model = _invokable(request, parameters["modelId"])
    if not model.converses:
        raise validation(_NOT_SUPPORTED)
    return _generation(request, model, converse.read(request.operation, model.arn, parameters))


def _generation(
    request: Request, model: Invokable, inference_request: InferenceRequest
) -> Callable[[], tuple[InferenceRequest, Generation]]:
    """Take the next response, if the model is ready.

    Raises:
        ServiceError: ModelNotReadyException for a cold model.
    """
    store = request.store
    if model.can_be_cold:
        store.readiness.serve(model.arn, request.time)
    responder = store.prepared_responses.take((model.arn, *model.names)) or default_text
    return lambda: (inference_request, generate(inference_request, responder(inference_request)))


def _invokable(request: Request, arn: str) -> Invokable:
    """The model or deployment with this ARN, if this caller may invoke it.

    Raises:
        ServiceError: ValidationException for an ARN of another Region, in words seen with foundation models;
            AccessDeniedException for one of another account; ResourceNotFoundException for one that does not exist, or
            a deployment that is not active (AWS's response to all three is not known).
    """
    scope = request.scope
    _, _, _, region, account_id, _ = arn.split(":", 5)
    if region != scope.region:
        raise validation(
            f"The provided model identifier is invalid. The model is in {region}, and the request came to "
            f"{scope.region}."
        )
    if account_id != scope.account_id:
        raise access_denied(OPERATIONS[request.operation].permission or request.operation, scope, arn)
    return _imported(request, arn) if targets.kind_of(arn) == targets.IMPORTED_MODEL else _deployed(request, arn)


def _imported(request: Request, arn: str) -> Invokable:
    model = request.store.table(IMPORTED_MODEL).owned(request.scope, arn)
    if model is None:
        raise not_found(request.missing(IMPORTED_MODEL, arn))
    chats = model.instruct_supported or model.architecture.startswith(_CHAT_WITHOUT_INSTRUCT)
    return Invokable(arn, (model.name,), chats, chats and model.architecture not in _NO_CONVERSE, True)


def _deployed(request: Request, arn: str) -> Invokable:
    deployment = active_deployment(request, arn)
    return Invokable(arn, (deployment.name,), True, True, False)


OPERATIONS: Mapping[str, Operation] = {
    "Converse": Operation(converse_with_model, permission="InvokeModel", arn_parameter="modelId"),
    "ConverseStream": Operation(converse_stream, permission="InvokeModelWithResponseStream", arn_parameter="modelId"),
    "InvokeModel": Operation(invoke_model, arn_parameter="modelId"),
    "InvokeModelWithResponseStream": Operation(invoke_model_with_response_stream, arn_parameter="modelId"),
}
