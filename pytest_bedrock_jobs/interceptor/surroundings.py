"""What a server of the mock needs to know about the process and about botocore, in one place."""

from __future__ import annotations

from .active import has, latest
from .child_environment import child_environment
from .service_models import codec_of, example_of, operation_models, partition_of

__all__ = ["child_environment", "codec_of", "example_of", "has", "latest", "operation_models", "partition_of"]
