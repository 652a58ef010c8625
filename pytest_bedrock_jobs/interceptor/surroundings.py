"""What a server of the mock needs to know about the process and about botocore, in one place."""

from __future__ import annotations

from .active import has, latest
from .environment import child_environment
from .gate import codec_of
from .service_models import operation_models, partition_of
from .stub_shapes import example_of

__all__ = ["child_environment", "codec_of", "example_of", "has", "latest", "operation_models", "partition_of"]
