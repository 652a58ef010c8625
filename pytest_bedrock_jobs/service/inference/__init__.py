"""Requests to invoked models and their responses: formats, conversations, event streams."""
