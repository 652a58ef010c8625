"""botocore's models of the services, without a client."""

from __future__ import annotations

import functools
from typing import Any


@functools.cache
def operation_models(service_name: str) -> tuple[Any, ...]:
    """The model of each operation of a service, as botocore itself ships it.

    Args:
        service_name: botocore's name of the service, such as ``bedrock``.
    """
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    # Without the default search paths: ``~/.aws/models`` belongs to the machine.
    loader = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
    model = ServiceModel(loader.load_service_model(service_name, "service-2"), service_name)
    names: Any = model.operation_names
    return tuple(model.operation_model(name) for name in names)


@functools.cache
def partition_of(region: str) -> str:
    """The partition of a Region, by botocore's own table."""
    from botocore.endpoint_provider import RuleSetStandardLibrary
    from botocore.loaders import Loader

    return str(RuleSetStandardLibrary(Loader().load_data("partitions")).aws_partition(region)["name"])
