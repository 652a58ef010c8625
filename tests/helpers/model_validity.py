"""What is wrong with a response, by nothing but botocore's model of the service."""

from __future__ import annotations

import json
import re

from pytest_bedrock_jobs.service.wire.codec import linear

FRAMEWORK_ERRORS = {
    "AccessDeniedException": 403,
    "SerializationException": 400,
    "ThrottlingException": 429,
    "ValidationException": 400,
}
"""What the framework before the operations may return to any of them."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z", re.ASCII)
_REQUEST_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_ERROR_TYPE = re.compile(r"([A-Za-z]+):http://internal\.amazon\.com/coral/com\.amazon\.bedrock/", re.ASCII)
_OTHERWISE_ON_AWS = ".baseModelName"
"""A member that is empty in recorded responses, against the model's pattern."""
_TYPES = {
    "structure": dict,
    "map": dict,
    "list": list,
    "string": str,
    "integer": int,
    "long": int,
    "float": float,
    "boolean": bool,
    "timestamp": str,
}


def faults_of(operation_model, response):
    """Every way in which a raw response is none the model describes.

    Args:
        operation_model: botocore's model of the operation.
        response: Status, headers and body, before botocore's parser has seen them.
    """
    status, headers = response["status_code"], {name.lower(): value for name, value in response["headers"].items()}
    found = []
    if headers.get("content-type") != "application/json":
        found.append(f"content-type is {headers.get('content-type')}")
    if not _REQUEST_ID.fullmatch(headers.get("x-amzn-requestid", "")):
        found.append(f"x-amzn-RequestId is {headers.get('x-amzn-requestid')}")
    if headers.get("content-length") != str(len(response["body"])):
        found.append(f"content-length is {headers.get('content-length')}, the body has {len(response['body'])}")
    content = json.loads(response["body"])
    if "x-amzn-errortype" in headers:
        return found + faults_of_error(operation_model, status, headers["x-amzn-errortype"], content)
    expected = operation_model.http.get("responseCode", 200)
    if status != expected:
        found.append(f"status is {status} and not {expected}")
    return found + list(faults_of_value(operation_model.output_shape, content))


def faults_of_error(operation_model, status, error_type, content):
    """Every way in which an error is none the model describes; ``error_type`` is the header that names it."""
    match = _ERROR_TYPE.fullmatch(error_type)
    if not match:
        return [f"x-amzn-ErrorType is {error_type}"]
    code = match[1]
    shapes = {shape.name: shape for shape in operation_model.service_model.error_shapes}
    modelled = {shape.name for shape in operation_model.error_shapes}
    if code not in modelled and code not in FRAMEWORK_ERRORS:
        return [f"{code} is neither an error of {operation_model.name} nor one of the framework"]
    found = []
    expected = shapes[code].metadata["error"]["httpStatusCode"] if code in shapes else FRAMEWORK_ERRORS[code]
    if status != expected:
        found.append(f"status of {code} is {status} and not {expected}")
    if not str(content.get("message", "")).strip():
        found.append(f"{code} has no message")
    if code in shapes:
        return found + list(faults_of_value(shapes[code], content))
    return found + [f"{code} has a member {name}" for name in content.keys() - {"message"}]


def faults_of_value(shape, value, path="body"):
    """Every way in which a JSON value is none of this shape."""
    kind = _TYPES[shape.type_name]
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        yield f"{path} is {value!r} and no {shape.type_name}"
        return
    yield from _CHECKS[shape.type_name](shape, value, path)


def _structure(shape, value, path):
    members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
    yield from (f"{path} has a member {name}, which the model has not" for name in value.keys() - members.keys())
    yield from (f"{path} has no {name}, which is required" for name in shape.required_members if name not in value)
    if shape.is_tagged_union and len(value) != 1:
        yield f"{path} is a union with {len(value)} members"
    for name in members.keys() & value.keys():
        yield from faults_of_value(members[name], value[name], f"{path}.{name}")


def _map(shape, value, path):
    for key, item in value.items():
        yield from faults_of_value(shape.key, key, f"{path} key")
        yield from faults_of_value(shape.value, item, f"{path}.{key}")


def _list(shape, value, path):
    yield from _range(shape, len(value), path)
    for number, item in enumerate(value):
        yield from faults_of_value(shape.member, item, f"{path}[{number}]")


def _string(shape, value, path):
    if path.endswith(_OTHERWISE_ON_AWS):
        return
    pattern, enum = shape.metadata.get("pattern"), shape.metadata.get("enum")
    if pattern and not re.fullmatch(linear(pattern), value, re.ASCII):
        yield f"{path} is {value!r}, against the pattern {pattern}"
    if enum and value not in enum:
        yield f"{path} is {value!r} and none of {enum}"
    yield from _range(shape, len(value), path)


def _integer(shape, value, path):
    yield from _range(shape, value, path)


def _timestamp(shape, value, path):
    if shape.serialization.get("timestampFormat") != "iso8601" or not _TIME.fullmatch(value):
        yield f"{path} is {value!r} and no time of the format {shape.serialization.get('timestampFormat')}"


def _boolean(shape, value, path):
    return ()


_CHECKS = {
    "structure": _structure,
    "map": _map,
    "list": _list,
    "string": _string,
    "integer": _integer,
    "long": _integer,
    "float": _integer,
    "timestamp": _timestamp,
    "boolean": _boolean,
}


def _range(shape, number, path):
    if not shape.metadata.get("min", number) <= number <= shape.metadata.get("max", number):
        yield f"{path}: {number} is not from {shape.metadata.get('min')} to {shape.metadata.get('max')}"
