"""What botocore's model says about operations that the mock does not have, and about responses that a test writes."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from ..service.inference.targets import SERVICES
from ..service.stubs import StubCodec
from .service_models import operation_models

_codecs: dict[str, StubCodec] = {}


@functools.cache
def bedrock_operations() -> Mapping[str, Any]:
    """The models of all operations of Bedrock and its runtime that this botocore knows, by name."""
    return {model.name: model for service in SERVICES for model in operation_models(service)}


def parameters_of(operation: str) -> frozenset[str]:
    """The names of the parameters of an operation; none if it is not one of Bedrock that this botocore knows."""
    model = bedrock_operations().get(operation)
    return frozenset(model.input_shape.members if model else ())


def codec_of(operation_model: Any) -> StubCodec:
    """The requests and responses of an operation that the mock does not have; compiled once for all clients."""
    name = operation_model.name
    if name not in _codecs:
        _codecs[name] = StubCodec(operation_model)
    return _codecs[name]


def problems_of(operation: str, response: Any) -> str | None:
    """The fields of a response that are missing, unknown or of another type, with their paths; None if it is valid."""
    from botocore.validate import ParamValidator

    shape = bedrock_operations()[operation].output_shape
    if not isinstance(response, Mapping):
        return f"a response is a mapping of fields, not {type(response).__name__}"
    fields = dict(response)
    stream = shape.serialization.get("payload")
    if stream and shape.members[stream].serialization.get("eventstream"):
        return _problems_of_stream(fields.get(stream), shape.members[stream])
    report = ParamValidator().validate(fields, shape)
    if not report.has_errors():
        return None
    # botocore words this for the parameters of a request; its own Stubber uses it for responses too.
    text = report.generate_report().replace("parameter in input", "field").replace("parameter in ", "field in ")
    return "; ".join(text.replace("for parameter input", "for the response").replace("parameter", "field").splitlines())


def _problems_of_stream(events: Any, shape: Any) -> str | None:
    if not isinstance(events, list | tuple) or not all(
        isinstance(event, Mapping) and len(event) == 1 and event.keys() <= shape.members.keys() for event in events
    ):
        return f"a stream is a list of events, each with one of these: {', '.join(shape.members)}"
    return None


def example_of(operation: str) -> str | None:
    """A response with the fields that an operation must return, ready to paste; None for an unknown operation."""
    model = bedrock_operations().get(operation)
    return repr(_example(model.output_shape)) if model else None


def _example(shape: Any) -> Any:
    if shape.serialization.get("eventstream"):
        return []
    if shape.type_name == "structure":
        members = list(shape.members)[:1] if shape.is_tagged_union else shape.required_members
        return {name: _example(shape.members[name]) for name in members}
    least = int(shape.metadata.get("min", 0))
    if shape.type_name == "list":
        return [_example(shape.member)] * least
    if shape.type_name == "string":
        return (shape.metadata.get("enum") or [shape.name[:1].lower() + shape.name[1:]])[0].ljust(least, "-")
    return {**_SCALARS, "integer": least, "long": least}.get(shape.type_name, {})


_SCALARS = {"boolean": True, "timestamp": "2026-01-31T12:00:00Z", "double": 0.5, "float": 0.5, "blob": b""}
