"""botocore's models of the services, without a client."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from ..service.inference.models import SERVICES
from ..service.wire.codec import OperationCodec, example

_codecs: dict[str, OperationCodec] = {}


def botocores_data() -> Any:
    """A loader of the data that botocore itself ships: ``~/.aws/models`` belongs to the machine."""
    from botocore.loaders import Loader

    return Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)


@functools.cache
def bedrock_operations() -> Mapping[str, Any]:
    """The models of all operations of Bedrock and its runtime, as this botocore ships them, by name."""
    from botocore.model import ServiceModel

    data = botocores_data()
    services: list[Any] = [ServiceModel(data.load_service_model(name, "service-2"), name) for name in SERVICES]
    return {name: service.operation_model(name) for service in services for name in service.operation_names}


def codec_of(operation_model: Any) -> OperationCodec:
    """The codec of an operation: each client has its own copy of the service model, but one codec serves all."""
    name = operation_model.name
    if name not in _codecs:
        _codecs[name] = OperationCodec(operation_model)
    return _codecs[name]


def example_of(operation: str) -> str | None:
    """A response with the fields that an operation must return, ready to paste; None for an unknown operation."""
    model = bedrock_operations().get(operation)
    return repr(example(model.output_shape)) if model else None


@functools.cache
def partition_of(region: str) -> str:
    """The partition of a Region, by botocore's own table."""
    from botocore.endpoint_provider import RuleSetStandardLibrary

    return str(RuleSetStandardLibrary(botocores_data().load_data("partitions")).aws_partition(region)["name"])
