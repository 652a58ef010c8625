"""Invoking imported models, and custom models by their deployments and provisioned throughput.

A model says what the test prepared, or quotes its prompt: it is a test double for the code around a model.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn, get_args

from .. import arns
from ..errors import access_denied, refused_response, validation
from ..inference import chat_completions, json_fields, models, text_completions
from ..inference import converse as conversations
from ..inference.generation import FIRST_BYTE_LATENCY, Event, Generation, default_text, generate
from ..inference.model_response import InferenceRequest, Message, ModelResponse
from ..records import Resource
from ..store.prepared_responses import ANY_MODEL
from ..wire.api_names import PromptFormat
from . import kind_of, permission_of
from .operation import Deferred, Output, Request, active

_JSON = "application/json"
_NOVA = ("amazon.nova", "imported")  # CreateCustomModel is for models of Nova (AWS documentation)
_WITH_OWN_FORMATS = ("ai21.", "amazon.titan", "anthropic.", "cohere.")
_OWN_FORMAT = "the model's own"
_DEFAULT_PROJECT = "default"


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

    return _deferred(request, parameters, output)


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

    return _deferred(request, parameters, output)


def _no_format(generated: Generation) -> NoReturn:
    raise refused_response(
        f"the mock does not know the format of the bodies of {generated.request.model_arn}. Prepare a body, or whole "
        "chunks for a stream; Converse needs neither"
    )


_FORMATS: Mapping[str, tuple[Callable[[Generation], dict[str, Any]], Callable[[Generation], Iterable[Event]]]] = {
    **dict.fromkeys(get_args(PromptFormat), (text_completions.response, text_completions.events)),
    chat_completions.CHAT: (chat_completions.response, chat_completions.events),
    conversations.NOVA: (conversations.response, conversations.events),
    _OWN_FORMAT: (_no_format, _no_format),
}
"""How each format of InvokeModel writes a body, and the chunks of a stream."""


def converse(request: Request, parameters: Mapping[str, Any]) -> Deferred:
    """Respond to a conversation with a message (AWS documentation).

    Raises:
        ServiceError: See ``_deferred``; ValidationException for a model that AWS excludes or a refused conversation.
    """

    def output(generated: Generation) -> Output:
        metrics = {"latencyMs": generated.latency}
        return Output({**conversations.response(generated), "metrics": metrics}, seconds=generated.seconds)

    return _deferred(request, parameters, output)


def converse_stream(request: Request, parameters: Mapping[str, Any]) -> Deferred:
    """The same as a stream of events (AWS documentation).

    Raises:
        ServiceError: As for ``converse``.
    """

    def output(generated: Generation) -> Output:
        events = list(conversations.events(generated))
        return Output({"stream": [event for _, event in events]}, pauses=tuple(pause for pause, _ in events))

    return _deferred(request, parameters, output)


def _deferred(request: Request, parameters: Mapping[str, Any], output: Callable[[Generation], Output]) -> Deferred:
    """Take the next response, if the model is ready.

    Args:
        request: The request.
        parameters: Its parameters.
        output: From what the model generates to the output.

    Raises:
        ServiceError: See ``_invoked`` and ``_asked``; ModelNotReadyException for a cold model.
        UsageError: If what was prepared for it is used up.
    """
    store, model = request.store, _invoked(request, parameters)
    asked = _asked(request, parameters, model)
    if _is_imported(model.arn):
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


def _asked(request: Request, parameters: Mapping[str, Any], model: Any) -> InferenceRequest:
    """What a request says to a model, in whatever format that is.

    Raises:
        ServiceError: ValidationException for a model that does not converse, and for what the format does not allow.
    """
    imported = model if _is_imported(model.arn) else None
    architecture = imported.architecture if imported else arns.base_model_of(model.model_arn)
    chats = not imported or models.has_chat_template(architecture, imported.instruct_supported)
    in_converse = request.operation.startswith("Converse")
    content = copy.deepcopy(dict(parameters)) if in_converse else json_fields.json_object(parameters["body"])
    sent = [name for name, value in content.items() if value is not None]
    if in_converse:
        if not (chats and models.converses(architecture)):
            raise validation(
                "This action doesn't support the model that you provided. Try again with a supported text or chat "
                "model."
            )
        form, said = conversations.CONVERSE, conversations.read(content)
    elif not imported and architecture.startswith(_NOVA):
        form, said = conversations.NOVA, conversations.read_nova(content)
    elif not imported and architecture.startswith(_WITH_OWN_FORMATS):
        form, said = _OWN_FORMAT, {"messages": (Message("user", json.dumps(content)),)}
    elif "messages" in sent:  # with a prompt too, which is not documented: a conversation says more
        form, said = chat_completions.CHAT, chat_completions.read(content)
        if not chats:  # AWS documents that it is needed; the text is the mock's own
            raise validation(
                f"The model {model.arn} has no chat_template in its tokenizer_config.json: send a prompt, not messages."
            )
    elif "prompt" in sent:
        form = (imported and imported.invoke_format) or models.prompt_format(architecture, sent)
        said = text_completions.read(form, content)
    else:
        raise json_fields.malformed("#: required key [prompt] or [messages] not found")
    return InferenceRequest(operation=request.operation, model_arn=model.arn, format=form, body=content, **said)


def _invoked(request: Request, parameters: Mapping[str, Any]) -> Resource:
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
    kind: Any = kind_of(str(models.kind_of(arn)))
    invoked: Resource = request.existing(kind, arn)
    return invoked if _is_imported(arn) else active(kind, invoked)


def _is_imported(arn: str) -> bool:
    # Not by the class: a test that puts `sys.modules` back imports a second one.
    return models.kind_of(arn) == "imported-model"
