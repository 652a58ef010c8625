"""The checks, one function for each row."""

from . import (
    copies,
    custom_models,
    customization_jobs,
    deployments,
    general,
    imports,
    inference,
    lists,
    provisioned_throughputs,
    tags,
)

__all__ = [
    "copies",
    "custom_models",
    "customization_jobs",
    "deployments",
    "general",
    "imports",
    "inference",
    "lists",
    "provisioned_throughputs",
    "tags",
]
