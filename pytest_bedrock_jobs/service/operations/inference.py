"""Invoking imported models, and custom models by their deployments and provisioned throughput.

A model says what the test prepared, or quotes its prompt: it is a test double for the code around a model.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, get_args

from .. import arns
from ..errors import access_denied, refused_response, validation
from ..inference import chat_completions, json_fields, models, text_completions
from ..inference import converse as conversations
from ..inference.generation import FIRST_BYTE_LATENCY, Event, Generation, default_text, generate
from ..inference.model_response import InferenceRequest, Message, ModelResponse
from ..store.prepared_responses import ANY_MODEL
from ..wire.api_names import PromptFormat
from . import kind_of, permission_of
from .imports import IMPORTED_MODEL
from .operation import Deferred, Output, Request, active

_JSON = "application/json"
_NOVA = ("amazon.nova", "imported")  # CreateCustomModel is for models of Nova (AWS documentation)
_WITH_OWN_FORMATS = ("ai21.", "amazon.titan", "anthropic.", "cohere.")
_OWN_FORMAT = "the model's own"
_DEFAULT_PROJECT = "default"


@dataclass(frozen=True, slots=True)
class Invokable:
    """A model that can be invoked.

    Attributes:
        arn: Its ARN, or that of its deployment or provisioned throughput.
        name: What else ``respond`` may call it.
        architecture: That of an imported model; of others the base model in the ARN of the custom model.
        has_chat_template: Whether it accepts conversations.
        can_be_cold: Whether it is evicted after an hour without a call.
        fixed_format: How it responds to everything in InvokeModel: in ``messages-v1``, or in its own format, which the
            mock does not know; or to any ``prompt``, because a test says so. None if the request decides.
    """

    arn: str
    name: str
    architecture: str
    has_chat_template: bool = True
    can_be_cold: bool = False
    fixed_format: str | None = None


def invoke_model(request: Request, parameters: Mapping[str, Any]) -> Deferred:
    """Respond in the format of the request's body and of the model (AWS documentation).

    Raises:
        ServiceError: See ``_deferred``; ValidationException for a body that the format does not allow.
    """

    def output(generated: Generation) -> Output:
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
        body_in, _ = _FORMATS[generated.request.format]
        body = chunks[0] if chunks else json.dumps(body_in(generated)).encode()
        return Output({"body": body, "contentType": _JSON}, headers, generated.seconds)

    return _complete(request, parameters, output)


def invoke_model_with_response_stream(request: Request, parameters: Mapping[str, Any]) -> Deferred:
    """The same as a stream of chunks (AWS documentation; the chunks are the mock's own choice).

    Raises:
        ServiceError: As for ``invoke_model``.
    """

    def output(generated: Generation) -> Output:
        chunks = generated.as_it_is
        if not chunks:
            _, events_in = _FORMATS[generated.request.format]
            events = list(events_in(generated))
            events[-1][1]["amazon-bedrock-invocationMetrics"] = {
                "inputTokenCount": generated.usage["inputTokens"],
                "outputTokenCount": generated.usage["outputTokens"],
                "invocationLatency": generated.latency,
                "firstByteLatency": FIRST_BYTE_LATENCY,
            }
            chunks = tuple((pause, json.dumps(event).encode()) for pause, event in events)
        content = [{"chunk": {"bytes": chunk}} for _, chunk in chunks]
        return Output({"body": content, "contentType": _JSON}, pauses=tuple(pause for pause, _ in chunks))

    return _complete(request, parameters, output)


def _no_format(generated: Generation) -> NoReturn:
    raise refused_response(
        f"the mock does not know the format of the bodies of {generated.request.model_arn}. Prepare a body, or whole "
        "chunks for a stream; Converse needs neither"
    )


_FORMATS: Mapping[str, tuple[Callable[[Generation], dict[str, Any]], Callable[[Generation], Iterable[Event]]]] = {
    **dict.fromkeys(get_args(PromptFormat), (text_completions.response, text_completions.events)),
    chat_completions.CHAT: (chat_completions.response, chat_completions.events),
    conversations.NOVA: (conversations.nova_body, conversations.events),
    _OWN_FORMAT: (_no_format, _no_format),
}
"""How each format of InvokeModel writes a body, and the chunks of a stream."""


def converse(request: Request, parameters: Mapping[str, Any]) -> Deferred:
    """Respond to a conversation with a message (AWS documentation).

    Raises:
        ServiceError: See ``_deferred``; ValidationException for a model that AWS excludes or a refused conversation.
    """
    return _converse(
        request, parameters, lambda generated: Output(conversations.output(generated), seconds=generated.seconds)
    )


def converse_stream(request: Request, parameters: Mapping[str, Any]) -> Deferred:
    """The same as a stream of events (AWS documentation).

    Raises:
        ServiceError: As for ``converse``.
    """

    def output(generated: Generation) -> Output:
        events = list(conversations.events(generated))
        return Output({"stream": [event for _, event in events]}, pauses=tuple(pause for pause, _ in events))

    return _converse(request, parameters, output)


def _complete(request: Request, parameters: Mapping[str, Any], output: Callable[[Generation], Output]) -> Deferred:
    """The output of what the model makes of a body, in whatever format that is."""
    model = _invokable(request, parameters)
    content = json_fields.json_object(parameters["body"])
    said = {name: value for name, value in content.items() if value is not None}
    if model.fixed_format == conversations.NOVA:
        asked = conversations.read_nova(content)
    elif model.fixed_format == _OWN_FORMAT:
        asked = {"format": _OWN_FORMAT, "messages": (Message("user", json.dumps(content)),)}
    elif "messages" in said:  # with a prompt too, which is not documented: a conversation says more
        asked = chat_completions.read(said)
        if not model.has_chat_template:  # AWS documents that it is needed; the text is the mock's own
            raise validation(
                f"The model {model.arn} has no chat_template in its tokenizer_config.json: send a prompt, not messages."
            )
    elif "prompt" in said:
        form: Any = model.fixed_format or models.prompt_format(model.architecture, said)  # that of a prompt by now
        asked = text_completions.read(form, said)
    else:
        raise json_fields.malformed("#: required key [prompt] or [messages] not found")
    return _deferred(request, model, {**asked, "body": content}, output)


def _converse(request: Request, parameters: Mapping[str, Any], output: Callable[[Generation], Output]) -> Deferred:
    """The output of what the model says in a conversation."""
    model = _invokable(request, parameters)
    if not (model.has_chat_template and models.converses(model.architecture)):
        raise validation(
            "This action doesn't support the model that you provided. Try again with a supported text or chat model."
        )
    body = copy.deepcopy(parameters)
    said = conversations.read(conversations.CONVERSE, body)
    return _deferred(request, model, {**said, "body": body}, output)


def _deferred(
    request: Request, model: Invokable, fields: Mapping[str, Any], output: Callable[[Generation], Output]
) -> Deferred:
    """Take the next response, if the model is ready.

    Args:
        request: The request.
        model: The model.
        fields: What it says, as ``InferenceRequest`` has it.
        output: From what the model generates to the output.

    Raises:
        ServiceError: ModelNotReadyException for a cold model.
        UsageError: If what was prepared for it is used up.
    """
    store = request.store
    asked = InferenceRequest(operation=request.operation, model_arn=model.arn, **fields)
    if model.can_be_cold:
        store.readiness.serve(model.arn, request.time)
    prepared = map(store.prepared_responses.get, (model.arn, model.name, ANY_MODEL))
    responder = next((response.take() for response in prepared if response), None)

    def generated() -> Output:
        response = responder(asked) if responder else ModelResponse(text=default_text(asked))
        if asked.format == conversations.CONVERSE and response.as_it_is:
            raise refused_response(
                f"what was prepared for {asked!r} is a body for InvokeModel. Prepare a text for Converse, or "
                "ModelResponse(content=[...])"
            )
        return output(generate(asked, response, created=int(request.time.timestamp())))

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
    *_, region, account_id, resource = arn.split(":", 5)
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
    kind: Any = kind_of(resource.partition("/")[0])  # the gate lets through no other ARNs
    record = request.existing(kind, arn)
    if kind.arn_type == IMPORTED_MODEL.arn_type:
        chats = models.has_chat_template(record.architecture, record.instruct_supported)
        form = record.invoke_format
        return Invokable(arn, record.name, record.architecture, chats, can_be_cold=True, fixed_format=form)
    base_model = arns.base_model_of(active(kind, record).model_arn)
    own = _OWN_FORMAT if base_model.startswith(_WITH_OWN_FORMATS) else None
    fixed = conversations.NOVA if base_model.startswith(_NOVA) else own
    return Invokable(arn, record.name, base_model, fixed_format=fixed)
