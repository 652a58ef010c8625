"""The checks, one function for each row."""

from . import copies, custom_models, deployments, general, imports, inference, lists, tags

__all__ = ["copies", "custom_models", "deployments", "general", "imports", "inference", "lists", "tags"]
