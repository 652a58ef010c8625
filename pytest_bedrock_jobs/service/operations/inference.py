"""Invoking imported models, and custom models by their deployments and provisioned throughput.

A model says what the test prepared, or quotes its prompt: it is a test double for the code around a model.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from .. import arns
from ..errors import access_denied, refused_response, validation
from ..inference import chat_completions, converse, json_fields, models, text_completions
from ..inference.generation import FIRST_BYTE_LATENCY, Event, Generation, default_text, generate
from ..inference.model_response import InferenceRequest, ModelResponse
from ..store.prepared_responses import next_responder
from ..wire.api_names import PromptFormat
from . import permission_of
from .deployments import active_deployment
from .imports import IMPORTED_MODEL
from .operation import Deferred, Operation, Output, Request
from .provisioned_throughputs import throughput_in_service

_JSON = "application/json"
_NOVA = "amazon.nova"
_DEFAULT_PROJECT = "default"
_METRICS = "amazon-bedrock-invocationMetrics"
_NOT_SUPPORTED = (
    "This action doesn't support the model that you provided. Try again with a supported text or chat model."
)


@dataclass(frozen=True, slots=True)
class Invokable:
    """A model that can be invoked.

    Attributes:
        arn: Its ARN, or that of its deployment or provisioned throughput.
        name: What else ``respond`` may call it.
        has_chat_template: Whether it accepts conversations.
        converses: Whether Converse accepts it.
        can_be_cold: Whether it is evicted after an hour without a call.
        usual_format: How it responds to a ``prompt`` that does not ask for a format.
        fixed_format: How it responds to any ``prompt``, because a test says so; None if the request decides.
        is_nova: Whether it speaks ``messages-v1``, and nothing else, in InvokeModel.
    """

    arn: str
    name: str
    has_chat_template: bool = True
    converses: bool = True
    can_be_cold: bool = False
    usual_format: PromptFormat = models.BEDROCK
    fixed_format: PromptFormat | None = None
    is_nova: bool = False


def invoke_model(request: Request, parameters: Mapping[str, Any]) -> Deferred:
    """Respond in the format of the request's body and of the model (AWS documentation).

    Raises:
        ServiceError: See ``_generation``; ValidationException for a body that the format does not allow.
    """
    generation = _complete(request, parameters)

    def output() -> Output:
        generated = generation()
        headers = {
            "X-Amzn-Bedrock-Input-Token-Count": str(generated.usage["inputTokens"]),
            "X-Amzn-Bedrock-Output-Token-Count": str(generated.usage["outputTokens"]),
            "X-Amzn-Bedrock-Invocation-Latency": str(generated.latency),
        }
        chunks = [chunk for _, chunk in generated.as_it_is]
        if len(chunks) > 1:
            raise refused_response(
                f"the chunks prepared for {generated.request!r} are for a stream. Prepare a body for InvokeModel; "
                "where the code calls both, prepare a function that looks at request.operation"
            )
        body = chunks[0] if chunks else _json(_BODIES[generated.request.format](generated))
        return Output({"body": body, "contentType": _JSON}, headers, generated.seconds)

    return Deferred(output)


def invoke_model_with_response_stream(request: Request, parameters: Mapping[str, Any]) -> Deferred:
    """The same as a stream of chunks (AWS documentation; the chunks are the mock's own choice).

    Raises:
        ServiceError: As for ``invoke_model``.
    """
    generation = _complete(request, parameters)

    def output() -> Output:
        generated = generation()
        chunks = generated.as_it_is
        if not chunks:
            events = _EVENTS[generated.request.format](generated)
            events[-1][1][_METRICS] = {
                "inputTokenCount": generated.usage["inputTokens"],
                "outputTokenCount": generated.usage["outputTokens"],
                "invocationLatency": generated.latency,
                "firstByteLatency": FIRST_BYTE_LATENCY,
            }
            chunks = tuple((pause, _json(event)) for pause, event in events)
        content = [{"chunk": {"bytes": chunk}} for _, chunk in chunks]
        return Output({"body": content, "contentType": _JSON}, pauses=tuple(pause for pause, _ in chunks))

    return Deferred(output)


_BODIES: Mapping[str, Callable[[Generation], dict[str, Any]]] = {
    **dict.fromkeys(get_args(PromptFormat), text_completions.response),
    chat_completions.CHAT: chat_completions.response,
    converse.NOVA: converse.nova_body,
}
_EVENTS: Mapping[str, Callable[[Generation], list[Event]]] = {
    **dict.fromkeys(get_args(PromptFormat), text_completions.events),
    chat_completions.CHAT: chat_completions.events,
    converse.NOVA: converse.events,
}


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content).encode()


def converse_with_model(request: Request, parameters: Mapping[str, Any]) -> Deferred:
    """Respond to a conversation with a message (AWS documentation).

    Raises:
        ServiceError: See ``_generation``; ValidationException for a model that AWS excludes or a refused conversation.
    """
    generation = _converse(request, parameters)

    def output() -> Output:
        generated = generation()
        return Output(converse.output(generated), seconds=generated.seconds)

    return Deferred(output)


def converse_stream(request: Request, parameters: Mapping[str, Any]) -> Deferred:
    """The same as a stream of events (AWS documentation).

    Raises:
        ServiceError: As for ``converse_with_model``.
    """
    generation = _converse(request, parameters)

    def output() -> Output:
        events = converse.events(generation())
        return Output({"stream": [event for _, event in events]}, pauses=tuple(pause for pause, _ in events))

    return Deferred(output)


def _complete(request: Request, parameters: Mapping[str, Any]) -> Callable[[], Generation]:
    model = _invokable(request, parameters)
    content = json_fields.json_object(parameters.get("body", b""))
    if model.is_nova:
        asked = converse.read_nova(request.operation, model.arn, content)
    elif "messages" in content:  # with a prompt too, which is not documented: a conversation says more
        asked = chat_completions.read(request.operation, model.arn, content)
        if not model.has_chat_template:  # AWS documents that it is needed; the text is the mock's own
            raise validation(
                f"The model {model.arn} has no chat_template in its tokenizer_config.json: send a prompt, not messages."
            )
    elif "prompt" in content:
        form = model.fixed_format or text_completions.format_of(content, model.usual_format)
        asked = text_completions.read(request.operation, model.arn, form, content)
    else:
        raise json_fields.malformed("#: required key [prompt] or [messages] not found")
    return _generation(request, model, asked)


def _converse(request: Request, parameters: Mapping[str, Any]) -> Callable[[], Generation]:
    model = _invokable(request, parameters)
    if not model.converses:
        raise validation(_NOT_SUPPORTED)
    generation = _generation(request, model, converse.read(request.operation, model.arn, parameters))

    def rendered() -> Generation:
        generated = generation()
        if generated.as_it_is:
            raise refused_response(
                f"what was prepared for {generated.request!r} is a body for InvokeModel. Prepare a text for Converse, "
                "or ModelResponse(content=[...])"
            )
        return generated

    return rendered


def _generation(request: Request, model: Invokable, asked: InferenceRequest) -> Callable[[], Generation]:
    """Take the next response, if the model is ready.

    Raises:
        ServiceError: ModelNotReadyException for a cold model.
    """
    store = request.store
    if model.can_be_cold:
        store.readiness.serve(model.arn, request.time)
    responder = next_responder(store.prepared_responses, (model.arn, model.name))

    def generated() -> Generation:
        response = responder(asked) if responder else ModelResponse(text=default_text(asked))
        return generate(asked, response, created=int(request.time.timestamp()))

    return generated


def _invokable(request: Request, parameters: Mapping[str, Any]) -> Invokable:
    """The model, deployment or provisioned throughput that the request names, if this caller may invoke it.

    Raises:
        ServiceError: ValidationException for an ARN of another Region, in words seen with foundation models;
            AccessDeniedException for one of another account; ResourceNotFoundException for one that does not exist or
            is not active (AWS's response to all three is not known); ValidationException for a project other than the
            default one, which only foundation models have (AWS documentation; code and text are the mock's own).
    """
    scope, arn = request.scope, parameters["modelId"]
    _, _, _, region, account_id, _ = arn.split(":", 5)
    if region != scope.region:
        raise validation(
            f"The provided model identifier is invalid. The model is in {region}, and the request came to "
            f"{scope.region}."
        )
    if account_id != scope.account_id:
        raise access_denied(permission_of(request.operation), scope, arn)
    project = parameters.get("projectIdentifier", _DEFAULT_PROJECT)
    # The botocore beside which coverage is measured is aiobotocore's, and has no projects; newer ones have.
    if project not in (_DEFAULT_PROJECT, arns.make(scope, "project", _DEFAULT_PROJECT)):  # pragma: no cover
        raise validation(f"The project {project} cannot be used with {arn}: only foundation models can be in one.")
    return _BY_KIND[models.kind_of(arn)](request, arn)


def _imported(request: Request, arn: str) -> Invokable:
    model = request.existing(IMPORTED_MODEL, arn)
    chats = models.has_chat_template(model.architecture, model.instruct_supported)
    return Invokable(
        arn,
        model.name,
        has_chat_template=chats,
        converses=chats and models.converses(model.architecture),
        can_be_cold=True,
        usual_format=models.prompt_format(model.architecture),
        fixed_format=model.invoke_format,
    )


def _deployed(request: Request, arn: str) -> Invokable:
    deployment = active_deployment(request, arn)
    return Invokable(arn, deployment.name, is_nova=arns.base_model_of(deployment.model_arn).startswith(_NOVA))


def _provisioned(request: Request, arn: str) -> Invokable:
    provisioned = throughput_in_service(request, arn)
    return Invokable(arn, provisioned.name, is_nova=arns.base_model_of(provisioned.model_arn).startswith(_NOVA))


_BY_KIND: Mapping[str | None, Callable[[Request, str], Invokable]] = {
    models.IMPORTED_MODEL: _imported,
    models.DEPLOYMENT: _deployed,
    models.PROVISIONED_THROUGHPUT: _provisioned,
}


OPERATIONS: Mapping[str, Operation] = {
    "Converse": Operation(converse_with_model, arn_parameter="modelId"),
    "ConverseStream": Operation(converse_stream, arn_parameter="modelId"),
    "InvokeModel": Operation(invoke_model, arn_parameter="modelId"),
    "InvokeModelWithResponseStream": Operation(invoke_model_with_response_stream, arn_parameter="modelId"),
}
